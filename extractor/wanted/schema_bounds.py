"""Is a caller's JSON schema one, and small enough to be looked at? In the worker; values are held against one in page
processes.

Draft 2020-12; what this worker takes of it means the same in 2019-09 and draft 7. Nothing that a schema names is
fetched. Raises `ValueError` with the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema_rs

from ..errors import shown

Json = Any

MAX_SCHEMA_BYTES = 64 * 2**10
MAX_SCHEMA_NODES = 8000
MAX_SCHEMA_DEPTH = 64
_LARGEST_NUMBER = 10**15

DIALECTS = (
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema#",
    "http://json-schema.org/draft-07/schema",
)
# What a caller's pattern may cost.
PATTERNS = jsonschema_rs.FancyRegexOptions(backtrack_limit=100_000, size_limit=2**20)


def place(path: Iterable[object]) -> str:
    """A place in the schema, as messages name it: `json_schema.properties.total.type`."""
    return ".".join(["json_schema", *(shown(part) for part in path)])


def check_schema(schema: Mapping[str, Json]) -> None:
    """Raises `ValueError` where the schema is too large, no JSON, of another dialect, or no schema."""
    _check_size(schema)
    if schema.get("$schema", DIALECTS[0]) not in DIALECTS:
        raise ValueError(f"{place(['$schema'])}: use {DIALECTS[0]}")
    try:
        jsonschema_rs.meta.validate(dict(schema))
    except jsonschema_rs.ValidationError as error:
        raise ValueError(f"{place(error.instance_path)}: not what JSON Schema has there") from None


def check_value_schema(written: str, path: tuple[object, ...]) -> None:
    """Raises `ValueError` where a value cannot be held against what is demanded of it: a pattern costs too much."""
    try:
        value_validator(written)
    except ValueError:
        raise ValueError(f"{place(path)}: cannot be held against a value (its pattern?)") from None


def value_validator(written: str) -> Any:
    """A validator of jsonschema_rs for values, from what is demanded of them as JSON; nothing that it names is fetched.

    Raises `ValueError` where that is no schema, or one that costs too much.
    """
    return jsonschema_rs.validator_for(
        json.loads(written), offline=True, validate_formats=True, pattern_options=PATTERNS
    )


def _check_size(schema: Json) -> None:
    """Without recursion: a schema may be nested deeper than Python is."""
    nodes, size = 0, 0
    waiting: list[tuple[Json, int]] = [(schema, 1)]
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if depth > MAX_SCHEMA_DEPTH:
            raise ValueError(f"json_schema: nested deeper than {MAX_SCHEMA_DEPTH}")
        if isinstance(node, Mapping):
            size += sum(_text_size(key) for key in node)
            waiting += [(child, depth + 1) for child in node.values()]
        elif isinstance(node, list):
            waiting += [(child, depth + 1) for child in node]
        elif isinstance(node, str):
            size += _text_size(node)
        elif not (node is None or _is_number(node)):
            raise ValueError("json_schema: has a value that is no JSON, or a number that is too large")
        if nodes > MAX_SCHEMA_NODES or size > MAX_SCHEMA_BYTES:
            raise ValueError(
                f"json_schema: larger than {MAX_SCHEMA_BYTES // 2**10} KiB, or than {MAX_SCHEMA_NODES} parts"
            )


def _text_size(text: object) -> int:
    if not isinstance(text, str):
        raise ValueError("json_schema: has a key that is no text")
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise ValueError("json_schema: has a text that is no Unicode") from None


def _is_number(node: object) -> bool:
    return isinstance(node, (int, float)) and abs(node) < _LARGEST_NUMBER
