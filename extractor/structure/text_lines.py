"""Words -> lines of text, as a reader sees them. Boxes are in the page's unit, origin top left.

Words keep the company that the text stream (or the recogniser) gave them; pieces of the stream that stand side by side
at one height form one line, and lines go from top to bottom. Text that runs up or down keeps its stream's order.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..values.boxes import Box, median_height, union
from ..values.words import Word

# Two pieces are of one line if they share this much of the lower one's height.
SAME_LINE_OVERLAP = 0.5
# A gap of this many line heights separates columns rather than words.
COLUMN_GAP = 1.2


# Words whose heights overlap this much stand in one row of text.
SAME_ROW = 0.5
# A piece looks for its line among no more than so many that stand at its height, and in none of more pieces than that:
# more than any page has, and a bound to what a page that is made for it can cost.
MOST_LINES_AT_A_HEIGHT = 40
MOST_PIECES_IN_A_LINE = 1000
# What blanks to be filled in are made of.
_BLANKS = frozenset("_.\u2026")


@dataclass(frozen=True)
class Line:
    """Words of one line, in reading order. What is asked of it is found once: nearly every step asks for it."""

    words: tuple[Word, ...]
    box: Box

    @cached_property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def size(self) -> float:
        """The font size that most of the line's characters have."""
        return max(self.words, key=lambda word: len(word.text)).size

    @cached_property
    def pieces(self) -> Sequence[Line]:
        """The pieces of the line that stand apart, or that were read apart: a label and its amount, say."""
        return [make_line(piece) for piece in _pieces(self.words, split_columns=self.words[0].upright)]


def make_line(words: Sequence[Word]) -> Line:
    """A line of words that are already in order."""
    return Line(tuple(words), union(word.box for word in words))


def group_lines(words: Iterable[Word]) -> list[Line]:
    """All the words as lines, from top to bottom; within a line in the direction of its script."""
    words = list(words)
    upright = [word for word in words if word.upright]
    turned = [word for word in words if not word.upright]
    return _upright_lines(upright) + [make_line(piece) for piece in _pieces(turned, split_columns=False)]


def _pieces(words: Sequence[Word], split_columns: bool) -> list[list[Word]]:
    """The words by the line of their stream; a stream line that jumps back, or over a gap, is several pieces."""
    pieces: list[list[Word]] = []
    last: Word | None = None
    for word in words:
        follows = last is not None and last.line == word.line and last.source == word.source
        if follows and split_columns and last is not None:
            height = max(last.box[3] - last.box[1], word.box[3] - word.box[1], 1e-6)
            follows = -height < word.box[0] - last.box[2] < COLUMN_GAP * height and _overlap(last.box, word.box) > 0
        if follows:
            pieces[-1].append(word)
        else:
            pieces.append([word])
        last = word
    return pieces


def _overlap(a: Box, b: Box) -> float:
    """The share of the lower box's height that both have in common."""
    common = min(a[3], b[3]) - max(a[1], b[1])
    return common / max(min(a[3] - a[1], b[3] - b[1]), 1e-6)


def _upright_lines(words: Sequence[Word]) -> list[Line]:
    pieces = [make_line(piece) for piece in _pieces(words, split_columns=True)]
    rows: list[list[Line]] = []
    boxes: list[Box] = []
    bands = _Bands([piece.box for piece in pieces])
    # Tall pieces first: a superscript or a small label finds the line that it belongs to, not the other way round.
    for piece in sorted(pieces, key=lambda line: (-(line.box[3] - line.box[1]), line.box[1])):
        best, most = None, SAME_LINE_OVERLAP
        for index in bands.at(piece.box):
            overlap = _overlap(piece.box, boxes[index])
            if overlap > most and len(rows[index]) < MOST_PIECES_IN_A_LINE:
                apart = piece.box[0] >= boxes[index][2] or piece.box[2] <= boxes[index][0]
                if apart or all(_beside(_printed(piece), _printed(part)) for part in rows[index]):
                    best, most = index, overlap
        if best is None:
            best = len(rows)
            rows.append([piece])
            boxes.append(piece.box)
        else:
            rows[best].append(piece)
            boxes[best] = union((boxes[best], piece.box))
        bands.add(best, boxes[best])
    lines = []
    for row in rows:
        leftwards = _right_to_left(row)
        row.sort(key=lambda part: -part.box[2] if leftwards else part.box[0])
        lines.append(make_line([word for part in row for word in part.words]))
    return sorted(lines, key=lambda line: (line.box[1] + line.box[3]) / 2)


class _Bands:
    """Which rows stand at which height: the page in bands as high as its pieces mostly are."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        span = max((box[3] for box in boxes), default=0.0) - min((box[1] for box in boxes), default=0.0)
        # No more bands than that: a piece that is as high as the page is in all of them.
        self._height = max(median_height(boxes), span / 2000, 1e-6)
        self._rows: dict[int, dict[int, None]] = {}

    def at(self, box: Box) -> list[int]:
        """The rows at the box's height, in the order in which they came; the latest, where there are very many."""
        found = {index for band in self._reach(box) for index in self._rows.get(band, ())}
        return sorted(found)[-MOST_LINES_AT_A_HEIGHT:]

    def add(self, row: int, box: Box) -> None:
        """Say that the row stands there."""
        for band in self._reach(box):
            rows = self._rows.setdefault(band, {})
            if row not in rows:
                rows[row] = None
                if len(rows) > MOST_LINES_AT_A_HEIGHT:
                    del rows[next(iter(rows))]

    def _reach(self, box: Box) -> range:
        return range(int(box[1] // self._height), int(box[3] // self._height) + 1)


def _printed(line: Line) -> Box:
    """The box of a line's words without the blanks to be filled in: what is typed over these is beside it."""
    words = [word for word in line.words if not set(word.text) <= _BLANKS]
    return union(word.box for word in words) if words else line.box


def _beside(a: Box, b: Box) -> bool:
    """Whether neither box stands over or under the other (a kerned edge apart)."""
    return min(a[2], b[2]) - max(a[0], b[0]) < 0.3 * min(a[2] - a[0], b[2] - b[0])


def _right_to_left(row: Sequence[Line]) -> bool:
    if all(word.text.isascii() for part in row for word in part.words):
        return False
    directions = [unicodedata.bidirectional(letter) for part in row for word in part.words for letter in word.text]
    return sum(kind in ("R", "AL") for kind in directions) > sum(kind == "L" for kind in directions)


def rows_of_text(words: Sequence[Word]) -> list[list[Word]]:
    """The words by the height that they stand at, over the whole width of the table, from top to bottom."""
    rows: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    tops: list[float] = []
    bottoms: list[float] = []
    for word in sorted(words, key=lambda word: word.box[1] + word.box[3]):
        top, bottom = word.box[1], word.box[3]
        if rows:
            above = spans[-1]
            common = min(bottom, above[1]) - max(top, above[0])
            if common >= SAME_ROW * max(min(bottom - top, above[1] - above[0]), 1e-6):
                rows[-1].append(word)
                bisect.insort(tops, top)
                bisect.insort(bottoms, bottom)
                # The middle half of the row's words decide where it is: one tall bracket does not stretch it.
                spans[-1] = (tops[len(tops) // 2], bottoms[len(bottoms) // 2])
                continue
        rows.append([word])
        spans.append((top, bottom))
        tops, bottoms = [top], [bottom]
    return rows
