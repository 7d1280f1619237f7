"""Edges between columns -> the same, without those in the spaces of one column's texts. Runs in a page process.

Where the words of a few names end at one place, the spaces behind them lie in line with the white behind all shorter
names. What stands on the right there has no name in the first row, never stands alone, and nowhere further from the
words before it than a space. Lengths are in the page's unit.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import pairwise

from ..values.boxes import centre
from ..values.words import Row, Word
from .item_rows import is_numeric

# Max width of a space, in text heights. Max share of rows that reach over an edge in the spaces of texts.
SPACE = 0.4
FEW = 0.5


def without_spaces(edges: Sequence[float], rows: Sequence[Row], height: float) -> list[float]:
    """The edges (x, ascending), without those that only part words of a few texts. `height`: of the text."""
    spaces = [0] * len(edges)
    entries = [0] * len(edges)
    named = {bisect.bisect(edges, centre(word.box)[0]) for word in rows[0]}
    for row in rows:
        words = sorted(((bisect.bisect(edges, centre(word.box)[0]), word) for word in row), key=_left)
        for at in {column for column, _ in words if column}:
            entries[at - 1] += 1
        for (column, before), (following, after) in pairwise(words):
            if following == column + 1:
                spaces[column] += _is_space(before, after, height)
    return [
        edge
        for column, (edge, count, held) in enumerate(zip(edges, spaces, entries, strict=True), start=1)
        if column in named or count == 0 or count < held or held > FEW * len(rows)
    ]


def _left(placed: tuple[int, Word]) -> float:
    return placed[1].box[0]


def _is_space(before: Word, after: Word, height: float) -> bool:
    """Whether a word that is no number and the next one stand as near as words of one text."""
    return after.box[0] - before.box[2] < SPACE * height and not is_numeric(before.text)
