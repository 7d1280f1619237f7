"""Groups of lines -> the same, with columns named by what their numbers show where their heads do not say it.

A quantity times a price is the amount, and a rate of a base is the tax, whatever the columns are called. Runs in a
page process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise, permutations

from .amounts import is_product, is_tax
from .column_heads import OTHER, ListKind
from .list_groups import Group, has_name
from .list_lines import Line, value_in
from .parsing import Style, typed_values
from .printed import Phrase

# Columns whose heads may mean something else than they seem to: `Unit` a price, `#` a quantity.
DOUBTFUL = frozenset(("item.position", "item.unit", "item.discount", "item.quantity", "item.code"))
# The fewest rows that show what a column is, if there are as many.
SHOWN_BY = 2
# No rate of a tax is higher, in percent.
HIGHEST = 100
# No table has as many rows.
MOST_ROWS = 10_000
# The most columns that are looked at.
MOST = 6

Numbers = list[Decimal | None]


def meant(kind: ListKind, groups: Sequence[Group], style: Style) -> list[Group]:
    """The groups with their lines' columns named by what the numbers in them mean."""
    names: dict[str, str] = {}
    if kind == "line_items":
        names = _items(groups, style)
    elif kind == "taxes":
        names = _taxes(groups, style)
    return [Group(tuple(_renamed(line, names) for line in group.lines), group.own) for group in groups]


def _items(groups: Sequence[Group], style: Style) -> dict[str, str]:
    """New names of columns, so that quantity times price is the amount; none where it is so already."""
    away: dict[str, str] = {}
    columns = _columns(groups)
    if "item.description" not in columns and any(has_name(line.get("item.position", ())) for line in _owns(groups)):
        # `Position` may be what is counted, not its number.
        away = {"item.position": "item.description"}
    elif not _counts(_numbers(groups, "item.position", style)):
        away = {"item.position": f"{OTHER}position"}
    if any(_is_above(line.get("item.tax_rate", ()), HIGHEST, style) for line in _owns(groups)):
        # Taxes are no rates.
        away["item.tax_rate"] = f"{OTHER}taxes"
    amounts = _numbers(groups, "item.amount", style)
    quantities, prices = (_numbers(groups, one, style) for one in ("item.quantity", "item.unit_price"))
    if _shown(_products(quantities, prices, amounts)):
        return away
    free = [one for one in columns if one.startswith(OTHER) or one in DOUBTFUL]
    numbers = {one: _numbers(groups, one, style) for one in free[:MOST]}
    if any(price is not None for price in prices):
        fitting = [one for one in numbers if _shown(_products(numbers[one], prices, amounts))]
        return {**away, fitting[0]: "item.quantity"} if fitting else away
    for one, other in permutations(numbers, 2):
        if _shown(_products(numbers[one], numbers[other], amounts)) and _is_price(one, other, numbers):
            return {**away, one: "item.quantity", other: "item.unit_price"}
    return away


def _owns(groups: Sequence[Group]) -> Iterator[Line]:
    return (group.lines[group.own] for group in groups)


def _is_above(phrases: Sequence[Phrase], most: int, style: Style) -> bool:
    return any(float(typed.value) > most for one in phrases for typed in typed_values("money", one.words, style))


def _counts(numbers: Numbers) -> bool:
    """Whether the numbers count the rows, as far as they can be read."""
    known = [number for number in numbers if number is not None]
    return all(one < other for one, other in pairwise(known)) and all(number < MOST_ROWS for number in known)


def _is_price(one: str, other: str, numbers: dict[str, Numbers]) -> bool:
    """Whether the second column rather than the first one has the prices: a known quantity, or more decimals."""
    if "item.quantity" in (one, other):
        return one == "item.quantity"
    return _decimals(numbers[other]) >= _decimals(numbers[one])


def _decimals(numbers: Numbers) -> int:
    return sum(number is not None and number.as_tuple().exponent == -2 for number in numbers)


def _taxes(groups: Sequence[Group], style: Style) -> dict[str, str]:
    """New names of columns, so that the rate of the base is the tax."""
    rates, bases, taxes = (_numbers(groups, f"tax.{one}", style) for one in ("rate", "base", "amount"))
    if all(rate is None for rate in rates):
        free = [one for one in _columns(groups) if one.startswith(OTHER)]
        fitting = [one for one in free if any(_tax_rows(_numbers(groups, one, style), bases, taxes))]
        return {fitting[0]: "tax.rate", "tax.rate": f"{OTHER}rate"} if fitting else {}
    if any(_tax_rows(rates, bases, taxes)):
        return {}
    free = [one for one in _columns(groups) if one.startswith(OTHER) or one in ("tax.base", "tax.amount", "tax.gross")]
    numbers = {one: _numbers(groups, one, style) for one in free[:MOST]}
    for base, tax in permutations(numbers, 2):
        if any(_tax_rows(rates, numbers[base], numbers[tax])):
            away = {"tax.base": f"{OTHER}base", "tax.amount": f"{OTHER}amount"}
            return {**away, base: "tax.base", tax: "tax.amount"}
    return {}


def _shown(products: Sequence[bool]) -> bool:
    """Whether enough rows agree, and none does not."""
    return all(products) and len(products) >= SHOWN_BY


def _products(quantities: Numbers, prices: Numbers, amounts: Numbers) -> list[bool]:
    """For each row that has all three, whether they agree. One piece, or nothing, shows nothing unless it fails."""
    rows = zip(quantities, prices, amounts, strict=True)
    found = [(q, p, is_product(q, p, a)) for q, p, a in rows if q is not None and p is not None and a is not None]
    return [holds for quantity, price, holds in found] if any(q != 1 and p for q, p, _ in found) else []


def _tax_rows(rates: Numbers, bases: Numbers, taxes: Numbers) -> Iterator[bool]:
    for rate, base, tax in zip(rates, bases, taxes, strict=True):
        if rate and base and tax is not None:
            yield is_tax(base, rate, tax)


def _columns(groups: Sequence[Group]) -> list[str]:
    return list(dict.fromkeys(concept for group in groups for line in group.lines for concept in line))


def _numbers(groups: Sequence[Group], concept: str, style: Style) -> Numbers:
    """The column's number in each row's own line, or in the first line that has one."""
    numbers: Numbers = []
    for group in groups:
        lines = (group.lines[group.own], *group.lines)
        values = (value for line in lines if (value := value_in(line, concept, style)) is not None)
        typed = next(values, None)
        numbers.append(None if typed is None else Decimal(str(typed[1].value)))
    return numbers


def _renamed(line: Line, names: dict[str, str]) -> Line:
    renamed: Line = {}
    for concept, phrases in line.items():
        renamed.setdefault(names.get(concept, concept), []).extend(phrases)
    return renamed
