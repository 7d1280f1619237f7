"""Tables where the model has a column for a name and another for what is below it."""

from __future__ import annotations

from dataclasses import replace

from extractor.structure.halved_columns import without_halves
from extractor.values.reading import TableCell
from extractor.values.words import Word

from .test_columns import left, right
from .test_tables import build, grid, structure, word

PITCH = 20.0
SIDES = (0.0, 100.0, 226.0, 250.0, 300.0)
ROWS = (("North", "7", "9"), ("South", "123456", "21"), ("Islands", "3", "44"))


def halved(count: int) -> list[TableCell]:
    """The model's cells of so many rows, the second column in two halves."""
    return [
        replace(cell, box=(SIDES[cell.column], cell.box[1], SIDES[cell.column + 1], cell.box[3]))
        for cell in structure(count, 4, (0.0, 0.0, 300.0, PITCH * count))
    ]


def body(first: int) -> list[Word]:
    """The rows of figures below their names, row `first` of the table the first of them."""
    words = [word(text, x, PITCH * first) for text, x in (("Region", 4), ("Planned", 190), ("Sold", 270))]
    for number, (name, planned, sold) in enumerate(ROWS, start=first + 1):
        words += [*left(name, 4, PITCH * number), *right(planned, 245, PITCH * number)]
        words += right(sold, 290, PITCH * number)
    return words


HEAD = ["Region", "Planned", "Sold"]


def test_a_name_and_the_figures_below_it_are_in_one_column() -> None:
    assert grid(build(body(0), halved(4))) == [HEAD, *map(list, ROWS)]


def test_a_name_over_columns_ends_where_the_next_begins() -> None:
    cells = halved(5)
    spans = {(0, 0): 2, (0, 2): 2}
    cells = [replace(cell, column_span=spans.get((cell.row, cell.column), 1)) for cell in cells]
    cells = [cell for cell in cells if (cell.row, cell.column) not in {(0, 1), (0, 3)}]
    words = [word("Areas", 40, 0), *body(1)]
    table = grid(build(words, cells))
    assert table[1:] == [HEAD, *map(list, ROWS)]
    assert table[0][0] == "Areas"


def test_columns_that_share_a_row_stay_two() -> None:
    names, figures = TableCell(0, 0, 1, 1, True, (0, 0, 10, 10), 1), TableCell(1, 1, 1, 1, False, (9, 9, 20, 20), 1)
    beside = TableCell(0, 1, 1, 1, True, (10, 0, 20, 10), 1)
    filled = [[word("Debit", 0, 0)], [word("12.00", 10, 10)], [word("Credit", 10, 0)]]

    def columns(*filled: list[Word]) -> int:
        cells, _ = without_halves([names, figures, beside], filled, lambda _: 0, {0, 1})
        return 1 + max(cell.column for cell in cells)

    assert columns(*filled[:2], []) == 1
    assert columns(*filled) == 2
