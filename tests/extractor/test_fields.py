"""Whole extractions with fields: what is there when they are asked for, and when they cannot be looked for."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from extractor.engine import Engine
from extractor.errors import DocumentCorrupt, ExtractionError, InvalidInput, UnsupportedFormat
from extractor.lifecycle.scratch import Scratch
from extractor.page_processes.pool import PagePool
from extractor.settings import Settings
from tests import documents
from tests.extractor.test_engine import extract
from tests.structured_invoices import CII, UBL, with_attached

LETTER = ("The harbour office of Saltmouth", "thanks you for your visit.")


@pytest.fixture(scope="module")
def faulty(engine: Engine) -> Iterator[Engine]:
    """An engine whose page processes fail at fields."""
    with ExitStack() as stack:
        settings = Settings(page_processes=1, page_cpu_s=1.0)
        pool = PagePool(settings, tasks="tests.faulty_fields")
        faulty = Engine(settings, Scratch(), pool, engine.models, engine.weights)
        stack.callback(faulty.close)
        yield faulty


def test_default_outputs_stay_and_fields_stand_beside_them(engine: Engine) -> None:
    plain = extract(engine, documents.invoice_pdf())
    asked = extract(engine, documents.invoice_pdf(), preset="invoice", fields=["total", "favourite_colour"])
    assert plain["data"].keys() == {"pages", "markdown", "elements", "tables", "form_fields"}
    assert asked["data"].keys() == {*plain["data"], "fields", "values"}
    assert all(asked["data"][view] == plain["data"][view] for view in plain["data"])
    assert asked["metadata"].keys() - plain["metadata"].keys() == {"missing_fields", "checks"}
    assert asked["data"]["values"]["favourite_colour"] is None
    assert asked["data"]["fields"].keys() == asked["data"]["values"].keys()


def test_pages_that_failed_leave_the_others_fields(engine: Engine) -> None:
    whole = documents.text_pdf([LETTER, ("Invoice number: 2026-0417",), LETTER])
    broken = re.sub(rb"(/Kids \[ )\d+( 0 R)", rb"\g<1>99\g<2>", whole)
    answer = extract(engine, broken, fields={"invoice_number": {"required": True}, "due_date": {"required": True}})
    assert answer["metadata"]["partial"] is True
    assert [page["page"] for page in answer["metadata"]["pages"]["failed"]] == [1]
    found = answer["data"]["fields"]["invoice_number"]
    assert (found["value"], found["page"]) == ("2026-0417", 2)
    assert answer["metadata"]["missing_fields"] == ["due_date"]


@pytest.mark.parametrize("pages", [1, 2])
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("raises", "could not be searched for fields (ValueError)"),
        ("memory", "takes more memory to search for fields than a page may have"),
        ("crashes", "crashes the reader"),
        ("spins", "takes too much processor time to search for fields"),
    ],
)
def test_a_fault_in_fields_costs_the_fields_alone(faulty: Engine, how: str, reason: str, pages: int) -> None:
    answer = extract(faulty, documents.text_pdf([LETTER] * pages), fields={how: {"required": True}})
    assert answer["data"]["markdown"].count("Saltmouth") == pages
    assert answer["data"]["values"] == {how: None}
    assert answer["data"]["fields"][how]["value"] is None
    metadata = answer["metadata"]
    assert (metadata["partial"], metadata["missing_fields"], metadata["checks"]) == (False, [how], [])
    (notice,) = metadata["notices"]
    assert notice["code"] == "FIELDS_NOT_READ"
    assert notice["message"].endswith(reason)
    assert "secret" not in str(answer)


def test_after_a_fault_the_next_job_is_whole(faulty: Engine) -> None:
    extract(faulty, documents.text_pdf([LETTER]), fields=["crashes"])
    answer = extract(faulty, documents.text_pdf([LETTER]), fields=["behaves"])
    assert answer["metadata"]["notices"] == []


@pytest.mark.parametrize("module", ["extractor.request", "extractor.job", "extractor.page_processes.tasks"])
def test_nothing_of_fields_is_loaded_before_a_job_asks_for_some(module: str) -> None:
    said = _said(f"import sys, {module}; print([name for name in sys.modules if {_OF_FIELDS}])")
    assert said == "[]"


def test_the_first_job_that_asks_for_fields_loads_them() -> None:
    asked = "{'document_url': 'https://files.example/', 'preset': 'invoice'}"
    said = _said(
        f"import sys; from extractor.request import parse_request; parse_request({asked}).wanted; "
        f"print([name for name in sys.modules if {_OF_FIELDS}])"
    )
    assert "extractor.wanted.fields" in said


_OF_FIELDS = (
    "name.startswith(('extractor.fields.', 'jsonschema', 'extractor.wanted.fields', 'extractor.wanted.schema'))"
)


def _said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def leaves(tree: Any) -> Iterator[dict[str, Any]]:
    """The values with their evidence."""
    if isinstance(tree, list):
        for one in tree:
            yield from leaves(one)
    elif "words" in tree:
        yield tree
    else:
        for one in tree.values():
            yield from leaves(one)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_an_attached_invoice_is_held_against_the_page(engine: Engine, encoding: str) -> None:
    page = ("Invoice number: R-2026/17", "Due date: 01.11.2026", "Total: 119.00 EUR")
    xml = CII.replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
    pdf = with_attached(documents.text_pdf([page]), notes=b"<svg/>", factur_x=xml)
    answer = extract(engine, pdf, preset="invoice")
    fields = answer["data"]["fields"]
    assert (fields["total"]["value"], fields["total"]["source"]) == ("119.00", "embedded_xml")
    assert (fields["due_date"]["value"], fields["due_date"]["embedded"]) == ("2026-11-01", "2026-11-16")
    assert answer["data"]["values"]["seller"]["address"].startswith("Hafenstra\u00dfe 21")
    assert "VALUE_DIFFERS" in {notice["code"] for notice in answer["metadata"]["notices"]}
    # The twin without it: the page alone.
    plain = extract(engine, documents.text_pdf([page]), preset="invoice")["data"]["fields"]
    assert (plain["due_date"]["value"], plain["total"]["source"]) == ("2026-11-01", "text_layer")
    assert plain["iban"]["value"] is None


@pytest.mark.parametrize(
    ("files", "asked", "told"),
    [
        ({"factur_x": CII.encode()}, {"preset": "invoice"}, None),
        ({"factur_x": CII.encode(), "notes": b"<svg/>"}, {"preset": "invoice"}, "1 attached (embedded) file(s) beside"),
        ({"factur_x": CII.encode()}, {}, "1 attached (embedded) file(s), which are not read"),
        ({"notes": b"<svg/>"}, {"preset": "invoice"}, "1 attached (embedded) file(s), which are not read"),
    ],
    ids=["the invoice", "another file", "not asked for", "no invoice"],
)
def test_an_attached_invoice_that_was_read_is_no_unread_file(
    engine: Engine, files: dict[str, bytes], asked: dict[str, Any], told: str | None
) -> None:
    answer = extract(engine, with_attached(documents.text_pdf([("Total: 119.00 EUR",)]), **files), **asked)
    said = [one["message"] for one in answer["metadata"]["notices"] if one["code"] == "ATTACHMENTS"]
    assert len(said) == (told is not None)
    assert told is None or told in said[0]


def test_an_xml_invoice_is_a_document_without_pages(engine: Engine) -> None:
    answer = extract(engine, UBL.encode(), preset="invoice", outputs=["markdown", "elements", "tables"])
    data, metadata = answer["data"], answer["metadata"]
    assert metadata["format"] == "xml"
    assert metadata["pages"] == {"total": 0, "processed": 0, "failed": []} and not metadata["partial"]
    assert data["pages"] == [] and "# Invoice R-2026/17" in data["markdown"]
    assert {element["page"] for element in data["elements"]} == {None}
    assert data["values"]["line_items"][0]["description"] == "Oak board"
    total = data["fields"]["total"]
    assert (total["value"], total["source"], total["page"]) == ("119.00", "embedded_xml", None)
    # The same document where no field is asked for.
    assert extract(engine, UBL.encode())["data"]["elements"] == data["elements"]


@pytest.mark.parametrize(
    ("xml", "error"),
    [
        (b'<?xml version="1.0"?><svg/>', UnsupportedFormat),
        (b'<?xml version="1.0"?><Invoice>', DocumentCorrupt),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', DocumentCorrupt),
    ],
    ids=["drawing", "broken", "entities"],
)
def test_other_xml_is_refused(engine: Engine, xml: bytes, error: type[ExtractionError]) -> None:
    with pytest.raises(error):
        extract(engine, xml)


def test_pages_of_a_document_without_pages_are_refused(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="0 page"):
        extract(engine, UBL.encode(), pages="1")
