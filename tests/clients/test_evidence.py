"""Values that were asked for, and where the Python client says that they stand."""

from __future__ import annotations

from typing import Any, cast

import pytest
from zopilot_client import Answer, evidence


def found(value: str | None) -> dict[str, Any]:
    """A value's own, as an answer has it."""
    return {"value": value, "raw": value, "page": 1, "bbox": None, "confidence": 0.9, "source": "ocr", "words": []}


FIELDS = {
    "total": found("80.90"),
    "seller": {"name": found(None)},
    "line_items": [{"amount": found("1.00")}, {"amount": found("2.00")}],
    "tags": [found("new")],
    # Of objects whose fields are named as parts of a value are.
    "deposit": {"value": found("5.00"), "words": {"value": found("five")}},
}


def answer(**data: Any) -> Answer:
    """An answer with this data."""
    return cast(Answer, {"success": True, "data": data})


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("total",), "80.90"),
        (("seller", "name"), None),
        (("line_items", 1, "amount"), "2.00"),
        (("tags", 0), "new"),
        (("deposit", "value"), "5.00"),
        (("deposit", "words", "value"), "five"),
    ],
    ids=repr,
)
def test_each_value_is_found_at_its_place(place: tuple[str | int, ...], value: str | None) -> None:
    assert evidence(answer(fields=FIELDS), *place)["value"] == value


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (("totl",), "there is no 'totl'"),
        (("line_items", 2, "amount"), "there is no 2"),
        (("line_items", -1, "amount"), "there is no -1"),
        (("line_items", "amount"), "there is no 'amount'"),
        (("total", "value"), "there is no 'value'"),
        (("seller",), "more than one value, or none"),
        (("line_items",), "more than one value, or none"),
        ((), "more than one value, or none"),
    ],
    ids=repr,
)
def test_no_value_there(place: tuple[str | int, ...], reason: str) -> None:
    with pytest.raises(LookupError, match=reason):
        evidence(answer(fields=FIELDS), *place)


def test_nothing_was_asked_for() -> None:
    with pytest.raises(LookupError, match="no value was asked for"):
        evidence(answer(markdown=""), "total")
