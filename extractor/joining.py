"""Tables that go over several pages -> one table each.

A table that ends a page's text goes on in one that begins the next page's, where both have the same columns at the same
places. Rows that the later piece repeats from the first one's top are its head, said again, and not rows of the table.
Each piece keeps its own place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from docling_core.types.doc import DocItemLabel

from .assemble import AssembledPage, Element
from .geometry import Box
from .tables import Cell, Table, TablePart

# Two tables' sides, and their columns' middles, are at one place if they differ by less than this share of the page.
SAME_PLACE = 0.02
# "Continued on the next page" and the like are no longer than this, in characters.
LONGEST_NOTE = 120
# What may stand between a table and the page's foot or head without ending it.
_ASIDE = frozenset({DocItemLabel.PAGE_HEADER, DocItemLabel.PAGE_FOOTER, DocItemLabel.FOOTNOTE})
_CONTINUED = re.compile(
    r"\b(continued|continuation|cont'd|fortsetzung|continuaci[oó]n)\b|\((cont\.|suite|segue|vervolg)\)", re.IGNORECASE
)


def join_tables(pages: Sequence[AssembledPage]) -> list[AssembledPage]:
    """The pages; of a table's pieces the first one has the whole table, the others say that they continue it."""
    elements = [list(page.elements) for page in pages]
    owner: tuple[int, int] | None = None
    for number in range(len(pages) - 1):
        page, following = pages[number], pages[number + 1]
        last, first = _last_table(elements[number]), _first_table(elements[number + 1])
        if last is None or first is None or following.number != page.number + 1:
            owner = None
            continue
        piece, more = elements[number][last], elements[number + 1][first]
        if piece.table is not None:
            owner = (number, last)
        if owner is None:
            continue
        above = piece.table or piece.continued
        start = elements[owner[0]][owner[1]]
        whole = start.table
        if above is None or whole is None or more.table is None:
            continue
        new = _has_head(whole) and _has_head(more.table) and not _repeated_rows(whole, more.table)
        if new or not _same_columns(piece.box, above, page.width, more.box, more.table, following.width):
            owner = None
            continue
        elements[owner[0]][owner[1]] = replace(start, table=_joined(whole, start, more.table, more))
        elements[number + 1][first] = replace(more, table=None, continued=more.table, continues=owner)
    return [replace(page, elements=tuple(own)) for page, own in zip(pages, elements, strict=True)]


def _last_table(elements: Sequence[Element]) -> int | None:
    """The place of the table that ends the page's text, if one does."""
    for index in range(len(elements) - 1, -1, -1):
        element = elements[index]
        if element.label == DocItemLabel.TABLE and (element.table is not None or element.continued is not None):
            lower = [other for other in elements if other.box[1] > element.box[3] and not _aside(other)]
            return None if lower else index
        if not _aside(element):
            return None
    return None


def _first_table(elements: Sequence[Element]) -> int | None:
    """The place of the table that begins the page's text, if one does."""
    for index, element in enumerate(elements):
        if element.table is not None:
            return index
        if not _aside(element):
            return None
    return None


def _aside(element: Element) -> bool:
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
    extents: list[tuple[float, float] | None] = []
    for column in range(table.columns):
        boxes = [c.box for c in table.cells if c.column == column and c.column_span == 1 and c.box is not None]
        extents.append((min(box[0] for box in boxes), max(box[2] for box in boxes)) if boxes else None)
    return extents


def _joined(whole: Table, first: Element, more: Table, element: Element) -> Table:
    parts = whole.parts or (TablePart(first.page, first.box, 0, whole.rows),)
    repeated = _repeated_rows(whole, more)
    head = tuple(replace(cell, page=element.page) for cell in more.cells if cell.row < repeated)
    moved = tuple(
        replace(cell, row=cell.row - repeated + whole.rows, page=element.page)
        for cell in more.cells
        if cell.row >= repeated
    )
    part = TablePart(element.page, element.box, whole.rows, more.rows - repeated, head)
    own = tuple(cell if cell.page is not None else replace(cell, page=first.page) for cell in whole.cells)
    return Table(
        whole.rows + more.rows - repeated, whole.columns, own + moved, whole.lines + more.lines, (*parts, part)
    )


def _repeated_rows(whole: Table, more: Table) -> int:
    """How many rows of its head the later piece repeats: rows that are marked as header, and all before any figures."""
    marked = max((cell.row + cell.row_span for cell in whole.cells if cell.header), default=0)
    head = max(marked, next((row for row in range(whole.rows) if _has_figures(whole, row)), 0))
    same = 0
    while same < min(head, more.rows) and _row(whole, same) == _row(more, same) != ():
        same += 1
    return same if same >= max(1, marked) else 0


def _has_head(table: Table) -> bool:
    """Whether the table's first row is a head to see: it has no figures, and most of the rows below it have."""
    below = sum(_has_figures(table, row) for row in range(1, table.rows))
    return not _has_figures(table, 0) and 2 * below > table.rows - 1


def _has_figures(table: Table, row: int) -> bool:
    return any(letter.isdigit() for cell in table.cells if cell.row == row for letter in cell.text)


def _row(table: Table, row: int) -> tuple[tuple[int, int, str], ...]:
    cells: list[Cell] = [cell for cell in table.cells if cell.row == row and cell.text]
    return tuple(sorted((cell.column, cell.column_span, " ".join(cell.text.split())) for cell in cells))
