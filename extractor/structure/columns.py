"""Words -> the columns of a table without ruling lines, by the white between them. Runs in a page process.

A gutter is a vertical strip that (nearly) no row of the body crosses, and across which the words of most rows stand
further apart than words of one text. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import re
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..values.boxes import Box, centre
from ..values.currencies import NAMES
from ..values.reading import Ruling, Rulings, TableCell
from ..values.words import Row, Word
from .close_names import boxes_above
from .drawn_columns import drawn_edges
from .flush_gutters import is_flush
from .gutters import MIN_WIDTH, TEXT_GAP, Strip, gutters_between, median_gap
from .headed_gutters import names_in_line, parted_by_head, span_of
from .item_rows import are_label_and_amount, is_numeric
from .paired_names import edges_of_pairs
from .whole_lines import lines_above
from .word_spaces import without_spaces

# Min gap between texts of two cells in one column, in text heights.
FAR_TEXT = 1.5
# Min share of a full row's texts that a row of the body has; the same with a head; min number of such rows.
BODY_TEXTS = 0.6
BODY_TEXTS_HEADED = 0.7
MIN_BODY_ROWS = 3
# Max share of body rows that may cross a column gutter; the same with a head.
MAX_CROSSING = 0.04
MAX_CROSSING_HEADED = 0.15
# Max share of numeric words in a head.
HEAD_NUMERIC = 0.2
# Min share of edges that are drawn for the others to count as white inside columns.
MOSTLY_DRAWN = 0.6
# A table that is one item: min texts side by side, min numeric ones among them, min gap in text heights.
MIN_ITEM_TEXTS = 4
MIN_ITEM_NUMERIC = 3
ITEM_GAP = 0.5
# Min texts of a head that tells columns.
MIN_HEAD_TEXTS = 3
# Min share of body rows in which a column has words; they are at least two.
MIN_SETTLED = 0.1
# Characters that go with a number and are no entry of their own; a dash or a tick is one.
CURRENCIES = frozenset("$€£¥")
SIGNS = CURRENCIES | frozenset("%()[]+.,:;…·_*/#")
# Max columns: more are gaps between the letters of a pattern.
MOST_COLUMNS = 200
# Min share of columns with a text for a row of text to be a row of its own.
FULL_ROW = 0.7

_YEAR = re.compile(r"(19|20)\d\d")

# A cell and its words.
Filled = tuple[TableCell, list[Word]]
# The number of rows of text in the header, and the header's cells.
Header = tuple[int, list[Filled]]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table, parted by `edges` (x, ascending, one fewer than columns), in the page's unit.

    `body`: indices of the body's rows of text. `middles`: x of the middle of each column's words in the body, in the
    page's unit. `headed`: whether the columns follow the texts of a head that a line parts from the body. `one_item`:
    whether all rows of text are one item.
    """

    edges: tuple[float, ...]
    body: tuple[int, ...] = ()
    middles: tuple[float, ...] = ()
    headed: bool = False
    one_item: bool = False

    @property
    def count(self) -> int:
        """The number of columns."""
        return len(self.edges) + 1

    @property
    def full(self) -> float:
        """Min number of columns that a row of text has texts in to be a row of its own."""
        return max(2.0, FULL_ROW * self.count)

    def of(self, box: Box) -> int:
        """The index, from 0, of the column that the box's centre is in."""
        return bisect.bisect(self.edges, centre(box)[0])

    def placed(self, text: Row, row: Sequence[Row], height: float) -> list[tuple[int, Word]]:
        """The words of a text in a row of texts, each after its column, from 0: the one that its centre is in.

        Words in a column that another text has, far from theirs, go with the rest of their text into the next one, if
        no other text has that. The label of a total goes into the column before its amount's, where the two are all
        that the row has. `height`: of the text, in the page's unit.
        """
        if self._is_label(text, row):
            return [(self.of(word.box) - 1, word) for word in text]
        others = [other for other in row if other is not text]
        far = {
            self.of(word.box)
            for other in others
            for word in other
            if max(text[0].box[0] - other[-1].box[2], other[0].box[0] - text[-1].box[2]) >= FAR_TEXT * height
        }
        near = {self.of(word.box) for other in others for word in other}
        centred = [self.of(word.box) for word in text]
        free = set(centred) - near
        moved = {column: min(free) for column in set(centred) & far if len(free) == 1 and abs(min(free) - column) == 1}
        return [(moved.get(column, column), word) for column, word in zip(centred, text, strict=True)]

    def _is_label(self, text: Row, row: Sequence[Row]) -> bool:
        """Whether a row of texts has but this one and an amount behind it, both in one column that is not the first."""
        if len(row) != 2 or text is row[1]:
            return False
        held = {self.of(word.box) for each in row for word in each}
        said, amount = (" ".join(word.text for word in each) for each in row)
        return (
            len(held) == 1
            and held != {0}
            and are_label_and_amount((said, amount))
            and any(map(str.isdigit, amount))
            and not any(map(str.isdigit, said))
            and said not in NAMES
        )

    def column_by_word(self, rows: Sequence[Row], height: float) -> dict[int, int]:
        """The column of each word, from 0, by the word's `id`. A text that overflows counts where it begins.

        `height`: of the text, in the page's unit.
        """
        found = {}
        for row in rows:
            for text in texts_of(row, height):
                reaches = [self.reach(word.box, 0.1 * height) for word in text]
                across = any(first != last for first, last in reaches)
                for word, (first, _) in zip(text, reaches, strict=True):
                    found[id(word)] = reaches[0][0] if across else first
        return found

    def under(self, line: Ruling) -> tuple[int, int] | None:
        """The first and last column, from 0, whose middle a horizontal line runs over; None where it runs over none."""
        covered = [column for column, middle in enumerate(self.middles) if line.start <= middle <= line.end]
        return (covered[0], covered[-1]) if covered else None

    def reach(self, box: Box, slack: float) -> tuple[int, int]:
        """The first and last column, from 0, that the box reaches into by more than `slack`, in the page's unit."""
        first = bisect.bisect(self.edges, box[0] + slack)
        return first, max(first, bisect.bisect(self.edges, box[2] - slack))


def find_columns(rows: Sequence[Row], height: float, rulings: Rulings | None = None) -> Columns | None:
    """The columns of the rows of text, edges in the page's unit; None where too few rows tell, or there is one column
    only.

    `height`: the text height, in the page's unit. Where lines part a head from the body, the head's rows of text count
    as one row.
    """
    rulings = rulings or Rulings()
    count = head_rows(rows, rulings)
    head, body = _head_as_row(rows[:count], height), rows[count:]
    edges = _white_edges([head, *body], rows, height, 2) if head else []
    headed = bool(edges)
    edges = edges or _white_edges(rows, rows, height, MIN_BODY_ROWS)
    one_item = not edges and _is_one_item(rows, height)
    if one_item:
        edges = _item_edges(rows, height)
    edges = _with_drawn(edges, drawn_edges(rulings.vertical, rows, height) if rows else [], height)
    if not edges:
        return None
    found = Columns(tuple(_without_empty(edges, rows)))
    keeping = tuple(index for index, row in enumerate(rows) if _keeps_to(found, row, height))
    held = _boxes_by_column(found, [rows[index] for index in keeping])
    if not all(held):
        held = _boxes_by_column(found, rows)
    if not all(held):
        return None
    middles = (
        (statistics.median(box[0] for box in boxes) + statistics.median(box[2] for box in boxes)) / 2 for boxes in held
    )
    return Columns(found.edges, keeping, tuple(middles), headed, one_item)


def _is_one_item(rows: Sequence[Row], height: float) -> bool:
    """Whether one row of text runs across with numbers, and all others only continue it above or below."""
    texts = [strings_of(row, height) for row in rows]
    across = [found for found in texts if sum(map(is_numeric, found)) >= MIN_ITEM_NUMERIC]
    most = max(map(len, texts), default=0)
    return (
        len(across) == 1 < len(texts)
        and len(across[0]) == most >= MIN_ITEM_TEXTS
        and all(len(found) <= most / 2 for found in texts if found is not across[0])
    )


def _item_edges(rows: Sequence[Row], height: float) -> list[float]:
    """The edges by the white that runs through all lines of one item."""
    level = {id(word) for word in _head_as_row(rows, height)}
    texts = [text for row in rows for text in texts_of(row, height) if id(text[0]) in level]
    gutters = gutters_between([[(text[0].box[0], text[-1].box[2]) for text in texts]], 0, height)
    return [(left + right) / 2 for left, right in gutters if right - left >= ITEM_GAP * height]


def _boxes_by_column(columns: Columns, rows: Sequence[Row]) -> list[list[Box]]:
    """The boxes of each column's words."""
    held: list[list[Box]] = [[] for _ in range(columns.count)]
    for row in rows:
        for word in row:
            held[columns.of(word.box)].append(word.box)
    return held


def head_rows(rows: Sequence[Row], rulings: Rulings) -> int:
    """The number of rows of text above the first line over the whole table, below its first row.

    0 without such a line, or where numbers stand above it.
    """
    parted = lines_above(rows, rulings) if rows else []
    first = next((index for index, part in enumerate(parted) if part), 0)
    words = [word.text for row in rows[:first] for word in row]
    numeric = sum(is_numeric(text) and not _YEAR.fullmatch(text) for text in words)
    return first if numeric <= HEAD_NUMERIC * len(words) else 0


def _head_as_row(rows: Sequence[Row], height: float) -> list[Word]:
    """The words of a head as one row, without texts that span several others."""
    texts = [text for row in rows for text in texts_of(row, height)]
    spans = [(text[0].box[0], text[-1].box[2]) for text in texts]

    def under(span: tuple[float, float]) -> list[tuple[float, float]]:
        return sorted(other for other in spans if other != span and min(span[1], other[1]) > max(span[0], other[0]))

    def goes_over_several(span: tuple[float, float]) -> bool:
        below = under(span)
        return any(after[0] > before[1] for before, after in pairwise(below))

    return [word for text, span in zip(texts, spans, strict=True) if not goes_over_several(span) for word in text]


def _white_edges(rows: Sequence[Row], lines: Sequence[Row], height: float, least: int) -> list[float]:
    """The edges by the white between the words of most rows; none of fewer than `least` such rows.

    `lines`: all rows of text, where in `rows` those of a head are one.
    """
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
    allowed = int((MAX_CROSSING_HEADED if headed else MAX_CROSSING) * len(extents))
    entries = extents[body[0] == 0 :]
    paired = edges_of_pairs(texts[0], entries, allowed, height) if len(entries) > (not headed) else None
    if paired is not None:
        return paired
    gutters = gutters_between(extents, allowed, height)
    bare = names_in_line(texts[0]) if headed else []
    if headed or _is_head(texts[0]):
        gutters = parted_by_head(gutters, texts, TEXT_GAP * height, bare)
    if len(gutters) > MOST_COLUMNS:
        return []
    above = (text for line in lines[: body[0]] for text in texts_of(line, height))
    boxes = [box for text in above for box in boxes_above(text, gutters, height)]
    boxes += [word.box for line in lines[body[0] :] for word in line]
    if headed:
        extents = [sorted((word.box[0], word.box[2]) for word in line) for line in lines]
    edges = [
        _edge_in_gutter(gutter, boxes, height)
        for gutter in gutters
        if median_gap(extents, sum(gutter) / 2) >= TEXT_GAP * height
        or is_flush(extents, sum(gutter) / 2, height, TEXT_GAP * height)
    ]
    edges = _without_signs(edges, [word for index in body for word in rows[index]])
    least_rows = max(2.0, MIN_SETTLED * len(body))
    body_rows = [rows[index] for index in body]
    return (
        _edges_under_head(edges, rows, body_rows[1:], height, bare)
        if headed
        else without_spaces(_without_sparse(edges, body_rows, least_rows), lines, height)
    )


def _with_drawn(edges: Sequence[float], drawn: Sequence[float], height: float) -> list[float]:
    """The edges with the drawn ones added; only the drawn ones, where most are drawn."""
    if len(drawn) >= max(2, MOSTLY_DRAWN * len(edges)):
        return list(drawn)
    return sorted({*drawn, *(edge for edge in edges if all(abs(edge - at) > height for at in drawn))})


def _without_empty(edges: Sequence[float], rows: Sequence[Row]) -> list[float]:
    """The edges without the right one of each empty column: the end of a bar inside the white."""
    columns = Columns(tuple(edges))
    held = {columns.of(word.box) for row in rows for word in row}
    return [edge for column, edge in enumerate(edges) if column in held or column == 0]


def _keeps_to(columns: Columns, row: Row, height: float) -> bool:
    """Whether the row has words in most columns, none of them across an edge."""
    reaches = [columns.reach(word.box, 0.1 * height) for word in row]
    if any(first != last for first, last in reaches):
        return False
    return len({first for first, _ in reaches}) >= max(2.0, BODY_TEXTS * columns.count)


def texts_of(row: Row, height: float) -> list[list[Word]]:
    """The row's words by text, left to right: a gap of `TEXT_GAP` text heights parts texts. `height`: of the text, in
    the page's unit."""
    texts: list[list[Word]] = []
    for word in sorted(row, key=lambda word: word.box[0]):
        if texts and word.box[0] - texts[-1][-1].box[2] < TEXT_GAP * height:
            texts[-1].append(word)
        else:
            texts.append([word])
    return texts


def strings_of(row: Row, height: float) -> list[str]:
    """What the row's texts say, left to right. `height`: of the text, in the page's unit."""
    return [" ".join(word.text for word in text) for text in texts_of(row, height)]


def _edge_in_gutter(gutter: tuple[float, float], boxes: Sequence[Box], height: float) -> float:
    """Where in a gutter an edge crosses the fewest boxes of words, those of rows outside the body included."""
    left, right = gutter
    inside = [box for box in boxes if box[2] > left and box[0] < right]
    cuts = sorted({left, right, *(side for box in inside for side in (box[0], box[2]) if left < side < right)})
    parts = [(first, last) for first, last in pairwise(cuts) if last - first >= MIN_WIDTH * height] or [gutter]
    crossed = [sum(box[0] < (a + b) / 2 < box[2] for box in inside) for a, b in parts]
    best = [part for part, count in zip(parts, crossed, strict=True) if count == min(crossed)]
    first, last = max(best, key=lambda part: part[1] - part[0])
    return (first + last) / 2


def _without_signs(edges: Sequence[float], words: Sequence[Word]) -> list[float]:
    """The edges without those that part a currency sign, a bracket or a row of dots from its number."""
    kept = list(edges)
    column = 0
    while column <= len(kept):
        columns = Columns(tuple(kept))
        inside = [word for word in words if columns.of(word.box) == column]
        if not kept or not all(letter in SIGNS for word in inside for letter in word.text):
            column += 1
            continue
        # A sign before a number goes right, all others (per cent, dots, brackets) left.
        before = any(word.text[0] in CURRENCIES | {"(", "+"} for word in inside)
        if (before and column < len(kept)) or column == 0:
            del kept[column]
        else:
            del kept[column - 1]
    return kept


def _edges_under_head(
    edges: Sequence[float], rows: Sequence[Row], body: Sequence[Row], height: float, bare: Sequence[Strip]
) -> list[float]:
    """The edges without those around columns that the head, or the body, has no text in, but for the names `bare`.

    Edges that cut a text of the head are left out too, unless most rows of the body have words on both sides.
    """
    columns = Columns(tuple(edges))
    held = [{columns.of(word.box) for word in row} for row in body]
    texts = [span_of(text) for text in texts_of(rows[0], height)]
    kept = []
    for index, edge in enumerate(edges):
        cut = any(left < edge < right for left, right in texts)
        if not cut or sum({index, index + 1} <= found for found in held) > len(held) / 2:
            kept.append(edge)
    kept = _without_sparse(kept, rows[:1], 1.0, rows)
    return _without_sparse(kept, rows[1:], 1.0, rows, {(left + right) / 2 for left, right in bare})


def _without_sparse(
    edges: Sequence[float],
    rows: Sequence[Row],
    least: float,
    measured: Sequence[Row] | None = None,
    spared: Collection[float] = (),
) -> list[float]:
    """The edges without those around columns that fewer than `least` rows have words in and none of `spared` (x) is in.

    It joins the neighbour that its words are nearer to, in `rows` or in `measured`. Numbers below a head's name stay.
    """
    kept = list(edges)
    column = 0
    named = measured is None and bool(rows) and _is_head(texts_of(rows[0], 0.0))
    while kept and column <= len(kept):
        columns = Columns(tuple(kept))
        held = [[word for word in row if columns.of(word.box) == column] for row in rows]
        if (
            sum(map(bool, held)) >= least
            or (named and _is_named(held))
            or any(bisect.bisect(kept, at) == column for at in spared)
        ):
            column += 1
            continue
        nearer_left = _is_nearer_left(columns, column, rows if measured is None else measured)
        del kept[column - 1 if column and (nearer_left or column == len(kept)) else column]
        column = max(0, column - 1)
    return kept


def _is_head(texts: Sequence[Row]) -> bool:
    """Whether the texts of a row are names, as many as tell columns."""
    return len(texts) >= MIN_HEAD_TEXTS and not any(is_numeric(word.text) for text in texts for word in text)


def _is_named(held: Sequence[Row]) -> bool:
    """Whether the first row of a column has a name, and the others numbers alone, or nothing."""
    entries = [word for row in held[1:] for word in row]
    return bool(held[0]) and bool(entries) and all(is_numeric(word.text) for word in entries)


def _is_nearer_left(columns: Columns, column: int, rows: Sequence[Row]) -> bool:
    """Whether the column's words come nearer to those on the left than to those on the right."""
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
