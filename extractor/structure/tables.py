"""A table's words, ruling lines and the model's structure -> a table whose cells hold the words. Runs in a page
process.

The model says which cells there are. Its boxes are drawn at 488 pixels for the whole table and drift in long ones,
while the words say exactly where rows of text are. So rows of text are assigned to rows of cells as a whole, in order,
at the least total distance. Only then does each word choose its cell within its row. Boxes are in the page's unit,
origin top left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..values.boxes import Box, centre, median_height, union
from ..values.document import Cell, Table
from ..values.reading import Rulings, TableCell, count_columns
from ..values.words import TICKED, UNTICKED, Row, Word
from .aligned_cells import Aligned, aligned_cells, header_cells
from .columns import CURRENCIES, Columns, find_columns, texts_of
from .false_spans import (
    joins_head_with_item,
    with_bare_places,
    without_empty,
    without_empty_columns,
    without_false_spans,
)
from .halved_columns import without_halves
from .header_rows import with_head
from .item_rows import body_start, is_numeric, item_rows, numeric_columns, room_for_names, rows_by_white
from .joined_columns import joins_columns_of_figures
from .joined_pairs import with_pairs_apart
from .ruled_tables import beside_text, ruled_cells
from .text_lines import group_lines, rows_of_text
from .whole_lines import bands, lines_above

# Cost of a row of cells without text, in line heights: less than a misplaced row of text, more than the drift of the
# model's boxes.
EMPTY_ROW_COST = 0.8
# Max gap between words of one text, and min gap between two texts, in text heights.
TOGETHER = 0.35
APART = 1.5
# Min share of body rows where the model's cells contradict the columns of words for the cells to be dropped.
DISAGREEMENT = 0.15
# Min columns in which two lines both have a number to be two entries.
MIN_NUMBERS = 2
# Min parts of a table between lines, its head among them, that show its columns where its rows of text do not.
MIN_BANDS = 3
# The texts of check boxes.
CHECK_BOXES = frozenset({TICKED, UNTICKED})


def build_table(words: Sequence[Word], structure: Sequence[TableCell], rulings: Rulings) -> Table | None:
    """The table, every word in exactly one cell; None without a grid of at least two columns.

    Boxes are in the page's unit, origin top left. Witnesses in order: the page's ruling lines, white space, the model's
    structure. Raises `ValueError` where a word would be lost or doubled.
    """
    table = _grid_of(words, structure, rulings)
    return table if table is not None and table.columns > 1 else None


def _grid_of(words: Sequence[Word], structure: Sequence[TableCell], rulings: Rulings) -> Table | None:
    """The table by the first witness that shows one, one column included; None where none does."""
    cells = _without_overlaps(structure)
    rulings = beside_text(rulings, words)
    ruled = ruled_cells(rulings, words, cells)
    if ruled:
        return _table(ruled, _words_by_ruled_cell(ruled, words), words)
    if not words:
        return None
    rows = rows_of_text(words)
    height = median_height(word.box for word in words)
    columns = find_columns(rows, height, rulings)
    if columns is None and not cells:
        rows = bands(rows, rulings)
        columns = find_columns(rows, height, rulings) if len(rows) >= MIN_BANDS else None
    seen = None if columns is None else Aligned(rows, columns, rulings, height)
    header = None if seen is None else header_cells(seen)
    if seen is not None and seen.columns.one_item:
        return _aligned_table(aligned_cells(seen, [0] * len(rows), cells, None), words)
    if len(cells) < 2:
        return None if seen is None else _aligned_table(aligned_cells(seen, range(len(rows)), cells, header), words)
    laid = _assign_rows(cells, rows)
    filled = _words_by_cell(cells, rows, laid, None)
    if seen is not None and columns is not None:
        cells, filled = _with_columns_of_words(cells, filled, columns, {laid[index] for index in columns.body})
        column_by_word = columns.column_by_word(rows, height)

        def column_of(word: Word) -> int:
            return column_by_word[id(word)]

        white = rows_by_white(rows, column_of, laid, height)
        if white is not None:
            return _aligned_table(aligned_cells(seen, white, cells, header), words)
        apart = with_pairs_apart(rows, laid, columns, height)
        if apart is not None:
            return _aligned_table(aligned_cells(seen, apart, cells, header), words)
        same = columns.count == count_columns(cells)
        if same:
            cells = with_bare_places(cells)
            filled = _words_by_cell(cells, rows, laid, columns)
        sure = (
            (header is not None and (same or columns.headed))
            or (same and _numbers_contradict(cells, filled, seen, laid, column_of))
            or joins_head_with_item(cells, filled, rows, laid)
            or _joins_entries(rows, laid, columns)
            or _joins_figures(filled, seen, laid, column_of)
            or joins_columns_of_figures(cells, filled, rows, 1 if header is None else header[0], column_of)
        )
        if sure or _contradict_columns(filled, rows, columns):
            aligned = aligned_cells(seen, laid, cells, header)
            names = {index for index in columns.body if header is not None and index < header[0]}
            flaws = _count_flaws([inside for _, inside in aligned], rows, height, names)
            if flaws < _count_flaws(filled, rows, height, names) + (1 if sure else 0):
                return _aligned_table(aligned, words)
    if columns is not None and same:
        cells, filled = without_false_spans(cells, filled, rows, laid, columns)
    return _table(*without_empty(cells, filled), words)


def _aligned_table(filled: Sequence[tuple[TableCell, list[Word]]], words: Sequence[Word]) -> Table:
    """The table of aligned cells. Raises `ValueError` where a word is lost or doubled."""
    held = sum(len(inside) for _, inside in filled)
    if held != len(words):
        raise ValueError(f"{held} of a table's {len(words)} words are in its cells")
    return _table([cell for cell, _ in filled], [inside for _, inside in filled], words)


def _with_columns_of_words(
    cells: list[TableCell], filled: list[list[Word]], columns: Columns, body: Set[int]
) -> tuple[list[TableCell], list[list[Word]]]:
    """The cells and the words of each, without the model's columns that have no word, or are half of one, where that
    leaves as many as the words have. `body`: the rows of cells whose words keep to these."""
    if count_columns(cells) <= columns.count:
        return cells, filled
    slim, held = without_empty_columns(cells, filled)
    if count_columns(slim) > columns.count:
        slim, held = without_halves(slim, held, lambda word: columns.of(word.box), body)
        slim = _without_overlaps(slim)
    return (slim, held) if count_columns(slim) == columns.count else (cells, filled)


def _joins_entries(rows: Sequence[Row], laid: Sequence[int], columns: Columns) -> bool:
    """Whether the model has two lines in one row that both run across, from the first column on, with numbers."""

    def numeric(row: Row) -> set[int]:
        return {columns.of(word.box) for word in row if is_numeric(word.text)}

    for above, below in pairwise(range(len(rows))):
        if laid[above] != laid[below]:
            continue
        held = [{columns.of(word.box) for word in rows[index]} for index in (above, below)]
        both = numeric(rows[above]) & numeric(rows[below])
        if all(0 in found and len(found) >= columns.full for found in held) and len(both - {0}) >= MIN_NUMBERS:
            return True
    return False


def _joins_figures(
    filled: Sequence[Sequence[Word]], seen: Aligned, laid: Sequence[int], column_of: Callable[[Word], int]
) -> bool:
    """Whether a cell has numbers of two numeric columns that stand far apart in one row of text."""
    numeric = numeric_columns(seen.rows[body_start(seen.rows, column_of, laid) :], column_of)
    owner = {id(word): index for index, inside in enumerate(filled) for word in inside}
    for row in seen.rows:
        figures = [word for word in row if column_of(word) in numeric and is_numeric(word.text)]
        for before, after in pairwise(sorted(figures, key=lambda word: word.box[0])):
            apart = column_of(before) != column_of(after) and after.box[0] - before.box[2] > APART * seen.height
            if apart and owner[id(before)] == owner[id(after)]:
                return True
    return False


def _numbers_contradict(
    cells: Sequence[TableCell],
    filled: Sequence[Sequence[Word]],
    seen: Aligned,
    laid: Sequence[int],
    column_of: Callable[[Word], int],
) -> bool:
    """Whether numbers stand in other columns than their cells, or items make other rows than the model's."""
    rows, parted = seen.rows, lines_above(seen.rows, seen.rulings)
    numeric = numeric_columns(rows, column_of)
    if not numeric:
        return False
    misplaced = sum(
        column_of(word) in numeric and not 0 <= column_of(word) - cell.column < cell.column_span
        for cell, inside in zip(cells, filled, strict=True)
        for word in inside
    )
    start = body_start(rows, column_of, laid)
    room = room_for_names(rows, column_of)
    groups = item_rows(rows[start:], column_of, seen.columns.full, laid[start:], parted[start:], room)
    rows_of_groups = [{laid[start + index] for index in group} for group in groups]
    return misplaced > 1 or len(groups) != len(set(laid[start:])) or any(len(found) > 1 for found in rows_of_groups)


def _contradict_columns(filled: Sequence[Sequence[Word]], rows: Sequence[Sequence[Word]], columns: Columns) -> bool:
    """Whether cells and columns of words contradict each other in many rows of the body.

    They do where a cell holds words of two columns, and where one column's words in one row are in two cells.
    """
    owner = {id(word): index for index, inside in enumerate(filled) for word in inside}
    wrong = 0
    for index in columns.body:
        cells_of: dict[int, set[int]] = {}
        columns_of: dict[int, set[int]] = {}
        for word in rows[index]:
            cell, column = owner[id(word)], columns.of(word.box)
            columns_of.setdefault(cell, set()).add(column)
            cells_of.setdefault(column, set()).add(cell)
        wrong += any(len(found) > 1 for found in (*cells_of.values(), *columns_of.values()))
    return wrong >= max(2.0, DISAGREEMENT * len(columns.body))


def _words_by_ruled_cell(cells: Sequence[TableCell], words: Sequence[Word]) -> list[list[Word]]:
    """For each cell of a ruled table its words: each word goes to the cell that its centre is in, or nearest to."""
    filled: list[list[Word]] = [[] for _ in cells]
    left, top, right, bottom = np.array([cell.box for cell in cells]).T
    for word in words:
        x, y = centre(word.box)
        away = np.maximum(np.maximum(left - x, x - right), 0.0) + np.maximum(np.maximum(top - y, y - bottom), 0.0)
        filled[int(np.argmin(away))].append(word)
    return filled


def _table(cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], words: Sequence[Word]) -> Table:
    """The table of these cells; each cell's words keep their order in `words`, which is that of their lines."""
    place = {id(word): number for number, word in enumerate(words)}
    result = []
    for cell, inside in zip(with_head(cells, filled), filled, strict=True):
        lines = group_lines(sorted(inside, key=lambda word: place[id(word)]))
        result.append(
            Cell(
                cell.row,
                cell.column,
                cell.row_span,
                cell.column_span,
                cell.header,
                "\n".join(line.text for line in lines),
                union(line.box for line in lines) if lines else None,
                round(min([cell.confidence, *(word.confidence for word in inside)]), 4),
            )
        )
    rows = max(cell.row + cell.row_span for cell in cells)
    return Table(rows, count_columns(cells), tuple(result))


def _without_overlaps(structure: Sequence[TableCell]) -> list[TableCell]:
    """The cells, spans cut that reach over another cell or beyond the last row."""
    rows = max((cell.row for cell in structure), default=-1) + 1
    taken: set[tuple[int, int]] = set()
    cells = []
    starts = {(cell.row, cell.column) for cell in structure}
    for cell in structure:
        across, down = cell.column_span, min(cell.row_span, rows - cell.row)
        while across > 1 and any((cell.row, cell.column + c) in starts | taken for c in range(1, across)):
            across -= 1
        while down > 1 and any(
            (cell.row + r, cell.column + c) in starts | taken for r in range(1, down) for c in range(across)
        ):
            down -= 1
        taken |= {(cell.row + r, cell.column + c) for r in range(down) for c in range(across)}
        cells.append(replace(cell, row_span=down, column_span=across))
    return cells


def _count_flaws(
    filled: Sequence[Sequence[Word]], rows: Sequence[Sequence[Word]], height: float, names: Set[int]
) -> int:
    """How often a cell holds texts that stand far apart in a row, or a text is divided among cells.

    A currency sign belongs to the number behind it, however far. `names`: the indices of rows that are names of a head
    which keep to their columns: these may stand as near as words of one text.
    """
    owner = {id(word): index for index, inside in enumerate(filled) for word in inside}
    flaws = 0
    for index, row in enumerate(rows):
        for before, after in pairwise(sorted(row, key=lambda word: word.box[0])):
            gap = after.box[0] - before.box[2]
            together = owner[id(before)] == owner[id(after)]
            if before.text in CURRENCIES and is_numeric(after.text):
                flaws += not together
            else:
                divided = not together and gap < TOGETHER * height and index not in names
                flaws += divided or (together and gap > APART * height)
    return flaws


def _words_by_cell(
    cells: Sequence[TableCell], rows: Sequence[Sequence[Word]], laid: Sequence[int], columns: Columns | None
) -> list[list[Word]]:
    """For each cell its words; `columns`, where given, decide a word's column rather than the cells' boxes."""
    filled: list[list[Word]] = [[] for _ in cells]
    height = median_height(word.box for row in rows for word in row)
    for row_of_cells, row in zip(laid, rows, strict=True):
        texts = texts_of(row, height)
        placed = {id(word): at for text in texts for at, word in columns.placed(text, texts, height)} if columns else {}
        beside = _words_beside_marks(texts)
        candidates = [
            index for index, cell in enumerate(cells) if cell.row <= row_of_cells < cell.row + cell.row_span
        ] or list(range(len(cells)))
        for word in row:
            fitting = candidates
            if columns is not None:
                at = placed[id(word)]
                here = (index for index in candidates if 0 <= at - cells[index].column < cells[index].column_span)
                fitting = list(here) or candidates
            box = beside.get(id(word), word).box
            filled[max(fitting, key=lambda index: _fit(box, cells[index].box))].append(word)
    return filled


def _words_beside_marks(texts: Sequence[Row]) -> dict[int, Word]:
    """For each check box, by its `id`, the nearest other word of its text: both are in one cell."""
    found = {}
    for text in texts:
        others = [word for word in text if word.text not in CHECK_BOXES]
        for mark in text if others else ():
            if mark.text in CHECK_BOXES:
                found[id(mark)] = min(
                    others, key=lambda word: max(word.box[0] - mark.box[2], mark.box[0] - word.box[2])
                )
    return found


def _fit(word: Box, cell: Box) -> tuple[float, float]:
    """How well a word fits a cell of its row: the width that they share, or else how near they are."""
    common = min(word[2], cell[2]) - max(word[0], cell[0])
    return (max(common, 0.0), min(common, 0.0))


def _assign_rows(cells: Sequence[TableCell], rows: Sequence[Sequence[Word]]) -> list[int]:
    """For each row of text its row of cells: in order, at the least cost (dynamic programming).

    A row of text costs its distance from the model's heights of the row of cells, in line heights. A row of cells
    without text costs `EMPTY_ROW_COST`. Equally many rows are assigned one to one.
    """
    extents = _row_extents(cells)
    if len(rows) == len(extents):
        return list(range(len(rows)))
    height = median_height(word.box for row in rows for word in row)
    middles = [sorted((word.box[1] + word.box[3]) / 2 for word in row)[len(row) // 2] for row in rows]
    count = len(extents)
    # skipped[r, q]: cost of the empty rows of cells between q and r; infinite where r is before q.
    behind = np.arange(count)[:, None] - np.arange(count)[None, :]
    skipped = np.where(behind >= 0, EMPTY_ROW_COST * np.maximum(0, behind - 1), np.inf)
    # best[r]: least cost so far, with the last row of text in row of cells r.
    best = np.full(count, np.inf)
    paths: list[NDArray[np.intp]] = []
    for index, middle in enumerate(middles):
        cost = np.array(
            [
                max(top - middle, middle - bottom, 0.0) / height + 0.1 * abs((top + bottom) / 2 - middle) / height
                for top, bottom in extents
            ]
        )
        if index == 0:
            best = EMPTY_ROW_COST * np.arange(count) + cost
            continue
        reached = best[None, :] + skipped
        step = np.argmin(reached, axis=1)
        best = reached[np.arange(count), step] + cost
        paths.append(step)
    last = int(np.argmin(best + EMPTY_ROW_COST * (count - 1 - np.arange(count))))
    laid = [last]
    for step in reversed(paths):
        laid.append(int(step[laid[-1]]))
    return laid[::-1]


def _row_extents(cells: Sequence[TableCell]) -> list[tuple[float, float]]:
    """Top and bottom of each row of cells: the medians of its one-row cells, or else between its neighbours."""
    count = max(cell.row + cell.row_span for cell in cells)
    known: dict[int, tuple[float, float]] = {}
    for row in range(count):
        boxes = [cell.box for cell in cells if cell.row == row and cell.row_span == 1]
        if boxes:
            known[row] = (
                sorted(box[1] for box in boxes)[len(boxes) // 2],
                sorted(box[3] for box in boxes)[len(boxes) // 2],
            )
    extents = []
    for row in range(count):
        if row in known:
            extents.append(known[row])
            continue
        above = max((r for r in known if r < row), default=None)
        below = min((r for r in known if r > row), default=None)
        if above is not None and below is not None:
            part = (row - above) / (below - above)
            top = known[above][0] + part * (known[below][0] - known[above][0])
            extents.append((top, top + known[above][1] - known[above][0]))
        else:
            spanning = [cell.box for cell in cells if cell.row <= row < cell.row + cell.row_span]
            box = union(spanning) if spanning else union(cell.box for cell in cells)
            extents.append((box[1], box[3]))
    return extents
