"""A document -> the answer's part on fields: values, what is missing, checks and what a person has to look at."""

from __future__ import annotations

from typing import Any

from extractor.fields.read import FieldsReading, nothing_read, read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of


def invoice() -> Sheet:
    """An invoice without items."""
    return (
        Sheet()
        .text(50, 100, "Invoice number: 2026-0417")
        .text(50, 130, "Invoice date: 17.10.2026")
        .text(50, 160, "Purchase order: PO-77")
        .text(50, 190, "Loading bay: Gate 7")
        .text(350, 300, "Net total  100.00 EUR")
        .text(350, 330, "VAT 19%  19.00 EUR")
        .text(350, 360, "Total  119.00 EUR")
    )


def read(*sheets: Sheet, **asked: Any) -> FieldsReading:
    return read_fields(document_of(*sheets), wanted_fields(**asked))


def test_what_is_asked_for_is_answered_by_concept_and_by_name() -> None:
    said = read(invoice(), fields=["rechnungsnummer", "grandTotal", "loading_bay", "iban"])
    assert said.values == {
        **{"rechnungsnummer": "2026-0417", "grandTotal": "119.00", "loading_bay": "Gate 7", "iban": None},
    }
    assert said.fields["grandTotal"]["currency"] == "EUR"
    assert [word["text"] for word in said.fields["loading_bay"]["words"]] == ["Gate", "7"]


def test_a_caller_s_schema_gets_its_own_shape() -> None:
    schema = {
        "type": "object",
        "properties": {
            "invoice": {"type": "object", "properties": {"number": {"type": "string"}, "date": {"format": "date"}}},
            "totals": {"type": "object", "properties": {"net": {"type": "number"}, "gross": {"type": "number"}}},
        },
    }
    assert read(invoice(), json_schema=schema).values == {
        "invoice": {"number": "2026-0417", "date": "2026-10-17"},
        "totals": {"net": 100, "gross": 119},
    }


def test_a_demand_of_the_schema_chooses_among_candidates() -> None:
    def number(pattern: str) -> Any:
        properties = {"invoice_number": {"type": "string", "pattern": pattern}}
        sheet = invoice().text(50, 400, "Invoice number: A-12")
        return read(sheet, json_schema={"type": "object", "properties": properties}).values["invoice_number"]

    assert number("^A-") == "A-12"
    assert number("^2026") == "2026-0417"
    assert number("^Z") is None


def test_sums_that_agree_are_checked_and_need_no_notice() -> None:
    said = read(invoice(), fields=["net_total", "total"])
    (check,) = (check for check in said.checks if check["name"] == "net_plus_tax_is_total")
    assert check["holds"] is True
    assert check["fields"] == ["net_total", "total"]
    assert said.notices == ()


def test_values_that_do_not_agree_are_told() -> None:
    said = read(invoice().text(50, 400, "Due date: 01.10.2026"), fields=["invoice_date", "pay_by"])
    (check,) = said.checks
    assert (check["name"], check["holds"]) == ("due_date_not_before_date", False)
    (notice,) = said.notices
    assert notice.code == "CHECK_FAILED"
    assert notice.message == "the check due_date_not_before_date fails; look at: invoice_date, pay_by"


def test_nothing_is_said_of_what_was_not_asked_for() -> None:
    sheet = invoice().text(50, 400, "Due date: 01.10.2026")
    said = read(sheet, fields={"invoice_number": {}, "iban": {"required": True}})
    assert (said.checks, said.notices) == ((), ())
    assert said.missing == ("iban",)


def test_a_reading_of_nothing_has_the_same_shape() -> None:
    wanted = wanted_fields(preset="invoice", fields={"loading_bay": {"required": True}})
    nothing = nothing_read(wanted)
    assert nothing.values.keys() == read(invoice(), preset="invoice", fields=["loading_bay"]).values.keys()
    assert "loading_bay" in nothing.missing
    assert nothing.checks == ()
