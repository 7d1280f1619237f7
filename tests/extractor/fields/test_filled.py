"""Values that were found -> the answer's fields and values, in the caller's shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from extractor.fields.answer import fields_of
from extractor.fields.filled import filled, found_values, missing, values_of
from extractor.fields.found import Found, FoundFields, Scalar
from extractor.fields.printed import PrintedWord
from extractor.values.words import Word
from extractor.wanted.fields import wanted_fields


def found(value: Scalar, *texts: str, page: int = 1, left: float = 10.0, confidence: float = 0.9) -> Found:
    """A value that stands in one line at `left`, 20 points a word."""
    words = [
        PrintedWord(page, Word(text, (left + 20 * at, 50.0, left + 20 * at + 15, 60.0), 0, "text_layer", 10.0))
        for at, text in enumerate(texts or (str(value),))
    ]
    return Found(value, tuple(words), confidence)


def values(said: FoundFields, **asked: Any) -> dict[str, Any]:
    return values_of(filled(wanted_fields(**asked), said))


def test_a_value_stands_with_the_words_that_it_was_read_from() -> None:
    total = replace(found("1234.50", "1.234,50", "EUR", page=2), currency="EUR")
    leaf = fields_of(filled(wanted_fields(fields=["total"]), FoundFields({"total": total})))["total"]
    assert leaf == {
        "value": "1234.50",
        "currency": "EUR",
        "raw": "1.234,50 EUR",
        "page": 2,
        "bbox": [10.0, 50.0, 45.0, 60.0],
        "confidence": 0.9,
        "source": "text_layer",
        "words": [
            {"text": "1.234,50", "page": 2, "bbox": [10.0, 50.0, 25.0, 60.0]},
            {"text": "EUR", "page": 2, "bbox": [30.0, 50.0, 45.0, 60.0]},
        ],
    }


def test_what_was_not_found_is_null_in_the_same_shape() -> None:
    wanted = wanted_fields(preset="invoice")
    nothing = filled(wanted, FoundFields())
    assert values_of(nothing)["seller"] == {"name": None, "address": None, "vat_id": None, "tax_number": None}
    assert values_of(nothing)["line_items"] is None
    assert fields_of(nothing)["line_items"] == []
    leaf = fields_of(nothing)["seller"]["name"]
    assert (leaf["value"], leaf["words"], leaf["confidence"]) == (None, [], None)
    assert list(missing(nothing)) == ["invoice_number", "invoice_date", "seller.name", "total"]


def test_lists_are_objects_in_order_and_empty_objects_are_none() -> None:
    rows = [
        {"item.description": found("Paper"), "item.quantity": found("2"), "item.amount": found("9.00")},
        {"item.code": found("A1")},
        {"item.description": found("Pens"), "item.quantity": found("0.5")},
    ]
    said = FoundFields(rows={"line_items": rows})
    asked = {"line_items": {"type": "list", "fields": ["description", "quantity", "amount"]}}
    assert values(said, fields=asked)["line_items"] == [
        {"description": "Paper", "quantity": 2, "amount": "9.00"},
        {"description": "Pens", "quantity": 0.5, "amount": None},
    ]


def test_recognised_words_and_those_of_the_layer_together_count_as_recognised() -> None:
    mixed = found("A 7", "A", "7")
    recognised = replace(mixed.words[1], word=replace(mixed.words[1].word, source="ocr"))
    mixed = replace(mixed, words=(mixed.words[0], recognised))
    leaf = fields_of(filled(wanted_fields(fields=["invoice_number"]), FoundFields({"document_number": mixed})))
    assert leaf["invoice_number"]["source"] == "ocr"


def test_a_value_that_goes_on_overleaf_has_the_box_of_its_first_page() -> None:
    first, second = found("one", "one", page=1), found("two", "two", page=2, left=300)
    both = Found("one two", (*first.words, *second.words), 0.8)
    leaf = fields_of(filled(wanted_fields(fields=["seller"]), FoundFields({"seller": both, "seller.name": both})))
    told = next(iter(leaf.values()))
    assert (told["page"], told["bbox"], told["words"][1]["page"]) == (1, [10.0, 50.0, 25.0, 60.0], 2)


def test_what_the_embedded_data_says_stands_beside_what_is_printed() -> None:
    altered = replace(found("900.00"), embedded="9.00")
    (field,) = filled(wanted_fields(fields={"total": {"type": "number"}}), FoundFields({"total": altered}))
    leaf = fields_of([field])["total"]
    assert (leaf["value"], leaf["embedded"]) == (900, 9)


def _schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("schema", "value", "given"),
    [
        pytest.param({"type": "string"}, "80.90", "80.90", id="exact"),
        pytest.param({"type": "number"}, "80.90", 80.9, id="number"),
        pytest.param({"type": "number"}, "80.00", 80, id="whole-number"),
        pytest.param({"type": "integer"}, "80.90", None, id="no-integer"),
        pytest.param({"type": ["null", "integer"]}, "80.00", 80, id="integer"),
        pytest.param({"type": "number", "maximum": 50}, "80.90", None, id="too-much"),
        pytest.param({"type": "string", "pattern": "^[0-9]+$"}, "80.90", None, id="pattern"),
        pytest.param({"type": "string", "minLength": 3, "maxLength": 5}, "80.90", "80.90", id="length"),
        pytest.param({"enum": ["80.9", 80.9]}, "80.90", 80.9, id="option"),
        pytest.param({"enum": [7, None]}, "80.90", None, id="no-option"),
        pytest.param({"anyOf": [{"type": "number"}, {"type": "string"}]}, "80.90", "80.90", id="money"),
    ],
)
def test_a_value_is_written_as_the_schema_has_it_or_not_at_all(schema: Any, value: str, given: Any) -> None:
    said = FoundFields({"total": found(value)})
    assert values(said, json_schema=_schema(total=schema)) == {"total": given}


def test_an_option_is_written_as_the_caller_writes_it() -> None:
    said = FoundFields({"currency": found("EUR")})
    assert values(said, json_schema=_schema(currency={"enum": ["usd", "eur"]})) == {"currency": "eur"}


def test_a_day_is_the_beginning_of_one_for_a_schema_that_has_only_times() -> None:
    said = FoundFields({"due_date": found("2024-05-03")})
    assert values(said, json_schema=_schema(due_date={"type": "string", "format": "date-time"})) == {
        "due_date": "2024-05-03T00:00:00Z"
    }


def test_a_list_that_the_schema_forbids_is_null() -> None:
    said = FoundFields(rows={"line_items": [{"item.amount": found("1.00")}, {"item.amount": found("1.00")}]})
    items = {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "string"}}}}
    assert values(said, json_schema=_schema(line_items=items))["line_items"] == [{"amount": "1.00"}] * 2
    for demand in ({"minItems": 3}, {"maxItems": 1}, {"uniqueItems": True}):
        assert values(said, json_schema=_schema(line_items={**items, **demand})) == {"line_items": None}


def test_paths_count_the_objects_of_a_list_from_one() -> None:
    rows = [{"item.amount": found("1.00")}, {"item.amount": found("2.00")}]
    said = FoundFields({"seller.name": found("Miller")}, {"line_items": rows})
    fields = filled(wanted_fields(preset="invoice"), said)
    assert [path for path, _ in found_values(fields)] == ["seller.name", "line_items.1.amount", "line_items.2.amount"]
