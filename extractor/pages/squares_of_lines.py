"""Thin lines that are drawn one by one -> the small squares that four of them make. Runs in a page process.

Some programs draw each side of a check box by itself: no object of the page is a square. Boxes are in points, origin
top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..values.arrays import Boxes
from ..values.boxes import Box
from .drawing import LARGEST_SQUARE, SMALLEST_SQUARE, SQUARE

# Max height of a level line's box, which reaches as far beyond its ends as it is high in half; and max distance of the
# ends of two lines that meet, in points.
THIN, MEETING = 3.0, 1.2
# Max lines of these lengths on a page: more are a drawing.
MOST_LINES = 1000
# Max objects of a page of which lines are looked for.
MOST_OBJECTS = 10_000


def squares_of_lines(drawn: Sequence[Box]) -> list[Box]:
    """The squares that lines among the drawn things make, as wide as a check box may be."""
    if not 4 <= len(drawn) <= MOST_OBJECTS:
        return []
    boxes: Boxes = np.array(drawn)
    sizes = boxes[:, 2:] - boxes[:, :2]
    lines = boxes[(sizes.min(axis=1) <= THIN) & (sizes.max(axis=1) > SMALLEST_SQUARE)]
    lines = lines[(lines[:, 2:] - lines[:, :2]).max(axis=1) < LARGEST_SQUARE]
    if not 4 <= len(lines) <= MOST_LINES:
        return []
    is_level = (lines[:, 2] - lines[:, 0]) > (lines[:, 3] - lines[:, 1])
    level, upright = _ends(lines[is_level]), _ends(lines[~is_level][:, [1, 0, 3, 2]])
    wide = (level[:, 1] - level[:, 0])[:, None]
    fall = level[None, :, 2] - level[:, None, 2]
    meet = (np.abs(level[:, None, :2] - level[None, :, :2]) < MEETING).all(axis=2)
    found = []
    for above, below in np.argwhere(meet & (np.abs(fall - wide) < SQUARE * wide)).tolist():
        left, right, top = level[above].tolist()
        bottom = float(level[below, 2])
        sides = upright[(np.abs(upright[:, :2] - (top, bottom)) < MEETING).all(axis=1), 2]
        if all((np.abs(sides - edge) < MEETING).any() for edge in (left, right)):
            found.append((left, top, right, bottom))
    return list(dict.fromkeys(found))


def _ends(level: Boxes) -> Boxes:
    """Where level lines begin and end, and how far down they are: (lines, 3)."""
    half = (level[:, 3] - level[:, 1]) / 2
    return np.stack([level[:, 0] + half, level[:, 2] - half, level[:, 1] + half], axis=1)
