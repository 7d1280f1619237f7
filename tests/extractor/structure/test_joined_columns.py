"""Two sparse columns of figures that the model has as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.structure.joined_columns import joins_columns_of_figures
from extractor.structure.tables import build_table
from extractor.values.reading import Ruling, Rulings, TableCell
from extractor.values.words import Word

from .test_columns import left, right
from .test_tables import grid, structure, word

PITCH = 20.0
HEAD = ("Service", "Each", "7 %", "19 %", "Sum")
ROWS = (
    ("Double room", "98.00", "196.00", "", "196.00"),
    ("Breakfast", "14.00", "", "56.00", "56.00"),
    ("Parking", "12.00", "", "24.00", "24.00"),
    ("City tax", "2.50", "", "", "10.00"),
    ("Total", "", "196.00", "80.00", "286.00"),
)
ENDS = (0.0, 150.0, 190.0, 223.0, 280.0)


def placed() -> list[Word]:
    """The head and the rows; figures end at `ENDS`."""
    words: list[Word] = []
    for number, row in enumerate((HEAD, *ROWS)):
        words += left(row[0], 4, PITCH * number)
        for text, end in zip(row[1:], ENDS[1:], strict=True):
            words += right(text, end, PITCH * number)
    return words


def of_four_columns() -> list[TableCell]:
    """The model's cells: both columns of tax are one."""
    sides = (0.0, 110.0, 155.0, 230.0, 290.0)
    cells = structure(6, 4, (0.0, 0.0, 290.0, 6 * PITCH))
    return [replace(cell, box=(sides[cell.column], cell.box[1], sides[cell.column + 1], cell.box[3])) for cell in cells]


def test_figures_below_two_names_are_in_two_columns() -> None:
    lines = Rulings(horizontal=tuple(Ruling(PITCH * row - 5, 0, 290) for row in range(1, 7)))
    table = grid(build_table(placed(), of_four_columns(), lines))
    assert table == [list(row) for row in (HEAD, *ROWS)]


def test_a_column_tells_only_with_a_name_and_several_figures() -> None:
    cells = [TableCell(row, 0, 1, 1, False, (0, 20.0 * row, 60, 20.0 * row + 10), 1.0) for row in range(5)]

    def joined(*texts: tuple[str, str]) -> bool:
        rows = [
            [word(text, 40.0 * column, PITCH * row) for column, text in enumerate(pair) if text]
            for row, pair in enumerate(texts)
        ]
        return joins_columns_of_figures(cells, rows, rows, 1, lambda each: int(each.box[0] >= 40))

    body: Sequence[tuple[str, str]] = (("1.00", ""), ("", "2.00"), ("3.00", ""), ("", "4.00"))
    assert joined(("Low", "High"), *body)
    assert not joined(("Tax", ""), *body), "one name"
    assert not joined(("Low", "High"), *body[:3], ("5.00", "")), "one figure"
