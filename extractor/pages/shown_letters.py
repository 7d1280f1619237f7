"""Letters drawn by themselves -> whether a page picture shows them.

Runs in a page process. A reader sees a word where the picture has its ink inside of its letters' shape and another
colour around them, however that came there. Nothing but the word is drawn to know its shape: what lies beneath it may
be slow to draw.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from ..values.arrays import Grey, Mask, Measures, Pixels

# Min difference of ink and ground in one channel, in 0..255.
CONTRAST = 60
# Min share of its letters' contrast that a pixel has inside of them; max share around them.
INSIDE, AROUND = 0.6, 0.03
# Max deviation of a colour inside or around, and max distance of the colour inside from the ink, as shares of contrast.
UNEVEN, OTHER_INK = 0.3, 0.4
# Min pixels inside and around.
FEWEST = 8
# Grounds on which letters of dark, of light and of any colours show.
ON_WHITE, ON_BLACK, ON_BOTH = (255,), (0,), (255, 0)
# Channels below this are dark, in 0..255.
MIDDLE = 128

Colour = tuple[int, int, int]


def grounds_for(inks: Iterable[Colour]) -> tuple[int, ...]:
    """The greys, in 0..255, on one of which letters of each of these colours differ by half the range at least."""
    channels = [channel for ink in inks for channel in ink]
    if max(channels) < MIDDLE:
        return ON_WHITE
    return ON_BLACK if min(channels) >= MIDDLE else ON_BOTH


def is_shown(letters: Grey, picture: Pixels, ink: Colour) -> bool:
    """Whether the picture has nearly the ink's colour inside of the letters, and another one around them.

    `letters`: how much they alone change each pixel, (rows, columns), in 0..255; `picture`: RGB, (rows, columns, 3).
    """
    peak = int(letters.max(initial=0))
    if not peak or picture.shape[:2] != letters.shape:
        return False
    inside, around = letters >= INSIDE * peak, letters < AROUND * peak
    if min(np.count_nonzero(inside), np.count_nonzero(around)) < FEWEST:
        return False
    ground, uneven = _colour(picture, around)
    contrast = np.abs(ground - ink)
    channel = int(contrast.argmax())
    least = contrast[channel]
    if least < CONTRAST or uneven[channel] > UNEVEN * least:
        return False
    core, uneven = _colour(picture, inside)
    return bool(uneven[channel] <= UNEVEN * least and abs(core[channel] - ink[channel]) <= OTHER_INK * least)


def _colour(picture: Pixels, mask: Mask) -> tuple[Measures, Measures]:
    """The mean and the deviation of each channel of the pixels in the mask, in 0..255."""
    mean, deviation = cv2.meanStdDev(picture, mask=mask.view(np.uint8))
    return np.asarray(mean, np.float64)[:, 0], np.asarray(deviation, np.float64)[:, 0]
