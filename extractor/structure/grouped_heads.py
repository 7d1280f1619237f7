"""A head of two rows of text whose lower names repeat -> its cells, each upper name over the columns of its group. Runs
in a page process.

Without lines in the head, a year that stands over the middle of `Budget` and `Actual` looks like a line of the nearer
one's name. The lower names tell: where the same ones follow one another in groups, one upper name stands over each.
Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.boxes import Box, centre, union
from ..values.reading import TableCell
from ..values.words import Row, Word
from .columns import Columns, Filled, texts_of

# Min columns of a group.
MIN_COLUMNS = 2


def grouped_head(rows: Sequence[Row], columns: Columns, height: float) -> list[Filled] | None:
    """The cells of the head, each with its words; None where it is no head of groups.

    `rows`: the rows of text of the head. `height`: of the text, in the page's unit. A name without one above it stands
    in the lower row.
    """
    if len(rows) != 2:
        return None
    lower: list[list[Word]] = [[] for _ in range(columns.count)]
    for word in rows[1]:
        lower[columns.of(word.box)].append(word)
    upper = sorted(texts_of(rows[0], height), key=lambda text: text[0].box[0])
    size = _columns_of_a_group([" ".join(word.text for word in words) for words in lower], len(upper))
    if size is None:
        return None
    first = columns.count - size * len(upper)
    found: list[Filled] = []
    for column in range(first):
        found += [_cell(0, column, 1, [], lower[column]), _cell(1, column, 1, lower[column], lower[column])]
    for number, text in enumerate(upper):
        start = first + size * number
        group = range(start, start + size)
        box = union(word.box for column in group for word in lower[column])
        if not box[0] < centre(union(word.box for word in text))[0] < box[2]:
            return None
        found.append(_cell(0, start, size, text, text))
        found += [_cell(1, column, 1, lower[column], lower[column]) for column in group]
    return found


def _columns_of_a_group(names: Sequence[str], groups: int) -> int | None:
    """The number of columns of each of the groups, which have the same names in the same order and are the last
    columns; None where there are none."""
    if groups < 2 or not all(names):
        return None
    for size in range(len(names) // groups, MIN_COLUMNS - 1, -1):
        first = len(names) - size * groups
        own = names[first : first + size]
        if list(names[first:]) == [*own] * groups and len(set(own)) == size:
            return size
    return None


def _cell(row: int, column: int, span: int, words: Sequence[Word], beside: Sequence[Word]) -> Filled:
    """A cell of the head with these words; an empty one has the width of what stands `beside` it."""
    box: Box = union(word.box for word in words or beside)
    return TableCell(row, column, 1, span, True, box if words else (box[0], 0.0, box[2], 0.0), 1.0), list(words)
