"""Names, names with what they are, and presets -> the fields wanted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from extractor.values.options import Preset
from extractor.values.wanted import WantedField
from extractor.wanted.asked import MAX_VALUES
from extractor.wanted.fields import wanted_fields
from extractor.wanted.presets import CONCEPT_TYPES, FORMS, LISTS, PRESETS, with_parts

DOCS = Path(__file__).resolve().parents[3] / "docs" / "fields.md"


def by_name(**asked: Any) -> dict[str, WantedField]:
    return {field.name: field for field in wanted_fields(**asked)}


@pytest.mark.parametrize("preset", get_args(Preset))
def test_every_value_of_a_preset_is_of_a_concept_and_its_type(preset: Preset) -> None:
    for field in with_parts(PRESETS[preset]):
        if field.type == "object":
            assert field.fields
            assert not field.many or field.concept in LISTS
        else:
            assert field.type == CONCEPT_TYPES[str(field.concept)]
            assert field.form == FORMS[field.type]


def test_an_invoice_has_what_is_booked_of_one() -> None:
    fields = by_name(preset="invoice")
    assert fields.keys() >= {"invoice_number", "invoice_date", "due_date", "iban", "currency", "line_items", "taxes"}
    assert fields.keys() >= {"net_total", "tax_total", "total", "amount_due", "seller", "buyer"}
    assert {one.name for one in fields["buyer"].fields} >= {"name", "address", "vat_id"}
    items = {one.name for one in fields["line_items"].fields}
    assert items == {"description", "quantity", "unit", "unit_price", "tax_rate", "amount"}


def test_a_name_alone_has_the_type_of_what_it_means() -> None:
    fields = by_name(fields=["total", "due_date", "favourite_colour", "line_items"])
    assert [(one.type, one.concept) for one in fields.values()] == [
        ("money", "total"),
        ("date", "due_date"),
        ("text", None),
        ("object", "line_items"),
    ]
    assert fields["line_items"].many
    assert fields["line_items"].fields == LISTS["line_items"]


def test_a_type_that_the_caller_names_is_the_form_of_the_value() -> None:
    fields = by_name(fields={"total": {"type": "number"}, "due_date": {"type": "text"}, "iban": {"type": "boolean"}})
    assert (fields["total"].form, fields["total"].concept) == ("number", "total")
    assert (fields["due_date"].form, fields["due_date"].concept) == ("string", "due_date")
    # Whether there is an IBAN is not the IBAN.
    assert (fields["iban"].form, fields["iban"].concept) == ("boolean", None)


def test_parties_objects_and_lists_have_fields_of_their_own() -> None:
    fields = by_name(
        fields={
            "seller": {"type": "party"},
            "haulier": {"type": "party"},
            "dates": {"type": "object", "fields": {"due_date": {"required": True}}},
            "parcels": {"type": "list", "fields": ["weight"]},
            "line_items": {"type": "list", "fields": ["description"], "description": "what was sold"},
        }
    )
    assert [one.concept for one in fields["seller"].fields] == ["seller.name", "seller.address", "seller.vat_id"]
    haulier = fields["haulier"].fields[0]
    assert (haulier.concept, haulier.description) == (None, "haulier name")
    assert fields["dates"].fields[0].required
    assert (fields["parcels"].many, fields["parcels"].concept) == (True, None)
    assert (fields["line_items"].concept, fields["line_items"].fields[0].concept) == ("line_items", "item.description")


def test_fields_add_to_a_preset_and_say_more_of_its_fields() -> None:
    plain = by_name(preset="receipt")
    more = by_name(preset="receipt", fields={"total": {}, "date": {"required": False, "type": "text"}, "colour": {}})
    assert list(more) == [*plain, "colour"]
    assert more["total"] == plain["total"]
    assert more["date"].required is False
    assert by_name(preset="receipt", fields=["total"])["total"] == plain["total"]


def test_more_values_than_are_taken_are_refused() -> None:
    columns = {"type": "list", "fields": [f"c{at}" for at in range(MAX_VALUES)]}
    assert len(by_name(fields={"a": columns})["a"].fields) == MAX_VALUES
    with pytest.raises(ValueError, match="fields: more than"):
        wanted_fields(fields={"a": columns, "b": columns})
    deep: dict[str, Any] = {}
    for _ in range(9):
        deep = {"type": "object", "fields": {"a": deep}}
    with pytest.raises(ValueError, match=r"fields\.a\.a.*: nested deeper than"):
        wanted_fields(fields={"a": deep})


def test_the_docs_name_the_presets_fields() -> None:
    text = DOCS.read_text(encoding="utf-8")
    _, _, presets = text.partition("<!-- presets -->")
    entries = [entry.split(":", 1) for entry in presets.partition("<!--")[0].strip().removeprefix("- ").split("\n- ")]
    told = {name.strip("`"): re.findall(r"`(\w+)`", said) for name, said in entries}
    assert list(told) == list(PRESETS)
    # What a list has is said once.
    lists = {name for fields in LISTS.values() for field in fields for name in (field.name,)}
    for preset, fields in PRESETS.items():
        assert {field.name for field in fields} <= set(told[preset])
        assert {field.name for field in with_parts(fields)} | lists >= set(told[preset])
        assert {part.name for field in fields if not field.many for part in field.fields} <= set(told[preset])
