"""Dates and times of day in a run of words. Runs in a page process."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from .run import Run, Style, Typed

# The months in twelve languages, in full and as they are cut, without accents.
_MONTHS = (
    "jan january januar jaenner janner janvier janv enero ene gennaio genn gen januari janeiro stycznia styczen leden",
    "feb february februar fevrier fevr fev febrero febbraio febbr febr februari fevereiro lutego luty unor unora",
    "mar march marz maerz mrz mars marzo maart mrt marco marca marzec brezen brezna marts",
    "apr april avril avr abril abr aprile kwietnia kwiecien duben dubna",
    "may mai mayo maggio magg mag mei maio maja maj kveten kvetna",
    "jun june juni juin junio giugno giu junho czerwca czerwiec cerven cervna",
    "jul july juli juillet juil julio luglio lug julho lipca lipiec cervenec cervence",
    "aug august aout agosto ago augustus sierpnia sierpien srpen srpna augusti",
    "sep sept september septembre septiembre setiembre settembre sett set setembro wrzesnia wrzesien zari",
    "oct okt october oktober octobre octubre ottobre ott outubro out pazdziernika pazdziernik rijen rijna",
    "nov november novembre noviembre novembro listopada listopad",
    "dec dez december dezember decembre diciembre dic dicembre dezembro grudnia grudzien prosinec prosince",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})(?![\d/-]|\.\d|,\d)")
_YEAR_FIRST = re.compile(r"(?<![\d.,/-])(\d{4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{1,2})(?!\d|[./-]\d)")
_NAME = r"([^\W\d_]{3,12})"
_DAY_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:\.|\u00ba|\u00b0|\u00aa|er|st|nd|rd|th)?(?: | ?- ?)?(?:de |of |d')?"
    rf"{_NAME}\.?(?:,? | ?- ?|,)(?:de |del )?(\d{{4}}|\d\d(?![\d:.,]))"
)
_NAME_DAY = re.compile(rf"(?<![^\W\d_]){_NAME}\.? ?(\d{{1,2}})(?:st|nd|rd|th)? ?[,.]? ?(\d{{4}})(?!\d)")
_TIME = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?(?![\d/]|[.,:]\d) ?([aApP]\.?[mM]\b\.?)?"
)
# Years that a document may be of; two digits mean one of these.
FIRST_YEAR, LAST_YEAR = 1970, 2069


def dates(run: Run, style: Style) -> list[Typed]:
    """Dates, as ISO 8601. One whose day may be its month is less sure, unless the document says which comes first."""
    if not run.has_digit:
        return []
    text = _plain(run.text)
    found = [*_numeric(text, style), *_year_first(text), *_named(text)]
    taken: list[tuple[int, int, str, float]] = []
    for one in sorted(found, key=lambda one: (one[0], -one[1])):
        if not taken or one[0] >= taken[-1][1]:
            taken.append(one)
    return [Typed(value, *run.span(start, end), quality=quality) for start, end, value, quality in taken]


def _plain(text: str) -> str:
    """Small letters without accents, as many characters as before."""
    return "".join(
        (unicodedata.normalize("NFKD", char)[0] if not char.isascii() and char.isalpha() else char).casefold()[:1]
        for char in text
    )


def _iso(year: str, month: int, day: int) -> str | None:
    number = int(year)
    number += 0 if len(year) == 4 else 2000 if number <= LAST_YEAR - 2000 else 1900
    try:
        return date(number, month, day).isoformat() if FIRST_YEAR <= number <= LAST_YEAR + 31 else None
    except ValueError:
        return None


def _numeric(text: str, style: Style) -> Iterator[tuple[int, int, str, float]]:
    for match in _NUMERIC.finditer(text):
        one, two, year = int(match[1]), int(match[3]), match[4]
        quality = 1.0 if len(year) == 4 else 0.85
        if match[2] == ".":
            day_first: bool | None = True
        elif one > 12 or two > 12:
            day_first = one > 12
        else:
            day_first = style.day_first
            quality *= 1.0 if day_first is not None or one == two else 0.7
        day, month = (two, one) if day_first is False else (one, two)
        if (value := _iso(year, month, day)) is not None:
            yield match.start(), match.end(), value, quality


def _year_first(text: str) -> Iterator[tuple[int, int, str, float]]:
    for match in _YEAR_FIRST.finditer(text):
        if (value := _iso(match[1], int(match[3]), int(match[4]))) is not None:
            yield match.start(), match.end(), value, 1.0


def _named(text: str) -> Iterator[tuple[int, int, str, float]]:
    for match in _DAY_NAME.finditer(text):
        month = MONTHS.get(match[2])
        if month is not None and (value := _iso(match[3], month, int(match[1]))) is not None:
            yield match.start(), match.end(), value, 1.0 if len(match[3]) == 4 else 0.8
    for match in _NAME_DAY.finditer(text):
        month = MONTHS.get(match[1])
        if month is not None and (value := _iso(match[3], month, int(match[2]))) is not None:
            yield match.start(), match.end(), value, 1.0


def day_first_of(text: str) -> bool | None:
    """What a text's dates say of their order: True for day and month, False for month and day."""
    for match in _NUMERIC.finditer(text):
        one, two = int(match[1]), int(match[3])
        if match[2] != "." and (one > 12) != (two > 12) and max(one, two) <= 31:
            return one > 12
    return None


def times(run: Run, style: Style) -> list[Typed]:
    """Times of day, `14:05` or `14:05:09`. One with a full stop may be an amount."""
    found = []
    for match in _TIME.finditer(run.text):
        hour, half = int(match[1]), (match[4] or "").replace(".", "").casefold()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        value = f"{hour:02}:{match[2]}" + (f":{match[3]}" if match[3] else "")
        quality = 1.0 if ":" in match[0] or "h" in match[0] else 0.3
        found.append(Typed(value, *run.span(match.start(), match.start(2) + 2), quality=quality))
    return found


FINDERS: dict[str, Callable[[Run, Style], list[Typed]]] = {"date": dates, "time": times}
