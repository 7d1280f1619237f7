"""The model's cells -> the same, halves of one column joined. Runs in a page process.

The model sees a column where names stand apart from what is below them: a short name flush left, and wide figures. Both
halves stand in one column of words, and no row has words in both. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from ..values.boxes import union
from ..values.reading import TableCell, count_columns
from ..values.words import Word


def without_halves(
    cells: Sequence[TableCell], filled: Sequence[Sequence[Word]], column_of: Callable[[Word], int], body: Set[int]
) -> tuple[list[TableCell], list[list[Word]]]:
    """The cells and the words of each, columns of cells joined that no row has words in both of, while those of the
    rows `body` stand in one column of words, and no cell of either goes over several rows. A span may reach over the
    cell after it then."""
    count = count_columns(cells)
    held: list[set[int]] = [set() for _ in range(count)]
    named: list[set[int]] = [set() for _ in range(count)]
    tall: set[int] = set()
    for cell, words in zip(cells, filled, strict=True):
        across = range(cell.column, cell.column + cell.column_span)
        tall |= set(across) if cell.row_span > 1 else set()
        # Above the body a name may stand over other columns than these, and end between them.
        for column in across[: len(across) if cell.row in body else 1] if words else ():
            held[column].add(cell.row)
            named[column] |= {column_of(word) for word in words if cell.row in body}
    halves: set[int] = set()
    for before, after in pairwise(range(count)):
        one = len(named[before]) == 1 and named[before] == named[after] and not held[before] & held[after]
        if one and before not in halves | tall and after not in tall:
            halves.add(after)
    first = [column - sum(half <= column for half in halves) for column in range(count)]
    joined: dict[tuple[int, int], tuple[TableCell, list[Word]]] = {}
    for cell, words in zip(cells, filled, strict=True):
        start, end = first[cell.column], first[cell.column + cell.column_span - 1] + 1
        moved = replace(cell, column=start, column_span=end - start)
        if (other := joined.get((cell.row, start))) is not None:
            moved = moved if words else other[0]
            moved = replace(moved, box=union([other[0].box, cell.box]))
            words = [*other[1], *words]
        joined[cell.row, start] = (moved, list(words))
    return [cell for cell, _ in joined.values()], [words for _, words in joined.values()]
