"""A scan of dot matrix print -> a page picture whose dots run into strokes.

Runs in a page process. The recogniser knows strokes, not letters of separate dots. A page is dot matrix print where
nearly all ink is in dots of one size that join into letters once grown by their own size. Other pages stay as they are.
Lengths are pixels.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..values.arrays import Grey
from ..values.page_picture import NewPicture, PagePicture
from .orientation import Upright

# Brightness below which a pixel is ink, in 0..255: dots on a connecting pale grey are strokes already.
INK = 208
# Size (rows, columns) of the part with most ink, which is tested first; min pieces of ink in it.
PART = (256, 768)
FEW_DOTS = 60
# Max size of a dot; max ratio of sizes of dots; min share of pieces that are dots.
LARGEST_DOT = 6
ONE_SIZE = 1.5
MOSTLY = 0.8
# Max share of pieces that are left once dots are grown; min height of these, in dots.
JOINED = 0.4
LETTER_DOTS = 6
# Percentile of the blurred ink that becomes black.
DARK = 90


def with_dots_joined(upright: Upright, new_picture: NewPicture) -> Upright:
    """The page, its picture with joined dots if it is dot matrix print; any other page unchanged.

    `new_picture` gives memory for the picture, from its rows and columns. Raises `MemoryError` where there is none.
    """
    picture = upright.page.picture
    if picture.matrix is not None:
        return upright
    grey = np.asarray(cv2.extractChannel(picture.drawn, 1), np.uint8)
    ink = np.asarray(cv2.threshold(grey, INK - 1, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    if not _dot_size(_part_with_most_ink(ink)):
        return upright
    size = _dot_size(ink)
    if not size:
        return upright
    dark = cv2.GaussianBlur(255 - grey, (0, 0), float(size))
    level = float(np.percentile(dark[dark > dark.max() / 4], DARK))
    joined = 255 - np.clip(dark * (255 / level), 0, 255).astype(np.uint8)
    offset, pixels = new_picture(*grey.shape)
    pixels[:] = joined[..., None]
    return replace(upright, page=replace(upright.page, picture=PagePicture(pixels, offset)))


def _part_with_most_ink(ink: Grey) -> Grey:
    """The part of the page with most ink."""
    rows, columns = (max(1, side // part) for side, part in zip(ink.shape, PART, strict=True))
    high, wide = ink.shape[0] // rows, ink.shape[1] // columns
    # In whole pixels: OpenCV takes ten times as long for parts with fractions.
    shares = cv2.resize(ink[: rows * high, : columns * wide] * 255, (columns, rows), interpolation=cv2.INTER_AREA)
    row, column = divmod(int(shares.argmax()), columns)
    return np.ascontiguousarray(ink[row * high : (row + 1) * high, column * wide : (column + 1) * wide])


def _dot_size(ink: Grey) -> int:
    """The size of the dots that the ink is made of, in pixels; 0 where it is not."""
    pieces = _piece_sizes(ink)
    if len(pieces) < FEW_DOTS:
        return 0
    size = float(np.median(pieces))
    if size > LARGEST_DOT or (pieces <= ONE_SIZE * size).all(axis=1).mean() < MOSTLY:
        return 0
    side = 2 * round(size) + 1
    joined = _piece_sizes(np.asarray(cv2.dilate(ink, np.ones((side, side), np.uint8)), np.uint8))
    letters = len(joined) <= JOINED * len(pieces) and float(np.median(joined[:, 1])) >= LETTER_DOTS * size
    return round(size) if letters else 0


def _piece_sizes(ink: Grey) -> NDArray[np.int32]:
    """Width and height of each connected piece of ink, (pieces, 2)."""
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2]
    return np.asarray(stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], np.int32)
