"""Words -> the columns of a table without lines, as the eye sees them: by the white between them.

A corridor is a strip that (nearly) no row of the table's body crosses, and across which the words of most rows stand
further apart than words of one text do. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..values.boxes import Box, centre
from ..values.reading import Ruling, Rulings, TableCell
from ..values.words import Word
from .drawn_columns import drawn_edges
from .item_rows import is_figure

# Words further apart than this, in text heights, are not of one text.
TEXT_GAP = 0.7
# The least width of a corridor, in text heights: in its widest rows columns may come as near as words do.
MIN_WIDTH = 0.12
# A row belongs to the body if it has this share of the texts that the full rows have.
BODY_TEXTS = 0.6
BODY_TEXTS_HEADED = 0.7
MIN_BODY_ROWS = 3
# So few of the body's rows may cross a corridor.
MAX_CROSSING = 0.04
MAX_CROSSING_HEADED = 0.15
# So many of a head's words may be figures.
HEAD_FIGURES = 0.2
# Where this share of the edges is drawn, the others are white within columns.
MOSTLY_DRAWN = 0.6
# An item that is all there is to a table has so many texts side by side, so many of them figures, so far apart.
MIN_ITEM_TEXTS = 4
MIN_ITEM_FIGURES = 3
ITEM_GAP = 0.5
# A head of fewer texts tells no columns.
MIN_HEAD_TEXTS = 3
# A column has words in this share of the body's rows, and in two of them.
MIN_SETTLED = 0.1
# What stands with figures and is none of its own; a dash or a tick is an entry.
SIGNS = frozenset("$€£¥%()[]+.,:;…·_*/#")
# More than these part the letters of a pattern, and not the columns of a table.
MOST_COLUMNS = 200  # A row that has texts in this share of the columns is a row of its own.
FULL_ROW = 0.7

# A line that goes over this share of the table goes over all of it.
WHOLE_LINE = 0.8

_YEAR = re.compile(r"(19|20)\d\d")

Row = Sequence[Word]
Filled = tuple[TableCell, list[Word]]
# How many rows of text are the header's, and its cells.
Header = tuple[int, list[Filled]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns between `edges` (ascending, one fewer than the columns).

    `body` are the places of the body's rows, `middles` the middles of what each column holds in them; `headed` says
    that the texts of a head, which a line parts from the body, stand in the columns; `one_item` that the rows of text
    are all of one item.
    """

    edges: tuple[float, ...]
    body: tuple[int, ...] = ()
    middles: tuple[float, ...] = ()
    headed: bool = False
    one_item: bool = False

    @property
    def count(self) -> int:
        """How many columns there are."""
        return len(self.edges) + 1

    @property
    def full(self) -> float:
        """A row that has texts in so many columns is a row of its own."""
        return max(2.0, FULL_ROW * self.count)

    def of(self, box: Box) -> int:
        """The column that the middle of the box is in."""
        return bisect.bisect(self.edges, centre(box)[0])

    def places(self, rows: Sequence[Row], height: float) -> dict[int, int]:
        """The column of each word, by the word's identity; a text that has overflowed its column is in that one."""
        found = {}
        for row in rows:
            for text in texts_of(row, height):
                reaches = [self.reach(word.box, 0.1 * height) for word in text]
                across = any(first != last for first, last in reaches)
                for word, (first, _) in zip(text, reaches, strict=True):
                    found[id(word)] = reaches[0][0] if across else first
        return found

    def under(self, line: Ruling) -> tuple[int, int] | None:
        """The first and the last column whose middle a horizontal line goes over."""
        covered = [column for column, middle in enumerate(self.middles) if line.start <= middle <= line.end]
        return (covered[0], covered[-1]) if covered else None

    def reach(self, box: Box, slack: float) -> tuple[int, int]:
        """The first and the last column that the box reaches into by more than `slack`."""
        first = bisect.bisect(self.edges, box[0] + slack)
        return first, max(first, bisect.bisect(self.edges, box[2] - slack))


def find_columns(rows: Sequence[Row], height: float, rulings: Rulings | None = None) -> Columns | None:
    """The columns that the rows of text stand in; None where there are not enough rows to tell, or only one column.

    Where lines part a head from the body, the head's rows of text are one row.
    """
    rulings = rulings or Rulings()
    head = _head_of(rows[: head_rows(rows, rulings)], height)
    body = rows[head_rows(rows, rulings) :]
    edges = _edges([head, *body], rows, height, 2) if head else []
    headed = bool(edges)
    edges = edges or _edges(rows, rows, height, MIN_BODY_ROWS)
    one_item = not edges and _is_one_item(rows, height)
    if one_item:
        edges = _item_edges(rows, height)
    edges = _with_drawn(edges, drawn_edges(rulings.vertical, rows, height) if rows else [], height)
    if not edges:
        return None
    found = Columns(tuple(_without_empty(edges, rows)))
    keeping = tuple(index for index, row in enumerate(rows) if _keeps_to(found, row, height))
    held = _held(found, [rows[index] for index in keeping])
    if not all(held):
        held = _held(found, rows)
    if not all(held):
        return None
    middles = (
        (statistics.median(box[0] for box in boxes) + statistics.median(box[2] for box in boxes)) / 2 for boxes in held
    )
    return Columns(found.edges, keeping, tuple(middles), headed, one_item)


def _is_one_item(rows: Sequence[Row], height: float) -> bool:
    """Whether one of several rows of text goes across with figures, and the others only go on below or above it."""
    texts = [[" ".join(word.text for word in text) for text in texts_of(row, height)] for row in rows]
    across = [found for found in texts if sum(map(is_figure, found)) >= MIN_ITEM_FIGURES]
    most = max(map(len, texts), default=0)
    return (
        len(across) == 1 < len(texts)
        and len(across[0]) == most >= MIN_ITEM_TEXTS
        and all(len(found) <= most / 2 for found in texts if found is not across[0])
    )


def _item_edges(rows: Sequence[Row], height: float) -> list[float]:
    """The columns' edges by the white that goes through all the lines of one item."""
    level = {id(word) for word in _head_of(rows, height)}
    texts = [text for row in rows for text in texts_of(row, height) if id(text[0]) in level]
    corridors = _corridors([[(text[0].box[0], text[-1].box[2]) for text in texts]], 0, height)
    return [(left + right) / 2 for left, right in corridors if right - left >= ITEM_GAP * height]


def _held(columns: Columns, rows: Sequence[Row]) -> list[list[Box]]:
    """The boxes of each column's words."""
    held: list[list[Box]] = [[] for _ in range(columns.count)]
    for row in rows:
        for word in row:
            held[columns.of(word.box)].append(word.box)
    return held


def head_rows(rows: Sequence[Row], rulings: Rulings) -> int:
    """How many rows of text stand above the first line that goes over the whole table below its first row; 0 if all
    or none do, or if there are figures among them."""
    parted = lines_above(rows, rulings) if rows else []
    first = next((index for index, part in enumerate(parted) if part), 0)
    words = [word.text for row in rows[:first] for word in row]
    figures = sum(is_figure(text) and not _YEAR.fullmatch(text) for text in words)
    return first if figures <= HEAD_FIGURES * len(words) else 0


def _head_of(rows: Sequence[Row], height: float) -> list[Word]:
    """The words of a head of several rows of text as one row, without texts that go over several others."""
    texts = [text for row in rows for text in texts_of(row, height)]
    spans = [(text[0].box[0], text[-1].box[2]) for text in texts]

    def under(span: tuple[float, float]) -> list[tuple[float, float]]:
        return sorted(other for other in spans if other != span and min(span[1], other[1]) > max(span[0], other[0]))

    def goes_over_several(span: tuple[float, float]) -> bool:
        below = under(span)
        return any(after[0] > before[1] for before, after in pairwise(below))

    return [word for text, span in zip(texts, spans, strict=True) if not goes_over_several(span) for word in text]


def _edges(rows: Sequence[Row], lines: Sequence[Row], height: float, least: int) -> list[float]:
    """The columns' edges by the white between the words of most rows, of which there have to be so many. `lines` are
    the rows of text, where those of a head are one row."""
    texts = [texts_of(row, height) for row in rows]
    counts = sorted(len(found) for found in texts)
    if not counts:
        return []
    headed = least < MIN_BODY_ROWS
    full = len(texts[0]) if headed else counts[(3 * (len(counts) - 1)) // 4]
    share = BODY_TEXTS_HEADED if headed else BODY_TEXTS
    body = [index for index, found in enumerate(texts) if len(found) >= max(2.0, share * full)]
    if len(body) < least or (headed and len(texts[0]) < MIN_HEAD_TEXTS):
        return []
    extents = [sorted((word.box[0], word.box[2]) for word in rows[index]) for index in body]
    corridors = _corridors(extents, int((MAX_CROSSING_HEADED if headed else MAX_CROSSING) * len(extents)), height)
    if len(corridors) > MOST_COLUMNS:
        return []
    above = [text for line in lines[: body[0]] for text in texts_of(line, height) if not _over(text, corridors)]
    words = [word for line in [*above, *lines[body[0] :]] for word in line]
    if headed:
        extents = [sorted((word.box[0], word.box[2]) for word in line) for line in lines]
    edges = [
        _clear(corridor, words, height)
        for corridor in corridors
        if _median_gap(extents, sum(corridor) / 2) >= TEXT_GAP * height
    ]
    edges = _without_signs(edges, [word for index in body for word in rows[index]])
    least_rows = max(2.0, MIN_SETTLED * len(body))
    settled = [rows[index] for index in body]
    return _under_head(edges, rows, settled[1:], height) if headed else _settled(edges, settled, least_rows)


def _with_drawn(edges: Sequence[float], drawn: Sequence[float], height: float) -> list[float]:
    """The edges with those that are drawn; nothing but these, where most are."""
    if len(drawn) >= max(2, MOSTLY_DRAWN * len(edges)):
        return list(drawn)
    return sorted({*drawn, *(edge for edge in edges if all(abs(edge - at) > height for at in drawn))})


def _without_empty(edges: Sequence[float], rows: Sequence[Row]) -> list[float]:
    """The edges but the second one around a column without any word: the end of a bar in the white between two."""
    columns = Columns(tuple(edges))
    held = {columns.of(word.box) for row in rows for word in row}
    return [edge for column, edge in enumerate(edges) if column in held or column == 0]


def _keeps_to(columns: Columns, row: Row, height: float) -> bool:
    """Whether the row has words in most columns, and none of them over an edge."""
    reaches = [columns.reach(word.box, 0.1 * height) for word in row]
    if any(first != last for first, last in reaches):
        return False
    return len({first for first, _ in reaches}) >= max(2.0, BODY_TEXTS * columns.count)


def texts_of(row: Row, height: float) -> list[list[Word]]:
    """The row's words, left to right, parted where they stand further apart than words of one text."""
    texts: list[list[Word]] = []
    for word in sorted(row, key=lambda word: word.box[0]):
        if texts and word.box[0] - texts[-1][-1].box[2] < TEXT_GAP * height:
            texts[-1].append(word)
        else:
            texts.append([word])
    return texts


def _over(text: Row, corridors: Sequence[tuple[float, float]]) -> bool:
    """Whether a text goes over the middle of two corridors and more: it is a title, or one over several columns."""
    return sum(text[0].box[0] < (left + right) / 2 < text[-1].box[2] for left, right in corridors) > 1


def _clear(corridor: tuple[float, float], words: Sequence[Word], height: float) -> float:
    """Where in a corridor an edge is crossed by the fewest words, of rows that do not make the corridor too."""
    left, right = corridor
    inside = [word.box for word in words if word.box[2] > left and word.box[0] < right]
    cuts = sorted({left, right, *(side for box in inside for side in (box[0], box[2]) if left < side < right)})
    parts = [(first, last) for first, last in pairwise(cuts) if last - first >= MIN_WIDTH * height] or [corridor]
    crossed = [sum(box[0] < (a + b) / 2 < box[2] for box in inside) for a, b in parts]
    best = [part for part, count in zip(parts, crossed, strict=True) if count == min(crossed)]
    first, last = max(best, key=lambda part: part[1] - part[0])
    return (first + last) / 2


def _corridors(
    extents: Sequence[Sequence[tuple[float, float]]], allowed: int, height: float
) -> list[tuple[float, float]]:
    """Where no more rows than that have a word, between the first and the last word of all."""
    steps: list[tuple[float, int]] = []
    for row in extents:
        for left, right in row:
            steps += [(left, 1), (right, -1)]
    steps.sort()
    corridors: list[tuple[float, float]] = []
    covering = 0
    for (at, change), (following, _) in pairwise(steps):
        covering += change
        if covering <= allowed and following > at:
            if corridors and at - corridors[-1][1] <= 1e-6:
                corridors[-1] = (corridors[-1][0], following)
            else:
                corridors.append((at, following))
    return [(left, right) for left, right in corridors if right - left >= MIN_WIDTH * height]


def _median_gap(extents: Sequence[Sequence[tuple[float, float]]], at: float) -> float:
    """How far the nearest words on either hand are apart, in the middle one of the rows that have both; else 0."""
    gaps = []
    for row in extents:
        before = [right for left, right in row if (left + right) / 2 < at]
        after = [left for left, right in row if (left + right) / 2 >= at]
        if before and after:
            gaps.append(min(after) - max(before))
    return statistics.median_low(gaps) if gaps else 0.0


def _without_signs(edges: Sequence[float], words: Sequence[Word]) -> list[float]:
    """The edges but those that part a currency sign, a bracket or a row of dots from its figures."""
    kept = list(edges)
    column = 0
    while column <= len(kept):
        columns = Columns(tuple(kept))
        inside = [word for word in words if columns.of(word.box) == column]
        if not kept or not all(letter in SIGNS for word in inside for letter in word.text):
            column += 1
            continue
        # A sign before figures goes to the right, all else (per cent, dots, brackets) to the left.
        before = any(word.text[0] in "$€£¥(+" for word in inside)
        if (before and column < len(kept)) or column == 0:
            del kept[column]
        else:
            del kept[column - 1]
    return kept


def _under_head(edges: Sequence[float], rows: Sequence[Row], body: Sequence[Row], height: float) -> list[float]:
    """The edges but those around a column that has no text of the head, the first row, or nothing below it, and those
    that cut a text of the head where the body's full rows have not words on both hands."""
    columns = Columns(tuple(edges))
    held = [{columns.of(word.box) for word in row} for row in body]
    texts = [(text[0].box[0], text[-1].box[2]) for text in texts_of(rows[0], height)]
    kept = []
    for index, edge in enumerate(edges):
        cut = any(left < edge < right for left, right in texts)
        if not cut or sum({index, index + 1} <= found for found in held) > len(held) / 2:
            kept.append(edge)
    kept = _settled(kept, rows[:1], 1.0, rows)
    return _settled(kept, rows[1:], 1.0, rows)


def _settled(
    edges: Sequence[float], rows: Sequence[Row], least: float, measured: Sequence[Row] | None = None
) -> list[float]:
    """The edges but those around a column that fewer rows than these have words in: it is part of the neighbour that
    its words stand nearer to, in these rows or in those that are to be `measured`."""
    kept = list(edges)
    column = 0
    while kept and column <= len(kept):
        columns = Columns(tuple(kept))
        if sum(any(columns.of(word.box) == column for word in row) for row in rows) >= least:
            column += 1
            continue
        nearer_left = _is_nearer_left(columns, column, rows if measured is None else measured)
        del kept[column - 1 if column and (nearer_left or column == len(kept)) else column]
        column = max(0, column - 1)
    return kept


def _is_nearer_left(columns: Columns, column: int, rows: Sequence[Row]) -> bool:
    """Whether the column's words come nearer to those on its left than to those on its right."""
    left, right = [float("inf")], [float("inf")]
    for row in rows:
        inside = [word.box for word in row if columns.of(word.box) == column]
        if not inside:
            continue
        before = [word.box[2] for word in row if columns.of(word.box) < column]
        after = [word.box[0] for word in row if columns.of(word.box) > column]
        left.append(min(box[0] for box in inside) - max(before, default=float("-inf")))
        right.append(min(after, default=float("inf")) - max(box[2] for box in inside))
    return min(left) <= min(right)


def lines_above(rows: Sequence[Row], rulings: Rulings) -> list[bool]:
    """For each row of text whether a line is drawn, over the whole table, between it and the row above."""
    whole, middles = whole_lines(rows, rulings), row_middles(rows)
    return [False, *(any(above < at < here for at in whole) for above, here in pairwise(middles))]


def whole_lines(rows: Sequence[Row], rulings: Rulings) -> list[float]:
    """Where the lines are that go over the whole table."""
    width = max(word.box[2] for row in rows for word in row) - min(word.box[0] for row in rows for word in row)
    return [line.at for line in rulings.horizontal if line.end - line.start >= WHOLE_LINE * width]


def row_middles(rows: Sequence[Row]) -> list[float]:
    """The middle height of each row of text."""
    return [statistics.median(centre(word.box)[1] for word in row) for row in rows]
