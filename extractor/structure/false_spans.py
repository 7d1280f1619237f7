"""The model's cells and their words -> cells without the spans that the words contradict. Runs in a page process.

A number in one row of text is of that row, whatever rows its cell spans, and so is a date. So are all texts of a column
of which one stands neither at the head nor in the middle of its rows. A cell of the head ends where the body begins.
Beside names of groups, one whose name is level with those below them is in their row. A name over several columns of a
head stands over their middle. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ..values.boxes import centre, median_height, union
from ..values.reading import TableCell
from ..values.words import Row, Word
from .columns import Columns, texts_of
from .item_rows import body_start, is_numeric, numeric_columns

# Max distance of a name from the middle of its columns, in text heights.
CENTRED = 1.5

# Min white between two texts of two columns; max distance of texts that begin at one place; in text heights. Min texts
# of as many columns, however near; min number of other texts that begin where one of a column does.
APART = 1.5
FLUSH = 0.1
MIN_ENTRIES = 3
MIN_FLUSH = 2
# Min dates of a column of dates.
MIN_DATES = 2

# A day and a month's name, either first, with or without a year.
_DATE = re.compile(
    r"\d{1,2}(\.|st|nd|rd|th)?[ -]?[^\W\d]{3,9}\.?([ ,-]*\d{2,4})?|[^\W\d]{3,9}\.?[ -]\d{1,2}(,? \d{4})?"
)

# Cells, and the words of each.
CellsWithWords = tuple[list[TableCell], list[list[Word]]]


def without_false_spans(
    cells: Sequence[TableCell],
    filled: Sequence[Sequence[Word]],
    rows: Sequence[Sequence[Word]],
    laid: Sequence[int],
    columns: Columns,
) -> CellsWithWords:
    """The cells and the words of each, with false spans cut; boxes in the page's unit, origin top left.

    `laid`: the row of cells of each row of text. `columns`: those that the words stand in, as many as the cells have.
    """
    height = median_height(word.box for row in rows for word in row)
    row_of = {id(word): row for row, line in zip(laid, rows, strict=True) for word in line}

    def column_of(word: Word) -> int:
        return columns.of(word.box)

    numeric = numeric_columns(rows, column_of)
    by_row = numeric | _columns_by_row(cells, filled, row_of)
    start = body_start(rows, column_of, laid)
    parted = _parted_from_head(cells, filled, row_of, laid[start] if 0 < start < len(rows) else 0)
    line_of = {id(word): number for number, line in enumerate(rows) for word in line}
    lefts = _lefts(rows, columns, height)
    groups = {cell.row for cell, words in parted if cell.column_span > 1 and words}
    cut: list[tuple[TableCell, list[Word]]] = []
    for cell, words in parted:
        places = (
            _columns_of_texts(cell, words, columns, lefts, height) if len({line_of[id(w)] for w in words}) == 1 else {}
        )
        if places:
            cut += [
                (replace(cell, column=column, column_span=1), places.get(column, []))
                for column in range(cell.column, cell.column + cell.column_span)
            ]
            continue
        own = {row_of[id(word)] for word in words}
        figures = {row_of[id(word)] for word in words if is_numeric(word.text)}
        tall = cell.row_span > 1 and cell.column_span == 1
        moves = (cell.column in by_row and len(own) == 1) or (cell.column in numeric and len(figures) > 1)
        moves = moves or (cell.row in groups and _is_level_below(cell, words, rows, line_of, laid[:start]))
        if tall and moves:
            cut += _split_into_rows(cell, words, row_of)
        elif cell.column_span > 1 and cell.row == 0 and words:
            cut += _narrowed_to_text(cell, words, columns, rows, height)
        else:
            cut.append((cell, list(words)))
    cut.sort(key=lambda pair: (pair[0].row, pair[0].column))
    return [cell for cell, _ in cut], [words for _, words in cut]


def _lefts(rows: Sequence[Row], columns: Columns, height: float) -> dict[int, list[float]]:
    """Where the texts of each column begin (x), by column."""
    found: dict[int, list[float]] = {}
    for row in rows:
        for text in texts_of(row, height):
            found.setdefault(columns.of(text[0].box), []).append(text[0].box[0])
    return found


def _columns_of_texts(
    cell: TableCell, words: Sequence[Word], columns: Columns, lefts: Mapping[int, Sequence[float]], height: float
) -> dict[int, list[Word]]:
    """The words of a cell over several columns by the column that they stand in; none where they are of the whole cell.

    They are of one column each if texts are many or stand far apart, or if a text begins where others of a later column
    do.
    """
    if cell.column_span == 1 or not words:
        return {}
    texts = texts_of(words, height)
    reaches = [columns.reach(union(word.box for word in text), 0.1 * height) for text in texts]
    if any(first != last for first, last in reaches) or len({first for first, _ in reaches}) < len(texts):
        return {}
    ours = range(cell.column, cell.column + cell.column_span)
    if not all(first in ours for first, _ in reaches):
        return {}
    if len(texts) == 1:
        column, left = reaches[0][0], texts[0][0].box[0]
        flush = sum(abs(other - left) <= FLUSH * height for other in lefts[column]) > MIN_FLUSH
        return {column: list(words)} if flush and column > cell.column else {}
    whites = [after[0].box[0] - before[-1].box[2] for before, after in pairwise(texts)]
    apart = len(texts) >= MIN_ENTRIES or min(whites) >= APART * height
    return {first: text for (first, _), text in zip(reaches, texts, strict=True)} if apart else {}


def _is_level_below(
    cell: TableCell,
    words: Sequence[Word],
    rows: Sequence[Row],
    line_of: Mapping[int, int],
    head: Sequence[int],
) -> bool:
    """Whether a cell over several rows of the head has words of its last row alone, level with the names beside them.

    `head`: the row of cells of each row of text above the body.
    """
    lines = {line_of[id(word)] for word in words}
    if len(lines) != 1 or (at := lines.pop()) >= len(head) or head[at] != cell.row + cell.row_span - 1:
        return False
    own = {id(word) for word in words}
    middle = centre(union(word.box for word in words))[1]
    return any(
        abs(centre(word.box)[1] - middle) <= FLUSH * (word.box[3] - word.box[1])
        for word in rows[at]
        if id(word) not in own
    )


def _columns_by_row(
    cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], row_of: Mapping[int, int]
) -> frozenset[int]:
    """The columns whose texts are each of the row that they stand in, although cells span rows.

    Those are columns of dates in words, and those where a spanning cell's text stands neither in its first row nor in
    its middle.
    """
    texts: dict[int, list[str]] = {}
    found = set()
    for cell, words in zip(cells, filled, strict=True):
        if cell.column_span > 1 or cell.header or not words:
            continue
        texts.setdefault(cell.column, []).append(" ".join(word.text for word in words))
        own = {row_of[id(word)] for word in words}
        off_centre = abs(2 * min(own) - 2 * cell.row - cell.row_span + 1)
        if len(own) == 1 and cell.row_span > 1 and min(own) > cell.row and off_centre > 1:
            found.add(cell.column)
    dates = {column for column, held in texts.items() if _are_dates(held)}
    return frozenset(found | dates)


def _are_dates(texts: Sequence[str]) -> bool:
    """Whether the texts of a column are dates in words; one may be its head."""
    dates = sum(_DATE.fullmatch(text) is not None for text in texts)
    return dates >= max(MIN_DATES, len(texts) - 1)


def _parted_from_head(
    cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], row_of: Mapping[int, int], body: int
) -> list[tuple[TableCell, list[Word]]]:
    """The cells and the words of each; those with words above the row `body`, and in it or below, as one for each part.

    `row_of`: the row of cells of each word, by its `id`.
    """
    found = []
    for cell, words in zip(cells, filled, strict=True):
        above = [word for word in words if row_of[id(word)] < body]
        if cell.column_span > 1 or not cell.row < body < cell.row + cell.row_span or len(above) in (0, len(words)):
            found.append((cell, list(words)))
            continue
        below = [word for word in words if row_of[id(word)] >= body]
        found.append((replace(cell, row_span=body - cell.row), above))
        found.append((replace(cell, row=body, row_span=cell.row + cell.row_span - body, header=False), below))
    return found


def _split_into_rows(
    cell: TableCell, words: Sequence[Word], row_of: Mapping[int, int]
) -> list[tuple[TableCell, list[Word]]]:
    """The cell as one for each of its rows, with the words that stand in it."""
    return [
        (replace(cell, row=each, row_span=1), [word for word in words if row_of[id(word)] == each])
        for each in range(cell.row, cell.row + cell.row_span)
    ]


def joins_head_with_item(
    cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], rows: Sequence[Row], laid: Sequence[int]
) -> bool:
    """Whether first cells over several rows have a name of the head in one row and an item's number in the next.

    `filled`: the words of each cell. `laid`: the row of cells of each row of text.
    """
    row_of = {id(word): row for row, line in zip(laid, rows, strict=True) for word in line}
    joined = 0
    for cell, words in zip(cells, filled, strict=True):
        if cell.row > 0 or cell.row_span == 1:
            continue
        name = " ".join(word.text for word in words if row_of[id(word)] == 0)
        below = [word.text for word in words if row_of[id(word)] > 0]
        joined += bool(name) and not is_numeric(name) and bool(below) and is_numeric(below[0])
    return joined > 1


def _narrowed_to_text(
    cell: TableCell, words: Sequence[Word], columns: Columns, rows: Sequence[Sequence[Word]], height: float
) -> list[tuple[TableCell, list[Word]]]:
    """The cell over those columns whose middle its text stands over, and a cell for each of the others."""
    held: dict[int, list[Word]] = {}
    for index in columns.body:
        for word in rows[index]:
            held.setdefault(columns.of(word.box), []).append(word)
    ours = range(cell.column, cell.column + cell.column_span)
    if not all(column in held for column in ours):
        return [(cell, list(words))]
    boxes = {column: union(word.box for word in held[column]) for column in ours}
    text = union(word.box for word in words)

    def off_centre(first: int, last: int) -> float:
        return abs(text[0] + text[2] - boxes[first][0] - boxes[last][2]) / 2

    reach = columns.reach(text, 0.0)
    ranges = [(a, b) for a in ours for b in ours if a <= max(reach[0], ours[0]) and b >= min(reach[1], ours[-1])]
    first, last = min(ranges, key=lambda pair: (off_centre(*pair), pair[0] - pair[1]))
    if off_centre(ours[0], ours[-1]) - off_centre(first, last) <= CENTRED * height:
        return [(cell, list(words))]
    alone: list[tuple[TableCell, list[Word]]] = [
        (replace(cell, column=column, column_span=1), []) for column in ours if not first <= column <= last
    ]
    return [(replace(cell, column=first, column_span=last - first + 1), list(words)), *alone]


def with_bare_places(cells: Sequence[TableCell]) -> list[TableCell]:
    """The cells, row by row, with an empty one for each place of their grid that none of them has, boxes without
    extent."""
    held = {
        (row, column)
        for cell in cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    }
    rows, columns = (max(place[axis] for place in held) + 1 for axis in (0, 1))
    confidence = min(cell.confidence for cell in cells)
    bare = [
        TableCell(row, column, 1, 1, False, (0.0, 0.0, 0.0, 0.0), confidence)
        for row in range(rows)
        for column in range(columns)
        if (row, column) not in held
    ]
    return sorted([*cells, *bare], key=lambda cell: (cell.row, cell.column)) if bare else list(cells)


def without_empty(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]]) -> CellsWithWords:
    """The cells and the words of each, without rows and columns that have no words; those behind move up."""
    rows = {cell.row for cell, words in zip(cells, filled, strict=True) if words}
    return _with_rows(cells, filled, _renumbered(rows))


def without_empty_columns(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]]) -> CellsWithWords:
    """The same, without columns that have no words: the rows keep their numbers."""
    return _with_rows(cells, filled, {row: row for row in range(max(cell.row + cell.row_span for cell in cells))})


def _with_rows(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], rows: dict[int, int]) -> CellsWithWords:
    """The cells of these rows and of the columns with words, with their new numbers, and the words of each."""
    pairs = list(zip(cells, filled, strict=True))
    columns = _renumbered({cell.column for cell, words in pairs if words})
    kept = []
    for cell, words in pairs:
        down = [rows[row] for row in range(cell.row, cell.row + cell.row_span) if row in rows]
        across = [columns[column] for column in range(cell.column, cell.column + cell.column_span) if column in columns]
        if down and across:
            moved = replace(cell, row=down[0], row_span=len(down), column=across[0], column_span=len(across))
            kept.append((moved, list(words)))
    return [cell for cell, _ in kept], [words for _, words in kept]


def _renumbered(kept: set[int]) -> dict[int, int]:
    """Old index -> new index, consecutive."""
    return {old: new for new, old in enumerate(sorted(kept))}
