"""Rows of text -> rows of a table: what a reader takes for one item, and for two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from extractor.structure.item_rows import is_numeric, item_rows, room_for_names
from extractor.structure.tables import build_table
from extractor.structure.text_lines import rows_of_text
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

from .test_tables import grid, structure, word

LEFTS = (0.0, 60.0, 260.0, 340.0)
HEIGHT = 10.0

# Each line of an item: its texts by column.
Item = Sequence[Sequence[str]]


def items(*each: Item, within: float = 12.0, between: float = 20.0) -> list[Word]:
    """Items below one another: their lines stand `within` apart, and the items `between`."""
    words: list[Word] = []
    top = 0.0
    for item in each:
        for number, line in enumerate(item):
            top += within if number else between
            for at, text in zip(LEFTS, line, strict=True):
                begin = at
                for part in text.split():
                    words.append(word(part, begin, top, HEIGHT))
                    begin += 5 * len(part) + 3
    return words


def column_of(one: Word) -> int:
    return max(column for column, left in enumerate(LEFTS) if one.box[0] >= left)


def groups(words: Sequence[Word], full: float = 3.0, parted: Sequence[bool] = ()) -> list[list[int]]:
    rows = rows_of_text(words)
    return item_rows(rows, column_of, full, range(len(rows)), parted)


HEAD: Item = [["No.", "Article", "Pieces", "Sum"]]
TOP: Item = [["1", "Lamp", "2", "80.00"], ["", "with a plug", "", ""], ["", "black", "", ""]]
CENTRED: Item = [["", "Lamp", "", ""], ["2", "with a plug", "2", "80.00"], ["", "black", "", ""]]
LAST: Item = [["", "Lamp", "", ""], ["", "with a plug", "", ""], ["3", "black", "2", "80.00"]]
SINGLE: Item = [["4", "Basket", "1", "9.50"]]


class TestByWhite:
    @pytest.mark.parametrize("item", [TOP, CENTRED, LAST])
    def test_lines_near_each_other_are_one_item_wherever_its_figures_stand(self, item: Item) -> None:
        assert groups(items(HEAD, item, SINGLE, item)) == [[0], [1, 2, 3], [4], [5, 6, 7]]

    def test_white_that_would_throw_two_amounts_together_parts_no_items(self) -> None:
        """Rows in blocks of three: the white stands between the blocks, and each line is an item."""
        block = [["1", "Lamp", "2", "80.00"], ["2", "Desk", "1", "240.00"], ["3", "Chair", "4", "12.00"]]
        assert groups(items(HEAD, block, block)) == [[index] for index in range(7)]


def by_model(laid: Sequence[int], *each: Item) -> list[list[int]]:
    """The groups of lines at equal distances, by rows of the model."""
    rows = rows_of_text(items(*each, between=12.0))
    return item_rows(rows, column_of, 3.0, laid)


RECEIPT = (
    [["A kiosk", "", "", ""]],
    [["Water", "", "", ""], ["2 x 1,20", "", "", "2,40"]],
    [["A paper", "", "", ""], ["1 x 3,50", "", "", "3,50"]],
    [["Cards with", "", "", ""], ["a lake", "", "", ""], ["4 x 1,10", "", "", "4,40"]],
    [["SUM EUR", "", "", "10,30"]],
    [["CASH", "", "", "20,00"]],
)


class TestByNames:
    """Lines at equal distances, all of one row to the model."""

    def test_figures_are_of_the_name_above_them_where_each_has_one(self) -> None:
        assert by_model([0] * 10, *RECEIPT) == [[0], [1, 2], [3, 4], [5, 6, 7], [8], [9]]

    def test_so_they_are_above_a_line_that_parts_the_totals(self) -> None:
        parted = [index == 8 for index in range(10)]
        rows = rows_of_text(items(*RECEIPT, between=12.0))
        assert item_rows(rows, column_of, 3.0, [0] * 10, parted)[1:4] == [[1, 2], [3, 4], [5, 6, 7]]

    def test_names_below_their_figures_are_not_of_the_next_ones(self) -> None:
        below = [list(reversed(item)) for item in RECEIPT[1:3]]
        found = by_model(range(5), *below, RECEIPT[4])
        assert [1, 2] not in found


class TestByModel:
    def test_a_head_that_the_model_joins_with_an_item_is_a_row_and_the_item_goes_on(self) -> None:
        assert by_model([0, 0, 1, 1, 2, 3], HEAD, TOP, SINGLE, SINGLE) == [[0], [1, 2, 3], [4], [5]]

    def test_a_first_line_that_names_no_figures_is_of_the_item_below_it(self) -> None:
        assert by_model([0, 0, 1, 2], [["", "Lamp", "", ""], *SINGLE], SINGLE, SINGLE) == [[0, 1], [2], [3]]


class TestByText:
    def test_a_line_of_one_text_goes_on_with_the_one_above(self) -> None:
        assert groups(items(HEAD, TOP, SINGLE, between=12.0)) == [[0], [1, 2, 3], [4]]

    def test_a_line_in_bold_below_a_name_that_is_not_names_what_follows(self) -> None:
        note: Item = [["", "Order 17-B of May", "", ""]]
        words = items(HEAD, SINGLE, note, SINGLE, between=12.0)
        assert groups(words) == [[0], [1, 2], [3]]
        at = next(word.box[1] for word in words if word.text == "Order")
        bold = [replace(word, bold=word.box[1] == at) for word in words]
        assert groups(bold) == [[0], [1], [2], [3]]
        assert groups([replace(word, bold=True) for word in words]) == [[0], [1, 2], [3]], "all is bold"

    @pytest.mark.parametrize(
        ("counted", "grouped"), [("3 x 1,40", [[0], [1], [2], [3]]), ("1 x 1,20", [[0], [1, 2], [3]])]
    )
    def test_a_quantity_and_a_price_are_of_the_amount_that_they_make(
        self, counted: str, grouped: list[list[int]]
    ) -> None:
        rolls: Item = [["", "Roll", "", "4,20"]]
        words = items(HEAD, [["", "Coffee", "", "1,20"]], [["", counted, "", ""]], rolls, between=12.0)
        assert groups(words) == grouped

    def test_an_indented_line_in_the_first_column_goes_on_with_the_one_above(self) -> None:
        """At the distance of the items; the layout model has it in one row with the next item."""
        names = [[word("Lamp", 0, 0), word("80.00", 180, 0)], [word("with", 6, 12), word("plug", 29, 12)]]
        names += [[word("Desk", 0, 24), word("240.00", 180, 24)], [word("Bin", 0, 36), word("9.50", 180, 36)]]

        def grouped(rows: Sequence[Sequence[Word]]) -> list[list[int]]:
            return item_rows(rows, column_of, 2.0, [0, 1, 1, 2])

        assert grouped(names) == [[0, 1], [2], [3]]
        flush = [names[0], [replace(one, box=(one.box[0] - 6, *one.box[1:])) for one in names[1]], *names[2:]]
        assert grouped(flush) == [[0], [1, 2], [3]]

    def test_a_name_that_had_room_behind_the_one_above_is_a_row(self) -> None:
        """A receipt: the layout model has the line behind the last amount in the amount's row."""
        texts = [("Coffee beans, ground", "7.80"), ("Total", "7.80"), ("Card payment", ""), ("22.10.2025", "")]

        def column(one: Word) -> int:
            return int(one.box[0] >= 180)

        def grouped(lines: Sequence[tuple[str, str]]) -> list[list[int]]:
            rows = []
            for number, (name, amount) in enumerate(lines):
                parts = name.split()
                ends = [5 * len(" ".join(parts[: at + 1])) for at in range(len(parts))]
                row = [word(part, end - 5 * len(part), 12 * number) for part, end in zip(parts, ends, strict=True)]
                rows.append([*row, word(amount, 180, 12 * number)] if amount else row)
            return item_rows(rows, column, 2.0, [0, 1, 1, 2], room=room_for_names(rows, column))

        assert grouped(texts) == [[0], [1], [2], [3]]
        wrapped = [texts[0], ("Oat biscuits without", "7.80"), ("sugar and with nuts", ""), texts[3]]
        assert grouped(wrapped) == [[0], [1, 2], [3]]

    def test_a_line_in_the_middle_below_a_list_is_a_row(self) -> None:
        """A receipt that ends with thanks; the layout model has them in the last amount's row."""
        rows = [[word("Tea", 0, 0), word("2.80", 180, 0)], [word("Change", 0, 12), word("10.75", 180, 12)]]
        thanks = [word("Thank", 76, 24), word("you!", 104, 24)]

        def grouped(*below: list[Word]) -> list[list[int]]:
            def column(one: Word) -> int:
                return int(one.box[0] >= 180)

            lines = [*rows, *below]
            return item_rows(lines, column, 2.0, [0, 1, 1, 1][: len(lines)], room=room_for_names(lines, column))

        assert grouped(thanks) == [[0], [1], [2]]
        assert grouped(
            [replace(one, box=(one.box[0] - 66, *one.box[1:2], one.box[2] - 66, one.box[3])) for one in thanks]
        ) == [[0], [1, 2]]

    def test_a_name_in_the_first_column_begins_a_group_of_rows(self) -> None:
        label = [["Lamps", "", "", ""]]
        assert groups(items(HEAD, SINGLE, label, SINGLE, between=12.0)) == [[0], [1], [2], [3]]

    def test_a_line_with_an_amount_of_its_own_is_an_item(self) -> None:
        travel = [["", "Travel", "", "35.00"]]
        assert groups(items(HEAD, SINGLE, travel, SINGLE, between=12.0)) == [[0], [1], [2], [3]]


class TestByLines:
    def test_between_two_drawn_lines_stands_one_item(self) -> None:
        """The white is the same everywhere: only the lines tell where an item ends."""
        words = items(HEAD, CENTRED, LAST, SINGLE, between=12.0)
        parted = [False, True, False, False, True, False, False, True]
        assert groups(words, parted=parted) == [[0], [1, 2, 3], [4, 5, 6], [7]]

    def test_no_line_below_a_line_under_the_head_is_the_heads(self) -> None:
        """The first item's figures stand on its last line, where all above it would be names of a head."""
        words = items(LAST, SINGLE, LAST, between=12.0)
        assert groups(words, parted=[True, False, False, True, True, False, False]) == [[0, 1, 2], [3], [4, 5, 6]]
        single = items([["", "Lamps", "", ""]], SINGLE, SINGLE, between=12.0)
        assert groups(single, parted=[True, False, False]) == [[0], [1], [2]], "one line only: a group's name"

    @pytest.mark.parametrize(
        ("below", "expected"),
        [
            pytest.param(["Of it, paid", "", "16.00", ""], [[0], [1], [2], [3], [4]], id="a name with a number"),
            pytest.param(["", "per two", "16.00", ""], [[0], [1], [2], [3, 4]], id="a number that is not named"),
            pytest.param(["as said", "per two", "", ""], [[0], [1], [2], [3, 4]], id="a name without a number"),
        ],
    )
    def test_a_name_with_a_number_below_a_number_of_the_total_is_a_row(
        self, below: Sequence[str], expected: Sequence[Sequence[int]]
    ) -> None:
        article: Item = [["Lamp", "black", "8.00", "8.00"]]
        words = items(HEAD, article, article, [["Total", "", "16.00", "16.00"], below], between=12.0)
        assert groups(words, parted=[False, True, False, True, False]) == expected

    def test_two_items_between_two_lines_are_two(self) -> None:
        words = items(HEAD, SINGLE, SINGLE, SINGLE, between=12.0)
        assert groups(words, parted=[False, True, False, True]) == [[0], [1], [2], [3]]


@pytest.mark.parametrize("text", ["12", "1,250.00", "2024-03-01", "10 %", "$ 7", "-", "(3.5)", "m2 45"])
def test_figures(text: str) -> None:
    assert is_numeric(text)


@pytest.mark.parametrize("text", ["Lamp", "2 Stück", "Q1 result", "m2"])
def test_names(text: str) -> None:
    assert not is_numeric(text)


class TestRuledTables:
    """A box with lines between its columns, and under its head, but none between its rows."""

    BOX = Rulings(
        horizontal=tuple(Ruling(at, 0.0, 400.0) for at in (0.0, 40.0, 200.0)),
        vertical=tuple(Ruling(at, 0.0, 200.0) for at in (0.0, 100.0, 200.0, 300.0, 400.0)),
    )

    def table(self, *rows: Sequence[str], pitch: float = 20.0) -> list[list[str]]:
        words = [word(text, 10 + 100 * column, 15) for column, text in enumerate(("Item", "Pieces", "Each", "Sum"))]
        for number, row in enumerate(rows):
            words += [word(text, 10 + 100 * column, 50 + pitch * number) for column, text in enumerate(row) if text]
        return grid(build_table(words, structure(2, 4, (0.0, 0.0, 400.0, 200.0)), self.BOX))[1:]

    def test_amounts_under_one_another_are_rows(self) -> None:
        rows = [["Desk", "", "", "240.00"], ["Lamp", "2", "40.00", "80.00"], ["", "", "Total", "320.00"]]
        assert self.table(*rows) == rows

    def test_lines_that_all_go_across_are_rows(self) -> None:
        rows = [["Anna", "Sales", "Leeds", "full"], ["Ravi", "Desk", "Hull", "part"], ["Li", "Books", "York", "full"]]
        assert self.table(*rows) == rows

    def test_lines_of_texts_are_one_row(self) -> None:
        """Nothing says that there are two: the drawn lines hold."""
        assert self.table(["DNA", "rack", "tips", "gel"], ["buffer", "of", "for", ""], pitch=12.0) == [
            ["DNA\nbuffer", "rack\nof", "tips\nfor", "gel"]
        ]

    def test_bars_behind_every_second_row_are_no_grid(self) -> None:
        """The bar under the total ends between two columns, and every row has a bar's edge above it."""
        rows = [["Item", "Pieces", "Each", "Sum"]] + [[f"A{n}", str(n), "4.75", f"{n}7.00"] for n in range(1, 6)]
        words = [word(text, 10 + 100 * c, 5 + 20 * r) for r, row in enumerate(rows) for c, text in enumerate(row)]
        words += [word("Total", 210, 125), word("90.00", 310, 125)]
        rows.append(["", "", "Total", "90.00"])
        bars = Rulings(
            horizontal=(*(Ruling(20.0 * n, 0.0, 400.0) for n in range(7)), Ruling(140.0, 180.0, 400.0)),
            vertical=(Ruling(0.0, 0.0, 120.0), Ruling(180.0, 120.0, 140.0), Ruling(400.0, 0.0, 140.0)),
        )
        assert grid(build_table(words, structure(9, 4, (0.0, 0.0, 400.0, 140.0)), bars)) == rows

    def test_bars_are_no_grid(self) -> None:
        """A shaded head, and a bar under a part of the last row: five columns stand between them."""
        names = ("Item", "Text", "Pieces", "Each", "Sum")
        rows = [list(names)] + [[f"A{n}", "Bolt", str(n), "4.75", f"{n}7.00"] for n in range(1, 5)]
        rows.append(["", "", "", "TOTAL", "90.00"])
        words = [
            word(text, 10 + 80 * column, 5 + 20 * number)
            for number, row in enumerate(rows)
            for column, text in enumerate(row)
            if text
        ]
        bars = Rulings(
            horizontal=(Ruling(0.0, 0.0, 400.0), Ruling(20.0, 0.0, 400.0), Ruling(102.0, 175.0, 400.0)),
            vertical=(Ruling(0.0, 0.0, 20.0), Ruling(175.0, 102.0, 120.0), Ruling(400.0, 0.0, 20.0)),
        )
        assert grid(build_table(words, structure(6, 5, (0.0, 0.0, 400.0, 120.0)), bars)) == rows


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        ((("Total", 210), ("66.85", 340)), [[0], [1], [2], [3], [4]]),  # an amount far behind its label
        ((("kept dry", 210),), [[0], [1], [2], [3, 4]]),  # a note goes where the model has it
    ],
)
def test_a_totals_label_in_the_column_of_amounts_makes_its_amount_no_part_of_an_item(
    total: Sequence[tuple[str, float]], expected: list[list[int]]
) -> None:
    lines = [
        (("No.", 0), ("Article", 60), ("Sum", 350)),
        (("1", 0), ("Tube", 60), ("6.95", 345)),
        (("2", 0), ("Chain", 60), ("24.90", 340)),
        (("3", 0), ("Fitting", 60), ("35.00", 340)),
        total,
    ]
    words = [word(text, left, 17.0 * row, HEIGHT) for row, texts in enumerate(lines) for text, left in texts]

    def column_of(one: Word) -> int:
        return 0 if one.box[0] < 50 else 1 if one.box[0] < 200 else 2

    assert item_rows(rows_of_text(words), column_of, 3.0, [0, 1, 2, 3, 3]) == expected


@pytest.mark.parametrize(
    ("text", "is_number"), [("4.85 EUR", True), ("kr 9", True), ("9 kg", False), ("9 EURS", False)]
)
def test_the_name_of_a_currency_makes_no_word_of_an_amount(text: str, is_number: bool) -> None:
    assert is_numeric(text) == is_number
