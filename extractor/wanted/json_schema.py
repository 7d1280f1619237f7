"""A caller's JSON schema -> the tree of fields wanted. In the worker.

A schema describes one object: objects in it, lists of objects and lists of values, and values. Of a keyword that cannot
be kept here (`not`, `if`, `patternProperties`, a choice between objects), of one that is not known, of recursion and of
too much of it, a `ValueError` names the place.

Source: JSON Schema 2020-12, https://json-schema.org/draft/2020-12.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..errors import shown
from ..values.wanted import FieldType, JsonForm, WantedField
from .asked import MAX_LEVELS, MAX_NAME, MAX_VALUES
from .concepts import list_concept
from .naming import value_concept
from .schema_bounds import check_schema, check_value_schema, place
from .schema_nodes import CHOICES, OF_LISTS, OF_VALUES, Node, Schema, whole

# How a value is written -> its type where nothing says more, and the types whose values can be written so.
WRITTEN: Mapping[JsonForm, tuple[FieldType, ...]] = {
    "string": ("text", "date", "money", "percent", "number", "integer", "iban", "vat_id", "address"),
    "number": ("number", "money", "percent", "integer"),
    "integer": ("integer", "number", "money", "percent"),
    "boolean": ("boolean",),
}
# A document does not say these as the formats will have them: with a zone, in ISO 8601's words.
_UNSAID = ("time", "duration")
_JSON_TYPES: Mapping[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def schema_fields(schema: Schema) -> tuple[WantedField, ...]:
    """The fields of the object that the schema describes. Raises `ValueError`, which names the place of what is
    wrong."""
    check_schema(schema)
    return _Reader(schema).root()


@dataclass
class _Reader:
    """A schema on its way to fields; `values` are those found so far."""

    schema: Schema
    values: int = 0

    def root(self) -> tuple[WantedField, ...]:
        """The fields of the root."""
        node = whole(Node(self.schema, self.schema))
        if _kind(node) != "object":
            raise ValueError("json_schema: the root is to be an object with properties")
        return self._fields(node)

    def _fields(self, node: Node) -> tuple[WantedField, ...]:
        if len(node.naming.names) >= MAX_LEVELS:
            raise ValueError(f"{place(node.path)}: nested deeper than {MAX_LEVELS} objects")
        properties = node.schema.get("properties")
        if not properties:
            raise ValueError(f"{place(node.path)}: an object is to have properties")
        required = node.schema.get("required", [])
        for name in required:
            if name not in properties:
                raise ValueError(f"{place((*node.path, 'required'))}: {shown(name)} is none of the properties")
        fields = []
        for name in properties:
            child = node.child("properties", name).named(name)
            if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
                raise ValueError(f"{place(child.path)}: a name is printable, of 1 to {MAX_NAME} characters")
            fields.append(replace(self._field(whole(child)), required=name in required))
        return tuple(fields)

    def _field(self, node: Node) -> WantedField:
        kind = _kind(node)
        if kind == "array":
            return self._list(node)
        if kind == "object":
            return WantedField(node.naming.name, "object", "object", fields=self._fields(node))
        return self._value(node)

    def _list(self, node: Node) -> WantedField:
        if not isinstance(node.schema.get("items"), Mapping):
            raise ValueError(f"{place(node.path)}: a list is to say in items what is in it")
        demands = {key: node.schema[key] for key in OF_LISTS if key != "items" and key in node.schema}
        items = whole(node.child("items"))
        kind = _kind(items)
        if kind == "array":
            raise ValueError(f"{place(items.path)}: a list in a list is not served")
        if kind == "object":
            said = node.description or items.description
            concept = list_concept(node.naming.name, said, list(items.schema.get("properties", ())))
            inside = self._fields(replace(items, naming=node.naming.in_list(concept)))
            one = WantedField(node.naming.name, "object", "object", concept, fields=inside, description=said)
        else:
            one = self._value(replace(items, said=items.description or node.description))
        return replace(one, many=True, list_schema=json.dumps(demands) if demands else "")

    def _value(self, node: Node) -> WantedField:
        self.values += 1
        if self.values > MAX_VALUES:
            raise ValueError(f"json_schema: has more than {MAX_VALUES} values")
        options = _options(node)
        form = _form_of(node, options)
        of, concept = _type_of(node, form, options)
        demands = {key: node.schema[key] for key in (*OF_VALUES, *CHOICES) if key in node.schema}
        written = _written(demands, node)
        if node.schema.get("format") == "date-time":
            form = "date_time"
        return WantedField(
            *(node.naming.name, of, form, concept), description=node.description, options=options, schema=written
        )


def _written(demands: Mapping[str, object], node: Node) -> str:
    """What is demanded of a value as a schema of its own, as JSON; empty where that is nothing but its type."""
    if not demands:
        return ""
    written = json.dumps(demands)
    check_value_schema(written, node.path)
    return written


def _kind(node: Node) -> str:
    """`object`, `array` or `value`."""
    kinds = {one if one in ("object", "array") else "value" for one in node.types}
    if not kinds:
        kinds = {"object"} if "properties" in node.schema else {"array"} if "items" in node.schema else {"value"}
    if len(kinds) > 1:
        raise ValueError(f"{place((*node.path, 'type'))}: a choice between kinds of values is not served")
    return kinds.pop()


def _options(node: Node) -> tuple[str | int | float | bool, ...]:
    """The only values that the schema allows, null aside; none where it allows any."""
    given = [node.schema["const"]] if "const" in node.schema else node.schema.get("enum", [])
    options = [one for one in given if one is not None]
    if not all(isinstance(one, (str, int, float)) for one in options):
        raise ValueError(f"{place((*node.path, 'enum'))}: only texts, numbers, true and false are served")
    return tuple(options)


def _form_of(node: Node, options: Collection[object]) -> JsonForm:
    """How the value is written: as a text where the schema allows one, so that amounts are exact."""
    allowed = node.types or [_JSON_TYPES[type(one)] for one in options]
    return next((form for form in WRITTEN if form in allowed), "string")


def _type_of(node: Node, form: JsonForm, options: Collection[object]) -> tuple[FieldType, str | None]:
    """The value's type and the concept that it is, as far as that can be written so."""
    said = node.schema.get("format")
    if said in _UNSAID:
        raise ValueError(f"{place((*node.path, 'format'))}: {said} is not served; leave it out")
    own, allowed = WRITTEN[form][0], WRITTEN[form]
    if form == "string" and said in ("date", "date-time"):
        own, allowed = "date", ("date",)
    elif form == "string" and (said or options):
        allowed = ("text",)
    return value_concept(node.naming, node.description, own, allowed)
