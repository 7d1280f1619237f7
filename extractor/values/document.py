"""What a document says: its pages, their elements in reading order, tables and their cells.

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
    """A table cell with its text. `box` spans its words, or is None for an empty cell; rows and columns from 0.

    `page` is the cell's own, in a table that goes over several pages; `spans` are the parts of its text that are not
    set plainly.
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
    """A piece of a table that goes over several pages: its page, its place there, its first row and how many it has.

    `head` are the cells of the table's head where the piece repeats it; they are in none of the table's rows.
    """

    page: int
    box: Box
    first_row: int
    rows: int
    head: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of `rows` times `columns` places, each covered by at most one cell.

    `parts` are its pieces where it goes over several pages.
    """

    rows: int
    columns: int
    cells: tuple[Cell, ...]
    parts: tuple[TablePart, ...] = ()


@dataclass(frozen=True, slots=True)
class PairSide:
    """A label, or a value: its lines as they are printed, its place, and the mean of its lines' confidences."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value."""

    label: PairSide
    value: PairSide


@dataclass(frozen=True, slots=True)
class SelectionMark:
    """A check box or radio button; `label` are the words that it stands by, as they are printed."""

    box: Box
    selected: bool
    label: str


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of an element as it stands on the page, or a piece of one that stands apart from the rest of it.

    `confidence` is the chance that all of it is right.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Element:
    """A part of the document, as it is printed, at its place in reading order.

    `page` and `box` are None in a format without pages; `place` is what such a format calls it: a slide, a sheet.
    `words` are what it was read from, line by line, with their boxes on the page as it is shown. `confidence` is the
    mean of its lines', for a table no more than its cells', and None where nothing was read. `level` is that of a
    heading, or how deep a list item is nested, from 1; `size` is the type size that most of its text has, in the page's
    unit; `marker` is what a list item begins with (its text has it too). `caption_of` is the place, among its page's
    elements, of the table or figure that a caption belongs to. The later piece of a table that goes over several pages
    has its own part of it as `continued`, and `continues` the first piece: the place of its page among the pages, and
    its own among that page's elements. `spans` are the parts of its text that are not set plainly; `pairs` the labels
    and values that it is made of, where it is; `marks` the check boxes in it.
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
    """An element that stands on a page."""

    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class AssembledPage:
    """One page's size and elements."""

    number: int
    width: float
    height: float
    elements: tuple[PageElement, ...]


# What an element is to another one: the caption of it, the label or the value of it, and so on.
TieKind = Literal["caption_of", "continues", "label_of", "value_of", "part_of"]


@dataclass(frozen=True, slots=True)
class Tie:
    """What an element is to another one, by that one's id."""

    kind: TieKind
    to: str


@dataclass(frozen=True, slots=True)
class NamedElement:
    """An entry of the document's list of elements: an element, a label or value of it, or a check box in it.

    `id` is its name in the document, whatever is asked for of it. `selected` and `label`, the words that it stands by,
    are those of a check box.
    """

    id: str
    element: Element
    ties: tuple[Tie, ...] = ()
    selected: bool | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page's number, from 1, and its width and height."""

    number: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Document:
    """All that is said of a document: every output is a view of it.

    `printed` are its elements as they stand on the pages, in reading order, with the levels of their headings, and
    tables that go over several pages joined; `elements` the same with their ids, labels and values apart, and check
    boxes beside their text.
    """

    pages: tuple[PageSize, ...]
    printed: tuple[Element, ...]
    elements: tuple[NamedElement, ...]

    @property
    def tables(self) -> Iterator[tuple[NamedElement, Table]]:
        """The tables with the elements that they are."""
        return ((named, named.element.table) for named in self.elements if named.element.table is not None)
