"""Amounts, numbers, percentages and quantities in a run of words. Runs in a page process.

A number is what stands alone as one: no part of a date, of an id or of a word. Where a mark may be the decimal one or
part thousands (1.234), the document's style decides, and the quality says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...values.currencies import CODES
from . import currencies
from .run import Run, Style, Typed
from .units import UNITS, unit_key

# A space parts thousands only in front of exactly three digits. O is a slip for 0 between digits.
_TOKEN = re.compile(
    r"(?<![\d])(?:[1-9]\d{0,2}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d[\dO]*(?:[.,'\u2019][\dO]+)*|(?<!\.)[.,]\d\d(?!\d))"
)
_SIGN = r"[-\u2212\u2013+]"
# What may stand between a number and what is before it: a sign, a bracket, a currency.
_BEFORE = re.compile(
    rf"(?:(?P<outer>(?<![\w)]){_SIGN}) ?)?(?P<open>\()?(?:(?<![^\W\d_])(?P<currency>{currencies.PRINTED})[ :.]{{0,2}})?"
    rf"(?:(?P<inner>(?<![\w)]){_SIGN}) ?)?$"
)
_AFTER = re.compile(
    r"(?P<minus>[-\u2212\u2013](?![\w.]))?(?P<close>\))?"
    rf"(?: ?(?P<percent>%)| ?(?P<currency>{currencies.PRINTED})(?![^\W\d_])"
    rf"|,(?P<dash>[-\u2212\u2013]+))?(?P<minus2> ?-(?!\S))?"
)
# Debit and credit, as German banks mark them behind the amount.
_MARKED = re.compile(r" ?(?P<mark>[SH])(?!\S)")
# A number that goes on behind its last digit is none: a time, a fraction, an id, a longer number.
_GOES_ON = re.compile(r"[.,'\u2019]\d|[/:]\d|[-\u2212\u2013]\w|/\w")
_UNIT = re.compile(r" ?(?P<unit>[^\W\d_]{1,12}(?:\(s\)|[²³23])?\.?)(?![\w])")
_TIMES = re.compile(r" ?[x\u00d7*](?![^\W\d_])")
# Enough characters before a number for a sign, a bracket and the longest currency.
_REACH = 12


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number in a text: where it is with all that belongs to it, its value, and what stands beside it.

    - It is at `[start, end)` of the text, its sign and its currency included.
    - `value` is a decimal with a point. `digits` are the number's own characters.
    - `quality`, in [0, 1], is how sure the value is.
    - `currency` is the ISO 4217 code of the currency beside it, `unit` the unit as printed; None without one.
    - `percent`: a percent sign follows.
    """

    start: int
    end: int
    digits: str
    value: str
    quality: float
    currency: str | None
    percent: bool
    unit: str | None


def number_of(printed: str, style: Style) -> tuple[str, float] | None:
    """The value of digits with marks, a decimal with a point, and how sure it is, in [0, 1]; None for no number."""
    text = printed.replace("O", "0")
    slip = 0.7 if text != printed else 1.0
    text = re.sub(r"(?<=\d)[ \u00a0\u202f\u2009'\u2019](?=\d{3})", "", text)
    if "'" in text or "\u2019" in text:
        return None
    marks = [char for char in text if char in ".,"]
    if not marks:
        plain = text.lstrip("0") or "0"
        return plain, slip if plain == text else 0.6 * slip
    last = marks[-1]
    whole, decimals = text.rsplit(last, 1)
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        if marks.count(last) > 1 or not _grouped(whole, other):
            return None
        return _joined(whole.replace(other, ""), decimals), slip * (0.9 if style.decimal not in (None, last) else 1.0)
    if len(marks) > 1:
        return (_joined(text.replace(last, ""), ""), slip) if _grouped(text, last) else None
    return _with_one_mark(whole, last, decimals, style, slip)


def _with_one_mark(whole: str, mark: str, decimals: str, style: Style, slip: float) -> tuple[str, float]:
    """The value of a number with one mark, which is the decimal one unless three digits follow."""
    as_decimal, as_group = _joined(whole, decimals), _joined(whole + decimals, "")
    if len(decimals) != 3 or len(whole) > 3 or whole in ("", "0") or whole.startswith("0"):
        return as_decimal, slip * (0.7 if style.decimal not in (None, mark) else 1.0)
    if style.decimal is None:
        return as_group, 0.5 * slip
    if style.decimal == mark:
        return as_decimal, 0.6 * slip
    return as_group, slip


def _joined(whole: str, decimals: str) -> str:
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{decimals}" if decimals else whole


def _grouped(text: str, mark: str) -> bool:
    """Whether the mark parts thousands in it; by two digits, as in India, where it is a comma."""
    first, *groups = text.split(mark)
    if not groups:
        return True
    if not 1 <= len(first) <= 3 or len(groups[-1]) != 3:
        return False
    return all(len(group) == 3 for group in groups) or (
        mark == "," and len(first) <= 2 and all(len(group) == 2 for group in groups[:-1])
    )


def numbers_in(run: Run, style: Style) -> Iterator[PrintedNumber]:
    """Every number of the run, from left to right."""
    if not run.has_digit:
        return
    text, done = run.text, 0
    for token in _TOKEN.finditer(text):
        if token.start() < done:
            continue
        number = _number_at(text, token.start(), token.end(), done, style)
        if number is not None:
            done = number.end
            yield number


def _number_at(text: str, start: int, end: int, done: int, style: Style) -> PrintedNumber | None:
    if _GOES_ON.match(text, end):
        return None
    found = number_of(text[start:end], style)
    before = _BEFORE.search(text[max(done, start - _REACH) : start])
    after = _AFTER.match(text, end)
    if found is None or before is None or after is None:
        return None
    left, right = start - len(before[0]), after.end()
    printed = before["currency"] or after["currency"]
    if (before["open"] is None) != (after["close"] is None):
        # A bracket that opens or closes elsewhere.
        left = left if before["open"] is None else start
        right = right if after["close"] is None else end
        if before["open"] is None and after["close"] is not None:
            right, printed = end, before["currency"]
    if _stands_in_a_word(text, left, start):
        return None
    unit = None if printed or after["percent"] else _UNIT.match(text, end)
    if unit is not None and unit_key(unit["unit"]) not in UNITS:
        unit = None
    if unit is None and right == end and end < len(text) and text[end].isalpha() and not _TIMES.match(text, end):
        return None
    value, quality = found
    negative = before["outer"] in ("-", "\u2212", "\u2013") or before["inner"] in ("-", "\u2212", "\u2013")
    negative = negative or bool(after["minus"] or after["minus2"]) or bool(before["open"] and after["close"])
    mark = _MARKED.match(text, right) if "de" in style.languages and style.decimal == "," else None
    if mark is not None and "." in value:
        negative, right = negative or mark["mark"] == "S", mark.end()
    if negative and value.strip("0.") != "":
        value = f"-{value}"
    currency = currencies.code_of(printed, style.currency, style.languages) if printed else None
    return PrintedNumber(
        left, right, text[start:end], value, quality, currency, bool(after["percent"]), unit["unit"] if unit else None
    )


def _stands_in_a_word(text: str, left: int, start: int) -> bool:
    """Whether letters, or marks that bind, stand right before it. A label's colon does not bind."""
    if left == 0:
        return False
    before = text[left - 1]
    if before == ":":
        return left >= 2 and text[left - 2].isdigit()
    if before == "." and text[max(0, left - 2) : left] in ("..", ".", " ."):
        # Dots that lead from the label to its value.
        return False
    if before in ".,/'\u2019_#" or (before in "-\u2212\u2013" and left == start):
        return True
    return before.isalnum() and not (left < start and before.isdigit())


def money(run: Run, style: Style) -> list[Typed]:
    """Amounts, as decimals with a point, with their currency where one is printed. An integer is one for sure only
    beside a currency."""
    return [_typed(run, one, _money_quality(one)) for one in numbers_in(run, style) if not one.percent]


def _money_quality(number: PrintedNumber) -> float:
    decimals = len(number.value.partition(".")[2])
    sure = {0: 0.5, 2: 1.0}.get(decimals, 0.8 if decimals in (3, 4) else 0.6)
    if number.currency is not None:
        sure = 1.0 if decimals in (0, 2) else 0.9
    return sure * number.quality * (0.7 if number.unit else 1.0)


def number(run: Run, style: Style) -> list[Typed]:
    """Numbers of any sort, as decimals with a point."""
    return [_typed(run, one, one.quality) for one in numbers_in(run, style)]


def integer(run: Run, style: Style) -> list[Typed]:
    """Whole numbers, as ints, `3,00` among them."""
    found = []
    for one in numbers_in(run, style):
        whole, _, decimals = one.value.partition(".")
        if not decimals.strip("0") and not one.percent:
            first, end = run.span(one.start, one.end)
            found.append(Typed(int(whole), first, end, quality=one.quality * (0.8 if decimals else 1.0)))
    return found


def percent(run: Run, style: Style) -> list[Typed]:
    """Percentages, as decimals with a point (`"19"` for 19 %); a number without the sign may be one too."""
    return [
        _typed(run, one, one.quality if one.percent else 0.4 * one.quality)
        for one in numbers_in(run, style)
        if one.percent or (one.currency is None and 0 <= float(one.value) <= 100)
    ]


def quantity(run: Run, style: Style) -> list[Typed]:
    """Quantities, as decimals with a point, with their units where a known one follows. The words are the number's, and
    not the unit's."""
    found = []
    for one in numbers_in(run, style):
        if one.percent or one.currency is not None:
            continue
        first, end = run.span(one.start, one.end)
        found.append(Typed(one.value, first, end, quality=one.quality * (1.0 if one.unit else 0.8), unit=one.unit))
    return found


def unit(run: Run, style: Style) -> list[Typed]:
    """Known units, as printed, from left to right."""
    found = []
    for index, word in enumerate(run.words):
        text = word.text.lstrip("0123456789.,")
        if unit_key(text) in UNITS:
            found.append(Typed(text, index, index + 1, quality=1.0 if len(text) > 1 else 0.6))
    return found


def currency(run: Run, style: Style) -> list[Typed]:
    """Currencies, as ISO 4217 codes, from left to right."""
    found = []
    for match in currencies.FAST.finditer(run.text):
        code = currencies.code_of(match[0], style.currency, style.languages)
        if code is not None:
            first, end = run.span(match.start(), match.end())
            found.append(Typed(code, first, end, quality=1.0 if match[0] in CODES else 0.8))
    return found


def _typed(run: Run, one: PrintedNumber, quality: float) -> Typed:
    first, end = run.span(one.start, one.end)
    return Typed(one.value, first, end, one.currency, quality, one.unit)


FINDERS: dict[str, Callable[[Run, Style], list[Typed]]] = {
    **{"money": money, "number": number, "integer": integer, "percent": percent, "quantity": quantity},
    **{"unit": unit, "currency": currency},
}
