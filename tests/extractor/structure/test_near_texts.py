"""Texts of two columns that stand as near as the words of one, and rows that only the white between them tells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from extractor.structure.aligned_cells import Aligned, aligned_cells
from extractor.structure.columns import Columns
from extractor.structure.drawn_columns import drawn_edges
from extractor.structure.tables import build_table
from extractor.structure.text_lines import rows_of_text
from extractor.values.reading import Ruling, Rulings, TableCell
from extractor.values.words import Word

from .test_columns import left, right
from .test_tables import grid

HEAD = ("Item", "Description", "Price", "Amount")
LINE = Rulings((Ruling(115, 0, 400), Ruling(190, 0, 400)))


def items(second: Sequence[tuple[str, float]]) -> list[Word]:
    """Two items below a head, parted by a line; texts and where they begin are the last line of the first one."""
    words = [each for text, at in zip(HEAD, (0, 60, 180, 260), strict=True) for each in left(text, at, 100)]
    for top, number, price, amount in ((120, "1", "3.50", "70.00"), (195, "2", "0.75", "7.50")):
        words += left(number, 0, top) + left("Roller", 60, top) + right(price, 205, top) + right(amount, 290, top)
        words += left("steel", 60, top + 12) + left("AB", 0, top + 12)
    return [*words, *(each for text, at in second for each in left(text, at, 144))]


def first_item(words: Sequence[Word]) -> list[str]:
    (row,) = (row for row in grid(build_table(words, [], LINE)) if "70.00" in row)
    return row


class TestFlushLeft:
    def test_a_word_where_the_next_columns_lines_begin_is_theirs(self) -> None:
        words = items([("40123450012", 0), ("wide", 60)])  # a space after the number
        assert first_item(words) == ["1\nAB\n40123450012", "Roller\nsteel\nwide", "3.50", "70.00"]

    def test_a_text_that_only_reaches_over_is_whole(self) -> None:
        words = items([("article of catalogue", 0)])
        assert first_item(words) == ["1\nAB\narticle of catalogue", "Roller\nsteel", "3.50", "70.00"]


def sizes(first: Sequence[str]) -> list[Word]:
    """Five columns of numbers; those of the first row, as wide as they get, end where the others' do."""
    words = []
    for row, texts in enumerate([first, *[["80", "96", "104", "112", "128"]] * 5]):
        words += left(f"0.{row}", 0, 100 + 14 * row)
        for text, at in zip(texts, (80, 108, 136, 164, 192), strict=True):
            words += right(text, at, 100 + 14 * row)
    return words


class TestNumbersInARow:
    def test_numbers_a_space_apart_are_entries_of_their_columns(self) -> None:
        widest = ["800", "1,120", "1,200", "1,280", "1,440"]
        assert grid(build_table(sizes(widest), [], Rulings()))[0] == ["0.0", *widest]

    def test_words_a_space_apart_are_one_text_over_them(self) -> None:
        words = sizes(["", "", "", "", ""]) + left("not measured here", 84, 100)
        assert "not measured here" in grid(build_table(words, [], Rulings()))[0]


class TestBars:
    ROWS = (left("Source", 30, 100) + left("Examples", 110, 100), left("Mobile:", 4, 120), left("Road", 30, 140))

    def test_the_side_of_a_bar_beside_all_words_parts_nothing(self) -> None:
        """It runs a hair right of where the outermost word begins."""
        assert drawn_edges([Ruling(4.2, 115, 150), Ruling(100, 98, 150)], self.ROWS, 10) == [100]

    def test_a_line_between_words_parts_them(self) -> None:
        assert drawn_edges([Ruling(85, 98, 150), Ruling(100, 98, 150)], self.ROWS, 10) == [85, 100]


def _cells(bounds: Sequence[float], columns: int = 3) -> list[TableCell]:
    """The model's cells between these heights, in columns of 120."""
    return [
        TableCell(row, column, 1, 1, row == 0, (column * 120.0, top, column * 120.0 + 110, bottom), 0.9)
        for row, (top, bottom) in enumerate(pairwise(bounds))
        for column in range(columns)
    ]


def texts_of_lines(pitches: Sequence[float]) -> list[Word]:
    """A head and entries of three lines each, all in words; the white before line n is `pitches[n]`."""
    entries = [
        ("Head", "Meaning", "Example"),
        ("Major", "many tons in each", "steel mills"),
        ("", "year of one kind", "and works"),
        ("", "or of several", "of that kind"),
        ("Area", "fewer tons in each", "small shops"),
        ("", "year of any kind", "and cleaners"),
        ("", "one or several", "of clothes"),
        ("Road", "motor traffic", "cars"),
    ]
    words, top = [], 100.0
    for texts, pitch in zip(entries, pitches, strict=True):
        top += pitch
        for column, text in enumerate(texts):
            words += left(text, 120 * column, top)
    return words


class TestRowsByWhite:
    LINES = Rulings((Ruling(112, 0, 360),))

    def test_cells_that_drift_give_way_to_the_white_between_the_rows(self) -> None:
        words = texts_of_lines([0, 22, 12, 12, 22, 12, 12, 22])
        # The model's second row ends after its first line, and its third one begins there.
        drifted = _cells([98, 112, 134, 182, 206, 230])
        assert [row[0] for row in grid(build_table(words, drifted, self.LINES))] == ["Head", "Major", "Area", "Road"]

    def test_where_all_lines_stand_alike_the_models_rows_stay(self) -> None:
        words = texts_of_lines([0, 12, 12, 12, 12, 12, 12, 12])
        cells = _cells([98, 111, 147, 183, 196])
        assert [row[0] for row in grid(build_table(words, cells, Rulings()))] == ["Head", "Major", "Area", "Road"]

    def test_lines_that_begin_in_the_first_column_are_rows_however_near(self) -> None:
        rows = [("Policy", "H-77", "Broker"), ("Holder", "Ana", ""), ("Item", "Hull", "Cover"), ("Sum", "312", "Card")]
        words = []
        for texts, top in zip(rows, (100, 112, 140, 152), strict=True):
            words += [each for column, text in enumerate(texts) for each in left(text, 120 * column, top)]
        for bounds in ([98, 111, 124, 151, 164], [98, 111, 124, 145, 164]):
            found = [row[0] for row in grid(build_table(words, _cells(bounds), Rulings()))]
            assert found == ["Policy", "Holder", "Item", "Sum"]


class TestFarTexts:
    COLUMNS = Columns((100.0, 200.0))
    QUANTITY = left("2 pcs", 193, 100)  # the column's edge is between the two

    def columns_of(self, *others: list[Word]) -> list[int]:
        """The columns of the quantity's words beside the other texts of its row."""
        return [column for column, _ in self.COLUMNS.placed(self.QUANTITY, [*others, self.QUANTITY], 10)]

    def test_a_quantity_goes_with_its_unit_not_with_a_price_far_left(self) -> None:
        assert self.columns_of(left("86.50", 110, 100)) == [2, 2]

    def test_where_nothing_else_stands_words_are_where_they_stand(self) -> None:
        assert self.columns_of() == [1, 2]
        assert self.columns_of(left("Rent", 20, 100)) == [1, 2]

    def test_a_text_close_by_is_of_the_same_cell(self) -> None:
        assert self.columns_of(left("86.50", 160, 100)) == [1, 2]

    def test_a_column_with_a_text_of_its_own_takes_no_other(self) -> None:
        assert self.columns_of(left("86.50", 110, 100), left("17.30", 280, 100)) == [1, 2]


class TestCloseNames:
    """A head as wide as its narrow columns: its names stand a space apart, like the words of a title."""

    NAMES = ("Probe number", "Water bath", "Sugar", "Yeast mixed")

    def mixtures(
        self,
        head: Sequence[tuple[str, float]],
        flush_right: bool,
        cells: Sequence[TableCell] = (),
        rulings: Rulings | None = None,
    ) -> list[list[str]]:
        """A head's texts where they begin, above three rows of entries that begin, or end, where `NAMES` do."""
        words = [each for text, at in head for each in left(text, at, 100)]
        at = 0.0
        for name, entries in zip(self.NAMES, ("234", ("24", "12", "4"), ("0", "12", "16"), "484"), strict=True):
            end = at + 5 * len(name.replace(" ", "")) + 3 * name.count(" ")
            for row, entry in enumerate(entries):
                words += right(entry, end, 120 + 20 * row) if flush_right else left(entry, at, 120 + 20 * row)
            at = end + 3
        return grid(build_table(words, cells, rulings or Rulings()))

    @pytest.mark.parametrize("flush_right", [False, True])
    def test_names_a_space_apart_stand_each_above_its_entries(self, flush_right: bool) -> None:
        found = self.mixtures([(" ".join(self.NAMES), 0)], flush_right)
        assert found[:2] == [list(self.NAMES), ["2", "24", "0", "4"]]

    def test_names_above_a_line_are_parted_where_the_model_joins_them(self) -> None:
        sides = pairwise((0, 63, 116, 144, 200))
        cells = [
            TableCell(row, column, 1, 1, False, (left, 98 + 20 * row, right, 116 + 20 * row), 0.9)
            for column, (left, right) in enumerate(sides)
            for row in range(1, 4)
        ]
        head = TableCell(0, 0, 1, 4, True, (0, 98, 200, 112), 0.9)
        line = Rulings(tuple(Ruling(at, 0, 200) for at in (96, 115, 175)))
        assert self.mixtures([(" ".join(self.NAMES), 0)], False, [head, *cells], line)[0] == list(self.NAMES)

    @pytest.mark.parametrize("flush_right", [False, True])
    def test_a_title_as_wide_is_one_text(self, flush_right: bool) -> None:
        title = "Mixtures of the second series tubes"
        found = self.mixtures([(title, 0)], flush_right)
        assert title in found[0] and found[1] == ["2", "24", "0", "4"]


class TestNamesOfSeveralLines:
    """Wrapped names above a text in each column: every line runs across, and the model has those of the head in one."""

    @pytest.mark.parametrize(
        ("second", "rows"),
        [
            (("scored in", "granted to", "at 1% cap"), 4),
            (("Lisbon", "Porto", "Faro"), 5),  # entries
            (("in", "to", "12"), 5),
        ],
    )
    def test_lines_that_go_on_are_one_row(self, second: Sequence[str], rows: int) -> None:
        lines = [("States", "Exceptions", "Districts"), second, *[("Yes", "No", "Yes")] * 3]
        words = [
            each
            for number, line in enumerate(lines)
            for text, at in zip(line, (0, 120, 240), strict=True)
            for each in left(text, at, 100 + 12 * number)
        ]
        seen = Aligned(rows_of_text(words), Columns((100.0, 220.0), (0, 1, 2, 3, 4)), Rulings(), 10)
        cells = aligned_cells(seen, [0, 0, 1, 2, 3], _cells([98, 122, 134, 146, 158]), None)
        assert max(cell.row for cell, _ in cells) + 1 == rows
