"""Names of a head as browsers set them: beside their columns' entries, or on two lines."""

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


@pytest.mark.parametrize("entry", ["oak, planed and oiled", "oak"])
def test_a_name_on_two_lines_is_one_though_descriptions_are_long(entry: str) -> None:
    rows = [("02.07.", entry, "2.80"), ("21.06.", entry, "189.63"), ("23.05.", entry, "816.12")]
    words = [*left("Date", 0, 12), *left("Item", 60, 12), *right("Line", 300, 0), *right("total", 300, 12)]
    for number, (day, text, amount) in enumerate(rows, start=2):
        words += [*left(day, 0, 20 * number), *left(text, 60, 20 * number), *right(amount, 300, 20 * number)]
    lines = Rulings(horizontal=tuple(Ruling(top, 0, 300) for top in (31, 55, 75)))
    assert grid(build_table(words, [], lines))[:2] == [["Date", "Item", "Line\ntotal"], list(rows[0])]


def test_years_and_ranges_on_the_second_line_of_a_head_are_names() -> None:
    words = [*left("Loans", 0, 12), *right("10-", 160, 0), *right("20-", 220, 0), *right("30-", 280, 0)]
    words += [*right("19", 160, 12), *right("29", 220, 12), *right("39", 280, 12)]
    for number in range(2, 5):
        words += [part for end in (160, 220, 280) for part in right("4.50", end, 20 * number)]
        words += left("Total", 0, 20 * number)
    table = grid(build_table(words, [], Rulings(horizontal=(Ruling(31, 0, 280),))))
    assert table[0] == ["Loans", "10-\n19", "20-\n29", "30-\n39"]


@pytest.mark.parametrize("unit", ["EUR", "kr", ""])
def test_a_currency_behind_an_amount_is_no_name(unit: str) -> None:
    rows = [("2", "Oak", "4.85"), ("1", "Fir", "3.75"), ("6", "Elm", "9.10")]
    words = [*left("Qty", 0, 12), *left("Wood", 60, 12), *right("Sum", 300, 0), *right("net", 300, 12)]
    expected = [["Qty", "Wood", "Sum\nnet"]]
    for number, (count, wood, amount) in enumerate(rows):
        top = 34 + 30 * number
        words += [*left(count, 0, top), *left(wood, 60, top), *right(f"{amount} {unit}", 300, top)]
        words += left("planed", 60, top + 12)
        expected.append([count, f"{wood}\nplaned", f"{amount} {unit}".strip()])
    assert grid(build_table(words, [], Rulings(horizontal=(Ruling(28, 0, 300),)))) == expected


@pytest.mark.parametrize("group", ["Timber", "Timber 7"])
def test_the_name_of_a_group_between_lines_is_none_of_the_head(group: str) -> None:
    words = [*left("Qty", 0, 12), *left("Wood", 60, 12), *right("Sum", 300, 0), *right("net", 300, 12)]
    words += [*left(group, 0, 34), *left("2", 0, 54), *left("Oak", 60, 54), *right("4.85", 300, 54)]
    words += [*left("1", 0, 74), *left("Fir", 60, 74), *right("3.75", 300, 74)]
    lines = Rulings(horizontal=tuple(Ruling(top, 0, 300) for top in (28, 49, 69)))
    rows = grid(build_table(words, [], lines))
    assert rows[:2] == [["Qty", "Wood", "Sum\nnet"], [group, "", ""]]
