"""Lines of a page -> a seller's address, or a name, that stands apart from the other. Runs in a page process.

A letterhead may have its name in large letters on one side and its address on the other; a foot's sentence says where a
company has its registered office. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ...values.words import Word
from ..printed import PrintedPage
from .blocks import Block, taken_on
from .composed import LARGER, text_of
from .lines import Line, is_separator, line_of
from .vocabulary import vocabulary

Address = tuple[tuple[Word, ...], ...]

# Where a letterhead ends, as a share of the page's height.
TOP = 0.25
# Max distance of two lines of a letterhead, top to top, in heights of the lines' letters.
_PITCH = 2.4
# The most words of a seat, and of a name in large letters.
_MOST_SEAT, _MOST_NAME = 20, 6
_SEAT = re.compile(
    r"\b(?:registered (?:office|address)|si[eè]ge(?: social)?|sede(?: legale| social)?|domicilio(?: social| fiscal)?"
    r"|bezoekadres|statutaire zetel|(?:maatschappelijke )?zetel|hoofdkantoor|siedziba|sitz(?: der gesellschaft)?)"
    r"(?:\s+(?:is|at|in|en|est|address|situé|sis))*\s*[:\-\u2013]?(?:\s+(?:at|in))?$",
    re.IGNORECASE,
)

# What is in every word for a seat.
_SEAT_WORD = re.compile(r"registered|si[eè]ge|sede|domicilio|bezoekadres|zetel|hoofdkantoor|siedziba|sitz", re.I)


def seat_of(lines: Sequence[Line]) -> Address | None:
    """The address, line by line, that a sentence calls the registered office, down to its town; None without one.

    The sentence may go on in the next line of its element.
    """
    for at, line in enumerate(lines):
        start = _behind_seat(line.words) if _SEAT_WORD.search(line.text) else None
        if start is not None:
            after = [one for one in lines[at + 1 : at + 3] if one.element == line.element and one.box[1] > line.box[1]]
            told = _down_to_town([line.words[start:], *(one.words for one in after[:1])], line)
            if told is not None:
                return told
    return None


def _behind_seat(words: Sequence[Word]) -> int | None:
    """The index of the first word behind those that say that a seat follows."""
    for end in range(1, len(words)):
        last = words[end - 1].text
        if last[-1:].isalpha() or last[-1:] in ":-\u2013":
            before = " ".join(word.text for word in words[max(0, end - 5) : end])
            match = _SEAT.search(before)
            if match and not _SEAT.search(f"{before} {words[end].text}"):
                return end
    return None


def _down_to_town(rows: Sequence[Sequence[Word]], like: Line) -> Address | None:
    """The words of the rows down to the first town, without what stands behind it."""
    address: list[tuple[Word, ...]] = []
    for row in rows:
        part = 0
        for at, word in enumerate(row[:_MOST_SEAT]):
            town = at > part and line_of(row[part : at + 1], like).kind == "town"
            if town and not _town_goes_on(row, at):
                return (*address, tuple(row[: at + 1]))
            if word.text.endswith((",", ";")) or is_separator(word):
                part = at + 1
            elif word.text.endswith(":"):
                return None
        if row:
            address.append(tuple(row))
    return None


def _town_goes_on(row: Sequence[Word], at: int) -> bool:
    """Whether the next word is of the town's name, as in 75015 Paris La Défense; behind a postal code none is."""
    following = row[at + 1].text if at + 1 < len(row) else ""
    ended = row[at].text[-1:] in ".,;" or any(map(str.isdigit, row[at].text))
    return not ended and following[:1].isupper() and not vocabulary().legal.search(following)


def nameless_address(page: PrintedPage, lines: Sequence[Line], blocks: Sequence[Block]) -> Address | None:
    """The address at the page's top that has no name above it, a telephone number or the like near it; None without
    one."""
    taken = taken_on(page, blocks)
    for at, line in enumerate(lines):
        if line.box[1] > TOP * page.height:
            return None
        if line.kind != "town" or at in taken or _is_whole(line):
            continue
        street = _right_above(lines, at)
        if street is not None and street not in taken and lines[street].kind == "street":
            near = (one for one in lines if one.kind in ("contact", "id") and one is not line)
            if any(abs(one.box[1] - line.box[1]) <= 3 * _PITCH * line.height and _in_column(one, line) for one in near):
                return lines[street].words, line.words
    return None


def _is_whole(line: Line) -> bool:
    """Whether the line has separators, as an address in one line has."""
    return any(is_separator(word) for word in line.words)


def _right_above(lines: Sequence[Line], at: int) -> int | None:
    line = lines[at]
    for index in range(at - 1, -1, -1):
        pitch = line.box[1] - lines[index].box[1]
        if pitch > _PITCH * line.height:
            return None
        if pitch > 0.5 * line.height and _in_column(lines[index], line):
            return index
    return None


def _in_column(one: Line, other: Line) -> bool:
    """Whether one stands over the other, at whatever distance."""
    return one.box[0] < other.box[2] and one.box[2] > other.box[0]


def large_name(page: PrintedPage, lines: Sequence[Line], taken: Collection[int]) -> tuple[Word, ...] | None:
    """The name in the largest letters of the page's top; None where it is a title, or several lines are as large."""
    top = [at for at, line in enumerate(lines) if line.box[1] <= TOP * page.height and at not in taken]
    if not top:
        return None
    ordered = sorted(top, key=lambda at: -lines[at].height)
    best = lines[ordered[0]]
    usual = sorted(line.height for line in lines)[len(lines) // 2]
    rival = next((lines[at] for at in ordered[1:] if lines[at].kind != "title"), None)
    if best.kind != "text" or len(best.words) > _MOST_NAME or best.height < LARGER * usual:
        return None
    if rival is not None and rival.height > best.height / 1.1 and rival.kind == "text":
        return None
    return best.words if text_of(best.words)[:1].isupper() else None
