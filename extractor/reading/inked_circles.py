"""Where there is ink around words of a scan -> circles that may be radio buttons, marked or not.

Runs in a page process. A radio button is a closed ring as high as a capital letter, and it is marked where its very
centre has ink, too: a copyright sign's has none. An empty one looks like an O: it is told by a marked one of its size
that stands in a row or a column with it. Lengths are pixels of the picture, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..pages.form_fields import Tick
from ..values.arrays import Grey
from ..values.boxes import centre

# Max difference of a ring's width and height, in its width; where its line lies, in radii; directions that are looked
# into, and the min share of them with ink in the line.
ROUND, LINE, DIRECTIONS, CLOSED = 0.2, 0.65, 32, 0.95
# How far from its middle a mark fills it, and how far it is empty without one, in radii; min and max shares of ink.
CENTRE, INSIDE = 0.22, 0.5
MARKED, EMPTY = 0.8, 0.02
# Max share of ink within the line: a full circle is a bullet.
FULL = 0.9
# Max difference of places and of sizes in a row or a column, in widths; how much wider a ring is with a cross that goes
# beyond it.
ALIGNED, CROSSED = 0.25, 1.5


def rings_in(ink: Grey, corner: tuple[int, int], least: float, most: float) -> list[Tick]:
    """The rings among pieces of ink, marked or empty, with boxes on the picture.

    `ink`: 1 or 0, its top left at `corner`. Rings are between `least` and `most` pixels wide.
    """
    count, _, boxes, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink), connectivity=8)
    rings = []
    for left, top, width, height, _ in boxes[1:count].tolist():
        if not least <= width <= most or abs(width - height) > ROUND * width:
            continue
        marked = _is_marked_ring(ink[top : top + height, left : left + width] > 0)
        if marked is not None:
            x, y = left + corner[0], top + corner[1]
            rings.append(Tick((x - 1.0, y - 1.0, x + width + 1.0, y + height + 1.0), marked))
    return rings


def _is_marked_ring(ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool | None:
    """Whether a ring that fills the picture is marked; None for no ring, or one with something else in it."""
    height, width = ink.shape
    y, x = np.indices(ink.shape)
    y, x = (2 * y + 1) / height - 1, (2 * x + 1) / width - 1
    away = np.hypot(x, y)
    marked, empty = ink[away < CENTRE].mean() >= MARKED, ink[away < INSIDE].mean() <= EMPTY
    if not (marked or empty) or ink[away < LINE].mean() > FULL:
        return None
    direction = ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * DIRECTIONS).astype(int) % DIRECTIONS
    drawn = np.bincount(direction[ink & (away > LINE)], minlength=DIRECTIONS) > 0
    return bool(marked) if drawn.mean() >= CLOSED else None


def radio_buttons(rings: Sequence[Tick]) -> list[Tick]:
    """The rings that stand in a row or a column with one that is marked if they are not, or not if they are; and those
    that stand so with one of these."""
    told = [
        one for one in rings if any(one.chosen is not other.chosen and _are_of_one_group(one, other) for other in rings)
    ]
    return told + [one for one in rings if one not in told and any(_are_of_one_group(one, other) for other in told)]


def _are_of_one_group(one: Tick, other: Tick) -> bool:
    """Whether two rings are of one size, or one is wider by its mark, and stand in one row or one column."""
    (side, _), (other_side, is_wider_marked) = sorted((tick.box[2] - tick.box[0], tick.chosen) for tick in (one, other))
    (x, y), (other_x, other_y) = centre(one.box), centre(other.box)
    room = ALIGNED * side
    alike = other_side - side <= room or (is_wider_marked and other_side <= CROSSED * side)
    return alike and min(abs(x - other_x), abs(y - other_y)) <= room
