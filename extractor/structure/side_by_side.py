"""A table region's words -> blocks that stand side by side in it, each with lines of its own. Runs in a page process.

Totals beside a bill's items, or two columns of labels with values, are one region to the layout model. They are one
table only where their lines stand at the same heights. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..values.boxes import median_height
from ..values.reading import Rulings
from ..values.words import Row, Word
from .text_lines import rows_of_text

# Min white between blocks; min gap between texts of a line; in text heights.
MIN_GAP = 1.0
TEXT_GAP = 0.7
# Max difference of middles of level lines, in text heights. Min number and min share of a block's lines without one
# beside them.
SAME_HEIGHT = 0.3
MIN_APART = 2
APART = 0.3
# Min lines of a block; min share of them with two texts.
MIN_LINES = 3
MOSTLY = 0.7


def blocks_beside(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words by block, left to right; all in one where they are one block, or lines hold them together."""
    if not words:
        return [list(words)]
    height = median_height(word.box for word in words)
    for at in _gaps(words, height):
        if any(line.start < at < line.end for line in rulings.horizontal):
            continue
        left = [word for word in words if word.box[2] <= at]
        right = [word for word in words if word.box[0] >= at]
        if _are_apart(rows_of_text(left), rows_of_text(right), height):
            return [left, *blocks_beside(right, rulings)]
    return [list(words)]


def _gaps(words: Sequence[Word], height: float) -> list[float]:
    """The middles (x) of white strips that no word reaches into, left to right."""
    spans = sorted((word.box[0], word.box[2]) for word in words)
    reach, gaps = spans[0][1], []
    for left, right in spans[1:]:
        if left - reach >= MIN_GAP * height:
            gaps.append((reach + left) / 2)
        reach = max(reach, right)
    return gaps


def _are_apart(left: Sequence[Row], right: Sequence[Row], height: float) -> bool:
    """Whether both sides are blocks of several columns, each with lines where the other has none."""
    if not all(_is_block(side, height) for side in (left, right)):
        return False
    ours, theirs = [_middle_height(row) for row in left], [_middle_height(row) for row in right]
    top, bottom = max(ours[0], theirs[0]), min(ours[-1], theirs[-1])
    lonely = [_count_lonely(side, other, top, bottom, height) for side, other in ((theirs, ours), (ours, theirs))]
    return lonely[0] >= max(MIN_APART, APART * len(theirs)) and lonely[1] > 0


def _count_lonely(lines: Sequence[float], others: Sequence[float], top: float, bottom: float, height: float) -> int:
    """How many lines between these heights have none of the others beside them."""
    near = SAME_HEIGHT * height
    return sum(top <= at <= bottom and all(abs(at - other) > near for other in others) for at in lines)


def _is_block(rows: Sequence[Row], height: float) -> bool:
    """Whether nearly all rows of text have at least two texts, like labels and values."""
    several = [row for row in rows if _count_texts(row, height) > 1]
    return len(rows) >= MIN_LINES and len(several) >= MOSTLY * len(rows)


def _count_texts(row: Row, height: float) -> int:
    """The number of texts in the row."""
    boxes = sorted((word.box for word in row), key=lambda box: box[0])
    return 1 + sum(after[0] - before[2] >= TEXT_GAP * height for before, after in pairwise(boxes))


def _middle_height(row: Row) -> float:
    """The row's middle height (y): its median word's."""
    return sorted(word.box[1] + word.box[3] for word in row)[len(row) // 2] / 2
