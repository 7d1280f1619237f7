"""Rows between ruling lines that hold several rows of text: where a reader sees rows, and where one cell of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.structure.unruled_rows import with_rows_parted
from extractor.values.reading import TableCell
from extractor.values.words import Word

from .test_tables import word

# One row of the grid, two cells wide.
CELLS = [
    TableCell(0, column, 1, 1, False, (150.0 * column, 0.0, 150.0 * (column + 1), 120.0), 0.9) for column in (0, 1)
]


def lines(*each: Sequence[str], step: float) -> list[Word]:
    """Lines of text `step` apart, 10 high; the texts of each stand in the two cells."""
    return [
        word(part, 150.0 * column + 5 + 40 * number, 5 + step * row)
        for row, texts in enumerate(each)
        for column, text in enumerate(texts)
        for number, part in enumerate(text.split())
    ]


def row_count(words: Sequence[Word]) -> int:
    return len({cell.row for cell in with_rows_parted(CELLS, words)})


FORM = (("Plan", "monthly yearly"), ("Terms", "accepted"))


def test_labels_and_values_with_blank_lines_between_are_rows() -> None:
    cells = with_rows_parted(CELLS, lines(*FORM, step=40))
    assert [(cell.row, cell.column) for cell in cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [cell.box[1::2] for cell in cells[1::2]] == [(0.0, 30.0), (30.0, 120.0)]


def test_lines_of_one_cell_are_one_row() -> None:
    assert row_count(lines(*FORM, step=14)) == 1, "near to each other"
    assert row_count(lines(("Remarks", "none so far"), ("", "signed below"), step=40)) == 1, "in one column alone"


def test_items_before_a_total_that_stands_far_below_are_rows() -> None:
    words = lines(("Spruce", "40"), ("dried", ""), step=14)
    words += [replace(other, box=(other.box[0], other.box[1] + 36, other.box[2], other.box[3] + 36)) for other in words]
    assert row_count(words) == 2
    total = [word("Total", 5, 108), word("80", 155, 108)]
    assert row_count([*words, *total]) == 3
    assert row_count([*lines(("Spruce", "none"), ("dried", "so"), step=14), *total]) == 2, "one cell of lines"


def test_a_text_that_ends_in_a_long_number_is_a_text_still() -> None:
    entries = lines(("Cheque 0000418", "38"), ("Cheque 0000419", "9"), ("Transfer", "96"), step=18)
    assert row_count(entries) == 3
    assert row_count(lines(("0000418", "0000419"), ("0000420", "0000421"), step=18)) == 1, "numbers alone"
    assert row_count(lines(("May 21, 2009", "May 21, 2010"), ("Sept. 30, 2011", "Oct. 1, 2011"), step=18)) == 1, "dates"


def test_the_sums_below_items_are_a_row_without_a_name() -> None:
    cells = [
        TableCell(0, column, 1, 1, False, (150.0 * column, 0, 150.0 * column + 150, 120), 0.9) for column in (0, 1, 2)
    ]

    def count(*each: Sequence[str]) -> int:
        return len({cell.row for cell in with_rows_parted(cells, lines(*each, step=18))})

    items = (("Coffee", "12", "2016.00"), ("Palette", "1", ""))
    assert count(*items, ("", "13", "2016.00")) == 1, "the amounts of one item are no column of figures"
    assert count(*items, ("Wine", "24", "588.00"), ("", "37", "2604.00")) == 4
    assert count(*items, ("Wine", "24", "588.00"), ("", "dry", "white")) == 1, "words continue an item"


def test_a_number_that_is_broken_over_two_lines_is_in_one_row() -> None:
    assert row_count(lines(("", "10484.0"), ("Shares", ""), ("", "0"), step=7)) == 1
    assert row_count(lines(("Bonds", "10484.0"), ("Shares", "9"), step=14)) == 2, "each with a name"
