"""Texts of structured invoices -> the normal forms that fields have. Runs in a page process."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .tree import at, text_at

_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:\D.*|\d{0,6})", re.ASCII)


def day(text: str) -> str:
    """ISO 8601 of `20180305` or `2018-03-05`, with or without a time behind it; empty for anything else."""
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def decimal(text: str, *, money: bool = False) -> str:
    """The number as a text, with a point and without zeros at its end, but with the cents of money; empty for no
    number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return ""
    if not value.is_finite() or abs(value.adjusted()) > 20:
        return ""
    plain = value.normalize()
    exponent = plain.as_tuple().exponent
    if money and isinstance(exponent, int) and exponent > -2:
        return f"{plain:.2f}"
    return f"{plain:f}"


def identifier(text: str) -> str:
    """The text without white space, as ids are."""
    return "".join(text.split())


def address(party: Any, path: str, lines: tuple[str, ...]) -> str:
    """The address at the path, a line each, empty where there is none; in a line such as `PostcodeCode CityName` the
    parts stand together."""
    for place in at(party, path):
        parts = (" ".join(filter(None, (text_at(place, name) for name in line.split(" ")))) for line in lines)
        return "\n".join(filter(None, parts))
    return ""


def without_empty(values: dict[str, str]) -> dict[str, str]:
    """The values without the empty ones."""
    return {name: value for name, value in values.items() if value}
