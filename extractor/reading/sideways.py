"""A page's tables by the way they stand: tables printed sideways on an upright page are read turned.

Runs in a page process. A wide table on a tall page is often turned by a quarter, while the text around it is not. The
order of its words tells which way. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..values.boxes import Box, Matrix, centre, contains, mapped
from ..values.page import Page
from ..values.reading import Region, RegionKind
from ..values.words import Word, turned_words
from .orientation import as_shown, turned

# Min share of letters that run up or down in a table printed sideways.
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Facing:
    """A page turned as some of its tables stand.

    `regions`: all regions in their order; other tables are given as text. `to_page`, (3, 3), maps its points to the
    page; None where they are the same.
    """

    page: Page
    words: Sequence[Word]
    regions: Sequence[Region]
    to_page: Matrix | None = None


def facings(page: Page, words: Sequence[Word], regions: Sequence[Region]) -> list[Facing]:
    """The page as it is, for its upright tables, and turned, for those that stand on their side; at most one for each
    quarter.

    Boxes are of the turned page, in the page's unit, origin top left.
    """
    tables = [index for index, region in enumerate(regions) if region.kind.label == "table"]
    if not tables or all(word.upright for word in words):
        return [Facing(page, words, regions)]
    turns = {index: quarters_of([w for w in words if contains(regions[index].box, centre(w.box))]) for index in tables}
    result = []
    for quarters in sorted(set(turns.values())):
        own = [
            region if turns.get(index, quarters) == quarters else replace(region, kind=RegionKind("text"))
            for index, region in enumerate(regions)
        ]
        if not quarters:
            result.append(Facing(page, words, own))
            continue
        side = turned(as_shown(page), quarters)
        forward = np.linalg.inv(side.matrix)
        moved = [replace(region, box=mapped(forward, region.box)) for region in own]
        result.append(Facing(side.page, turned_words(words, side.matrix), moved, side.matrix))
    return result


def quarters_of(words: Sequence[Word]) -> int:
    """Quarter turns anticlockwise, 0 to 3, that set most of a table's letters upright."""
    sideways = [word for word in words if not word.upright]
    letters = sum(len(word.text) for word in words)
    if sum(len(word.text) for word in sideways) <= MOSTLY * letters:
        return 0
    # Words of one line tell; if there are none, words of one row in the order of printing.
    for same_line in (True, False):
        down = 0
        for before, after in pairwise(sideways):
            if _in_one_row(before.box, after.box) and (before.line == after.line or not same_line):
                down += 1 if after.box[1] > before.box[1] else -1
        if down:
            return 1 if down > 0 else 3
    return 3


def _in_one_row(a: Box, b: Box) -> bool:
    """Whether words that run up or down stand in one row."""
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.5 * min(a[2] - a[0], b[2] - b[0])
