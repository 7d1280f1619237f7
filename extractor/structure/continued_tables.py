"""Pages -> the same, tables that continue over several pages joined. Runs in a page process.

The table that ends a page's text continues in the one that begins the next page's, if both have the same columns at the
same places. What both pages say in one place is their running head or foot, whatever the layout model calls it. Rows at
the top of a later piece that repeat the head are no rows of the table. Each piece keeps its own box. Boxes are in the
page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from docling_core.types.doc import DocItemLabel

from ..values.document import AssembledPage, Cell, PageElement, Table, TablePart

# Max difference of sides and column middles at one place, as a share of the page's width.
SAME_PLACE = 0.02
# Max length of a note such as "Continued on the next page", in characters.
LONGEST_NOTE = 120
# Labels of what may stand between a table and the page's edge without ending it.
_ASIDE = frozenset({DocItemLabel.PAGE_HEADER, DocItemLabel.PAGE_FOOTER, DocItemLabel.FOOTNOTE})
_CONTINUED = re.compile(
    r"\b(continued|continuation|cont'd|fortsetzung|continuaci[oó]n)\b|\((cont\.|suite|segue|vervolg)\)", re.IGNORECASE
)
# A page's number behind the word for it.
_PAGE_NUMBER = re.compile(
    r"\b(page|seite|blatt|bladzijde|blad|p[aá]gina|feuille|feuillet|foglio|strona|strana|side|sida|sivu|стр\.?"
    r"|страница|лист)(\s*[:#]?\s*)\d+",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _RowIndex:
    """A table's cells by row, and facts on its rows, updated with each page that the table continues on."""

    count: int = 0
    cells: dict[int, list[Cell]] = field(default_factory=dict)
    with_digits: set[int] = field(default_factory=set)
    first_with_digits: int | None = None
    header_rows: int = 0

    @classmethod
    def of(cls, table: Table) -> _RowIndex:
        """The rows of one piece."""
        rows = cls()
        rows.add(table.cells, table.rows)
        return rows

    def add(self, cells: Iterable[Cell], count: int) -> None:
        """Adds so many rows, with these cells."""
        self.count += count
        for cell in cells:
            self.cells.setdefault(cell.row, []).append(cell)
            if cell.header:
                self.header_rows = max(self.header_rows, cell.row + cell.row_span)
            if any(letter.isdigit() for letter in cell.text):
                self.with_digits.add(cell.row)
                self.first_with_digits = (
                    cell.row if self.first_with_digits is None else min(self.first_with_digits, cell.row)
                )

    @property
    def have_head(self) -> bool:
        """Whether the first row looks like a head: it has no digits, and most rows below have."""
        return 0 not in self.with_digits and 2 * len(self.with_digits) > self.count - 1

    def repeated(self, more: _RowIndex) -> int:
        """The number of rows of this head that the later piece repeats: marked headers, or rows before any digits."""
        head = max(self.header_rows, self.first_with_digits or 0)
        same = 0
        while same < min(head, more.count) and self._row_text(same) == more._row_text(same) != ():
            same += 1
        return same if same >= max(1, self.header_rows) else 0

    def _row_text(self, row: int) -> tuple[tuple[int, int, str], ...]:
        """The row's texts with their columns, for comparison."""
        cells = [cell for cell in self.cells.get(row, ()) if cell.text]
        return tuple(sorted((cell.column, cell.column_span, " ".join(cell.text.split())) for cell in cells))


class _GrowingTable:
    """A table that grows page by page; adding a piece takes time in proportion to that piece."""

    def __init__(self, element: PageElement, table: Table, at: tuple[int, int]) -> None:
        self.at = at
        self.rows = _RowIndex.of(table)
        self.columns = table.columns
        self._cells = [replace(cell, page=element.page) for cell in table.cells]
        self._parts = [TablePart(element.page, element.box, 0, table.rows)]

    def add(self, element: PageElement, more: Table, rows: _RowIndex) -> None:
        """Adds the piece on the next page; `rows` are its rows."""
        repeated = self.rows.repeated(rows)
        head = tuple(replace(cell, page=element.page) for cell in more.cells if cell.row < repeated)
        shift = self.rows.count - repeated
        moved = [replace(cell, row=cell.row + shift, page=element.page) for cell in more.cells if cell.row >= repeated]
        self._parts.append(TablePart(element.page, element.box, self.rows.count, more.rows - repeated, head))
        self._cells += moved
        self.rows.add(moved, more.rows - repeated)

    @property
    def table(self) -> Table:
        """The whole table so far."""
        return Table(self.rows.count, self.columns, tuple(self._cells), tuple(self._parts))


def join_tables(pages: Sequence[AssembledPage]) -> list[AssembledPage]:
    """The pages, each joined table whole in its first piece, `parts` in it; later pieces name the first in
    `continues`."""
    elements = [list(page.elements) for page in pages]
    joined: dict[tuple[int, int], _GrowingTable] = {}
    whole: _GrowingTable | None = None
    for number, (page, following) in enumerate(pairwise(pages)):
        running = _running(elements[number], elements[number + 1], SAME_PLACE * page.width)
        last, first = _last_table(elements[number], running), _first_table(elements[number + 1], running)
        if last is None or first is None or following.number != page.number + 1:
            whole = None
            continue
        piece, more = elements[number][last], elements[number + 1][first]
        if piece.table is not None:
            whole = _GrowingTable(piece, piece.table, (number, last))
        above = piece.table or piece.continued
        if whole is None or above is None or more.table is None:
            continue
        rows = _RowIndex.of(more.table)
        new = whole.rows.have_head and rows.have_head and not whole.rows.repeated(rows)
        if new or not _same_columns(above, page.width, more.table, following.width):
            whole = None
            continue
        whole.add(more, more.table, rows)
        joined[whole.at] = whole
        elements[number + 1][first] = replace(more, table=None, continued=more.table, continues=whole.at)
    for (number, index), grown in joined.items():
        elements[number][index] = replace(elements[number][index], table=grown.table)
    return [replace(page, elements=tuple(own)) for page, own in zip(pages, elements, strict=True)]


def _running(elements: Sequence[PageElement], following: Sequence[PageElement], near: float) -> frozenset[int]:
    """The `id`s of elements that say the same at one place of both pages, but for the page's number. `near`: max
    distance of two tops or two sides, in the page's unit."""
    told: dict[str, list[PageElement]] = {}
    for element in elements:
        if element.table is None and element.text:
            told.setdefault(_without_page_number(element.text), []).append(element)
    return frozenset(
        id(either)
        for element in following
        if element.table is None
        for other in told.get(_without_page_number(element.text), ())
        if all(abs(a - b) <= near for a, b in zip(element.box, other.box, strict=True))
        for either in (element, other)
    )


def _without_page_number(text: str) -> str:
    """The text on one line, without the number behind a word for a page."""
    return _PAGE_NUMBER.sub(r"\1\2", " ".join(text.split()))


def _last_table(elements: Sequence[PageElement], running: frozenset[int]) -> int | None:
    """The index of the table that ends the page's text; None without one."""
    for index in range(len(elements) - 1, -1, -1):
        element = elements[index]
        if element.label == DocItemLabel.TABLE and (element.table is not None or element.continued is not None):
            lower = [
                other for other in elements if other.box[1] > element.box[3] and not _may_interrupt(other, running)
            ]
            return None if lower else index
        if not _may_interrupt(element, running):
            return None
    return None


def _first_table(elements: Sequence[PageElement], running: frozenset[int]) -> int | None:
    """The index of the table that begins the page's text; None without one."""
    for index, element in enumerate(elements):
        if element.table is not None:
            return index
        if not _may_interrupt(element, running):
            return None
    return None


def _may_interrupt(element: PageElement, running: frozenset[int]) -> bool:
    """Whether the element may stand between two pieces of a table: furniture, a footnote, "continued"."""
    if element.furniture or element.label in _ASIDE or id(element) in running:
        return True
    return len(element.text) < LONGEST_NOTE and _CONTINUED.search(element.text) is not None


def _same_columns(table: Table, width: float, other: Table, other_width: float) -> bool:
    """Whether both pieces have the same columns at the same places; the layout model's boxes drift."""
    if table.columns != other.columns or abs(width - other_width) > SAME_PLACE * width:
        return False
    near = SAME_PLACE * width
    both = [(a, b) for a, b in zip(_extents(table), _extents(other), strict=True) if a is not None and b is not None]
    # A side or the middle of both columns agrees: texts of different length are set flush or centred.
    return len(both) > 1 and all(
        min(abs(a[0] - b[0]), abs(a[1] - b[1]), abs(a[0] + a[1] - b[0] - b[1]) / 2) <= near for a, b in both
    )


def _extents(table: Table) -> list[tuple[float, float] | None]:
    """Left and right end of each column's text, in the page's unit; None without a text of its own."""
    extents: list[tuple[float, float] | None] = [None] * table.columns
    for cell in table.cells:
        if cell.column_span == 1 and cell.box is not None:
            left, right = extents[cell.column] or (cell.box[0], cell.box[2])
            extents[cell.column] = (min(left, cell.box[0]), max(right, cell.box[2]))
    return extents
