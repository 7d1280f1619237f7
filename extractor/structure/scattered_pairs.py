"""Parts of a page -> the same, labels joined with the values beside them that are parts of their own. Runs in a page
process.

The layout model sees a form's labels and values one by one, or by column, and orders them as columns of text. Labels
that stand under one another, flush, each with one value on its line, are one block with their values, if the signs of
pairs are there (see `pairs`). So are a lone label and a number that stands not far from it. Boxes are in the page's
unit, origin top left.
"""

from __future__ import annotations

import bisect
import statistics
from collections.abc import Sequence
from dataclasses import replace

from docling_core.types.doc import DocItemLabel

from ..values.boxes import centre, intersection, union
from .pairs import SAME_EDGE, are_pairs_beside, is_label_of_number
from .parts import Part
from .text_lines import Line

# Max lines of text that are compared; more are prose.
MOST_LINES = 200
# Max white between labels of one block, and between a lone label and its number, in text heights.
WHITE = 2.5
LONE_WHITE = 8.0


def with_scattered_pairs(parts: Sequence[Part]) -> list[Part]:
    """The parts, each block of labels and values one part in the place of its first label; boxes in the page's unit,
    origin top left."""
    owners = [part for part in parts if part.label == DocItemLabel.TEXT]
    if sum(len(part.lines) for part in owners) > MOST_LINES:
        return list(parts)
    lines = sorted(((line, part) for part in owners for line in part.lines), key=lambda pair: _middle(pair[0]))
    if len(owners) < 2 or not lines:
        return list(parts)
    near = SAME_EDGE * statistics.median(line.box[3] - line.box[1] for line, _ in lines)
    beside = _lines_beside([line for line, _ in lines])
    part_of = {id(line): part for line, part in lines}
    taken: set[int] = set()
    result = list(parts)
    for label, _ in sorted(lines, key=lambda pair: (pair[0].box[0], pair[0].box[1])):
        if id(label) in taken or id(label) not in beside:
            continue
        column = [
            other
            for other, _ in lines
            if id(other) in beside and id(other) not in taken and abs(other.box[0] - label.box[0]) <= near
        ]
        taken.update(map(id, column))
        for run in _runs(column, WHITE * near / SAME_EDGE):
            rows = [(other, beside[id(other)]) for other in run]
            block = _block(rows, part_of, result, near)
            if block is not None:
                taken.update(id(value) for _, value in rows)
                own, joined = block
                first = min(index for index, part in enumerate(result) if any(part is other for other in own))
                result[first] = joined
                result = [part for part in result if not any(part is other for other in own)]
    return result


def _runs(column: Sequence[Line], furthest: float) -> list[list[Line]]:
    """The lines of a column, from top to bottom, in runs with no more than this white between two."""
    runs: list[list[Line]] = []
    for line in column:
        if runs and line.box[1] - runs[-1][-1].box[3] <= furthest:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _block(
    rows: Sequence[tuple[Line, Line]], part_of: dict[int, Part], parts: Sequence[Part], near: float
) -> tuple[list[Part], Part] | None:
    """The parts that labels and values are the lines of, and all of them as one; None where they are no block."""
    if len({id(value) for _, value in rows}) < len(rows):
        return None
    ((label, value), *others) = rows
    if others:
        if not are_pairs_beside([(label.words, value.words) for label, value in rows], near):
            return None
    elif value.box[0] - label.box[2] > LONE_WHITE * near / SAME_EDGE or not is_label_of_number(label, value):
        return None
    lines = {id(line) for row in rows for line in row}
    own = list({id(part): part for row in rows for line in row if (part := part_of[id(line)])}.values())
    box = union(line.box for row in rows for line in row)
    whole = all(id(line) in lines for part in own for line in part.lines)
    alone = not any(
        intersection(part.box, box) > 0 for part in parts if not any(part is other for other in own) and part.words
    )
    if len(own) < 2 or not whole or not alone:
        return None
    words = [word for row in rows for line in row for word in line.words]
    return own, replace(own[0], box=box, words=words, region=None)


def _lines_beside(lines: Sequence[Line]) -> dict[int, Line]:
    """By the `id` of a line the next one right of it on its height, if it is the only one at that place.

    `lines`: by their middle heights.
    """
    middles = [_middle(line) for line in lines]
    found = {}
    for line in lines:
        first, last = bisect.bisect_left(middles, line.box[1]), bisect.bisect_right(middles, line.box[3])
        right = [other for other in lines[first:last] if other.box[0] >= line.box[2]]
        nearest = min(right, key=lambda other: other.box[0], default=None)
        if nearest is not None and sum(other.box[0] < nearest.box[2] for other in right) == 1:
            found[id(line)] = nearest
    return found


def _middle(line: Line) -> float:
    """The line's middle height (y)."""
    return centre(line.box)[1]
