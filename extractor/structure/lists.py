"""Lines of text -> list items: bulleted, numbered, nested.

The layout model knows no lists; what tells a reader is the mark that a line begins with. A bullet says so by itself; a
dash, a number or a letter only in company: with a second item of its kind, at the same left edge, next in count.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .text_lines import Line

# Signs that are set for nothing else than the items of a list, and signs that may be a dash or an asterisk in a text.
BULLETS = frozenset("•‣◦▪▫■□●○➢➤✓✔❖∙\uf0b7\uf0a7\uf0d8")
WEAK_BULLETS = frozenset("-\u2013\u2014*·»o+")
_COUNTED = re.compile(r"\(?(\d{1,3}|[a-zA-Z]|[ivx]{2,6}|[IVX]{2,6})[.)]")
_ROMAN = {"i": 1, "v": 5, "x": 10}
# Left edges this near to each other, in text heights, are one; a line further left than its item's mark is not its own.
SAME_EDGE = 0.6
# A letter that is a bullet stands this many text heights before its item.
APART = 0.5
# Lines of one item follow each other within this many text heights.
ITEM_GAP = 1.0
# No list is nested deeper than this: what writes lists out calls itself for each depth.
DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that belong together: an item with its `marker` and its `depth` from 1, or running text (no marker)."""

    lines: tuple[Line, ...]
    marker: str | None = None
    depth: int = 0

    @property
    def enumerated(self) -> bool:
        """Whether the marker is a number or a letter."""
        return self.marker is not None and _COUNTED.fullmatch(self.marker) is not None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A line that may begin an item. `values`: what its count may be (`i` is a letter, or one)."""

    block: int
    line: int
    text: str
    kind: str
    values: frozenset[int]
    left: float
    height: float


def list_pieces(blocks: Sequence[Sequence[Line]], boxes: frozenset[str] = frozenset()) -> list[list[Piece]]:
    """Each block's lines as pieces; blocks are in reading order, and a list may go over several. `boxes` are signs that
    are check boxes on this page, and no bullets."""
    marks = [
        mark
        for block, lines in enumerate(blocks)
        for number, line in enumerate(lines)
        if line.words[0].text not in boxes and (mark := _mark(block, number, line)) is not None
    ]
    company = _Company(marks)
    sure = {(mark.block, mark.line): mark for mark in marks if mark.kind == "bullet" or company.has(mark)}
    pieces = [_pieces(block, lines, sure) for block, lines in enumerate(blocks)]
    return _nested(pieces)


def _mark(block: int, number: int, line: Line) -> _Mark | None:
    first = line.words[0].text
    height = max(line.box[3] - line.box[1], 1e-6)

    def mark(kind: str, values: frozenset[int] = frozenset()) -> _Mark:
        return _Mark(block, number, first, kind, values, line.box[0], height)

    if len(line.words) < 2 or not line.words[0].upright:
        return None
    if first in BULLETS:
        return mark("bullet")
    if first in WEAK_BULLETS:
        # An `o` is a word of its own in some languages: as a bullet it stands apart from what follows.
        apart = line.words[1].box[0] - line.words[0].box[2] > APART * height
        return mark(first) if first != "o" or apart else None
    counted = _COUNTED.fullmatch(first)
    if counted is None:
        return None
    return mark(re.sub(r"\w+", "", first), _values(counted[1]))


def _values(count: str) -> frozenset[int]:
    """What a count may stand for, one range of numbers for each way of counting."""
    if count.isdigit():
        return frozenset({int(count)})
    values = set()
    if len(count) == 1:
        values.add((1000 if count.islower() else 2000) + ord(count.lower()) - ord("a"))
    if set(count.lower()) <= set(_ROMAN):
        digits = [_ROMAN[letter] for letter in count.lower()]
        total = sum(-digit if digit < after else digit for digit, after in zip(digits, [*digits[1:], 0], strict=True))
        values.add((3000 if count.islower() else 4000) + total)
    return frozenset(values)


class _Company:
    """The marks by kind and count, for each to find those that it stands in line with."""

    def __init__(self, marks: Sequence[_Mark]) -> None:
        self._edges: dict[str, list[float]] = {}
        self._places: dict[tuple[str, int], list[tuple[float, tuple[int, int]]]] = {}
        for mark in marks:
            self._edges.setdefault(mark.kind, []).append(mark.left)
            for value in mark.values:
                self._places.setdefault((mark.kind, value), []).append((mark.left, (mark.block, mark.line)))
        for edges in self._edges.values():
            edges.sort()
        for places in self._places.values():
            places.sort()

    def has(self, mark: _Mark) -> bool:
        """Whether another mark of its kind, at the same edge, comes before or after it in the same count."""
        reach = SAME_EDGE * mark.height
        if not mark.values:
            edges = self._edges[mark.kind]
            near = bisect.bisect_right(edges, mark.left + reach) - bisect.bisect_left(edges, mark.left - reach)
            return near > 1  # itself, and another
        here = (mark.block, mark.line)
        for step in (1, -1):
            for value in mark.values:
                places = self._places.get((mark.kind, value + step), [])
                first = bisect.bisect_left(places, (mark.left - reach, (-1, -1)))
                for left, place in places[first:]:
                    if left > mark.left + reach:
                        break
                    if place != here and (place > here) == (step > 0):
                        return True
        return False


def _pieces(block: int, lines: Sequence[Line], sure: dict[tuple[int, int], _Mark]) -> list[Piece]:
    pieces: list[tuple[_Mark | None, list[Line]]] = []
    for number, line in enumerate(lines):
        mark = sure.get((block, number))
        if mark is not None:
            pieces.append((mark, [line]))
            continue
        if pieces:
            owner, own = pieces[-1]
            left_of = owner is not None and line.box[0] < owner.left - SAME_EDGE * owner.height
            far = owner is not None and line.box[1] - own[-1].box[3] > ITEM_GAP * owner.height
            if not left_of and not far:
                own.append(line)
                continue
        pieces.append((None, [line]))
    return [Piece(tuple(own), None if mark is None else mark.text) for mark, own in pieces]


def _nested(blocks: list[list[Piece]]) -> list[list[Piece]]:
    """The pieces, each item with its depth, `DEEPEST` at most: items further right than the one before them are of a
    list inside it."""
    result = []
    edges: list[float] = []
    last = float("-inf")
    for pieces in blocks:
        levelled = []
        for piece in pieces:
            if piece.marker is None:
                edges = []
                levelled.append(piece)
                continue
            box = piece.lines[0].box
            step = SAME_EDGE * (box[3] - box[1])
            if box[3] < last:
                edges = []  # further up than the item before: another column
            last = box[1]
            while edges and box[0] < edges[-1] - step:
                edges.pop()
            if not edges or box[0] > edges[-1] + step:
                edges.append(box[0])
            levelled.append(replace(piece, depth=min(len(edges), DEEPEST)))
        result.append(levelled)
    return result
