"""`data.values` validates against the caller's schema, in which every value and list may also be null."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from extractor.fields.filled import filled, values_of
from extractor.fields.found import Found, FoundFields
from extractor.wanted.fields import wanted_fields
from extractor.wanted.presets import CONCEPT_TYPES


class Address(BaseModel):
    name: str = Field(min_length=2)
    vat_id: str | None = Field(default=None, pattern="^[A-Z]{2}")


class Item(BaseModel):
    description: str
    quantity: int = Field(ge=1)
    unit_price: Decimal
    tax_rate: float | None = Field(default=None, lt=20)
    amount: Decimal


class Invoice(BaseModel):
    invoice_number: str = Field(max_length=12)
    invoice_date: date
    due_date: datetime | None = None
    currency: Literal["EUR", "USD", "chf"]
    total: float = Field(ge=0)
    amount_due: Decimal | None
    iban: str = Field(pattern=r"^DE\d{20}$")
    seller: Address
    buyer: Address | None = None
    line_items: list[Item] = Field(min_length=1, max_length=3)


BY_HAND: dict[str, Any] = {
    "type": "object",
    "required": ["total", "line_items"],
    "additionalProperties": False,
    "properties": {
        "invoice_number": {"oneOf": [{"type": "string", "minLength": 4}, {"type": "null"}]},
        "invoice_date": {"type": ["string", "null"], "format": "date"},
        "currency": {"enum": ["EUR", "GBP"]},
        "total": {"anyOf": [{"type": "number"}, {"type": "string"}]},
        "tax_total": {"type": "number", "multipleOf": 0.5},
        "net_total": {"type": "integer", "exclusiveMaximum": 1000},
        "seller": {"$ref": "#/$defs/party"},
        "buyer": {"anyOf": [{"$ref": "#/$defs/party"}, {"type": "null"}]},
        "line_items": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "object", "properties": {"description": {"maxLength": 6}, "amount": {"type": "number"}}},
        },
    },
    "$defs": {"party": {"type": "object", "properties": {"name": {"const": "Miller"}, "vat_id": {"type": "string"}}}},
}
SCHEMAS = {"pydantic": Invoice.model_json_schema(), "by-hand": BY_HAND}

amounts = st.decimals(-10, 2000, places=2).map(str) | st.sampled_from(["5.00", "0.50", "19"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=14) | st.sampled_from(["Miller", "EUR", "usd", "CHF", "2026-0417", "DE123"]),
    "date": st.dates().map(date.isoformat),
    "money": amounts,
    "number": amounts,
    "percent": amounts,
    "iban": st.sampled_from(["DE89370400440532013000", "FR1420041010050500013M02606"]),
    "vat_id": st.sampled_from(["DE136695976", "123"]),
    "address": st.text(max_size=14),
}
concepts = {concept: VALUES[of] for concept, of in CONCEPT_TYPES.items()}
singles = st.fixed_dictionaries({}, optional=concepts)
items = st.fixed_dictionaries({}, optional={key: value for key, value in concepts.items() if key.startswith("item.")})


def with_null(schema: Any) -> Any:
    """The schema, in which every value and every list may also be null."""
    if isinstance(schema, list):
        return [with_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        key: {name: with_null(part) for name, part in value.items()}
        if key in ("properties", "$defs")
        else with_null(value)
        if key in ("items", "anyOf", "oneOf")
        else value
        for key, value in schema.items()
    }
    is_object = "properties" in schema or "$ref" in schema
    definitions = {key: inner.pop(key) for key in ("$defs",) if key in inner}
    return {**({"anyOf": [{"type": "null"}, inner]} if not is_object else inner), **definitions}


@pytest.mark.parametrize("name", SCHEMAS)
@given(single=singles, rows=st.lists(items, max_size=4))
def test_whatever_was_found(name: str, single: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    found = FoundFields(
        {concept: Found(value, (), 0.9) for concept, value in single.items()},
        {"line_items": [{concept: Found(value, (), 0.9) for concept, value in row.items()} for row in rows]},
    )
    values = values_of(filled(wanted_fields(json_schema=SCHEMAS[name]), found))
    assert values.keys() == SCHEMAS[name]["properties"].keys()
    validator = Draft202012Validator(with_null(SCHEMAS[name]), format_checker=Draft202012Validator.FORMAT_CHECKER)
    validator.validate(values)


def test_null_is_not_all_that_there_is() -> None:
    """Else the test above would see nothing."""
    single = {
        **{"document_number": "2026-0417", "document_date": "2026-10-17", "due_date": "2026-11-01", "currency": "CHF"},
        **{"total": "80.90", "amount_due": "80.90", "iban": "DE89370400440532013000"},
        **{"seller.name": "Miller", "seller.vat_id": "DE136695976", "buyer.name": "Gray", "buyer.vat_id": "123"},
    }
    row = {
        **{"item.description": "Paper", "item.quantity": "2", "item.unit_price": "40.45"},
        **{"item.tax_rate": "19", "item.amount": "80.90"},
    }
    found = FoundFields(
        {concept: Found(value, (), 0.9) for concept, value in single.items()},
        {"line_items": [{concept: Found(value, (), 0.9) for concept, value in row.items()}]},
    )
    values = values_of(filled(wanted_fields(json_schema=SCHEMAS["pydantic"]), found))
    assert values == {
        **{"invoice_number": "2026-0417", "invoice_date": "2026-10-17", "due_date": "2026-11-01T00:00:00Z"},
        **{"currency": "chf", "total": 80.9, "amount_due": "80.90", "iban": "DE89370400440532013000"},
        "seller": {"name": "Miller", "vat_id": "DE136695976"},
        "buyer": {"name": "Gray", "vat_id": None},
        "line_items": [
            {"description": "Paper", "quantity": 2, "unit_price": "40.45", "tax_rate": 19, "amount": "80.90"}
        ],
    }
    assert Invoice.model_validate(values).total == 80.9
