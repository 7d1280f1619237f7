"""Recognised lines and their ink -> the same lines, a litre's l told from the 1 that it was read as.

Runs in a page process. A recogniser expects digits behind digits: 0.5 l is read as 0.5 1, and 2,5l as 2,51, with
certainty. A 1 has a flag or a foot, an l without serifs is a bare bar. A bar behind a number is an l where the ones
nearby are no bars. Where they are, as in some typefaces, or where the l has serifs too, the reading stays; behind a
number that is hardly a price it is unsure then. Lengths are pixels of the line, origin top left.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from ..decoding.ctc import RecognisedWord
from ..values.arrays import Grey, Quad
from ..values.page_picture import PagePicture
from .line_ink import LOW_SIGNS, Sign, level_strip, readings_of

# Max width of a bar, in its own height and in the width of a usual 1; its height in heights of the digits beside it.
BARE, NARROWER = 0.25, 0.65
LEAST_HEIGHT, MOST_HEIGHT = 0.9, 1.25
# Max distance of a unit from its number, and min distance from the next one, in heights of a digit.
BESIDE, APART = 1.3, 0.5
# Ones that tell how a 1 looks; lines before and behind in which they are looked for.
ONES, AROUND = 5, 20
# Max confidence of a 1 that may be an l.
UNSURE = 0.5
_BARS = frozenset("1I|l")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WITH_UNIT = re.compile(r"\d+(?:[.,]\d+)?[1I|]")
_BEFORE_AMOUNT = re.compile(r"[1Il|]\d+[.,]\d\d")
# Amounts of a thing, as prices hardly are.
_MEASURE = re.compile(r"0[.,]\d+|\d+[.,]\d")


@dataclass(frozen=True, slots=True)
class InkedLine:
    """A recognised line: its words in reading order, and its quadrilateral, (4, 2), in pixels of the picture, read
    after so many quarter turns anticlockwise."""

    words: Sequence[RecognisedWord]
    picture: PagePicture
    quad: Quad
    quarters: int

    def strip(self) -> Grey | None:
        """The line as a level strip in grey; None where it has no size."""
        return level_strip(self.picture, np.roll(self.quad, -self.quarters, axis=0))


def with_litres(lines: Sequence[InkedLine]) -> list[list[RecognisedWord]]:
    """The words of each line, in its order."""
    return [_line_with_litres(lines, index) for index in range(len(lines))]


def _line_with_litres(lines: Sequence[InkedLine], index: int) -> list[RecognisedWord]:
    """The words of one of the lines."""
    words = lines[index].words
    before = [None, *words]
    if not any(_may_have_unit(word, number) for word, number in zip(words, before, strict=False)):
        return list(words)
    strip = lines[index].strip()
    if strip is None:
        return list(words)
    return [
        part
        for word, number in zip(words, before, strict=False)
        for part in (_told(word, number, strip, lines, index) if _may_have_unit(word, number) else [word])
    ]


def _may_have_unit(word: RecognisedWord, before: RecognisedWord | None) -> bool:
    """Whether a sign of the word may be the unit of a number."""
    if _WITH_UNIT.fullmatch(word.text):
        return True
    if before is None or not _NUMBER.fullmatch(before.text):
        return False
    if len(word.text) > 1:
        return bool(_BEFORE_AMOUNT.fullmatch(word.text))
    # Behind a whole number, an I may be a Roman one.
    return word.text in _BARS and (word.text == "1" or not before.text.isdigit())


def _told(
    word: RecognisedWord, before: RecognisedWord | None, strip: Grey, lines: Sequence[InkedLine], index: int
) -> list[RecognisedWord]:
    """The word with its unit told, if it has one: in two parts where the unit is the last number's."""
    text, signs = word.text, _signs_of(word, strip)
    if signs is None:
        return [word]
    if len(text) > 1 and _WITH_UNIT.fullmatch(text) and _is_litre(text[-1], signs[-1], signs[:-1], lines, index):
        return [replace(word, text=text[:-1] + "l")]
    digits = _signs_of(before, strip) if before is not None and _NUMBER.fullmatch(before.text) else None
    if digits is None or before is None or signs[0][0] - digits[-1][2] > BESIDE * _height(digits):
        return [word]
    if len(text) == 1 and _is_litre(text, signs[0], digits, lines, index):
        return [replace(word, text="l")]
    if len(text) == 1:
        unsure = text == "1" and _MEASURE.fullmatch(before.text)
        return [replace(word, confidence=min(word.confidence, UNSURE)) if unsure else word]
    apart = signs[1][0] - signs[0][2] >= APART * _height(digits)
    if not apart or not _is_litre(text[0], signs[0], digits, lines, index):
        return [word]
    between = (signs[0][2] + signs[1][0]) / 2 / strip.shape[1]
    return [replace(word, text="l", end=between), replace(word, text=text[1:], start=between)]


def _signs_of(word: RecognisedWord, strip: Grey) -> list[Sign] | None:
    """The pieces of ink of the word's letters and digits; None where they do not part."""
    left, right = (round(end * strip.shape[1]) for end in (word.start, word.end))
    return next(readings_of(strip, left, right, sum(letter not in LOW_SIGNS for letter in word.text)), None)


def _is_litre(letter: str, sign: Sign, digits: Sequence[Sign], lines: Sequence[InkedLine], index: int) -> bool:
    """Whether a sign beside digits, read as this letter, is a bar, and no 1."""
    tall, high = _height([sign]), _height(digits)
    if _width(sign) > BARE or not LEAST_HEIGHT * high <= tall <= MOST_HEIGHT * high:
        return False
    if letter != "1":
        return True
    widths = list(islice(_widths_of_ones(lines, index), ONES))
    return bool(widths) and _width(sign) <= NARROWER * statistics.median(widths)


def _widths_of_ones(lines: Sequence[InkedLine], index: int) -> Iterator[float]:
    """The widths, in their heights, of ones that are no units, from the nearest lines to those further away."""
    near = range(max(0, index - AROUND), min(len(lines), index + AROUND + 1))
    for at in sorted(near, key=lambda other: abs(other - index)):
        line = lines[at]
        told = [word for word in line.words if any(letter == "1" for letter in word.text[:-1])]
        strip = line.strip() if told else None
        for word in told if strip is not None else []:
            assert strip is not None
            signs = _signs_of(word, strip)
            letters = [letter for letter in word.text if letter not in LOW_SIGNS]
            for letter, sign in zip(letters[:-1], signs or [], strict=False):
                if letter == "1":
                    yield _width(sign)


def _width(sign: Sign) -> float:
    """The width of a sign in its height."""
    return (sign[2] - sign[0]) / max(1, sign[3] - sign[1])


def _height(signs: Sequence[Sign]) -> float:
    """The usual height of signs."""
    return float(statistics.median(bottom - top for _, top, _, bottom in signs))
