"""Pages much longer than they are wide, or the other way round -> the tiles that they are read in.

A receipt roll, a long screenshot or a panorama of text would be a strip of a few pixels if a model saw all of it. It is
read in tiles along its long side, each with the proportions of an ordinary page; they overlap, so that what stands on a
seam is whole in one of them (`seams.py`). Lengths are pixels of the page at its full resolution, origin top left.
Runs in page processes.
"""

from __future__ import annotations

import math

from ..models.shapes import MAX_DETECTION_SIDE, MIN_DETECTION_SIDE

# A page is long from here on: its long side over its short one.
LONG = 3.5
# And if it is so many times as long as a tile: another one is seen well enough as a whole, tables and all.
MANY_TILES = 2.0
# The detector sees a tile's short side no longer than this, and enlarges it no further.
MAX_SHORT_SIDE = 1120
MOST_ENLARGED = 2.0
# Tiles overlap by so many short sides: several lines of text, or a few words.
OVERLAP = 0.3
MOST_TILES = 64
# A page with a shorter side than this, in pixels, has no room for text.
LEAST_SHORT_SIDE = 16
# So many pixels at most has a long page in tiles, the overlaps not counted, and drawn once more as a whole.
MOST_LONG_PIXELS = 18_000_000
MOST_COARSE_PIXELS = 12_000_000

PixelBox = tuple[int, int, int, int]


def tiles_of(width: int, height: int) -> list[PixelBox]:
    """The tiles of a page of this size, from its start to its end; none where it is read as a whole."""
    short, long = sorted((width, height))
    if long < LONG * short or short < LEAST_SHORT_SIDE:
        return []
    ratio = min(max(MIN_DETECTION_SIDE, min(short, MAX_SHORT_SIDE)) / short, MOST_ENLARGED)
    length, overlap = MAX_DETECTION_SIDE / ratio, OVERLAP * short
    if long <= MANY_TILES * length:
        return []
    count = math.ceil((long - overlap) / (length - overlap))
    if count > MOST_TILES:
        count = MOST_TILES
        length = (long + (count - 1) * overlap) / count
    starts = [round(number * (long - length) / (count - 1)) for number in range(count)]
    spans = [(start, min(long, start + math.ceil(length))) for start in starts]
    if height > width:
        return [(0, start, width, end) for start, end in spans]
    return [(start, 0, end, height) for start, end in spans]


def long_scale(width: float, height: float, most: int) -> float:
    """The factor, 1 at most, by which a long page of this size is made smaller to have `most` pixels."""
    return min(1.0, math.sqrt(most / (width * height)))
