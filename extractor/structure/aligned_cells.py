"""Rows of text and their columns -> the cells of a table without ruling lines. Runs in a page process.

A text over several columns spans them. In the head, so does a text above a line that runs over several columns. Boxes
are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..values.boxes import Box, centre, union
from ..values.currencies import NAMES
from ..values.reading import Ruling, Rulings, TableCell
from ..values.words import Row, Word
from .columns import Columns, Filled, Header, strings_of, texts_of
from .grouped_heads import grouped_head
from .item_rows import is_numeric, item_rows, room_for_names
from .whole_lines import lines_above, row_middles, whole_lines

# Max distance between the left sides of texts that are set flush left, in text heights.
FLUSH = 0.1

# Signs at the end of a word that a range begins with.
RANGE = frozenset("-\u2013")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A table's rows of text, their columns, the ruling lines in it, and its text height, in the page's unit."""

    rows: Sequence[Row]
    columns: Columns
    rulings: Rulings
    height: float


@dataclass(frozen=True, slots=True)
class _HeaderPart:
    """A part of a table's header: columns `first` to `last`, heights `top` to `bottom` in the page's unit."""

    first: int
    last: int
    top: float
    bottom: float


def header_cells(table: Aligned) -> Header | None:
    """The number of rows of text in the header, and its cells, each with its words; boxes in the page's unit, origin
    top left.

    None where no line parts a header from the body. A line in the header that runs over some columns groups the texts
    above it. Text in a column with no such line above or below is one cell, on however many lines it stands.
    """
    rows, columns, height = table.rows, table.columns, table.height
    first = next((index for index in columns.body if _mostly_numeric(rows, index, columns)), None)
    if not first:
        return None
    middles = row_middles(rows)
    below = _line_below_head(table, middles, first)
    if below is None:
        return None
    count = sum(middle < below for middle in middles)
    drawn = any(middles[0] < line.at < below - height / 2 for line in table.rulings.horizontal)
    grouped = None if drawn else grouped_head(rows[:count], columns, height)
    if grouped is not None:
        return count, sorted(grouped, key=lambda filled: (filled[0].row, filled[0].column))
    words = [word for row in rows[:count] for word in row]
    top = min(word.box[1] for word in words) - height / 2
    cells = _header_in(table, words, _HeaderPart(0, columns.count - 1, top, below - height / 4), 0)
    depth = max(cell.row for cell, _ in cells) + 1
    grown = [
        (replace(cell, row_span=1 if _spans_others(cell, cells) else depth - cell.row), inside)
        for cell, inside in cells
    ]
    return count, sorted(grown, key=lambda filled: (filled[0].row, filled[0].column))


def _line_below_head(table: Aligned, middles: Sequence[float], first: int) -> float | None:
    """The height (y) of the line below the head; None without one, or where another is in the head. `middles`: of the
    rows; `first`: the index of the first row with figures. Names of groups, one text each, may stand between the two.
    """
    between = [at for at in whole_lines(table.rows, table.rulings) if middles[0] < at < middles[first]]
    if not between:
        return None
    names = [row for row, middle in zip(table.rows[:first], middles, strict=False) if middle > min(between)]
    if names and all(len(texts_of(row, table.height)) == 1 for row in names):
        return min(between)
    below = max(between)
    return None if any(at < below - table.height / 2 for at in between) else below


def _mostly_numeric(rows: Sequence[Row], index: int, columns: Columns) -> bool:
    """Whether in at least half of a row's columns right of the first most words have digits, or stand for none. Years
    count as names, and so do both ends of a range that a column begins in the row above; currencies as nothing."""
    begun = {columns.of(word.box) for row in rows[max(0, index - 1) : index] for word in row if word.text[-1] in RANGE}
    told: dict[int, list[bool]] = {}
    for word in rows[index]:
        column = columns.of(word.box)
        if column > 0 and not _YEAR.fullmatch(word.text) and word.text not in NAMES:
            counted = any(letter.isdigit() for letter in word.text) and word.text[-1] not in RANGE
            told.setdefault(column, []).append(column not in begun and (counted or len(word.text) == 1))
    numeric = sum(sum(found) > 0.5 * len(found) for found in told.values())
    return numeric > 0 and numeric >= 0.5 * len(told)


def _spans_others(cell: TableCell, cells: Sequence[Filled]) -> bool:
    """Whether other header cells stand below this one."""
    return any(
        other.row > cell.row and cell.column <= other.column < cell.column + cell.column_span for other, _ in cells
    )


def _header_in(table: Aligned, words: Sequence[Word], part: _HeaderPart, depth: int) -> list[Filled]:
    """The cells of a part of the header, in rows from `depth` on, each with its words."""
    columns = table.columns
    owners: list[Ruling | None] = [None] * columns.count
    for line in sorted(table.rulings.horizontal, key=lambda line: -line.at):
        reach = columns.under(line)
        if part.top + table.height / 2 < line.at < part.bottom and reach is not None and reach[0] < reach[1]:
            for column in range(max(part.first, reach[0]), min(part.last, reach[1]) + 1):
                owners[column] = line
    cells: list[Filled] = []
    column = part.first
    while column <= part.last:
        owner = owners[column]
        end = column
        while owner is not None and end < part.last and owners[end + 1] is owner:
            end += 1
        own = [word for word in words if column <= columns.of(word.box) <= end]
        above = [word for word in own if owner is None or centre(word.box)[1] < owner.at]
        box = _cell_box(above, columns, column, end)
        cells.append((TableCell(depth, column, 1, end - column + 1, True, box, 1.0), above))
        if owner is not None:
            rest = [word for word in own if centre(word.box)[1] >= owner.at]
            cells += _header_in(table, rest, _HeaderPart(column, end, owner.at, part.bottom), depth + 1)
        column = end + 1
    return cells


def aligned_cells(
    table: Aligned, laid: Sequence[int], structure: Sequence[TableCell], header: Header | None
) -> list[Filled]:
    """The cells of a table in these columns, each with its words; boxes in the page's unit, origin top left.

    `header`: the result of `header_cells`. `laid`: for each row of text the row of the model's structure that it
    belongs to; rows of text of one such row are one row, unless both are full. `structure`: the model's cells, for
    headers and confidence.
    """
    rows, columns = table.rows, table.columns
    count = 0 if header is None else header[0]
    column_by_word = columns.column_by_word(rows, table.height)
    parted = lines_above(rows, table.rulings)[count:]

    def column_of(word: Word) -> int:
        return column_by_word[id(word)]

    room = room_for_names(rows, column_of)
    groups = [
        [count + index for index in group]
        for group in item_rows(rows[count:], column_of, columns.full, laid[count:], parted, room)
    ]
    groups = _with_sentences_whole(table, groups, laid)
    headers = {cell.row for cell in structure if cell.header}
    starts = _left_edges(table)
    confidence = statistics.fmean(cell.confidence for cell in structure) if structure else 1.0
    cells: list[Filled] = []
    first = 0
    if header is not None:
        cells = header[1]
        first = max(cell.row for cell, _ in cells) + 1
    for number, group in enumerate(groups, start=first):
        spans = _spans(table, group, starts)
        in_header = header is None and laid[group[0]] in headers
        column = 0
        while column < columns.count:
            last, words = spans.get(column, (column, []))
            box = _cell_box(words, columns, column, last)
            cells.append(
                (TableCell(number, column, 1, last - column + 1, in_header, box, round(confidence, 4)), list(words))
            )
            column = last + 1
    return cells


def _with_sentences_whole(table: Aligned, groups: Sequence[list[int]], laid: Sequence[int]) -> list[list[int]]:
    """The groups of rows of text, those joined whose texts go on from one to the other, as names of a head do.

    The model has them in one row, most texts of the first line begin with a capital or a figure, and most of the other
    one with a small letter.
    """
    joined: list[list[int]] = []
    for group in groups:
        same = bool(joined) and laid[joined[-1][-1]] == laid[group[0]]
        if same and not _goes_on(table, joined[-1][0]) and _goes_on(table, group[0]):
            joined[-1] += group
        else:
            joined.append(list(group))
    return joined


def _goes_on(table: Aligned, index: int) -> bool:
    """Whether most texts of a row of text begin with a small letter, and none is a number."""
    texts = strings_of(table.rows[index], table.height)
    return 2 * sum(text[0].islower() for text in texts) > len(texts) and not any(map(is_numeric, texts))


def _spans(table: Aligned, group: Sequence[int], starts: Sequence[float]) -> dict[int, tuple[int, list[Word]]]:
    """First column -> last column and words, for the texts of one row of the table, without overlaps.

    `starts`: where columns that are set flush left begin (x, in the page's unit).
    """
    columns, height = table.columns, table.height
    pieces: list[tuple[int, int, list[Word]]] = []
    for index in group:
        texts = _texts(table, index, starts)
        for text in texts:
            box = (text[0].box[0], min(w.box[1] for w in text), text[-1].box[2], max(w.box[3] for w in text))
            first, last = columns.reach(box, 0.1 * height)
            under = None if index in columns.body else _line_under(box, table.rulings.horizontal, columns, height)
            placed = _with_signs(columns.placed(text, texts, height))
            if under is not None:
                pieces.append((*under, text))
            elif index in columns.body or first == last or _are_entries(text, columns) or _is_moved(placed, columns):
                pieces += [(column, column, [word]) for column, word in placed]
            else:
                pieces.append((first, last, text))
    pieces = _without_overflow(pieces) if len(group) > 1 else pieces
    spans: list[tuple[int, int, list[Word]]] = []
    for first, last, text in sorted(pieces, key=lambda piece: (piece[0], piece[1])):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last), [*spans[-1][2], *text])
        else:
            spans.append((first, last, list(text)))
    return {first: (last, text) for first, last, text in spans}


def _with_signs(placed: Sequence[tuple[int, Word]]) -> list[tuple[int, Word]]:
    """The words of a text, each after its column; a per cent sign goes with the number before it."""
    found = list(placed[:1])
    for column, word in placed[1:]:
        found.append((found[-1][0] if word.text == "%" and is_numeric(found[-1][1].text) else column, word))
    return found


def _are_entries(text: Row, columns: Columns) -> bool:
    """Whether a text is a row of numbers that stand in several columns, however near to one another."""
    return all(is_numeric(word.text) for word in text) and len({columns.of(word.box) for word in text}) > 1


def _is_moved(placed: Sequence[tuple[int, Word]], columns: Columns) -> bool:
    """Whether all words are placed in one column, some of which have their centre in another."""
    return len({column for column, _ in placed}) == 1 < len({columns.of(word.box) for _, word in placed})


def _left_edges(table: Aligned) -> list[float]:
    """Where the columns' texts begin (x), for columns that have two or more texts set flush left."""
    firsts: list[list[float]] = [[] for _ in range(table.columns.count)]
    for row in table.rows:
        for text in texts_of(row, table.height):
            firsts[table.columns.reach(text[0].box, 0.1 * table.height)[0]].append(text[0].box[0])
    edges = []
    for found in firsts[1:]:
        edges += [left for left, right in pairwise(sorted(found)) if right - left <= FLUSH * table.height]
    return edges


def _texts(table: Aligned, index: int, starts: Sequence[float]) -> list[list[Word]]:
    """The texts of a row of text; one that comes close to a text of the next column ends where that one begins."""
    texts: list[list[Word]] = []
    for text in texts_of(table.rows[index], table.height):
        texts.append(text[:1])
        for word in text[1:]:
            column = table.columns.reach(word.box, 0.1 * table.height)[0]
            flush = any(abs(word.box[0] - start) <= FLUSH * table.height for start in starts)
            if flush and column > table.columns.reach(texts[-1][0].box, 0.1 * table.height)[0]:
                texts.append([word])
            else:
                texts[-1].append(word)
    return texts


def _without_overflow(pieces: Sequence[tuple[int, int, list[Word]]]) -> list[tuple[int, int, list[Word]]]:
    """The texts of an item of several lines, each at its columns.

    A text that overflows into a column where another line has a text of its own is only in the column where it begins.
    """
    return [
        (first, first, text)
        if first < last and any(first < other and begin <= last for begin, other, _ in pieces if begin > first)
        else (first, last, text)
        for first, last, text in pieces
    ]


def _line_under(box: Box, lines: Sequence[Ruling], columns: Columns, height: float) -> tuple[int, int] | None:
    """The columns over which a line close below the text runs; None without one, or where it runs under the whole
    table."""
    middle = (box[0] + box[2]) / 2
    for line in lines:
        if not (-0.2 * height <= line.at - box[3] <= 0.8 * height and line.start <= middle <= line.end):
            continue
        reach = columns.under(line)
        if reach is not None and 1 < reach[1] - reach[0] + 1 < columns.count - 1:
            return reach
    return None


def _cell_box(words: Sequence[Word], columns: Columns, first: int, last: int) -> Box:
    """The box around the words; for an empty cell its columns, with no height."""
    if words:
        return union(word.box for word in words)
    left = columns.edges[first - 1] if first else columns.edges[0]
    right = columns.edges[last] if last < len(columns.edges) else columns.edges[-1]
    return (min(left, right), 0.0, max(left, right), 0.0)
