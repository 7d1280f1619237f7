"""What page processes know of the loaded models; no torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..values.reading import RegionKind
from .shapes import Shapes


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the layout model's labels are, by their number, None where one is no region; each recogniser's symbols by
    theirs, the blank first, "" where a number has none; the shapes that pictures and lines are made to fit."""

    kinds: tuple[RegionKind | None, ...]
    symbols: Mapping[str, tuple[str, ...]]
    shapes: Shapes
