"""A scan's picture and its lines -> the sheets that lie on it beside each other, and blocks that stand another way.

Receipts are scanned several at a time, each the way it came to lie. Each is a page of its own: its direction, its skew
and its reading order are its own. A sheet is told by its edge, a frame or another brightness, all around; where none is
seen, only a block whose lines stand another way than the rest is one. Boxes are in pixels of the picture, origin top
left; lines are quadrilaterals (4, 2) in them. Runs in page processes.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..values.arrays import Boxes, Grey, Mask, Pixels, Quad
from ..values.boxes import Box, area, centre, contains, intersection, scaled, union
from .orientation import on_its_side

# Lines belong to one block if they are no further apart than this, in their heights: along them, and across.
ALONG, ACROSS = 10.0, 2.0
# Lines of two sheets are further apart than this: a sheet has a margin.
BETWEEN = 4.0
# A line that is so many times as high as it is wide runs up or down.
SIDEWAYS = 3.0
# Fewer lines are no block that could be a sheet.
MIN_LINES = 3
# More lines than that are no receipts, and telling their blocks takes room that grows with the square of their number.
MOST_LINES = 1000
# A block is cut out with so many of its lines' heights around it.
MARGIN = 1.0
# The picture's long side in pixels, where sheets' edges are looked for.
EDGE_SIDE = 800
# Two pixels beside a pixel that differ by so much of 255 are an edge of paper.
EDGE = 7
# Paper is brighter than this, of 255.
WHITE = 200
# A sheet's share of the picture, and the share of the smallest rectangle around it that it fills.
SMALLEST, LARGEST = 0.01, 0.7
RECTANGULAR = 0.85
# What is so far inside a larger one is no sheet of its own.
INSIDE = 0.9
# Sheets hold this share of the lines, and are this far apart, in the lines' heights.
HELD = 0.95
APART = 1.5


def may_be_several(quads: Sequence[Quad]) -> bool:
    """Whether the lines stand so far apart that they may be on several sheets: hardly a page's do."""
    return sum(len(block) >= MIN_LINES for block in blocks_of(quads, BETWEEN)) > 1


def blocks_of(quads: Sequence[Quad], across_gap: float = ACROSS) -> list[list[int]]:
    """The lines by block, of which each is within such a gap of the next: their places among `quads`. Very many lines
    are one block."""
    if len(quads) > MOST_LINES:
        return [list(range(len(quads)))]
    boxes, sideways = _boxes(quads), np.array([on_its_side(quad) for quad in quads], bool)
    heights = np.where(sideways, boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    near = np.minimum(heights[:, None], heights[None, :])
    gaps = [
        np.maximum(boxes[:, None, axis], boxes[None, :, axis])
        - np.minimum(boxes[:, None, axis + 2], boxes[None, :, axis + 2])
        for axis in (0, 1)
    ]
    across = np.where(sideways, 1, 0)
    along = np.where(across[:, None] == 1, gaps[1], gaps[0])
    over = np.where(across[:, None] == 1, gaps[0], gaps[1])
    # In one row of text, or under each other.
    level = (over < -0.5 * near) & (along <= ALONG * near)
    beneath = (along < 0) & (over <= across_gap * near)
    linked = (level | beneath) & (sideways[:, None] == sideways[None, :])
    return _connected(linked | linked.T)


def _connected(linked: Mask) -> list[list[int]]:
    left = set(range(len(linked)))
    blocks = []
    while left:
        block, edge = set[int](), {min(left)}
        while edge:
            block |= edge
            edge = set(np.flatnonzero(linked[list(edge)].any(axis=0)).tolist()) - block
        blocks.append(sorted(block))
        left -= block
    return blocks


def on_their_sides(quads: Sequence[Quad]) -> list[Box]:
    """The boxes of the blocks that stand on their side, on a page most of which stands upright."""
    # A lone digit is higher than wide too; a word of several letters is much more so.
    long = [bool(np.ptp(quad[:, 1]) >= SIDEWAYS * np.ptp(quad[:, 0])) for quad in quads]
    if sum(long) < MIN_LINES:
        return []
    blocks = [
        block
        for block in blocks_of(quads)
        if _beside_each_other([quads[place] for place in block if long[place]]) >= MIN_LINES
    ]
    return [box_of([quads[place] for place in block], MARGIN) for block in blocks if stands_alone(quads, block)]


def _beside_each_other(quads: Sequence[Quad]) -> int:
    """How many of the lines have no other one over or under them: figures in a column stand in one line."""
    count, reach = 0, -np.inf
    for left, _, right, _ in sorted(_boxes(quads).tolist()):
        if left >= reach:
            count, reach = count + 1, right
    return count


def stands_alone(quads: Sequence[Quad], block: Sequence[int]) -> bool:
    """Whether no other line is near to the block."""
    mine = set(block)
    box = box_of([quads[place] for place in block], ACROSS)
    others = _boxes([quad for place, quad in enumerate(quads) if place not in mine])
    return not any(intersection(box, tuple(other)) for other in others.tolist())


def box_of(quads: Sequence[Quad], margin: float = MARGIN) -> Box:
    """The box around the lines, and so many of their heights."""
    boxes = _boxes(quads)
    room = margin * float(np.median(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    left, top, right, bottom = union(tuple(box) for box in boxes.tolist())
    return (left - room, top - room, right + room, bottom + room)


def sheets_on(picture: Pixels, quads: Sequence[Quad]) -> list[Box]:
    """The sheets that lie on the picture, in reading order; none where it is one page, as nearly all are.

    Nearly all of the lines stand on the sheets, which are apart from each other.
    """
    factor = min(1.0, EDGE_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    # Green is most of what is light.
    grey = np.asarray(cv2.resize(cv2.extractChannel(picture, 1), size, interpolation=cv2.INTER_AREA), np.uint8)
    boxes = _boxes(quads)
    height = float(np.median(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    middles = [centre(box) for box in boxes.tolist()]
    for mask_of in (_edges, _bright) if _lies_on_dark(grey) else (_edges,):
        found: list[Box] = []
        for box in sorted(_rectangles(mask_of(grey)), key=area, reverse=True):
            if not any(intersection(box, other) > INSIDE * area(box) for other in found):
                found.append(box)
        found = [scaled(box, 1 / factor) for box in found]
        found = [box for box in found if any(contains(box, middle) for middle in middles)]
        held = sum(any(contains(box, middle) for box in found) for middle in middles)
        if len(found) > 1 and held >= HELD * len(quads) and _are_apart(found, APART * height):
            return in_order(found)
    return []


def _edges(grey: Grey) -> Grey:
    """Where light and dark meet, frames closed over small gaps."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    change = np.zeros(grey.shape, np.uint8)
    cv2.absdiff(soft[:, 2:], soft[:, :-2], dst=change[:, 1:-1])
    change[1:-1] = np.maximum(change[1:-1], cv2.absdiff(soft[2:], soft[:-2]))
    edges = cv2.threshold(change, EDGE, 1, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)


def _lies_on_dark(grey: Grey) -> bool:
    """Whether the picture is not white all around."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return bool(np.median(rim) < WHITE)


def _bright(grey: Grey) -> Grey:
    """What is paper on a dark ground."""
    soft = cv2.medianBlur(grey, 9)
    _, mask = cv2.threshold(soft, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(mask, np.uint8)


def _rectangles(mask: Grey) -> list[Box]:
    """The boxes of what is outlined in the mask like a sheet of paper."""
    outlines = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    boxes = []
    for outline in outlines:
        left, top, width, height = cv2.boundingRect(outline)
        if not SMALLEST * mask.size <= width * height <= LARGEST * mask.size:
            continue
        (_, (across, down), _) = cv2.minAreaRect(outline)
        if cv2.contourArea(outline) >= RECTANGULAR * max(across * down, 1.0):
            boxes.append((float(left), float(top), float(left + width), float(top + height)))
    return boxes


def _are_apart(boxes: Sequence[Box], gap: float) -> bool:
    return not any(
        intersection((box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap), other)
        for index, box in enumerate(boxes)
        for other in boxes[:index]
    )


def in_order(boxes: Sequence[Box]) -> list[Box]:
    """The boxes as they are read: those above a white strip before those below it, then left before right."""
    return [boxes[place] for place in _order(boxes, range(len(boxes)))]


def _order(boxes: Sequence[Box], places: Sequence[int]) -> list[int]:
    if len(places) < 2:
        return list(places)
    for axis in (1, 0):
        ordered = sorted(places, key=lambda place: boxes[place][axis])
        reach = boxes[ordered[0]][axis + 2]
        for index, place in enumerate(ordered[1:], start=1):
            if boxes[place][axis] >= reach:
                return [*_order(boxes, ordered[:index]), *_order(boxes, ordered[index:])]
            reach = max(reach, boxes[place][axis + 2])
    return sorted(places, key=lambda place: (boxes[place][1], boxes[place][0]))


def without(quads: Sequence[Quad], boxes: Sequence[Box]) -> list[Quad]:
    """The lines that stand in none of the boxes."""
    return [quad for quad, inside in zip(quads, standing_in(quads, boxes), strict=True) if not inside]


def standing_in(quads: Sequence[Quad], boxes: Sequence[Box]) -> list[bool]:
    """Whether each line stands in one of the boxes."""
    middles = [centre((left, top, right, bottom)) for left, top, right, bottom in _boxes(quads).tolist()]
    return [any(contains(box, middle) for box in boxes) for middle in middles]


def _boxes(quads: Sequence[Quad]) -> Boxes:
    corners = np.array(quads, np.float64).reshape(-1, 4, 2)
    return np.hstack([corners.min(axis=1), corners.max(axis=1)])
