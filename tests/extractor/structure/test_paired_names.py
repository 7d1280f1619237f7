"""Names of a head that do not stand over their columns' entries: each is of the column with its place in the order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extractor.structure.tables import build_table
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

from .test_columns import left, right
from .test_tables import grid

# Calls: names flush left where each column begins, minutes and amounts flush right where it ends.
NAMES = (("When", 0), ("Number", 95), ("Min", 197), ("GBP", 232))
CALLS = [
    ["01.03.", "496037", "1:11", "0.07"],
    ["02.03.", "496074", "2:22", "0.14"],
    ["03.03.", "496111", "3:33", "9.21"],
]


def calls(names: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]]) -> list[Word]:
    words = [part for name, at in names for part in left(name, at, 0)]
    for number, (when, phone, minutes, amount) in enumerate(rows, start=1):
        top = 20.0 * number
        words += [*left(when, 0, top), *left(phone, 95, top), *right(minutes, 231, top), *right(amount, 272, top)]
    return words


@pytest.mark.parametrize("lines", [Rulings(), Rulings(horizontal=(Ruling(15, 0, 272),))])
def test_names_over_the_white_before_their_entries_name_them(lines: Rulings) -> None:
    table = build_table(calls(NAMES, CALLS), [], lines)
    assert grid(table) == [["When", "Number", "Min", "GBP"], *CALLS]


def test_fewer_names_than_columns_stay_where_they_stand() -> None:
    words = calls([("When", 0), ("Number", 95), ("GBP", 257)], CALLS)
    assert grid(build_table(words, [], Rulings()))[0] == ["When", "Number", "", "GBP"]


def test_two_names_and_words_in_line_by_chance_are_two_columns() -> None:
    items = [("fir plank", "72.50"), ("oak plank", "54.10"), ("elm plank", "49.75"), ("ash plank", "19.99")]
    words = [*left("Wood", 0, 0), *left("Sum", 60, 0)]
    for number, (text, amount) in enumerate(items, start=1):
        words += [*left(text, 0, 20 * number), *right(amount, 300, 20 * number)]
    assert grid(build_table(words, [], Rulings())) == [["Wood", "Sum"], *map(list, items)]


def test_labels_with_figures_are_no_names() -> None:
    words = [*left("Line 1", 0, 0), *left("Sum 2", 60, 0)]
    for number in range(1, 5):
        words += [*left("plank", 0, 20 * number), *right("7.00", 300, 20 * number)]
    assert grid(build_table(words, [], Rulings()))[0] != ["Line 1", "Sum 2"]
