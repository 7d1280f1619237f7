"""A part of a scan's picture -> where there is ink in it, and the strokes through a row. Runs in a page process.

Lengths are pixels, origin top left of the part.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from ..values.arrays import Grey, Pixels
from ..values.shades import median_shade

# Where between the darkest ink and the paper a pixel begins to be ink; min difference of ink from paper, in 0..255.
INK, FAINTEST = 0.4, 40


class Through(NamedTuple):
    """An upright stroke through a row: its columns and its rows, `right` and `bottom` not among them."""

    left: int
    right: int
    top: int
    bottom: int


def ink_of(part: Pixels) -> Grey:
    """Where there is ink, (height, width): 1 or 0."""
    grey: Grey = np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), np.uint8)
    paper, darkest = median_shade(grey[::2, ::2]), float(grey.min())
    return np.asarray(grey < paper - max(FAINTEST, INK * (paper - darkest)), np.uint8)


def strokes_through(runs: Grey, row: int) -> list[Through]:
    """The strokes through a row, from left to right. `runs`: the ink without what is shorter than strokes."""
    columns = np.flatnonzero(runs[row])
    strokes = []
    for group in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(columns) else []:
        stroke = runs[:, group[len(group) // 2]]
        above, below = np.flatnonzero(stroke[:row] == 0), np.flatnonzero(stroke[row:] == 0)
        start = int(above[-1]) + 1 if len(above) else 0
        end = row + int(below[0]) if len(below) else len(stroke)
        strokes.append(Through(int(group[0]), int(group[-1]) + 1, start, end))
    return strokes
