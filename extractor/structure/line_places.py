"""Ruling lines -> where they are drawn, and what they cover. Runs in a page process. Lengths are in the page's unit."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

from ..values.reading import Ruling

# Max distance of two lines that are one, drawn twice, in text heights.
SAME_LINE = 0.4
# Min share of the common side of two places that a line between them covers.
PARTS = 0.6
# Max places of a grid: more are a pattern or squared paper.
MOST_PLACES = 10_000


def drawn_positions(lines: Sequence[Ruling], height: float) -> list[float]:
    """The positions of lines across their direction, each once, in order. `height`: that of the table's words."""
    edges: list[list[float]] = []
    for at in sorted(line.at for line in lines):
        if edges and at - edges[-1][-1] <= SAME_LINE * height:
            edges[-1].append(at)
        else:
            edges.append([at])
    return [sum(group) / len(group) for group in edges]


def is_covered(lines: Sequence[Ruling], at: float, side: tuple[float, float]) -> bool:
    """Whether the lines, in order of their places, cover the side at `at`, from one end to the other."""
    length = max(side[1] - side[0], 1e-6)
    near = 0.02 * length + 3.0
    beside = lines[bisect.bisect_left(lines, at - near, key=_at) : bisect.bisect_right(lines, at + near, key=_at)]
    covered = sum(max(0.0, min(line.end, side[1]) - max(line.start, side[0])) for line in beside)
    return covered >= PARTS * length


def in_order(lines: Iterable[Ruling]) -> list[Ruling]:
    """The lines in order of their places."""
    return sorted(lines, key=_at)


def _at(line: Ruling) -> float:
    return line.at
