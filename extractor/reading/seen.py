"""What the models saw on a page, before it is a page reading. Runs in a page process."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..values.boxes import Box
from ..values.reading import Region, TableReading
from ..values.words import Word
from .orientation import Upright
from .unread import HardlyRead


@dataclass(frozen=True, slots=True)
class Seen:
    """What the models saw on a page, or on a part of it that is read for itself. Boxes are of `upright`, in its unit,
    origin top left.

    `seconds`: the time for words, layout and tables. `stamps`: for each stamp the indices of its words. `hardly`: the
    counts of lines that were hardly read. `unread`: cells of tables with ink that was not read.
    """

    upright: Upright
    words: tuple[Word, ...]
    regions: tuple[Region, ...]
    tables: tuple[TableReading, ...]
    seconds: tuple[float, float, float]
    stamps: tuple[tuple[int, ...], ...] = ()
    hardly: HardlyRead = field(default_factory=HardlyRead)
    unread: tuple[Box, ...] = ()
