"""A job's `fields`, `json_schema` and `preset` -> the tree of fields wanted. In the worker.

Raises `ValueError` with the place of what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

from ..errors import shown
from ..values.wanted import FieldType, WantedField
from .asked import MAX_LEVELS, MAX_VALUES, AskedField, asked_fields
from .json_schema import schema_fields
from .naming import list_concept, value_concept
from .presets import CONCEPT_TYPES, FORMS, LISTS, PARTY, PRESETS, Preset, with_parts

Asked = Mapping[str, AskedField]


def wanted_fields(
    *, fields: Any = None, json_schema: Mapping[str, Any] | None = None, preset: Preset | None = None
) -> tuple[WantedField, ...]:
    """The fields wanted: a preset's, then those of `fields`, which may say more of a preset's; or a schema's.

    `fields` is a list of names, or a map from names to what they are.
    """
    if json_schema is not None:
        if fields is not None or preset is not None:
            raise ValueError("json_schema: give either this, or fields and preset")
        return schema_fields(json_schema)
    wanted = {one.name: one for one in PRESETS[preset]} if preset else {}
    for name, asked in (asked_fields(fields) if fields is not None else {}).items():
        if name not in wanted or asked != AskedField():
            wanted[name] = _wanted((name,), asked)
    tree = tuple(wanted.values())
    if sum(not one.fields for one in with_parts(tree)) > MAX_VALUES:
        raise ValueError(f"fields: more than {MAX_VALUES} values")
    return tree


def _wanted(names: tuple[str, ...], asked: AskedField) -> WantedField:
    """The field with this name, behind those of the objects around it."""
    place = ".".join(["fields", *(shown(name) for name in names)])
    if len(names) > MAX_LEVELS:
        raise ValueError(f"{place}: nested deeper than {MAX_LEVELS} objects")
    said = asked.description or ""
    concept = list_concept(names, said) if asked.type in (None, "list") else None
    if asked.type in ("object", "list") or (asked.type is None and (concept or asked.fields)):
        many = asked.type == "list" or concept is not None
        inner = _inner(names, asked.fields) if asked.fields else LISTS.get(concept or "")
        if not inner:
            raise ValueError(f"{place}: say in fields what is in it")
        one = WantedField(names[-1], "object", "object", concept, many, fields=inner)
    elif asked.fields:
        raise ValueError(f"{place}.fields: only an object or a list has fields")
    elif asked.type == "party":
        one = WantedField(names[-1], "object", "object", fields=_party(names, said))
    else:
        own = cast(FieldType, asked.type or "text")
        of, concept = value_concept(names, said, own, _types_like(asked.type))
        one = WantedField(names[-1], of, FORMS[own if asked.type else of], concept)
    return replace(one, required=asked.required, description=said)


def _inner(names: tuple[str, ...], asked: Asked) -> tuple[WantedField, ...]:
    return tuple(_wanted((*names, name), one) for name, one in asked.items())


def _party(names: tuple[str, ...], said: str) -> tuple[WantedField, ...]:
    """What is usually said of a party. What the party is called helps to find one of no known kind."""
    wanted = []
    for name, own in PARTY.items():
        of, concept = value_concept((*names, name), said, own, (own,))
        what = " ".join(filter(None, (names[-1], name, said)))
        wanted.append(WantedField(name, of, FORMS[of], concept, description=what))
    return tuple(wanted)


def _types_like(asked: str | None) -> Collection[FieldType]:
    """The types that a field's concept may have where the caller says this type."""
    every = tuple(set(CONCEPT_TYPES.values()))
    if asked is None:
        return every
    if asked == "text":
        return ("text", "iban", "vat_id", "address", "date")
    if asked in ("number", "integer", "money", "percent"):
        return ("number", "integer", "money", "percent")
    return (cast(FieldType, asked),)
