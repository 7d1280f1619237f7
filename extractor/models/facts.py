"""What page processes know of the loaded models; no torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .shapes import Shapes


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The layout model's labels by their number; each recogniser's symbols by theirs, the blank first, "" where a
    number has none; the shapes that pictures and lines are made to fit."""

    labels: tuple[str, ...]
    symbols: Mapping[str, tuple[str, ...]]
    shapes: Shapes
