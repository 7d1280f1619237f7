"""Columns of which only the head has a text: discounts that nobody got."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extractor.structure.tables import build_table
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

from .test_columns import left, right
from .test_tables import grid

HEAD_LINES = Rulings(horizontal=(Ruling(90, 0, 500), Ruling(125, 0, 500)))
# Right ends of the columns after the description.
DISCOUNT, PRICE, AMOUNT = 300.0, 400.0, 500.0


def invoice(discounts: Sequence[str], spacing: float = 14.0) -> list[Word]:
    """Items of three lines each, all lines as far from each other, below a head of two lines."""
    words = [*left("Pos", 0, 100), *left("Description", 40, 100), *right("Discount %", DISCOUNT, 100)]
    words += [*right("Price", PRICE, 100), *right("net", PRICE, 112), *right("Amount", AMOUNT, 100)]
    words += right("net", AMOUNT, 112)
    top = 135.0
    for number, discount in enumerate(discounts, start=1):
        words += [*left(str(number), 0, top), *left(f"Hosting plan {chr(64 + number)}", 40, top)]
        words += [*right(discount, DISCOUNT, top), *right("5.39", PRICE, top), *right(f"{number}5.39", AMOUNT, top)]
        words += left("Basic fee per unit", 40, top + spacing)
        words += left("May 2014", 40, top + 2 * spacing)
        top += 3 * spacing
    return words


def expected(discounts: Sequence[str]) -> list[list[str]]:
    rows = [
        [str(n), f"Hosting plan {chr(64 + n)}\nBasic fee per unit\nMay 2014", discount, "5.39", f"{n}5.39"]
        for n, discount in enumerate(discounts, start=1)
    ]
    return [["Pos", "Description", "Discount %", "Price\nnet", "Amount\nnet"], *rows]


@pytest.mark.parametrize(
    "discounts",
    [
        pytest.param(["", "", "", "", "", ""], id="of no item"),
        pytest.param(["", "", "10", "", "", ""], id="of one item"),
        pytest.param(["5", "5", "10", "5", "5", "5"], id="of all items"),
        pytest.param(["", ""], id="of two items"),
    ],
)
def test_a_name_in_line_with_the_others_is_a_column_whoever_has_an_entry(discounts: Sequence[str]) -> None:
    assert grid(build_table(invoice(discounts), [], HEAD_LINES)) == expected(discounts)


def test_a_name_over_two_columns_is_no_column() -> None:
    """Narrower than the white between the names below it."""
    words = [*left("Our ref.", 0, 100), *left("Order", 223, 100), *right("Paid", AMOUNT, 112)]
    words += [*left("Date", 160, 112), *right("Gross", PRICE, 112)]
    for row, amount in enumerate(("1,200.00", "318.40", "150.00")):
        top = 135.0 + 14 * row
        words += [*left(f"19004{row}", 0, top), *left("04/11/25", 160, top)]
        words += [*right(amount, PRICE, top), *right(amount, AMOUNT, top)]
    table = build_table(words, [], HEAD_LINES)
    assert table is not None
    assert table.columns == 4
