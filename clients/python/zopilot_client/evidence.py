"""A value that was asked for -> where it stands in the document."""

from __future__ import annotations

from typing import Any, cast

from .answer import FieldValue
from .answers import Answer


def evidence(answer: Answer, *place: str | int) -> FieldValue:
    """What the value at this place of `data.values` was read from: its words, page, box and confidence.

    The place is keys and, in lists, numbers from 0: `evidence(answer, "line_items", 0, "amount")`. The box is (left,
    top, right, bottom) in the page's unit, origin top left. All of it is None for a value that was not found. Raises
    `LookupError` where there is no value: it was not asked for, the list is shorter, or what stands there is an object
    or a list.
    """
    node: Any = answer["data"].get("fields")
    for step in place:
        known = range(len(node)) if isinstance(node, list) else node if isinstance(node, dict) else ()
        if node is None or _is_value(node) or step not in known:
            raise LookupError(f"no value was asked for at {place}: there is no {step!r}")
        node = node[step]
    if not _is_value(node):
        raise LookupError(f"at {place} there is more than one value, or none")
    return cast(FieldValue, node)


def _is_value(node: Any) -> bool:
    """Whether it is a value's own. In an object a field of the name `value` is itself an object or a list."""
    return isinstance(node, dict) and "value" in node and not isinstance(node["value"], dict | list)
