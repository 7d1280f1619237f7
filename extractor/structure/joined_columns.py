"""The model's cells and the columns of words -> whether it has two columns of figures as one. Runs in a page process.

Sparse columns whose names stand close, such as the net amounts at two rates of tax, are one column to the model now and
then: each row has a figure in one of the two, and which one is lost. The names of the head, one over each, tell that
they are two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ..values.reading import TableCell
from ..values.words import Row, Word
from .item_rows import is_numeric, numeric_columns

# Min figures of each of the two columns.
MIN_FIGURES = 2


def joins_columns_of_figures(
    cells: Sequence[TableCell],
    filled: Sequence[Sequence[Word]],
    rows: Sequence[Row],
    names: int,
    column_of: Callable[[Word], int],
) -> bool:
    """Whether one column of cells has the figures of two columns of words, both with a name in the first `names` rows
    of text."""
    named = {column_of(word) for row in rows[:names] for word in row}
    body = rows[names:]
    numeric = numeric_columns(body, column_of) & named
    below = {id(word) for row in body for word in row}
    figures: dict[int, Counter[int]] = {}
    for cell, words in zip(cells, filled, strict=True):
        own = [column_of(word) for word in words if id(word) in below and is_numeric(word.text)]
        if cell.column_span == 1:
            figures.setdefault(cell.column, Counter()).update(column for column in own if column in numeric)
    return any(sum(count >= MIN_FIGURES for count in counts.values()) > 1 for counts in figures.values())
