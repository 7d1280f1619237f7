"""A place in a caller's JSON schema -> what it says, without references and without null. In the worker.

Raises `ValueError` with the place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from .naming import Naming
from .schema_bounds import place

Json = Any
Schema = Mapping[str, Json]

# Said for people, or of the schema itself.
_NOTES = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$schema", "$id")
)
# What is demanded of a value, of an object, of a list.
OF_VALUES = (
    *("enum", "const", "format", "pattern", "minLength", "maxLength", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
)
_OF_OBJECTS = ("properties", "required", "additionalProperties")
OF_LISTS = ("items", "minItems", "maxItems", "uniqueItems")
CHOICES = ("anyOf", "oneOf")
_KNOWN = _NOTES.union(OF_VALUES, _OF_OBJECTS, OF_LISTS, CHOICES, ("type", "$ref", "allOf", "$defs", "definitions"))
_SCALARS = frozenset(("string", "number", "integer", "boolean"))
_NULLS: tuple[Schema, ...] = ({"type": "null"}, {"const": None}, {"enum": [None]})


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the schema `root`: what stands there, its path, and the references that led there.

    `naming` is that of the field that it describes; `said` is what that is, where the place itself does not say it.
    """

    root: Schema
    schema: Schema
    path: tuple[object, ...] = ()
    refs: tuple[str, ...] = ()
    naming: Naming = field(default_factory=Naming)
    said: str = ""

    @property
    def types(self) -> list[str]:
        """The types that a value may have there, null aside; none where nothing is said."""
        said = self.schema.get("type", [])
        types = [said] if isinstance(said, str) else list(said)
        for part in self.parts:
            types += [part["type"]] if isinstance(part["type"], str) else part["type"]
        return [one for one in types if one != "null"]

    @property
    def parts(self) -> list[Schema]:
        """The schemas between which this one leaves the choice (`anyOf`, `oneOf`); none where it leaves none."""
        return [part for key in CHOICES for part in self.schema.get(key, [])]

    @property
    def description(self) -> str:
        """What it is, in the caller's words; empty where nothing says it."""
        return str(self.schema.get("description") or self.said or self.schema.get("title") or "")

    def child(self, *keys: object) -> Node:
        """The place under these keys. Raises `KeyError` where there is none."""
        schema: Json = self.schema
        for key in keys:
            schema = schema[key]
        return replace(self, schema=schema, path=(*self.path, *keys), said="")

    def named(self, name: str) -> Node:
        """The place as that of a field with this name."""
        return replace(self, naming=self.naming.below(name))


def whole(node: Node) -> Node:
    """The place with what it refers to, and null left out of choices and types: any value may be null.

    Raises `ValueError`, which names the place, for references that lead nowhere or round, and for what cannot be kept
    here.
    """
    while True:
        if isinstance(node.schema, bool):
            if not node.schema:
                raise ValueError(f"{place(node.path)}: false allows nothing")
            return replace(node, schema={})
        _check_keywords(node)
        if "$ref" in node.schema:
            node = _referred(node)
        elif "allOf" in node.schema:
            parts = node.schema["allOf"]
            if len(parts) > 1:
                raise ValueError(f"{place((*node.path, 'allOf'))}: more than one schema at once is not served")
            node = _merged(node, "allOf", parts[0])
        else:
            choice = next((key for key in CHOICES if key in node.schema), None)
            return node if choice is None else _chosen(node, choice)


def _check_keywords(node: Node) -> None:
    for key in node.schema:
        if key not in _KNOWN and not key.startswith("x-"):
            raise ValueError(f"{place((*node.path, key))}: this keyword is not served")
        if key in ("$schema", "$id") and node.path:
            raise ValueError(f"{place((*node.path, key))}: a schema within the schema is not served")
    if all(key in node.schema for key in CHOICES):
        raise ValueError(f"{place(node.path)}: anyOf and oneOf at once are not served")


def _referred(node: Node) -> Node:
    """What the reference leads to, with what stands beside the reference."""
    ref = node.schema["$ref"]
    path = (*node.path, "$ref")
    if not ref.startswith("#"):
        raise ValueError(f"{place(path)}: only references within the schema are followed")
    if ref in node.refs:
        raise ValueError(f"{place(path)}: the schema is recursive")
    target: Json = node.root
    for part in unquote(ref[1:]).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(target, Mapping) or key not in target:
            raise ValueError(f"{place(path)}: leads nowhere")
        target = target[key]
    if not isinstance(target, (Mapping, bool)):
        raise ValueError(f"{place(path)}: leads to no schema")
    merged = _merged(node, "$ref", target)
    return replace(merged, refs=(*node.refs, ref))


def _merged(node: Node, key: str, part: Json) -> Node:
    """The place with a part of it put in the key's place. What both say about the value cannot be kept."""
    beside = {name: value for name, value in node.schema.items() if name != key}
    if isinstance(part, bool):
        part = {} if part else {"not": {}}
    both = beside.keys() & part.keys() - _NOTES - {"$defs", "definitions"}
    twice = sorted(name for name in both if beside[name] != part[name])
    if twice:
        raise ValueError(f"{place((*node.path, twice[0]))}: said twice, here and in {key}")
    # What stands beside a root's reference are the definitions, and of the schema itself.
    own = {name: value for name, value in part.items() if name not in ("$schema", "$id")}
    return replace(node, schema={**own, **beside})


def _chosen(node: Node, key: str) -> Node:
    """The place with its choice made, where null is the only other one, or with the values to choose between."""
    parts = [(at, part) for at, part in enumerate(node.schema[key]) if part not in _NULLS]
    if len(parts) == 1:
        return whole(_merged(node, key, parts[0][1]))
    if not parts:
        raise ValueError(f"{place((*node.path, key))}: allows nothing but null")
    values = []
    for at, part in parts:
        inner = whole(replace(node, schema=part, path=(*node.path, key, at)))
        if not inner.types or not _SCALARS.issuperset(inner.types):
            raise ValueError(f"{place(inner.path)}: a choice is between a schema and null, or between values")
        values.append(inner.schema)
    return replace(node, schema={**node.schema, key: values})
