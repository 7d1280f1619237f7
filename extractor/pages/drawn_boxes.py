"""Small squares and circles that are drawn beside words -> check boxes and radio buttons, ticked or not.

Runs in a page process. A printed check box is a lone square filled with the paper's colour, with words on its line. It
is ticked where there is ink in it. A square full of colour is a bullet or a chart's key, unless it is dark and in a row
or column with such a box, as large as that: then it is a ticked one. If something is cut out of it, it is an icon, or,
where an empty one of its size is there, too, a ticked one as browsers print it. A circle may be a bullet or an icon's:
it is a radio button where another one of its size is ticked if it is not, or not if it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from ..values.arrays import Measures, Pixels
from ..values.boxes import Box, area, centre, contains, intersection
from ..values.words import Word
from .form_fields import Tick

# Letters that a pen, or a printer, ticks with.
TICK_LETTERS = frozenset("XxVv")
# Min side of a circle, in pixels.
SMALLEST = 10
# Max distance of words from their check box, in sides of the box: of a lone one, and of one in a column of such boxes.
NEAR, NEAR_IN_COLUMN = 2.0, 8.0
# Max side of a box in a column of them that stands far from the words of its line, in their height.
MOST_OF_LINE = 2.0
# Max difference of places and of sides in a column of boxes, in sides.
ALIGNED = 0.25
# Min difference of ink from paper, in 0..255; max difference of paper inside and outside the box; percentage of a box
# that a tick leaves bare.
INK, SAME_PAPER, BARE = 60, 30, 5
# Max share of ink in an empty box; max share in a ticked one (more is a filled square).
EMPTY, FULL = 0.02, 0.7
# Min median difference of a dark square from its paper, in 0..255.
DARK = 120
# Min share of each side of the box that is drawn.
SIDE = 0.7
# Of a circle: where its line lies, and how far its middle reaches, in radii; directions that are looked into, and the
# min share of them in which there is ink.
LINE, MIDDLE = (0.72, 1.05), 0.55
DIRECTIONS, ROUND = 48, 0.8
# Of a round corner: the slopes, up to 1, of ways to corners and to sides; max ratio of their lengths in a circle.
STEEP, FLAT, ANGULAR = 0.75, 0.25, 1.12
# Min share of the middle of a full square that is bare where it is marked.
CUT_OUT = 0.06
# Max squares of a page: more are a drawing or a grid.
MOST_BOXES = 500


def check_boxes(
    squares: Sequence[Box],
    fields: Sequence[Tick],
    words: Sequence[Word],
    picture: Pixels,
    scale: float,
    lone: Sequence[Box] = (),
) -> list[Tick]:
    """The check boxes and radio buttons among a page's drawn squares, without those of form fields.

    `squares` are the boxes of whatever is as wide as high: of circles, too. Boxes are in points, origin top left of the
    page as shown. `picture`: the page picture, RGB, `scale` pixels per point. `lone`: the squares that need no words
    beside them.
    """
    if not squares or len(squares) > MOST_BOXES:
        return []
    outer = [
        box
        for box in squares
        if not any(_is_inside(box, other) for other in squares)
        and not any(intersection(box, field.box) for field in fields)
    ]
    squares_found: dict[Box, Tick] = {}
    circles: dict[Box, Tick] = {}
    full: dict[Box, Tick] = {}
    rest: list[Box] = []
    for box in outer:
        others = [other for other in outer if other != box]
        if any(_nearly_touch(box, other) for other in others) or not (box in lone or is_beside(box, words, others)):
            continue
        dotted = _is_dotted(box, picture, scale)
        if dotted is not None:
            if not holds_letter(box, words):
                circles.setdefault(box, Tick(box, dotted))
            continue
        look = _look_of(box, picture, scale)
        if look is not None:
            (full if look == "full" else squares_found).setdefault(box, Tick(box, look != "empty"))
        else:
            rest.append(box)
    known = list(squares_found.values())
    boxes = [*squares_found, *(field.box for field in fields)]
    dark = [
        Tick(box, True)
        for box in dict.fromkeys(rest)
        if any(_are_in_line(box, other) for other in boxes) and _is_dark(box, picture, scale)
    ]
    rings = list(circles.values())
    return [*known, *dark, *_with_a_counterpart(full.values(), known), *_with_a_counterpart(rings, rings)]


def _with_a_counterpart(ticks: Iterable[Tick], others: Sequence[Tick]) -> list[Tick]:
    """Those that there is another one like, ticked if they are not, or not if they are."""

    def are_alike(one: Tick, other: Tick) -> bool:
        sides = sorted(tick.box[2] - tick.box[0] for tick in (one, other))
        return sides[1] - sides[0] < ALIGNED * sides[0]

    return [one for one in ticks if any(other.chosen is not one.chosen and are_alike(one, other) for other in others)]


def is_beside(box: Box, words: Sequence[Word], others: Sequence[Box]) -> bool:
    """Whether words stand beside a box on its line: near a lone one, however far from one that has another one of its
    size in its column and is about as high as they are; and no more than one character inside it."""
    if _holds_word(box, words):
        return False
    in_column = any(_is_below(box, other) or _is_below(other, box) for other in others)
    near = NEAR_IN_COLUMN if in_column else NEAR
    return _has_words_beside(box, words, near) or (in_column and _is_in_row(box, words))


def holds_letter(box: Box, words: Sequence[Word]) -> bool:
    """Whether a letter or digit stands in the box that nobody ticks with: it is a number in a circle."""
    return any(
        word.text.isalnum() and word.text not in TICK_LETTERS and contains(box, centre(word.box)) for word in words
    )


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


def _are_in_line(box: Box, other: Box) -> bool:
    """Whether two boxes of one size stand in a row or in a column."""
    room = ALIGNED * min(box[2] - box[0], other[2] - other[0])
    near = [abs(side - beside) < room for side, beside in zip(box, other, strict=True)]
    alike = abs((box[2] - box[0]) - (other[2] - other[0])) < room
    return alike and ((near[0] and near[2]) or (near[1] and near[3]))


def _holds_word(box: Box, words: Sequence[Word]) -> bool:
    """Whether more than one character stands inside the box."""
    return any(contains(box, centre(word.box)) and len(word.text) > 1 for word in words)


def _has_words_beside(box: Box, words: Sequence[Word], near: float) -> bool:
    """Whether words stand beside the box on its line, no further than so many of its sides."""
    side = box[2] - box[0]
    return any(
        (0 < word.box[0] - box[2] < near * side or 0 < box[0] - word.box[2] < near * side)
        and any(map(str.isalpha, word.text))
        for word in _on_line(box, words)
    )


def _is_in_row(box: Box, words: Sequence[Word]) -> bool:
    """Whether the box is about as high as the words of its line, however far they stand: a table has it in a cell."""
    side, row = box[2] - box[0], _on_line(box, words)
    return any(any(map(str.isalpha, word.text)) for word in row) and all(
        side <= MOST_OF_LINE * (word.box[3] - word.box[1]) for word in row
    )


def _on_line(box: Box, words: Sequence[Word]) -> list[Word]:
    """The words at the height of the box's middle."""
    middle = (box[1] + box[3]) / 2
    return [word for word in words if word.box[1] < middle < word.box[3]]


def _is_dotted(box: Box, picture: Pixels, scale: float) -> bool | None:
    """Whether there is ink in the circle in the box; None for no circle, and for one that is filled."""
    left, top, right, bottom = (round(side * scale) for side in box)
    height, width = picture.shape[:2]
    if left < 1 or top < 1 or right >= width or bottom >= height or right - left < SMALLEST:
        return None
    grey = picture[top - 1 : bottom + 1, left - 1 : right + 1].mean(axis=2)
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = np.abs(grey - float(np.median(rim))) > INK
    if any(ink[row, column] for row in (1, -2) for column in (1, -2)):
        return None
    y, x = np.indices(ink.shape)
    y, x = y - (ink.shape[0] - 1) / 2, x - (ink.shape[1] - 1) / 2
    away = np.hypot(x, y) / ((right - left) / 2)
    slope = np.minimum(abs(x), abs(y)) / np.maximum(np.maximum(abs(x), abs(y)), 0.5)
    to_corner, to_side = ((ink & among) * away for among in (slope > STEEP, slope < FLAT))
    if to_corner.max() > ANGULAR * to_side.max():
        return None
    direction = ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * DIRECTIONS).astype(int) % DIRECTIONS
    line = (away >= LINE[0]) & (away <= LINE[1])
    drawn = np.bincount(direction[line & ink], minlength=DIRECTIONS) > 0
    inside, middle = ink[away < LINE[0]].mean(), ink[away < MIDDLE].mean()
    if drawn.mean() < ROUND or inside > FULL:
        return None
    return bool(middle > EMPTY)


def _look_of(box: Box, picture: Pixels, scale: float) -> Literal["empty", "ticked", "full"] | None:
    """What is in the box, `full` if it is full but for a mark; None for no check box: coloured, or not drawn on all
    sides."""
    seen = _grey_around(box, picture, scale)
    if seen is None:
        return None
    grey, margin, paper = seen
    # The whole inside, and without what a frame may cover of it.
    whole, inside = (grey[inset:-inset, inset:-inset] for inset in (margin + margin // 2, 2 * margin))
    if abs(float(np.percentile(whole, 100 - BARE if paper > 127 else BARE)) - paper) > SAME_PAPER:
        return None
    ink = np.abs(grey - paper) > INK
    edges = (ink[: 2 * margin], ink[-2 * margin :], ink[:, : 2 * margin].T, ink[:, -2 * margin :].T)
    if any(edge[:, margin:-margin].any(axis=0).mean() < SIDE for edge in edges):
        return None
    full, drawn = (float((np.abs(part - paper) > INK).mean()) for part in (whole, inside))
    if full > FULL:
        return "full" if drawn <= 1 - CUT_OUT else None
    return "ticked" if drawn > EMPTY else "empty"


def _is_dark(box: Box, picture: Pixels, scale: float) -> bool:
    """Whether the box is full of ink."""
    seen = _grey_around(box, picture, scale)
    if seen is None:
        return False
    grey, margin, paper = seen
    away = np.abs(grey[2 * margin : -2 * margin, 2 * margin : -2 * margin] - paper)
    return float(np.median(away)) > DARK and float((away > INK).mean()) > FULL


def _grey_around(box: Box, picture: Pixels, scale: float) -> tuple[Measures, int, float] | None:
    """The grey of a box with a margin around it, the margin in pixels, and the grey of the paper there.

    None where the box is too small for one, or too near the picture's edge.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = (round(side * scale) for side in box)
    margin = max(2, round(0.2 * (right - left)))
    if left < margin or top < margin or right + margin > width or bottom + margin > height or right - left < 3 * margin:
        return None
    grey = picture[top - margin : bottom + margin, left - margin : right + margin].mean(axis=2)
    return grey, margin, float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))
