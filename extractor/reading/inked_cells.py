"""A scan's ruled tables and its words -> check boxes alone in cells, and cells with ink that nothing explains.

Runs in a page process, when tables are read. A box in a cell far from words may not be found by the detector, or may be
read as some sign. A cell that lines close, in which no word stands and yet there is ink, is looked at; what is no check
box there is told as not read. Lengths are pixels of the picture, origin top left, unless they are said to be in the
page's unit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from ..pages.form_fields import with_ticks
from ..structure.line_places import MOST_PLACES, drawn_positions, in_order, is_covered
from ..values.arrays import Boxes
from ..values.boxes import Box, centre, contains, intersection, median_height, moved, scaled, union
from ..values.page import Page
from ..values.reading import Ruling, TableReading
from ..values.words import Word, boxes_of
from .inked_boxes import CONFIDENCE, SURE, ticks_in
from .scan_ink import FAINTEST, ink_of

# How far from its lines a cell is looked into, in heights of words, and in pixels: lines are soft.
INSET, FEWEST_PIXELS = 0.12, 4
# Min length of a piece of ink, in heights of words: less is a speck. Max share of ink of a cell: more is a shade.
LEAST_MARK, MOST_INK = 0.4, 0.4


class InkedCell(NamedTuple):
    """A cell with ink and no words: its box and that of the ink, in pixels; and whether some sign was read there."""

    box: Box
    ink: Box
    read: bool


def with_boxes_in_cells(
    page: Page, words: Sequence[Word], tables: Iterable[TableReading]
) -> tuple[list[Word], list[Box]]:
    """The words of an upright scan, with `[x]` or `[ ]` for each check box alone in a cell; and the cells with ink that
    nothing explains. Boxes are in the page's unit, origin top left.

    `words` come in their order, those that a box was read as left out, the boxes behind them.
    """
    cells = [cell for table in tables if table.to_page is None for cell in _inked_cells(page, words, table)]
    if not cells:
        return list(words), []
    half = page.scale * median_height(word.box for word in words) / 2
    rooms = []
    for _, (left, top, right, bottom), _ in cells:
        middle = (top + bottom) / 2
        rooms.append((round(left - half), round(middle - half), round(right + half), round(middle + half)))
    lone = [scaled(cell.ink, 1 / page.scale) for cell in cells]
    ticks = ticks_in(page, words, rooms, lone)
    places = [scaled(cell.box, 1 / page.scale) for cell in cells if not cell.read]
    unread = [place for place in places if not any(intersection(place, tick.box) for tick in ticks)]
    if not ticks:
        return list(words), unread
    # A sign may be read from boxes in several rows.
    kept = [
        word
        for word in words
        if not (_is_doubtful(word) and any(contains(word.box, centre(tick.box)) for tick in ticks))
    ]
    return with_ticks(kept, ticks, "ocr", CONFIDENCE), unread


def _inked_cells(page: Page, words: Sequence[Word], table: TableReading) -> list[InkedCell]:
    """The cells of a table that lines close all around, with ink in them and no words but signs."""
    level, upright = map(in_order, (table.rulings.horizontal, table.rulings.vertical))
    if len(level) < 2 or len(upright) < 2 or not words:
        return []
    height = median_height(word.box for word in words)
    ys, xs = drawn_positions(level, height), drawn_positions(upright, height)
    if len(xs) * len(ys) > MOST_PLACES:
        return []
    held: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        x, y = centre(word.box)
        held.setdefault((bisect_right(ys, y) - 1, bisect_right(xs, x) - 1), []).append(word)
    boxes = boxes_of([word for word in words if not _is_doubtful(word)])
    found = []
    for row, column in product(range(len(ys) - 1), range(len(xs) - 1)):
        inside, box = held.get((row, column), []), (xs[column], ys[row], xs[column + 1], ys[row + 1])
        if not all(map(_is_doubtful, inside)):
            continue
        ink = _ink_in(page, box, page.scale * height)
        if ink is None or not _is_closed(level, upright, box):
            continue
        if inside or not _reaches(boxes, scaled(ink, 1 / page.scale)):
            found.append(InkedCell(scaled(box, page.scale), ink, bool(inside)))
    return found


def _is_doubtful(word: Word) -> bool:
    """Whether a word may be a check box that was read as a sign."""
    return len(word.text) == 1 and not (word.text.isascii() and word.text.isalnum() and word.confidence >= SURE)


def _ink_in(page: Page, box: Box, height: float) -> Box | None:
    """The box around the ink within a cell, without what its lines may leave there; None where there is none.

    `height`: that of words, in pixels, as the result is. The cell's box is in the page's unit.
    """
    inset = max(FEWEST_PIXELS, round(INSET * height))
    left, top, right, bottom = (round(edge) for edge in scaled(box, page.scale))
    left, top, right, bottom = left + inset, top + inset, right - inset, bottom - inset
    if min(right - left, bottom - top) < height / 2:
        return None
    part = page.picture.part((left, top, right, bottom))
    if min(part.shape[:2]) < 2:
        return None
    soft = cv2.blur(part[:, :, 1], (3, 3))
    if int(np.median(soft[::3, ::3])) - int(soft.min()) < FAINTEST:
        return None
    ink = ink_of(part)
    if ink.mean() > MOST_INK:
        return None
    rows, columns = ink.shape
    count, _, pieces, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    marks = [
        (x, y, x + wide, y + high)
        for x, y, wide, high, _ in pieces[1:count].tolist()
        if max(wide, high) >= LEAST_MARK * height and x and y and x + wide < columns and y + high < rows
    ]
    return moved(union(marks), left, top) if marks else None


def _is_closed(level: Sequence[Ruling], upright: Sequence[Ruling], box: Box) -> bool:
    """Whether lines are drawn on all sides of a cell."""
    left, top, right, bottom = box
    return all(is_covered(level, at, (left, right)) for at in (top, bottom)) and all(
        is_covered(upright, at, (top, bottom)) for at in (left, right)
    )


def _reaches(boxes: Boxes, ink: Box) -> bool:
    """Whether one of the words reaches over the middle of the ink."""
    x, y = centre(ink)
    left, top, right, bottom = boxes.T
    return bool(((left < x) & (x < right) & (top < y) & (y < bottom)).any())
