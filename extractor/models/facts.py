"""What page processes know of the loaded models. In both processes, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..values.reading import RegionKind
from .shapes import Shapes


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a page process needs to know of the models.

    - `kinds`: what each of the layout model's labels is, by number; None where it is no region.
    - `symbols`: each recogniser's symbols by number: the blank first, "" where a number has none.
    - `shapes`: the shapes that page pictures, crops and lines are made to fit.
    """

    kinds: tuple[RegionKind | None, ...]
    symbols: Mapping[str, tuple[str, ...]]
    shapes: Shapes
