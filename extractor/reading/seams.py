"""What was found in each tile of a long page -> every line and every region of the page once.

Runs in a page process. Tiles overlap: a line on a seam is whole in one tile and cut in the other, or runs through the
seam from one tile into the next. Coordinates are of the page, in its unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np

from ..values.arrays import Pixels, Quad
from ..values.boxes import Box, union
from ..values.reading import Region

# Min share of the smaller of two lines, along and across the page, for them to be one.
SAME_LINE = 0.5
# Max distance from a tile's edge of a line that may go on beyond it, in its heights.
AT_THE_EDGE = 0.35
# Min share of the narrower region's width for two regions to be one.
SAME_REGION = 0.5

# (index of a tile, box on the page) -> where a line in the box is best cut.
Gap = Callable[[int, Box], float]


@dataclass(frozen=True, slots=True)
class Seam:
    """The overlap of a tile and the next one, from `start` to `end` along `axis` (0: across the page, 1: down), in the
    page's unit, origin top left."""

    axis: int
    start: float
    end: float

    @property
    def middle(self) -> float:
        """The middle of the overlap, in the page's unit."""
        return (self.start + self.end) / 2


def seams_of(tiles: Sequence[Box]) -> list[Seam]:
    """The seams between consecutive tiles, in the page's unit; one fewer than tiles, which are boxes with the origin
    top left."""
    axis = 0 if tiles[0][0] != tiles[1][0] else 1
    return [Seam(axis, tile[axis], before[axis + 2]) for before, tile in pairwise(tiles)]


def lines_once(tiles: Sequence[Box], found: Sequence[Sequence[Quad]], gap: Gap) -> list[list[Quad]]:
    """The lines by tile, each once, (4, 2) in the page's unit, origin top left.

    A line through a seam is two lines, cut where `gap` says.
    """
    lines = [list(quads) for quads in found]
    for number, seam in enumerate(seams_of(tiles)):
        before, after = lines[number], lines[number + 1]
        kept, kept_after = _TileLines(before), _TileLines(after)
        for some, others in _lines_in_both(before, after, seam):
            ours, theirs = _kept_of(kept.taken(some), kept_after.taken(others), seam, partial(gap, number))
            kept.added += ours
            kept_after.added += theirs
        lines[number], lines[number + 1] = kept.rest(), kept_after.rest()
    return lines


class _TileLines:
    """A tile's lines, some of which are taken and others added."""

    def __init__(self, lines: Sequence[Quad]) -> None:
        self._lines = lines
        self._gone: set[int] = set()
        self.added: list[Quad] = []

    def taken(self, indices: Sequence[int]) -> list[Quad]:
        """The lines at these indices, which are removed."""
        self._gone.update(indices)
        return [self._lines[index] for index in indices]

    def rest(self) -> list[Quad]:
        """The lines that are left, and those added."""
        return [line for index, line in enumerate(self._lines) if index not in self._gone] + self.added


def _lines_in_both(before: Sequence[Quad], after: Sequence[Quad], seam: Seam) -> list[tuple[list[int], list[int]]]:
    """The lines near the seam that are one in both tiles: indices in `before`, indices in `after`."""
    ours = [index for index, quad in enumerate(before) if _end(quad, seam) > seam.start]
    theirs = [index for index, quad in enumerate(after) if _start(quad, seam) < seam.end]
    if not ours or not theirs:
        return []
    boxes, others = (
        np.array([_box_around([lines[index]]) for index in indices])
        for lines, indices in ((before, ours), (after, theirs))
    )
    same = np.ones((len(ours), len(theirs)), bool)
    for axis in (0, 1):
        low, high = (seam.start, seam.end) if axis == seam.axis else (-np.inf, np.inf)
        starts, ends = boxes[:, None, axis].clip(min=low), boxes[:, None, axis + 2].clip(max=high)
        other_starts, other_ends = others[None, :, axis].clip(min=low), others[None, :, axis + 2].clip(max=high)
        common = np.minimum(ends, other_ends) - np.maximum(starts, other_starts)
        same &= common >= SAME_LINE * np.minimum(ends - starts, other_ends - other_starts)
    groups = []
    for row in range(len(ours)):
        rows, columns = {row}, np.flatnonzero(same[row])
        if not len(columns):
            continue
        while len(wider := set(np.flatnonzero(same[:, columns].any(axis=1)).tolist())) > len(rows):
            rows, columns = wider, np.flatnonzero(same[sorted(wider)].any(axis=0))
        groups.append(([ours[one] for one in sorted(rows)], [theirs[one] for one in columns.tolist()]))
        same[sorted(rows)] = False
    return groups


def _share_in_common(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The length that two spans share, as a share of the shorter one; negative where they do not meet."""
    return (min(a[1], b[1]) - max(a[0], b[0])) / max(min(a[1] - a[0], b[1] - b[0]), 1e-6)


def _start(quad: Quad, seam: Seam) -> float:
    """The line's start along the seam's axis."""
    return float(quad[:, seam.axis].min())


def _end(quad: Quad, seam: Seam) -> float:
    """The line's end along the seam's axis."""
    return float(quad[:, seam.axis].max())


def _kept_of(
    ours: Sequence[Quad], theirs: Sequence[Quad], seam: Seam, gap: Callable[[Box], float]
) -> tuple[list[Quad], list[Quad]]:
    """What is kept of one line as two tiles have it: of the first tile's, and of the second's."""
    cut_off = any(_end(quad, seam) >= seam.end - AT_THE_EDGE * _height(quad) for quad in ours)
    begun = any(_start(quad, seam) <= seam.start + AT_THE_EDGE * _height(quad) for quad in theirs)
    if cut_off and begun:
        box = _box_around([*ours, *theirs])
        if box[2 + seam.axis] - box[seam.axis] > box[3 - seam.axis] - box[1 - seam.axis]:
            return _cut_at(ours, theirs, seam, gap(_part_on_seam(box, seam)))
        cut_off = _length(theirs, seam) >= _length(ours, seam)
    elif not cut_off and not begun:
        box = _box_around([*ours, *theirs])
        cut_off = box[seam.axis] + box[2 + seam.axis] > 2 * seam.middle
    return ([], list(theirs)) if cut_off else (list(ours), [])


def _part_on_seam(box: Box, seam: Seam) -> Box:
    """The part of the box that both tiles have."""
    sides = list(box)
    sides[seam.axis] = max(sides[seam.axis], seam.start)
    sides[seam.axis + 2] = min(sides[seam.axis + 2], seam.end)
    return (sides[0], sides[1], sides[2], sides[3])


def _cut_at(ours: Sequence[Quad], theirs: Sequence[Quad], seam: Seam, at: float) -> tuple[list[Quad], list[Quad]]:
    """The lines cut at one place along the axis: what lies before it, what lies after."""
    before = [_quad_between(quad, seam.axis, -np.inf, at) for quad in ours if _start(quad, seam) < at]
    after = [_quad_between(quad, seam.axis, at, np.inf) for quad in theirs if _end(quad, seam) > at]
    return before, after


def _quad_between(quad: Quad, axis: int, low: float, high: float) -> Quad:
    """The part of the quadrilateral between two places along the axis: its corners moved along its edges."""
    result = quad.astype(np.float64)
    # The edges that run along the axis: each corner's other end.
    other = (1, 0, 3, 2) if np.ptp(quad[:2, axis]) >= np.ptp(quad[1:3, axis]) else (3, 2, 1, 0)
    for corner, end in enumerate(other):
        start, reach = float(quad[corner, axis]), float(quad[end, axis])
        wanted = min(max(start, low), high)
        if wanted != start and reach != start:
            result[corner] = quad[corner] + (quad[end] - quad[corner]) * ((wanted - start) / (reach - start))
    return result.astype(np.float32)


def _height(quad: Quad) -> float:
    """The line's height, whichever way it runs."""
    return min(float(np.hypot(*(quad[1] - quad[0]))), float(np.hypot(*(quad[2] - quad[1]))))


def _length(quads: Sequence[Quad], seam: Seam) -> float:
    """The longest line's length along the seam's axis."""
    return max(_end(quad, seam) - _start(quad, seam) for quad in quads)


def _box_around(quads: Sequence[Quad]) -> Box:
    """The box around the lines."""
    corners = np.concatenate(list(quads))
    left, top = corners.min(axis=0).tolist()
    right, bottom = corners.max(axis=0).tolist()
    return (left, top, right, bottom)


def widest_gap(crop: Pixels, axis: int) -> int:
    """Where a line of text along the axis (0: across) is best cut: the middle of its widest gap, in pixels.

    `crop` is RGB, (rows, columns, 3).
    """
    grey = crop.mean(axis=2)
    contrast = np.ptp(grey, axis=axis)
    empty = contrast <= contrast.min() + 0.25 * np.ptp(contrast)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    widest = int(np.argmax(ends - starts))
    return int(starts[widest] + ends[widest]) // 2


@dataclass(frozen=True, slots=True)
class TiledRegion:
    """A region of the page, with the indices, from 0, of the first and the last tile that it is in."""

    region: Region
    first: int
    last: int


def regions_once(tiles: Sequence[Box], found: Sequence[Sequence[Region]]) -> list[TiledRegion]:
    """The page's regions in reading order, tile by tile, boxes in the page's unit, origin top left; a region over a
    seam is one."""
    seams = seams_of(tiles)
    result: list[TiledRegion] = []
    for number, regions in enumerate(found):
        before = seams[number - 1] if number else None
        after = seams[number] if number < len(seams) else None
        for region in regions:
            span = (region.box[seams[0].axis], region.box[seams[0].axis + 2])
            if after is not None and span[0] >= after.middle:
                continue  # the next tile has it
            if before is not None and span[1] <= before.middle:
                continue  # the one before has it
            ordered = replace(region, order=number * 1e6 + region.order)
            index = None
            if before is not None and span[0] < before.middle:
                index = next((i for i, other in enumerate(result) if _goes_on(other, ordered, number, before)), None)
            if index is None:
                result.append(TiledRegion(ordered, number, number))
            else:
                result[index] = _with_rest(result[index], ordered, number)
    return result


def _goes_on(tiled: TiledRegion, region: Region, number: int, seam: Seam) -> bool:
    """Whether the region is the rest of one that begins in the tile before."""
    other, across = tiled.region, 1 - seam.axis
    return (
        tiled.last >= number - 1
        and other.kind == region.kind
        and other.box[seam.axis + 2] > seam.middle
        and _share_in_common((other.box[across], other.box[across + 2]), (region.box[across], region.box[across + 2]))
        >= SAME_REGION
    )


def _with_rest(tiled: TiledRegion, region: Region, number: int) -> TiledRegion:
    """The region and its rest in the next tile as one."""
    first = tiled.region
    whole = replace(first, box=union([first.box, region.box]), score=max(first.score, region.score))
    return TiledRegion(whole, tiled.first, number)
