"""A strip of white -> whether columns set flush on both of its sides make it a gutter, however narrow. Runs in a page
process.

A quantity set flush right and its unit, set flush left, stand nearer to each other than texts of two columns do, and
further apart than words of one text. Lengths are in the page's unit.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

# Max difference of edges that are flush, and min white, in text heights; min white in the usual white of words.
FLUSH = 0.1
WHITE = 0.4
WIDER = 1.6
# Min rows with words on both sides; min white spaces of words that tell the usual one.
MIN_ROWS = 3
MIN_SPACES = 3


def is_flush(extents: Sequence[Sequence[tuple[float, float]]], at: float, height: float, text_gap: float) -> bool:
    """Whether all words left of `at` (x) end at one place, and begin at several, and all right of it begin at one.

    `extents`: left and right of each word, row by row, in order. `height`: of the text; `text_gap`: the white from
    which on words are two texts.
    """
    beside, spaces = [], []
    for row in extents:
        for before, after in pairwise(row):
            white = after[0] - before[1]
            if before[1] <= at <= after[0]:
                if white < text_gap:
                    beside.append((before, after))
            elif white < text_gap:
                spaces.append(white)
    if len(beside) < MIN_ROWS or len(spaces) < MIN_SPACES:
        return False
    ends, begins = [before[1] for before, _ in beside], [after[0] for _, after in beside]
    lefts = [before[0] for before, _ in beside]
    white = min(begins) - max(ends)
    return (
        max(ends) - min(ends) <= FLUSH * height
        and max(begins) - min(begins) <= FLUSH * height
        and max(lefts) - min(lefts) > FLUSH * height
        and white >= max(WHITE * height, WIDER * statistics.median(spaces))
    )
