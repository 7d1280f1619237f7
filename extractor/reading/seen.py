"""What the models saw on a page, on its way to a page reading. In page processes alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..values.reading import Region, TableReading
from ..values.words import Word
from .orientation import Upright
from .unread import HardlyRead


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
