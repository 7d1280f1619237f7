"""Rows that a model or a missing line throws together, and the ones that are rightly one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.structure.unruled_rows import with_rows_parted
from extractor.values.reading import TableCell
from extractor.values.words import Word

from .test_blocks import block
from .test_tables import build, grid, word

LEFTS = (0.0, 80.0, 200.0, 280.0)
SIDES = (
    ["Client", "Roca SL", "Bill", "F-31"],
    ["Phone", "937 11", "Terms", "Transfer"],
    ["Car", "Van 2", "Due", "9 July"],
)
ADDRESS = ["", "High St", "Date", "9 June"], ["", "Leeds", "Order", "P-77"]


def one_row_for(rows: Sequence[Sequence[str]], first: int) -> list[TableCell]:
    """The model's cells for rows 12 high, the row `first` and the one below it as one."""
    tops = [index for index in range(len(rows)) if index != first + 1]
    return [
        TableCell(
            at, column, 1, 1, False, (left, 12.0 * row, left + 70, 12.0 * row + (22 if row == first else 10)), 0.9
        )
        for at, row in enumerate(tops)
        for column, left in enumerate(LEFTS)
    ]


def by_label(rows: Sequence[Sequence[str]], *, bold: bool) -> list[list[str]]:
    """The table as it is read, its labels in bold, of a model that joins the rows of the address."""
    words = block(rows, LEFTS, 0, 12)
    if bold:
        words = [replace(each, bold=each.box[0] in LEFTS[::2]) for each in words]
    return grid(build(words, one_row_for(rows, 1)))


def test_labels_with_values_beside_an_address_are_rows_of_their_own() -> None:
    rows = [SIDES[0], *ADDRESS, *SIDES[1:]]
    assert by_label(rows, bold=True) == rows
    named = [[text + ":" if text and column in (0, 2) else text for column, text in enumerate(row)] for row in rows]
    assert by_label(named, bold=False) == named


def test_lines_beside_one_another_without_labels_stay_as_the_model_has_them() -> None:
    rows = [SIDES[0], *ADDRESS, *SIDES[1:]]
    assert len(by_label(rows, bold=False)) == len(rows) - 1


class TestCutSpans:
    """A box with lines between its columns, and one above the totals under the last of them."""

    CELLS = (
        TableCell(0, 0, 2, 1, False, (0.0, 0.0, 150.0, 120.0), 0.9),
        TableCell(0, 1, 1, 1, False, (150.0, 0.0, 300.0, 80.0), 0.9),
        TableCell(1, 1, 1, 1, False, (150.0, 80.0, 300.0, 120.0), 0.9),
    )
    FIGURES = (word("23.00", 200, 5), word("9.80", 200, 25), word("29.60", 200, 45), word("62.40", 200, 100))

    def parted(self, *names: Word) -> list[tuple[int, int, int]]:
        cells = with_rows_parted(self.CELLS, [*names, *self.FIGURES])
        return [(cell.row, cell.column, cell.row_span) for cell in cells]

    def test_each_name_is_in_the_row_of_its_amount(self) -> None:
        names = word("Paper", 5, 5), word("Carriage", 5, 25), word("Labels", 5, 45)
        assert self.parted(*names) == [(row, column, 1) for row in range(4) for column in (0, 1)]

    def test_a_name_of_all_rows_spans_them(self) -> None:
        assert (0, 0, 2) in self.parted(word("Paper", 5, 55))
        assert (0, 0, 2) in self.parted(word("Paper", 5, 45), word("and", 5, 85), word("labels", 5, 97))
