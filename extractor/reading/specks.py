"""A scan sown with specks, as a fax over a poor line is -> a page picture without those that stand alone.

Runs in a page process. Among specks the detector finds long texts and no single figure: quantities would go without a
word. A speck is a pixel or two of ink with white all around; on a page sown with them they are in its margins, too.
What stands near other ink stays: it may be a point. Other pages stay as they are. Lengths are pixels.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import cv2
import numpy as np

from ..values.arrays import Grey, Mask
from ..values.page_picture import NewPicture, PagePicture
from .orientation import Upright

# Brightness below which a pixel is ink, in 0..255; max pixels of a speck.
INK, SPECK = 128, 2
# Number of samples across and down the page, and their side; min specks in one, and max number of samples with fewer.
SAMPLES, SIDE, FEWEST, WITHOUT = 3, 96, 3, 1
# Reach of ink that a point may belong to.
NEAR = 4


def without_specks(upright: Upright, new_picture: NewPicture) -> Upright:
    """The page, its picture without lone specks if it is sown with them; any other page unchanged.

    `new_picture` gives memory for the picture, from its rows and columns. Raises `MemoryError` where there is none.
    """
    picture = upright.page.picture
    if picture.matrix is not None or not _is_sown(picture.drawn[:, :, 1]):
        return upright
    grey = np.asarray(cv2.extractChannel(picture.drawn, 1), np.uint8)
    ink = np.asarray(cv2.threshold(grey, INK - 1, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    small = (stats[:, cv2.CC_STAT_AREA] <= SPECK)[labels] & (ink > 0)
    others = np.asarray(ink, bool) & ~small
    near = cv2.dilate(others.astype(np.uint8), np.ones((2 * NEAR + 1, 2 * NEAR + 1), np.uint8)) > 0
    # With its soft edge.
    lone = cv2.dilate((small & ~near).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    offset, pixels = new_picture(picture.rows, picture.columns)
    pixels[:] = picture.drawn
    pixels[lone] = np.median(picture.drawn[::8, ::8].reshape(-1, 3), axis=0).astype(np.uint8)
    return replace(upright, page=replace(upright.page, picture=PagePicture(pixels, offset)))


def _is_sown(grey: Grey) -> bool:
    """Whether specks are nearly everywhere: a cheap test, on samples of the page."""
    rows, columns = grey.shape
    if min(rows, columns) < SAMPLES * SIDE:
        return False
    tops, lefts = ([int((at + 0.5) * side / SAMPLES) - SIDE // 2 for at in range(SAMPLES)] for side in (rows, columns))
    without = 0
    for top, left in product(tops, lefts):
        without += _speck_count(grey[top : top + SIDE, left : left + SIDE] < INK) < FEWEST
        if without > WITHOUT:
            return False
    return True


def _speck_count(ink: Mask) -> int:
    """The number of pixels of ink of a sample with at most one other near them."""
    around = cv2.boxFilter(ink.astype(np.uint8), -1, (2 * NEAR + 1, 2 * NEAR + 1), normalize=False)
    return int((ink & (around <= SPECK)).sum())
