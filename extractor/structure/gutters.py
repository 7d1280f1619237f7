"""The words of a table's rows -> the white strips between its columns. Runs in a page process.

Lengths are in the page's unit.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

# Min gap between two texts of a row, and min width of a strip, in text heights: in the widest rows, columns come as
# near as words.
TEXT_GAP = 0.7
MIN_WIDTH = 0.12

# Left and right side, x in the page's unit.
Strip = tuple[float, float]


def gutters_between(extents: Sequence[Sequence[Strip]], allowed: int, height: float) -> list[Strip]:
    """The strips that at most `allowed` rows have a word in, between the first and the last word.

    `extents`: left and right of each word, row by row. `height`: of the text.
    """
    steps: list[tuple[float, int]] = []
    for row in extents:
        for left, right in row:
            steps += [(left, 1), (right, -1)]
    steps.sort()
    gutters: list[Strip] = []
    covering = 0
    for (at, change), (following, _) in pairwise(steps):
        covering += change
        if covering <= allowed and following > at:
            if gutters and at - gutters[-1][1] <= 1e-6:
                gutters[-1] = (gutters[-1][0], following)
            else:
                gutters.append((at, following))
    return [(left, right) for left, right in gutters if right - left >= MIN_WIDTH * height]


def median_gap(extents: Sequence[Sequence[Strip]], at: float) -> float:
    """The gap between the nearest words left and right of `at` (x), the median of rows that have both; else 0.

    `extents`: left and right of each word, row by row.
    """
    gaps = []
    for row in extents:
        before = [right for left, right in row if (left + right) / 2 < at]
        after = [left for left, right in row if (left + right) / 2 >= at]
        if before and after:
            gaps.append(min(after) - max(before))
    return statistics.median_low(gaps) if gaps else 0.0
