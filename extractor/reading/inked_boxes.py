"""Small square frames in the picture of a scan -> check boxes beside their words, ticked or not.

Runs in a page process. On a scan a check box is four straight strokes of ink that close a square, with white around it.
It is looked for only in the room before, behind and between words, and where a lone sign was read, however far from
words: where a row of pixels through that has no ink but paper, nothing more is done. What its ends run on from is a
table or a comb; what holds a letter or digit is a field.
Lengths are pixels of the picture, origin top left, unless they are said to be in the page's unit.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ..pages.drawn_boxes import MOST_BOXES, TICK_LETTERS, check_boxes, holds_letter, is_beside
from ..pages.form_fields import Tick, with_ticks
from ..values.arrays import Grey
from ..values.boxes import Box, PixelBox, centre, contains, intersection, median_height, scaled, union
from ..values.page import Page
from ..values.page_picture import PagePicture
from ..values.words import TICKED, TICKS, Word
from .inked_circles import radio_buttons, rings_in
from .scan_ink import FAINTEST, ink_of, strokes_through

# Sides of a check box, in heights of its line; and in pixels, below which its sides are not told from letters.
SMALLEST, LARGEST, FEWEST_PIXELS = 0.45, 1.8, 9
# How far before and behind words boxes are looked for, in heights of the line.
REACH = 4.0
# Where rows of pixels through such a room lie, as shares of its height; number of pixels of a row that are looked at;
# min share of them with ink for dark ground.
PROBED, SAMPLES, MOST_DARK = (0.5, 0.44, 0.56), 64, 0.7
# How far beyond a room a side of a box may stand: boxes of words end roughly; in heights of the line.
SLACK = 0.25
# Max difference of a frame's width and height, in sides; min share of a side that is drawn; how far it may go on.
SQUARE, DRAWN, BEYOND = 0.2, 0.75, 0.35
# Min length of two sides beside one another, as a share of their distance.
COMMON = (2 * DRAWN - 1) * (1 - SQUARE)
# Max thickness of a stroke, in its length; lengths of runs of ink that strokes are found by, in the least one.
THICKEST, LENGTHS = 0.4, (1.0, 1.6, 2.5)
# The ring around a box that is to be white, from and to, in sides; max share of a side with ink in it.
RING, SPOILT = (0.12, 0.28), 0.4
# Min distance of boxes on a line, in sides: nearer ones hold a letter each.
APART = 0.7
# Max difference of boxes that are alike, as a share; as many boxes leave out those that are like no other.
ALIKE, SEVERAL = 0.2, 3
# How sure a character is that is no tick.
SURE = 0.5
# What an empty radio button is read as.
_RINGS = frozenset("Oo0Q")
# Min width of a radio button, in heights of its line.
LEAST_RING = 0.55
# How sure a mark is that was found in ink.
CONFIDENCE = 0.95


class _Stroke(NamedTuple):
    """A straight stroke: its middle across its direction, its ends along it."""

    at: float
    start: float
    end: float


def with_inked_boxes(page: Page, words: Sequence[Word]) -> list[Word]:
    """The words of an upright scan with `[x]` or `[ ]` as a word for each check box in its picture.

    Boxes are in the page's unit, origin top left. Signs that were read in a check box go.
    """
    upright = [word for word in words if word.upright]
    signs = [word.box for word in _lone_signs(upright)]
    ticks = ticks_in(page, words, [*_rooms(upright, page), *_rooms_around(signs, upright, page)], signs)
    return with_ticks(words, ticks, "ocr", CONFIDENCE) if ticks else list(words)


def ticks_in(page: Page, words: Sequence[Word], rooms: Sequence[PixelBox], lone: Sequence[Box]) -> list[Tick]:
    """The check boxes and radio buttons in rooms of the picture, as high as a line each.

    What is drawn around the middle of a `lone` box needs no words beside it. Boxes are in the page's unit, origin top
    left, rooms in pixels.
    """
    inked = rooms
    for height in PROBED:
        has_ink = _have_frames(page.picture, inked, height)
        inked = [room for room, has in zip(inked, has_ink, strict=True) if has]
    squares, rings = _squares_and_rings(page, words, inked)
    if not (squares or rings):
        return []
    known = [Tick(word.box, word.text == TICKED) for word in words if word.text in TICKS]
    picture = page.picture
    whole = picture.part((0, 0, picture.columns, picture.rows))
    # A ring is read as an O.
    beside = [
        word for word in words if len(word.text) > 1 or not any(contains(ring.box, centre(word.box)) for ring in rings)
    ]
    apart = [box for box in squares if any(contains(box, centre(one)) for one in lone)]
    ticks = check_boxes(squares, known, beside, whole, page.scale, apart)
    circles = [ring.box for ring in rings]
    ticks += [
        ring
        for ring in rings
        if is_beside(ring.box, beside, circles)
        and not holds_letter(ring.box, beside)
        and not any(intersection(ring.box, tick.box) for tick in (*ticks, *known))
    ]
    return [*ticks, *(Tick(box, True) for box in _filled(page, inked, [tick.box for tick in (*ticks, *known)]))]


def _squares_and_rings(page: Page, words: Sequence[Word], rooms: Sequence[PixelBox]) -> tuple[list[Box], list[Tick]]:
    """The frames that may be check boxes by their form, their size and their surroundings, and the rings that may be
    radio buttons; in the page's unit."""
    found: list[Box] = []
    rings: list[Tick] = []
    # A tick that goes beyond its box makes a line higher than it is.
    usual = page.scale * median_height(word.box for word in words) if rooms else 0.0
    for room in rooms:
        near, corner = _ink(page.picture, room, SLACK)
        frames = _frames(page.picture, room, SMALLEST * min(usual, room[3] - room[1]), near, corner)
        found += [box for box in frames if not any(intersection(box, one) for one in found)]
        height = room[3] - room[1]
        rings += [
            ring
            for ring in rings_in(near, corner, LEAST_RING * height, LARGEST * height)
            if not any(intersection(ring.box, one.box) for one in rings)
        ]
        if len(found) + len(rings) > MOST_BOXES:
            return [], []
    squares = [scaled(box, 1 / page.scale) for box in _without_combs(found)]
    letters = [word for word in words if _is_letter(word)]
    squares = [box for box in squares if not any(contains(box, centre(letter.box)) for letter in letters)]
    alike = [box for box in squares if any(_are_alike(box, other) for other in squares if other is not box)]
    buttons = [Tick(scaled(ring.box, 1 / page.scale), ring.chosen) for ring in radio_buttons(rings)]
    return (
        alike if len(squares) >= SEVERAL else squares,
        [ring for ring in buttons if not any(intersection(ring.box, square) for square in squares)],
    )


def _filled(page: Page, rooms: Sequence[PixelBox], boxes: Sequence[Box]) -> list[Box]:
    """The squares full of ink that are as large as one of the check boxes and stand in a row or column with it.

    Boxes are in the page's unit.
    """
    if not boxes:
        return []
    side = page.scale * min(box[2] - box[0] for box in boxes)
    filled: list[Box] = []
    for room in rooms:
        ink, corner = _ink(page.picture, room, LARGEST)
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


def _lone_signs(words: Sequence[Word]) -> list[Word]:
    """The words of one sign that a check box may have been read as: a symbol, or an ideograph where no text has any."""
    kinds = {"So"} if any(_is_ideographic(word.text) for word in words) else {"So", "Lo"}
    return [word for word in words if len(word.text) == 1 and unicodedata.category(word.text) in kinds]


def _is_ideographic(text: str) -> bool:
    """Whether two letters without upper and lower case follow one another: a box is read as one."""
    cases = [unicodedata.category(letter) for letter in text]
    return ("Lo", "Lo") in pairwise(cases)


def _rooms_around(signs: Sequence[Box], words: Sequence[Word], page: Page) -> list[PixelBox]:
    """The rooms around lone signs, as high as most lines: a sign's own box may be narrower and higher than what it is
    read from."""
    if not signs:
        return []
    usual = page.scale * median_height(word.box for word in words)
    rooms = []
    for left, top, right, bottom in (scaled(sign, page.scale) for sign in signs):
        middle, half = (top + bottom) / 2, min(usual, bottom - top) / 2
        room = (left - half, middle - half, right + half, middle + half)
        rooms.append((round(room[0]), round(room[1]), round(room[2]), round(room[3])))
    return rooms


def _texts(line: Sequence[Word]) -> list[list[Word]]:
    """The words of a line without those that a check box may have been read as, parted there and at wide gaps."""
    height = median_height(word.box for word in line)
    texts: list[list[Word]] = []
    last: Word | None = None
    for word in sorted(line, key=lambda word: word.box[0]):
        is_letter = _is_letter(word) and word.text not in _RINGS
        if is_letter or (len(word.text) > 1 and any(map(str.isalnum, word.text))):
            if last is None or word.box[0] - last.box[2] > SMALLEST * height:
                texts.append([])
            texts[-1].append(word)
            last = word
        else:
            last = None
    return texts


def _have_frames(picture: PagePicture, rooms: Sequence[PixelBox], at: float) -> NDArray[np.bool_]:
    """For each room whether a row of pixels at a share of its height meets ink at two places a box's side apart."""
    if not rooms:
        return np.zeros(0, np.bool_)
    boxes = np.array(rooms, np.float64)
    heights = boxes[:, 3] - boxes[:, 1]
    x = boxes[:, :1] + (boxes[:, 2:3] - 1 - boxes[:, :1]) * np.linspace(0, 1, SAMPLES)
    y = np.broadcast_to(boxes[:, 1:2] + at * heights[:, None], x.shape)
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


def _ink(picture: PagePicture, room: PixelBox, beside: float) -> tuple[Grey, tuple[int, int]]:
    """Where there is ink in a room, beside it, in its heights, and above and below as far as a box may reach: 1 or 0.

    Also the top left of that on the picture.
    """
    left, top, right, bottom = room
    across, down = round(beside * (bottom - top)), round(LARGEST * (bottom - top) / 2)
    corner = (max(left - across, 0), max(top - down, 0))
    part = picture.part((*corner, min(right + across, picture.columns), min(bottom + down, picture.rows)))
    return ink_of(part), corner


def _frames(picture: PagePicture, room: PixelBox, least: float, near: Grey, near_corner: tuple[int, int]) -> list[Box]:
    """The square frames in a room with white around them, of sides at `least` so long. `near`: its ink, as `_ink` has
    it, and the top left of it."""
    least, most = max(FEWEST_PIXELS, least), LARGEST * (room[3] - room[1])
    if not _may_hold_frame(near, (room[1] + room[3]) / 2 - near_corner[1], least, most):
        return []
    # As far beside it as the next box of a comb may stand.
    ink, corner = _ink(picture, room, LARGEST)
    # Of a longer stroke too much goes on.
    longest = (1 + 2 * BEYOND) * (1 + SQUARE) * most
    upright = [stroke for stroke in _strokes(ink.T, 0.7 * least) if stroke.end - stroke.start <= longest]
    if len(upright) < 2:
        return []
    level = [stroke for stroke in _strokes(ink, 0.7 * least) if stroke.end - stroke.start <= longest]
    frames: list[Box] = []
    for number, first in enumerate(upright):
        for second in upright[number + 1 :]:
            side = second.at - first.at
            if side > most:
                break
            if side < least or _common(first, second) < COMMON * side:
                continue
            frame = _closed(first, second, level, side)
            if frame is None or any(intersection(frame, other) for other in frames):
                continue
            if _stands_free(ink, frame) and not _is_finder(ink, frame):
                frames.append(frame)
    return [(box[0] + corner[0], box[1] + corner[1], box[2] + corner[0], box[3] + corner[1]) for box in frames]


def _may_hold_frame(ink: Grey, middle: float, least: float, most: float) -> bool:
    """Whether two upright strokes go through the middle row of a room, and rows full of ink close them to a square.

    A cheap test: most rooms with ink hold a lone letter, or the edge of one. The square's side is between the lengths.
    """
    length, row = max(3, int(0.7 * least) | 1), round(middle)
    if len(ink) <= length or not 0 <= row < len(ink):
        return False
    strokes = [
        _Stroke((left + right - 1) / 2, float(top), float(bottom - 1))
        for left, right, top, bottom in strokes_through(_long_runs(ink.T, length).T, row)
        if right - left <= THICKEST * (bottom - top)
    ]
    for number, left in enumerate(strokes):
        for right in strokes[number + 1 :]:
            side = right.at - left.at
            if side > most:
                break
            if side >= least and _common(left, right) >= COMMON * side and _is_closed(ink, left, right, side):
                return True
    return False


def _is_closed(ink: Grey, left: _Stroke, right: _Stroke, side: float) -> bool:
    """Whether rows nearly full of ink lie between two upright strokes, about as far apart as these."""
    beyond = (1 - DRAWN) * (1 + SQUARE) * side
    top, bottom = max(0, int(left.start - beyond)), int(left.end + beyond) + 2
    between = cv2.dilate(ink[top:bottom, int(left.at) : int(right.at) + 1], np.ones((3, 1), np.uint8))
    full = np.flatnonzero(between.mean(axis=1) >= 0.9 * DRAWN)
    return len(full) > 0 and bool(full[-1] - full[0] >= (1 - SQUARE) * side - 2)


def _common(first: _Stroke, second: _Stroke) -> float:
    """The length that both strokes go along together."""
    return min(first.end, second.end) - max(first.start, second.start)


def _strokes(ink: Grey, shortest: float) -> list[_Stroke]:
    """The horizontal strokes of ink of at least a length that are longer than thick, from top to bottom."""
    strokes: set[_Stroke] = set()
    # Where a cross meets its box, short runs make one piece of both: longer ones leave the box.
    for length in (max(3, int(shortest * times) | 1) for times in LENGTHS):
        if ink.shape[1] <= length:
            break
        count, _, boxes, _ = cv2.connectedComponentsWithStats(_long_runs(ink, length), connectivity=8)
        strokes |= {
            _Stroke(top + (height - 1) / 2, float(left), float(left + width - 1))
            for left, top, width, height, _ in boxes[1:count].tolist()
            if height <= THICKEST * width
        }
    return sorted(strokes)


def _long_runs(ink: Grey, length: int) -> Grey:
    """The horizontal runs of ink of at least a length, an odd one: small gaps are closed."""
    whole = cv2.morphologyEx(np.ascontiguousarray(ink), cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    return np.asarray(cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)


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
    # All of the square: a small cross is as full in its middle.
    core, white = inner[8:20, 8:20], inner[5:23, 5:23].copy()
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


def _is_letter(word: Word) -> bool:
    """Whether a word is one letter or digit, surely read, that pens do not tick with: what holds it is a field."""
    is_one = len(word.text) == 1 and word.text.isascii() and word.text.isalnum()
    return is_one and word.text not in TICK_LETTERS and word.confidence >= SURE


def _are_alike(box: Box, other: Box) -> bool:
    """Whether two squares are of one size."""
    sides = sorted(one[2] - one[0] for one in (box, other))
    return sides[1] - sides[0] <= ALIKE * sides[1]


def _in_line(box: Box, other: Box) -> bool:
    """Whether two squares stand in one row or one column."""
    (x, y), (other_x, other_y) = centre(box), centre(other)
    return min(abs(x - other_x), abs(y - other_y)) <= ALIKE * (box[2] - box[0])
