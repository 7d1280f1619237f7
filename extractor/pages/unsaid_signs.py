"""Words of a text layer and the page picture -> numbers with the minus sign that is drawn before them.

Runs in a page process. A font may call its minus sign a space, and some programs draw it as a line: no character says
that an amount is negative. It is a short bar by itself, level with the middle of the digits and near the first one. An
axis has ticks that touch it, a dashed line has more than one bar, and a line through a number goes on into it. Boxes
are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ..values.arrays import Boxes, Grey, Mask, Measures, Pixels
from ..values.boxes import Box, union
from ..values.words import Word, boxes_of

# How far left of a number it is looked for, max width of the bar, and max gap to the number: in font sizes.
REACH, WIDEST, GAP = 1.6, 0.8, 0.3
# Min width of the bar in font sizes, and in heights of it; its max height in heights of the number's box.
NARROWEST, BAR_ASPECT, BAR_HEIGHT = 0.2, 1.8, 0.22
# Where the bar's middle is, from the top, in heights of the number's box; the rows where a pixel of it is looked for.
HIGHEST, LOWEST = 0.4, 0.8
# Min difference from the ground of a pixel that is ink, in 0..255. Min share of the bar's box that is ink.
MARK, SOLID = 60, 0.7
# Min share of ink in the number, at the height of the bar, of a line that goes on through it.
THROUGH = 0.9
# Places left of a number, in font sizes, one of which a bar covers.
SAMPLES = (0.1, 0.2, 0.3, 0.4)
# Max rows that are sampled: those of type of 40 points.
MOST_ROWS = 48


def with_signs(words: Sequence[Word], picture: Pixels, scale: float, confidence: float) -> list[Word]:
    """The words; numbers before which a minus sign is drawn get it as `-`, with this confidence.

    `picture`: the page picture, RGB, `scale` pixels per point.
    """
    result = list(words)
    numbers = [at for at, word in enumerate(words) if word.upright and word.text[:1].isdigit()]
    if not numbers:
        return result
    boxes = boxes_of([words[at] for at in numbers])
    sizes = np.array([words[at].size for at in numbers])
    # In nearly all text the word before a number is the one left of it.
    before = boxes_of([words[max(0, at - 1)] for at in numbers])
    for index in np.flatnonzero(_may_have_signs(boxes, sizes, before, picture, scale)).tolist():
        at = numbers[index]
        bar = _bar_before(words[at], _end_before(words, at), picture, scale)
        if bar is not None:
            word = words[at]
            parts = tuple(part._replace(start=part.start + (part.start > 0)) for part in word.parts)
            box = union((bar, word.box))
            result[at] = replace(word, text=f"-{word.text}", box=box, parts=parts, confidence=confidence)
    return result


def _may_have_signs(boxes: Boxes, sizes: Measures, before: Boxes, picture: Pixels, scale: float) -> Mask:
    """For each number whether there is ink left of it, level with the middle of its digits, and beyond `before`."""
    height, width = picture.shape[:2]
    tops, bottoms = (boxes[:, 1] * (1 - share) + boxes[:, 3] * share for share in (HIGHEST, LOWEST))
    count = int(min(MOST_ROWS, max(2, np.ceil((bottoms - tops).max() * scale))))
    rows = tops[:, None] + (bottoms - tops)[:, None] * np.linspace(0, 1, count)
    columns = boxes[:, :1] - sizes[:, None] * np.array(SAMPLES)
    rows, columns = ((at * scale).astype(int) for at in (rows, columns))
    seen = picture[rows.clip(0, height - 1)[:, :, None], columns.clip(0, width - 1)[:, None, :], 1].astype(np.int16)
    level = (before[:, 1] < bottoms) & (before[:, 3] > tops) & (before[:, 0] < boxes[:, 0])
    free = columns > np.where(level, before[:, 2] * scale, 0)[:, None]
    return np.asarray(((seen.max(axis=1) - seen.min(axis=1) > MARK) & free).any(axis=1))


def _end_before(words: Sequence[Word], at: int) -> float:
    """The right side of the nearest word left of a word, at its height; the page's left side where there is none."""
    left, top, _, bottom = words[at].box
    middle = (top + bottom) / 2
    ends = (
        word.box[2]
        for word in words
        if word.box[1] < middle < word.box[3] and word.box[0] < left and word.box[2] <= left + (bottom - top) / 4
    )
    return max(ends, default=0.0)


def _bar_before(word: Word, end: float, picture: Pixels, scale: float) -> Box | None:
    """The box of the bar before a number, which stands right of `end`; None where there is none."""
    size = word.size
    left = max(end, word.box[0] - REACH * size, 0.0)
    first, last, beyond = (round(side * scale) for side in (left, word.box[0], word.box[2]))
    top, bottom = (max(0, round(side * scale)) for side in (word.box[1], word.box[3]))
    part = picture[top:bottom, first : max(first, beyond)].min(axis=2).astype(np.int16)
    if min(part.shape[0], last - first) < 2:
        return None
    ink: Grey = (np.abs(part - int(np.median(part))) > MARK).astype(np.uint8)
    before, number = ink[:, : last - first], ink[:, last - first :]
    count, _, stats, _ = cv2.connectedComponentsWithStats(before, connectivity=8)
    for x, y, wide, high, ink_count in stats[1:count].tolist():
        middle = (y + high / 2) / len(ink)
        shaped = wide >= BAR_ASPECT * high and high <= max(2, BAR_HEIGHT * len(ink)) and HIGHEST < middle < LOWEST
        sized = NARROWEST * size <= wide / scale <= WIDEST * size and ink_count >= SOLID * wide * high
        near = last - first - x - wide <= GAP * size * scale
        rows = slice(y, y + high)
        alone = (x > 0 or left <= 0) and int(before[rows].sum()) == ink_count and number[rows].mean() < THROUGH
        if shaped and sized and near and alone:
            return ((first + x) / scale, (top + y) / scale, (first + x + wide) / scale, (top + y + high) / scale)
    return None
