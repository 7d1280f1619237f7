"""The layout model's queries -> a page's regions in reading order. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence

from ..values.arrays import Floats
from ..values.boxes import area, clip
from ..values.reading import Region, RegionKind
from .numbers import require_numbers

# Min score of a query that is a region.
MIN_SCORE = 0.3


def regions_from(queries: Floats, kinds: Sequence[RegionKind | None], width: float, height: float) -> list[Region]:
    """The regions in reading order; boxes in the page's unit, origin top left.

    `queries`, (queries, 7): index of the best label; its score in [0, 1]; centre x, centre y, width and height relative
    to the page; votes, which is how many other queries are read before it. `kinds`: the kind of each label, None for no
    region. `width`, `height`: the page's. Raises `ArithmeticError` where the model gave no numbers.
    """
    require_numbers(queries)
    regions = []
    for label, score, x, y, w, h, votes in queries[queries[:, 1] >= MIN_SCORE].tolist():
        box = clip(
            ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height), width, height
        )
        kind = kinds[int(label)]
        if kind is not None and area(box) > 0:
            regions.append(Region(kind, box, score, votes))
    return sorted(regions, key=lambda region: region.order)
