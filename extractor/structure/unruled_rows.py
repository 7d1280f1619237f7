"""The cells of a ruled table -> the same, rows split that hold several items. Runs in a page process.

A row between two lines is one row of the table unless its words say otherwise: numbers below each other in one column,
each beside a text of its own, three and more lines that all run across, or blank lines between them in all columns at
once. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from ..values.boxes import centre, median_height
from ..values.reading import TableCell
from ..values.words import Row, Word
from .item_rows import is_numeric, item_rows
from .text_lines import rows_of_text

# Min lines that all run across, and min columns, for each line to be a row.
MIN_FULL_LINES = 3
MIN_COLUMNS = 3
# Min items of a row that is split.
MIN_ITEMS = 2
# Min white between rows that stand far apart, in text heights; min texts of each.
FAR_APART = 1.5
MIN_TEXTS = 2


def with_rows_parted(cells: Sequence[TableCell], words: Sequence[Word]) -> list[TableCell]:
    """The cells, row by row; a row of several items becomes one row for each.

    Boxes are in the page's unit, origin top left; those of split rows meet halfway between the items.
    """
    in_order = sorted(words, key=_middle_height)
    cells = _with_spans_cut(cells, in_order)
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


def _with_spans_cut(cells: Sequence[TableCell], in_order: Sequence[Word]) -> list[TableCell]:
    """The cells, those over several rows cut whose lines all stand in one row that is several items; else as they are.

    A line between two rows may stop short of their columns: one above the totals under a bill's last columns.
    """
    single: dict[int, list[TableCell]] = {}
    for cell in cells:
        if cell.row_span == 1:
            single.setdefault(cell.row, []).append(cell)
    heights = {row: (own[0].box[1], own[0].box[3]) for row, own in single.items()}
    held: dict[int, list[TableCell]] = {}
    for cell in cells:
        if cell.row_span > 1 and (row := _row_of_lines(cell, heights, in_order)) is not None:
            held.setdefault(row, []).append(cell)
    result = list(cells)
    for row, found in held.items():
        across = [*single[row], *(_in_row(cell, row, heights) for cell in found)]
        if len(_item_tops(sorted(across, key=lambda cell: cell.column), in_order)) < MIN_ITEMS:
            continue
        for cell in found:
            result.remove(cell)
            result += [_in_row(cell, at, heights) for at in range(cell.row, cell.row + cell.row_span)]
    return sorted(result, key=lambda cell: (cell.row, cell.column))


def _in_row(cell: TableCell, row: int, heights: dict[int, tuple[float, float]]) -> TableCell:
    """The part of a cell in one of its rows. `heights`: the top and bottom of each row."""
    top, bottom = heights[row]
    return replace(cell, row=row, row_span=1, box=(cell.box[0], top, cell.box[2], bottom))


def _row_of_lines(cell: TableCell, heights: dict[int, tuple[float, float]], in_order: Sequence[Word]) -> int | None:
    """The one row that several lines of text in the cell stand in; None without."""
    rows = range(cell.row, cell.row + cell.row_span)
    if any(row not in heights for row in rows):
        return None
    left, top, right, bottom = cell.box
    first = bisect.bisect_left(in_order, top, key=_middle_height)
    last = bisect.bisect_right(in_order, bottom, key=_middle_height)
    inside = [word for word in in_order[first:last] if left <= centre(word.box)[0] <= right]
    if len(rows_of_text(inside)) < MIN_ITEMS:
        return None
    found = {row for row in rows for word in inside if heights[row][0] <= _middle_height(word) <= heights[row][1]}
    return found.pop() if len(found) == 1 else None


def _item_tops(across: Sequence[TableCell], in_order: Sequence[Word]) -> list[float]:
    """The tops (y) of the items in a row of cells; one where it is one row."""
    if not across:
        return [0.0]
    top, bottom = across[0].box[1], across[0].box[3]
    lefts = [cell.box[0] for cell in across]
    rights = [cell.box[2] for cell in across]

    def column_of(word: Word) -> int:
        return max(0, bisect.bisect_right(lefts, centre(word.box)[0]) - 1)

    first = bisect.bisect_left(in_order, top, key=_middle_height)
    inside = in_order[first : bisect.bisect_right(in_order, bottom, key=_middle_height)]
    inside = [word for word in inside if centre(word.box)[0] <= rights[column_of(word)]]
    lines = rows_of_text(inside)
    if len(lines) < 2 or len(across) < 2:
        return [top]
    groups = _lines_by_item(lines, column_of, len(across))
    tops = [min(word.box[1] for index in group for word in lines[index]) for group in groups]
    bottoms = [max(word.box[3] for index in group for word in lines[index]) for group in groups]
    return [top, *((above + below) / 2 for above, below in zip(bottoms, tops[1:], strict=False))]


def _lines_by_item(lines: Sequence[Row], column_of: Callable[[Word], int], columns: int) -> list[list[int]]:
    """The indices of the lines in groups, one for each item; all in one where nothing tells several."""
    texts = [_texts_by_column(line, column_of) for line in lines]
    most = max(MIN_COLUMNS, columns - 1)
    if len(lines) >= MIN_FULL_LINES and all(len(found) >= most for found in texts):
        return [[index] for index in range(len(lines))]
    apart = _far_apart(lines)
    if len(apart) > 1 and all(len({c for index in group for c in texts[index]}) >= MIN_TEXTS for group in apart):
        return [
            [group[0] + index for index in item]
            for group in apart
            for item in _lines_by_item([lines[index] for index in group], column_of, columns)
        ]
    groups = item_rows(lines, column_of, math.inf, range(len(lines)))
    parts = [[texts[index] for index in group] for group in groups]
    items = [part for part in parts if _is_item(part)]
    numeric = Counter(
        column for part in items for column in {c for line in part for c, text in line.items() if is_numeric(text)}
    )
    columns_of_figures = {column for column, count in numeric.items() if count >= MIN_ITEMS}
    if columns_of_figures and all(
        _is_item(part) or _is_label(part) or _are_sums(part, columns_of_figures) for part in parts
    ):
        return groups
    return [list(range(len(lines)))]


def _far_apart(lines: Sequence[Row]) -> list[list[int]]:
    """The indices of the lines in groups; between them is white as high as blank lines, in all columns."""
    height = median_height(word.box for line in lines for word in line)
    groups = [[0]]
    bottom = max(word.box[3] for word in lines[0])
    for index, line in enumerate(lines[1:], start=1):
        if min(word.box[1] for word in line) - bottom >= FAR_APART * height:
            groups.append([])
        groups[-1].append(index)
        bottom = max(bottom, *(word.box[3] for word in line))
    return groups


def _texts_by_column(line: Row, column_of: Callable[[Word], int]) -> dict[int, str]:
    """The line's text by column."""
    found: dict[int, str] = {}
    for word in line:
        column = column_of(word)
        found[column] = f"{found[column]} {word.text}" if column in found else word.text
    return found


def _is_item(lines: Sequence[dict[int, str]]) -> bool:
    """Whether the lines have a number and, in another column, a text; a text beside a number may end in a long one."""
    numeric = {column for line in lines for column, text in line.items() if is_numeric(text)}
    texts = {column for line in lines for column, text in line.items() if not is_numeric(text)}
    mixed = {column for line in lines for column, text in line.items() if not all(map(is_numeric, text.split()))}
    return bool(numeric) and bool(texts or (mixed and numeric - mixed))


def _is_label(lines: Sequence[dict[int, str]]) -> bool:
    """Whether all text of the lines is in one column: the name of a group of items."""
    return len({column for line in lines for column in line}) == 1


def _are_sums(lines: Sequence[dict[int, str]], columns_of_figures: Set[int]) -> bool:
    """Whether the lines are one of numbers alone, each below the numbers of items: their sums, without a name."""
    held = lines[0]
    return (
        len(lines) == 1
        and len(held) >= MIN_TEXTS
        and set(held) <= columns_of_figures
        and all(is_numeric(word) for text in held.values() for word in text.split())
    )


def _middle_height(word: Word) -> float:
    """The word's middle height (y)."""
    return (word.box[1] + word.box[3]) / 2
