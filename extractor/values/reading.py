"""What is seen on a page: regions, the cells and ruling lines of tables, and all of it together with its words.

In page processes; a region's kind in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .boxes import Box, Matrix
from .notices import Notice
from .words import Word


class RegionKind(NamedTuple):
    """What a region is. `label` is a value of docling-core's `DocItemLabel`, whatever the model calls it.

    `furniture` is True for what pages repeat: headers, footers, and the figures in them.
    """

    label: str
    furniture: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the page. `box` is in the page's unit, origin top left; `score` is the model's, in [0, 1].

    `order` is its rank in reading order, comparable within one page only.
    """

    kind: RegionKind
    box: Box
    score: float
    order: float


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell of a table's grid. Rows and columns are from 0; `confidence` is in [0, 1].

    `box` is in the page's unit, origin top left. `header`: it is of the table's head.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    header: bool
    box: Box
    confidence: float


def count_columns(cells: Sequence[TableCell]) -> int:
    """How many columns the cells have; 0 without one."""
    return max((cell.column + cell.column_span for cell in cells), default=0)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line: at `at` across its direction, from `start` to `end` along it, in the page's unit, origin top
    left."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rulings:
    """The ruling lines of one table: the horizontal ones (`at` is a y) and the vertical ones (`at` is an x)."""

    horizontal: tuple[Ruling, ...] = ()
    vertical: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True)
class TableReading:
    """The structure of one table. `region` is its index among the page's regions; boxes are in the page's unit, origin
    top left.

    `to_page`, (3, 3), maps the points of a table that is printed sideways, as it is read, to the page.
    """

    region: int
    cells: tuple[TableCell, ...]
    rulings: Rulings
    to_page: Matrix | None = None


@dataclass(frozen=True, slots=True)
class PageReading:
    """All that is known of a page when the models are done.

    - `width` and `height` are those of the page as it is shown. All boxes are on the upright page, in the page's unit,
      origin top left.
    - `to_shown`, (3, 3), maps points of the upright page to the page as it is shown, where the two differ.
    - `words` are the text layer's and the recognised ones.
    - `recognised`: whether words were recognised, on the whole page or on parts of it.
    - `sheets` are parts of the page that are read separately, each the way it stands, in order: receipts beside each
      other.
    - `stamps` has, for each stamp over the text, the indices of its words.
    - `timings_ms` has the milliseconds of each stage.
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
