"""The layout model's queries -> a page's regions, in the page's unit, in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from ..values.arrays import Floats
from ..values.boxes import area, clip
from ..values.reading import Region, RegionKind
from .numbers import require_numbers

MIN_SCORE = 0.3


def regions_from(queries: Floats, kinds: Sequence[RegionKind | None], width: float, height: float) -> list[Region]:
    """The regions of a page of this size, in reading order.

    `queries`, (queries, 7): the number of each query's best label and its score in [0, 1], centre and size relative to
    the page, and its votes: how many others are read before it. `kinds`: what each label is; None for no region.
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
