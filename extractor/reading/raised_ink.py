"""A recognised word and its ink -> where a number ends: raised digits in smaller type behind others, but for cents
behind a comma.

Runs in a page process. A recogniser says which digits there are, not how high they stand: 19 with a small raised 99 is
read as 1999. The ink tells sign by sign whether a digit is raised. Where the ink does not part into as many signs as
were read, the word stays. So does it where print is only faint or broken: what is left of a digit may be small and
high, but its size changes with the threshold, and digits that are not go on behind it. Lengths are pixels of the line,
origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..decoding.ctc import RecognisedWord
from ..pages.raised_digits import ends_number
from ..values.arrays import Grey, Quad
from ..values.boxes import union
from ..values.page_picture import PagePicture
from ..values.words import Word
from .line_ink import LOW_SIGNS, WHOLE, Sign, level_strip, readings_of

# Max height of a raised digit; min distance of its foot from the others' feet, in heights of these.
SMALL, ABOVE = 0.72, 0.2
# Digits of cents; how far these may reach into the number's box, and be from it, and their height, in its heights.
CENTS, TOUCHING, LESS_HIGH = 2, (0.5, 0.35), 0.9
# Max variation of a raised digit's height with the threshold beyond that of the others, in heights of the highest.
FADING = 0.2


def with_numbers_ended(
    words: Sequence[RecognisedWord], picture: PagePicture, quad: Quad, quarters: int
) -> list[RecognisedWord]:
    """The words of a line, split where raised digits follow others.

    `quad`, (4, 2): the line in pixels of the picture, origin top left. `quarters`: quarter turns anticlockwise after
    which it was read.
    """
    has_cents = [_are_cents_of(before.text, after.text) for before, after in pairwise(words)]
    if not any(has_cents) and not any(_may_hold_two_numbers(word.text) for word in words):
        return list(words)
    line = level_strip(picture, np.roll(quad, -quarters, axis=0))
    if line is None:
        return list(words)
    whole = list(words)
    for at in reversed(np.flatnonzero(has_cents).tolist()):
        whole[at : at + 2] = _with_cents(whole[at], whole[at + 1], line)
    return [
        part for word in whole for part in (_numbers_of(word, line) if _may_hold_two_numbers(word.text) else [word])
    ]


def with_cents_joined(words: Sequence[Word]) -> list[Word]:
    """The words, raised cents that were found as a line of their own joined to the number whose comma is before them.

    Boxes are in one unit, origin top left.
    """
    cents = [word for word in words if _is_two_digits(word.text)]
    joined: dict[int, Word] = {}
    gone: set[int] = set()
    for word in words if cents else ():
        _, top, right, bottom = word.box
        height = bottom - top
        for other in cents:
            if (
                _are_cents_of(word.text, other.text)
                and other.line != word.line
                and id(other) not in gone
                and -TOUCHING[0] * height <= other.box[0] - right <= TOUCHING[1] * height
                and other.box[3] - other.box[1] <= LESS_HIGH * height
                and top - ABOVE * height <= other.box[1]
                and other.box[3] <= bottom - ABOVE * height
            ):
                sure = min(word.confidence, other.confidence)
                box = union((word.box, other.box))
                joined[id(word)] = replace(word, text=word.text + other.text, box=box, confidence=sure)
                gone.add(id(other))
                break
    return [joined.get(id(word), word) for word in words if id(word) not in gone] if joined else list(words)


def _are_cents_of(number: str, cents: str) -> bool:
    """Whether these digits may be the cents of a number that ends at its comma or point."""
    return _is_two_digits(cents) and number[-1] in ",." and number[-2:-1].isdigit()


def _is_two_digits(text: str) -> bool:
    return len(text) == CENTS and text.isdigit()


def _with_cents(number: RecognisedWord, cents: RecognisedWord, line: Grey) -> list[RecognisedWord]:
    """The two words of a line as one, where the ink says that the second's digits are raised; else as they are."""
    width = line.shape[1]
    text = number.text + cents.text
    at = [index for index, letter in enumerate(text) if letter not in LOW_SIGNS]
    readings = list(readings_of(line, round(number.start * width), round(cents.end * width), len(at)))
    first = _first_raised(readings, [text[index].isdigit() for index in at]) if readings else None
    if first is None or at[first] != len(number.text):
        return [number, cents]
    sure = {name: min(getattr(number, name), getattr(cents, name)) for name in ("confidence", "legibility")}
    return [replace(number, text=text, end=cents.end, **sure)]


def _may_hold_two_numbers(text: str) -> bool:
    """Whether a number could end inside the text."""
    return any(ends_number(text[:at], text[at]) for at in range(1, len(text)))


def _numbers_of(word: RecognisedWord, line: Grey) -> list[RecognisedWord]:
    """The word, or the two numbers that it is made of."""
    width = line.shape[1]
    left, right = round(word.start * width), round(word.end * width)
    at = [index for index, letter in enumerate(word.text) if letter not in LOW_SIGNS]
    readings = list(readings_of(line, left, right, len(at)))
    first = _first_raised(readings, [word.text[index].isdigit() for index in at]) if readings else None
    if first is None or not ends_number(word.text[: at[first]], word.text[at[first]]):
        return [word]
    between = (readings[0][first - 1][2] + readings[0][first][0]) / 2 / width
    return [
        replace(word, text=word.text[: at[first]], end=between),
        replace(word, text=word.text[at[first] :], start=between),
    ]


def _first_raised(readings: Sequence[Sequence[Sign]], are_digits: Sequence[bool]) -> int | None:
    """The index of the first sign of the raised digits that a word ends with; None where there are none."""
    digits = np.flatnonzero(are_digits)
    if not len(digits):
        return None
    signs = np.array(readings)[:, digits]
    tops, feet = signs[..., 1], signs[..., 3]
    heights = feet - tops
    highest = heights.max(axis=1, keepdims=True)
    foot = np.array([[np.median(row[whole])] for row, whole in zip(feet, heights > WHOLE * highest, strict=True)])
    raised = ((heights <= SMALL * highest) & (feet <= foot - ABOVE * highest)).all(axis=0)
    first = int(raised.argmax())
    if not first or not raised[first:].all():
        return None
    growth = np.ptp(heights, axis=0)
    # Small type varies as the digits before it do, hardly; a faint digit as far as it fades.
    most = max(1.0, FADING * float(highest.max())) + float(np.median(growth[:first]))
    return None if growth[first:].max() > most else int(digits[first])
