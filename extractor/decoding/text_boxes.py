"""The text detector's map -> quadrilaterals of lines, in pixels of the picture that it was made for.

Source: DB, Liao et al., "Real-time Scene Text Detection with Differentiable Binarization" (2020), as PaddleOCR and
transformers (`PPOCRV5ServerDetImageProcessor`) have it: every outline of text becomes the smallest rectangle around it,
kept if the map is sure enough of what is inside, and grown by a distance, since the detector was trained on shrunk
text. Growing a rectangle's sides by a distance gives a rectangle: no polygon is clipped here.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..values.arrays import Grey, Quad

# Middle, size, angle in degrees.
Rectangle = tuple[Sequence[float], Sequence[float], float]

# A pixel is text from a probability above 0.3: from this value on, since 0.3 x 255 = 76.5.
MIN_TEXT = 77
# The mean probability in a rectangle that is a line.
MIN_SCORE = 0.6
# A rectangle grows by so many times its area over its perimeter.
GROWTH = 1.5
# The least short side of a rectangle in pixels of the map, before and after it has grown.
MIN_SIDE = 3.0
MIN_GROWN_SIDE = 5.0
MAX_OUTLINES = 4000
# What a map has where the model gave no number; probabilities end at 254.
NOT_A_NUMBER = 255


def text_boxes(text: Grey, height: int, width: int) -> list[Quad]:
    """The lines as quadrilaterals (4, 2): top left, top right, bottom right, bottom left, along the text; whole pixels.

    `text` is the map, (rows, columns): the probability of text in 255ths, 254 at most. `height` and `width` are the
    picture's, whatever size it had for the detector. Raises `ArithmeticError` where the model gave no numbers.
    """
    if text.max(initial=0) == NOT_A_NUMBER:
        raise ArithmeticError("a model's result is not finite")
    binary = cv2.threshold(text, MIN_TEXT - 1, 255, cv2.THRESH_BINARY)[1]
    outlines = cv2.findContours(binary, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    # The smallest rectangle around one point, or two, has no short side.
    rectangles = [cv2.minAreaRect(outline) for outline in outlines[:MAX_OUTLINES] if len(outline) > 2]
    rectangles = [rectangle for rectangle in rectangles if min(rectangle[1]) >= MIN_SIDE]
    grown = [
        cv2.boxPoints((middle, (w + growth, h + growth), angle))
        for (middle, (w, h), angle), score in zip(rectangles, _scores(text, rectangles), strict=True)
        if score >= MIN_SCORE * 255 and min(w, h) + (growth := w * h * GROWTH / (w + h)) >= MIN_GROWN_SIDE
    ]
    if not grown:
        return []
    corners = np.rint(_from_top_left(np.stack(grown)) * np.array([width / text.shape[1], height / text.shape[0]]))
    return list(corners.clip(0, (width, height)).astype(np.float32))


def _scores(text: Grey, rectangles: Sequence[Rectangle]) -> list[float]:
    """The mean of the map inside each rectangle."""
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
    """The corners of rectangles, (rectangles, 4, 2), clockwise from the top left one: the upper of the two leftmost."""
    across = np.take_along_axis(corners, np.argsort(corners[..., 0], axis=1, kind="stable")[..., None], axis=1)
    left, right = across[:, :2], across[:, 2:]
    left = np.where((left[:, 1, 1] > left[:, 0, 1])[:, None, None], left, left[:, ::-1])
    right = np.where((right[:, 1, 1] > right[:, 0, 1])[:, None, None], right, right[:, ::-1])
    return np.stack([left[:, 0], right[:, 0], right[:, 1], left[:, 1]], axis=1)
