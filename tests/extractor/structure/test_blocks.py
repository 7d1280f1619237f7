"""What stands beside a table, across it, or over several of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.structure.address_blocks import addresses_above, addresses_beside
from extractor.structure.columns import find_columns
from extractor.structure.false_spans import without_false_spans
from extractor.structure.foot_blocks import without_foot
from extractor.structure.lists_beside import lists_beside
from extractor.structure.parted_tables import with_tables_whole
from extractor.structure.parts import Part
from extractor.structure.side_by_side import blocks_beside
from extractor.structure.slanted import without_slanted, without_strokes
from extractor.structure.stacked import tables_below
from extractor.structure.tables import build_table
from extractor.structure.text_lines import rows_of_text
from extractor.values.boxes import union
from extractor.values.reading import Ruling, Rulings, TableCell, TableReading
from extractor.values.words import Word

from .test_tables import grid, structure, word

HEIGHT = 10.0


def block(rows: Sequence[Sequence[str]], lefts: Sequence[float], top: float, pitch: float) -> list[Word]:
    return [
        word(text, left, top + pitch * number)
        for number, row in enumerate(rows)
        for left, text in zip(lefts, row, strict=True)
        if text
    ]


ITEMS = [["Plant", "Pots", "Sum"], ["Apple", "3", "102.00"], ["Hedge", "20", "136.00"], ["Peat", "2", "19.00"]]
TOTALS = [["Goods", "257.00"], ["Discount", "-12.50"], ["Tax", "24.45"], ["To pay", "268.95"]]


class TestBlocksBeside:
    def test_totals_at_heights_of_their_own_are_a_block(self) -> None:
        items = block(ITEMS, (0, 80, 140), 0, 20)
        totals = block(TOTALS, (240, 320), 12, 12)
        assert blocks_beside([*items, *totals], Rulings()) == [items, totals]

    def test_columns_at_the_same_heights_are_one_table(self) -> None:
        words = block(ITEMS, (0, 80, 140), 0, 20) + block(TOTALS, (240, 320), 0, 20)
        assert blocks_beside(words, Rulings()) == [words]

    def test_totals_below_the_height_of_the_items_head_are_a_block_though_level_with_them(self) -> None:
        items = block(ITEMS, (0, 80, 140), 0, 20)
        totals = block(TOTALS[1:], (240, 320), 20, 20)
        assert blocks_beside([*items, *totals], Rulings()) == [items, totals]

    def test_columns_without_a_head_are_of_the_table_where_they_stand_near_or_are_no_totals(self) -> None:
        items = block(ITEMS, (0, 80, 140), 0, 20)
        near = [*items, *block(TOTALS[1:], (185, 265), 20, 20)]
        notes = [*items, *block([["see", "A"], ["new", "B"], ["old", "C"]], (240, 320), 20, 20)]
        assert blocks_beside(near, Rulings()) == [near]
        assert blocks_beside(notes, Rulings()) == [notes]

    def test_two_totals_far_beside_items_are_a_block(self) -> None:
        items = block(ITEMS[:3], (0, 80, 140), 0, 20)
        totals = block(TOTALS[2:], (240, 320), 20, 20)
        assert blocks_beside([*items, *totals], Rulings()) == [items, totals]
        one = [*items, *totals[:2]]
        assert blocks_beside(one, Rulings()) == [one], "one total is no block"

    def test_figures_at_half_the_height_of_their_items_are_no_block(self) -> None:
        names = block([["Lamp"], ["black"], ["Desk"], ["oak"], ["Chair"], ["blue"]], (0,), 0, 12)
        figures = block([["2", "80.00"], ["1", "240.00"], ["4", "48.00"]], (140, 200), 6, 24)
        assert blocks_beside([*names, *figures], Rulings()) == [[*names, *figures]]

    @pytest.mark.parametrize(("lines", "name_at"), [(3, 0), (2, 6)])
    def test_a_head_of_several_lines_beside_names_of_one_parts_nothing(self, lines: int, name_at: float) -> None:
        names = block([["No.", "Party"]], (0, 40), name_at, 12)
        names += block([["11", "Union"], ["12", "Beehive"], ["", "Social"], ["13", "Harvest"]], (0, 40), 60, 12)
        head = block([["Provis.", "Official"], ["result", "result"], ["March", "April"]][:lines], (160, 220), 0, 12)
        figures = block([["35", "30"], ["32", "31"], ["", ""], ["25", "23"]], (160, 220), 60, 12)
        words = [*names, *head, *figures]
        assert blocks_beside(words, Rulings()) == [words]

    def test_a_line_under_both_holds_them_together(self) -> None:
        words = block(ITEMS, (0, 80, 140), 0, 20) + block(TOTALS, (240, 320), 12, 12)
        assert blocks_beside(words, Rulings(horizontal=(Ruling(15, 0, 360),))) == [words]


BILL = [
    ["Qty", "Plant", "Each", "Amount"],
    ["3", "Apple", "34.00", "102.00"],
    ["20", "Hedge", "6.80", "136.00"],
    ["2", "Peat", "9.50", "19.00"],
]
BESIDE = ((0, 50, 140, 200), 0, 20)
SUMS = [["Goods", "257.00"], ["Tax", "24.45"], ["To pay", "281.45"]]


class TestWithoutFoot:
    items = block(BILL, *BESIDE)
    sums = block(SUMS, (140, 200), 80, 20)

    def test_terms_that_run_over_the_items_columns_are_a_block_beside_the_totals(self) -> None:
        terms = block([["Payment within thirty"], ["days to our bank"]], (0,), 80, 20)
        assert without_foot([*self.items, *terms, *self.sums], Rulings()) == [[*self.items, *self.sums], terms]

    def test_terms_at_heights_of_their_own_are_a_block(self) -> None:
        terms = block([["30 days"], ["net"], ["Thanks"]], (50,), 92, 20)
        assert without_foot([*self.items, *terms, *self.sums], Rulings()) == [[*self.items, *self.sums], terms]

    def test_texts_in_the_items_columns_are_of_the_table(self) -> None:
        codes = block([["7", "Mulch"], ["8", "Twine"]], (0, 50), 80, 20)
        assert without_foot([*self.items, *codes, *self.sums], Rulings()) == [[*self.items, *codes, *self.sums]]

    def test_items_with_a_unit_before_the_amount_are_no_totals(self) -> None:
        rows = [*BILL, ["1", "Delivery to the garden", "flat", "9.00"], ["1", "Work in the garden", "flat", "8.00"]]
        words = block([*rows, ["2", "Peat", "9.50", "19.00"]], *BESIDE)
        assert without_foot(words, Rulings()) == [words]

    def test_lines_through_the_foot_hold_it_together(self) -> None:
        terms = block([["Payment within thirty"], ["days to our bank"]], (0,), 80, 20)
        words = [*self.items, *terms, *self.sums]
        assert without_foot(words, Rulings(horizontal=(Ruling(95, 0, 240),))) == [words]
        assert without_foot(words, Rulings(vertical=(Ruling(30, -5, 140),))) == [words]


def beside(blocks: Sequence[Sequence[str]], pitch: float) -> list[Word]:
    """Blocks of one text a line side by side, their words as they stand in rows."""
    rows = [[block[row] for block in blocks] for row in range(len(blocks[0]))]
    return [
        word(part, 150.0 * column + 5 * len(" ".join(["", *text.split()[:number]])), pitch * row)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        for number, part in enumerate(text.split())
    ]


SELLER, BUYER = ["Seller", "Halden AS", "Sagveien 14", "1771 Halden"], ["Buyer", "Pike Ltd", "Dock 3", "HU1 Hull"]


def read(blocks: Sequence[Sequence[Word]]) -> list[str]:
    return [" ".join(word.text for word in block) for block in blocks]


class TestAddresses:
    def test_addresses_side_by_side_are_blocks(self) -> None:
        assert read(addresses_beside(beside([SELLER, BUYER], 12), Rulings())) == [
            "Seller Halden AS Sagveien 14 1771 Halden",
            "Buyer Pike Ltd Dock 3 HU1 Hull",
        ]

    def test_rows_apart_or_between_lines_are_a_table(self) -> None:
        assert len(addresses_beside(beside([SELLER, BUYER], 20), Rulings())) == 1
        assert len(addresses_beside(beside([SELLER, BUYER], 12), Rulings(horizontal=(Ruling(11, 0, 300),)))) == 1

    def test_columns_without_numbers_or_of_numbers_are_a_table(self) -> None:
        for column in (["Trade", "Joiner", "Builder", "Mason"], ["Sum", "Net 5", "4.10", "7.20"]):
            assert len(addresses_beside(beside([SELLER, column], 12), Rulings())) == 1

    def test_an_address_stands_beside_labels_with_values(self) -> None:
        labels, values = ["Invoice:", "Date:", "Order:", "Clerk:"], ["77", "4.6.25", "K-9", "Okafor"]
        assert read(addresses_beside(beside([SELLER, labels, values], 12), Rulings())) == [
            "Seller Halden AS Sagveien 14 1771 Halden",
            "Invoice: 77 Date: 4.6.25 Order: K-9 Clerk: Okafor",
        ]
        plain = beside([SELLER, [label[:-1] for label in labels], values], 12)
        assert len(addresses_beside(plain, Rulings())) == 1
        bold = [replace(word, bold=150 <= word.box[0] < 300) for word in plain]
        assert read(addresses_beside(bold, Rulings()))[1] == "Invoice 77 Date 4.6.25 Order K-9 Clerk Okafor"
        assert len(addresses_beside([replace(word, bold=True) for word in plain], Rulings())) == 1

    def test_one_may_be_flush_right_and_have_an_e_mail_address_for_a_number(self) -> None:
        def flush_right(mail: str) -> list[Word]:
            lines = ["Pike Ltd", "Joan Doe", "Hull dock", mail]
            return [word(line, 400 - 5 * len(line), 12 * row) for row, line in enumerate(lines)]

        seller = beside([SELLER], 12)
        assert addresses_beside([*seller, *flush_right("joan@pike.example")], Rulings()) == [
            seller,
            flush_right("joan@pike.example"),
        ]
        assert len(addresses_beside([*seller, *flush_right("the customer")], Rulings())) == 1

    def test_one_stands_beside_labels_over_their_values(self) -> None:
        dates = ["Invoice date", "03/15/2024", "Due date", "04/14/2024"]
        assert len(addresses_beside(beside([SELLER, BUYER, dates], 12), Rulings())) == 3
        assert len(addresses_beside(beside([SELLER, BUYER, sorted(dates)], 12), Rulings())) == 1

    def test_above_a_table_are_blocks_of_their_own(self) -> None:
        items = block([["Items", "Price"], ["Shirt", "9.50"], ["Belt", "4.00"]], (0, 200), 48, 16)
        words, line = [*beside([SELLER, BUYER], 12), *items], Ruling(60, -5, 300)
        blocks = addresses_above(words, Rulings(horizontal=(line,)))
        assert read(blocks[:2]) == ["Seller Halden AS Sagveien 14 1771 Halden", "Buyer Pike Ltd Dock 3 HU1 Hull"]
        assert blocks[2] == items
        # Without the line the head is as near as a line of an address.
        assert addresses_above(words, Rulings()) == [words]
        lower = [word(each.text, each.box[0], each.box[1] + 10) for each in items]
        assert len(addresses_above([*words[: -len(items)], *lower], Rulings())) == 3

    def test_names_above_a_line_are_of_the_table(self) -> None:
        rows = [["Seller", "Buyer"], ["of the", "of the"], ["house", "house"], ["Halden", "Pike"], ["Berg", "Dock"]]
        words = block(rows, (0, 150), 0, 12)
        assert addresses_above(words, Rulings(horizontal=(Ruling(34, -5, 300),))) == [words]


class TestListsBeside:
    bolts = block([["Part", "EUR"], ["Bolt", "0.12"], ["Nut", "0.05"], ["Ring", "0.02"]], (0, 60), 0, 20)
    hinges = block([["Part", "EUR"], ["Hinge", "2.40"], ["Latch", "3.15"], ["Lock", "9.60"]], (140, 200), 0, 20)
    words = tuple(word for pair in zip(bolts, hinges, strict=True) for word in pair)
    line = Ruling(115, -5, 75)

    def test_two_lists_with_one_head_and_a_line_between_are_two(self) -> None:
        assert lists_beside(self.words, Rulings(vertical=(self.line,))) == [self.bolts, self.hinges]

    def test_without_a_line_or_with_others_they_are_one_table(self) -> None:
        for lines in (
            Rulings(),
            Rulings(vertical=(self.line, Ruling(50, -5, 75))),
            Rulings(vertical=(replace(self.line, end=30),)),
            Rulings(vertical=(self.line,), horizontal=(Ruling(15, 0, 240),)),
        ):
            assert lists_beside(self.words, lines) == [list(self.words)]

    def test_lines_across_that_break_off_between_two_lists_part_them(self) -> None:
        under = (Ruling(15, -5, 90), Ruling(15.2, 130, 240))
        assert lists_beside(self.words, Rulings(horizontal=under)) == [self.bolts, self.hinges]
        for lines in ((*under, Ruling(75, -5, 240)), (under[0], replace(under[1], at=35.0)), (under[0],)):
            assert lists_beside(self.words, Rulings(horizontal=lines)) == [list(self.words)]

    def test_other_names_are_other_columns_of_one_table(self) -> None:
        words = [replace(word, text={"EUR": "Sum"}.get(word.text, word.text)) for word in self.hinges]
        assert len(lists_beside([*self.bolts, *words], Rulings(vertical=(self.line,)))) == 1


def tables_of(*each: Sequence[Word]) -> list[list[Word]]:
    """The words of each table once names and figures beside them are one."""
    parts = [
        Part(DocItemLabel.TABLE, union(word.box for word in words), 0.9, index, list(words))
        for index, words in enumerate(each)
    ]
    readings = {index: TableReading(index, (), Rulings()) for index in range(len(each))}
    return [part.words for part in with_tables_whole(parts, readings)[0]]


class TestTablesWhole:
    names = block([["Pos", "Plant"], ["1", "Apple"], ["2", "Hedge"], ["3", "Peat"]], (0, 30), 0, 20)
    figures = block([["Pots", "Sum"], ["3", "102.00"], ["20", "136.00"], ["2", "19.00"]], (240, 320), 0, 20)

    def test_figures_without_names_are_of_the_names_beside_them(self) -> None:
        totals = block([["Goods", "257.00"]], (240, 320), 80, 20)
        assert tables_of(self.names, [*self.figures, *totals]) == [[*self.names, *self.figures, *totals]]

    def test_a_list_with_names_of_its_own_stands_alone(self) -> None:
        other = block([["Tool", "Sum"], ["Fork", "9.00"], ["Rake", "8.00"], ["Hoe", "7.00"]], (240, 320), 0, 20)
        assert tables_of(self.names, other) == [self.names, other]

    def test_figures_beside_figures_or_at_other_heights_stand_alone(self) -> None:
        balances = block([["Day", "Balance"], ["1.5.", "80.00"], ["2.5.", "75.00"], ["3.5.", "71.00"]], (0, 60), 0, 20)
        low = [replace(word, box=(word.box[0], word.box[1] + 9, word.box[2], word.box[3] + 9)) for word in self.figures]
        assert tables_of(balances, self.figures) == [balances, self.figures]
        assert tables_of(self.names, low) == [self.names, low]

    def test_lines_of_text_before_all_rows_of_figures_are_their_names(self) -> None:
        figures = block([["112", "84.00"], ["140", "16.80"], ["159", "100.80"]], (240, 320), 0, 20)
        names = [block([[name]], (0,), 20 * at, 20) for at, name in enumerate(("Takings", "Tax", "Total"))]
        labels = (DocItemLabel.TABLE, DocItemLabel.TEXT, DocItemLabel.TEXT, DocItemLabel.TEXT)

        def joined(lines: Sequence[Sequence[Word]]) -> int:
            parts = [
                Part(label, union(word.box for word in words), 0.9, None, list(words))
                for label, words in zip(labels, [figures, *lines], strict=False)
            ]
            return len(with_tables_whole(parts, {})[0])

        assert joined(names) == 1
        assert joined(names[:2]) == 3, "a row without a name"
        assert joined([names[0], names[1], block([["7"]], (0,), 40, 20)]) == 4, "a number"

    def test_names_before_two_tables_of_figures_are_of_the_nearer_one_alone(self) -> None:
        names = [block([[name]], (0,), 20 * at, 20) for at, name in enumerate(("Takings", "Tax", "Total"))]
        near, far = (block([["112"], ["140"], ["159"]], (left,), 0, 20) for left in (140, 320))
        parts = [
            Part(label, union(word.box for word in words), 0.9, None, list(words))
            for label, words in [(DocItemLabel.TABLE, far), (DocItemLabel.TABLE, near)]
            + [(DocItemLabel.TEXT, name) for name in names]
        ]
        held = [part.words for part in with_tables_whole(parts, {})[0]]
        assert held == [far, [*near, *(word for name in names for word in name)]]

    def test_lines_that_go_on_are_one(self) -> None:
        parts = [
            Part(DocItemLabel.TABLE, union(word.box for word in words), 0.9, index, list(words))
            for index, words in enumerate((self.names, self.figures))
        ]
        lines = [Rulings(horizontal=(Ruling(15 + at, 240 * at, 60 + 300 * at),)) for at in (0, 1)]
        readings = {index: TableReading(index, (), lines[index]) for index in (0, 1)}
        assert with_tables_whole(parts, readings)[1][0].rulings == Rulings(horizontal=(Ruling(15, 0, 360),))


class TestSlanted:
    def test_a_word_across_the_rows_is_none_of_theirs(self) -> None:
        rows = block(ITEMS, (0, 80, 140), 0, 20)
        stamp = Word("PAID", (20.0, 0.0, 120.0, 75.0), 9, "text_layer", 30.0)
        assert without_slanted([*rows, stamp], []) == (rows, [[stamp]])

    def test_a_small_slanted_name_over_a_column_stays(self) -> None:
        rows = block(ITEMS, (0, 80, 140), 40, 20)
        name = Word("Pots", (80.0, 0.0, 110.0, 30.0), 9, "text_layer", HEIGHT)
        assert without_slanted([*rows, name], []) == ([*rows, name], [])

    def test_a_pattern_goes_with_its_repetitions_between_the_rows(self) -> None:
        rows = block(ITEMS, (0, 80, 140), 0, 60)
        over = Word("COPY", (75.0, 50.0, 105.0, 80.0), 8, "text_layer", HEIGHT)
        behind = Word("only", (106.0, 35.0, 130.0, 58.0), 8, "text_layer", HEIGHT)
        again = [replace(each, box=(each.box[0] + 130, *each.box[1:3], each.box[3]), line=9) for each in (over, behind)]
        other = replace(again[0], text="North", line=10)
        assert without_slanted([*rows, over, behind, *again, other], []) == ([*rows, other], [[over, behind], again])

    def test_strokes_of_level_letters_over_the_rows_are_no_rulings(self) -> None:
        mark = Word("COPY", (20.0, 10.0, 300.0, 90.0), 9, "text_layer", 80.0)
        line, stroke = Ruling(50.0, 0.0, 400.0), Ruling(50.0, 25.0, 60.0)
        assert without_strokes(Rulings((line, stroke), (line, stroke)), [[mark]]) == Rulings((line,), (line,))

    def test_what_is_on_a_picture_is_the_pictures(self) -> None:
        label = Word("North", (20.0, 0.0, 120.0, 75.0), 9, "text_layer", 30.0)
        assert without_slanted([label], [(0.0, 0.0, 200.0, 200.0)]) == ([label], [])


class TestFalseSpans:
    ROWS = (["Mon", "5.00", "", "95.00"], ["Tue", "", "7.00", "102.00"], ["Wed", "2.00", "1.00", "101.00"])

    def filled(self, cells: Sequence[TableCell]) -> list[list[str]]:
        """The texts by place of the model's cells, once spans are cut."""
        words = block(self.ROWS, (0, 60, 120, 180), 0, 20)
        rows = rows_of_text(words)
        columns = find_columns(rows, HEIGHT)
        assert columns is not None
        held = [
            [
                one
                for row, line in enumerate(rows)
                for one in line
                if cell.row <= row < cell.row + cell.row_span and columns.of(one.box) == cell.column
            ]
            for cell in cells
        ]
        kept, inside = without_false_spans(cells, held, rows, range(3), columns)
        places = [["-"] * 4 for _ in range(3)]
        for cell, own in zip(kept, inside, strict=True):
            places[cell.row][cell.column] = " ".join(one.text for one in own)
        return places

    def test_a_figure_is_of_the_row_that_it_stands_in(self) -> None:
        plain = structure(3, 4)
        spanning = [replace(c, row_span=2) if (c.row, c.column) == (0, 2) else c for c in plain]
        cells = [c for c in spanning if (c.row, c.column) != (1, 2)]
        assert self.filled(cells) == [list(row) for row in self.ROWS]

    def test_a_name_that_spans_rows_keeps_them(self) -> None:
        names = (["North", "5.00", "1.00", "95.00"], ["", "3.00", "7.00", "102.00"], ["South", "2.00", "1.00", "1.00"])
        words = block(names, (0, 60, 120, 180), 0, 20)
        plain = [c for c in structure(3, 4) if (c.row, c.column) != (1, 0)]
        cells = [replace(c, row_span=2) if (c.row, c.column) == (0, 0) else c for c in plain]
        table = build_table(words, cells, Rulings())
        assert table is not None
        assert [c.row_span for c in table.cells if c.text == "North"] == [2]

    def test_a_name_over_columns_stands_over_their_middle(self) -> None:
        rows = [
            ["Sales", "120", "118", "125", "131"],
            ["Rent", "480", "502", "490", "487"],
            ["Tax", "7", "8", "9", "6"],
        ]
        words = block(rows, (0, 100, 160, 220, 280), 20, 20)
        words += [word("2023", 128, 0), word("2024", 248, 0)]
        plain = [c for c in structure(4, 5) if c.row]
        head = structure(4, 5)[0]
        cells = [replace(head, column_span=3), replace(head, column=3, column_span=2), *plain]
        table = build_table(words, cells, Rulings())
        assert table is not None
        assert [(c.text, c.column, c.column_span) for c in table.cells if c.row == 0 and c.text] == [
            ("2023", 1, 2),
            ("2024", 3, 2),
        ]


class TestHeadedColumns:
    RULE = Rulings(horizontal=(Ruling(18.0, 0.0, 400.0), Ruling(80.0, 0.0, 400.0)))
    LEFTS = (0.0, 100.0, 200.0, 340.0)

    def test_one_item_under_a_ruled_head_has_its_columns(self) -> None:
        words = block([["Work", "Pieces", "Each", "Amount"], ["Survey", "4", "70.00", "280.00"]], self.LEFTS, 4, 20)
        words += block([["of the roof", "", "", ""]], self.LEFTS, 36, 20)
        assert grid(build_table(words, [], self.RULE)) == [
            ["Work", "Pieces", "Each", "Amount"],
            ["Survey\nof the roof", "4", "70.00", "280.00"],
        ]

    def test_an_item_that_is_all_there_is_has_its_columns(self) -> None:
        """The rest of a table that began on the page before: no head, and one line that goes across."""
        words = block([["2", "Survey", "70.00", "4", "280.00"]], (0, 40, 140, 220, 300), 4, 20)
        words += block([["", "of the roof", "", "", ""], ["", "and loft", "", "", ""]], (0, 40, 140, 220, 300), 18, 12)
        assert grid(build_table(words, [], Rulings())) == [
            ["2", "Survey\nof the roof\nand loft", "70.00", "4", "280.00"]
        ]

    def test_two_lines_that_go_across_are_not_one_item(self) -> None:
        rows = [["2", "Survey", "70.00", "4", "280.00"], ["3", "Gutter", "45.00", "1", "45.00"]]
        assert build_table(block(rows, (0, 40, 140, 220, 300), 4, 20), [], Rulings()) is None

    def test_without_the_line_two_rows_tell_nothing(self) -> None:
        words = block([["Work", "Pieces", "Each", "Amount"], ["Survey", "4", "70.00", "280.00"]], self.LEFTS, 4, 20)
        assert build_table(words, [], Rulings()) is None

    def test_lines_drawn_in_the_head_part_the_body_however_near_its_words(self) -> None:
        rows = [["No", "Text", "Units", "Sum"], ["10", "300.50", "7", "1.00"], ["11", "400.50", "8", "2.00"]]
        rows.append(["12", "500.50", "9", "3.00"])
        words = block(rows, (0.0, 12.0, 80.0, 140.0), 4, 20)
        lines = tuple(Ruling(at, 0.0, 18.0) for at in (11.0, 70.0, 130.0))
        rulings = Rulings(horizontal=(Ruling(18.0, 0.0, 160.0),), vertical=lines)
        assert grid(build_table(words, [], rulings)) == rows

    def test_a_text_that_has_overflowed_is_in_the_column_that_it_begins_in(self) -> None:
        rows = [["No", "Text", "Each", "Amount"], ["1", "Lamp", "70.00", "280.00"], ["2", "Desk", "35.00", "35.00"]]
        words = block(rows[:2], (0.0, 40.0, 140.0, 220.0), 4, 20)
        words += [replace(word("with-cable-and-plug-of-kind-F", 40.0, 36.0))]
        words += block(rows[2:], (0.0, 40.0, 140.0, 220.0), 60, 20)
        lines = tuple(Ruling(at, 0.0, 18.0) for at in (30.0, 130.0, 210.0))
        table = grid(build_table(words, [], Rulings(horizontal=(Ruling(18.0, 0.0, 250.0),), vertical=lines)))
        assert table[1] == ["1", "Lamp\nwith-cable-and-plug-of-kind-F", "70.00", "280.00"]


TAXES = [["Code", "Rate", "Net", "Tax", "Gross"], ["A", "7 %", "102.80", "7.20", "110.00"]]


class TestTablesBelow:
    items = block(
        [["Room", "Nights", "Each", "Amount"], ["Lake", "1", "9.00", "9.00"], ["Wood", "2", "8.00", "16.00"]],
        (0, 150, 220, 290),
        0,
        15,
    )

    def test_a_head_over_other_columns_far_below_begins_a_table(self) -> None:
        taxes = block(TAXES, (0, 60, 105, 180, 250), 70, 15)
        assert tables_below([*self.items, *taxes], Rulings()) == [self.items, taxes]

    def test_a_head_over_other_columns_may_stand_beside_a_total(self) -> None:
        rows = [["Rate", "Net", "Tax", "Due", "25.00"], ["7 %", "23.36", "1.64", "Paid", "0.00"]]
        beside = block(rows, (0, 60, 105, 220, 290), 70, 15)
        assert tables_below([*self.items, *beside], Rulings()) == [self.items, beside]
        alone = block([["Room", "25.00"], ["Total", "50.00"]], (220, 290), 70, 15)
        assert tables_below([*self.items, *alone], Rulings()) == [[*self.items, *alone]]

    def test_a_head_over_the_same_columns_goes_on(self) -> None:
        more = block([["Extra", "Pieces", "Each", "Amount"], ["Tea", "3", "2.00", "6.00"]], (0, 150, 220, 290), 70, 15)
        assert tables_below([*self.items, *more], Rulings()) == [[*self.items, *more]]

    def test_a_head_below_a_grid_of_lines_begins_a_table_though_in_the_same_columns(self) -> None:
        ages = block(
            [["Due", "1-30", "31-60", "Total"], ["5.00", "4.00", "3.00", "12.00"]], (0, 150, 220, 290), -50, 15
        )
        words = [*ages, *self.items]
        for end, tables in ((-20, [ages, self.items]), (-30, [words])):
            lines = tuple(Ruling(at, -55, end) for at in (-5, 140, 210, 330))
            assert tables_below(words, Rulings(vertical=lines)) == tables, "lines that end among the rows are no grid"
        assert tables_below(words, Rulings(vertical=(Ruling(-5, -55, -20), Ruling(330, -55, -20)))) == [words]

    def test_what_stands_near_or_has_no_numbers_below_it_or_lines_through_both_is_one_table(self) -> None:
        near = [*self.items, *block(TAXES, (0, 60, 105, 180, 250), 45, 15)]
        notes = [*self.items, *block([TAXES[0], ["a", "b", "c", "d", "e"]], (0, 60, 105, 180, 250), 70, 15)]
        taxes = [*self.items, *block(TAXES, (0, 60, 105, 180, 250), 70, 15)]
        assert tables_below(near, Rulings()) == [near]
        assert tables_below(notes, Rulings()) == [notes]
        assert tables_below(taxes, Rulings(vertical=(Ruling(140, 0, 90),))) == [taxes]

    @pytest.mark.parametrize(("begins", "top", "parts"), [("Guests", 56, 2), ("Guests", 46, 1), ("Rooms", 56, 1)])
    def test_a_head_that_comes_again_below_a_blank_line_begins_a_table(
        self, begins: str, top: float, parts: int
    ) -> None:
        rows = [["Room", "1", "2"], ["Lake", "9.00", "18.00"], ["Wood", "8.00", "16.00"]]
        first = block([["", "Guests", ""], *rows], (0, 150, 220), -15, 15)
        second = block([["", begins, ""], *rows], (0, 150, 220), top, 15)
        words = [*first, *second]
        assert tables_below(words, Rulings()) == ([first, second] if parts == 2 else [words])

    def test_labels_and_values_far_above_a_head_are_no_lines_of_it(self) -> None:
        stay = block([["Arrival", "03-Jun"], ["Departure", "06-Jun"], ["Guest", "Okafor"]], (220, 290), -70, 12)
        assert tables_below([*stay, *self.items], Rulings()) == [stay, self.items]

    @pytest.mark.parametrize(("lines", "parts"), [((40, 58), 2), ((40,), 1), ((58,), 1), ((26, 40, 58, 73), 2)])
    def test_a_head_over_other_columns_between_lines_begins_a_table_however_near(
        self, lines: Sequence[float], parts: int
    ) -> None:
        taxes = block(TAXES, (0, 60, 105, 180, 250), 45, 15)
        rulings = Rulings(horizontal=tuple(Ruling(at, 0, 320) for at in lines))
        words = [*self.items, *taxes]
        assert tables_below(words, rulings) == ([self.items, taxes] if parts == 2 else [words])

    def test_a_head_over_the_same_columns_goes_on_though_between_lines(self) -> None:
        more = block([["Extra", "Pieces", "Each", "Amount"], ["Tea", "3", "2.00", "6.00"]], (0, 150, 220, 290), 45, 15)
        rulings = Rulings(horizontal=(Ruling(40, 0, 320), Ruling(58, 0, 320)))
        assert tables_below([*self.items, *more], rulings) == [[*self.items, *more]]

    def test_names_above_a_head_are_lines_of_it(self) -> None:
        names = block([["Price", "Amount"], ["each", "all"]], (220, 290), -60, 12)
        near = block([["Arrival", "03-Jun"], ["Departure", "06-Jun"]], (220, 290), -24, 12)
        for above in (names, near, near[2:]):
            words = [*above, *self.items]
            assert tables_below(words, Rulings()) == [words]
