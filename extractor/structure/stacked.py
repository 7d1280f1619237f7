"""A table region's words -> tables that stand below one another in it, each with a head of its own. Runs in a page
process.

A summary of taxes under a bill's items is one region with them to the layout model, and has other columns: in one grid
amounts of two columns would share a cell. Its head may stand beside a total of the bill. So are labels and values that
stand above the items' head: in one grid they would be lines of it. White parts the two, or a line above the head and
one below. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import re
import statistics
from collections.abc import Sequence

from ..values.boxes import Box, median_height, union
from ..values.reading import Rulings
from ..values.words import Row, Word, row_text
from .columns import texts_of
from .item_rows import is_numeric
from .text_lines import rows_of_text
from .whole_lines import lines_above, row_whites

# Min white between two tables, in text heights, and in the usual white between rows.
FAR = 1.2
WIDER = 2.0
# The same for a table that begins with the first line of the one above: a blank line.
FAR_AGAIN = 0.7
# Min texts of a head; min number of them that stand over no column of the table above.
MIN_TEXTS = 3
MIN_UNALIGNED = 2
# Min numbers in the row below a head. Min rows of the table above.
MIN_NUMBERS = 2
MIN_ROWS = 3
# Min lines between and beside the columns of a grid.
MIN_GRID_LINES = 3
# Min rows of labels and values above a head; min share of them whose value has a digit.
MIN_PAIRS = 2
COUNTED = 0.5
# Max difference of edges or middles of texts that are in one column, in text heights.
ALIGNED = 0.5

# Min letters of a head that comes again.
MIN_LETTERS = 3

_YEAR = re.compile(r"(19|20)\d\d")


def tables_below(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words by table, top to bottom; all in one where they are one, or lines hold them together."""
    rows = rows_of_text(words) if words else []
    if len(rows) < MIN_ROWS + 2:
        return [list(words)]
    height = median_height(word.box for word in words)
    boxes = [union(word.box for word in row) for row in rows]
    whites = [0.0, *row_whites(rows)]
    usual = WIDER * statistics.median(whites[1:])
    least_far, least_again = max(FAR * height, usual), max(FAR_AGAIN * height, usual)
    parted = [*lines_above(rows, rulings), False]
    starts = [0]
    columns: list[Box] = []
    for index, row in enumerate(rows):
        far = whites[index] >= least_far or (parted[index] and parted[index + 1])
        apart = whites[index] >= least_again
        if index + 1 < len(rows) and (far or apart):
            above = rows[starts[-1] : index]
            end, begin = boxes[index - 1][3], boxes[index][1]
            grid = _ends_grid(rulings, boxes[starts[-1]], (end, begin))
            another = (apart and _begins_again(row, above)) or (
                far and _begins_another(row, rows[index + 1], above, columns, height, grid)
            )
            if another and not any(line.start < end and line.end > begin for line in rulings.vertical):
                starts.append(index)
                columns = []
        if not columns and _is_head(texts := texts_of(row, height)):
            columns = [_box_of(text) for text in texts]
    table_of = {id(word): bisect.bisect(starts, index) - 1 for index, row in enumerate(rows) for word in row}
    tables: list[list[Word]] = [[] for _ in starts]
    for word in words:
        tables[table_of[id(word)]].append(word)
    return tables


def _begins_again(row: Row, above: Sequence[Row]) -> bool:
    """Whether a row says what the first of the rows above it says, in words: the head comes again."""
    first, again = row_text(above[0]), row_text(row)
    return len(above) >= MIN_ROWS and first == again and sum(map(str.isalpha, again)) >= MIN_LETTERS


def _ends_grid(rulings: Rulings, first: Box, white: tuple[float, float]) -> bool:
    """Whether the lines between columns run from the first row of a table, in this box, into the white below it."""
    ends = [line.end for line in rulings.vertical if line.start < first[3]]
    return len(ends) >= MIN_GRID_LINES and all(white[0] <= end < white[1] for end in ends)


def _begins_another(
    row: Row, under: Row, above: Sequence[Row], columns: Sequence[Box], height: float, grid: bool
) -> bool:
    """Whether a row is a head with numbers under it, and the rows above are labels and values, have other columns, or
    are a `grid` of lines of their own.

    `columns`: those of the rows above, the boxes of their head's texts; none without a head.
    """
    head = _without_total(texts_of(row, height), columns, height)
    numbers = sum(all(is_numeric(word.text) for word in text) for text in texts_of(under, height))
    if not _is_head(head) or numbers < MIN_NUMBERS:
        return False
    if grid or not columns:
        return grid or _are_pairs(above, height)
    alone = [text for text in head if not any(_are_aligned(_box_of(text), box, height) for box in columns)]
    return len(above) >= MIN_ROWS and len(alone) >= MIN_UNALIGNED


def _without_total(texts: list[list[Word]], columns: Sequence[Box], height: float) -> list[list[Word]]:
    """The texts of a row without the last two where they are a label and an amount in the last of the columns."""
    if len(texts) <= MIN_TEXTS or not columns:
        return texts
    label, amount = ([is_numeric(word.text) for word in text] for text in texts[-2:])
    in_last = _are_aligned(_box_of(texts[-1]), columns[-1], height)
    return texts[:-2] if in_last and all(amount) and not all(label) else texts


def _are_pairs(rows: Sequence[Row], height: float) -> bool:
    """Whether each row is a label and a value, and many values have a digit; a head of two rows has none."""
    texts = [texts_of(row, height) for row in rows]
    if len(rows) < MIN_PAIRS or not all(len(found) == 2 and found[0][0].text[0].isalpha() for found in texts):
        return False
    counted = sum(any(letter.isdigit() for word in found[1] for letter in word.text) for found in texts)
    labels = [" ".join(word.text for word in found[0]) for found in texts]
    return counted >= COUNTED * len(rows) and not any(map(is_numeric, labels))


def _is_head(texts: Sequence[Row]) -> bool:
    """Whether the texts of a row are names of columns."""
    named = [any(not is_numeric(word.text) or _YEAR.fullmatch(word.text) for word in text) for text in texts]
    return len(texts) >= MIN_TEXTS and all(named)


def _box_of(text: Row) -> Box:
    """The box around a text."""
    return union(word.box for word in text)


def _are_aligned(a: Box, b: Box, height: float) -> bool:
    """Whether two texts are flush left, flush right, or centred over one another."""
    return min(abs(a[0] - b[0]), abs(a[2] - b[2]), abs(a[0] + a[2] - b[0] - b[2]) / 2) <= ALIGNED * height
