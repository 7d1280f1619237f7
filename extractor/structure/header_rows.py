"""A table's cells and their words -> which rows are its head.

The model's word is taken where it has one, and leaves a body. Where it has none, the page says so in two ways: the
first rows are set in bold and the rest is not; or they have texts where the columns below have figures. Years over
figures are names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..values.reading import TableCell
from ..values.words import Word
from .item_rows import is_figure

# A head has no more rows than this.
MOST_ROWS = 4
# Bold says something where no more than this share of the rows below is bold.
RARE_BOLD = 0.3
# A column of figures has figures in this share of its entries below the head, and in so many of them.
MOSTLY = 0.7
MIN_FIGURES = 2
# A table of fewer columns may be labels and their values: only bold tells a head there.
MIN_COLUMNS = 3

_YEAR = re.compile(r"(19|20)\d\d([/-]\d\d(\d\d)?)?")


def with_head(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]]) -> list[TableCell]:
    """The cells, those of the head marked; `filled` are the words of each."""
    if any(cell.header for cell in cells) and not all(cell.header for cell in cells):
        return list(cells)
    rows = max((cell.row + cell.row_span for cell in cells), default=0)
    head = _bold_rows(cells, filled, rows) or _rows_over_figures(cells, filled, rows)
    # A cell that reaches out of the head is the first of the body's.
    return [replace(cell, header=cell.row + cell.row_span <= head) for cell in cells]


def _bold_rows(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], rows: int) -> int:
    """How many first rows are all in bold; 0 where the rest has much bold as well, or there is no rest."""
    bold: dict[int, bool] = {}
    for cell, words in zip(cells, filled, strict=True):
        if words:
            bold[cell.row] = bold.get(cell.row, True) and all(word.bold for word in words)
    head = next((row for row in range(rows) if not bold.get(row, row == 0)), rows)
    below = [bold[row] for row in range(head, rows) if row in bold]
    if not 0 < head <= MOST_ROWS or not below or not bold.get(0):
        return 0
    return head if sum(below) <= RARE_BOLD * len(below) and _texts_in(cells, filled, 0) > 1 else 0


def _rows_over_figures(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], rows: int) -> int:
    """How many first rows have texts over columns of figures, and no figures."""
    columns = max((cell.column + cell.column_span for cell in cells), default=0)
    if columns < MIN_COLUMNS:
        return 0
    texts = {
        (cell.row, column): " ".join(word.text for word in words)
        for cell, words in zip(cells, filled, strict=True)
        if words
        for column in range(cell.column, cell.column + cell.column_span)
    }
    head = 0
    while head < min(MOST_ROWS, rows - MIN_FIGURES) and _texts_in(cells, filled, head) > 1:
        figures = [column for column in range(columns) if _has_figures(texts, column, range(head + 1, rows))]
        over = [texts[head, column] for column in figures if (head, column) in texts]
        if not over or any(is_figure(text) and not _YEAR.fullmatch(text) for text in over):
            break
        head += 1
    return head


def _texts_in(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], row: int) -> int:
    return sum(bool(words) for cell, words in zip(cells, filled, strict=True) if cell.row == row)


def _has_figures(texts: dict[tuple[int, int], str], column: int, rows: range) -> bool:
    found = [is_figure(texts[row, column]) for row in rows if (row, column) in texts]
    return sum(found) >= max(MIN_FIGURES, MOSTLY * len(found))
