"""A table region's words -> the table with its totals, and what stands left of these at its foot. Runs in a page
process.

Payment terms or bank details stand beside the totals below a bill's items; in one grid they would be cut at the items'
columns. They are a block of their own where the totals are labels with amounts in the table's last column, and the
texts beside them keep to no column of the items, or to heights of their own. Boxes are in the page's unit, origin top
left.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.boxes import Box, median_height, union
from ..values.reading import Rulings
from ..values.words import Row, Word
from .columns import texts_of
from .gutters import TEXT_GAP
from .headed_gutters import span_of
from .item_rows import are_label_and_amount, is_numeric
from .side_by_side import gaps_between
from .text_lines import rows_of_text

# Min texts of the items' head, and of an item; min totals, and lines of text beside them.
MIN_HEAD_TEXTS = 3
MIN_TOTALS = 2
MIN_LINES = 2
# Min white between the block and the totals' labels; max difference of the ends of amounts; in text heights.
MIN_GAP = 1.0
FLUSH = 0.5


def without_foot(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words of the table, and of the block left of its totals; all in one where there is none, or where lines hold
    them together."""
    rows = rows_of_text(words) if words else []
    if len(rows) < 1 + 1 + MIN_TOTALS:
        return [list(words)]
    height = median_height(word.box for word in words)
    texts = [texts_of(row, height) for row in rows]
    first = _first_total(texts, height)
    if first is None or not _are_items(texts[:first]):
        return [list(words)]
    labels = [found[-2][0].box[0] for found in texts[first:] if _is_total(found, texts[:2], height)]
    left = min(labels) - MIN_GAP * height
    beside = [[text for text in found if text[-1].box[2] <= left] for found in texts[first:]]
    rest = [text for found, own in zip(texts[first:], beside, strict=True) for text in found[len(own) :]]
    block = [word for own in beside for text in own for word in text]
    totals = [word for text in rest for word in text]
    if len(labels) < MIN_TOTALS or len(rest) != 2 * len(labels) or sum(map(bool, beside)) < MIN_LINES:
        return [list(words)]
    # Where the white between the items' columns is as wide as between texts.
    spans = [span_of(text) for found in texts[1:first] for text in found]
    gutters = gaps_between(spans, TEXT_GAP * height)
    crosses = any(text[0].box[0] < at < text[-1].box[2] for own in beside for text in own for at in gutters)
    lonely = sum(len(own) == len(found) for own, found in zip(beside, texts[first:], strict=True))
    if not (crosses or lonely) or _are_held_together(union(word.box for word in block), totals, rulings):
        return [list(words)]
    apart = {id(word) for word in block}
    return [[word for word in words if id(word) not in apart], [word for word in words if id(word) in apart]]


def _first_total(texts: Sequence[Sequence[Row]], height: float) -> int | None:
    """The index of the first row of the foot: of totals and of what stands beside them alone; None without totals."""
    first = len(texts)
    left = float("inf")
    for index in range(len(texts) - 1, 0, -1):
        if _is_total(texts[index], texts[:2], height):
            first, left = index, min(left, texts[index][-2][0].box[0])
        elif len(texts[index]) > 1 and texts[index][-1][-1].box[2] > left:
            break
    return first if first < len(texts) else None


def _is_total(texts: Sequence[Row], above: Sequence[Sequence[Row]], height: float) -> bool:
    """Whether the last two texts of a row are a label and an amount that ends where the last text of a row above
    does."""
    if len(texts) < 2:
        return False
    said = [" ".join(word.text for word in text) for text in texts[-2:]]
    flush = any(abs(texts[-1][-1].box[2] - found[-1][-1].box[2]) <= FLUSH * height for found in above)
    return flush and are_label_and_amount(said)


def _are_items(texts: Sequence[Sequence[Row]]) -> bool:
    """Whether the first row is a head of names, and a row below it runs across with numbers at its end."""
    if len(texts) < MIN_HEAD_TEXTS - 1 or len(texts[0]) < MIN_HEAD_TEXTS:
        return False
    names = [" ".join(word.text for word in text) for text in texts[0]]
    return not any(map(is_numeric, names)) and any(
        len(found) >= MIN_HEAD_TEXTS and all(is_numeric(" ".join(word.text for word in text)) for text in found[-2:])
        for found in texts[1:]
    )


def _are_held_together(block: Box, totals: Sequence[Word], rulings: Rulings) -> bool:
    """Whether a line runs through the block from top to bottom, or from it to the totals below its first line."""
    label = min(word.box[0] for word in totals)
    middle = (block[1] + block[3]) / 2
    return any(block[0] < line.at < block[2] and line.start < middle < line.end for line in rulings.vertical) or any(
        block[1] < line.at < block[3] and line.start < block[2] and line.end > label for line in rulings.horizontal
    )
