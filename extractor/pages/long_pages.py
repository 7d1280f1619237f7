"""A page much longer than wide, or much wider than long -> the tiles that it is read in.

Runs in a page process. A receipt roll, a long screenshot or a panorama would be a strip of a few pixels if a model saw
all of it. So it is read in tiles along its long side, each with the proportions of an ordinary page. Tiles overlap:
what stands on a seam is whole in one of them (`reading/seams.py`). Lengths are pixels of the page at full resolution,
origin top left.
"""

from __future__ import annotations

import math

from ..models.shapes import MAX_DETECTION_SIDE, MIN_DETECTION_SIDE
from ..values.boxes import PixelBox

# Min ratio of long to short side of a long page.
LONG = 3.5
# Min length of a long page, in tiles: a shorter one is legible as a whole, tables included.
MANY_TILES = 2.0
# Max short side of a tile that the detector sees, in pixels; max factor by which it is enlarged.
MAX_SHORT_SIDE = 1120
MOST_ENLARGED = 2.0
# Overlap of tiles, in short sides: several lines of text, or a few words.
OVERLAP = 0.3
# Max tiles of a page.
MOST_TILES = 64
# Min short side of a page with text, in pixels.
LEAST_SHORT_SIDE = 16
# Max pixels of a long page in its tiles, overlaps not counted; max pixels of its page picture.
MOST_LONG_PIXELS = 18_000_000
MOST_COARSE_PIXELS = 12_000_000


def tiles_of(width: int, height: int) -> list[PixelBox]:
    """The tiles of a page of this size, in order along it, each (left, top, right, bottom) in pixels, origin top left;
    none where it is read as a whole."""
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
    """The factor, at most 1, that shrinks a long page of this size in pixels to `most` pixels in all."""
    return min(1.0, math.sqrt(most / (width * height)))
