"""Words and lines and the model's structure -> tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from extractor.reading.rulings import find_rulings
from extractor.structure.table_views import text_rows
from extractor.structure.tables import build_table
from extractor.values.boxes import Box
from extractor.values.document import Table
from extractor.values.reading import Ruling, Rulings, TableCell
from extractor.values.words import Word


def word(text: str, left: float, top: float, height: float = 10.0) -> Word:
    return Word(text, (left, top, left + 5 * len(text), top + height), 0, "text_layer", height)


def structure(rows: int, columns: int, box: Box = (0.0, 0.0, 300.0, 200.0)) -> list[TableCell]:
    """A plain grid that fills the box evenly."""
    width, height = (box[2] - box[0]) / columns, (box[3] - box[1]) / rows
    return [
        TableCell(
            row,
            column,
            1,
            1,
            row == 0,
            (
                box[0] + column * width + 4,
                box[1] + row * height + 4,
                box[0] + (column + 1) * width - 4,
                box[1] + (row + 1) * height - 4,
            ),
            0.9,
        )
        for row in range(rows)
        for column in range(columns)
    ]


def grid(table: Table | None) -> list[list[str]]:
    """The texts by place; a spanning cell's in its first place, None where it reaches."""
    assert table is not None
    places = [["-"] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        places[cell.row][cell.column] = cell.text
    return places


def build(words: Sequence[Word], cells: Sequence[TableCell], rulings: Rulings | None = None) -> Table | None:
    return build_table(words, cells, rulings or Rulings())


def test_two_columns_between_lines_are_rows_though_no_row_of_text_runs_across() -> None:
    items = [
        ("Items", 0, 0),
        ("Amount", 200, 0),
        ("Shirt", 0, 16),
        ("sand", 0, 28),
        ("size M", 0, 40),
        ("1 of 1", 200, 22),
    ]
    items += [("Belt", 0, 60), ("black", 0, 72), ("2 of 2", 200, 66)]
    words = [word(text, left, top) for text, left, top in items]
    lines = Rulings(horizontal=(Ruling(13, -5, 240), Ruling(55, -5, 240)))
    assert grid(build(words, [], lines)) == [
        ["Items", "Amount"],
        ["Shirt\nsand\nsize M", "1 of 1"],
        ["Belt\nblack", "2 of 2"],
    ]
    short = Rulings(horizontal=(Ruling(13, -5, 40), Ruling(55, -5, 40)))
    assert build(words, [], short) is None


def test_rows_of_text_keep_their_order_where_the_models_boxes_drift() -> None:
    words = [word(f"r{row}c{column}", 10 + 100 * column, 5 + 20 * row) for row in range(10) for column in range(3)]
    drifted = structure(10, 3, (0.0, 14.0, 300.0, 214.0))
    assert grid(build(words, drifted)) == [[f"r{row}c{column}" for column in range(3)] for row in range(10)]


def test_a_cell_of_two_lines_takes_both() -> None:
    cells = structure(2, 2, (0.0, 0.0, 300.0, 100.0))
    words = [word("Name", 10, 20), word("Sum", 160, 20), word("two", 10, 60), word("lines", 10, 72), word("9", 160, 66)]
    assert grid(build(words, cells)) == [["Name", "Sum"], ["two\nlines", "9"]]


def test_every_word_is_in_exactly_one_cell_even_outside_the_models_boxes() -> None:
    words = [word("inside", 10, 10), word("far", 900, 900), word("left", -80, 50), word("x", 160, 110)]
    table = build(words, structure(2, 2))
    assert table is not None
    assert sorted(" ".join(cell.text for cell in table.cells).split()) == ["far", "inside", "left", "x"]
    assert sorted("\t".join(text_rows(table)).split()) == ["far", "inside", "left", "x"]


def test_no_grid_no_table() -> None:
    assert build([word("alone", 10, 10)], structure(1, 1)) is None
    assert build([], structure(3, 3)) is None


def test_one_column_is_text() -> None:
    lines = [word("Ferry", 10, 10), word("Harbour", 10, 60), word("Ticket", 10, 110)]
    assert build(lines, structure(3, 1)) is None
    assert build([*lines, word("16.50", 160, 110)], structure(3, 2)) is not None


def test_overlapping_spans_are_cut() -> None:
    cells = [
        TableCell(0, 0, 1, 3, False, (0.0, 0.0, 95.0, 20.0), 0.9),
        TableCell(0, 1, 1, 1, False, (100.0, 0.0, 200.0, 20.0), 0.9),
        TableCell(1, 0, 5, 1, False, (0.0, 20.0, 100.0, 40.0), 0.9),
    ]
    table = build([word("a", 10, 5), word("b", 110, 5), word("c", 10, 25)], cells)
    assert table is not None
    taken = [
        (cell.row + down, cell.column + across)
        for cell in table.cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    ]
    assert len(taken) == len(set(taken))
    assert max(row for row, _ in taken) == table.rows - 1


FULL_GRID = Rulings(
    horizontal=tuple(Ruling(at, 0, 300) for at in (0, 50, 100)),
    vertical=tuple(Ruling(at, 0, 100) for at in (0, 150, 300)),
)


def test_the_pages_own_lines_overrule_the_model() -> None:
    words = [word("Reagents", 10, 20), word("Supplies", 160, 20)]
    words += [word("DNA", 10, 55), word("buffer", 10, 67), word("rack", 160, 55), word("tips", 160, 67)]
    assert grid(build(words, structure(4, 2), FULL_GRID)) == [["Reagents", "Supplies"], ["DNA\nbuffer", "rack\ntips"]]


def test_a_row_between_lines_is_header_where_the_model_says_so() -> None:
    """The lines say where the cells are, the model which of them are the header."""
    words = [word("Reagents", 10, 20), word("Supplies", 160, 20)]
    words += [word("DNA", 10, 55), word("buffer", 10, 67), word("rack", 160, 55), word("tips", 160, 67)]
    seen = [replace(cell, header=cell.row < 2) for cell in structure(8, 2)]
    table = build(words, seen, FULL_GRID)
    assert table is not None
    assert [(cell.text, cell.header) for cell in table.cells] == [
        ("Reagents", True),
        ("Supplies", True),
        ("DNA\nbuffer", False),
        ("rack\ntips", False),
    ]


def test_a_body_without_lines_between_its_rows_keeps_the_models_rows() -> None:
    rulings = Rulings(
        horizontal=tuple(Ruling(at, 0, 300) for at in (0, 20, 100)),
        vertical=tuple(Ruling(at, 0, 100) for at in (0, 100, 200, 300)),
    )
    rows = [["Item", "Net", "Gross"], ["A", "1.00", "1.19"], ["B", "2.00", "2.38"], ["C", "3.00", "3.57"]]
    words = [word(text, 10 + 100 * c, 5 + 25 * r) for r, row in enumerate(rows) for c, text in enumerate(row)]
    assert grid(build(words, structure(4, 3, (0.0, 0.0, 300.0, 100.0)), rulings)) == rows


def test_a_place_between_lines_that_the_model_stopped_before_is_a_cell() -> None:
    rows = [["Item", "Sum"], ["Desk", "240.00"], ["Total", "320.00"]]
    words = [word(text, 10 + 150 * c, 10 + 30 * r) for r, row in enumerate(rows) for c, text in enumerate(row)]
    rulings = Rulings(
        horizontal=tuple(Ruling(at, 0, 300) for at in (0, 30, 60, 90)),
        vertical=tuple(Ruling(at, 0, 90) for at in (0, 150, 300)),
    )
    assert grid(build(words, structure(3, 2, (0.0, 0.0, 300.0, 90.0))[:-1], rulings)) == rows


def test_a_line_that_stops_short_makes_a_row_span() -> None:
    rulings = Rulings(
        horizontal=(Ruling(0, 0, 300), Ruling(30, 0, 300), Ruling(60, 150, 300), Ruling(90, 0, 300)),
        vertical=tuple(Ruling(at, 0, 90) for at in (0, 150, 300)),
    )
    words = [word("Area", 10, 10), word("Skill", 160, 10), word("Values", 10, 40)]
    words += [word("one", 160, 40), word("two", 160, 70)]
    table = build(words, structure(3, 2, (0.0, 0.0, 300.0, 90.0)), rulings)
    assert table is not None
    spans = {cell.text: (cell.row, cell.column, cell.row_span) for cell in table.cells}
    assert spans == {"Area": (0, 0, 1), "Skill": (0, 1, 1), "Values": (1, 0, 2), "one": (1, 1, 1), "two": (2, 1, 1)}


def test_a_shaded_header_without_a_line_keeps_its_two_cells() -> None:
    rulings = Rulings(
        horizontal=tuple(Ruling(at, 0, 300) for at in (0, 30, 60)),
        vertical=(Ruling(0, 0, 60), Ruling(150, 30, 60), Ruling(300, 0, 60)),
    )
    spanning = [
        TableCell(0, 0, 1, 2, True, (0.0, 0.0, 300.0, 30.0), 0.9),
        TableCell(1, 0, 1, 1, False, (0.0, 30.0, 150.0, 60.0), 0.9),
        TableCell(1, 1, 1, 1, False, (150.0, 30.0, 300.0, 60.0), 0.9),
    ]
    words = [word("Area", 10, 10), word("Skill", 160, 10), word("a", 10, 40), word("b", 160, 40)]
    assert grid(build(words, spanning, rulings)) == [["Area", "Skill"], ["a", "b"]]


class TestFindRulings:
    def drawing(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        image = Image.new("RGB", (600, 300), "white")
        return image, ImageDraw.Draw(image)

    def test_thin_light_lines(self) -> None:
        image, draw = self.drawing()
        draw.line((50, 100, 550, 100), fill="#d0d0d0")
        draw.line((300, 20, 300, 280), fill="#d0d0d0")
        rulings = find_rulings(np.array(image), 20)
        (across,), (down,) = rulings.horizontal, rulings.vertical
        assert (across.at, across.start, across.end) == pytest.approx((100.5, 50, 551), abs=1.5)
        assert (down.at, down.start, down.end) == pytest.approx((300.5, 20, 281), abs=1.5)

    def test_edges_of_a_shaded_row(self) -> None:
        image, draw = self.drawing()
        draw.rectangle((50, 100, 550, 140), fill="#e8e8e8")
        rulings = find_rulings(np.array(image), 20)
        assert [line.at for line in rulings.horizontal] == pytest.approx([100, 141], abs=1)

    def test_text_is_not_a_line(self) -> None:
        image, draw = self.drawing()
        for top in range(20, 280, 30):
            draw.text((20, top), "The quick brown fox jumps over EEEE TTTT HHHH ____ llll 1111", fill="black")
        rulings = find_rulings(np.array(image), 12)
        assert not rulings.vertical
        assert all(line.end - line.start < 60 for line in rulings.horizontal)


def test_a_column_of_the_models_that_no_word_stands_in_does_not_join_rows() -> None:
    lines = [
        (("#", 0), ("Work", 40), ("Pieces", 150), ("Each", 220), ("Sum", 290)),
        (("1", 0), ("Gutter", 40), ("1", 150), ("640.00", 220), ("640.00", 290)),
        (("8 m long", 40),),
        (("2", 0), ("Pipe", 40), ("2", 150), ("48.50", 220), ("97.00", 290)),
        (("3", 0), ("Scaffold", 40), ("1", 150), ("310.00", 220), ("310.00", 290)),
    ]
    tops = [0, 20, 32, 52, 72]
    words = [word(text, left, top) for texts, top in zip(lines, tops, strict=True) for text, left in texts]
    sides = [(-5.0, 20.0), (30.0, 130.0), (140.0, 205.0), (210.0, 280.0), (285.0, 330.0)]
    # The model has head and first item as one row, and beside them a cell that holds nothing.
    torn = [
        TableCell(row, column, 1 + (row == 0), 1, False, (left, top - 1.0, right, top + 11.0 + 20.0 * (row == 0)), 0.9)
        for row, top in enumerate(tops)
        for column, (left, right) in enumerate(sides)
        if row != 1
    ]
    torn.append(TableCell(1, 5, 1, 1, False, (160.0, 16.0, 200.0, 30.0), 0.9))
    expected = [
        ["#", "Work", "Pieces", "Each", "Sum"],
        ["1", "Gutter\n8 m long", "1", "640.00", "640.00"],
        ["2", "Pipe", "2", "48.50", "97.00"],
        ["3", "Scaffold", "1", "310.00", "310.00"],
    ]
    assert grid(build(words, torn)) == expected
    assert grid(build(words, torn[:-1])) == expected, "without that cell as well"


@pytest.mark.parametrize("sign", ["$", "x"])
def test_a_currency_sign_far_before_its_number_is_in_its_cell(sign: str) -> None:
    lines = [
        (("2023", 160), ("2022", 260)),
        (("Sales", 0), (sign, 110), ("48,210", 150), (sign, 210), ("41,005", 250)),
        (("Costs", 0), ("(30,115)", 140), ("(26,870)", 240)),
        (("Gross", 0), ("18,095", 150), ("14,135", 250)),
        (("Rent", 0), ("(9,400)", 145), ("(8,215)", 245)),
        (("Profit", 0), (sign, 110), ("8,695", 155), (sign, 210), ("5,920", 255)),
    ]
    words = [word(text, left, 20.0 * row) for row, texts in enumerate(lines) for text, left in texts]
    # The model has a column between the two of figures.
    sides = [(0.0, 100.0), (110.0, 155.0), (165.0, 210.0), (215.0, 290.0)]
    cells = [
        TableCell(row, column, 1, 1, False, (left, 20.0 * row, right, 20.0 * row + 12), 0.9)
        for row in range(len(lines))
        for column, (left, right) in enumerate(sides)
    ]
    found = grid(build(words, cells))
    expected = [
        ["", "2023", "2022"],
        ["Sales", "$ 48,210", "$ 41,005"],
        ["Costs", "(30,115)", "(26,870)"],
        ["Gross", "18,095", "14,135"],
        ["Rent", "(9,400)", "(8,215)"],
        ["Profit", "$ 8,695", "$ 5,920"],
    ]
    assert (found == expected) == (sign == "$"), "letters there are no signs of the numbers"
