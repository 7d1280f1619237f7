"""Lines of text -> list items: bulleted, numbered, nested. Runs in a page process.

The layout model knows no lists; the marker at the beginning of a line tells. A bullet does so alone. A dash, a number
or a letter does so only with a second item of its kind, at the same left edge, next in count.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..values.words import Row, Word
from .text_lines import Line

# Characters used for list items only; characters that may be a dash or an asterisk in a text.
BULLETS = frozenset("•‣◦▪▫■□●○➢➤✓✔❖∙\uf0b7\uf0a7\uf0d8")
# Of these, those that say something: the text keeps them.
TICKS = frozenset("✓✔")
WEAK_BULLETS = frozenset("-\u2013\u2014*·»o+")
_COUNTED = re.compile(r"\(?(\d{1,3}|[a-zA-Z]|[ivx]{2,6}|[IVX]{2,6})[.)]")
_ROMAN = {"i": 1, "v": 5, "x": 10}
# Max difference of one left edge, in text heights; a line further left than its item's marker is not the item's.
SAME_EDGE = 0.6
# Min gap behind a letter that is a bullet, in text heights.
APART = 0.5
# Max gap between lines of one item, in text heights.
ITEM_GAP = 1.0
# Max nesting depth: serialisers recurse once for each.
DEEPEST = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive lines: a list item with its `marker` and `depth` from 1, or running text (no marker, depth 0). The
    marker is empty where it is part of the text."""

    lines: tuple[Line, ...]
    marker: str | None = None
    depth: int = 0

    @property
    def enumerated(self) -> bool:
        """Whether the marker is a number or a letter."""
        return self.marker is not None and _COUNTED.fullmatch(self.marker) is not None


@dataclass(frozen=True, slots=True)
class _Marker:
    """A marker that may begin an item. `values`: the counts that it may stand for (`i` is a letter, or one)."""

    block: int
    line: int
    text: str
    kind: str
    values: frozenset[int]
    left: float
    height: float


def without_markers(rows: Iterable[Row]) -> list[list[Word]]:
    """The words of each row of text, left to right, without the first where it may be an item's marker."""
    found = [sorted(row, key=lambda word: word.box[0]) for row in rows]
    return [row[1:] if len(row) > 1 and _is_marker(row[0].text) else row for row in found]


def _is_marker(text: str) -> bool:
    """Whether a word may be an item's marker."""
    return text in BULLETS | WEAK_BULLETS or _COUNTED.fullmatch(text) is not None


def list_pieces(blocks: Sequence[Sequence[Line]], boxes: frozenset[str] = frozenset()) -> list[list[Piece]]:
    """Each block's lines as pieces, in their order. Blocks are in reading order; a list may continue over several.

    `boxes`: characters that are check boxes on this page, hence no bullets.
    """
    marks = [
        mark
        for block, lines in enumerate(blocks)
        for number, line in enumerate(lines)
        if line.words[0].text not in boxes and (mark := _marker_of(block, number, line)) is not None
    ]
    index = _MarkerIndex(marks)
    sure = {(mark.block, mark.line): mark for mark in marks if mark.kind == "bullet" or index.has_neighbour(mark)}
    pieces = [_block_pieces(block, lines, sure) for block, lines in enumerate(blocks)]
    return _nested(pieces)


def _marker_of(block: int, number: int, line: Line) -> _Marker | None:
    """The marker that the line begins with; None without one."""
    first = line.words[0].text
    height = max(line.box[3] - line.box[1], 1e-6)

    def mark(kind: str, values: frozenset[int] = frozenset()) -> _Marker:
        return _Marker(block, number, first, kind, values, line.box[0], height)

    if len(line.words) < 2 or not line.words[0].upright:
        return None
    if first in BULLETS:
        return mark("bullet")
    if first in WEAK_BULLETS:
        # `o` is a word in some languages: as a bullet it has a gap behind it.
        is_apart = line.words[1].box[0] - line.words[0].box[2] > APART * height
        return mark(first) if first != "o" or is_apart else None
    counted = _COUNTED.fullmatch(first)
    if counted is None:
        return None
    return mark(re.sub(r"\w+", "", first), _counts(counted[1]))


def _counts(count: str) -> frozenset[int]:
    """The numbers that a count may stand for; each way of counting has a range of numbers of its own."""
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


class _MarkerIndex:
    """Index of list markers by kind and count."""

    def __init__(self, marks: Sequence[_Marker]) -> None:
        self._edges: dict[str, list[float]] = {}
        self._by_count: dict[tuple[str, int], list[tuple[float, tuple[int, int]]]] = {}
        for mark in marks:
            self._edges.setdefault(mark.kind, []).append(mark.left)
            for value in mark.values:
                self._by_count.setdefault((mark.kind, value), []).append((mark.left, (mark.block, mark.line)))
        for edges in self._edges.values():
            edges.sort()
        for places in self._by_count.values():
            places.sort()

    def has_neighbour(self, mark: _Marker) -> bool:
        """Whether another marker of its kind, at the same left edge, is next before or after it in count."""
        reach = SAME_EDGE * mark.height
        if not mark.values:
            edges = self._edges[mark.kind]
            near = bisect.bisect_right(edges, mark.left + reach) - bisect.bisect_left(edges, mark.left - reach)
            return near > 1  # itself, and another
        here = (mark.block, mark.line)
        for step in (1, -1):
            for value in mark.values:
                places = self._by_count.get((mark.kind, value + step), [])
                first = bisect.bisect_left(places, (mark.left - reach, (-1, -1)))
                for left, place in places[first:]:
                    if left > mark.left + reach:
                        break
                    if place != here and (place > here) == (step > 0):
                        return True
        return False


def _block_pieces(block: int, lines: Sequence[Line], sure: dict[tuple[int, int], _Marker]) -> list[Piece]:
    """The pieces of one block; `sure` are the markers by block and line."""
    pieces: list[tuple[_Marker | None, list[Line]]] = []
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
    return [Piece(tuple(own), None if mark is None else _removed(mark.text)) for mark, own in pieces]


def _removed(text: str) -> str:
    """What of the marker the views write in their own way."""
    return "" if text in TICKS else text


def _nested(blocks: list[list[Piece]]) -> list[list[Piece]]:
    """The pieces with their depths, at most `DEEPEST`: an item further right than the one before it is nested in it."""
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
