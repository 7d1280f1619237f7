"""A page's size -> the resolution that it is drawn with. Runs in a page process.

Scales are pixels per point of a PDF page. A long page (`long_pages.py`) has its own and is read in tiles.
"""

from __future__ import annotations

import math

from ..values.boxes import Box, clip, scaled
from .long_pages import MOST_COARSE_PIXELS, MOST_LONG_PIXELS, long_scale, tiles_of

# Layout and tables use 144 dpi; recognition 200 dpi, where a line of 9 points is 25 pixels high.
LAYOUT_SCALE = 2.0
RECOGNITION_SCALE = 200 / 72
# Min and max long side of a page picture for layout, and max for recognition, in pixels.
MIN_LAYOUT_SIDE = 1000
MAX_LAYOUT_SIDE = 2000
MAX_RECOGNITION_SIDE = 3600


def tiles_in_points(width: float, height: float) -> list[Box]:
    """The tiles of a long PDF page, in points, origin top left; none where it is read as a whole."""
    pixels = (round(side * RECOGNITION_SCALE) for side in (width, height))
    return [clip(scaled(box, 1 / RECOGNITION_SCALE), width, height) for box in tiles_of(*pixels)]


def layout_scale(width: float, height: float) -> float:
    """Pixels per point that layout and tables need, for a PDF page of this size in points."""
    if tiles_in_points(width, height):
        return LAYOUT_SCALE * long_scale(width * LAYOUT_SCALE, height * LAYOUT_SCALE, MOST_COARSE_PIXELS)
    longest = max(width, height)
    return float(min(max(LAYOUT_SCALE, MIN_LAYOUT_SIDE / longest), MAX_LAYOUT_SIDE / longest))


def recognition_scale(width: float, height: float) -> float:
    """Pixels per point that recognition needs, for a PDF page of this size in points."""
    if tiles_in_points(width, height):
        return RECOGNITION_SCALE * long_scale(width * RECOGNITION_SCALE, height * RECOGNITION_SCALE, MOST_LONG_PIXELS)
    longest = max(width, height)
    fine = min(max(RECOGNITION_SCALE, MIN_LAYOUT_SIDE / longest), MAX_RECOGNITION_SIDE / longest)
    return max(layout_scale(width, height), float(fine))


def most_pixels(width: int, height: int) -> tuple[int, int]:
    """Max width and height, in pixels, that an image of this size in pixels is read with."""
    if not tiles_of(width, height):
        return (MAX_RECOGNITION_SIDE, MAX_RECOGNITION_SIDE)
    scale = long_scale(width, height, MOST_LONG_PIXELS)
    return (math.ceil(width * scale), math.ceil(height * scale))
