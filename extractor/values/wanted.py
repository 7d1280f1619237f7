"""The fields that a caller asks for: a tree of names and types. Made in the worker, filled in page processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# What kind of value a field has. An `object` has fields of its own.
FieldType = Literal[
    "text", "date", "money", "number", "integer", "percent", "boolean", "iban", "vat_id", "address", "object"
]
# How a value is written in `data.values`. Money is a text, exact to the cent, unless the caller's schema says number.
JsonForm = Literal["string", "number", "integer", "boolean", "object"]


@dataclass(frozen=True, slots=True)
class WantedField:
    """A field of an answer, or of an object in it.

    - `name` is the caller's, `description` too; both help to find a field that no table of concepts knows.
    - `concept` is what it is in the tables of labels, such as `invoice_number` or `seller.name`; None where only its
      name says it.
    - `many`: a list of such values, which are objects with the fields `fields` where `type` is `object`.
    - `options` are the only values that it may have, as the caller's enum has them; empty where it may have any.
    - `required`: told as missing where it was not found.
    - `schema` is what the caller's JSON schema demands of a value, as JSON; empty where there is none.
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
