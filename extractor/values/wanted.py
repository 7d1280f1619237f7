"""The fields that a caller asks for: a tree of names and types. Made in the worker, filled in page processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .element_types import SOURCES

# What kind of value a field has. An `object` has fields of its own.
FieldType = Literal[
    "text", "date", "money", "number", "integer", "percent", "boolean", "iban", "vat_id", "address", "object"
]
# How a value is written. Money is a text, exact to the cent, unless the caller's schema says number. A `date_time` is
# the beginning of a day, for schemas that will have no date.
JsonForm = Literal["string", "number", "integer", "boolean", "date_time", "object"]
# Where a value is from.
FieldSource = Literal["text_layer", "ocr", "embedded_xml"]
FIELD_SOURCES: Mapping[FieldSource, str] = {
    "text_layer": SOURCES["text_layer"],
    "ocr": SOURCES["ocr"],
    "embedded_xml": "the structured data that came inside the document (ZUGFeRD, Factur-X, XRechnung)",
}


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field of an answer, or of an object in it.

    - `name` is the caller's, `description` too; both help to find a field that no table of concepts knows.
    - `type` is what is looked for, `form` how its value is written in the answer.
    - `concept` is what it is in the tables of labels, such as `invoice_number` or `seller.name`; None where only its
      name says it.
    - `many`: a list of such values, which are objects with the fields `fields` where `type` is `object`.
    - `options` are the only values that it may have, as the caller's enum has them; empty where it may have any.
    - `required`: told as missing where it was not found.
    - `schema` is what the caller's JSON schema demands of a value beyond its type, `list_schema` of the list of them,
      each as JSON; empty where that is nothing.
    """

    name: str
    type: FieldType
    form: JsonForm = "string"
    concept: str | None = None
    many: bool = False
    required: bool = False
    description: str = ""
    options: tuple[str | int | float | bool, ...] = ()
    fields: tuple[WantedField, ...] = ()
    schema: str = ""
    list_schema: str = ""
