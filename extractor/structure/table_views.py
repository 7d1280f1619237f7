"""A table -> its rows as lines of text, and as objects named after its head. Runs in a page process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ..values.document import Cell, Table


def text_rows(table: Table) -> list[str]:
    """Each row as one line, a tab between columns; a spanning cell's text is in its first column only.

    A head that a later piece of the table repeats stands before that piece's rows, as on the page.
    """
    rows = _grid(table.cells, table.rows, table.columns)
    heads = {part.first_row: part.head for part in table.parts}
    lines: list[str] = []
    for number, row in enumerate(rows):
        if number in heads:
            lines += _head_lines(heads.pop(number), table.columns)
        lines.append("\t".join(row))
    for head in heads.values():  # of a piece that has nothing else
        lines += _head_lines(head, table.columns)
    return lines


def records(table: Table) -> tuple[list[str], list[dict[str, str]]]:
    """The columns' names, and each row below the head as texts by name.

    Several rows of head make one name, from the top down. A column without a name is `column_3`, counted from 1; the
    second one of a name is `Price_2`.
    """
    head = _head_rows(table)
    names = _column_names(table, head)
    rows = _grid(table.cells, table.rows, table.columns)[head:]
    return names, [dict(zip(names, row, strict=True)) for row in rows]


def _grid(cells: Iterable[Cell], rows: int, columns: int) -> list[list[str]]:
    """The texts by row and column, each on one line."""
    grid = [[""] * columns for _ in range(rows)]
    for cell in cells:
        grid[cell.row][cell.column] = " ".join(cell.text.split("\n"))
    return grid


def _head_lines(head: Iterable[Cell], columns: int) -> list[str]:
    """The rows of a repeated head as lines."""
    cells = list(head)
    rows = max((cell.row + 1 for cell in cells), default=0)
    return ["\t".join(row) for row in _grid(cells, rows, columns)]


def _head_rows(table: Table) -> int:
    """The number of first rows that are all header."""
    plain = [cell.row for cell in table.cells if not cell.header and cell.text]
    marked = [cell.row + cell.row_span for cell in table.cells if cell.header and cell.text]
    return min(min(plain, default=table.rows), max(marked, default=0))


def _column_names(table: Table, head: int) -> list[str]:
    """The columns' names, unique."""
    parts: list[list[str]] = [[] for _ in range(table.columns)]
    for cell in sorted(table.cells, key=lambda cell: cell.row):
        text = " ".join(cell.text.split())
        if cell.row < head and text:
            for column in range(cell.column, cell.column + cell.column_span):
                parts[column].append(text)
    plain = [" ".join(own) or f"column_{number}" for number, own in enumerate(parts, start=1)]
    uses: Counter[str] = Counter()
    names: list[str] = []
    for name in plain:
        uses[name] += 1
        unique = name if uses[name] == 1 else f"{name}_{uses[name]}"
        while unique in names or (unique != name and unique in plain):
            uses[name] += 1
            unique = f"{name}_{uses[name]}"
        names.append(unique)
    return names
