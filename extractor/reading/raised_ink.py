"""A recognised word and its ink -> where a number ends: raised digits in smaller type behind others.

Runs in a page process. A recogniser says which digits there are, not how high they stand: 19 with a small raised 99 is
read as 1999. The ink tells sign by sign whether a digit is raised. Where the ink does not part into as many signs as
were read, the word stays. So does it where print is only faint or broken: what is left of a digit may be small and
high, but its size changes with the threshold, and digits that are not go on behind it. Lengths are pixels of the line,
origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ..decoding.ctc import RecognisedWord
from ..pages.raised_digits import ends_number
from ..values.arrays import Grey, Quad
from ..values.page_picture import PagePicture

# Max height of the line's crop, in pixels; a higher one is reduced.
MOST_ROWS = 64
# Below this share of the highest sign, ink is a dash or a speck.
LOW = 0.2
# Min height of a digit that is whole, in heights of the highest one.
WHOLE = 0.8
# Max height of a raised digit; min distance of its foot from the others' feet, in heights of these.
SMALL, ABOVE = 0.72, 0.2
# Max variation of a raised digit's height with the threshold beyond that of the others, in heights of the highest.
FADING = 0.2
# Min share of width in common of pieces of one sign.
ONE_SIGN = 0.5
# Thresholds of ink, as shares of the strongest ink: touching signs part at one of them, thin strokes break at higher
# ones.
CONTRASTS = (0.3, 0.45)
# Min difference of the strongest ink from the ground, in 0..255.
LEAST_CONTRAST = 40.0
# Characters as low as points and dashes.
_LOW_SIGNS = frozenset(".,'\u2019:-\u2013\u2212_*\u00b0\"\u00b7~=")

# left, top, right, bottom
Sign = tuple[int, int, int, int]


def with_numbers_ended(
    words: Sequence[RecognisedWord], picture: PagePicture, quad: Quad, quarters: int
) -> list[RecognisedWord]:
    """The words of a line, split where raised digits follow others.

    `quad`, (4, 2): the line in pixels of the picture, origin top left. `quarters`: quarter turns anticlockwise after
    which it was read.
    """
    if not any(_may_hold_two_numbers(word.text) for word in words):
        return list(words)
    line = _level_strip(picture, np.roll(quad, -quarters, axis=0))
    if line is None:
        return list(words)
    return [
        part for word in words for part in (_numbers_of(word, line) if _may_hold_two_numbers(word.text) else [word])
    ]


def _may_hold_two_numbers(text: str) -> bool:
    """Whether a number could end inside the text."""
    return any(ends_number(text[:at], text[at]) for at in range(1, len(text)))


def _level_strip(picture: PagePicture, quad: Quad) -> Grey | None:
    """The line as a level strip in grey; None where it has no size."""
    left, top = (max(0, int(side)) for side in np.floor(quad.min(axis=0)))
    right, bottom = (
        min(picture.columns, int(np.ceil(quad[:, 0].max()))),
        min(picture.rows, int(np.ceil(quad[:, 1].max()))),
    )
    if right - left < 2 or bottom - top < 2:
        return None
    part = cv2.cvtColor(picture.part((left, top, right, bottom)), cv2.COLOR_RGB2GRAY)
    corners = (quad[[0, 1, 3]] - (left, top)).astype(np.float32)
    wide, high = (float(np.linalg.norm(corners[end] - corners[0])) for end in (1, 2))
    ratio = min(1.0, MOST_ROWS / max(high, 1.0))
    size = (max(1, round(wide * ratio)), max(1, round(high * ratio)))
    to = np.array([(0, 0), (size[0], 0), (0, size[1])], np.float32)
    matrix = cv2.getAffineTransform(corners, to)
    return np.asarray(cv2.warpAffine(part, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE))


def _numbers_of(word: RecognisedWord, line: Grey) -> list[RecognisedWord]:
    """The word, or the two numbers that it is made of."""
    width = line.shape[1]
    left, right = round(word.start * width), round(word.end * width)
    at = [index for index, letter in enumerate(word.text) if letter not in _LOW_SIGNS]
    readings = [signs for contrast in CONTRASTS if len(signs := _signs(line, left, right, contrast)) == len(at)]
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


def _signs(line: Grey, left: int, right: int, contrast: float) -> list[Sign]:
    """The pieces of ink between two columns, left to right, without points and dashes."""
    margin = max(1, len(line) // 6)
    first, last = max(0, left - margin), min(line.shape[1], right + margin)
    strip = line[:, first:last]
    away = np.abs(strip.astype(np.float32) - float(np.median(strip))) if strip.size else np.zeros((1, 1))
    if away.max() < LEAST_CONTRAST:
        return []
    mask = (away > contrast * away.max()).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = sorted((first + x, y, first + x + wide, y + high) for x, y, wide, high, _ in stats[1:count].tolist())
    signs: list[Sign] = []
    for box in boxes:
        if not left <= (box[0] + box[2]) / 2 <= right:
            continue
        if signs and min(signs[-1][2], box[2]) - box[0] > ONE_SIGN * min(box[2] - box[0], signs[-1][2] - signs[-1][0]):
            other = signs[-1]
            signs[-1] = (other[0], min(other[1], box[1]), max(other[2], box[2]), max(other[3], box[3]))
        else:
            signs.append(box)
    highest = max((bottom - top for _, top, _, bottom in signs), default=0)
    high = [sign for sign in signs if sign[3] - sign[1] > WHOLE * highest]
    middle = float(np.median([(top + bottom) / 2 for _, top, _, bottom in high])) if high else 0.0
    return [sign for sign in signs if sign[3] - sign[1] >= LOW * highest and sign[1] < middle]
