"""Text lines with boxes -> the text in reading order: rows from top to bottom, each from left to right.

A line belongs to a row if its middle is less than 0.6 of the smaller height from the middle of that row's horizontally
nearest line: receipts are photographed at a slant, so a row's first line says little about its last. It also has to
stand beside the row's lines: two lines that share more than 0.3 of the narrower one's width are never in one row. Boxes
are `(left, top, right, bottom)`, y downwards, in any unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Box = tuple[float, float, float, float]

SAME_HEIGHT = 0.6
BESIDE = 0.3
# Rows that may still grow: lines come by their middles, so a row further up takes no more.
OPEN_ROWS = 3


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text and its box, y downwards, in the unit of its data set."""

    text: str
    box: Box

    @property
    def middle(self) -> float:
        """The y halfway between top and bottom, in the box's unit."""
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> float:
        """Its height, in the box's unit."""
        return self.box[3] - self.box[1]

    @property
    def width(self) -> float:
        """Its width, in the box's unit."""
        return self.box[2] - self.box[0]


def rows_text(lines: Iterable[TextLine]) -> str:
    """The lines' text in reading order, one line of output for each row."""
    return "\n".join(" ".join(line.text for line in row) for row in text_rows(lines))


def text_rows(lines: Iterable[TextLine]) -> list[list[TextLine]]:
    """The rows from top to bottom, each from left to right."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        fitting = [
            (offset, row)
            for row in rows[-OPEN_ROWS:]
            if all(_beside(line, other) for other in row) and (offset := _offset(line, row)) < SAME_HEIGHT
        ]
        if fitting:
            min(fitting, key=lambda candidate: candidate[0])[1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _offset(line: TextLine, row: list[TextLine]) -> float:
    """The distance of the line's middle from its neighbour's in the row, in the smaller one's heights."""
    neighbour = min(row, key=lambda other: max(other.box[0] - line.box[2], line.box[0] - other.box[2]))
    return abs(line.middle - neighbour.middle) / max(1e-9, min(line.height, neighbour.height))


def _beside(a: TextLine, b: TextLine) -> bool:
    """Whether the lines do not overlap horizontally."""
    shared = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    return shared < max(1e-9, BESIDE * min(a.width, b.width))
