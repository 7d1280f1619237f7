"""The cells of a ruled table, a row of them parted that holds several items: there are lines between columns only.

A row between two drawn lines is one row of the table, unless its words say otherwise: figures that stand under one
another in one column, each beside a text of its own, or three and more lines that all go across. Boxes are in the
page's unit.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..values.boxes import centre
from ..values.reading import TableCell
from ..values.words import Word
from .item_rows import is_figure, item_rows
from .text_lines import rows_of_text

# Lines that all go across are rows from this many on, and in a table of this many columns.
MIN_FULL_LINES = 3
MIN_COLUMNS = 3
# Fewer items in one row of cells are none.
MIN_ITEMS = 2

Row = Sequence[Word]


def with_rows_parted(cells: Sequence[TableCell], words: Sequence[Word]) -> list[TableCell]:
    """The cells, row by row; where a row holds several items, its cells are one for each of them."""
    in_order = sorted(words, key=_middle)
    count = max((cell.row + cell.row_span for cell in cells), default=0)
    across: list[list[TableCell]] = [[] for _ in range(count)]
    for cell in cells:
        if cell.row_span == 1:
            across[cell.row].append(cell)
    tops = [_item_tops(row, in_order) for row in across]
    first = [0]
    for parts in tops:
        first.append(first[-1] + len(parts))
    if first[-1] == count:
        return list(cells)
    parted: list[TableCell] = []
    for cell in cells:
        start, end = first[cell.row], first[cell.row + cell.row_span]
        if cell.row_span > 1:
            parted.append(replace(cell, row=start, row_span=end - start))
            continue
        left, top, right, bottom = cell.box
        edges = [top, *tops[cell.row][1:], bottom]
        parted += [
            replace(cell, row=start + part, box=(left, edges[part], right, edges[part + 1]))
            for part in range(end - start)
        ]
    return sorted(parted, key=lambda cell: (cell.row, cell.column))


def _item_tops(across: Sequence[TableCell], in_order: Sequence[Word]) -> list[float]:
    """Where the items of a row of cells begin; one place, where it is one row."""
    if not across:
        return [0.0]
    top, bottom = across[0].box[1], across[0].box[3]
    lefts = [cell.box[0] for cell in across]
    rights = [cell.box[2] for cell in across]

    def column_of(word: Word) -> int:
        return max(0, bisect.bisect_right(lefts, centre(word.box)[0]) - 1)

    first = bisect.bisect_left(in_order, top, key=_middle)
    inside = in_order[first : bisect.bisect_right(in_order, bottom, key=_middle)]
    inside = [word for word in inside if centre(word.box)[0] <= rights[column_of(word)]]
    lines = rows_of_text(inside)
    if len(lines) < 2 or len(across) < 2:
        return [top]
    groups = _items(lines, column_of, len(across))
    tops = [min(word.box[1] for index in group for word in lines[index]) for group in groups]
    bottoms = [max(word.box[3] for index in group for word in lines[index]) for group in groups]
    return [top, *((above + below) / 2 for above, below in zip(bottoms, tops[1:], strict=False))]


def _items(lines: Sequence[Row], column_of: Callable[[Word], int], columns: int) -> list[list[int]]:
    """The lines in groups, one for each item; all in one where nothing says that there are several."""
    texts = [_texts(line, column_of) for line in lines]
    most = max(MIN_COLUMNS, columns - 1)
    if len(lines) >= MIN_FULL_LINES and all(len(found) >= most for found in texts):
        return [[index] for index in range(len(lines))]
    groups = item_rows(lines, column_of, math.inf, range(len(lines)))
    parts = [[texts[index] for index in group] for group in groups]
    figures = Counter(
        column for part in parts for column in {c for line in part for c, text in line.items() if is_figure(text)}
    )
    under_one_another = max(figures.values(), default=0)
    if under_one_another >= MIN_ITEMS and all(_is_item(part) or _is_label(part) for part in parts):
        return groups
    return [list(range(len(lines)))]


def _texts(line: Row, column_of: Callable[[Word], int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for word in line:
        column = column_of(word)
        found[column] = f"{found[column]} {word.text}" if column in found else word.text
    return found


def _is_item(lines: Sequence[dict[int, str]]) -> bool:
    """Whether the lines have a figure and, in another column, a text."""
    figures = {column for line in lines for column, text in line.items() if is_figure(text)}
    texts = {column for line in lines for column, text in line.items() if not is_figure(text)}
    return bool(figures) and bool(texts)


def _is_label(lines: Sequence[dict[int, str]]) -> bool:
    """Whether all the lines say stands in one column: the name of a group of items."""
    return len({column for line in lines for column in line}) == 1


def _middle(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2
