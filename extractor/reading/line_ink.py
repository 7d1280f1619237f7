"""A recognised line and its picture -> the signs of its words: pieces of ink, each one letter or digit.

Runs in a page process. Where ink does not part into as many signs as were read, it tells nothing. Lengths are pixels of
the line, origin top left.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import cv2
import numpy as np

from ..values.arrays import Grey, Quad
from ..values.page_picture import PagePicture
from ..values.shades import median_shade

# Max height of the line's crop, in pixels; a higher one is reduced.
MOST_ROWS = 64
# Below this share of the highest sign, ink is a dash or a speck.
LOW = 0.2
# Min width of a rule, in heights of the highest sign: a digit's stroke is less wide.
RULE = 0.6
# Min height of a digit that is whole, in heights of the highest one.
WHOLE = 0.8
# Min share of width in common of pieces of one sign.
ONE_SIGN = 0.5
# Thresholds of ink, as shares of the strongest ink: touching signs part at one of them, thin strokes break at higher
# ones.
CONTRASTS = (0.3, 0.45)
# Min difference of the strongest ink from the ground, in 0..255.
LEAST_CONTRAST = 40.0
# Characters as low as points and dashes.
LOW_SIGNS = frozenset(".,'\u2019:-\u2013\u2212_*\u00b0\"\u00b7~=")

# left, top, right, bottom
Sign = tuple[int, int, int, int]


def level_strip(picture: PagePicture, quad: Quad) -> Grey | None:
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


def readings_of(line: Grey, left: int, right: int, count: int) -> Iterator[list[Sign]]:
    """The signs between two columns, left to right, without points and dashes: at each threshold of ink that gives
    `count` of them."""
    return (signs for contrast in CONTRASTS if len(signs := _signs(line, left, right, contrast)) == count)


def _signs(line: Grey, left: int, right: int, contrast: float) -> list[Sign]:
    """The pieces of ink between two columns, left to right, without points, dashes and rules."""
    margin = max(1, len(line) // 6)
    first, last = max(0, left - margin), min(line.shape[1], right + margin)
    strip = line[:, first:last]
    away = np.abs(strip.astype(np.float32) - median_shade(strip)) if strip.size else np.zeros((1, 1))
    if away.max() < LEAST_CONTRAST:
        return []
    mask = (away > contrast * away.max()).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    tallest = int(stats[1:count, cv2.CC_STAT_HEIGHT].max(initial=0))
    boxes = sorted(
        (first + x, y, first + x + wide, y + high)
        for x, y, wide, high, _ in stats[1:count].tolist()
        if high >= LOW * tallest or wide < RULE * tallest
    )
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
    middle = statistics.median((top + bottom) / 2 for _, top, _, bottom in high) if high else 0.0
    return [sign for sign in signs if sign[3] - sign[1] >= LOW * highest and sign[1] < middle]
