"""A table's cells and their words -> which rows are its head. Runs in a page process.

The model decides where it marks some cells and not all. Otherwise the page shows it in two ways: the first rows are
bold and the rest is not, or they have texts above columns of numbers. Years above numbers are names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..values.reading import TableCell, count_columns
from ..values.words import Word
from .item_rows import is_numeric

# Max rows of a head.
MOST_ROWS = 4
# Max share of bold rows below for bold to tell a head.
RARE_BOLD = 0.3
# Min share of entries below the head, and min number of them, that are numeric in a numeric column.
MOSTLY = 0.7
MIN_NUMERIC = 2
# Min columns: with fewer, the table may be labels and values, where only bold tells a head.
MIN_COLUMNS = 3

_YEAR = re.compile(r"(19|20)\d\d([/-]\d\d(\d\d)?)?")


def with_head(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]]) -> list[TableCell]:
    """The cells with `header` set, in their order; `filled` are the words of each."""
    if any(cell.header for cell in cells) and not all(cell.header for cell in cells):
        return list(cells)
    rows = max((cell.row + cell.row_span for cell in cells), default=0)
    head = _bold_rows(cells, filled, rows) or _rows_over_numbers(cells, filled, rows)
    # A cell that reaches beyond the head is of the body.
    return [replace(cell, header=cell.row + cell.row_span <= head) for cell in cells]


def _bold_rows(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], rows: int) -> int:
    """The number of first rows that are all bold; 0 where much of the rest is bold, or there is no rest."""
    bold: dict[int, bool] = {}
    for cell, words in zip(cells, filled, strict=True):
        if words:
            bold[cell.row] = bold.get(cell.row, True) and all(word.bold for word in words)
    head = next((row for row in range(rows) if not bold.get(row, row == 0)), rows)
    below = [bold[row] for row in range(head, rows) if row in bold]
    if not 0 < head <= MOST_ROWS or not below or not bold.get(0):
        return 0
    # A name over several columns may be all that the first row has.
    named = any(_count_texts(cells, filled, row) > 1 for row in range(head))
    return head if named and sum(below) <= RARE_BOLD * len(below) else 0


def _rows_over_numbers(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], rows: int) -> int:
    """The number of first rows that have texts above numeric columns, and no numbers."""
    columns = count_columns(cells)
    if columns < MIN_COLUMNS:
        return 0
    texts = {
        (cell.row, column): " ".join(word.text for word in words)
        for cell, words in zip(cells, filled, strict=True)
        if words
        for column in range(cell.column, cell.column + cell.column_span)
    }
    head = 0
    while head < min(MOST_ROWS, rows - MIN_NUMERIC) and _count_texts(cells, filled, head) > 1:
        numeric = [column for column in range(columns) if _is_numeric_column(texts, column, range(head + 1, rows))]
        over = [texts[head, column] for column in numeric if (head, column) in texts]
        if not over or any(is_numeric(text) and not _YEAR.fullmatch(text) for text in over):
            break
        head += 1
    return head


def _count_texts(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], row: int) -> int:
    """The number of cells with words in the row."""
    return sum(bool(words) for cell, words in zip(cells, filled, strict=True) if cell.row == row)


def _is_numeric_column(texts: dict[tuple[int, int], str], column: int, rows: range) -> bool:
    """Whether most entries of the column in these rows are numeric."""
    found = [is_numeric(texts[row, column]) for row in rows if (row, column) in texts]
    return sum(found) >= max(MIN_NUMERIC, MOSTLY * len(found))
