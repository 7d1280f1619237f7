"""Turned and skewed pages -> upright ones, and a matrix back to the page as shown.

Runs in a page process. A page is turned anticlockwise by quarters, then by a few degrees. Coordinates are the page's
unit, origin top left; the upright page is as large as its corners need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..values.arrays import Quad
from ..values.boxes import Box, Matrix, centre, clip, contains, mapped
from ..values.page import Crop, Page

# Min skew that is corrected; max angle that counts as skew, in degrees.
MIN_SKEW = 0.4
MAX_SKEW = 20.0
# Min ratio of length to height of a line that tells the skew.
LONG_LINE = 4.0
# Min ratio of height to width of a line that may stand on its side.
ON_ITS_SIDE = 1.5


@dataclass(frozen=True, slots=True)
class Upright:
    """A page turned to be read. `matrix`, (3, 3), maps its points to the page as shown.

    `quarters`: quarter turns anticlockwise. `skew`: degrees.
    """

    page: Page
    matrix: Matrix
    quarters: int = 0
    skew: float = 0.0


def as_shown(page: Page) -> Upright:
    """The page unturned, with the matrix (3, 3) that changes nothing."""
    return Upright(page, np.eye(3))


def turned(upright: Upright, quarters: int) -> Upright:
    """The page turned anticlockwise by so many quarters, with its words, areas, crops and tiles; its unit stays, its
    matrix leads back to the page as shown."""
    page = upright.page
    quarters %= 4
    if not quarters:
        return upright
    width, height = page.width, page.height
    forward = np.eye(3)
    for _ in range(quarters):
        # (x, y) -> (y, width - x)
        forward = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, width], [0.0, 0.0, 1.0]]) @ forward
        width, height = height, width
    seen = page.picture.turned(quarters)
    sideways = quarters % 2 == 1
    words = tuple(replace(word, box=mapped(forward, word.box), upright=word.upright != sideways) for word in page.words)
    crops, tiles = (
        tuple(Crop(mapped(forward, part.box), part.picture.turned(quarters), part.scale) for part in parts)
        for parts in (page.crops, page.tiles)
    )
    page = replace(page, picture=seen, width=width, height=height, words=words, crops=crops, tiles=tiles)
    return _turned_further(upright, forward, page, quarters=quarters)


def deskewed(upright: Upright, skew: float) -> Upright:
    """The page turned so that lines which fall by `skew` degrees to the right are level; unchanged below `MIN_SKEW`.

    Its unit stays; it is as large as its corners need.
    """
    page = upright.page
    if abs(skew) < MIN_SKEW:
        return upright
    angle = math.radians(skew)
    cos, sin = math.cos(angle), math.sin(angle)
    width = page.width * abs(cos) + page.height * abs(sin)
    height = page.width * abs(sin) + page.height * abs(cos)
    rotation = np.array([[cos, sin], [-sin, cos]])
    shift = np.array([width, height]) / 2 - rotation @ (np.array([page.width, page.height]) / 2)
    forward = np.eye(3)
    forward[:2, :2], forward[:2, 2] = rotation, shift
    shape = (max(1, round(height * page.scale)), max(1, round(width * page.scale)))
    seen = page.picture.warped(np.hstack([rotation, shift[:, None] * page.scale]), shape)
    words = tuple(replace(word, box=mapped(forward, word.box)) for word in page.words)
    page = replace(page, picture=seen, width=width, height=height, words=words)
    return _turned_further(upright, forward, page, skew=skew)


def cropped(upright: Upright, box: Box) -> Upright:
    """A part of the page as a page of its own, all of it to be recognised, with the words centred in the box.

    `box` is in the page's unit; the part's origin is the box's top left corner.
    """
    page = upright.page
    left, top, right, bottom = (round(side * page.scale) for side in clip(box, page.width, page.height))
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    forward = np.eye(3)
    forward[:2, 2] = -left / page.scale, -top / page.scale
    seen = page.picture.warped(np.array([[1.0, 0.0, -left], [0.0, 1.0, -top]]), (bottom - top, right - left))
    part = replace(
        page,
        picture=seen,
        width=(right - left) / page.scale,
        height=(bottom - top) / page.scale,
        words=tuple(
            replace(word, box=mapped(forward, word.box)) for word in page.words if contains(box, centre(word.box))
        ),
    )
    return replace(upright, page=replace(part, recognise=(part.box,)), matrix=upright.matrix @ np.linalg.inv(forward))


def _turned_further(before: Upright, forward: Matrix, page: Page, quarters: int = 0, skew: float = 0.0) -> Upright:
    """`page`, which `forward` maps `before` to. Its areas are still those of `before`."""
    page = replace(page, recognise=tuple(mapped(forward, box) for box in page.recognise))
    return Upright(page, before.matrix @ np.linalg.inv(forward), (before.quarters + quarters) % 4, before.skew + skew)


def on_its_side(quad: Quad) -> bool:
    """Whether a line, (4, 2) in any unit, is so much higher than wide that it may run up or down the page."""
    return bool(np.ptp(quad[:, 1]) >= ON_ITS_SIDE * np.ptp(quad[:, 0]))


def on_their_side(quads: Sequence[Quad]) -> bool:
    """Whether most lines, each (4, 2) in one unit, run up or down the page, weighted by length."""
    up = across = 0.0
    for quad in quads:
        if on_its_side(quad):
            up += float(np.ptp(quad[:, 1]))
        else:
            across += float(np.ptp(quad[:, 0]))
    return up > across


def skew_of(quads: Sequence[Quad]) -> float:
    """Degrees by which lines, each (4, 2) in one unit, fall to the right: the median of long lines, weighted by length;
    0 if unknown."""
    angles = []
    for quad in quads:
        along = (quad[1] - quad[0] + quad[2] - quad[3]) / 2
        across = (quad[3] - quad[0] + quad[2] - quad[1]) / 2
        length = float(np.hypot(*along))
        if length > LONG_LINE * float(np.hypot(*across)):
            angles.append((math.degrees(math.atan2(float(along[1]), float(along[0]))), length))
    if not angles:
        return 0.0
    half = sum(length for _, length in angles) / 2
    for angle, length in sorted(angles):
        half -= length
        if half <= 0:
            return angle if abs(angle) <= MAX_SKEW else 0.0
    return 0.0
