"""A scan's page picture and its lines -> sheets that lie side by side on it, and blocks that stand another way.

Runs in a page process. Receipts are scanned several at a time, each the way it came to lie. Each is a page of its own,
with its own direction, skew and reading order. An edge all around tells a sheet: a frame, or another brightness.
Without an edge, only a block whose lines stand another way is one. Boxes are in pixels of the picture, origin top left;
lines are quadrilaterals (4, 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..values.arrays import Boxes, Grey, Mask, Pixels, Quad
from ..values.boxes import Box, area, centre, contains, intersection, scaled, union
from .orientation import on_its_side

# Max distance of lines of one block, in their heights: along them, and across.
ALONG, ACROSS = 10.0, 2.0
# Min distance across of lines of two sheets, in their heights: a sheet has a margin.
BETWEEN = 4.0
# Min ratio of height to width of a line that runs up or down.
SIDEWAYS = 3.0
# Min lines of a block that may be a sheet.
MIN_LINES = 3
# Max lines: more are no receipts, and the memory to tell their blocks grows with the square of their number.
MOST_LINES = 1000
# Margin around a block that is cut out, in heights of its lines.
MARGIN = 1.0
# Long side of the picture in which edges of sheets are looked for, in pixels.
EDGE_SIDE = 800
# Min difference of a pixel's two neighbours for it to be an edge of paper, in 0..255.
EDGE = 7
# Min brightness of paper, in 0..255.
WHITE = 200
# Min and max share of the picture of a sheet; min share of the smallest rectangle around it that it fills.
SMALLEST, LARGEST = 0.01, 0.7
RECTANGULAR = 0.85
# Min share inside a larger sheet for one to be no sheet of its own.
INSIDE = 0.9
# Min share of lines on the sheets; min distance of sheets, in heights of lines.
HELD = 0.95
APART = 1.5


def may_be_several(quads: Sequence[Quad]) -> bool:
    """Whether the lines, (4, 2) in pixels, stand so far apart that they may be on several sheets; hardly any page's
    do."""
    return sum(len(block) >= MIN_LINES for block in blocks_of(quads, BETWEEN)) > 1


def blocks_of(quads: Sequence[Quad], across_gap: float = ACROSS) -> list[list[int]]:
    """The lines by block, as indices of `quads`: each line is within a gap of the next.

    `across_gap`: in heights of the lines. More than `MOST_LINES` are one block.
    """
    if len(quads) > MOST_LINES:
        return [list(range(len(quads)))]
    boxes, sideways = _boxes_around(quads), np.array([on_its_side(quad) for quad in quads], bool)
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
    return _connected_groups(linked | linked.T)


def _connected_groups(linked: Mask) -> list[list[int]]:
    """The indices in groups that are linked, directly or through others."""
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
    """The boxes, in pixels, origin top left, of blocks that stand on their side on a page most of which is upright."""
    # A lone digit is higher than wide too; a word on its side is much more so.
    long = [bool(np.ptp(quad[:, 1]) >= SIDEWAYS * np.ptp(quad[:, 0])) for quad in quads]
    if sum(long) < MIN_LINES:
        return []
    blocks = [
        block for block in blocks_of(quads) if _count_side_by_side([quads[at] for at in block if long[at]]) >= MIN_LINES
    ]
    return [box_around([quads[at] for at in block], MARGIN) for block in blocks if stands_alone(quads, block)]


def _count_side_by_side(quads: Sequence[Quad]) -> int:
    """How many lines have no other one above or below: digits in a column do not count."""
    count, reach = 0, -np.inf
    for left, _, right, _ in sorted(_boxes_around(quads).tolist()):
        if left >= reach:
            count, reach = count + 1, right
    return count


def stands_alone(quads: Sequence[Quad], block: Sequence[int]) -> bool:
    """Whether no other line is near the block, given as indices of `quads`, which are in pixels."""
    mine = set(block)
    box = box_around([quads[at] for at in block], ACROSS)
    others = _boxes_around([quad for at, quad in enumerate(quads) if at not in mine])
    return not any(intersection(box, tuple(other)) for other in others.tolist())


def box_around(quads: Sequence[Quad], margin: float = MARGIN) -> Box:
    """The box around the lines, in pixels, origin top left, with a margin in heights of lines."""
    boxes = _boxes_around(quads)
    room = margin * float(np.median(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    left, top, right, bottom = union(tuple(box) for box in boxes.tolist())
    return (left - room, top - room, right + room, bottom + room)


def sheets_on(picture: Pixels, quads: Sequence[Quad]) -> list[Box]:
    """The boxes, in pixels, origin top left, of the sheets on the picture (RGB), in reading order; none where it is one
    page.

    Nearly all lines stand on the sheets, and the sheets do not touch.
    """
    factor = min(1.0, EDGE_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    # Green alone: it is most of the brightness.
    grey = np.asarray(cv2.resize(cv2.extractChannel(picture, 1), size, interpolation=cv2.INTER_AREA), np.uint8)
    boxes = _boxes_around(quads)
    height = float(np.median(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    middles = [centre(box) for box in boxes.tolist()]
    for mask_of in (_edge_mask, _paper_mask) if _lies_on_dark(grey) else (_edge_mask,):
        found: list[Box] = []
        for box in sorted(_sheet_like_boxes(mask_of(grey)), key=area, reverse=True):
            if not any(intersection(box, other) > INSIDE * area(box) for other in found):
                found.append(box)
        found = [scaled(box, 1 / factor) for box in found]
        found = [box for box in found if any(contains(box, middle) for middle in middles)]
        held = sum(any(contains(box, middle) for box in found) for middle in middles)
        if len(found) > 1 and held >= HELD * len(quads) and _are_apart(found, APART * height):
            return in_order(found)
    return []


def _edge_mask(grey: Grey) -> Grey:
    """Where light and dark meet, small gaps of frames closed."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    change = np.zeros(grey.shape, np.uint8)
    cv2.absdiff(soft[:, 2:], soft[:, :-2], dst=change[:, 1:-1])
    change[1:-1] = np.maximum(change[1:-1], cv2.absdiff(soft[2:], soft[:-2]))
    edges = cv2.threshold(change, EDGE, 1, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)


def _lies_on_dark(grey: Grey) -> bool:
    """Whether the picture's rim is not white."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return bool(np.median(rim) < WHITE)


def _paper_mask(grey: Grey) -> Grey:
    """What is paper on a dark ground."""
    soft = cv2.medianBlur(grey, 9)
    _, mask = cv2.threshold(soft, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(mask, np.uint8)


def _sheet_like_boxes(mask: Grey) -> list[Box]:
    """The boxes of outlines that are shaped like a sheet of paper."""
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
    """Whether all boxes are at least the gap apart."""
    return not any(
        intersection((box[0] - gap, box[1] - gap, box[2] + gap, box[3] + gap), other)
        for index, box in enumerate(boxes)
        for other in boxes[:index]
    )


def in_order(boxes: Sequence[Box]) -> list[Box]:
    """The boxes in reading order, in any unit: those above a white strip first, then those left of one."""
    return [boxes[at] for at in _reading_order(boxes, range(len(boxes)))]


def _reading_order(boxes: Sequence[Box], indices: Sequence[int]) -> list[int]:
    """The indices in reading order."""
    if len(indices) < 2:
        return list(indices)
    for axis in (1, 0):
        ordered = sorted(indices, key=lambda at: boxes[at][axis])
        reach = boxes[ordered[0]][axis + 2]
        for index, at in enumerate(ordered[1:], start=1):
            if boxes[at][axis] >= reach:
                return [*_reading_order(boxes, ordered[:index]), *_reading_order(boxes, ordered[index:])]
            reach = max(reach, boxes[at][axis + 2])
    return sorted(indices, key=lambda at: (boxes[at][1], boxes[at][0]))


def lines_outside(quads: Sequence[Quad], boxes: Sequence[Box]) -> list[Quad]:
    """The lines whose centres are in none of the boxes; lines (4, 2) and boxes in pixels, origin top left."""
    return [quad for quad, inside in zip(quads, standing_in(quads, boxes), strict=True) if not inside]


def standing_in(quads: Sequence[Quad], boxes: Sequence[Box]) -> list[bool]:
    """For each line whether its centre is in one of the boxes; lines (4, 2) and boxes in one unit."""
    middles = [centre((left, top, right, bottom)) for left, top, right, bottom in _boxes_around(quads).tolist()]
    return [any(contains(box, middle) for box in boxes) for middle in middles]


def _boxes_around(quads: Sequence[Quad]) -> Boxes:
    """The box around each line, (lines, 4)."""
    corners = np.array(quads, np.float64).reshape(-1, 4, 2)
    return np.hstack([corners.min(axis=1), corners.max(axis=1)])
