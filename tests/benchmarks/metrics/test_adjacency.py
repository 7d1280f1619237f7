"""Adjacency relations of tables whose relations can be written down."""

from __future__ import annotations

import pytest

from benchmarks.metrics.adjacency import Agreement, GridCell, Relation, agreement, f1, relations


def grid(*rows: str) -> list[GridCell]:
    """One cell for each word, `.` for a blank place."""
    return [
        GridCell("" if text == "." else text, row, column, row, column)
        for row, line in enumerate(rows)
        for column, text in enumerate(line.split())
    ]


def test_each_cell_is_related_to_its_neighbours_to_the_right_and_below() -> None:
    assert relations(grid("a b", "c d")) == {
        Relation("right", "A", "B", 0): 1,
        Relation("right", "C", "D", 0): 1,
        Relation("below", "A", "C", 0): 1,
        Relation("below", "B", "D", 0): 1,
    }


def test_blank_places_are_skipped_and_counted() -> None:
    assert relations(grid("a . b", ". . .", "c . .")) == {
        Relation("right", "A", "B", 1): 1,
        Relation("below", "A", "C", 1): 1,
    }


HEADED = [GridCell("Sales", 0, 0, 0, 1), GridCell("2025", 1, 0, 1, 0), GridCell("2026", 1, 1, 1, 1)]


def test_a_spanning_cell_has_each_neighbour_once() -> None:
    tall = [GridCell("all", 0, 0, 1, 0), GridCell("sum", 0, 1, 1, 1)]
    assert relations(tall) == {Relation("right", "ALL", "SUM", 0): 1}
    assert relations(HEADED) == {
        Relation("below", "SALES", "2025", 0): 1,
        Relation("below", "SALES", "2026", 0): 1,
        Relation("right", "2025", "2026", 0): 1,
    }


def test_a_heading_without_its_span_loses_one_relation() -> None:
    assert agreement(HEADED, grid("Sales .", "2025 2026")) == Agreement(correct=2, expected=3, found=2)


def test_two_cells_read_as_one_lose_the_relations_around_them() -> None:
    """Of the four relations only that of the row below is left; the merged cell has one to its new neighbour."""
    merged = [GridCell("a b", 0, 0, 0, 1), *grid(". .", "c d")[2:]]
    assert agreement(grid("a b", "c d"), merged) == Agreement(correct=1, expected=4, found=3)


def test_a_shifted_table_and_other_spacing_lose_nothing() -> None:
    shifted = [
        GridCell(f" {cell.text}\n", cell.first_row + 2, cell.first_column + 1, cell.last_row + 2, 1 + at % 2)
        for at, cell in enumerate(grid("a b", "c d"))
    ]
    assert agreement(grid("A B", "c d"), shifted) == Agreement(4, 4, 4)


def test_a_wrong_digit_loses_the_relations_of_its_cell() -> None:
    assert agreement(grid("a 12", "c d"), grid("a 13", "c d")) == Agreement(2, 4, 4)


def test_equal_texts_count_as_often_as_they_occur() -> None:
    assert agreement(grid("0 0 0"), grid("0 0")) == Agreement(1, 2, 1)


def test_figures() -> None:
    both = Agreement(2, 4, 2) + Agreement(1, 1, 4)
    assert both == Agreement(3, 5, 6)
    assert (both.precision, both.recall) == (0.5, 0.6)
    assert f1(0.5, 0.6) == pytest.approx(6 / 11)
    assert (Agreement().precision, Agreement().recall, f1(0, 0)) == (0, 0, 0)
