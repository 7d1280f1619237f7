"""The text detector's map -> quadrilaterals of lines. Runs in a page process.

Source: DB, Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020), as in PaddleOCR and
transformers (`PPOCRV5ServerDetImageProcessor`). Each outline of text becomes the smallest rectangle around it. It is
kept if the map's mean inside is high enough, and grown, for the detector was trained on shrunk text. Growing a
rectangle's sides gives a rectangle: no polygon clipping is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from ..values.arrays import Grey, Quad

# (centre, size, angle in degrees).
Rectangle = tuple[Sequence[float], Sequence[float], float]

# Min value of a text pixel: a probability above 0.3, and 0.3 x 255 = 76.5.
MIN_TEXT = 77
# Min mean probability inside a rectangle that is a line, and inside one that may be.
MIN_SCORE, MIN_DOUBTFUL = 0.6, 0.4
# Growth of a rectangle, in its area over its perimeter.
GROWTH = 1.5
# Min short side of a rectangle before and after it grows, in pixels of the map.
MIN_SIDE = 3.0
MIN_GROWN_SIDE = 5.0
# Max outlines that are looked at.
MAX_OUTLINES = 4000
# The map's value where the model gave no number; probabilities end at 254.
NOT_A_NUMBER = 255


class FoundBoxes(NamedTuple):
    """The quadrilaterals of lines, and those of what may be lines: the detector is not sure of them."""

    lines: list[Quad]
    doubtful: list[Quad]


def text_boxes(text: Grey, height: int, width: int) -> list[Quad]:
    """The lines of `found_boxes` alone."""
    return found_boxes(text, height, width).lines


def found_boxes(text: Grey, height: int, width: int) -> FoundBoxes:
    """The lines, and what may be lines, as quadrilaterals (4, 2), in whole pixels of the picture, origin top left.

    Corners: top left, top right, bottom right, bottom left, along the text. `text`: the map, (rows, columns), the
    probability of text in 0..254. `height`, `width`: the picture's own, before it was fitted to the detector. Raises
    `ArithmeticError` where the model gave no numbers.
    """
    if text.max(initial=0) == NOT_A_NUMBER:
        raise ArithmeticError("a model's result is not finite")
    binary = cv2.threshold(text, MIN_TEXT - 1, 255, cv2.THRESH_BINARY)[1]
    outlines = cv2.findContours(binary, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    # A rectangle around one or two points has no short side.
    rectangles = [cv2.minAreaRect(outline) for outline in outlines[:MAX_OUTLINES] if len(outline) > 2]
    rectangles = [rectangle for rectangle in rectangles if min(rectangle[1]) >= MIN_SIDE]
    grown = [
        (score >= MIN_SCORE * 255, cv2.boxPoints((middle, (w + growth, h + growth), angle)))
        for (middle, (w, h), angle), score in zip(rectangles, _scores(text, rectangles), strict=True)
        if score >= MIN_DOUBTFUL * 255 and min(w, h) + (growth := w * h * GROWTH / (w + h)) >= MIN_GROWN_SIDE
    ]
    if not grown:
        return FoundBoxes([], [])
    rows = np.stack([corner for _, corner in grown]).astype(np.float32, copy=False)
    corners = np.rint(_from_top_left(rows) * np.array([width / text.shape[1], height / text.shape[0]]))
    quads = list(corners.clip(0, (width, height)).astype(np.float32))
    return FoundBoxes(
        [quad for quad, (is_line, _) in zip(quads, grown, strict=True) if is_line],
        [quad for quad, (is_line, _) in zip(quads, grown, strict=True) if not is_line],
    )


def _scores(text: Grey, rectangles: Sequence[Rectangle]) -> list[float]:
    """The map's mean inside each rectangle."""
    if not rectangles:
        return []
    corners = np.stack([cv2.boxPoints(rectangle) for rectangle in rectangles])
    last = np.array([text.shape[1] - 1, text.shape[0] - 1])
    firsts = np.floor(corners.min(axis=1)).clip(0, last).astype(np.int32)
    lasts = np.ceil(corners.max(axis=1)).clip(0, last).astype(np.int32)
    inside = (corners - firsts[:, None]).astype(np.int32)
    scores = []
    for polygon, (left, top), (right, bottom) in zip(inside, firsts.tolist(), lasts.tolist(), strict=True):
        part = text[top : bottom + 1, left : right + 1]
        mask = np.zeros(part.shape, np.uint8)
        cv2.fillConvexPoly(mask, polygon, (1,))
        scores.append(cv2.mean(part, mask)[0])
    return scores


def _from_top_left(corners: Quad) -> Quad:
    """The corners, (rectangles, 4, 2), clockwise from the top left one: the upper of the two leftmost."""
    across = np.take_along_axis(corners, np.argsort(corners[..., 0], axis=1, kind="stable")[..., None], axis=1)
    left, right = across[:, :2], across[:, 2:]
    left = np.where((left[:, 1, 1] > left[:, 0, 1])[:, None, None], left, left[:, ::-1])
    right = np.where((right[:, 1, 1] > right[:, 0, 1])[:, None, None], right, right[:, ::-1])
    return np.stack([left[:, 0], right[:, 0], right[:, 1], left[:, 1]], axis=1)
