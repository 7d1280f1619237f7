"""Tables that go over several pages -> one table each.

A table that ends a page's text goes on in one that begins the next page's, where both have the same columns at the same
places. Rows that the later piece repeats from the first one's top are its head, said again, and not rows of the table.
Each piece keeps its own place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from docling_core.types.doc import DocItemLabel

from ..values.boxes import Box
from ..values.document import AssembledPage, Cell, PageElement, Table, TablePart

# Two tables' sides, and their columns' middles, are at one place if they differ by less than this share of the page.
SAME_PLACE = 0.02
# "Continued on the next page" and the like are no longer than this, in characters.
LONGEST_NOTE = 120
# What may stand between a table and the page's foot or head without ending it.
_ASIDE = frozenset({DocItemLabel.PAGE_HEADER, DocItemLabel.PAGE_FOOTER, DocItemLabel.FOOTNOTE})
_CONTINUED = re.compile(
    r"\b(continued|continuation|cont'd|fortsetzung|continuaci[oó]n)\b|\((cont\.|suite|segue|vervolg)\)", re.IGNORECASE
)


@dataclass(slots=True)
class _Rows:
    """A table's cells by row, and what is asked of them again for each page that the table goes on over."""

    count: int = 0
    cells: dict[int, list[Cell]] = field(default_factory=dict)
    figures: set[int] = field(default_factory=set)
    first_figures: int | None = None
    marked: int = 0

    @classmethod
    def of(cls, table: Table) -> _Rows:
        rows = cls()
        rows.add(table.cells, table.rows)
        return rows

    def add(self, cells: Iterable[Cell], count: int) -> None:
        """So many rows more, with these cells."""
        self.count += count
        for cell in cells:
            self.cells.setdefault(cell.row, []).append(cell)
            if cell.header:
                self.marked = max(self.marked, cell.row + cell.row_span)
            if any(letter.isdigit() for letter in cell.text):
                self.figures.add(cell.row)
                self.first_figures = cell.row if self.first_figures is None else min(self.first_figures, cell.row)

    @property
    def have_head(self) -> bool:
        """Whether the first row is a head to see: it has no figures, and most of the rows below it have."""
        return 0 not in self.figures and 2 * len(self.figures) > self.count - 1

    def repeated(self, more: _Rows) -> int:
        """How many rows of this head the later piece repeats: rows that are marked as header, and all before any
        figures."""
        head = max(self.marked, self.first_figures or 0)
        same = 0
        while same < min(head, more.count) and self._text(same) == more._text(same) != ():
            same += 1
        return same if same >= max(1, self.marked) else 0

    def _text(self, row: int) -> tuple[tuple[int, int, str], ...]:
        cells = [cell for cell in self.cells.get(row, ()) if cell.text]
        return tuple(sorted((cell.column, cell.column_span, " ".join(cell.text.split())) for cell in cells))


class _Whole:
    """A table as it grows, page by page: what a page adds costs what is on that page."""

    def __init__(self, element: PageElement, table: Table, place: tuple[int, int]) -> None:
        self.place = place
        self.rows = _Rows.of(table)
        self.columns = table.columns
        self._cells = [replace(cell, page=element.page) for cell in table.cells]
        self._parts = [TablePart(element.page, element.box, 0, table.rows)]

    def add(self, element: PageElement, more: Table, rows: _Rows) -> None:
        """The piece on the next page, whose rows are given besides."""
        repeated = self.rows.repeated(rows)
        head = tuple(replace(cell, page=element.page) for cell in more.cells if cell.row < repeated)
        shift = self.rows.count - repeated
        moved = [replace(cell, row=cell.row + shift, page=element.page) for cell in more.cells if cell.row >= repeated]
        self._parts.append(TablePart(element.page, element.box, self.rows.count, more.rows - repeated, head))
        self._cells += moved
        self.rows.add(moved, more.rows - repeated)

    @property
    def table(self) -> Table:
        """All of it."""
        return Table(self.rows.count, self.columns, tuple(self._cells), tuple(self._parts))


def join_tables(pages: Sequence[AssembledPage]) -> list[AssembledPage]:
    """The pages; of a table's pieces the first one has the whole table, the others say that they continue it."""
    elements = [list(page.elements) for page in pages]
    joined: dict[tuple[int, int], _Whole] = {}
    whole: _Whole | None = None
    for number, (page, following) in enumerate(pairwise(pages)):
        last, first = _last_table(elements[number]), _first_table(elements[number + 1])
        if last is None or first is None or following.number != page.number + 1:
            whole = None
            continue
        piece, more = elements[number][last], elements[number + 1][first]
        if piece.table is not None:
            whole = _Whole(piece, piece.table, (number, last))
        above = piece.table or piece.continued
        if whole is None or above is None or more.table is None:
            continue
        rows = _Rows.of(more.table)
        new = whole.rows.have_head and rows.have_head and not whole.rows.repeated(rows)
        if new or not _same_columns(piece.box, above, page.width, more.box, more.table, following.width):
            whole = None
            continue
        whole.add(more, more.table, rows)
        joined[whole.place] = whole
        elements[number + 1][first] = replace(more, table=None, continued=more.table, continues=whole.place)
    for (number, index), grown in joined.items():
        elements[number][index] = replace(elements[number][index], table=grown.table)
    return [replace(page, elements=tuple(own)) for page, own in zip(pages, elements, strict=True)]


def _last_table(elements: Sequence[PageElement]) -> int | None:
    """The place of the table that ends the page's text, if one does."""
    for index in range(len(elements) - 1, -1, -1):
        element = elements[index]
        if element.label == DocItemLabel.TABLE and (element.table is not None or element.continued is not None):
            lower = [other for other in elements if other.box[1] > element.box[3] and not _aside(other)]
            return None if lower else index
        if not _aside(element):
            return None
    return None


def _first_table(elements: Sequence[PageElement]) -> int | None:
    """The place of the table that begins the page's text, if one does."""
    for index, element in enumerate(elements):
        if element.table is not None:
            return index
        if not _aside(element):
            return None
    return None


def _aside(element: PageElement) -> bool:
    """Whether the element may stand between two pieces of a table: furniture, a note, or a word that it goes on."""
    if element.furniture or element.label in _ASIDE:
        return True
    return len(element.text) < LONGEST_NOTE and _CONTINUED.search(element.text) is not None


def _same_columns(box: Box, table: Table, width: float, other_box: Box, other: Table, other_width: float) -> bool:
    if table.columns != other.columns or abs(width - other_width) > SAME_PLACE * width:
        return False
    near = SAME_PLACE * width
    if abs(box[0] - other_box[0]) > 2 * near or abs(box[2] - other_box[2]) > 2 * near:
        return False
    ours, theirs = _extents(table), _extents(other)
    # Of two columns at one place the sides or the middle agree: texts of other lengths are set flush or centred.
    return all(
        min(abs(a[0] - b[0]), abs(a[1] - b[1]), abs(a[0] + a[1] - b[0] - b[1]) / 2) <= near
        for a, b in zip(ours, theirs, strict=True)
        if a is not None and b is not None
    )


def _extents(table: Table) -> list[tuple[float, float] | None]:
    """From where to where the text of each column goes; None for a column without a text of its own."""
    extents: list[tuple[float, float] | None] = [None] * table.columns
    for cell in table.cells:
        if cell.column_span == 1 and cell.box is not None:
            left, right = extents[cell.column] or (cell.box[0], cell.box[2])
            extents[cell.column] = (min(left, cell.box[0]), max(right, cell.box[2]))
    return extents
