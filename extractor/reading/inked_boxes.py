"""Small square frames in the picture of a scan -> check boxes beside their words, ticked or not.

Runs in a page process. On a scan a check box is four straight strokes of ink that close a square, with white around it.
It is looked for only in the room before, behind and between words: where a row of pixels through that has no ink but
paper, nothing more is done. What its ends run on from is a table or a comb; what holds a letter or digit is a field.
Lengths are pixels of the picture, origin top left, unless they are said to be in the page's unit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pages.drawn_boxes import MOST_BOXES, check_boxes
from ..pages.form_fields import Tick, with_ticks
from ..values.arrays import Grey
from ..values.boxes import Box, PixelBox, centre, contains, intersection, median_height, scaled, union
from ..values.page import Page
from ..values.page_picture import PagePicture
from ..values.words import TICKED, TICKS, Word

# Sides of a check box, in heights of its line; and in pixels, below which its sides are not told from letters.
SMALLEST, LARGEST, FEWEST_PIXELS = 0.45, 1.8, 9
# How far before and behind words boxes are looked for, in heights of the line.
REACH = 4.0
# Number of pixels of a row that are looked at in such a room; min difference of ink from paper there, in 0..255;
# min share of them for dark ground.
SAMPLES, FAINTEST, MOST_DARK = 64, 40, 0.7
# Where between the darkest ink and the paper a pixel begins to be ink.
INK = 0.5
# Max difference of a frame's width and height, in sides; min share of a side that is drawn; how far it may go on.
SQUARE, DRAWN, BEYOND = 0.2, 0.75, 0.35
# The ring around a box that is to be white, from and to, in sides; max share of a side with ink in it.
RING, SPOILT = (0.12, 0.28), 0.4
# Min distance of boxes on a line, in sides: nearer ones hold a letter each.
APART = 0.7
# Max difference of boxes that are alike, as a share; as many boxes leave out those that are like no other.
ALIKE, SEVERAL = 0.2, 3
# Letters that pens write into boxes as ticks; how sure a character is that is none.
_TICK_LETTERS, SURE = frozenset("XxVv"), 0.5
# How sure a mark is that was found in ink.
_CONFIDENCE = 0.95


class _Stroke(NamedTuple):
    """A straight stroke: its middle across its direction, its ends along it."""

    at: float
    start: float
    end: float


def with_inked_boxes(page: Page, words: Sequence[Word]) -> list[Word]:
    """The words of an upright scan with `[x]` or `[ ]` as a word for each check box in its picture.

    Boxes are in the page's unit, origin top left. Signs that were read in a check box go.
    """
    rooms = _rooms([word for word in words if word.upright], page)
    inked = [room for room, has_ink in zip(rooms, _have_frames(page.picture, rooms), strict=True) if has_ink]
    squares = _squares(page, words, inked)
    if not squares:
        return list(words)
    known = [Tick(word.box, word.text == TICKED) for word in words if word.text in TICKS]
    picture = page.picture
    whole = picture.part((0, 0, picture.columns, picture.rows))
    ticks = check_boxes(squares, known, words, whole, page.scale)
    ticks += [Tick(box, True) for box in _filled(page, inked, [tick.box for tick in (*ticks, *known)])]
    return with_ticks(words, ticks, "ocr", _CONFIDENCE)


def _squares(page: Page, words: Sequence[Word], rooms: Sequence[PixelBox]) -> list[Box]:
    """The frames that may be check boxes by their form, their size and their surroundings, in the page's unit."""
    found: list[Box] = []
    for room in rooms:
        found += [box for box in _frames(page.picture, room) if not any(intersection(box, one) for one in found)]
        if len(found) > MOST_BOXES:
            return []
    squares = [scaled(box, 1 / page.scale) for box in _without_combs(found)]
    squares = [box for box in squares if not any(_holds_letter(box, word) for word in words)]
    alike = [box for box in squares if any(_are_alike(box, other) for other in squares if other is not box)]
    return alike if len(squares) >= SEVERAL else squares


def _filled(page: Page, rooms: Sequence[PixelBox], boxes: Sequence[Box]) -> list[Box]:
    """The squares full of ink that are as large as one of the check boxes and stand in a row or column with it.

    Boxes are in the page's unit.
    """
    if not boxes:
        return []
    side = page.scale * min(box[2] - box[0] for box in boxes)
    filled: list[Box] = []
    for room in rooms:
        ink, corner = _ink(page.picture, room)
        core = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(2 * (max(3, int(0.7 * side)),), np.uint8))
        count, _, found, _ = cv2.connectedComponentsWithStats(core)
        for left, top, width, height, _ in found[1:count].tolist():
            pixels = (left + corner[0], top + corner[1], left + corner[0] + width, top + corner[1] + height)
            box = scaled(pixels, 1 / page.scale)
            fits = any(_are_alike(box, one) and _in_line(box, one) for one in boxes)
            if (
                fits
                and abs(width - height) <= SQUARE * width
                and not any(intersection(box, one) for one in (*boxes, *filled))
            ):
                filled.append(box)
    return filled


def _rooms(words: Sequence[Word], page: Page) -> list[PixelBox]:
    """The rooms before and behind the words of each line, as high as the line, up to what stands next there."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    texts = [scaled(union(word.box for word in text), page.scale) for line in lines.values() for text in _texts(line)]
    if not texts:
        return []
    boxes = np.array(texts)
    lefts, tops, rights, bottoms = boxes.T
    heights, middles = bottoms - tops, (tops + bottoms) / 2
    beside = (tops < middles[:, None]) & (middles[:, None] < bottoms)
    # The nearest text before each one and behind it; one that begins within another stands nowhere beside it.
    before = np.where(beside & (rights <= lefts[:, None] + heights[:, None] / 2), rights, 0.0).max(axis=1)
    behind = np.where(beside & (lefts >= rights[:, None] - heights[:, None] / 2), lefts, page.picture.columns).min(
        axis=1
    )
    starts = np.maximum(before, lefts - REACH * heights)
    ends = np.minimum(behind, rights + REACH * heights)
    both = np.vstack([np.stack([starts, tops, lefts, bottoms]).T, np.stack([rights, tops, ends, bottoms]).T])
    wide = both[:, 2] - both[:, 0] > SMALLEST * (both[:, 3] - both[:, 1])
    return [(left, top, right, bottom) for left, top, right, bottom in np.rint(both[wide]).astype(int).tolist()]


def _texts(line: Sequence[Word]) -> list[list[Word]]:
    """The words of a line without those that a check box may have been read as, parted there and at wide gaps."""
    height = median_height(word.box for word in line)
    texts: list[list[Word]] = []
    last: Word | None = None
    for word in sorted(line, key=lambda word: word.box[0]):
        if len(word.text) > 1 and any(map(str.isalnum, word.text)):
            if last is None or word.box[0] - last.box[2] > SMALLEST * height:
                texts.append([])
            texts[-1].append(word)
            last = word
        else:
            last = None
    return texts


def _have_frames(picture: PagePicture, rooms: Sequence[PixelBox]) -> NDArray[np.bool_]:
    """For each room whether a row of pixels through its middle meets ink at two places a box's side apart."""
    if not rooms:
        return np.zeros(0, np.bool_)
    boxes = np.array(rooms, np.float64)
    heights = boxes[:, 3] - boxes[:, 1]
    x = boxes[:, :1] + (boxes[:, 2:3] - 1 - boxes[:, :1]) * np.linspace(0, 1, SAMPLES)
    y = np.broadcast_to((boxes[:, 1:2] + boxes[:, 3:]) / 2, x.shape)
    if picture.matrix is not None:
        to_drawn = cv2.invertAffineTransform(picture.matrix)
        x, y = (row[0] * x + row[1] * y + row[2] for row in to_drawn)
    rows, columns = picture.drawn.shape[:2]
    green = picture.drawn[np.rint(y).astype(int).clip(0, rows - 1), np.rint(x).astype(int).clip(0, columns - 1), 1]
    dark = green < green.max(axis=1, keepdims=True).astype(int) - FAINTEST
    first, last = dark.argmax(axis=1), SAMPLES - 1 - dark[:, ::-1].argmax(axis=1)
    span = (last - first) / (SAMPLES - 1) * (boxes[:, 2] - boxes[:, 0])
    # Shadow and a dark ground are more than boxes.
    is_ink = dark.any(axis=1) & (dark.mean(axis=1) < MOST_DARK)
    return np.asarray(is_ink & (span >= 0.8 * SMALLEST * heights), np.bool_)


def _ink(picture: PagePicture, room: PixelBox) -> tuple[Grey, tuple[int, int]]:
    """Where there is ink around a room, 1 or 0, and the top left of that on the picture."""
    left, top, right, bottom = room
    # As far beside it as the next box of a comb may stand.
    across, down = round(LARGEST * (bottom - top)), round(LARGEST * (bottom - top) / 2)
    corner = (max(left - across, 0), max(top - down, 0))
    part = picture.part((*corner, min(right + across, picture.columns), min(bottom + down, picture.rows)))
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    paper, darkest = float(np.median(grey[::2, ::2])), float(grey.min())
    return np.asarray(grey < paper - max(FAINTEST, INK * (paper - darkest)), np.uint8), corner


def _frames(picture: PagePicture, room: PixelBox) -> list[Box]:
    """The square frames in a room with white around them."""
    height = room[3] - room[1]
    ink, corner = _ink(picture, room)
    least, most = max(FEWEST_PIXELS, SMALLEST * height), LARGEST * height
    # Of a longer stroke too much goes on.
    longest = (1 + 2 * BEYOND) * (1 + SQUARE) * most
    upright = [stroke for stroke in _strokes(ink.T, 0.7 * least) if stroke.end - stroke.start <= longest]
    if len(upright) < 2:
        return []
    level = [stroke for stroke in _strokes(ink, 0.7 * least) if stroke.end - stroke.start <= longest]
    frames = []
    for number, first in enumerate(upright):
        for second in upright[number + 1 :]:
            side = second.at - first.at
            if side > most:
                break
            # Both are drawn along most of one side.
            common = min(first.end, second.end) - max(first.start, second.start)
            if side < least or common < (2 * DRAWN - 1) * (1 - SQUARE) * side:
                continue
            frame = _closed(first, second, level, side)
            if frame is not None and _stands_free(ink, frame) and not _is_finder(ink, frame):
                frames.append(frame)
    return [(box[0] + corner[0], box[1] + corner[1], box[2] + corner[0], box[3] + corner[1]) for box in frames]


def _strokes(ink: Grey, shortest: float) -> list[_Stroke]:
    """The horizontal strokes of ink of at least a length that are longer than thick, from top to bottom."""
    length = max(3, int(shortest))
    if ink.shape[1] <= length:
        return []
    whole = cv2.morphologyEx(np.ascontiguousarray(ink), cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    strokes = [
        _Stroke(top + (height - 1) / 2, float(left), float(left + width - 1))
        for left, top, width, height, _ in boxes[1:count].tolist()
        if height <= 0.4 * width
    ]
    return sorted(strokes)


def _closed(first: _Stroke, second: _Stroke, level: Sequence[_Stroke], side: float) -> Box | None:
    """The square that two upright strokes and two of the level ones close; None if none do.

    `level`: from top to bottom.
    """
    # So far beyond the upright ones a side may be.
    room = (1 - DRAWN) * (1 + SQUARE) * side
    start = bisect_left(level, first.start - room, key=_place_of)
    end = bisect_right(level, first.end + room, key=_place_of)
    across = [stroke for stroke in level[start:end] if _reaches(stroke, first.at, second.at)]
    for number, top in enumerate(across):
        for bottom in across[number + 1 :]:
            is_square = abs(bottom.at - top.at - side) <= SQUARE * side
            if is_square and _reaches(first, top.at, bottom.at) and _reaches(second, top.at, bottom.at):
                return (first.at, top.at, second.at, bottom.at)
    return None


def _place_of(stroke: _Stroke) -> float:
    return stroke.at


def _reaches(stroke: _Stroke, start: float, end: float) -> bool:
    """Whether a stroke goes from one place to another along its direction, and hardly beyond."""
    side = end - start
    drawn = min(stroke.end, end) - max(stroke.start, start)
    return drawn >= DRAWN * side and max(start - stroke.start, stroke.end - end) <= BEYOND * side


def _stands_free(ink: Grey, frame: Box) -> bool:
    """Whether there is white around a frame, on three sides at least: a tick may go beyond it, and words be near."""
    left, top, right, bottom = (round(edge) for edge in frame)
    side = right - left
    near, far = max(2, round(RING[0] * side)), max(3, round(RING[1] * side))
    rows, columns = ink.shape
    strips = (
        ink[max(top - far, 0) : max(top - near, 0), left:right],
        ink[min(bottom + near, rows) : min(bottom + far, rows), left:right],
        ink[top:bottom, max(left - far, 0) : max(left - near, 0)].T,
        ink[top:bottom, min(right + near, columns) : min(right + far, columns)].T,
    )
    return sum(bool(strip.size) and float(strip.any(axis=0).mean()) > SPOILT for strip in strips) <= 1


def _is_finder(ink: Grey, frame: Box) -> bool:
    """Whether a frame holds a full square with white around that: the corner of a QR code.

    It has seven modules a side: one for the frame, one of white, three for the square (ISO/IEC 18004).
    """
    left, top, right, bottom = (round(edge) for edge in frame)
    inner = cv2.resize(ink[top : bottom + 1, left : right + 1] * 255, (28, 28), interpolation=cv2.INTER_AREA) > 127
    core, white = inner[9:19, 9:19], inner[5:23, 5:23].copy()
    white[2:16, 2:16] = False
    return bool(core.mean() > 0.85) and int(white.sum()) < 0.3 * (18 * 18 - 14 * 14)


def _without_combs(frames: Sequence[Box]) -> list[Box]:
    """The frames without those that have another close beside them on their line."""
    ordered = sorted(frames)
    combs: set[Box] = set()
    for number, frame in enumerate(ordered):
        middle, side = centre(frame)[1], frame[2] - frame[0]
        after = next((other for other in ordered[number + 1 :] if other[1] < middle < other[3]), None)
        if after is not None and after[0] - frame[2] < APART * side:
            combs |= {frame, after}
    return [frame for frame in frames if frame not in combs]


def _holds_letter(box: Box, word: Word) -> bool:
    """Whether a box holds a letter or digit, surely read, that pens do not tick with."""
    is_one = len(word.text) == 1 and word.text.isascii() and word.text.isalnum()
    is_tick = word.text in _TICK_LETTERS or word.confidence < SURE
    return is_one and not is_tick and contains(box, centre(word.box))


def _are_alike(box: Box, other: Box) -> bool:
    """Whether two squares are of one size."""
    sides = sorted(one[2] - one[0] for one in (box, other))
    return sides[1] - sides[0] <= ALIKE * sides[1]


def _in_line(box: Box, other: Box) -> bool:
    """Whether two squares stand in one row or one column."""
    (x, y), (other_x, other_y) = centre(box), centre(other)
    return min(abs(x - other_x), abs(y - other_y)) <= ALIKE * (box[2] - box[0])
