"""The words of a page, and what else is drawn where they stand: asked once for all words and all objects.

Runs in a page process. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..values.arrays import Boxes, Mask, Measures
from ..values.boxes import Box, areas, common_areas, touching
from ..values.words import Word, boxes_of
from .copied_words import SAME_PLACE
from .drawing import MOST_COVERS, Cover, Drawing
from .page_frame import PageFrame
from .text_layer import Origin
from .word_looks import AFTER_ALL, WordLooks, looks_of

# Share of a word's box at each side where a rule or a frame may touch it; width of a frame's edge, in points.
MARGIN, EDGE = 0.15, 1.0
# Max cells of the grid that tells things drawn apart, across the page.
MOST_CELLS = 2000


@dataclass(frozen=True, slots=True)
class Marks:
    """What besides text is drawn at the words of a page.

    For each word, (words,): `among`: whether the mark in its place may be another object's, for it is not on a plain
    ground all around; `covered`: whether something that may hide it is drawn over its middle later; `under`: the area
    of its box that is under thin things drawn later, in square points, or more. `partly`: by index, the words that are
    not whole under something drawn later that touches them, each with what does. `thin`: the boxes of thin things that
    are drawn later than a word.
    """

    among: Mask
    covered: Mask
    under: Measures
    partly: dict[int, list[Cover]]
    thin: Sequence[Box]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The words of a page, each with its origin and the looks of its text objects.

    `boxes` are those of the words, (words, 4), in points, origin top left of the page as shown. For each word,
    `in_one_place`: whether another may stand in its place; `clipped`: whether a clip of its looks leaves not all of its
    box. `marks`: what besides text is drawn where they stand.
    """

    words: Sequence[Word]
    boxes: Boxes
    origins: Sequence[Origin]
    looks: WordLooks
    in_one_place: Mask
    clipped: Mask
    marks: Marks


def laid_out(words: Sequence[Word], origins: Sequence[Origin], drawing: Drawing, frame: PageFrame) -> LaidOut:
    """The words with what is drawn where they stand."""
    boxes, looks = boxes_of(words), looks_of(origins, drawing)
    marks = _marks_at(boxes, looks, drawing, cell_side(frame.width, frame.height))
    return LaidOut(words, boxes, origins, looks, _maybe_in_one_place(boxes), looks.leaving(boxes), marks)


def _marks_at(boxes: Boxes, looks: WordLooks, drawing: Drawing, cell: float) -> Marks:
    """What is drawn at the words, of these boxes, besides text."""
    count = len(boxes)
    earliest, latest = looks.orders()
    first = int(earliest.min(initial=AFTER_ALL))
    covers = [cover for cover in drawing.covers if cover.order > first]
    thin = [cover.box for cover in drawing.thin if cover.order > first]
    marks = Marks(np.zeros(count, bool), np.zeros(count, bool), np.zeros(count), {}, thin)
    others = [] if is_busy(drawing) else [*drawing.frames, *drawing.blots]
    frames, drawn = len(drawing.frames), len(others)
    sides = np.array([*others, *(cover.box for cover in covers), *thin]).reshape(-1, 4)
    sides[drawn + len(covers) :] += (-cell, -cell, cell, cell)
    orders, inner = np.array([cover.order for cover in covers], np.int64), inner_boxes(boxes)
    for words, objects in touching(boxes, sides):
        own, other = boxes[words], sides[objects]
        kind = np.searchsorted((drawn, drawn + len(covers)), objects, side="right")
        marks.among[words[(kind == 0) & _may_show_through(inner[words], other, objects < frames)]] = True
        over, bar = np.flatnonzero(kind == 1), kind == 2
        order = orders[objects[over] - drawn]
        marks.covered[words[over[(order > latest[words[over]]) & _at_middle(own[over], other[over])]]] = True
        partly = (order > earliest[words[over]]) & ~_are_inside(own[over], other[over])
        for index, at in zip(words[over[partly]].tolist(), (objects[over[partly]] - drawn).tolist(), strict=True):
            marks.partly.setdefault(index, []).append(covers[at])
        if bar.any():
            marks.under[:] += np.bincount(words[bar], common_areas(own[bar], other[bar]), minlength=count)
    return marks


def is_busy(drawing: Drawing) -> bool:
    """Whether so much is drawn that the marks at words are not told apart."""
    return len(drawing.frames) + len(drawing.blots) > MOST_COVERS


def cell_side(width: float, height: float) -> float:
    """The side of a cell of the grid that tells things drawn apart, in points; `width` and `height`: the page's."""
    return max(1.0, max(width, height) / MOST_CELLS)


def inner_boxes(boxes: Boxes) -> Boxes:
    """The words' boxes, (words, 4), without the edges that a rule or a frame may touch."""
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return boxes + np.stack([MARGIN * wide, MARGIN * high, -MARGIN * wide, -MARGIN * high], axis=1)


def _may_show_through(inner: Boxes, other: Boxes, is_frame: Mask) -> Mask:
    """For each pair of a word's inner box and an object's box whether the object may have a mark in the middle of the
    word: a frame has none inside of its edge."""
    meet = ((inner[:, :2] <= other[:, 2:]) & (inner[:, 2:] >= other[:, :2])).all(axis=1)
    within = ((inner[:, :2] > other[:, :2] + EDGE) & (inner[:, 2:] < other[:, 2:] - EDGE)).all(axis=1)
    return np.asarray(meet & ~(within & is_frame))


def _at_middle(own: Boxes, other: Boxes) -> Mask:
    """For each pair of boxes whether the middle of the one is in the other."""
    middle = (own[:, :2] + own[:, 2:]) / 2
    return np.asarray(((middle >= other[:, :2]) & (middle <= other[:, 2:])).all(axis=1))


def _are_inside(own: Boxes, other: Boxes) -> Mask:
    """For each pair of boxes whether the one is inside of the other."""
    return np.asarray(((own[:, :2] >= other[:, :2]) & (own[:, 2:] <= other[:, 2:])).all(axis=1))


def _maybe_in_one_place(boxes: Boxes) -> Mask:
    """For each word whether another one may stand in its place.

    Words are sorted by height, then by left side, and neighbours compared. Two passes with shifted bands: of words in
    one place at least two are neighbours in one of them.
    """
    found = np.zeros(len(boxes), bool)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    heights = boxes[:, 3] - boxes[:, 1]
    band = max(float(np.partition(heights, len(heights) // 2)[len(heights) // 2]), 1e-6)
    across = 1 + float(np.ptp(boxes[:, 0]))
    for shift in (0.0, 0.5):
        order = np.argsort(np.floor(middle / band + shift) * across + boxes[:, 0])
        one, two = boxes[order[:-1]], boxes[order[1:]]
        same = common_areas(one, two) > SAME_PLACE * np.minimum(areas(one), areas(two))
        found[order[:-1][same]] = found[order[1:][same]] = True
    if not found.any():
        return found
    held, others = boxes[found], np.flatnonzero(~found)
    over = np.zeros(len(others), np.int64)
    for words, places in touching(boxes[others], held):
        over += np.bincount(words[common_areas(boxes[others[words]], held[places]) > 0], minlength=len(others))
    found[others] = over > 1
    return found
