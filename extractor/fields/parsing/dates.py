"""Dates and times of day in a run of words. Runs in a page process.

`months.json` has the months' names in 25 languages, in full and as they are cut, small and without accents (CLDR).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from .run import Run, Style, Typed

_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?![\d/-]|\.\d|,\d)")
# The same with letters that a recogniser takes for digits; in capitals and small letters, as the text has them.
_MISREAD = re.compile(r"(?<![\w.,/-])([\dOIl]{1,2})([./-])([\dOIl]{1,2})\2([\dOIl]{4})(?![\w/-]|\.\d|,\d)")
_SLIPS = str.maketrans("OIl", "011")
_YEAR_FIRST = re.compile(r"(?<![\d.,/-])(\d{4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{1,2})(?!\d|[./-]\d)")
_IN_SIGNS = re.compile(r"(?<!\d)(\d{4}) ?\u5e74 ?(\d{1,2}) ?\u6708 ?(\d{1,2}) ?\u65e5")
# Eight digits may be anything else, too.
_COMPACT = re.compile(r"(?<![\w.,/-])((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\w/-]|[.,]\d)")
_NAME = r"([^\W\d_]{3,12})"
# Between the words of a day: letters of one width stand far apart.
_SPACE = " {1,2}"
_DAY_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:\.|\u00ba|\u00b0|\u00aa|er|st|nd|rd|th)?(?:{_SPACE}| ?- ?)?(?:(?:de|of){_SPACE}|d')?"
    rf"{_NAME}\.?(?:,?{_SPACE}| ?- ?|,|')?(?:del?{_SPACE})?(\d{{4}}(?!\d)|\d\d(?![\d:.,]))"
)
# The first day of a month, in French, whose digit is recognised as a letter.
_FIRST = re.compile(rf"(?<![^\W\d_])[li]er{_SPACE}{_NAME}\.?{_SPACE}(\d{{4}})(?!\d)")
_NAME_DAY = re.compile(rf"(?<![^\W\d_]){_NAME}\.?{_SPACE}?(\d{{1,2}})(?:st|nd|rd|th)? ?[,.]?{_SPACE}?(\d{{4}})(?!\d)")
# A day without a year, with which a cell begins.
_DAY_MONTH = re.compile(r" ?(\d{1,2}) ?[./-] ?(\d{1,2})\.?(?![\d/-]|[.,]\d)")
_DAY_MONTH_NAME = re.compile(rf" ?(\d{{1,2}})\.?[ -]?{_NAME}\b\.?")
_MONTH_NAME_DAY = re.compile(rf" ?{_NAME}\.? (\d{{1,2}})(?![\d.,/:])")
_YEAR_NAME = re.compile(rf"(?<!\d)(\d{{4}})\.?{_SPACE}{_NAME}\.?{_SPACE}(\d{{1,2}})(?:\.|(?!\d))")
_TIME = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?(?![\d/]|[.,:]\d) ?([aApP]\.?[mM]\b\.?)?"
)
# Years that a document may be of; two digits mean one of these.
FIRST_YEAR, LAST_YEAR = 1970, 2069
# How sure a day is whose year is that of the document.
YEARLESS = 0.9


@cache
def months() -> dict[str, int]:
    """A month's name -> its number, from 1."""
    table: list[str] = json.loads(Path(__file__).with_name("months.json").read_text(encoding="utf-8"))
    return {name: number for number, names in enumerate(table, 1) for name in names.split()}


def dates(run: Run, style: Style) -> list[Typed]:
    """Dates as ISO 8601, from left to right. One whose day may be its month is less sure, unless the document says
    which comes first."""
    if not run.has_digit:
        return []
    text = _plain(run.text)
    found = [*_numeric(text, style), *_misread(run.text, style), *_year_first(text), *_named(text), *_first_days(text)]
    taken: list[tuple[int, int, str, float]] = []
    for one in sorted(found, key=lambda one: (one[0], -one[1])):
        if not taken or one[0] >= taken[-1][1]:
            taken.append(one)
    return [Typed(value, *run.span(start, end), quality=quality) for start, end, value, quality in taken]


def days(run: Run, style: Style) -> list[Typed]:
    """Dates as `dates` gives them; where there is none, the day without a year with which the words begin.

    Its year is the last one in which it is not behind the document's last day. Where no such day is known, it is none.
    """
    found = dates(run, style)
    if found or style.last_day is None or not run.has_digit:
        return found
    told = _day_and_month(_plain(run.text), style)
    if told is None:
        return []
    day, month, end = told
    last = style.last_day
    years = (int(last[:4]), int(last[:4]) - 1)
    value = next((one for year in years if (one := _iso(str(year), month, day)) is not None and one <= last), None)
    return [] if value is None else [Typed(value, *run.span(0, end), quality=YEARLESS)]


def _day_and_month(text: str, style: Style) -> tuple[int, int, int] | None:
    """The day, the month, and where they end."""
    numeric = _DAY_MONTH.match(text)
    if numeric is not None:
        one, two = int(numeric[1]), int(numeric[2])
        return (two, one, numeric.end()) if style.day_first is False else (one, two, numeric.end())
    for pattern, day, name in ((_DAY_MONTH_NAME, 1, 2), (_MONTH_NAME_DAY, 2, 1)):
        named = pattern.match(text)
        if named is not None and named[name] in months():
            return int(named[day]), months()[named[name]], named.end()
    return None


# Letters of months that are no letter with an accent.
_OWN_LETTERS = str.maketrans("\u0142\u0131\u0111", "lid")


def _plain(text: str) -> str:
    """Small letters without accents, as many characters as before."""
    if text.isascii():
        return text.lower()
    return "".join(
        (unicodedata.normalize("NFKD", char)[0] if not char.isascii() and char.isalpha() else char).casefold()[:1]
        for char in text
    ).translate(_OWN_LETTERS)


def _iso(year: str, month: int, day: int) -> str | None:
    number = int(year)
    number += 0 if len(year) == 4 else 2000 if number <= LAST_YEAR - 2000 else 1900
    try:
        return date(number, month, day).isoformat() if FIRST_YEAR <= number <= LAST_YEAR + 31 else None
    except ValueError:
        return None


def _numeric(text: str, style: Style) -> Iterator[tuple[int, int, str, float]]:
    for match in _NUMERIC.finditer(text):
        value, quality = _ordered(match[1], match[2], match[3], match[4], style)
        if value is not None:
            yield match.start(), match.end(), value, quality


def _misread(text: str, style: Style) -> Iterator[tuple[int, int, str, float]]:
    for match in _MISREAD.finditer(text):
        one, two, year = (match[group].translate(_SLIPS) for group in (1, 3, 4))
        if (one, two, year) != (match[1], match[3], match[4]):
            value, quality = _ordered(one, match[2], two, year, style)
            if value is not None:
                yield match.start(), match.end(), value, 0.7 * quality


def _ordered(one: str, mark: str, two: str, year: str, style: Style) -> tuple[str | None, float]:
    """A date of two numbers and a year, None where there is no such day, and how sure it is."""
    quality = 1.0 if len(year) == 4 else 0.85
    if mark == ".":
        day_first: bool | None = True
    elif int(one) > 12 or int(two) > 12:
        day_first = int(one) > 12
    else:
        day_first = style.day_first
        quality *= 1.0 if day_first is not None or int(one) == int(two) else 0.7
    day, month = (two, one) if day_first is False else (one, two)
    return _iso(year, int(month), int(day)), quality


def _year_first(text: str) -> Iterator[tuple[int, int, str, float]]:
    for match in _YEAR_FIRST.finditer(text):
        if (value := _iso(match[1], int(match[3]), int(match[4]))) is not None:
            yield match.start(), match.end(), value, 1.0
    for pattern, quality in ((_IN_SIGNS, 1.0), (_COMPACT, 0.4)):
        for match in pattern.finditer(text):
            if (value := _iso(match[1], int(match[2]), int(match[3]))) is not None:
                yield match.start(), match.end(), value, quality


def _named(text: str) -> Iterator[tuple[int, int, str, float]]:
    for pattern, day, name, year in ((_DAY_NAME, 1, 2, 3), (_NAME_DAY, 2, 1, 3), (_YEAR_NAME, 3, 2, 1)):
        for match in pattern.finditer(text):
            month = months().get(match[name])
            if month is not None and (value := _iso(match[year], month, int(match[day]))) is not None:
                yield match.start(), match.end(), value, 1.0 if len(match[year]) == 4 else 0.8


def _first_days(text: str) -> Iterator[tuple[int, int, str, float]]:
    for match in _FIRST.finditer(text):
        month = months().get(match[1])
        if month is not None and (value := _iso(match[2], month, 1)) is not None:
            yield match.start(), match.end(), value, 0.9


def day_first_of(text: str) -> bool | None:
    """What a text's dates say of their order: True for day and month, False for month and day, None where they say
    nothing."""
    for match in _NUMERIC.finditer(text):
        one, two = int(match[1]), int(match[3])
        if match[2] != "." and (one > 12) != (two > 12) and max(one, two) <= 31:
            return one > 12
    return None


def times(run: Run, style: Style) -> list[Typed]:
    """Times of day, `14:05` or `14:05:09`, from left to right. One with a full stop may be an amount, and is less
    sure."""
    found = []
    for match in _TIME.finditer(run.text):
        hour, minute, second = match[1], match[2], match[3]
        half, number = (match[4] or "").replace(".", "").casefold(), int(hour)
        if half and 1 <= number <= 12:
            number = number % 12 + (12 if half == "pm" else 0)
        value = f"{number:02}:{minute}" + (f":{second}" if second else "")
        quality = 1.0 if ":" in match[0] or "h" in match[0] else 0.3
        found.append(Typed(value, *run.span(match.start(), match.end()), quality=quality))
    return found


FINDERS: dict[str, Callable[[Run, Style], list[Typed]]] = {"date": dates, "day": days, "time": times}
