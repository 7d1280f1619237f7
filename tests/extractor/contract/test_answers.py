"""The worker's answers are what the contract's types say: a key without a model fails here, and so does a wrong one."""

from __future__ import annotations

import base64
import http.server
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict, replace
from functools import cache
from http import HTTPStatus
from typing import Any, get_args

import pytest
from docling_core.types.doc import DocItemLabel
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from reportlab.lib.pagesizes import A4

from extractor.contract.answer import Answer, Delivered, Failure, Progress, Refusal, Success
from extractor.contract.refusals import REFUSALS, RefusalCode
from extractor.contract.schemas import answer_schema
from extractor.contract.views import Data, Output
from extractor.deadline import JobEnd
from extractor.doors.http_connection import refusal
from extractor.engine import Engine
from extractor.errors import ERRORS, ErrorCode, ExtractionError
from extractor.job import Progress as JobProgress
from extractor.models.layout import KINDS as REGION_KINDS
from extractor.outputs.views import render
from extractor.settings import Settings
from extractor.transport.delivery import deliver
from extractor.values.document import AssembledPage, Cell, PageElement, Table, TablePart
from extractor.values.element_types import ELEMENT_TYPES, ElementType
from extractor.worker import Worker
from tests import documents
from tests.extractor.pages.test_form_fields import form
from tests.extractor.printed_document import printed
from tests.loopback import serving

ANSWER = TypeAdapter[Success | Delivered | Failure](Answer)
SCHEMA = Draft202012Validator(answer_schema())
EVERY_OUTPUT = list(get_args(Output))
PAGE = ("The quarterly statement of the harbour office", "lists every vessel that entered in October.")
RECEIPT = documents.text_image(["Receipt 4711", "Total 80.90"])
LOCKED = documents.encrypted(documents.text_pdf([PAGE]), "sesame")


def held(answer: dict[str, Any]) -> Success | Delivered | Failure:
    """The answer as its type, which has room for each of its keys, and for nothing that it is not."""
    text = json.dumps(answer, allow_nan=False)
    SCHEMA.validate(json.loads(text))
    typed = ANSWER.validate_json(text, strict=True, extra="forbid")
    assert json.loads(typed.model_dump_json(exclude_unset=True)) == json.loads(text)
    return typed


def broken_page() -> bytes:
    pdf = documents.text_pdf([PAGE, PAGE])
    return re.sub(rb"(/Kids \[ \d+ 0 R )\d+( 0 R)", rb"\g<1>99\g<2>", pdf)


def marked_pdf() -> bytes:
    """A caption, a list, labels with values, and drawn check boxes."""
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 11)
    pairs = (("Customer:", "C-88123"), ("Invoice date:", "17.10.2026"), ("Due:", "Net 30"))
    for row, (label, value) in enumerate(pairs):
        page.drawString(72, A4[1] - 90 - 20 * row, label)
        page.drawString(200, A4[1] - 90 - 20 * row, value)
    for row, (text, on) in enumerate((("Paid in advance", True), ("To be collected", False))):
        page.rect(72, A4[1] - 200 - 24 * row, 10, 10)
        if on:
            page.line(72, A4[1] - 200 - 24 * row, 82, A4[1] - 190 - 24 * row)
            page.line(72, A4[1] - 190 - 24 * row, 82, A4[1] - 200 - 24 * row)
        page.drawString(90, A4[1] - 199 - 24 * row, text)
    for row, text in enumerate(("1. Open the crate.", "2. Take the tools out.", "3. Close the crate.")):
        page.drawString(72, A4[1] - 300 - 16 * row, text)
    page.save()
    return buffer.getvalue()


def long_table() -> bytes:
    """A table that goes over two pages."""
    buffer, page = documents.new_canvas()
    for first in (0, 20):
        page.setFont("Helvetica", 10)
        for row in range(21):
            texts = (f"{row:02d}.10.", f"Fee {first + row}", f"{first + row}.50")
            top = A4[1] - 80 - 22 * row
            for column, text in enumerate(texts if row else ("Date", "Text", "Amount")):
                page.rect(60 + 160 * column, top - 6, 160, 22)
                page.drawString(66 + 160 * column, top, text)
        page.showPage()
    page.save()
    return buffer.getvalue()


DOCUMENTS = {
    "invoice": documents.invoice_pdf(),
    "scan": documents.scanned_pdf(documents.invoice_pdf()),
    "turned": documents.rotated(documents.invoice_pdf(), 90),
    "form": form(),
    "broken-page": broken_page(),
    "marked": marked_pdf(),
    "long-table": long_table(),
    "properties": documents.with_file(
        documents.with_information(
            documents.text_pdf([PAGE]), Title="Statement", Author="Harbour", CreationDate="D:20261017"
        ),
        "a.txt",
        b"a",
    ),
    "blank": documents.text_pdf([[]]),
    "png": documents.image_bytes(RECEIPT, "PNG"),
    "tiff": documents.image_bytes(RECEIPT, "TIFF", save_all=True, append_images=[RECEIPT]),
}


@pytest.fixture(scope="module")
def worker(engine: Engine) -> Worker:
    return Worker(lambda: engine)


def ask(worker: Worker, document: bytes, **keys: Any) -> dict[str, Any]:
    content = base64.b64encode(document).decode("ascii")
    return worker.answer({"id": "typed", "input": {"document_content_base64": content, **keys}})


@pytest.fixture(scope="module")
def answers(worker: Worker) -> Callable[[str], dict[str, Any]]:
    """The answer to each of the documents, with every output; made once."""
    return cache(lambda name: ask(worker, DOCUMENTS[name], outputs=EVERY_OUTPUT))


class TestSuccess:
    @pytest.mark.parametrize("name", DOCUMENTS)
    def test_every_view_of_it_has_its_type(self, answers: Callable[[str], dict[str, Any]], name: str) -> None:
        answer = held(answers(name))
        assert isinstance(answer, Success)
        assert answer.data.model_fields_set - {"form_fields"} == {"pages", *EVERY_OUTPUT}
        assert ("form_fields" in answer.data.model_fields_set) is (answer.metadata.format == "pdf")

    def test_documents_of_this_file_have_what_is_rare(self, answers: Callable[[str], dict[str, Any]]) -> None:
        """Else the test above would not see it."""
        assert [page["code"] for page in answers("broken-page")["metadata"]["pages"]["failed"]] == ["DOCUMENT_CORRUPT"]
        marked = answers("marked")["data"]["elements"]
        assert {"label_of", "value_of", "part_of", "selected"} <= {key for element in marked for key in element}
        (table,) = answers("long-table")["data"]["tables"]
        assert len(table["parts"]) == 2
        assert answers("form")["data"]["form_fields"]
        described = answers("properties")["metadata"]
        assert set(described["properties"]) >= {"title", "author", "created"}
        assert [notice["code"] for notice in described["notices"]] == ["ATTACHMENTS"]

    def test_outputs_that_were_not_asked_for_are_not_there(self, worker: Worker) -> None:
        answer = held(ask(worker, DOCUMENTS["png"], outputs=["text"]))
        assert isinstance(answer, Success)
        assert answer.data.model_fields_set == {"pages", "text"}

    @pytest.mark.parametrize("name", ["invoice", "scan", "broken-page"])
    def test_fields_have_their_types(self, worker: Worker, name: str) -> None:
        more = {"rate": {"type": "number"}, "paid": {"type": "boolean"}, "remarks": {"required": True}}
        answer = held(ask(worker, DOCUMENTS[name], preset="invoice", fields=more))
        assert isinstance(answer, Success)
        assert answer.data.model_fields_set >= {"markdown", "fields", "values"}
        assert "remarks" in answer.metadata.missing_fields

    def test_key_without_a_model_is_found(self, answers: Callable[[str], dict[str, Any]]) -> None:
        answer = deepcopy(answers("png"))
        answer["data"]["elements"][0]["colour"] = "blue"
        with pytest.raises(ValidationError):
            held(answer)


class _Taking(http.server.BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_note_of_where_an_answer_was_put(answers: Callable[[str], dict[str, Any]]) -> None:
    settings = Settings(max_output_bytes=100, fetch_allow_hosts=("127.0.0.1",))
    with serving(_Taking) as address:
        answer = deliver(answers("png"), f"http://{address.host}:{address.port}/put", settings, JobEnd())
    assert isinstance(held(answer), Delivered)


def _wrong_inputs() -> Iterator[tuple[str, dict[str, Any]]]:
    def sent(document: bytes, **keys: Any) -> dict[str, Any]:
        return {"document_content_base64": base64.b64encode(document).decode("ascii"), **keys}

    yield "INVALID_INPUT", {"document": "a.pdf"}
    yield "FETCH_FORBIDDEN", {"document_url": "http://10.0.0.7/a.pdf"}
    yield "FETCH_FAILED", {"document_url": "http://127.0.0.1:1/a.pdf"}
    yield "UNSUPPORTED_FORMAT", sent(b"just a text\n")
    yield "DOCUMENT_CORRUPT", sent(b"%PDF-1.7\nand then nothing")
    yield "PASSWORD_REQUIRED", sent(LOCKED)
    yield "PASSWORD_WRONG", sent(LOCKED, password="open")
    yield "DEADLINE_EXCEEDED", sent(DOCUMENTS["invoice"], deadline_s=0.001)


class TestFailure:
    @pytest.mark.parametrize(("code", "job_input"), list(_wrong_inputs()))
    def test_of_a_job(self, worker: Worker, code: str, job_input: dict[str, Any]) -> None:
        answer = held(worker.answer({"id": "typed", "input": job_input}))
        assert isinstance(answer, Failure)
        assert answer.error_code == code

    @pytest.mark.parametrize("error", ERRORS)
    def test_of_each_kind(self, error: type[ExtractionError]) -> None:
        answer = held(error("a reason").answer("typed"))
        assert isinstance(answer, Failure)
        assert (answer.error_code, answer.retryable) == (error.code, error.retryable)

    def test_kinds_are_all_there_are(self) -> None:
        def kinds(error: type[ExtractionError]) -> set[type[ExtractionError]]:
            return {error}.union(*(kinds(own) for own in error.__subclasses__()))

        own = {kind for kind in kinds(ExtractionError) if kind.__module__ == ExtractionError.__module__}
        assert set(ERRORS) == own - {ExtractionError}
        assert {error.code for error in ERRORS} == set(get_args(ErrorCode))

    @pytest.mark.parametrize("code", REFUSALS)
    def test_what_http_refuses(self, code: RefusalCode) -> None:
        kind = REFUSALS[code]
        refused = refusal(HTTPStatus[code], "a reason", "typed", retryable=kind.retryable)
        Refusal.model_validate_json(json.dumps(refused), strict=True, extra="forbid")


def test_progress() -> None:
    Progress.model_validate(asdict(JobProgress(1, 3)), strict=True, extra="forbid")


def table_element() -> PageElement:
    box = (50.0, 60.0, 250.0, 100.0)
    head = (Cell(0, 0, 1, 1, True, "Amount", (50.0, 60.0, 90.0, 70.0), 1.0),)
    cells = (*head, Cell(1, 0, 1, 1, False, "", None, 1.0, page=2))
    table = Table(2, 1, cells, (TablePart(1, box, 0, 1), TablePart(2, box, 1, 1, head)))
    return PageElement(1, DocItemLabel.TABLE, "Amount", box, "ocr", 0.9, table=table)


def test_views_of_a_table_in_pieces_with_a_caption() -> None:
    caption = PageElement(1, DocItemLabel.CAPTION, "Fees", (50.0, 40.0, 90.0, 50.0), "ocr", 0.9, caption_of=1)
    later = replace(table_element(), page=2, table=None, continues=(0, 1), continued=Table(1, 1, ()))
    pages = [AssembledPage(1, 600.0, 800.0, (caption, table_element())), AssembledPage(2, 600.0, 800.0, (later,))]
    data = render(printed(*pages), EVERY_OUTPUT)
    typed = Data.model_validate_json(json.dumps(data), strict=True, extra="forbid")
    elements, tables = data["elements"], data["tables"]
    assert (elements[0]["caption_of"], elements[2]["continues"]) == ("e1", "e1")
    assert tables[0]["caption"] == "Fees"
    assert typed.model_dump(exclude_unset=True)["tables"][0]["parts"][1]["head"][0]["text"] == "Amount"


def test_element_types_are_docling_cores_and_those_of_the_models() -> None:
    assert tuple(ELEMENT_TYPES) == get_args(ElementType)
    assert set(ELEMENT_TYPES) <= {label.value for label in DocItemLabel}
    assert {kind.label for kind in REGION_KINDS.values() if kind is not None} <= set(ELEMENT_TYPES)
