"""A head of two rows: where the name of the first column stands beside names of groups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractor.values.reading import Ruling, Rulings, TableCell
from extractor.values.words import Word

from .test_columns import left, right
from .test_tables import build, grid, structure, word

PITCH = 20.0
NAMES = ("Men", "Women", "All", "Full", "Part")
ROWS = (("Lyon", "120", "131", "251", "200", "51"), ("Nantes", "44", "39", "83", "70", "13"))
ENDS = (130.0, 190.0, 250.0, 330.0, 390.0)


def model(groups: bool) -> list[TableCell]:
    """The model's cells: the first goes over both rows of the head; groups of three columns and of two."""
    spans = {(0, 0): (2, 1)} | ({(0, 1): (1, 3), (0, 4): (1, 2)} if groups else {})
    covered = {(1, 0)} | ({(0, 2), (0, 3), (0, 5)} if groups else set())
    cells = structure(4, 6, (0.0, 0.0, 400.0, 4 * PITCH))
    return [
        replace(cell, row_span=spans.get((cell.row, cell.column), (1, 1))[0], header=cell.row < 2)
        if not groups or (cell.row, cell.column) not in spans
        else replace(cell, row_span=spans[cell.row, cell.column][0], column_span=spans[cell.row, cell.column][1])
        for cell in cells
        if (cell.row, cell.column) not in covered
    ]


def words(stub: float, upper: tuple[tuple[str, float], ...]) -> list[Word]:
    """The name of the first column at a height, names in the upper row, and the rest."""
    found = [word("Site", 4, stub), *(word(text, at, 0) for text, at in upper)]
    for number, row in enumerate((NAMES, *(row[1:] for row in ROWS)), start=1):
        for text, end in zip(row, ENDS, strict=True):
            found += right(text, end, PITCH * number)
    for number, row in enumerate(ROWS, start=2):
        found += left(row[0], 4, PITCH * number)
    return found


GROUPS = (("Persons", 160.0), ("Contracts", 320.0))
LINES = Rulings(horizontal=(Ruling(14, 100, 252), Ruling(14, 300, 392)))


@pytest.mark.parametrize(("stub", "row"), [(PITCH, 1), (PITCH / 2, 0), (0.0, 0)])
def test_a_name_level_with_those_below_the_groups_is_in_their_row(stub: float, row: int) -> None:
    table = grid(build(words(stub, GROUPS), model(groups=True), LINES))
    assert [index for index, found in enumerate(table) if "Site" in found] == [row]
    assert [found[0] for found in table[2:]] == ["Lyon", "Nantes"]


def test_a_name_beside_names_of_two_lines_stays_over_both() -> None:
    upper = tuple(
        (text, end - 25) for text, end in zip(("Count", "Count", "Count", "Hours", "Hours"), ENDS, strict=True)
    )
    table = grid(build(words(PITCH, upper), model(groups=False)))
    assert table[0][0] == "Site"
