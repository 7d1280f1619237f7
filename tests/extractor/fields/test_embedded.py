"""Structured data inside a document against what its page prints."""

from __future__ import annotations

import pytest

from extractor.fields.read import FieldsReading, read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of
from tests.structured_invoices import CII, UBL

_WANTED = wanted_fields(preset="invoice")


def _invoice(total: str = "119.00", due: str = "16.11.2026") -> Sheet:
    sheet = Sheet()
    sheet.text(50, 60, "Invoice number:  R-2026/17\nInvoice date:  17.10.2026\nDue date:  " + due)
    sheet.text(50, 400, f"Net total:  100.00 EUR\nVAT 19%:  19.00 EUR\nTotal:  {total} EUR")
    return sheet


def _read(sheet: Sheet, xml: str | None) -> FieldsReading:
    return read_fields(document_of(sheet), _WANTED, xml)


@pytest.mark.parametrize("xml", [CII, UBL], ids=["cii", "ubl"])
def test_what_both_say_is_sure_and_keeps_its_place(xml: str) -> None:
    reading = _read(_invoice(), xml)
    total = reading.fields["total"]
    assert (total["value"], total["raw"], total["source"]) == ("119.00", "119.00 EUR", "embedded_xml")
    assert total["confidence"] > 0.95 and total["page"] == 1 and "embedded" not in total
    assert [notice.code for notice in reading.notices] == []


def test_an_altered_invoice_is_told() -> None:
    reading = _read(_invoice(due="01.11.2026"), CII)
    due = reading.fields["due_date"]
    assert (due["value"], due["embedded"], due["source"]) == ("2026-11-01", "2026-11-16", "text_layer")
    assert due["confidence"] <= 0.5
    told = [notice for notice in reading.notices if notice.code == "VALUE_DIFFERS"]
    assert len(told) == 1 and told[0].page == 1 and "due_date" in told[0].message


def test_what_only_the_data_says_has_no_place() -> None:
    reading = _read(_invoice(), UBL)
    assert reading.values["seller"]["vat_id"] == "DE235895254"
    iban = reading.fields["iban"]
    assert (iban["value"], iban["page"], iban["bbox"], iban["words"]) == ("DE89370400440532013000", None, None, [])
    assert iban["source"] == "embedded_xml"
    assert reading.values["line_items"][0]["amount"] == "100.00"


@pytest.mark.parametrize("xml", [None, "<svg/>", "<a", ""])
def test_without_an_invoice_inside_the_page_decides(xml: str | None) -> None:
    reading = _read(_invoice(), xml)
    assert reading.fields["total"]["source"] == "text_layer"
    assert reading.values["iban"] is None
