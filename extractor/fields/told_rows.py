"""Rows of a table -> those that are rows of its list, not sums, discounts or notes between them.

Runs in a page process.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from .amounts import amount_of, is_tax
from .column_heads import ListKind
from .found import FoundRow, found_in
from .labels import squashed
from .list_lines import SUMS
from .receipt_items import SIGNED, begins_with_count

# How texts begin that say what is taken off an item or a sum, or put on it.
_ALLOWANCES = (
    "rabatt nachlass abschlag zuschlag skonto abzgl abzuglich zzgl discount less rebate surcharge remise rabais"
    " escompte descuento recargo sconto maggiorazione korting toeslag desconto acrescimo rabat upust doplata"
)
ALLOWANCES = tuple(_ALLOWANCES.split())
# A rate behind a name, the fewest rows that show one, and how sure it is, before checks.
RATE, FEWEST, SURE = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?%"), 2, 0.85
# Max tax rate, in percent of its base.
HIGHEST_TAX = 30


def told_rows(kind: ListKind, rows: Sequence[FoundRow]) -> list[FoundRow]:
    """The rows of the list, in order."""
    if kind == "line_items":
        return [_with_count(row) for row in _with_rates(_items(rows))]
    return _taxes(rows) if kind == "taxes" else list(rows)


def _items(rows: Sequence[FoundRow]) -> list[FoundRow]:
    """The rows with a name, where names are known, and with a number of their own, where items are numbered."""
    named = sum("item.description" in row for row in rows)
    numbered = sum("item.position" in row for row in rows)
    counted = sum(_is_counted(row) for row in rows)
    return [
        row
        for row in rows
        if ("item.description" in row or not named)
        and ("item.position" in row or _is_counted(row) or not numbered)
        and not (2 * counted >= len(rows) and not _is_counted(row) and _begins(row, ALLOWANCES))
        and not ("item.position" not in row and "item.unit_price" not in row and _begins(row, SUMS))
    ]


def _with_rates(rows: list[FoundRow]) -> list[FoundRow]:
    """The rows, where each name ends in a percentage, with that as their tax rates: two columns stand close."""
    names = [row["item.description"] for row in rows if "item.description" in row]
    if len(rows) < FEWEST or any("item.tax_rate" in row for row in rows):
        return rows
    told = [name for name in names if len(name.words) > 1 and RATE.fullmatch(name.words[-1].word.text)]
    if len(told) < len(rows):
        return rows
    for row, name in zip(rows, told, strict=True):
        words, rate = [one.word for one in name.words], name.words[-1].word
        row["item.description"] = found_in(name.page, words[:-1], " ".join(word.text for word in words[:-1]), SURE)
        value = format(Decimal(rate.text.rstrip("%").replace(",", ".")).normalize(), "f")
        row["item.tax_rate"] = found_in(name.page, [rate], value, SURE)
    return rows


def _with_count(row: FoundRow) -> FoundRow:
    """The row with the count that its name begins with as its quantity: `2 x Menu`."""
    name = row.get("item.description")
    words = [] if name is None else [one.word for one in name.words]
    if name is None or "item.quantity" in row or not begins_with_count(words):
        return row
    named = found_in(name.page, words[SIGNED:], " ".join(word.text for word in words[SIGNED:]), SURE)
    return {**row, "item.description": named, "item.quantity": found_in(name.page, words[:1], words[0].text, SURE)}


def _is_counted(row: FoundRow) -> bool:
    return "item.quantity" in row or "item.unit_price" in row


def _begins(row: FoundRow, words: tuple[str, ...]) -> bool:
    name = row.get("item.description")
    return name is not None and squashed(str(name.value)).startswith(words)


def _taxes(rows: Sequence[FoundRow]) -> list[FoundRow]:
    """The rows whose tax is the rate of the base; where no rate says so, those whose tax may be one."""
    based = [row for row in rows if "tax.base" in row]
    rated = [row for row in based if "tax.rate" in row]
    if rated:
        return rated if any(_holds(row) for row in rated) else []
    return [row for row in based if _may_be(row)]


def _holds(row: FoundRow) -> bool:
    rate, base, tax = (amount_of(row.get(f"tax.{one}")) for one in ("rate", "base", "amount"))
    return rate is not None and base is not None and tax is not None and is_tax(base, rate, tax)


def _may_be(row: FoundRow) -> bool:
    base, tax = amount_of(row.get("tax.base")), amount_of(row.get("tax.amount"))
    return base is not None and tax is not None and tax * base >= 0 and abs(tax) * 100 <= abs(base) * HIGHEST_TAX
