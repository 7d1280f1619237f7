"""Rows of text and ruling lines -> the lines over the whole table, and the rows that they part. Runs in a page process.

Lengths are in the page's unit, origin at the top.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

from ..values.boxes import centre
from ..values.reading import Rulings
from ..values.words import Row, Word

# Min share of the table's width of a line that runs over all of it.
WHOLE_LINE = 0.8


def lines_above(rows: Sequence[Row], rulings: Rulings) -> list[bool]:
    """For each row of text whether a line over the whole table parts it from the row above."""
    whole = whole_lines(rows, rulings)
    if not whole:
        return [False] * len(rows)
    middles = row_middles(rows)
    return [False, *(any(above < at < here for at in whole) for above, here in pairwise(middles))]


def whole_lines(rows: Sequence[Row], rulings: Rulings) -> list[float]:
    """The heights (y, in the page's unit, origin at the top) of lines that run over the whole table."""
    if not rulings.horizontal:
        return []
    width = max(word.box[2] for row in rows for word in row) - min(word.box[0] for row in rows for word in row)
    return [line.at for line in rulings.horizontal if line.end - line.start >= WHOLE_LINE * width]


def row_middles(rows: Sequence[Row]) -> list[float]:
    """The middle height (y, in the page's unit, origin at the top) of each row of text."""
    return [statistics.median(centre(word.box)[1] for word in row) for row in rows]


def row_whites(rows: Sequence[Row]) -> list[float]:
    """The white between each row of text and the next one, in the page's unit; less than 0 where they overlap."""
    tops, bottoms = ([pick(word.box[side] for word in row) for row in rows] for pick, side in ((min, 1), (max, 3)))
    return [top - bottom for bottom, top in zip(bottoms, tops[1:], strict=False)]


def between_lines(count: int, parted: Sequence[bool]) -> list[range]:
    """The indices of so many rows of text between one line and the next. `parted`: for each row, as far as it is long,
    whether a line parts it from the row above."""
    begins = [0, *(index for index in range(1, count) if index < len(parted) and parted[index])]
    return [range(first, last) for first, last in zip(begins, [*begins[1:], count], strict=True)]


def bands(rows: Sequence[Row], rulings: Rulings) -> list[list[Word]]:
    """The rows of text, those between the same two lines over the whole table as one, its words from left to right."""
    parted = between_lines(len(rows), lines_above(rows, rulings))
    return [sorted((word for at in band for word in rows[at]), key=lambda word: word.box[0]) for band in parted]
