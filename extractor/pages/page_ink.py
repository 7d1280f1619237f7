"""A page's picture and the words that are known of it -> where there is ink that no word explains.

Runs inside a page process. Text is told by its edges: along a line of it, light and dark change often, which they do
neither along a ruling nor over a plain ground. What the known words cover is left out; the rest, put together to lines,
may be text that only the picture has: a scan's, a stamp's, or one drawn as outlines. Boxes are of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..values.arrays import Boxes, Grey, Measures, Pixels
from ..values.boxes import Box, area, clip, union

# Pixels per point at which ink is looked for, where a page of the common size is concerned: all sizes scale with it.
INK_SCALE = 1.0
INK_SIDE = 1000
# Two pixels beside a pixel that differ by so much of 255 are an edge.
EDGE = 40
# A vertical line is higher than a letter, in pixels.
RULE_HEIGHT = 14
# A pixel is dark that has less than this, of 255.
DARK = 160
# Letters that stand no further apart than this, in pixels, are of one line.
LETTER_GAP = 9
# The heights of lines of text, in pixels, and so many times as wide as high is the least of them.
LOWEST, HIGHEST = 4, 70
MIN_ASPECT = 1.4
# The share of a line's pixels that are edges: less is a drawing, more is a raster.
FEWEST_EDGES, MOST_EDGES = 0.1, 0.85
# Words cover so much more than their box, in pixels: letters lean out of it.
WORD_MARGIN = 1.5
# Lines no further apart than this, in their height, are of one area.
LINE_GAP = 1.0
# Another area costs as much as searching so much more of the page, in square points; more lines are one area.
AREA_COST = 12_000.0
MOST_LINES = 300
# Less ink than this, in pixels of edges, is no word.
LEAST_INK = 40


@dataclass(frozen=True, slots=True)
class Sketch:
    """A page's picture in grey, made small: `scale` pixels per unit."""

    grey: Grey
    scale: float


def sketch(image: Pixels, scale: float) -> Sketch:
    """The picture of a page, RGB, `scale` pixels per unit, as small as lines of text can be told in it."""
    height, width = image.shape[:2]
    factor = min(1.0, max(INK_SCALE, INK_SIDE * scale / max(width, height) / 2) / scale)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    return Sketch(np.asarray(grey, np.uint8), scale * factor)


def dark_shares(page: Sketch, boxes: Boxes) -> Measures:
    """The share of each box's pixels that are dark."""
    height, width = page.grey.shape
    sums = cv2.integral(cv2.threshold(page.grey, DARK, 1, cv2.THRESH_BINARY_INV)[1])
    sides = np.round(boxes * page.scale).astype(int)
    left, right = sides[:, 0].clip(0, width), sides[:, 2].clip(0, width)
    top, bottom = sides[:, 1].clip(0, height), sides[:, 3].clip(0, height)
    dark = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(dark / np.maximum(1, (right - left) * (bottom - top)), np.float64)


def unexplained_lines(page: Sketch, words: Sequence[Box]) -> list[Box]:
    """The boxes of lines of ink that none of the words covers."""
    grey, ratio = page.grey, page.scale
    edges = np.zeros(grey.shape, np.uint8)
    cv2.threshold(cv2.absdiff(grey[:, 2:], grey[:, :-2]), EDGE, 1, cv2.THRESH_BINARY, dst=edges[:, 1:-1])
    _leave_out(edges, words, ratio)
    if cv2.countNonZero(edges) < LEAST_INK:
        return []
    _leave_out_rules(edges)
    lines = _lines(edges)
    return [(left / ratio, top / ratio, right / ratio, bottom / ratio) for left, top, right, bottom in lines]


def _leave_out(edges: Grey, boxes: Sequence[Box], ratio: float) -> None:
    if not boxes:
        return
    sides = np.array(boxes, np.float64) * ratio + (-WORD_MARGIN, -WORD_MARGIN, WORD_MARGIN, WORD_MARGIN)
    for left, top, right, bottom in np.maximum(sides, 0).round().astype(int).tolist():
        edges[top:bottom, left:right] = 0


def _leave_out_rules(edges: Grey) -> None:
    """Vertical lines are edges all along; they hold no text together."""
    upright = cv2.morphologyEx(edges, cv2.MORPH_OPEN, np.ones((RULE_HEIGHT, 1), np.uint8))
    edges[upright > 0] = 0


def _lines(edges: Grey) -> list[tuple[int, int, int, int]]:
    """The ink put together along lines; what is shaped like a line of text."""
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
    """The lines with some room around, those near to each other in one area: a few large areas cost less to search
    than many small ones."""
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
    return area(union((a, b))) <= area(a) + area(b) + AREA_COST
