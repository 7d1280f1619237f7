"""A document -> what it says of the fields wanted: the order of this room. Runs in a page process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..values.document import Document
from ..values.wanted import WantedField
from .answer import fields_of, values_of
from .filled import Filled, missing
from .found import Found, FoundFields, FoundRow

Json = Any


@dataclass(frozen=True, slots=True)
class FieldsReading:
    """What an answer says of the fields wanted, as JSON values.

    - `fields` is `data.fields`: the values with their evidence.
    - `values` is `data.values`: the values alone.
    - `missing` are the paths of required fields that were not found.
    - `checks` are the relations between values that were looked at.
    """

    fields: dict[str, Json]
    values: dict[str, Json]
    missing: tuple[str, ...]
    checks: tuple[dict[str, Json], ...]


def read_fields(document: Document, wanted: tuple[WantedField, ...], embedded: str | None = None) -> FieldsReading:
    """What the document says of the fields wanted.

    `embedded` is the structured data that came inside the document, as XML.
    """
    found = FoundFields()
    filled = tuple(_filled(one, found.single, found) for one in wanted)
    return FieldsReading(fields_of(filled), values_of(filled), tuple(missing(filled)), ())


def _filled(wanted: WantedField, values: FoundRow | dict[str, Found], found: FoundFields) -> Filled:
    """The field with what was found of its concept among these values, or among all lists."""
    if wanted.type != "object":
        return Filled(wanted, values.get(wanted.concept or ""))
    if not wanted.many:
        return Filled(wanted, fields=tuple(_filled(one, values, found) for one in wanted.fields))
    rows = found.rows.get(wanted.concept or "", [])
    return Filled(wanted, rows=tuple(tuple(_filled(one, row, found) for one in wanted.fields) for row in rows))
