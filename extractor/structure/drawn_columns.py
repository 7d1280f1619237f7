"""Vertical ruling lines -> the column edges that they draw. Runs in a page process.

A line parts the words beside it however near they stand, also where it is drawn in the head only, or where a text
overflows. Edges of shaded bars and of frames around a total are lines too: they part no columns where words of other
rows cross them. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.boxes import centre
from ..values.reading import Ruling
from ..values.words import Row, Word

# Max distance of two lines that are one, drawn twice, in text heights.
SAME_LINE = 0.4
# Min reach of a word beyond a line that it crosses, in text heights.
ACROSS = 0.15
# Max share of rows with words across a line, by overflow; the same for a line drawn in the head.
MAX_OVERFLOWING = 0.15
MAX_OVERFLOWING_HEAD = 0.4


def drawn_edges(lines: Sequence[Ruling], rows: Sequence[Row], height: float) -> list[float]:
    """The x, in the page's unit, of vertical lines that part words, ascending, each once. `height`: of the text, in
    that unit."""
    # A line beside the table's outermost words, of a frame or a bar, has none on its other side.
    middles = [centre(word.box)[0] for row in rows for word in row]
    left, right = min(middles), max(middles)
    edges: list[float] = []
    for at, group in _grouped(lines, height):
        if not left < at < right or max(line.end - line.start for line in group) < height:
            continue
        across = [row for row in rows if any(_crosses(word, at, height) for word in row)]
        share = MAX_OVERFLOWING_HEAD if _passes_row(rows[0], group) else MAX_OVERFLOWING
        if len(across) > share * len(rows):
            continue
        if not any(_passes_row(row, group) for row in across):
            edges.append(at)
    return edges


def _grouped(lines: Sequence[Ruling], height: float) -> list[tuple[float, list[Ruling]]]:
    """The lines by place: x, and the lines there."""
    groups: list[list[Ruling]] = []
    for line in sorted(lines, key=lambda line: line.at):
        if groups and line.at - groups[-1][-1].at <= SAME_LINE * height:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(sum(line.at for line in group) / len(group), group) for group in groups]


def _crosses(word: Word, at: float, height: float) -> bool:
    """Whether the word stands across x = `at`."""
    return word.box[0] < at - ACROSS * height and word.box[2] > at + ACROSS * height


def _passes_row(row: Row, lines: Sequence[Ruling]) -> bool:
    """Whether one of the lines runs past the row of text."""
    middle = sorted(word.box[1] + word.box[3] for word in row)[len(row) // 2] / 2
    return any(line.start <= middle <= line.end for line in lines)
