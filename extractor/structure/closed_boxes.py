"""The lines of a grid that are drawn -> whether they close boxes. Runs in a page process.

A form has rows of boxes, each row with sides of its own: most of the grid that all sides make together is not drawn,
and yet each box is closed all around.
"""

from __future__ import annotations

from collections.abc import Set

# Min boxes of a form.
MIN_BOXES = 4

# A place of the grid (row, column), from 0.
Place = tuple[int, int]


def are_closed(rows: int, columns: int, across: Set[Place], down: Set[Place]) -> bool:
    """Whether the lines divide the whole grid into closed boxes, at least `MIN_BOXES`.

    `across`: the places (row, column) whose left side is drawn, `column` being `columns` at the grid's right side.
    `down`: those whose upper side is drawn, `row` being `rows` at its foot.
    """
    left = {(row, column) for row in range(rows) for column in range(columns)}
    boxes = 0
    while left:
        top, first = min(left)
        end = next(column for column in range(first + 1, columns + 1) if column == columns or (top, column) in across)
        foot = next(row for row in range(top + 1, rows + 1) if row == rows or (row, first) in down)
        box = {(row, column) for row in range(top, foot) for column in range(first, end)}
        sides = {(row, column) for row in range(top, foot) for column in (first, end)}
        ends = {(row, column) for row in (top, foot) for column in range(first, end)}
        inside = (
            {(row, column) for row, column in box if column > first},
            {(row, column) for row, column in box if row > top},
        )
        if not (box <= left and sides <= across and ends <= down) or inside[0] & across or inside[1] & down:
            return False
        left -= box
        boxes += 1
    return boxes >= MIN_BOXES
