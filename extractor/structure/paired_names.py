"""Names of a head and columns of entries -> the edges between columns, where the two are equally many but do not stand
over each other. Runs in a page process.

Names set flush left stand over the white before amounts set flush right: the white beside a name is no edge then. Each
name is of the column that has its place in the order. Lengths are in the page's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..values.words import Row
from .gutters import TEXT_GAP, Strip, gutters_between, median_gap
from .headed_gutters import span_of

# Min names whose order tells their columns.
MIN_NAMES = 2
# Max share of the white between texts, and of that between columns, of a strip that parts words of one text. Min white
# between entries of two columns, in text heights.
NARROW = 0.5
CLEARLY = 0.5
LEAST_GAP = 0.5


def edges_of_pairs(
    names: Sequence[Row], extents: Sequence[Sequence[Strip]], allowed: int, height: float
) -> list[float] | None:
    """The edges (x) between columns that have a name and entries each, left to right; None where these are not equally
    many, stand over each other anyway, or are not parted by white.

    `names`: those of a head, left to right; they have no digits. `extents`: left and right of each word below it, row
    by row. `allowed`: max rows that cross the white between columns; `height`: of the text.
    """
    if len(names) < MIN_NAMES or any(letter.isdigit() for name in names for word in name for letter in word.text):
        return None
    gutters = sorted(gutters_between(extents, allowed, height), key=lambda gutter: gutter[0] - gutter[1])
    widths = [right - left for left, right in gutters]
    count = len(names) - 1
    if len(gutters) < count or widths[count - 1] <= NARROW * TEXT_GAP * height:
        return None
    if any(width > CLEARLY * widths[count - 1] for width in widths[count:]):
        return None
    gutters = sorted(gutters[:count])
    if any(median_gap(extents, (left + right) / 2) < LEAST_GAP * height for left, right in gutters):
        return None
    pairs = list(zip(map(span_of, names), _strips_between(extents, gutters), strict=True))
    if all(name[0] < entries[1] and entries[0] < name[1] for name, entries in pairs):
        return None
    columns = [(min(name[0], entries[0]), max(name[1], entries[1])) for name, entries in pairs]
    if any(after[0] <= before[1] for before, after in pairwise(columns)):
        return None
    return [(before[1] + after[0]) / 2 for before, after in pairwise(columns)]


def _strips_between(extents: Sequence[Sequence[Strip]], gutters: Sequence[Strip]) -> list[Strip]:
    """Left and right of what stands between the white strips, left to right."""
    spans = [span for row in extents for span in row]
    lefts = [min(left for left, _ in spans), *(right for _, right in gutters)]
    return list(zip(lefts, [*(left for left, _ in gutters), max(right for _, right in spans)], strict=True))
