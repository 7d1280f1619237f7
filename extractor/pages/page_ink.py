"""A page picture and its known words -> lines of ink that no word explains.

Runs in a page process. Text shows by its edges: along a line of text, light and dark alternate often, which they do
neither along a ruling nor on a plain ground. Known words are masked out. What is left is joined to lines and may be
text that only the picture has: a scan, a stamp, or text drawn as outlines. Boxes are in points, origin top left of the
page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from ..values.arrays import Boxes, Grey, Measures, Pixels
from ..values.boxes import Box, area, clip, union

# Pixels per point of a sketch. The long side of a small page has at least half of the second, in pixels.
INK_SCALE = 1.0
INK_SIDE = 1000
# Min difference of a pixel's two neighbours for it to be an edge, in 0..255.
EDGE = 40
# Min height of a vertical ruling, in pixels: higher than a letter.
RULE_HEIGHT = 14
# Brightness below which a pixel is dark, in 0..255.
DARK = 160
# Max gap between letters of one line, in pixels.
LETTER_GAP = 9
# Min and max height of a line of text, in pixels; its min ratio of width to height.
LOWEST, HIGHEST = 4, 70
MIN_ASPECT = 1.4
# Min and max share of edge pixels of a line of text: less is a drawing, more a raster.
FEWEST_EDGES, MOST_EDGES = 0.1, 0.85
# Margin around a word that counts as explained, in pixels: letters lean out of their box.
WORD_MARGIN = 1.5
# Margin around a line when areas are merged, in heights of the line.
LINE_GAP = 1.0
# Cost of one more area, in square points of page to search.
AREA_COST = 12_000.0
# Max lines that form areas of their own; all others are one area.
MOST_LINES = 300
# Min edge pixels of a word.
LEAST_INK = 40


@dataclass(frozen=True)
class Sketch:
    """A page picture in grey, (rows, columns) uint8, reduced: `scale` pixels per point."""

    grey: Grey
    scale: float

    @cached_property
    def dark(self) -> np.ndarray[Any, Any]:
        """The number of dark pixels above and left of each pixel's corner: (rows + 1, columns + 1)."""
        return cv2.integral(cv2.threshold(self.grey, DARK, 1, cv2.THRESH_BINARY_INV)[1])


def sketch(picture: Pixels, scale: float) -> Sketch:
    """The page picture (RGB, `scale` pixels per point) in grey, as small as lines of text can be told in it."""
    height, width = picture.shape[:2]
    factor = min(1.0, max(INK_SCALE, INK_SIDE * scale / max(width, height) / 2) / scale)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if factor == 0.5 and min(width, height) > 1:
        # Whole pairs of pixels take a fiftieth of the time that pairs and a bit take, as those of A4.
        size = (width // 2, height // 2)
        grey = grey[: 2 * size[1], : 2 * size[0]]
    return Sketch(np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), scale * factor)


def turned(page: Sketch, box: Box) -> Sketch:
    """The part of the sketch in a box, given in points, with its columns as rows."""
    left, top, right, bottom = (max(0, round(side * page.scale)) for side in box)
    return Sketch(np.ascontiguousarray(page.grey[top:bottom, left:right].T), page.scale)


def dark_shares(page: Sketch, boxes: Boxes) -> Measures:
    """The share of dark pixels in each box, (boxes,), in [0, 1]; boxes (boxes, 4) in points, origin top left."""
    height, width = page.grey.shape
    sides = np.rint(boxes * page.scale).astype(np.int32)
    left, top, right, bottom = np.clip(sides, 0, (width, height, width, height)).T
    above, below = top * (width + 1), bottom * (width + 1)
    sums = page.dark.ravel()
    dark = sums[below + right] - sums[above + right] - sums[below + left] + sums[above + left]
    return np.asarray(dark / np.maximum(1, (right - left) * (bottom - top)), np.float64)


def unexplained_lines(page: Sketch, words: Sequence[Box]) -> list[Box]:
    """The boxes of lines of ink that none of the words covers, in points, origin top left of the page as shown."""
    grey, ratio = page.grey, page.scale
    edges = np.zeros(grey.shape, np.uint8)
    cv2.threshold(cv2.absdiff(grey[:, 2:], grey[:, :-2]), EDGE, 1, cv2.THRESH_BINARY, dst=edges[:, 1:-1])
    _mask_words(edges, words, ratio)
    if cv2.countNonZero(edges) < LEAST_INK:
        return []
    _mask_vertical_rules(edges)
    lines = _text_lines(edges)
    return [(left / ratio, top / ratio, right / ratio, bottom / ratio) for left, top, right, bottom in lines]


def _mask_words(edges: Grey, boxes: Sequence[Box], ratio: float) -> None:
    """Clears the edges under the boxes."""
    if not boxes:
        return
    sides = np.array(boxes, np.float64) * ratio + (-WORD_MARGIN, -WORD_MARGIN, WORD_MARGIN, WORD_MARGIN)
    for left, top, right, bottom in np.maximum(sides, 0).round().astype(int).tolist():
        edges[top:bottom, left:right] = 0


def _mask_vertical_rules(edges: Grey) -> None:
    """Clears vertical rulings: they are edges all along, and hold no text together."""
    upright = cv2.morphologyEx(edges, cv2.MORPH_OPEN, np.ones((RULE_HEIGHT, 1), np.uint8))
    edges[upright > 0] = 0


def _text_lines(edges: Grey) -> list[tuple[int, int, int, int]]:
    """The boxes, in pixels, of joined edges that are shaped like a line of text."""
    joined = cv2.dilate(edges, np.ones((1, LETTER_GAP), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    if count < 2:
        return []
    own = np.bincount(labels[edges > 0], minlength=count)
    half = LETTER_GAP // 2
    left, top, width, height = (stats[:, column] for column in range(4))
    width = width - 2 * half
    density = own / np.maximum(1, width * height)
    shaped = (height >= LOWEST) & (height <= HIGHEST) & (width >= MIN_ASPECT * height) & (own >= LEAST_INK)
    shaped &= (density >= FEWEST_EDGES) & (density <= MOST_EDGES)
    shaped[0] = False
    return [
        (int(left[i]) + half, int(top[i]), int(left[i]) + half + int(width[i]), int(top[i] + height[i]))
        for i in np.flatnonzero(shaped)
    ]


def areas_of(lines: Sequence[Box], width: float, height: float) -> list[Box]:
    """The lines with some room around, near ones merged; boxes in points, origin top left.

    A few large areas are cheaper to search than many small ones. `width`, `height`: the page's, in points.
    """
    areas: list[Box] = []
    for left, top, right, bottom in sorted(lines[:MOST_LINES], key=lambda box: (box[1], box[0])):
        gap = LINE_GAP * min(bottom - top, right - left)
        box = clip((left - gap, top - gap / 2, right + gap, bottom + gap / 2), width, height)
        while near := next((other for other in areas if _belong_together(box, other)), None):
            areas.remove(near)
            box = union((box, near))
        areas.append(box)
    rest = lines[MOST_LINES:]
    return [union([*areas, *rest])] if rest else areas


def _belong_together(a: Box, b: Box) -> bool:
    """Whether one area around both boxes costs less than two."""
    return area(union((a, b))) <= area(a) + area(b) + AREA_COST
