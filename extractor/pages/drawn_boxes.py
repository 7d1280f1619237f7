"""Small squares that are drawn beside words -> check boxes, ticked or not.

Runs in a page process. A printed check box is a lone square filled with the paper's colour, with words on its line. It
is ticked where there is ink in it. A square full of colour is a bullet or a chart's key.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..values.arrays import Pixels
from ..values.boxes import Box, area, centre, contains, intersection
from ..values.words import Word
from .form_fields import Tick

# Max distance of words from their check box, in sides of the box: of a lone one, and of one in a column of such boxes.
NEAR, NEAR_IN_COLUMN = 2.0, 8.0
# Max difference of places and of sides in a column of boxes, in sides.
ALIGNED = 0.25
# Min difference of ink from paper, in 0..255; max difference of paper inside and outside the box; percentage of a box
# that a tick leaves bare.
INK, SAME_PAPER, BARE = 60, 30, 5
# Max share of ink in an empty box; max share in a ticked one (more is a filled square).
EMPTY, FULL = 0.02, 0.7
# Min share of each side of the box that is drawn.
SIDE = 0.7
# Max squares of a page: more are a drawing or a grid.
MOST_BOXES = 500


def check_boxes(
    squares: Sequence[Box], fields: Sequence[Tick], words: Sequence[Word], picture: Pixels, scale: float
) -> list[Tick]:
    """The check boxes among a page's drawn squares, without those of form fields.

    Boxes are in points, origin top left of the page as shown. `picture`: the page picture, RGB, `scale` pixels per
    point.
    """
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
        near = NEAR_IN_COLUMN if any(_is_below(box, other) or _is_below(other, box) for other in others) else NEAR
        if any(_nearly_touch(box, other) for other in others) or not _has_words(box, words, near):
            continue
        chosen = _is_ticked(box, picture, scale)
        if chosen is not None:
            found.setdefault(box, Tick(box, chosen))
    return list(found.values())


def _is_inside(box: Box, other: Box) -> bool:
    """Whether the box lies mostly inside a larger one."""
    return area(other) > area(box) and intersection(box, other) > 0.7 * area(box)


def _nearly_touch(box: Box, other: Box) -> bool:
    """Whether the boxes are nearer than a quarter of a side."""
    gap = 0.25 * (box[2] - box[0])
    grown = (box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap)
    return intersection(grown, other) > 0


def _is_below(box: Box, other: Box) -> bool:
    """Whether the box stands below another one of its size."""
    room = ALIGNED * (box[2] - box[0])
    return box[1] > other[3] and abs(box[0] - other[0]) < room and abs(box[2] - other[2]) < room


def _has_words(box: Box, words: Sequence[Word], near: float) -> bool:
    """Whether words stand beside the box on its line, and no more than one character inside it.

    `near`: how far they may be, in sides of the box.
    """
    side, middle = box[2] - box[0], (box[1] + box[3]) / 2
    if any(contains(box, centre(word.box)) and len(word.text) > 1 for word in words):
        return False
    return any(
        word.box[1] < middle < word.box[3]
        and (0 < word.box[0] - box[2] < near * side or 0 < box[0] - word.box[2] < near * side)
        and any(map(str.isalpha, word.text))
        for word in words
    )


def _is_ticked(box: Box, picture: Pixels, scale: float) -> bool | None:
    """Whether there is ink in the box; None for no check box: filled, coloured, or not drawn on all sides."""
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(side * scale) for side in box)
    margin = max(2, round(0.2 * (right - left)))
    if left < margin or top < margin or right + margin > width or bottom + margin > height or right - left < 3 * margin:
        return None
    grey = picture[top - margin : bottom + margin, left - margin : right + margin].mean(axis=2)
    # The whole inside, and without what a frame may cover of it.
    whole, inside = (grey[inset:-inset, inset:-inset] for inset in (margin + margin // 2, 2 * margin))
    paper = float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
    if abs(float(np.percentile(whole, 100 - BARE if paper > 127 else BARE)) - paper) > SAME_PAPER:
        return None
    ink = np.abs(grey - paper) > INK
    edges = (ink[: 2 * margin], ink[-2 * margin :], ink[:, : 2 * margin].T, ink[:, -2 * margin :].T)
    if any(edge[:, margin:-margin].any(axis=0).mean() < SIDE for edge in edges):
        return None
    full, drawn = (float((np.abs(part - paper) > INK).mean()) for part in (whole, inside))
    return None if full > FULL else drawn > EMPTY
