"""Rows of boxes with one letter each in the picture of a scan -> what they hold, as one value.

Runs in a page process. The detector finds each letter of a comb (IBAN, date, amount) for itself, passes over points and
commas, and takes frames for letters. So the letters are cut out of their boxes, set close, and read as one line. It is
looked for only where short words stand in a row. Lengths are pixels of the picture, origin top left, unless they are
said to be in the page's unit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from ..decoding.ctc import RecognisedWord
from ..values.arrays import Grey, Pixels, Quad
from ..values.boxes import Box, centre, contains, median_height, scaled
from ..values.page import Page
from ..values.page_picture import NewPicture, PagePicture
from ..values.words import Word
from .scan_ink import FAINTEST, Through, ink_of, strokes_through

# Max letters of a word that may be of a comb. A longer one may be, too, that was hardly read: it may be of frames; or
# whose letters take this much room each, in its height.
SHORT, HARDLY, WIDE = 2, 0.5, 0.7
# Min share of such words in a row whose boxes are open: of letters of two boxes, no more than these may be found.
MOSTLY = 0.75
# Min boxes of a comb, and letters that stand in a row before one is looked for. Most rows that are looked at.
MIN_BOXES, MOST_ROWS = 4, 60
# How far about a row of words its comb may reach, across and down, in heights of the words.
REACH = (12.0, 2.0)
# Max white between letters in a comb, an empty box among them, in their heights.
FARTHEST = 3.0
# Length of the sides of boxes, in heights of the words; how much they may differ, and how thick they may be.
SIDES, ALIKE, THICKEST = (0.75, 2.2), 0.2, 0.25
# Width of boxes, in their heights; max difference of widths, as a share; of what is less wide it is the white between.
WIDTHS, SAME_WIDTH = (0.4, 1.3), 0.2
# Min share of a comb's foot that is drawn; least ink of a letter or a point, as a share of the square of its height.
FOOT, LEAST_INK = 0.8, 0.006
# Of boxes that are open above: length of the strokes that part them, and how far below the words' middle their foot is,
# in heights of the words; how far above it nothing but these strokes is, as such a share.
SHORT_SIDES, FOOT_BELOW, ABOVE_FOOT = (0.15, 0.9), (0.2, 1.3), 0.08
# How far above the words' middle letters reach in such boxes, in heights of the words.
ABOVE_MIDDLE = 0.7
# Max share of such boxes that may be of another width: two that a letter is written over count as one.
ODD_WIDTHS = 0.2
# How far the soft edge of a side may reach into its box, in heights of the box.
EDGE = 0.04
# White between letters that are set close, and in the place of an empty box, in heights of the line.
CLOSE, EMPTY = 0.12, 0.6

_STROKES = frozenset("1Il|")


@dataclass(frozen=True, slots=True)
class Comb:
    """A row of boxes: their insides, (left, top, right, bottom) in pixels, from left to right, and whether each has
    ink. `line`, RGB, has their letters set close."""

    cells: tuple[tuple[int, int, int, int], ...]
    inked: tuple[bool, ...]
    line: Pixels

    def box(self, scale: float) -> Box:
        """The box around its boxes, in the page's unit, of which `scale` pixels make one."""
        first, last = self.cells[0], self.cells[-1]
        return scaled((first[0], first[1], last[2], last[3]), 1 / scale)

    def found_in(self, page: Page, new_picture: NewPicture) -> tuple[Page, Quad]:
        """Its line as a page's picture, and where the line is on it, (4, 2). `new_picture` gives memory for it. Raises
        `MemoryError` where there is none."""
        rows, columns = self.line.shape[:2]
        offset, pixels = new_picture(rows, columns)
        pixels[:] = self.line
        corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
        return replace(page, picture=PagePicture(pixels, offset)), corners


def combs_of(page: Page, words: Sequence[Word]) -> list[Comb]:
    """The combs with letters in the picture of an upright scan, each once. The words' boxes are in the page's unit."""
    combs: list[Comb] = []
    for row in _rows_of_short(words)[:MOST_ROWS]:
        comb = _comb_at(page, row)
        if comb is not None and comb.cells not in [other.cells for other in combs]:
            combs.append(comb)
    return combs


def with_values(
    words: Sequence[Word], combs: Sequence[Comb], readings: Sequence[Sequence[RecognisedWord]], scale: float
) -> list[Word]:
    """The words, those of each comb joined: one for each run of boxes with ink.

    `readings`: of each comb's line. Where one has another number of letters than there are boxes with ink, the words
    that were read in the boxes are joined, and where these have, too, they stay as they are.
    """
    result = list(words)
    for comb, reading in zip(combs, readings, strict=True):
        held = [word for word in result if contains(comb.box(scale), centre(word.box))]
        if not held:
            continue
        certain = min((word.confidence for word in reading), default=0.0)
        # As in print: the recogniser has commas as wide as an ideograph, too.
        letters, sure = unicodedata.normalize("NFKC", "".join(word.text for word in reading)), certain
        if len(letters) != sum(comb.inked):
            held.sort(key=lambda word: word.box[0])
            letters, sure = "".join(word.text for word in held), min(word.confidence for word in held)
        if len(letters) != sum(comb.inked):
            continue
        first = result.index(held[0])
        values = _values(comb, letters, replace(held[0], confidence=sure), scale)
        mine = {id(word) for word in held}
        before, after = ([word for word in part if id(word) not in mine] for part in (result[:first], result[first:]))
        result = [*before, *values, *after]
    return result


def _values(comb: Comb, letters: str, like: Word, scale: float) -> list[Word]:
    """A word for each run of boxes with ink, like another one."""
    values: list[Word] = []
    text, start, left = "", 0, iter(letters)
    for number, inked in enumerate((*comb.inked, False)):
        if inked:
            start = start if text else number
            text += next(left)
        elif text:
            first, last = comb.cells[start], comb.cells[number - 1]
            box = scaled((first[0], first[1], last[2], last[3]), 1 / scale)
            values.append(replace(like, text=text, box=box, size=box[3] - box[1], parts=()))
            text = ""
    return values


def _rows_of_short(words: Sequence[Word]) -> list[list[Word]]:
    """The rows of words that may be letters of a comb, each with letters enough for one."""
    short = [word for word in words if word.upright and word.source == "ocr" and _may_be_of_comb(word)]
    rows: list[list[Word]] = []
    for word in sorted(short, key=lambda word: word.box[1] + word.box[3]):
        if rows and rows[-1][0].box[1] <= centre(word.box)[1] <= rows[-1][0].box[3]:
            rows[-1].append(word)
        else:
            rows.append([word])
    near = [chain for row in rows for chain in _chains(row)]
    return [chain for chain in near if sum(len(word.text) for word in chain) >= MIN_BOXES]


def _chains(row: Sequence[Word]) -> list[list[Word]]:
    """The words of a row from left to right, parted where white lies between them that is wider than boxes are."""
    chains: list[list[Word]] = []
    end = -np.inf
    for word in sorted(row, key=lambda word: word.box[0]):
        if word.box[0] - end > FARTHEST * (word.box[3] - word.box[1]):
            chains.append([])
        chains[-1].append(word)
        end = word.box[2]
    return chains


def _may_be_of_comb(word: Word) -> bool:
    return len(word.text) <= SHORT or _is_spread(word) or word.confidence < HARDLY


def _is_spread(word: Word) -> bool:
    """Whether it is one letter, or its letters stand apart as in boxes, the strokes between which are read, too."""
    left, top, right, bottom = word.box
    letters, each = len(word.text), WIDE * (bottom - top)
    if letters > MIN_BOXES and any(_STROKES.issuperset(word.text[at::2]) for at in (0, 1)):
        letters //= 2
    return letters == 1 or right - left >= each * letters


def _comb_at(page: Page, row: Sequence[Word]) -> Comb | None:
    """The comb that a row of words stands in."""
    picture, height = page.picture, page.scale * median_height(word.box for word in row)
    middle = float(np.median([centre(word.box)[1] for word in row])) * page.scale
    left, right = (page.scale * edge(word.box[side] for word in row) for edge, side in ((min, 0), (max, 2)))
    corner = (max(0, round(left - REACH[0] * height)), max(0, round(middle - REACH[1] * height)))
    ends = (
        min(picture.columns, round(right + REACH[0] * height)),
        min(picture.rows, round(middle + REACH[1] * height)),
    )
    has_sides = _has_sides(picture, (round(left), round(right)), round(middle), height)
    is_open = not has_sides and sum(map(_is_spread, row)) >= MOSTLY * len(row)
    if not has_sides and not (is_open and _has_foot(picture, (round(left), round(right)), round(middle), height)):
        return None
    part = picture.part((*corner, *ends))
    if min(part.shape[:2]) < 2 or not 0 <= round(middle) - corner[1] < len(part):
        return None
    ink = ink_of(part)
    find_cells = _cells if has_sides else _open_cells
    cells = find_cells(ink, round(middle) - corner[1], height)
    if len(cells) < MIN_BOXES or min(bottom - top for _, top, _, bottom in cells) < 1:
        return None
    inked = tuple(_has_letter(ink[top:bottom, left:right], height) for left, top, right, bottom in cells)
    if sum(inked) < MIN_BOXES:
        return None
    placed = tuple(
        (left + corner[0], top + corner[1], right + corner[0], bottom + corner[1]) for left, top, right, bottom in cells
    )
    return Comb(placed, inked, _set_close(part, ink, cells, inked))


def _has_sides(picture: PagePicture, ends: tuple[int, int], middle: int, height: float) -> bool:
    """Whether upright strokes as long as a box's side stand between the ends of a row of words.

    A cheap test: most rows of short words stand in no boxes.
    """
    half = max(2, round(SIDES[0] * height / 2))
    part = picture.part((max(0, ends[0]), max(0, middle - half), ends[1], min(picture.rows, middle + half)))
    if min(part.shape[:2]) < half:
        return False
    green = part[:, :, 1]
    # A stroke through is dark in all rows: so is the lightest pixel of its column.
    lightest = green[:: max(1, len(green) // 12)].max(axis=0).astype(int)
    dark = np.flatnonzero(lightest < int(green.max()) - FAINTEST)
    return len(np.flatnonzero(np.diff(dark) > 1)) >= 1


def _has_foot(picture: PagePicture, ends: tuple[int, int], middle: int, height: float) -> bool:
    """Whether a line runs below a row of words from end to end. A cheap test, like the other one."""
    rows = (middle + round(FOOT_BELOW[0] * height), middle + round(FOOT_BELOW[1] * height))
    part = picture.part((max(0, ends[0]), rows[0], ends[1], min(picture.rows, rows[1])))
    if min(part.shape[:2]) < 2:
        return False
    green = part[:, :: max(1, part.shape[1] // 64), 1]
    return bool(((green < int(green.max()) - FAINTEST).mean(axis=1) >= FOOT).any())


def _open_cells(ink: Grey, middle: int, height: float) -> list[tuple[int, int, int, int]]:
    """The insides of boxes that are open above, from left to right: short strokes part them, which stand on a line.

    There may be a frame around all of them.
    """
    first, last = (middle + round(share * height) for share in FOOT_BELOW)
    length = round(MIN_BOXES * WIDTHS[0] * height) | 1
    if ink.shape[1] <= length:
        return []
    lines = cv2.morphologyEx(ink[first : last + 1], cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    rows = np.flatnonzero(lines.any(axis=1))
    probed = first + int(rows[0]) - max(2, round(ABOVE_FOOT * height)) if len(rows) else 0
    if probed <= 0:
        return []
    # A line that is a little askew is in more rows.
    last_row = int(rows[np.flatnonzero(np.diff(rows, append=np.inf) > 1)[0]])
    on_line = np.flatnonzero(lines[rows[0] : last_row + 1].any(axis=0))
    strokes = [
        stroke
        for stroke in strokes_through(ink, probed)
        if on_line[0] - 3 <= stroke.left and stroke.right <= on_line[-1] + 4
    ]
    shortest, longest = (share * height for share in SHORT_SIDES)
    # In a frame the first and the last are its sides.
    inner = strokes[1:-1] if _has_frame(strokes, probed - longest) else strokes
    if any(stroke.right - stroke.left > THICKEST * height for stroke in strokes) or any(
        not shortest <= probed - stroke.top <= longest for stroke in inner
    ):
        return []
    widths = [after.left - before.right for before, after in pairwise(strokes)]
    if len(widths) < MIN_BOXES:
        return []
    usual = float(np.median(widths))
    is_usual = [abs(width - usual) <= SAME_WIDTH * usual for width in widths]
    if not WIDTHS[0] * height <= usual <= 2 * WIDTHS[1] * height or sum(is_usual) < (1 - ODD_WIDTHS) * len(widths):
        return []
    edge, top = max(1, round(EDGE * height)), max(0, middle - round(ABOVE_MIDDLE * height))
    foot = first + int(rows[0]) - edge
    return [
        (before.right + edge, _below_roof(ink, before.right, after.left, (top, middle), edge), after.left - edge, foot)
        for (before, after), usual_width in zip(pairwise(strokes), is_usual, strict=True)
        if usual_width
    ]


def _below_roof(ink: Grey, left: int, right: int, rows: tuple[int, int], edge: int) -> int:
    """The first of the rows between two strokes that is below a frame's line, if there is one."""
    roof = np.flatnonzero(ink[rows[0] : rows[1], left:right].mean(axis=1) >= FOOT)
    return rows[0] + (int(roof[-1]) + 1 + edge if len(roof) else 0)


def _has_frame(strokes: Sequence[Through], roof: float) -> bool:
    """Whether the first and the last stroke reach above `roof`, a row, and others are between them."""
    return len(strokes) > MIN_BOXES and strokes[0].top < roof and strokes[-1].top < roof


def _cells(ink: Grey, middle: int, height: float) -> list[tuple[int, int, int, int]]:
    """The insides of the boxes of one comb in a row, from left to right; none where their foot is not drawn."""
    sides = _sides(ink, middle, height)
    widths = [after[0] - before[1] for before, after in pairwise(sides)]
    if len(widths) < MIN_BOXES:
        return []
    # Between boxes that stand apart there is white, less wide than they are.
    usual = float(np.median([width for width in widths if width > max(widths) / 2]))
    high = float(np.median([side[3] - side[2] for side in sides]))
    if not WIDTHS[0] * high <= usual <= WIDTHS[1] * high:
        return []
    thick, edge = max(side[1] - side[0] for side in sides), max(1, round(EDGE * high))
    cells = []
    for (before, after), width in zip(pairwise(sides), widths, strict=True):
        if abs(width - usual) > SAME_WIDTH * usual:
            continue
        # By its own sides: a slight skew is left.
        top, bottom = max(before[2], after[2]), min(before[3], after[3])
        foot = np.asarray(ink[max(0, bottom - 3) : bottom + 4, before[1] : after[0]].max(axis=0))
        if float(foot.mean()) < FOOT:
            return []
        cells.append((before[1] + edge, top + thick + edge, after[0] - edge, bottom - thick - edge + 1))
    return cells


def _sides(ink: Grey, middle: int, height: float) -> list[Through]:
    """The upright strokes through a row that are alike in length and place."""
    shortest = max(5, round(SIDES[0] * height))
    if len(ink) <= shortest:
        return []
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((shortest, 1), np.uint8))
    strokes = [
        stroke
        for stroke in strokes_through(np.asarray(runs, np.uint8), middle)
        if stroke.right - stroke.left <= THICKEST * height and stroke.bottom - stroke.top <= SIDES[1] * height
    ]
    if len(strokes) <= MIN_BOXES:
        return []
    top, bottom = (float(np.median([stroke[at] for stroke in strokes])) for at in (2, 3))
    near = ALIKE * height
    return [stroke for stroke in strokes if abs(stroke[2] - top) <= near and abs(stroke[3] - bottom) <= near]


def _has_letter(inside: Grey, height: float) -> bool:
    """Whether there is ink in a box as of a letter, or of a point."""
    return int(inside.sum()) >= max(5.0, LEAST_INK * height * height)


def _set_close(part: Pixels, ink: Grey, cells: Sequence[tuple[int, int, int, int]], inked: Sequence[bool]) -> Pixels:
    """The letters of the boxes side by side on white, an empty box as a space."""
    height = min(bottom - top for _, top, _, bottom in cells)
    paper = np.median(part[::2, ::2].reshape(-1, 3), axis=0).astype(np.uint8)

    def white(width: float) -> Pixels:
        return np.full((height, max(1, round(width * height)), 3), paper, np.uint8)

    pieces = [white(EMPTY)]
    for (left, top, right, _), has_ink in zip(cells, inked, strict=True):
        bottom = top + height
        columns = np.flatnonzero(ink[top:bottom, left:right].any(axis=0))
        if not has_ink or not len(columns):
            pieces.append(white(EMPTY))
            continue
        start, end = max(0, int(columns[0]) - 1), int(columns[-1]) + 2
        pieces += [part[top:bottom, left + start : min(right, left + end)], white(CLOSE)]
    return np.hstack([*pieces, white(EMPTY)])
