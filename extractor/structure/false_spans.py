"""The model's spans, those cut that the words contradict.

A figure that stands in one row of text is of that row, whatever rows the model has it span; and a name over several
columns of a head stands over the middle of them. Boxes are in the page's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..values.boxes import median_height, union
from ..values.reading import TableCell
from ..values.words import Word
from .columns import Columns
from .item_rows import figure_columns

# A name over columns is no further from their middle than this, in text heights, or is over fewer.
CENTRED = 1.5

Filled = tuple[list[TableCell], list[list[Word]]]


def without_false_spans(
    cells: Sequence[TableCell],
    filled: Sequence[Sequence[Word]],
    rows: Sequence[Sequence[Word]],
    laid: Sequence[int],
    columns: Columns,
) -> Filled:
    """The cells and their words; `laid` is the row of cells of each row of text, and `columns` those that the words
    stand in, as many as the cells have."""
    height = median_height(word.box for row in rows for word in row)
    row_of = {id(word): row for row, line in zip(laid, rows, strict=True) for word in line}
    figures = figure_columns(rows, lambda word: columns.of(word.box))
    cut: list[tuple[TableCell, list[Word]]] = []
    for cell, words in zip(cells, filled, strict=True):
        own = {row_of[id(word)] for word in words}
        if cell.row_span > 1 and cell.column_span == 1 and cell.column in figures and len(own) == 1:
            cut += _in_row(cell, words, own.pop())
        elif cell.column_span > 1 and cell.row == 0 and words:
            cut += _over_middle(cell, words, columns, rows, height)
        else:
            cut.append((cell, list(words)))
    cut.sort(key=lambda pair: (pair[0].row, pair[0].column))
    return [cell for cell, _ in cut], [words for _, words in cut]


def _in_row(cell: TableCell, words: Sequence[Word], row: int) -> list[tuple[TableCell, list[Word]]]:
    """The cell as one for each of its rows, the words in theirs."""
    return [
        (replace(cell, row=each, row_span=1), list(words) if each == row else [])
        for each in range(cell.row, cell.row + cell.row_span)
    ]


def _over_middle(
    cell: TableCell, words: Sequence[Word], columns: Columns, rows: Sequence[Sequence[Word]], height: float
) -> list[tuple[TableCell, list[Word]]]:
    """The cell over those of its columns that its text stands over the middle of, and one for each of the others."""
    held: dict[int, list[Word]] = {}
    for index in columns.body:
        for word in rows[index]:
            held.setdefault(columns.of(word.box), []).append(word)
    ours = range(cell.column, cell.column + cell.column_span)
    if not all(column in held for column in ours):
        return [(cell, list(words))]
    boxes = {column: union(word.box for word in held[column]) for column in ours}
    text = union(word.box for word in words)

    def off(first: int, last: int) -> float:
        return abs(text[0] + text[2] - boxes[first][0] - boxes[last][2]) / 2

    reach = columns.reach(text, 0.0)
    ranges = [(a, b) for a in ours for b in ours if a <= max(reach[0], ours[0]) and b >= min(reach[1], ours[-1])]
    first, last = min(ranges, key=lambda pair: (off(*pair), pair[0] - pair[1]))
    if off(ours[0], ours[-1]) - off(first, last) <= CENTRED * height:
        return [(cell, list(words))]
    alone: list[tuple[TableCell, list[Word]]] = [
        (replace(cell, column=column, column_span=1), []) for column in ours if not first <= column <= last
    ]
    return [(replace(cell, column=first, column_span=last - first + 1), list(words)), *alone]


def without_empty(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]]) -> Filled:
    """The cells and their words without rows and columns that have no words at all."""
    pairs = list(zip(cells, filled, strict=True))
    rows = _places({cell.row for cell, words in pairs if words})
    columns = _places({cell.column for cell, words in pairs if words})
    kept = []
    for cell, words in pairs:
        down = [rows[row] for row in range(cell.row, cell.row + cell.row_span) if row in rows]
        across = [columns[column] for column in range(cell.column, cell.column + cell.column_span) if column in columns]
        if down and across:
            place = replace(cell, row=down[0], row_span=len(down), column=across[0], column_span=len(across))
            kept.append((place, list(words)))
    return [cell for cell, _ in kept], [words for _, words in kept]


def _places(kept: set[int]) -> dict[int, int]:
    return {old: new for new, old in enumerate(sorted(kept))}
