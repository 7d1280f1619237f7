"""Headings of the layout model -> headings as their lines are set. Runs in a page process.

The model sees where a heading is. Its lines tell more: a number belongs to the heading that it counts, lines in
different type are a heading each, and what stands small over the page's title heads nothing, nor does an address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from docling_core.types.doc import DocItemLabel

from ..values.words import is_raised
from .parts import Part, piece_of, side_by_side
from .text_lines import Line

HEADINGS = frozenset({DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER})
# Min ratio of type sizes of two headings.
OTHER_SIZE = 1.2
# Min ratio of the sizes of a page's title and of what stands over it.
TITLE_SIZE = 1.3
# Parts whose lines may have a note's mark. Max letters of one; max gap before it, in the size of its line's type.
MARKED = HEADINGS | {DocItemLabel.PAGE_HEADER}
MARK_LETTERS = 3
MARK_GAP = 0.5
# Max gap between a number and the heading under it, in the number's height; max difference of their left edges or of
# their middles, in the same.
NUMBER_GAP = 1.0
NUMBER_EDGE = 0.3
# Min lines of an address. A line with a town's code, which is no year, before or behind the town, or a British one.
ADDRESS_LINES = 3
_CODE = r"(?!(?:19|20)\d\d\b)\d{4,6}"
_TOWN = re.compile(rf"^(?:[A-Z]{{1,2}}[- ])?{_CODE} \w{{2}}|\w{{2}},? {_CODE}$|\b[A-Z]{{1,2}}\d\w? \d[A-Z]{{2}}$")
_NUMBER = re.compile(r"(\d+(\.\d+)*|[IVX]+|[A-Z])[.)]?")


def without_addresses(parts: Sequence[Part]) -> list[Part]:
    """The parts, headings that are a letter's address labelled as text."""
    for part in parts:
        if part.label in HEADINGS and is_address(part.lines):
            part.label = DocItemLabel.TEXT
    return list(parts)


def is_address(lines: Sequence[Line]) -> bool:
    """Whether the lines are a name, and among others one with a street's number and one with a town's code."""
    if len(lines) < ADDRESS_LINES:
        return False
    texts = [line.text for line in lines[1:]]
    towns = [text for text in texts if _TOWN.search(text)]
    return bool(towns) and any(any(map(str.isdigit, text)) for text in texts if text not in towns)


def with_numbers(parts: Sequence[Part]) -> list[Part]:
    """The parts, a heading's number joined to its heading where the layout model split them.

    A number stands before its heading, or on a line of its own over it.
    """
    result: list[Part] = []
    for part in parts:
        before = result[-1] if result else None
        if (
            before is not None
            and before.label in HEADINGS
            and part.label in HEADINGS
            and _NUMBER.fullmatch(" ".join(word.text for word in before.words))
            and (side_by_side(before.box, part.box) or _stands_over(before, part))
        ):
            before.take_in(part)
            before.label = part.label
        else:
            result.append(part)
    return result


def _stands_over(number: Part, heading: Part) -> bool:
    """Whether the number stands close over its heading, at its left edge or at its middle."""
    above, below = number.lines[-1].box, heading.lines[0].box
    height = above[3] - above[1]
    apart = min(abs(above[0] - below[0]), abs(above[0] + above[2] - below[0] - below[2]) / 2)
    return -0.5 * height <= below[1] - above[3] <= NUMBER_GAP * height and apart <= NUMBER_EDGE * height


def with_note_marks(parts: Sequence[Part]) -> list[Part]:
    """The parts, a note's mark that is a region of its own joined to the heading whose line it stands behind."""
    marks = [part for part in parts if len(part.words) == 1 and len(part.words[0].text) <= MARK_LETTERS]
    joined = []
    for part in parts:
        if part.label not in MARKED or not part.words:
            continue
        last = part.lines[-1].words[-1]
        for mark in marks:
            word = mark.words[0]
            near = 0 <= word.box[0] - last.box[2] <= MARK_GAP * last.size and word.box[3] > last.box[1]
            if near and is_raised(word.size, word.box[3], last.size, last.box[3]):
                part.take_in(mark)
                joined.append(mark)
                break
    return [part for part in parts if not any(part is mark for mark in joined)]


def parted_by_type(parts: Sequence[Part]) -> list[Part]:
    """The parts, those of headings parted where the lines of one are set in clearly different sizes.

    The largest lines stay a heading; the others are text, unless their type tells otherwise. A number keeps to the line
    after it. Recognised lines vary too much in height to tell.
    """
    result: list[Part] = []
    for part in parts:
        if part.label not in HEADINGS or any(word.source == "ocr" for word in part.words):
            result.append(part)
            continue
        groups: list[list[Line]] = []
        for line in part.lines:
            if groups and (_is_number(groups[-1]) or not _in_other_size(groups[-1][-1], line)):
                groups[-1].append(line)
            else:
                groups.append([line])
        largest = max(line.size for line in part.lines)
        result += (
            [part]
            if len(groups) < 2
            else [
                piece_of(part, group, part.label if group[-1].size == largest else DocItemLabel.TEXT)
                for group in groups
            ]
        )
    return result


def _is_number(lines: Sequence[Line]) -> bool:
    """Whether the lines are a number alone."""
    return len(lines) == 1 and _NUMBER.fullmatch(lines[0].text) is not None


def _in_other_size(line: Line, other: Line) -> bool:
    """Whether two lines are set in clearly different sizes."""
    small, large = sorted((line.size, other.size))
    return large >= OTHER_SIZE * small


def without_kickers(parts: Sequence[Part]) -> list[Part]:
    """The parts, a small heading over the page's title labelled as text.

    It begins the page, and the next heading, clearly larger, follows at once: it names a series or a chapter, or is a
    running head.
    """
    body = [index for index, part in enumerate(parts) if not part.furniture and part.label != DocItemLabel.PICTURE]
    if len(body) < 2:
        return list(parts)
    first, second = parts[body[0]], parts[body[1]]
    if (
        first.label in HEADINGS
        and second.label in HEADINGS
        and first.box[3] <= second.lines[0].box[3]
        and second.lines[0].size >= TITLE_SIZE * max(line.size for line in first.lines)
    ):
        first.label = DocItemLabel.TEXT
    return list(parts)
