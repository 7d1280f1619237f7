"""Small squares that are drawn beside words -> check boxes, ticked or not.

Runs inside a page process. A check box of a printed form is a square with the paper's colour inside, alone, with words
on its line; it is ticked where there is ink in it. A square full of colour is a bullet or the key of a chart.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..values.arrays import Pixels
from ..values.boxes import Box, area, centre, contains, intersection
from ..values.words import Word
from .form_fields import Tick

# Words begin no further from their box than so many of its sides.
NEAR = 2.0
# Ink differs by so much of 255 from the paper; the paper inside and outside by no more than that.
INK, SAME_PAPER = 60, 30
# So much of an empty box's inside is ink, at most; a ticked one's is between these.
EMPTY, FULL = 0.02, 0.7
# So much of each side is drawn.
SIDE = 0.7
# A page with more squares is a drawing, or a grid.
MOST_BOXES = 500


def check_boxes(
    squares: Sequence[Box], fields: Sequence[Tick], words: Sequence[Word], image: Pixels, scale: float
) -> list[Tick]:
    """The check boxes among the squares that are drawn on a page, those of its form's fields apart. `image` is its
    picture, RGB."""
    if not squares or len(squares) > MOST_BOXES:
        return []
    outer = [
        box
        for box in squares
        if not any(_is_inside(box, other) for other in squares)
        and not any(intersection(box, field.box) for field in fields)
    ]
    found: dict[Box, Tick] = {}
    for box in outer:
        others = [other for other in outer if other != box]
        if any(_touch(box, other) for other in others) or not _has_words(box, words):
            continue
        chosen = _is_ticked(box, image, scale)
        if chosen is not None:
            found.setdefault(box, Tick(box, chosen))
    return list(found.values())


def _is_inside(box: Box, other: Box) -> bool:
    return area(other) > area(box) and intersection(box, other) > 0.7 * area(box)


def _touch(box: Box, other: Box) -> bool:
    gap = 0.25 * (box[2] - box[0])
    grown = (box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap)
    return intersection(grown, other) > 0


def _has_words(box: Box, words: Sequence[Word]) -> bool:
    """Whether words stand beside the box on its line, and none in it but a sign."""
    side, middle = box[2] - box[0], (box[1] + box[3]) / 2
    if any(contains(box, centre(word.box)) and len(word.text) > 1 for word in words):
        return False
    return any(
        word.box[1] < middle < word.box[3]
        and (0 < word.box[0] - box[2] < NEAR * side or 0 < box[0] - word.box[2] < NEAR * side)
        and any(map(str.isalpha, word.text))
        for word in words
    )


def _is_ticked(box: Box, image: Pixels, scale: float) -> bool | None:
    """Whether there is ink in the box; None where it is none: full, coloured, or not drawn all around."""
    height, width = image.shape[:2]
    left, top, right, bottom = (round(side * scale) for side in box)
    margin = max(2, round(0.2 * (right - left)))
    if left < margin or top < margin or right + margin > width or bottom + margin > height or right - left < 3 * margin:
        return None
    grey = image[top - margin : bottom + margin, left - margin : right + margin].mean(axis=2)
    inside = grey[2 * margin : -2 * margin, 2 * margin : -2 * margin]
    paper = float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    if abs(float(np.percentile(inside, 80 if paper > 127 else 20)) - paper) > SAME_PAPER:
        return None
    ink = np.abs(grey - paper) > INK
    edges = (ink[: 2 * margin], ink[-2 * margin :], ink[:, : 2 * margin].T, ink[:, -2 * margin :].T)
    if any(edge[:, margin:-margin].any(axis=0).mean() < SIDE for edge in edges):
        return None
    share = float((np.abs(inside - paper) > INK).mean())
    return None if share > FULL else share > EMPTY
