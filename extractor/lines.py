"""Words -> lines of text, as a reader sees them. Boxes are in the page's unit, origin top left.

Words keep the company that the text stream (or the recogniser) gave them; pieces of the stream that stand side by side
at one height form one line, and lines go from top to bottom. Text that runs up or down keeps its stream's order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .geometry import Box, union
from .text_layer import Word

# Two pieces are of one line if they share this much of the lower one's height.
SAME_LINE_OVERLAP = 0.5
# A gap of this many line heights separates columns rather than words.
COLUMN_GAP = 1.2


# Words whose heights overlap this much stand in one row of text.
SAME_ROW = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one line, in reading order."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        """The words with one space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def size(self) -> float:
        """The font size that most of the line's characters have."""
        return max(self.words, key=lambda word: len(word.text)).size


def make_line(words: Sequence[Word]) -> Line:
    """A line of words that are already in order."""
    return Line(tuple(words), union(word.box for word in words))


def parted(line: Line) -> list[Line]:
    """The pieces of a line that stand apart, or that were read apart: a label and its amount, say."""
    return [make_line(piece) for piece in _pieces(line.words, split_columns=line.words[0].upright)]


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
    # Tall pieces first: a superscript or a small label finds the line that it belongs to, not the other way round.
    for piece in sorted(pieces, key=lambda line: (-(line.box[3] - line.box[1]), line.box[1])):
        best, most = None, SAME_LINE_OVERLAP
        for row in rows:
            beside = all(_beside(piece.box, part.box) for part in row)
            overlap = _overlap(piece.box, union(part.box for part in row))
            if beside and overlap > most:
                best, most = row, overlap
        if best is None:
            rows.append([piece])
        else:
            best.append(piece)
    lines = []
    for row in rows:
        leftwards = _right_to_left(row)
        row.sort(key=lambda part: -part.box[2] if leftwards else part.box[0])
        lines.append(make_line([word for part in row for word in part.words]))
    return sorted(lines, key=lambda line: (line.box[1] + line.box[3]) / 2)


def _beside(a: Box, b: Box) -> bool:
    """Whether neither box stands over or under the other (a kerned edge apart)."""
    return min(a[2], b[2]) - max(a[0], b[0]) < 0.3 * min(a[2] - a[0], b[2] - b[0])


def _right_to_left(row: Sequence[Line]) -> bool:
    directions = [unicodedata.bidirectional(letter) for part in row for word in part.words for letter in word.text]
    return sum(kind in ("R", "AL") for kind in directions) > sum(kind == "L" for kind in directions)


def rows_of_text(words: Sequence[Word]) -> list[list[Word]]:
    """The words by the height that they stand at, over the whole width of the table, from top to bottom."""
    rows: list[list[Word]] = []
    spans: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: word.box[1] + word.box[3]):
        top, bottom = word.box[1], word.box[3]
        if rows:
            above = spans[-1]
            common = min(bottom, above[1]) - max(top, above[0])
            if common >= SAME_ROW * max(min(bottom - top, above[1] - above[0]), 1e-6):
                rows[-1].append(word)
                heights = [(other.box[1], other.box[3]) for other in rows[-1]]
                # The middle half of the row's words decide where it is: one tall bracket does not stretch it.
                spans[-1] = (
                    sorted(height[0] for height in heights)[len(heights) // 2],
                    sorted(height[1] for height in heights)[len(heights) // 2],
                )
                continue
        rows.append([word])
        spans.append((top, bottom))
    return rows
