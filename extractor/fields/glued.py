"""A word -> the words that are glued together in it: a label, a date, a time of day, an amount. Runs in a page process.

Recognition loses the space between what stands close. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..values.words import Word

# What each part's box leaves out at the next part, in letters.
MARGIN = 0.25
_DAY = (
    r"(?:\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)(?:20\d\d|\d\d)|20\d\d(?P<other>[./-])\d\d(?P=other)\d\d"
    r"|\d{1,2}[.-]?[^\W\d_]{3,9}\.?-?20\d\d)"
)
_HOUR = r"(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)"
# A comma stays with the day; other signs between the two are of neither.
_STAMP = re.compile(rf"(?P<day>{_DAY}[,;]?)[./T-]?(?P<hour>{_HOUR}.*)")
_LABELLED = re.compile(
    rf"(?P<label>[^\W\d_][^\d:\uff1a]*[:\uff1a])(?P<value>(?:{_DAY}|{_HOUR}|[\d.,]*\d[.,]\d\d(?!\d)).*)"
)


def parts_of(word: Word) -> list[Word]:
    """The words that this one is made of, from left to right: itself alone, where nothing is glued.

    Each has its share of the box, by the number of its letters.
    """
    # Most words have no colon, and all that is told apart here has one.
    if ":" not in word.text and "\uff1a" not in word.text:
        return [word]
    spans = [*_spans(word.text)]
    return [word] if len(spans) < 2 else [_part(word, start, end) for start, end in spans]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each part begins and ends."""
    start = 0
    labelled = _LABELLED.fullmatch(text)
    if labelled is not None:
        yield labelled.span("label")
        start = labelled.start("value")
    stamp = _STAMP.fullmatch(text, start)
    if stamp is None:
        yield start, len(text)
    else:
        yield stamp.span("day")
        yield stamp.span("hour")


def _part(word: Word, start: int, end: int) -> Word:
    left, top, right, bottom = word.box
    letter = (right - left) / len(word.text)
    # Parts do not touch, as what was torn apart does.
    first, last = (0 if start == 0 else start + MARGIN), (end if end == len(word.text) else end - MARGIN)
    box = (left + first * letter, top, left + last * letter, bottom)
    return replace(word, text=word.text[start:end], box=box, parts=())
