"""A scan of dot matrix print, its dots apart from one another -> a picture whose dots run into strokes.

Runs inside page processes. The recogniser knows strokes; a letter of separate dots is none to it. A page is such print
where nearly all its ink is in dots of one size that join into letters once they are grown by their own size; other
pages are left as they are. Pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..values.arrays import Grey, Pixels
from ..values.page_picture import PagePicture
from .orientation import Upright

# Makes room for a picture of (rows, columns, 3), and tells its offset.
Canvas = Callable[[int, int], tuple[int, Pixels]]

# What is darker than this, of 255, is ink: dots that a pale grey holds together are strokes.
INK = 208
# A part of the page so large, (rows, columns), where most ink is, tells first; it has so many pieces of ink.
PART = (256, 768)
FEW_DOTS = 60
# Dots are no larger than this, differ by no more than this factor, and are this share of all pieces of ink.
LARGEST_DOT = 6
ONE_SIZE = 1.5
MOSTLY = 0.8
# Grown by their size, dots are this share of the pieces that they were, and so many dots high.
JOINED = 0.4
LETTER_DOTS = 6
# Joined dots are as dark as this percentile of what is dark of them.
DARK = 90


def with_dots_joined(upright: Upright, canvas: Canvas) -> Upright:
    """The page, its picture with joined dots where it is dot matrix print."""
    picture = upright.page.picture
    if picture.matrix is not None:
        return upright
    grey = np.asarray(cv2.extractChannel(picture.drawn, 1), np.uint8)
    ink = np.asarray(cv2.threshold(grey, INK - 1, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    if not _dot_size(_fullest(ink)):
        return upright
    size = _dot_size(ink)
    if not size:
        return upright
    dark = cv2.GaussianBlur(255 - grey, (0, 0), float(size))
    level = float(np.percentile(dark[dark > dark.max() / 4], DARK))
    joined = 255 - np.clip(dark * (255 / level), 0, 255).astype(np.uint8)
    offset, pixels = canvas(*grey.shape)
    pixels[:] = joined[..., None]
    return replace(upright, page=replace(upright.page, picture=PagePicture(pixels, offset)))


def _fullest(ink: Grey) -> Grey:
    """The part of the page with most ink."""
    rows, columns = (max(1, side // part) for side, part in zip(ink.shape, PART, strict=True))
    high, wide = ink.shape[0] // rows, ink.shape[1] // columns
    # Of whole pixels: parts with a fraction of one take OpenCV ten times as long.
    shares = cv2.resize(ink[: rows * high, : columns * wide] * 255, (columns, rows), interpolation=cv2.INTER_AREA)
    row, column = divmod(int(shares.argmax()), columns)
    return np.ascontiguousarray(ink[row * high : (row + 1) * high, column * wide : (column + 1) * wide])


def _dot_size(ink: Grey) -> int:
    """How large the dots are that the ink is made of; 0 where it is not."""
    pieces = _sizes(ink)
    if len(pieces) < FEW_DOTS:
        return 0
    size = float(np.median(pieces))
    if size > LARGEST_DOT or (pieces <= ONE_SIZE * size).all(axis=1).mean() < MOSTLY:
        return 0
    side = 2 * round(size) + 1
    joined = _sizes(np.asarray(cv2.dilate(ink, np.ones((side, side), np.uint8)), np.uint8))
    letters = len(joined) <= JOINED * len(pieces) and float(np.median(joined[:, 1])) >= LETTER_DOTS * size
    return round(size) if letters else 0


def _sizes(ink: Grey) -> NDArray[np.int32]:
    """Width and height of each piece of ink, (pieces, 2)."""
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2]
    return np.asarray(stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], np.int32)
