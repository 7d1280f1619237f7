"""A job's `fields`, `json_schema` and `preset` -> the tree of fields wanted. In the worker.

Raises `ValueError` with the place of what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

from ..errors import shown
from ..values.options import Preset
from ..values.wanted import FieldType, WantedField
from .asked import MAX_LEVELS, MAX_VALUES, AskedField, asked_fields
from .concepts import list_concept
from .json_schema import schema_fields
from .naming import Naming, value_concept
from .presets import CONCEPT_TYPES, FORMS, LISTS, PARTY, PRESETS, with_parts

Asked = Mapping[str, AskedField]


def wanted_fields(
    *, fields: Any = None, json_schema: Mapping[str, Any] | None = None, preset: Preset | None = None
) -> tuple[WantedField, ...]:
    """The fields wanted: a preset's, then those of `fields`, which may say more of a preset's; or a schema's.

    `fields` is a list of names, or a map from names to what they are. Raises `ValueError` with the place of what is
    wrong.
    """
    if json_schema is not None:
        if fields is not None or preset is not None:
            raise ValueError("json_schema: give either this, or fields and preset")
        return schema_fields(json_schema)
    wanted = {one.name: one for one in PRESETS[preset]} if preset else {}
    for name, asked in (asked_fields(fields) if fields is not None else {}).items():
        if name not in wanted or asked != AskedField():
            wanted[name] = _wanted(Naming((name,)), asked)
    tree = tuple(wanted.values())
    if sum(not one.fields for one in with_parts(tree)) > MAX_VALUES:
        raise ValueError(f"fields: more than {MAX_VALUES} values")
    return tree


def _wanted(naming: Naming, asked: AskedField) -> WantedField:
    """The field with this name."""
    place = ".".join(["fields", *(shown(name) for name in naming.names)])
    if len(naming.names) > MAX_LEVELS:
        raise ValueError(f"{place}: nested deeper than {MAX_LEVELS} objects")
    said = asked.description or ""
    # In an object of a list, `artikel` is a value: what is in a list of its own is said.
    may_be_list = asked.type == "list" or (asked.type is None and (naming.of_list is None or asked.fields))
    concept = list_concept(naming.name, said, list(asked.fields or ())) if may_be_list else None
    if asked.type in ("object", "list") or (asked.type is None and (concept or asked.fields)):
        many = asked.type == "list" or concept is not None
        within = naming.in_list(concept) if many else naming
        inner = tuple(_wanted(within.below(name), one) for name, one in (asked.fields or {}).items())
        inner = inner or LISTS.get(concept or "", ())
        if not inner:
            raise ValueError(f"{place}: say in fields what is in it")
        one = WantedField(naming.name, "object", "object", concept, many, fields=inner)
    elif asked.fields:
        raise ValueError(f"{place}.fields: only an object or a list has fields")
    elif asked.type == "party":
        one = WantedField(naming.name, "object", "object", fields=_party(naming, said))
    else:
        own = cast(FieldType, asked.type or "text")
        of, concept = value_concept(naming, said, own, _types_like(asked.type))
        one = WantedField(naming.name, of, FORMS[own if asked.type else of], concept)
    return replace(one, required=asked.required, description=said)


def _party(naming: Naming, said: str) -> tuple[WantedField, ...]:
    """What is usually said of a party. What the party is called helps to find one of no known kind."""
    wanted = []
    for name, own in PARTY.items():
        of, concept = value_concept(naming.below(name), said, own, (own,))
        what = " ".join(filter(None, (naming.name, name, said)))
        wanted.append(WantedField(name, of, FORMS[of], concept, description=what))
    return tuple(wanted)


def _types_like(asked: str | None) -> Collection[FieldType]:
    """The types that a field's concept may have where the caller says this type."""
    every = set(CONCEPT_TYPES.values())
    if asked in (None, "text"):
        return every
    if asked in ("number", "integer", "money", "percent"):
        return ("number", "integer", "money", "percent")
    return (cast(FieldType, asked),)
