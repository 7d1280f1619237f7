"""A table region's words -> blocks that stand side by side in it, each with lines of its own. Runs in a page process.

Totals beside a bill's items, or two columns of labels with values, are one region to the layout model. They are one
table only where their lines stand at the same heights, and no head stands over one of them alone. Boxes are in the
page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..values.boxes import median_height
from ..values.reading import Rulings
from ..values.words import Row, Word
from .columns import strings_of, texts_of
from .item_rows import are_label_and_amount, is_numeric
from .text_lines import rows_of_text

# Min white between blocks, in text heights.
MIN_GAP = 1.0
# Max difference of middles of level lines, in text heights. Min number and min share of a block's lines without one
# beside them.
SAME_HEIGHT = 0.3
MIN_APART = 2
APART = 0.3
# Min lines of a block; min share of them with two texts.
MIN_LINES = 3
MOSTLY = 0.7
# Min totals beside items, and items beside them; min white between, in text heights. Min texts of the items' head.
MIN_TOTALS = 2
MIN_HEAD_TEXTS = 3
WIDE_GAP = 3.0


def blocks_beside(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words by block, left to right; all in one where they are one block, or lines hold them together."""
    if not words:
        return [list(words)]
    height = median_height(word.box for word in words)
    for at in gaps_between([(word.box[0], word.box[2]) for word in words], MIN_GAP * height):
        if any(line.start < at < line.end for line in rulings.horizontal):
            continue
        left = [word for word in words if word.box[2] <= at]
        right = [word for word in words if word.box[0] >= at]
        rows = rows_of_text(left), rows_of_text(right)
        if _are_apart(*rows, height) or _are_totals_beside(*rows, height):
            return [left, *blocks_beside(right, rulings)]
    return [list(words)]


def gaps_between(spans: Iterable[tuple[float, float]], least: float) -> list[float]:
    """The middles (x) of white strips, at least so wide, that none of the spans reaches into, left to right. In the
    page's unit."""
    first, *others = sorted(spans)
    reach, gaps = first[1], []
    for left, right in others:
        if left - reach >= least:
            gaps.append((reach + left) / 2)
        reach = max(reach, right)
    return gaps


def _are_apart(left: Sequence[Row], right: Sequence[Row], height: float) -> bool:
    """Whether both sides are blocks of several columns, each with entries where the other has no line."""
    if not all(_is_block(side, height) for side in (left, right)):
        return False
    top = max(middle_height(side[0]) for side in (left, right))
    bottom = min(middle_height(side[-1]) for side in (left, right))
    lonely = [_count_lonely(side, other, top, bottom, height) for side, other in ((right, left), (left, right))]
    return lonely[0] >= max(MIN_APART, APART * len(right)) and lonely[1] > 0


def _are_totals_beside(left: Sequence[Row], right: Sequence[Row], height: float) -> bool:
    """Whether the left side alone has a head, and the right side, far from it, labels with amounts."""
    head = [row for row in left if middle_height(row) < middle_height(right[0]) - SAME_HEIGHT * height]
    texts = [text for row in head for text in strings_of(row, height)]
    white = min(word.box[0] for row in right for word in row) - max(word.box[2] for row in left for word in row)
    return (
        min(len(left) - len(head), len(right)) >= MIN_TOTALS
        and len(texts) >= MIN_HEAD_TEXTS
        and not any(map(is_numeric, texts))
        and white >= WIDE_GAP * height
        and all(are_label_and_amount(strings_of(row, height)) for row in right)
    )


def _count_lonely(rows: Sequence[Row], others: Sequence[Row], top: float, bottom: float, height: float) -> int:
    """How many entries of a side between these heights have no line of the other beside them.

    The head is no entry, nor is a line of one text: names of the head, and texts, go over several lines on one side.
    """
    body = next((index for index, row in enumerate(rows) if any(is_numeric(word.text) for word in row)), 0)
    own = [middle_height(row) for row in rows[body:] if len(texts_of(row, height)) > 1]
    within = [at for at in own if top <= at <= bottom]
    return count_alone(within, [middle_height(other) for other in others], SAME_HEIGHT * height)


def count_alone(heights: Sequence[float], others: Sequence[float], near: float) -> int:
    """How many of the heights have none of the others within `near`; all in the page's unit."""
    return sum(all(abs(at - other) > near for other in others) for at in heights)


def _is_block(rows: Sequence[Row], height: float) -> bool:
    """Whether nearly all rows of text have at least two texts, like labels and values."""
    several = [row for row in rows if len(texts_of(row, height)) > 1]
    return len(rows) >= MIN_LINES and len(several) >= MOSTLY * len(rows)


def middle_height(row: Row) -> float:
    """The row's middle height (y), in the page's unit: its median word's."""
    return sorted(word.box[1] + word.box[3] for word in row)[len(row) // 2] / 2
