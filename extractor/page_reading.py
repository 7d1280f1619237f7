"""All that is known of a page when the models are done: plain data, that crosses to a page process to be assembled."""

from __future__ import annotations

from dataclasses import dataclass, field

from .regions import Region, TableCell
from .rulings import Rulings
from .text_layer import Word
from .upright import Matrix


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
    """All that is known of a page when the models are done. `words` are the text layer's and the recognised ones.

    `width` and `height` are those of the page as it is shown; all boxes are of the upright page. `to_shown`, (3, 3),
    maps that one's points to the page as it is shown, where the two differ. `stamps` are the places of words
    that are printed over the text.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    regions: tuple[Region, ...]
    tables: tuple[TableReading, ...]
    recognised: bool
    warnings: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    to_shown: Matrix | None = None
    stamps: tuple[tuple[int, ...], ...] = ()
