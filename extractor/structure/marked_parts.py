"""The parts of a page -> headings, captions and list items that type and markers tell. Runs in a page process."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from docling_core.types.doc import (
    DocItemLabel,
)

from .heading_lines import (
    HEADINGS,
    is_address,
    parted_by_type,
    with_note_marks,
    with_numbers,
    without_addresses,
    without_kickers,
)
from .item_rows import is_numeric
from .lists import list_pieces
from .pairs import pairs_of
from .parts import Part, piece_of, side_by_side
from .running_text import HEADING_CHARACTERS, HEADING_LINES, running_text
from .selection_marks import box_signs
from .text_lines import Line

# Labels of parts that may be headings.
MAYBE_HEADINGS = frozenset({DocItemLabel.TEXT, DocItemLabel.PAGE_HEADER, DocItemLabel.CAPTION})
# Labels of parts that head something, or may do so.
DISPLAYED = MAYBE_HEADINGS | HEADINGS
# Min ratio of the size of a heading that is a running head or caption to the model, or a sentence of several lines, to
# the running text.
DISPLAY_SIZE = 1.4
# Max difference of sizes of one type, as a share.
SAME_SIZE = 0.1
# Max distance of a heading from what it heads, in its size; how far that may reach up into its line.
HEADING_REACH = 10.0
HEADING_OVERLAP = 1.0
# How captions begin: a kind and a number, in the languages of the expected documents.
_CAPTION = re.compile(
    r"(table|tableau|tabelle|tabla|tabella|tabel|figure|fig\.|figura|abbildung|abb\.|chart|exhibit|box)\s*"
    r"([A-Z]|\d+|[IVX]+)([.:\d\s-]|$)",
    re.IGNORECASE,
)


def with_headings(parts: Sequence[Part]) -> list[Part]:
    """The parts, headings told by type labelled as such.

    The layout model misses headings set close to their paragraph. Type tells them: a short line clearly larger than the
    running text, or bold where that is not. It is a region of its own, or the first lines of one, which are split off.
    What heads nothing is no heading, but for the largest line of the page; nor are labels and their values.
    """
    running = running_text(parts)
    if running is None:
        return list(parts)
    parts = without_addresses(parted_by_type(with_numbers(with_note_marks(parts))))
    largest = max((word.size for part in parts if part.label in DISPLAYED for word in part.words), default=0.0)
    headed = _Headed(parts)
    result: list[Part] = []
    for part in parts:
        if part.label not in MAYBE_HEADINGS or not part.words or _is_small_print(part, parts, running.size):
            result.append(part)
            continue
        lines = part.lines
        # Lines in the type of the first go with it.
        goes_on = [running.stands_out(line) or _in_one_type(line, lines[0]) for line in lines]
        leading = next((index for index, goes in enumerate(goes_on) if not goes), len(lines))
        heading, rest = lines[:leading], lines[leading:]
        if (
            not running.stands_out(lines[0])
            or leading > HEADING_LINES
            or _is_prose(heading, running.least)
            or pairs_of(lines)
            or is_address(heading)
            or (lines[0].size < largest and _is_label_or_value(part, parts))
        ):
            result.append(part)
            continue
        if _CAPTION.match(heading[0].text):
            result.append(piece_of(part, heading, DocItemLabel.CAPTION))
        elif rest or lines[0].size >= largest or headed.by(part):
            result.append(piece_of(part, heading, DocItemLabel.SECTION_HEADER))
        else:
            result.append(part)
        if rest:
            result.append(piece_of(part, rest, part.label))
    return without_kickers(result)


def _is_small_print(part: Part, parts: Sequence[Part], size: float) -> bool:
    """Whether a running head or a caption is one.

    They are small: a large one is the page's title, or the name of what follows. A running head is on one line with
    another, or with the page's number.
    """
    if part.label == DocItemLabel.TEXT:
        return False
    small = max(line.size for line in part.lines) < DISPLAY_SIZE * size
    beside = any(other.furniture and other is not part and side_by_side(other.box, part.box) for other in parts)
    return small or beside or part.lines[0].words[0].source == "ocr"


class _Headed:
    """What may stand under a heading, or beside it: the page's parts that are no furniture."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._boxes = np.array([part.box for part in parts if not part.furniture]).reshape(-1, 4)

    def by(self, heading: Part) -> bool:
        """Whether anything begins close below the heading, or stands beside it, to the right."""
        left, top, right, bottom = heading.box
        lefts, tops, rights, bottoms = self._boxes.T
        size = heading.lines[0].size
        apart = tops - bottom
        below = (apart >= -HEADING_OVERLAP * size) & (apart <= HEADING_REACH * size) & (rights > left) & (lefts < right)
        beside = (lefts >= right) & (tops < bottom) & (bottoms > top)
        return bool((below | beside).any())


def _is_label_or_value(part: Part, parts: Sequence[Part]) -> bool:
    """Whether the part is one line, and has a number apart at its end, or so is another on its height in its type, of
    which the right one is a number."""
    if len(part.lines) != 1:
        return False
    (line,) = part.lines
    if len(line.pieces) > 1 and is_numeric(line.pieces[-1].text):
        return True
    for other in parts:
        if other is not part and other.words and side_by_side(other.box, part.box) and len(other.lines) == 1:
            label, value = sorted((line, other.lines[0]), key=lambda one: one.box[0])
            if value.box[0] >= label.box[2] and is_numeric(value.text) and _in_one_type(line, other.lines[0]):
                return True
    return False


def _in_one_type(line: Line, other: Line) -> bool:
    """Whether the lines are set in the same type."""
    weights = {all(word.bold for word in each.words) for each in (line, other)}
    return len(weights) == 1 and abs(line.size - other.size) <= SAME_SIZE * other.size


def _is_prose(lines: Sequence[Line], size: float) -> bool:
    """Whether the lines are too much text for a heading, or a sentence over several lines in type not much larger than
    `size`."""
    sentence = len(lines) > 1 and lines[-1].text.endswith(".") and lines[-1].size < DISPLAY_SIZE * size
    return sentence or sum(len(line.text) for line in lines) > HEADING_CHARACTERS


def with_lists(parts: Sequence[Part]) -> list[Part]:
    """The parts, running text split into list items, each a part of its own with its `item`."""
    blocks = [part.lines if part.label == DocItemLabel.TEXT else [] for part in parts]
    boxes = box_signs(word for part in parts for word in part.words)
    result = []
    for part, pieces in zip(parts, list_pieces(blocks, boxes), strict=True):
        if all(piece.marker is None for piece in pieces):
            result.append(part)
            continue
        for piece in pieces:
            own = piece_of(part, piece.lines, part.label if piece.marker is None else DocItemLabel.LIST_ITEM)
            own.item = None if piece.marker is None else piece
            result.append(own)
    return result
