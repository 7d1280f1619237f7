"""What is seen on a page: regions, the cells and ruling lines of tables, and all of it together with its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from .boxes import Box, Matrix
from .notices import Notice
from .words import Word


class RegionKind(NamedTuple):
    """What a region is: `label` is the value of docling-core's `DocItemLabel`, whatever the model calls it; `furniture`
    is what stands on pages again and again: headers and footers, and the pictures in them."""

    label: str
    furniture: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the page; `order` is its rank in reading order, comparable within one page only; `box` is in the page's
    unit."""

    kind: RegionKind
    box: Box
    score: float
    order: float


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of the grid, counted from 0. `box` is in the page's unit; `confidence` in [0, 1]."""

    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line: at `at` across its direction, from `start` to `end` along it."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rulings:
    """The lines of one table."""

    horizontal: tuple[Ruling, ...] = ()
    vertical: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True)
class TableReading:
    """The structure of one table: `region` is its place in the page's regions; all boxes are in the page's unit.

    `to_page`, (3, 3), maps the points of a table that is printed sideways, as it is read, to the page.
    """

    region: int
    cells: tuple[TableCell, ...]
    rulings: Rulings
    to_page: Matrix | None = None


@dataclass(frozen=True, slots=True)
class PageReading:
    """All that is known of a page when the models are done. `words` are the text layer's and the recognised ones;
    `recognised`: whether the page was read from its picture, as a whole or in parts that had words.

    `width` and `height` are those of the page as it is shown; all boxes are of the upright page. `to_shown`, (3, 3),
    maps that one's points to the page as it is shown, where the two differ. `sheets` are parts of the page that are
    read for themselves, the way each of them stands, in their order: receipts that lie beside each other. `stamps` are
    the places of words that are printed over the text.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    regions: tuple[Region, ...]
    tables: tuple[TableReading, ...]
    recognised: bool
    notices: tuple[Notice, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    to_shown: Matrix | None = None
    sheets: tuple[PageReading, ...] = ()
    stamps: tuple[tuple[int, ...], ...] = ()
