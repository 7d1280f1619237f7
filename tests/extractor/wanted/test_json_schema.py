"""A caller's JSON schema -> the fields wanted, or what is wrong with it, and where."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from extractor.values.wanted import WantedField
from extractor.wanted.asked import MAX_VALUES
from extractor.wanted.fields import wanted_fields


class Currency(StrEnum):
    EURO = "EUR"
    DOLLAR = "USD"


class Party(BaseModel):
    name: str
    vat_id: str | None = None


class Item(BaseModel):
    description: str
    amount: Decimal


class Invoice(BaseModel):
    invoice_number: str = Field(description="as printed", max_length=40)
    invoice_date: date
    paid_at: datetime | None = None
    total: float
    copies: int | None
    currency: Currency
    kind: Literal["invoice", "credit note"] | None
    paid: bool
    seller: Party
    buyer: Party | None = None
    line_items: list[Item] = []
    notes: list[str] | None = None


def of(schema: dict[str, Any]) -> dict[str, WantedField]:
    """The fields of the schema by path."""
    return dict(_by_path(wanted_fields(json_schema=schema)))


def _by_path(fields: tuple[WantedField, ...], prefix: str = "") -> list[tuple[str, WantedField]]:
    below = [(f"{prefix}{one.name}", one) for one in fields]
    return below + [pair for one in fields for pair in _by_path(one.fields, f"{prefix}{one.name}.")]


def one(**schema: Any) -> WantedField:
    """The field of a schema with this alone."""
    return of({"type": "object", "properties": {"a": schema}})["a"]


def test_a_model_of_pydantic_gives_its_fields() -> None:
    fields = of(Invoice.model_json_schema())
    forms = {path: (field.type, field.form, field.many) for path, field in fields.items()}
    assert forms == {
        "invoice_number": ("text", "string", False),
        "invoice_date": ("date", "string", False),
        "paid_at": ("date", "date_time", False),
        "total": ("money", "number", False),
        "copies": ("integer", "integer", False),
        "currency": ("text", "string", False),
        "kind": ("text", "string", False),
        "paid": ("boolean", "boolean", False),
        "seller": ("object", "object", False),
        "seller.name": ("text", "string", False),
        "seller.vat_id": ("vat_id", "string", False),
        "buyer": ("object", "object", False),
        "buyer.name": ("text", "string", False),
        "buyer.vat_id": ("vat_id", "string", False),
        "line_items": ("object", "object", True),
        "line_items.description": ("text", "string", False),
        "line_items.amount": ("money", "string", False),
        "notes": ("text", "string", True),
    }
    concepts = {path: field.concept for path, field in fields.items() if field.concept}
    assert (
        concepts.items()
        >= {
            "invoice_number": "document_number",
            "invoice_date": "document_date",
            "total": "total",
            "currency": "currency",
            "seller.name": "seller.name",
            "seller.vat_id": "seller.vat_id",
            "buyer.name": "buyer.name",
            "line_items": "line_items",
            "line_items.description": "item.description",
            "line_items.amount": "item.amount",
        }.items()
    )
    assert fields["invoice_number"].description == "as printed"
    assert fields["currency"].options == ("EUR", "USD")
    assert {path for path, field in fields.items() if field.required} == {
        *("invoice_number", "invoice_date", "total", "copies", "currency", "kind", "paid", "seller"),
        *("seller.name", "buyer.name", "line_items.description", "line_items.amount"),
    }


def test_null_is_no_value_of_its_own() -> None:
    for schema in (
        {"type": ["null", "number"]},
        {"anyOf": [{"type": "null"}, {"type": "number"}]},
        {"oneOf": [{"type": "number"}, {"const": None}]},
        {"allOf": [{"type": ["number", "null"]}]},
    ):
        assert one(**schema) == one(type="number")
    assert one(enum=["x", None]).options == ("x",)


def test_a_choice_between_values_is_written_as_a_text_where_it_may_be_one() -> None:
    assert one(anyOf=[{"type": "number"}, {"type": "string"}]).form == "string"
    assert one(type=["integer", "number"]).form == "number"


def test_the_same_part_may_be_referred_to_at_several_places() -> None:
    day = {"type": "string", "format": "date"}
    schema = {
        "$defs": {"a/b": day, "pair": {"properties": {"from": {"$ref": "#/$defs/a~1b"}, "to": day}}},
        "type": "object",
        "properties": {"first": {"$ref": "#/$defs/pair"}, "second": {"$ref": "#/$defs/pair", "description": "later"}},
    }
    assert {path for path, field in of(schema).items() if field.type == "date"} == {
        *("first.from", "first.to", "second.from", "second.to")
    }


def test_a_schema_of_draft_7_is_one() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": "#/definitions/Receipt",
        "definitions": {"Receipt": {"type": "object", "properties": {"a": {}}, "additionalProperties": False}},
    }
    assert of(schema)["a"].type == "text"


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def branching(levels: int, branches: int) -> dict[str, Any]:
    """A small schema of which there is much, when references are followed."""
    defs: dict[str, Any] = {
        f"d{level}": {"properties": {f"p{at}": {"$ref": f"#/$defs/d{level + 1}"} for at in range(branches)}}
        for level in range(levels)
    }
    return {"$defs": {**defs, f"d{levels}": {"type": "string"}}, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        pytest.param({"not": {}}, "properties.a.not: this keyword is not served", id="keyword"),
        pytest.param({"if": {}, "then": {}}, "properties.a.if: this keyword", id="condition"),
        pytest.param({"colour": 1}, "properties.a.colour: this keyword", id="unknown-keyword"),
        pytest.param({"type": "strin"}, "properties.a.type: not what JSON Schema has", id="type"),
        pytest.param({"type": "string", "minLength": "1"}, "properties.a.minLength: not what", id="wrong-keyword"),
        pytest.param({"pattern": "(a"}, "properties.a: cannot be held against", id="pattern"),
        pytest.param({"pattern": "((a{1,999}){1,999}){1,999}"}, "properties.a: cannot be", id="large-pattern"),
        pytest.param({"$ref": "#"}, "$ref: the schema is recursive", id="recursive"),
        pytest.param({"$ref": "#/$defs/b"}, "properties.a.$ref: leads nowhere", id="no-definition"),
        pytest.param(
            {"$ref": "https://example.org/a"}, "properties.a.$ref: only references within", id="far-reference"
        ),
        pytest.param({"$id": "https://example.org/a"}, "properties.a.$id: a schema within", id="own-id"),
        pytest.param({"type": "object"}, "properties.a: an object is to have properties", id="no-properties"),
        pytest.param({"type": "object", "properties": {}}, "properties.a: an object is to", id="empty-properties"),
        pytest.param({"type": "array"}, "properties.a: a list is to say in items", id="no-items"),
        pytest.param({"items": {"items": {}}}, "properties.a.items: a list in a list", id="list-in-list"),
        pytest.param({"prefixItems": [{}]}, "properties.a.prefixItems: this keyword", id="tuple"),
        pytest.param({"type": ["string", "object"]}, "properties.a.type: a choice between kinds", id="kinds"),
        pytest.param({"anyOf": [nested(1), {"type": "string"}]}, "properties.a.anyOf.0: a choice is", id="choice"),
        pytest.param({"anyOf": [{"type": "null"}]}, "properties.a.anyOf: allows nothing but null", id="null-alone"),
        pytest.param({"allOf": [{}, {}]}, "properties.a.allOf: more than one schema", id="both"),
        pytest.param({"enum": [{"b": 1}]}, "properties.a.enum: only texts, numbers", id="enum-of-objects"),
        pytest.param({"format": "time"}, "properties.a.format: time is not served", id="time-of-day"),
        pytest.param({"properties": {"b": {}}, "required": ["c"]}, "properties.a.required: c is none", id="required"),
        pytest.param({"properties": {"b\n": {}}}, "a.properties.(a name that is not shown): a name is", id="name"),
        pytest.param(False, "properties.a: false allows nothing", id="false"),
        pytest.param(nested(9), "properties.a: nested deeper than 8 objects", id="levels"),
        pytest.param({"maximum": float("nan")}, "json_schema: has a value that is no JSON", id="not-a-number"),
        pytest.param({"title": "\ud800"}, "json_schema: has a text that is no Unicode", id="half-a-character"),
        pytest.param({"title": b"a"}, "json_schema: has a value that is no JSON", id="bytes"),
        pytest.param({1: 2}, "json_schema: has a key that is no text", id="key"),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_place(schema: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"^json_schema") as caught:
        of({"type": "object", "properties": {"a": schema}})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        pytest.param({}, "the root is to be an object", id="empty"),
        pytest.param({"type": "array", "items": {}}, "the root is to be an object", id="list"),
        pytest.param(
            {"$schema": "https://example.org/mine", "properties": {}}, "json_schema.$schema: use ", id="dialect"
        ),
        pytest.param(nested(40), "json_schema: nested deeper than 64", id="deep"),
        pytest.param(nested(5000), "json_schema: nested deeper than 64", id="deeper-than-python"),
        pytest.param(branching(7, 9), f"json_schema: has more than {MAX_VALUES} values", id="much-of-little"),
        pytest.param(
            {"properties": {f"a{at}": {} for at in range(1000)}}, f"has more than {MAX_VALUES} values", id="values"
        ),
        pytest.param({"properties": {"a": {"enum": [1] * 9000}}}, "json_schema: larger than 64 KiB", id="parts"),
        pytest.param({"properties": {"a": {"title": "x" * 70_000}}}, "json_schema: larger than 64 KiB", id="bytes"),
    ],
)
def test_what_is_too_much_or_no_object_is_refused(schema: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"^json_schema") as caught:
        of(schema)
    assert said in str(caught.value)
