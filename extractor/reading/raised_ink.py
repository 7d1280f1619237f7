"""A recognised word and its ink -> where a number ends: raised digits in smaller type beside others.

Runs in a page process. A recogniser says which digits there are, not how high they stand: 19 with a small raised 99 is
read as 1999. The ink tells sign by sign whether a digit is raised. Where the ink does not part into as many signs as
were read, the word stays. Lengths are pixels of the line, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

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
# Max height of a raised digit; min distance of its foot from the others' feet, in heights of these.
SMALL, ABOVE = 0.8, 0.2
# Min share of width in common of pieces of one sign.
ONE_SIGN = 0.5
# Thresholds of ink that are tried in turn, as shares of the strongest ink: touching signs part at one of them.
CONTRASTS = (0.45, 0.65, 0.3)
# Min difference of the strongest ink from the ground, in 0..255.
LEAST_CONTRAST = 40.0
# Characters as low as points and dashes.
_LOW_SIGNS = frozenset(".,'\u2019:-\u2013\u2212_*\u00b0\"\u00b7~=")

# left, top, right, bottom
Sign = tuple[int, int, int, int]


def with_numbers_ended(
    words: Sequence[RecognisedWord], picture: PagePicture, quad: Quad, quarters: int
) -> list[RecognisedWord]:
    """The words of a line, split where raised digits follow or precede others.

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
    """The word, or the numbers that it is made of."""
    width = line.shape[1]
    left, right = round(word.start * width), round(word.end * width)
    at = [index for index, letter in enumerate(word.text) if letter not in _LOW_SIGNS]
    found = (_signs(line, left, right, contrast) for contrast in CONTRASTS)
    signs = next((signs for signs in found if len(signs) == len(at)), None)
    if signs is None:
        return [word]
    raised = _are_raised(signs, [word.text[index] for index in at])
    if not any(raised):
        return [word]
    ends = [
        (index, (before[2] + sign[0]) / 2 / width)
        for index, before, sign, was, now in zip(at[1:], signs, signs[1:], raised, raised[1:], strict=False)
        if was != now and ends_number(word.text[:index], word.text[index])
    ]
    cuts = [(0, word.start), *ends, (len(word.text), word.end)]
    return [
        replace(word, text=word.text[first:last], start=start, end=end)
        for (first, start), (last, end) in pairwise(cuts)
    ]


def _are_raised(signs: Sequence[Sign], letters: Sequence[str]) -> list[bool]:
    """For each sign whether it is smaller than the high digits and ends above their feet."""
    digits = [sign for sign, letter in zip(signs, letters, strict=True) if letter.isdigit()]
    highest = max(bottom - top for _, top, _, bottom in digits)
    feet = float(np.median([bottom for _, top, _, bottom in digits if bottom - top > SMALL * highest]))
    return [bottom - top <= SMALL * highest and bottom <= feet - ABOVE * highest for _, top, _, bottom in signs]


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
    high = [sign for sign in signs if sign[3] - sign[1] > SMALL * highest]
    middle = float(np.median([(top + bottom) / 2 for _, top, _, bottom in high])) if high else 0.0
    return [sign for sign in signs if sign[3] - sign[1] >= LOW * highest and sign[1] < middle]
