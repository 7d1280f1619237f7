"""What a document says: its pages, their elements in reading order, tables and their cells. In page processes.

Boxes are `(left, top, right, bottom)` in the page's unit, origin top left of the page as it is shown. A format without
pages has neither pages nor boxes: its elements may name a place instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from docling_core.types.doc import DocItemLabel

from .boxes import Box
from .styles import Span
from .words import Source, Word


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell with its text. Rows and columns are from 0.

    - `header`: it belongs to the table's head, or names its row.
    - `box` is around its words, in the page's unit, origin top left; None for an empty cell.
    - `confidence` is in [0, 1].
    - `page` is its page, from 1, in a table that goes over several pages.
    - `spans` are the parts of its text that are not set plainly.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    text: str
    box: Box | None
    confidence: float
    page: int | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class TablePart:
    """The part on one page of a table that goes over several: its page (from 1), its box there, its rows of the
    table's.

    `box` is in the page's unit, origin top left. `first_row` is from 0. `head` are the cells of the table's head where
    the part repeats it; no row of the table has them.
    """

    page: int
    box: Box
    first_row: int
    rows: int
    head: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of `rows` times `columns` positions, each covered by at most one cell.

    `parts` are its parts by page where it goes over several pages.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    parts: tuple[TablePart, ...] = ()


@dataclass(frozen=True, slots=True)
class PairSide:
    """A label, or a value: its lines as printed, and its box, in the page's unit, origin top left.

    `confidence` is the mean of its lines' confidences, in [0, 1].
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value, as they stand beside each other on a page."""

    label: PairSide
    value: PairSide


@dataclass(frozen=True, slots=True)
class SelectionMark:
    """A check box or radio button. `box` is in the page's unit, origin top left; `label` are the words beside it, as
    printed."""

    box: Box
    selected: bool
    label: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of an element as it stands on the page, or a part of one that stands apart from the rest of it.

    `box` is in the page's unit, origin top left. `confidence` is the probability, in [0, 1], that all of the line is
    right.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Element:
    """A part of the document, as printed, at its position in reading order.

    - `page` (from 1) and `box` (in the page's unit, origin top left of the page as shown) are None in a format without
      pages. `place` is what such a format has: a slide, a sheet.
    - `words` are what it was read from, line by line, with their boxes on the page as it is shown.
    - `confidence` is the mean of its lines', in [0, 1], for a table at most that of its cells; None where nothing was
      read.
    - `level` is that of a heading, or the depth of a list item, from 1.
    - `size` is the type size of most of its text, in the page's unit.
    - `furniture` is True for page headers, footers and page numbers.
    - `marker` is what a list item begins with; its text has it too. It is empty where the views keep it in the text.
      `enumerated` is True where the marker counts.
    - `caption_of`, of a caption, is the index, among its page's elements, of the table or figure that it belongs to.
    - `continued` and `continues` are those of a later part of a table that goes over several pages: the part's own
      rows, and the first part, as the index of its page among the pages and its own index among that page's elements.
    - `spans` are the parts of its text that are not set plainly.
    - `pairs` are the labels and values that it is made of, where it is.
    - `marks` are the check boxes in it.
    """

    page: int | None
    label: DocItemLabel
    text: str
    box: Box | None
    source: Source | None
    confidence: float | None
    level: int | None = None
    table: Table | None = None
    furniture: bool = False
    size: float = 0.0
    marker: str | None = None
    enumerated: bool = False
    caption_of: int | None = None
    continued: Table | None = None
    continues: tuple[int, int] | None = None
    lines: tuple[TextLine, ...] = ()
    spans: tuple[Span, ...] = ()
    pairs: tuple[Pair, ...] = ()
    marks: tuple[SelectionMark, ...] = ()
    words: tuple[Word, ...] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class PageElement(Element):
    """An element that stands on a page, and so has a page, from 1, and a box, in the page's unit, origin top left."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class AssembledPage:
    """One page: its number, from 1, its width and height in its own unit (points, pixels for images), its elements in
    reading order."""

    number: int
    width: float
    height: float
    elements: tuple[PageElement, ...]


# What an element is to another one: its caption, its label, its value, and so on.
TieKind = Literal["caption_of", "continues", "label_of", "value_of", "part_of"]


@dataclass(frozen=True, slots=True)
class Tie:
    """What an element is to another: its caption, its label, a part of it. `to` is the other one's id."""

    kind: TieKind
    to: str


@dataclass(frozen=True, slots=True)
class NamedElement:
    """An entry of the document's list of elements: an element, one of its labels or values, or a check box in it.

    `id` is its name in the document, the same whatever outputs are asked for; `ties` say what it is to others.
    `selected`, and `label`, the words beside it, are those of a check box.
    """

    id: str
    element: Element
    ties: tuple[Tie, ...] = ()
    selected: bool | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page's number, from 1, and its width and height in its own unit: points, pixels for images."""

    number: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Document:
    """All that is known of a document; every output is a view of it.

    `printed` are its elements as they stand on the pages, in reading order, with their headings' levels, and with
    tables that go over several pages joined. `elements` are the same with ids: labels and values are entries of their
    own, check boxes stand beside their text.
    """

    pages: tuple[PageSize, ...]
    printed: tuple[Element, ...]
    elements: tuple[NamedElement, ...]

    @property
    def tables(self) -> Iterator[tuple[NamedElement, Table]]:
        """Each table with its element, in reading order."""
        return ((named, named.element.table) for named in self.elements if named.element.table is not None)
