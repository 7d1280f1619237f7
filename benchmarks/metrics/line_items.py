"""An invoice's line items and an answer's tables -> whether each item is in one row, whole and alone.

An item is found where one row of one table has its description and, in a cell, its amount. It is whole where a cell of
that row is its quantity too ("2", or "2 Stück"). A row in which two items meet counts for neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

Json = Any

_NUMBER = re.compile(r"[-\u2212]?\d[\d.,'\u00a0 ]*")


def found_items(items: Sequence[Json], tables: Sequence[Json]) -> list[tuple[bool, bool]]:
    """For each item whether it was found with its amount, and whether it was whole."""
    rows = list(_rows(tables))
    names = [_squashed(item["description"]) for item in items]
    result = []
    for item, name in zip(items, names, strict=True):
        others = [other for other in names if other not in name and name not in other]
        amount, quantity = Decimal(item["amount"]), item.get("quantity")
        held = [
            {_number(cell) for cell in row}
            for row in rows
            if name in (text := _squashed("".join(row))) and not any(other in text for other in others)
        ]
        held = [numbers for numbers in held if amount in numbers]
        whole = any(quantity is None or Decimal(quantity) in numbers for numbers in held)
        result.append((bool(held), whole))
    return result


def _rows(tables: Sequence[Json]) -> Iterator[list[str]]:
    """The rows of all tables."""
    for table in tables:
        rows: dict[int, list[str]] = {}
        for cell in table["cells"]:
            rows.setdefault(cell["row"], []).append(cell["text"])
        yield from rows.values()


def _squashed(text: str) -> str:
    """The text without whitespace, folded."""
    return re.sub(r"\W+", "", text).lower()


def _number(text: str) -> Decimal | None:
    """The first number of a text, with a point or a comma before its decimals; None without one."""
    found = _NUMBER.search(text)
    if not found:
        return None
    digits = re.sub(r"['\u00a0 ]", "", found[0]).replace("\u2212", "-").rstrip(".,")
    if "," in digits and "." in digits:
        thousands, point = (".", ",") if digits.rfind(",") > digits.rfind(".") else (",", ".")
        digits = digits.replace(thousands, "").replace(point, ".")
    elif digits.count(",") == 1 and re.search(r",\d{1,4}$", digits):
        digits = digits.replace(",", ".")
    else:
        digits = digits.replace(",", "")
        digits = digits if digits.count(".") < 2 else digits.replace(".", "")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None
