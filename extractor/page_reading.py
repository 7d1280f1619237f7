"""All that is known of a page when the models are done: plain data, that crosses to a page process to be assembled."""

from __future__ import annotations

from dataclasses import dataclass, field

from .notices import Notice
from .regions import Region, TableCell
from .rulings import Rulings
from .text_layer import Word
from .unread import HardlyRead
from .upright import Matrix, Upright


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
class Seen:
    """What the models saw on a page, or on a part of it that is read for itself: all boxes are of `upright`.

    `seconds`: what reading its words, its layout and its tables took. `stamps`: the places of words that are printed
    over the text; `hardly`: its lines that were hardly read.
    """

    upright: Upright
    words: tuple[Word, ...]
    regions: tuple[Region, ...]
    tables: tuple[TableReading, ...]
    seconds: tuple[float, float, float]
    stamps: tuple[tuple[int, ...], ...] = ()
    hardly: HardlyRead = field(default_factory=HardlyRead)


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
