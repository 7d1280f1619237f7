"""A table's cells and words -> its head, where the model has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractor.structure.header_rows import with_head
from extractor.values.reading import TableCell

from .test_tables import structure, word

CREW = [["Crew", "Ship", "Nights", "Sum"], ["Berg", "Auk", "3", "360.00"], ["Diaz", "Tern", "2", "190.00"]]


def heads(rows: Sequence[Sequence[str]], bold: Sequence[int] = (), marked: Sequence[int] = ()) -> list[int]:
    """The rows that are header all over; `bold` rows are set so, and the model says that `marked` are header."""
    cells = [replace(cell, header=cell.row in marked) for cell in structure(len(rows), len(rows[0]))]
    filled = [
        [replace(word(text, cell.box[0], cell.box[1]), bold=cell.row in bold)] if text else []
        for cell in cells
        for text in [rows[cell.row][cell.column]]
    ]
    found: list[TableCell] = with_head(cells, filled)
    return sorted({cell.row for cell in found} - {cell.row for cell in found if not cell.header})


def test_a_row_of_names_over_figures() -> None:
    assert heads(CREW) == [0]


def test_two_rows_of_names_over_figures() -> None:
    rows = [["", "First half", "Second half", ""], ["Article", "Units", "EUR", "Sum"], *CREW[1:], *CREW[1:]]
    rows = [row if number < 2 else [row[0], "1", *row[2:]] for number, row in enumerate(rows)]
    assert heads(rows) == [0, 1]


def test_years_over_figures_are_names() -> None:
    assert heads([["", "2023", "2024"], ["Sales", "120.0", "125.0"], ["Rent", "75.0", "78.0"]]) == [0]


def test_a_table_that_begins_with_figures_has_no_head() -> None:
    assert heads(CREW[1:] * 2) == []


def test_a_row_in_bold_over_texts() -> None:
    rows = [["Name", "Town"], ["Anna", "Leeds"], ["Ravi", "Hull"]]
    assert heads(rows, bold=[0]) == [0]
    assert heads(rows) == []


def test_a_name_over_several_columns_is_of_a_head_in_bold() -> None:
    tiers = [["", "Price from", ""], ["Label", "1", "20"], ["E-10", "18.40", "13.90"], ["E-11", "21.10", "16.05"]]
    assert heads(tiers, bold=[0, 1]) == [0, 1]
    assert heads(tiers, bold=[0]) == [], "a title"


def test_where_much_is_bold_it_says_nothing() -> None:
    rows = [["Name", "Town"], ["Anna", "Leeds"], ["Ravi", "Hull"], ["Li", "York"]]
    assert heads(rows, bold=[0, 2]) == []


def test_labels_with_their_values_have_no_head() -> None:
    assert heads([["Guest", "Ines"], ["Nights", "3"], ["Price", "387.00"]]) == []


def test_the_models_head_stands() -> None:
    assert heads(CREW, bold=[0], marked=[0, 1]) == [0, 1]
