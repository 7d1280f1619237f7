"""Boxes: `(left, top, right, bottom)`, origin top left, y downwards, in the unit of the page that they are on.

In both processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Boxes, Indices, Measures

Box = tuple[float, float, float, float]
# (left, top, right, bottom), whole pixels of a picture.
PixelBox = tuple[int, int, int, int]
# (3, 3): maps points (x, y, 1) of one page to points of another.
Matrix = NDArray[np.floating[Any]]

# Max pairs of boxes that are compared at once; so many that it is worthwhile to look for fewer.
MOST_PAIRS, FEW_PAIRS = 1 << 20, 1 << 12


def json_box(box: Sequence[float] | None) -> list[float] | None:
    """The box as answers have it, `[left, top, right, bottom]` with two decimals, in its own unit; None without a
    box."""
    return None if box is None else [round(side, 2) for side in box]


def area(box: Box) -> float:
    """The box's area, in square units of its page; 0 where it is empty or turned inside out."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def intersection(a: Box, b: Box) -> float:
    """The area that both boxes cover, in square units of their page; 0 where they are apart."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def areas(boxes: Boxes) -> Measures:
    """The area of each box, (boxes,), in the square of their unit."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def common_areas(boxes: Boxes, others: Boxes) -> Measures:
    """The area that each box shares with its one of the others, or with the only other one, in the square of their
    unit: (boxes,). `others` is (boxes, 4), or (4,)."""
    wide = np.minimum(boxes[:, 2], others[..., 2]) - np.maximum(boxes[:, 0], others[..., 0])
    high = np.minimum(boxes[:, 3], others[..., 3]) - np.maximum(boxes[:, 1], others[..., 1])
    return np.asarray(wide.clip(min=0) * high.clip(min=0))


def touching(boxes: Boxes, others: Boxes) -> Iterator[tuple[Indices, Indices]]:
    """The pairs of a box and one of the others that have an area or a line in common: the indices of each, some at a
    time."""
    if not (len(boxes) and len(others)):
        return
    order, first, counts = _within_reach(boxes, others, 1)
    if counts.sum() > FEW_PAIRS:
        # Along one of the axes most boxes are out of reach of most others.
        across = _within_reach(boxes, others, 0)
        order, first, counts = across if across[2].sum() < counts.sum() else (order, first, counts)
    ends = np.cumsum(counts)
    start = 0
    while start < len(others):
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + MOST_PAIRS, side="right")))
        theirs = np.repeat(np.arange(start, end), counts[start:end])
        own = order[np.arange(before, before + len(theirs)) + (first - ends + counts)[theirs]]
        one, two = boxes[own], others[theirs]
        meet = ((one[:, :2] <= two[:, 2:]) & (one[:, 2:] >= two[:, :2])).all(axis=1)
        yield own[meet], theirs[meet]
        start = end


def _within_reach(boxes: Boxes, others: Boxes, axis: int) -> tuple[Indices, Indices, Indices]:
    """The order of the boxes along the axis, and in it for each of the others the first of the boxes, and the number
    of them, that may touch it."""
    order = np.argsort(boxes[:, axis])
    starts = boxes[order, axis]
    longest = float((boxes[:, axis + 2] - boxes[:, axis]).max())
    first = np.searchsorted(starts, others[:, axis] - longest)
    return order, first, np.maximum(np.searchsorted(starts, others[:, axis + 2], side="right") - first, 0)


def covered(a: Box, b: Box) -> float:
    """The share of `a` that `b` covers, in [0, 1]; both in one unit. A box without area counts as its centre point."""
    own = area(a)
    if own > 0:
        return intersection(a, b) / own
    return 1.0 if contains(b, centre(a)) else 0.0


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of `boxes`, in their unit. Raises `ValueError` where there are none."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return (min(left), min(top), max(right), max(bottom))


def centre(box: Box) -> tuple[float, float]:
    """The box's centre, `(x, y)`, in the box's unit."""
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def median_height(boxes: Iterable[Box]) -> float:
    """The median of the boxes' heights, in their unit, at least 1e-6 so that it can divide; 0 where there are no
    boxes."""
    heights = sorted(box[3] - box[1] for box in boxes)
    return max(heights[len(heights) // 2], 1e-6) if heights else 0.0


def contains(box: Box, point: tuple[float, float]) -> bool:
    """Whether the point `(x, y)`, in the box's unit, is inside the box or on its edge."""
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def grown(box: Box, margin: float) -> Box:
    """The box with `margin` more on each side, in the box's unit."""
    return (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)


def clip(box: Box, width: float, height: float) -> Box:
    """The part of the box that is on a page of this width and height, all in one unit; without area where none is."""
    return (
        min(max(box[0], 0.0), width),
        min(max(box[1], 0.0), height),
        min(max(box[2], 0.0), width),
        min(max(box[3], 0.0), height),
    )


def scaled(box: Box, factor: float) -> Box:
    """The box in another unit, of which `factor` make one of its own."""
    return (box[0] * factor, box[1] * factor, box[2] * factor, box[3] * factor)


def moved(box: Box, across: float, down: float) -> Box:
    """The box moved to the right by `across` and down by `down`, in the box's unit."""
    return (box[0] + across, box[1] + down, box[2] + across, box[3] + down)


def mapped(matrix: Matrix, box: Box) -> Box:
    """The smallest box around the box's four corners, mapped by `matrix` (3, 3), in the unit that the matrix maps
    to."""
    left, top, right, bottom = box
    corners = matrix @ np.array([[left, right, right, left], [top, top, bottom, bottom], [1.0, 1.0, 1.0, 1.0]])
    corners = corners[:2] / corners[2]
    return (
        float(corners[0].min()),
        float(corners[1].min()),
        float(corners[0].max()),
        float(corners[1].max()),
    )
