"""Ruling lines and words -> the cells of a ruled table, in the form of the model's. Runs in a page process.

The lines make a grid of places. Neighbouring places are joined where no line parts them, unless text stands on both
sides of the missing line and does not cross it (a shaded header without lines of its own). So a line that goes only
part of the way still ends a column or row. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..values.boxes import Box, centre, contains, median_height, union
from ..values.reading import Ruling, Rulings, TableCell, count_columns
from ..values.words import Word, boxes_of
from .closed_boxes import are_closed
from .columns import find_columns
from .false_spans import with_bare_places
from .line_places import MOST_PLACES, drawn_positions, in_order, is_covered
from .lists import without_markers
from .text_lines import rows_of_text
from .unruled_rows import with_rows_parted
from .whole_lines import row_middles

# Min gap between texts of different cells beside a column's side, in text heights.
APART = 1.5
# Max gap between lines of one paragraph, in text heights; rows of a table have padding besides.
LINE_GAP = 0.4
# Max ratio of the distance of two cells' lines to that of lines in one of them, where both are one text.
WIDER = 1.15
# Min share of grid edges drawn before lines are trusted over the model.
MOSTLY_DRAWN = 0.8
# Min share of a line that runs through words for it to be part of them.
TEXT_SHARE = 0.5
# Min reach of a word beyond a line that it crosses, as a share of its width.
CROSSES = 0.25


def ruled_cells(rulings: Rulings, words: Sequence[Word], structure: Sequence[TableCell]) -> list[TableCell]:
    """The cells of a table whose lines make a grid, row by row, boxes in the page's unit, origin top left; none where
    they do not.

    Where lines and model count the same rows and columns, the cells are the model's, with its spans, in boxes between
    the lines. Where they differ, lines are trusted only if nearly all grid edges are drawn, or they make closed boxes,
    the words keep to the cells, and no cell holds columns of words. A row of several items is split by its words.
    """
    if not words:
        return []
    height = median_height(word.box for word in words)
    extent = union([word.box for word in words])
    ys = _edge_positions(rulings.horizontal, (extent[1], extent[3]), height)
    xs = _edge_positions(rulings.vertical, (extent[0], extent[2]), height)
    if len(ys) < 3 or len(xs) < 3:
        return []
    rows = max((cell.row + cell.row_span for cell in structure), default=0)
    columns = count_columns(structure)
    if (len(xs) - 1) * (len(ys) - 1) > MOST_PLACES:
        return []
    grid = _Grid(xs, ys, words, rulings, height)
    if grid.in_head_only():
        return []
    if (rows, columns) == (grid.rows, grid.columns):
        cells = with_bare_places(_merged(_split_at_lines(structure, grid), grid))
        return with_rows_parted(grid.at_lines(cells), words)
    if (grid.drawn() < MOSTLY_DRAWN and not grid.is_of_boxes()) or grid.is_bars():
        return []
    grid.join()
    cells = [part for cell in grid.cells() for part in (_split_into_columns(cell, grid) if cell.row == 0 else [cell])]
    cells = _with_header(grid.at_lines(cells), structure)
    return with_rows_parted(cells, words) if _fits_words(cells, words) else []


def _with_header(cells: Sequence[TableCell], structure: Sequence[TableCell]) -> list[TableCell]:
    """The cells; those whose centre is no lower than the model's header are header cells."""
    bottom = max((cell.box[3] for cell in structure if cell.header), default=float("-inf"))
    return [replace(cell, header=centre(cell.box)[1] <= bottom) for cell in cells]


def beside_text(rulings: Rulings, words: Sequence[Word]) -> Rulings:
    """The ruling lines without those that run through words: feet of letters and underlines."""

    boxes = boxes_of(words)

    def is_line(line: Ruling, direction: int) -> bool:
        low, high = boxes[:, 1 - direction], boxes[:, 3 - direction]
        margin = 0.1 * (high - low)
        through = boxes[(low + margin < line.at) & (line.at < high - margin)]
        common = np.minimum(line.end, through[:, direction + 2]) - np.maximum(line.start, through[:, direction])
        return bool(np.maximum(common, 0.0).sum() < TEXT_SHARE * (line.end - line.start))

    return Rulings(
        tuple(line for line in rulings.horizontal if is_line(line, 0)),
        tuple(line for line in rulings.vertical if is_line(line, 1)),
    )


def _split_at_lines(structure: Sequence[TableCell], grid: _Grid) -> list[TableCell]:
    """The model's cells, split where a line crosses them or their texts stand apart at a line's position."""
    cells = []
    waiting = list(structure)
    while waiting:
        cell = waiting.pop(0)
        rows = range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column + 1, cell.column + cell.column_span):
            if all(grid.parted_across(row, column) or grid.stand_apart(row, column) for row in rows):
                before = replace(cell, column_span=column - cell.column)
                after = replace(cell, column=column, column_span=cell.column_span - before.column_span)
                waiting[:0] = [before, after]
                break
        else:
            cells += _split_into_columns(cell, grid)
    return cells


def _split_into_columns(cell: TableCell, grid: _Grid) -> list[TableCell]:
    """A cell as one for each column, where its texts stand in several and cross no side; else the cell.

    One in the corner of the head is parted from the columns before those that its name stands over.
    """
    columns = range(cell.column, cell.column + cell.column_span)
    if cell.row_span > 1 or len(columns) < 2:
        return [cell]
    if grid.texts_in_columns(cell.row, columns):
        return [replace(cell, column=column, column_span=1) for column in columns]
    over = grid.named_columns(cell) if cell.row == cell.column == 0 else columns
    before = [replace(cell, column=column, column_span=1) for column in columns if column < over[0]]
    return [*before, replace(cell, column=over[0], column_span=len(over))]


def _merged(cells: Sequence[TableCell], grid: _Grid) -> list[TableCell]:
    """The cells, two below each other joined that hold one text where a line stops short of their column.

    A line drawn between two rows in other columns only says that here the rows are one.
    """
    merged = list(cells)
    for row in range(1, grid.rows):
        drawn = [grid.parted_down(row, column) for column in range(grid.columns)]
        if not any(drawn):
            continue
        for column in range(grid.columns):
            if drawn[column]:
                continue
            above = next((c for c in merged if c.row + c.row_span == row and c.column == column), None)
            below = next((c for c in merged if c.row == row and c.column == column), None)
            if above is None or below is None or above.column_span != below.column_span:
                continue
            if any(drawn[column : column + above.column_span]) or not grid.one_text(above, below):
                continue
            merged[merged.index(above)] = replace(above, row_span=above.row_span + below.row_span)
            merged.remove(below)
    return merged


def _edge_positions(lines: Sequence[Ruling], text: tuple[float, float], height: float) -> list[float]:
    """The positions of lines across their direction, each once, and the table's own sides where none is drawn."""
    found = drawn_positions(lines, height)
    if not found:
        return []
    if text[0] < found[0] - height / 2:
        found.insert(0, text[0] - 0.1 * height)
    if text[1] > found[-1] + height / 2:
        found.append(text[1] + 0.1 * height)
    return found


class _Grid:
    """The places of a grid of lines, and which of them are one cell (union-find)."""

    def __init__(
        self, xs: Sequence[float], ys: Sequence[float], words: Sequence[Word], rulings: Rulings, height: float
    ) -> None:
        self.xs, self.ys = xs, ys
        self._height = height
        self.rows, self.columns = len(ys) - 1, len(xs) - 1
        self._group = list(range(self.rows * self.columns))
        self._horizontal = in_order(rulings.horizontal)
        self._vertical = in_order(rulings.vertical)
        self._words = sorted(words, key=_middle)
        self._middles = [_middle(word) for word in self._words]

    def parted_across(self, row: int, column: int) -> bool:
        """Whether a line is drawn in `row` at the left side of `column`."""
        return is_covered(self._vertical, self.xs[column], (self.ys[row], self.ys[row + 1]))

    def parted_down(self, row: int, column: int) -> bool:
        """Whether a line is drawn in `column` at the top of `row`."""
        return is_covered(self._horizontal, self.ys[row], (self.xs[column], self.xs[column + 1]))

    def one_text(self, above: TableCell, below: TableCell) -> bool:
        """Whether one cell is empty, or the lower one's text follows the upper one's line upon line, as near as lines
        of one cell do."""
        upper, lower = (self._words_in(self._cell_box(cell)) for cell in (above, below))
        if not upper or not lower:
            return True
        white = min(word.box[1] for word in lower) - max(word.box[3] for word in upper)
        middles = [row_middles(rows_of_text(words)) for words in (upper, lower)]
        within = min((after - before for each in middles for before, after in pairwise(each)), default=math.inf)
        return white < LINE_GAP * self._height and middles[1][0] - middles[0][-1] <= WIDER * within

    def at_lines(self, cells: Sequence[TableCell]) -> list[TableCell]:
        """The cells with boxes between the lines."""
        return [replace(cell, box=self._cell_box(cell)) for cell in cells]

    def _words_in(self, box: Box) -> list[Word]:
        """The words whose centre is in the box."""
        first, last = bisect.bisect_left(self._middles, box[1]), bisect.bisect_right(self._middles, box[3])
        return [word for word in self._words[first:last] if contains(box, centre(word.box))]

    def _cell_box(self, cell: TableCell) -> Box:
        """The cell's box between the lines."""
        right, bottom = cell.column + cell.column_span, cell.row + cell.row_span
        return (self.xs[cell.column], self.ys[cell.row], self.xs[right], self.ys[bottom])

    def in_head_only(self) -> bool:
        """Whether lines part columns in the first row and none below it."""
        columns = range(1, self.columns)
        below = range(1, self.rows)
        return any(self.parted_across(0, column) for column in columns) and not any(
            self.parted_across(row, column) for row in below for column in columns
        )

    def drawn(self) -> float:
        """The share of grid edges that have a line, or texts apart on both sides.

        Edges between two empty places do not count: nothing needs to be drawn there.
        """
        texts = self._places_with_words()
        across = [
            self.parted_across(row, column) or self.stand_apart(row, column)
            for row in range(self.rows)
            for column in range(1, self.columns)
            if texts & {(row, column - 1), (row, column)}
        ]
        down = [
            self.parted_down(row, column)
            for row in range(1, self.rows)
            for column in range(self.columns)
            if texts & {(row - 1, column), (row, column)}
        ]
        return sum(across + down) / max(1, len(across + down))

    def is_of_boxes(self) -> bool:
        """Whether the lines close boxes, as in a form."""
        rows, columns = range(self.rows), range(self.columns)
        across = {(row, at) for row in rows for at in range(self.columns + 1) if self.parted_across(row, at)}
        down = {(at, column) for at in range(self.rows + 1) for column in columns if self.parted_down(at, column)}
        return are_closed(self.rows, self.columns, across, down)

    def is_bars(self) -> bool:
        """Whether a side is hardly drawn, and the words between two sides stand in columns all the way down.

        Bars behind every second row are lines between the rows, and a bar under a total ends somewhere.
        """
        texts = self._places_with_words()
        for column in range(1, self.columns):
            beside = {row for row, at in texts if at in (column - 1, column)}
            if 2 * sum(self.parted_across(row, column) for row in beside) >= len(beside):
                continue
            for left, right in ((column - 1, column), (column, column + 1)):
                inside = self._words_in((self.xs[left], self.ys[0], self.xs[right], self.ys[-1]))
                if find_columns(rows_of_text(inside), self._height) is not None:
                    return True
        return False

    def _places_with_words(self) -> set[tuple[int, int]]:
        """The places (row, column) that have words."""
        middles = (centre(word.box) for word in self._words)
        return {(bisect.bisect_right(self.ys, y) - 1, bisect.bisect_right(self.xs, x) - 1) for x, y in middles}

    def join(self) -> None:
        """Joins neighbours that no line parts, then fills each cell up to a rectangle."""
        for row in range(self.rows):
            for column in range(self.columns):
                here = row * self.columns + column
                if column + 1 < self.columns and not (
                    self.parted_across(row, column + 1) or self.stand_apart(row, column + 1)
                ):
                    self._unite(here, here + 1)
                if row + 1 < self.rows and not self.parted_down(row + 1, column):
                    self._unite(here, here + self.columns)
        self._fill_rectangles()

    def cells(self) -> list[TableCell]:
        """One cell for each group of places, row by row."""
        cells = []
        for members in sorted(self._members().values(), key=min):
            rows = [place // self.columns for place in members]
            columns = [place % self.columns for place in members]
            top, left, bottom, right = min(rows), min(columns), max(rows) + 1, max(columns) + 1
            place = (self.xs[left], self.ys[top], self.xs[right], self.ys[bottom])
            cells.append(TableCell(top, left, bottom - top, right - left, False, place, 1.0))
        return cells

    def stand_apart(self, row: int, column: int) -> bool:
        """Whether texts stand apart on both sides of a column's left side, and none crosses it."""
        at, top, bottom = self.xs[column], self.ys[row], self.ys[row + 1]
        left: list[float] = []
        right: list[float] = []
        for word in self._words[bisect.bisect_left(self._middles, top) : bisect.bisect_right(self._middles, bottom)]:
            if word.box[2] <= self.xs[column - 1] or word.box[0] >= self.xs[column + 1]:
                continue
            if _crosses(word.box, at):
                return False
            (left if (word.box[0] + word.box[2]) / 2 < at else right).append(
                word.box[2] if (word.box[0] + word.box[2]) / 2 < at else word.box[0]
            )
        return bool(left and right) and min(right) - max(left) >= APART * self._height

    def texts_in_columns(self, row: int, columns: range) -> bool:
        """Whether texts in the row stand apart in several of the columns, and none crosses a side between them."""
        inside = self._words_in((self.xs[columns[0]], self.ys[row], self.xs[columns[-1] + 1], self.ys[row + 1]))
        sides = [self.xs[column] for column in columns[1:]]
        if any(_crosses(word.box, at) for word in inside for at in sides):
            return False
        boxes = sorted((word.box for word in inside), key=lambda box: box[0])
        return any(
            after[0] - before[2] >= APART * self._height and any(before[2] <= at <= after[0] for at in sides)
            for before, after in pairwise(boxes)
        )

    def named_columns(self, cell: TableCell) -> range:
        """The last columns of the cell that its text stands over the middle of; all unless that tells."""
        columns = range(cell.column, cell.column + cell.column_span)
        inside = self._words_in(self._cell_box(cell))
        if not inside:
            return columns
        text = union(word.box for word in inside)
        middles = [abs(text[0] + text[2] - self.xs[first] - self.xs[columns[-1] + 1]) / 2 for first in columns]
        least = min(range(len(columns)), key=lambda index: middles[index])
        near = APART * self._height
        tells = text[0] > self.xs[columns[least]] and middles[least] <= near < middles[0] - middles[least]
        return columns[least:] if tells else columns

    def _find(self, place: int) -> int:
        """The representative of the place's group."""
        while self._group[place] != place:
            self._group[place] = self._group[self._group[place]]
            place = self._group[place]
        return place

    def _unite(self, a: int, b: int) -> None:
        """Makes two groups one."""
        self._group[self._find(b)] = self._find(a)

    def _members(self) -> dict[int, list[int]]:
        """The places by group."""
        members: dict[int, list[int]] = {}
        for place in range(self.rows * self.columns):
            members.setdefault(self._find(place), []).append(place)
        return members

    def _fill_rectangles(self) -> None:
        """Adds places to each group until it is a rectangle."""
        changed = True
        while changed:
            changed = False
            for members in self._members().values():
                rows = [place // self.columns for place in members]
                columns = [place % self.columns for place in members]
                for row in range(min(rows), max(rows) + 1):
                    for column in range(min(columns), max(columns) + 1):
                        place = row * self.columns + column
                        if self._find(place) != self._find(members[0]):
                            self._unite(members[0], place)
                            changed = True


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _crosses(word: Box, at: float) -> bool:
    """Whether the word stands across x = `at`."""
    reach = CROSSES * (word[2] - word[0])
    return word[0] + reach < at < word[2] - reach


def _fits_words(cells: Sequence[TableCell], words: Sequence[Word]) -> bool:
    """Whether nearly all words keep to the cells, and no cell holds columns of words."""
    if len(cells) < 4:
        return False
    inner = {cell.box[0] for cell in cells if cell.column > 0}
    crossing = sum(any(_crosses(word.box, at) for at in inner) for word in words)
    # Left -> max right of spanning cells: the cells of a grid have few sides.
    reach: dict[float, float] = {}
    for cell in cells:
        if cell.column_span > 1:
            reach[cell.box[0]] = max(cell.box[2], reach.get(cell.box[0], cell.box[2]))
    spanned = sum(any(left <= word.box[0] and word.box[2] <= right for left, right in reach.items()) for word in words)
    return crossing - spanned <= 0.05 * len(words) and not _holds_columns(cells, words)


def _holds_columns(cells: Sequence[TableCell], words: Sequence[Word]) -> bool:
    """Whether the words of some cell stand in columns, a list's markers aside: its lines are bars and frames, no
    grid."""
    in_order = sorted(words, key=_middle)
    height = median_height(word.box for word in words)
    for cell in cells:
        first = bisect.bisect_left(in_order, cell.box[1], key=_middle)
        last = bisect.bisect_right(in_order, cell.box[3], key=_middle)
        inside = [word for word in in_order[first:last] if contains(cell.box, centre(word.box))]
        if find_columns(without_markers(rows_of_text(inside)), height) is not None:
            return True
    return False
