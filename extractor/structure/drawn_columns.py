"""Drawn lines -> the columns that they part, also where they are drawn in the head only or a text has overflowed.

A line between two columns parts words however near they stand. Edges of shaded bars and of frames around a total are
lines too: they part no columns where the words of other rows stand across them. Boxes are in the page's unit.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.reading import Ruling
from ..values.words import Word

# Lines nearer than this many text heights are one, drawn twice.
SAME_LINE = 0.4
# A word that reaches over a line by more text heights than this stands across it.
ACROSS = 0.15
# So many of the rows may have words across a line that is drawn elsewhere, and across one that is drawn in the head: a
# text that has overflowed its column.
MAX_OVERFLOWING = 0.15
MAX_OVERFLOWING_HEAD = 0.4

Row = Sequence[Word]


def drawn_edges(lines: Sequence[Ruling], rows: Sequence[Row], height: float) -> list[float]:
    """Where vertical lines part the words of the rows of text, left to right, each once."""
    left = min(word.box[0] for row in rows for word in row)
    right = max(word.box[2] for row in rows for word in row)
    edges: list[float] = []
    for at, group in _by_place(lines, height):
        if not left < at < right or max(line.end - line.start for line in group) < height:
            continue
        across = [row for row in rows if any(_across(word, at, height) for word in row)]
        share = MAX_OVERFLOWING_HEAD if _beside(rows[0], group) else MAX_OVERFLOWING
        if len(across) > share * len(rows):
            continue
        if not any(_beside(row, group) for row in across):
            edges.append(at)
    return edges


def _by_place(lines: Sequence[Ruling], height: float) -> list[tuple[float, list[Ruling]]]:
    groups: list[list[Ruling]] = []
    for line in sorted(lines, key=lambda line: line.at):
        if groups and line.at - groups[-1][-1].at <= SAME_LINE * height:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(sum(line.at for line in group) / len(group), group) for group in groups]


def _across(word: Word, at: float, height: float) -> bool:
    return word.box[0] < at - ACROSS * height and word.box[2] > at + ACROSS * height


def _beside(row: Row, lines: Sequence[Ruling]) -> bool:
    """Whether one of the lines runs past the row of text."""
    middle = sorted(word.box[1] + word.box[3] for word in row)[len(row) // 2] / 2
    return any(line.start <= middle <= line.end for line in lines)
