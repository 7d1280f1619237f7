"""Words -> lines of text as a reader sees them. Runs in a page process.

Words stay with the line that the text stream (or the recogniser) gave them. Pieces of the stream side by side at one
height are one line; lines go from top to bottom. Text that runs up or down keeps its stream's order. Boxes are in the
page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..values.boxes import Box, median_height, union
from ..values.words import Word

# Min share of the lower piece's height that two pieces of one line have in common.
SAME_LINE_OVERLAP = 0.5
# Min gap between columns, in line heights.
COLUMN_GAP = 1.2


# Min share of height in common of words of one row of text.
SAME_ROW = 0.5
# Max lines at a piece's height that it is compared with; max pieces of a line. No page has more; they bound the cost of
# a page that is made to be slow.
MOST_LINES_AT_A_HEIGHT = 40
MOST_PIECES_IN_A_LINE = 1000
# Characters of a blank to fill in.
_BLANKS = frozenset("_.\u2026")


@dataclass(frozen=True)
class Line:
    """Words of one line in reading order, and the box around them, in the page's unit, origin top left.

    Properties are cached: nearly every step asks for them.
    """

    words: tuple[Word, ...]
    box: Box
    # Whether the text stream has it as one piece.
    is_piece: bool = field(default=False, compare=False)

    @cached_property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def size(self) -> float:
        """The font size of the longest word, in the page's unit."""
        return max(self.words, key=lambda word: len(word.text)).size

    @cached_property
    def pieces(self) -> Sequence[Line]:
        """The parts of the line that stand apart, or were read apart, in its order: a label and its amount, say."""
        if self.is_piece:
            return [self]
        return _stream_pieces(self.words, split_columns=self.words[0].upright)


def make_line(words: Sequence[Word]) -> Line:
    """A line of words that are in reading order already, with the box around them in the page's unit, origin top left.

    Raises `ValueError` for no words.
    """
    return Line(tuple(words), union(word.box for word in words))


def group_lines(words: Iterable[Word]) -> list[Line]:
    """All the words as lines, from top to bottom; within a line in the direction of its script."""
    words = list(words)
    upright = [word for word in words if word.upright]
    turned = [word for word in words if not word.upright]
    return _upright_lines(upright) + _stream_pieces(turned, split_columns=False)


def _stream_pieces(words: Sequence[Word], split_columns: bool) -> list[Line]:
    """The words by stream line; one that jumps back, or over a gap, is several pieces."""
    pieces: list[list[Word]] = []
    last: Word | None = None
    for word in words:
        if (
            last is not None
            and last.line == word.line
            and last.source == word.source
            and (not split_columns or _goes_on(last.box, word.box))
        ):
            pieces[-1].append(word)
        else:
            pieces.append([word])
        last = word
    return [Line(tuple(piece), union([word.box for word in piece]), is_piece=True) for piece in pieces]


def _goes_on(last: Box, box: Box) -> bool:
    """Whether a word follows the one before it without a jump or a gap."""
    left, top, _, bottom = box
    _, last_top, last_right, last_bottom = last
    height = max(last_bottom - last_top, bottom - top, 1e-6)
    return -height < left - last_right < COLUMN_GAP * height and min(last_bottom, bottom) > max(last_top, top)


def _overlap(a: Box, b: Box) -> float:
    """The share of the lower box's height that both have in common."""
    common = min(a[3], b[3]) - max(a[1], b[1])
    return common / max(min(a[3] - a[1], b[3] - b[1]), 1e-6)


def _upright_lines(words: Sequence[Word]) -> list[Line]:
    """Upright words as lines, from top to bottom."""
    pieces = _stream_pieces(words, split_columns=True)
    if len(pieces) < 2:
        return pieces
    rows: list[list[Line]] = []
    boxes: list[Box] = []
    bands = _Bands([piece.box for piece in pieces])
    # Tall pieces first: a superscript or small label joins the line it belongs to, not the other way round.
    for piece in sorted(pieces, key=lambda line: (-(line.box[3] - line.box[1]), line.box[1])):
        best, most = None, SAME_LINE_OVERLAP
        for index in bands.at(piece.box):
            overlap = _overlap(piece.box, boxes[index])
            if overlap > most and len(rows[index]) < MOST_PIECES_IN_A_LINE:
                is_apart = piece.box[0] >= boxes[index][2] or piece.box[2] <= boxes[index][0]
                if is_apart or all(
                    _do_not_overlap(_box_without_blanks(piece), _box_without_blanks(part)) for part in rows[index]
                ):
                    best, most = index, overlap
        if best is None:
            best = len(rows)
            rows.append([piece])
            boxes.append(piece.box)
        else:
            rows[best].append(piece)
            boxes[best] = union((boxes[best], piece.box))
        bands.add(best, boxes[best])
    lines = [row[0] if len(row) == 1 else _line_of(row) for row in rows]
    return sorted(lines, key=lambda line: (line.box[1] + line.box[3]) / 2)


def _line_of(row: Sequence[Line]) -> Line:
    """The pieces of a line, in any order, as one."""
    right_to_left = _is_right_to_left(row)
    parts = sorted(row, key=lambda part: -part.box[2] if right_to_left else part.box[0])
    return Line(tuple(word for part in parts for word in part.words), union(part.box for part in parts))


class _Bands:
    """Index of rows by height: the page in bands of the usual height of a piece."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        span = max((box[3] for box in boxes), default=0.0) - min((box[1] for box in boxes), default=0.0)
        # At most 2000 bands: a piece as high as the page is in all of them.
        self._height = max(median_height(boxes), span / 2000, 1e-6)
        self._rows: dict[int, dict[int, None]] = {}

    def at(self, box: Box) -> list[int]:
        """The rows at the box's height, oldest first; only the latest `MOST_LINES_AT_A_HEIGHT`."""
        found = {index for band in self._reach(box) for index in self._rows.get(band, ())}
        return sorted(found)[-MOST_LINES_AT_A_HEIGHT:]

    def add(self, row: int, box: Box) -> None:
        """Records that the row stands at the box's height."""
        for band in self._reach(box):
            rows = self._rows.setdefault(band, {})
            if row not in rows:
                rows[row] = None
                if len(rows) > MOST_LINES_AT_A_HEIGHT:
                    del rows[next(iter(rows))]

    def _reach(self, box: Box) -> range:
        """The bands that the box is in."""
        return range(int(box[1] // self._height), int(box[3] // self._height) + 1)


def _box_without_blanks(line: Line) -> Box:
    """The box of a line's words without blanks to fill in: what is typed over those is beside the line."""
    words = [word for word in line.words if not set(word.text) <= _BLANKS]
    return union(word.box for word in words) if words else line.box


def _do_not_overlap(a: Box, b: Box) -> bool:
    """Whether the boxes hardly overlap horizontally (kerning aside)."""
    return min(a[2], b[2]) - max(a[0], b[0]) < 0.3 * min(a[2] - a[0], b[2] - b[0])


def _is_right_to_left(row: Sequence[Line]) -> bool:
    """Whether most letters are of a script that runs from right to left."""
    if all(word.text.isascii() for part in row for word in part.words):
        return False
    directions = [unicodedata.bidirectional(letter) for part in row for word in part.words for letter in word.text]
    return sum(kind in ("R", "AL") for kind in directions) > sum(kind == "L" for kind in directions)


def rows_of_text(words: Sequence[Word]) -> list[list[Word]]:
    """The words by row of text, over the whole width of a table: rows from top to bottom, the words of each in no
    order."""
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
                # Medians decide where a row is: one tall bracket does not stretch it.
                spans[-1] = (tops[len(tops) // 2], bottoms[len(bottoms) // 2])
                continue
        rows.append([word])
        spans.append((top, bottom))
        tops, bottoms = [top], [bottom]
    return rows
