"""Words in a row as one text, and what is found in it. Runs in a page process."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...values.words import Word

Kind = Literal[
    "text",
    "date",
    "day",
    "time",
    "money",
    "number",
    "integer",
    "percent",
    "boolean",
    "quantity",
    "unit",
    "currency",
    "iban",
    "bic",
    "vat_id",
    "tax_number",
    "phone",
    "email",
    "code",
]
# Max gap, in the words' heights, of a space inside of a number, such as that of 1 234,56.
SPACE = 0.8
# Max gap, in the words' heights, between two words that touch: between digits, a number was torn apart.
TOUCH = 0.1
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Style:
    """How a document writes its values, decided once from all of it.

    - `decimal` is its decimal mark, `.` or `,`; None where nothing says which.
    - `group` is what parts thousands: `.`, `,`, `'`, a space; None where it parts none.
    - `day_first` is whether 01/02/2024 is in February; None where nothing says so.
    - `languages` are its languages, two letters, the likeliest first.
    - `currency` is the ISO 4217 code of most of its amounts, `countries` are those that its ids and numbers name, two
      letters, the likeliest first.
    - `last_day` is the last day that its rows are of, ISO 8601: days that are printed without a year are not behind it.
    """

    decimal: Literal[".", ","] | None = None
    group: str | None = None
    day_first: bool | None = None
    languages: tuple[str, ...] = ()
    currency: str | None = None
    countries: tuple[str, ...] = ()
    last_day: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A value of a type in a run of words: `[first, end)` are the indices of the words that it was read from.

    - `value` is the normal form: ISO 8601 for a date (`2024-02-01`) and a time (`14:05` or `14:05:09`), a decimal with
      a point, as a text, for money, number, percent and quantity (`"-1234.50"`, with the decimals that are printed),
      an int for an integer, letters and digits without spaces for ids, E.164 for a phone where its country is known.
    - `currency` is the ISO 4217 code of money, `unit` a quantity's unit as printed.
    - `quality`, in [0, 1], is how sure the words are of this type and value, whatever the field: 1 where the form
      allows nothing else or check digits prove it.
    """

    value: str | int | bool
    first: int
    end: int
    currency: str | None = None
    quality: float = 1.0
    unit: str | None = None


class Run:
    """Words as one text: one space between two that stand as in a sentence, two at a wider gap, none between digits
    that touch.

    `text` is in the words' order; `span` leads from its indices back to the words.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.starts: list[int] = []
        parts: list[str] = []
        at = 0
        for index, word in enumerate(words):
            if index:
                gap = _gap(words[index - 1], word)
                parts.append(gap)
                at += len(gap)
            self.starts.append(at)
            parts.append(word.text)
            at += len(word.text)
        self.text = "".join(parts)
        # Most types have one, and a look at the text takes less than any of their patterns.
        self.has_digit = _DIGIT.search(self.text) is not None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The words of `text[start:end]`, as the first one's index and that after the last one's."""
        return bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)


def _gap(before: Word, after: Word) -> str:
    left, right = before.box, after.box
    gap, height = right[0] - left[2], min(left[3] - left[1], right[3] - right[1])
    if gap <= TOUCH * height and before.text[-1:].isdigit() and after.text[:1].isdigit():
        return ""
    return "  " if gap > SPACE * height else " "
