"""Rows of text and their columns -> the cells of a table without lines, its head's by the lines above and beneath them.

A text that reaches over several columns spans them; so does one of a head above a line that does. Boxes are in the
page's unit, origin top left.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..values.boxes import Box, centre, union
from ..values.reading import Ruling, Rulings, TableCell
from ..values.words import Word
from .columns import Columns, Row, lines_above, row_middles, texts_of, whole_lines
from .item_rows import item_rows

_YEAR = re.compile(r"(19|20)\d\d")

Filled = tuple[TableCell, list[Word]]
# How many rows of text are the header's, and its cells.
Header = tuple[int, list[Filled]]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A table's rows of text, the columns that they stand in, and the lines drawn in it; `height` is its text's."""

    rows: Sequence[Row]
    columns: Columns
    rulings: Rulings
    height: float


@dataclass(frozen=True, slots=True)
class _Room:
    """A part of a table's head: its columns from `first` to `last`, its heights from `top` to `bottom`."""

    first: int
    last: int
    top: float
    bottom: float


def header_cells(table: Aligned) -> Header | None:
    """How many rows of text are the header's, and its cells, where a line across the table parts it from the body.

    In the header a line that goes over some columns only says that the text above it is theirs together; what is in a
    column, and has no such line above or beneath it, is one text, on however many lines it stands.
    """
    rows, columns, height = table.rows, table.columns, table.height
    first = next((index for index in columns.body if _mostly_figures(rows[index], columns)), None)
    if not first:
        return None
    whole = whole_lines(rows, table.rulings)
    middles = row_middles(rows)
    below = max((at for at in whole if middles[0] < at < middles[first]), default=None)
    if below is None or any(middles[0] < at < below - height / 2 for at in whole):
        return None
    count = sum(middle < below for middle in middles)
    words = [word for row in rows[:count] for word in row]
    top = min(word.box[1] for word in words) - height / 2
    cells = _header_in(table, words, _Room(0, columns.count - 1, top, below - height / 4), 0)
    depth = max(cell.row for cell, _ in cells) + 1
    grown = [
        (replace(cell, row_span=1 if _spans_others(cell, cells) else depth - cell.row), inside)
        for cell, inside in cells
    ]
    return count, sorted(grown, key=lambda filled: (filled[0].row, filled[0].column))


def _mostly_figures(row: Row, columns: Columns) -> bool:
    """Whether most of the row's words behind the first column have figures, or are marks for none. Years are names."""
    words = [word for word in row if columns.of(word.box) > 0 and not _YEAR.fullmatch(word.text)]
    figures = sum(any(letter.isdigit() for letter in word.text) or len(word.text) == 1 for word in words)
    return figures > 0.5 * len(words)


def _spans_others(cell: TableCell, cells: Sequence[Filled]) -> bool:
    """Whether other cells of the header stand below this one."""
    return any(
        other.row > cell.row and cell.column <= other.column < cell.column + cell.column_span for other, _ in cells
    )


def _header_in(table: Aligned, words: Sequence[Word], room: _Room, depth: int) -> list[Filled]:
    """The cells of a part of the head, in rows from `depth` on, each with its words."""
    columns = table.columns
    owners: list[Ruling | None] = [None] * columns.count
    for line in sorted(table.rulings.horizontal, key=lambda line: -line.at):
        reach = columns.under(line)
        if room.top + table.height / 2 < line.at < room.bottom and reach is not None and reach[0] < reach[1]:
            for column in range(max(room.first, reach[0]), min(room.last, reach[1]) + 1):
                owners[column] = line
    cells: list[Filled] = []
    column = room.first
    while column <= room.last:
        owner = owners[column]
        end = column
        while owner is not None and end < room.last and owners[end + 1] is owner:
            end += 1
        own = [word for word in words if column <= columns.of(word.box) <= end]
        above = [word for word in own if owner is None or centre(word.box)[1] < owner.at]
        box = _place(above, columns, column, end)
        cells.append((TableCell(depth, column, 1, end - column + 1, True, box, 1.0), above))
        if owner is not None:
            rest = [word for word in own if centre(word.box)[1] >= owner.at]
            cells += _header_in(table, rest, _Room(column, end, owner.at, room.bottom), depth + 1)
        column = end + 1
    return cells


def aligned_cells(
    table: Aligned, laid: Sequence[int], structure: Sequence[TableCell], header: Header | None
) -> list[Filled]:
    """The cells of a table that stands in these columns, each with its words; `header` is what `header_cells` found.

    `laid` says which row of the model's structure each row of text belongs to: rows of text that it takes for one are
    one, unless both are full. A text that reaches over several columns spans them; so does one above a line that does.
    """
    rows, columns = table.rows, table.columns
    count = 0 if header is None else header[0]
    places = columns.places(rows, table.height)
    parted = lines_above(rows, table.rulings)[count:]
    groups = [
        [count + index for index in group]
        for group in item_rows(rows[count:], lambda word: places[id(word)], columns.full, laid[count:], parted)
    ]
    headers = {cell.row for cell in structure if cell.header}
    confidence = statistics.fmean(cell.confidence for cell in structure) if structure else 1.0
    cells: list[Filled] = []
    first = 0
    if header is not None:
        cells = header[1]
        first = max(cell.row for cell, _ in cells) + 1
    for number, group in enumerate(groups, start=first):
        spans = _spans(table, group)
        in_header = header is None and laid[group[0]] in headers
        column = 0
        while column < columns.count:
            last, words = spans.get(column, (column, []))
            box = _place(words, columns, column, last)
            cells.append(
                (TableCell(number, column, 1, last - column + 1, in_header, box, round(confidence, 4)), list(words))
            )
            column = last + 1
    return cells


def _spans(table: Aligned, group: Sequence[int]) -> dict[int, tuple[int, list[Word]]]:
    """First column -> last column and words, for the texts of one row of the table; none of them overlaps another."""
    columns, height = table.columns, table.height
    pieces: list[tuple[int, int, list[Word]]] = []
    for index in group:
        for text in texts_of(table.rows[index], height):
            box = (text[0].box[0], min(w.box[1] for w in text), text[-1].box[2], max(w.box[3] for w in text))
            first, last = columns.reach(box, 0.1 * height)
            under = None if index in columns.body else _line_under(box, table.rulings.horizontal, columns, height)
            if under is not None:
                pieces.append((*under, text))
            elif index in columns.body or first == last:
                pieces += [(columns.of(word.box), columns.of(word.box), [word]) for word in text]
            else:
                pieces.append((first, last, text))
    pieces = _where_they_begin(pieces) if len(group) > 1 else pieces
    spans: list[tuple[int, int, list[Word]]] = []
    for first, last, text in sorted(pieces, key=lambda piece: (piece[0], piece[1])):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last), [*spans[-1][2], *text])
        else:
            spans.append((first, last, list(text)))
    return {first: (last, text) for first, last, text in spans}


def _where_they_begin(pieces: Sequence[tuple[int, int, list[Word]]]) -> list[tuple[int, int, list[Word]]]:
    """The texts of an item of several lines: one that has overflowed into a column where another of its lines has a
    text of its own is in the column that it begins in."""
    return [
        (first, first, text)
        if first < last and any(first < other and begin <= last for begin, other, _ in pieces if begin > first)
        else (first, last, text)
        for first, last, text in pieces
    ]


def _line_under(box: Box, lines: Sequence[Ruling], columns: Columns, height: float) -> tuple[int, int] | None:
    """The columns over which a line runs that stands close beneath the text and not under the whole table."""
    middle = (box[0] + box[2]) / 2
    for line in lines:
        if not (-0.2 * height <= line.at - box[3] <= 0.8 * height and line.start <= middle <= line.end):
            continue
        reach = columns.under(line)
        if reach is not None and 1 < reach[1] - reach[0] + 1 < columns.count - 1:
            return reach
    return None


def _place(words: Sequence[Word], columns: Columns, first: int, last: int) -> Box:
    if words:
        return union(word.box for word in words)
    left = columns.edges[first - 1] if first else columns.edges[0]
    right = columns.edges[last] if last < len(columns.edges) else columns.edges[-1]
    return (min(left, right), 0.0, max(left, right), 0.0)
