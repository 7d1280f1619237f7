"""A receipt -> its items: lines with an amount at their end, above the totals. Runs in a page process.

Nothing heads these lines. A line has its description before the amount, or stands under it: `3 x 1.20      3.60`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ..values.words import Word
from .amounts import is_product
from .found import FoundRow, found_in
from .parsing import Style, Typed, typed_values
from .parsing.units import UNITS, unit_key
from .printed import Phrase, Printed, PrintedPage, says_something

# How sure a value of such a line is, before checks.
SURE = 0.7
# Digits that are no amount.
ID = re.compile(r"\d{6}")
# What stands between a quantity and a price.
TIMES = re.compile(r"(?:\d+(?:[.,]\d+)?)?[xX\u00d7*@](?:\d+[.,]\d\d)?")
# A count of pieces before a name, and the fewest items whose numbers are told from names.
COUNT, FEWEST = re.compile(r"([1-9]\d?)[xX]?"), 2
# A count with its sign before a name, and how many words they are.
COUNTED, SIGNS, SIGNED = re.compile(r"[1-9]\d{0,2}"), frozenset("xX\u00d7*"), 2
# Max distance, in text heights, of an item's amount from the right edge of the others.
EDGE = 1.5


def receipt_items(printed: Printed, style: Style, stops: Mapping[int, set[str]]) -> list[FoundRow]:
    """The items of the first page, if totals stand below them; none where nothing looks like an item.

    `stops` are the concepts of the totals' labels by their phrases' `id`.
    """
    page = printed.pages[0] if printed.pages else None
    if page is None:
        return []
    ends = (at for at, row in enumerate(page.rows) if any(id(phrase) in stops for phrase in row[:2]))
    # A number for taxes begins as a tax does.
    end = next((at for at in ends if not _is_id(page.rows[at], style)), None)
    return _with_counts(list(_items(page, end, style)), style) if end is not None else []


def _is_id(row: Sequence[Phrase], style: Style) -> bool:
    return ID.search(" ".join(phrase.text for phrase in row)) is not None and _amount_of(row, style) is None


def _with_counts(rows: list[FoundRow], style: Style) -> list[FoundRow]:
    """The items without the numbers that all their names begin with: their quantities, unless they count the items."""
    plain = [row for row in rows if "item.quantity" not in row]
    firsts = [COUNT.fullmatch(row["item.description"].words[0].word.text) for row in plain]
    counts = [int(first[1]) if first else 0 for first in firsts]
    if len(plain) < FEWEST or not all(counts) or not all(_is_named(row) for row in plain):
        return rows
    numbered = len(plain) > FEWEST and counts == list(range(1, len(plain) + 1))
    for row, count in zip(plain, counts, strict=True):
        name = row["item.description"]
        words = [one.word for one in name.words]
        named, price = _with_price(words[1:], count, [one.word for one in row["item.amount"].words], style)
        row["item.description"] = found_in(name.page, named, " ".join(word.text for word in named), SURE)
        if price is not None:
            row["item.unit_price"] = found_in(name.page, *price, SURE)
        if not numbered or price is not None:
            row["item.quantity"] = found_in(name.page, words[:1], str(count), SURE)
    return rows


def _is_named(row: FoundRow) -> bool:
    """Whether a name stands behind the first word."""
    return says_something(one.word for one in row["item.description"].words[1:])


def _items(page: PrintedPage, end: int, style: Style) -> Iterator[FoundRow]:
    amounts = {at: found for at in range(end) if (found := _amount_of(page.rows[at], style)) is not None}
    edge = max((found[0][-1].box[2] for found in amounts.values()), default=0.0)
    above: Sequence[Phrase] = ()
    for at in range(end):
        row = page.rows[at]
        if at not in amounts:
            above = row
            continue
        words, typed = amounts[at]
        if edge - words[-1].box[2] <= EDGE * row[-1].height:
            item = _item(row, words, above, style)
            if item is not None:
                yield {**item, "item.amount": found_in(page.number, words, typed.value, SURE, typed.currency)}
        above = ()


def _amount_of(row: Sequence[Phrase], style: Style) -> tuple[tuple[Word, ...], Typed] | None:
    """The amount, with two decimals, that ends the row, and its words."""
    last = row[-1]
    for typed in reversed(typed_values("money", last.words, style)):
        behind = last.words[typed.end :]
        if (
            re.search(r"\.\d\d$", str(typed.value))
            and typed.quality >= 0.9
            and all(len(one.text) <= 2 for one in behind)
        ):
            return last.words[typed.first : typed.end], typed
    return None


def _item(row: Sequence[Phrase], amount: Sequence[Word], above: Sequence[Phrase], style: Style) -> FoundRow | None:
    """What stands before the amount; None where no words say what the item is."""
    before = [word for phrase in row for word in phrase.words if word.box[2] <= amount[0].box[0]]
    page = row[0].page
    found: FoundRow = {}
    if begins_with_count(before):
        named, price = _with_price(before[SIGNED:], int(before[0].text), amount, style)
        if says_something(named):
            found["item.quantity"] = found_in(page, before[:1], before[0].text, SURE)
            if price is not None:
                found["item.unit_price"] = found_in(page, *price, SURE)
            return {"item.description": found_in(page, named, " ".join(word.text for word in named), SURE), **found}
    times = next((at for at, word in enumerate(before) if TIMES.fullmatch(word.text)), None)
    if times is not None:
        unit = times > 1 and unit_key(before[times - 1].text) in UNITS
        offset = times if before[times].text[0].isdigit() else max(0, times - 1 - unit)
        numbers = typed_values("number", before[offset:], style)
        # A count is glued to its sign, or the price stands right behind it.
        far = 0 if before[times].text[0].isdigit() else 1 + unit
        if len(numbers) == 2 and numbers[1].first - numbers[0].end <= far:
            for concept, one in zip(("item.quantity", "item.unit_price"), numbers, strict=True):
                words = before[offset + one.first : offset + one.end]
                found[concept] = found_in(page, words, one.value, SURE, one.currency)
            if unit:
                found["item.unit"] = found_in(page, before[times - 1 : times], before[times - 1].text, SURE)
            before = before[:offset]
    named = before if says_something(before) else [word for phrase in above for word in phrase.words]
    if not says_something(named):
        return None
    return {"item.description": found_in(page, named, " ".join(word.text for word in named), SURE), **found}


def begins_with_count(words: Sequence[Word]) -> bool:
    """Whether a count and its sign stand before a name, `SIGNED` words: `2 x Menu`."""
    return len(words) > SIGNED and COUNTED.fullmatch(words[0].text) is not None and words[1].text in SIGNS


def _with_price(
    words: Sequence[Word], count: int, amount: Sequence[Word], style: Style
) -> tuple[Sequence[Word], tuple[Sequence[Word], str] | None]:
    """The words of a name without the price of one behind it, and that price: it times the count is the amount."""
    prices, sums = (typed_values("money", one, style) for one in (words, amount))
    if prices and sums and prices[-1].end == len(words) and prices[-1].first:
        price = prices[-1]
        if is_product(Decimal(count), Decimal(str(price.value)), Decimal(str(sums[-1].value))):
            return words[: price.first], (words[price.first :], str(price.value))
    return words, None
