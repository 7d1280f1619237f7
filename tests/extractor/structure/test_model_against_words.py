"""Tables where the model's cells, or the white, would put words into another row or column than a reader does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from extractor.structure.closed_boxes import are_closed
from extractor.structure.headed_gutters import parted_by_head
from extractor.values.reading import Ruling, Rulings, TableCell
from extractor.values.words import Word

from .test_columns import left, right, statement
from .test_tables import build, grid, structure, word

PITCH = 20.0


def with_span(cells: Sequence[TableCell], row: int, rows: int, column: int = 0) -> list[TableCell]:
    """The model's cells, one of them over several rows."""
    kept = [cell for cell in cells if not (cell.column == column and row < cell.row < row + rows)]
    box = next(cell.box for cell in cells if (cell.row, cell.column) == (row + rows - 1, column))
    return [
        replace(cell, row_span=rows, box=(*cell.box[:3], box[3])) if (cell.row, cell.column) == (row, column) else cell
        for cell in kept
    ]


def dated(dates: Sequence[str]) -> list[list[str]]:
    """A table of entries with these dates, whose model has one cell over the second to the fourth row."""
    rows = [("Date", "Entry", "Balance"), *((date, "Card", f"{at}1.50") for at, date in enumerate(dates, start=1))]
    words: list[Word] = []
    for number, (date, entry, balance) in enumerate(rows):
        words += [
            *left(date, 4, PITCH * number),
            *left(entry, 104, PITCH * number),
            *right(balance, 300, PITCH * number),
        ]
    cells = structure(len(rows), 3, (0.0, 0.0, 300.0, PITCH * len(rows)))
    return grid(build(words, with_span(cells, 1, 3)))


def test_a_date_in_words_is_of_the_row_that_it_stands_in() -> None:
    dates = ("", "02 Jun", "", "03 Jun")
    assert [row[0] for row in dated(dates)] == ["Date", *dates]


def test_a_name_in_the_middle_of_its_rows_is_of_all_of_them() -> None:
    assert [row[0] for row in dated(("", "Retail", "", "Online"))] == ["Date", "Retail", "-", "-", "Online"]


def test_a_name_beside_neither_the_first_nor_the_middle_row_is_of_its_own() -> None:
    names = ("", "", "Retail", "Online")
    assert [row[0] for row in dated(names)] == ["Date", *names]


CREDITS = (3, 30)
HEAD = Rulings(horizontal=(Ruling(115, 0, 400),))


def entries(count: int, credits: Sequence[int] = CREDITS, head: str = "Credit") -> list[Word]:
    """A head above a line, and so many rows: a name, a debit or, in few, a credit, and a balance."""
    rows = [
        ("Card", "" if at in credits else "47.09", "74.40" if at in credits else "", "2,252.91") for at in range(count)
    ]
    return statement([("Entry", "Debit", head, "Balance"), *rows], (180, 280, 400))


def test_few_credits_in_a_long_statement_are_a_column() -> None:
    read = grid(build(entries(36), [], HEAD))
    assert read[0] == ["Entry", "Debit", "Credit", "Balance"]
    assert read[4] == ["Card", "", "74.40", "2,252.91"]
    assert read[5] == ["Card", "47.09", "", "2,252.91"]


@pytest.mark.parametrize("shape", [(59, 4), (50, 5)])
def test_one_credit_in_a_long_statement_is_in_its_column_without_a_line_below_the_head(shape: tuple[int, int]) -> None:
    """The model has rows too few, and so joins entries, or a column too many."""
    read = grid(build(entries(60, (30,)), structure(*shape, (0.0, 90.0, 400.0, 1320.0))))
    assert (len(read), read[0]) == (61, ["Entry", "Debit", "Credit", "Balance"])
    assert read[31] == ["Card", "", "74.40", "2,252.91"]


def test_white_below_a_name_of_the_head_is_parted_only_by_entries_apart_from_both_sides() -> None:
    head = [left(text, at, 0) for text, at in (("Entry", 0), ("Credit", 250), ("Balance", 360))]
    entry, far, near = ([left("74.40", at, 20)] for at in (255, 320, 353))
    long = [left("a name that goes on and on and runs into it", 90, 40)]
    whole, parted = [(100.0, 360.0)], [(100.0, 250.0), (280.0, 360.0)]
    assert parted_by_head(whole, [head, entry], 7.0) == parted
    assert parted_by_head(whole, [head, entry, near], 7.0) == parted, "another text in the strip"
    assert parted_by_head(whole, [head, far], 7.0) == whole, "no entry below the name"
    assert parted_by_head(whole, [head, entry, long], 7.0) == whole, "a text that runs into the strip"
    assert parted_by_head(whole, [[], entry], 7.0) == whole, "no name"


def test_two_columns_of_few_entries_may_stand_side_by_side() -> None:
    head = [left(text, at, 0) for text, at in (("Entry", 0), ("Fee", 180), ("Credit", 250), ("Balance", 360))]
    fee, credit = [left("3.40", 175, 20)], [left("74.40", 255, 40)]
    assert parted_by_head([(100.0, 360.0)], [head, fee, credit], 7.0) == [(100.0, 175), (195, 250), (280, 360.0)]
    across = [left("74.40 and 1.50", 190, 40)]
    assert parted_by_head([(100.0, 360.0)], [head, across], 7.0) == [(100.0, 360.0)], "an entry below two names"


def item_table(first_name: str) -> list[list[str]]:
    """A table whose model has the head and the line below it in cells over two rows."""
    rows = [
        ("No", "Service", "Sum"),
        *((str(at), name, f"{at}80.00") for at, name in enumerate((first_name, "Fitting"), start=1)),
    ]
    words = [
        word(text, at, PITCH * number)
        for number, row in enumerate(rows)
        for text, at in zip(row, (4, 104, 250), strict=True)
    ]
    cells = structure(3, 3, (0.0, 0.0, 300.0, 3 * PITCH))
    for column in range(3):
        cells = with_span(cells, 0, 2, column)
    return grid(build(words, cells))


def test_an_item_in_the_cells_of_the_head_is_a_row_of_its_own() -> None:
    assert item_table("Staircase")[:2] == [["No", "Service", "Sum"], ["1", "Staircase", "180.00"]]


def rows_of(rows: Sequence[tuple[str, str, str]], rows_of_model: int) -> tuple[list[Word], list[TableCell]]:
    """Rows of a code, a name and an amount, and a model's plain grid of so many rows over them."""
    words: list[Word] = []
    for number, (code, name, amount) in enumerate(rows):
        words += [*left(code, 4, PITCH * number), *left(name, 104, PITCH * number), *right(amount, 300, PITCH * number)]
    return words, structure(rows_of_model, 3, (0.0, 0.0, 300.0, PITCH * len(rows)))


def test_a_cell_of_the_head_ends_where_the_first_item_begins() -> None:
    rows = [("No", "Service", "Sum"), *((str(at), "Fitting", f"{at}80.00") for at in range(1, 5))]
    words, cells = rows_of(rows, 5)
    assert grid(build(words, with_span(cells, 0, 2)))[:2] == [["No", "Service", "Sum"], ["1", "Fitting", "180.00"]]


def test_a_cell_of_the_head_keeps_the_heads_second_line() -> None:
    rows = [("Kind of", "Service", "Sum"), ("work", "", "EUR"), *((f"K{at}", "Fit", f"{at}8.00") for at in range(1, 5))]
    words, cells = rows_of(rows, 6)
    read = grid(build(words, with_span(cells, 0, 2)))
    assert [row[0] for row in read] == ["Kind of\nwork", "-", "K1", "K2", "K3", "K4"]


def test_numbers_of_two_rows_are_in_two_cells() -> None:
    rows = [("No", "Service", "Sum"), *((str(at), "Fitting", f"{at}80.00") for at in range(1, 5))]
    words, cells = rows_of(rows, 5)
    assert [row[0] for row in grid(build(words, with_span(cells, 2, 2)))] == ["No", "1", "2", "3", "4"]


def goods(first: tuple[str, str]) -> list[list[str]]:
    """Goods with a number and a price each, `first` those of the first, whose model has both in one cell."""
    rows = [("Goods", "Pieces", "Each", "Sum"), ("Tea", *first, "6.00")]
    rows += [(f"Cup {at}", f"{at}", f"{at}.50", f"{at}2.00") for at in range(2, 6)]
    cells = structure(6, 4, (0.0, 90.0, 300.0, 90.0 + 6 * PITCH))
    wide = [
        replace(cell, column_span=2, box=(*cell.box[:2], 221.0, cell.box[3]))
        if (cell.row, cell.column) == (1, 1)
        else cell
        for cell in cells
        if (cell.row, cell.column) != (1, 2)
    ]
    return grid(build(statement(rows, (120, 200, 290)), wide))


def test_numbers_of_two_columns_share_no_cell() -> None:
    assert goods(("3", "2.00"))[1] == ["Tea", "3", "2.00", "6.00"]


def test_a_text_may_be_in_a_cell_over_two_columns_of_numbers() -> None:
    assert goods(("", "at no charge"))[1] == ["Tea", "at no charge", "-", "6.00"]


FORM_LINES = Rulings(
    horizontal=tuple(Ruling(at, 0, 300) for at in (0, 40, 80, 120)),
    vertical=(Ruling(0, 0, 120), Ruling(300, 0, 120), Ruling(150, 0, 40), Ruling(70, 40, 80), Ruling(220, 80, 120)),
)
FORM_WORDS = [
    *(word("Shipper", 4, 4), word("Baltic", 4, 18), word("Booking", 154, 4), word("7712", 154, 18)),
    *(word("Vessel", 4, 44), word("Astrid", 4, 58), word("Loading", 74, 44), word("Tallinn", 74, 58)),
    *(word("Goods", 4, 84), word("Spruce", 4, 98), word("Kilos", 224, 84), word("38400", 224, 98)),
]


def test_boxes_of_a_form_hold_their_words_though_each_row_has_sides_of_its_own() -> None:
    read = grid(build(FORM_WORDS, structure(6, 3, (0.0, 0.0, 300.0, 120.0)), FORM_LINES))
    assert [[text for text in row if text != "-"] for row in read] == [
        ["Shipper\nBaltic", "Booking\n7712"],
        ["Vessel\nAstrid", "Loading\nTallinn"],
        ["Goods\nSpruce", "Kilos\n38400"],
    ]


ACROSS = frozenset((row, column) for row in range(2) for column in range(3))
DOWN = frozenset((row, column) for row in range(3) for column in range(2))


@pytest.mark.parametrize("gone", sorted(ACROSS))
def test_lines_close_boxes_only_where_every_side_is_drawn(gone: tuple[int, int]) -> None:
    assert are_closed(2, 2, ACROSS, DOWN)
    assert not are_closed(2, 2, ACROSS - {gone}, DOWN)
    assert not are_closed(2, 2, ACROSS, DOWN - {gone[::-1]})


def test_a_line_that_ends_inside_a_box_closes_none() -> None:
    across, down = ACROSS | {(0, 3), (1, 3)}, DOWN | {(row, 2) for row in range(3)}
    assert are_closed(2, 3, across - {(0, 1)}, down), "a box over two columns"
    assert not are_closed(2, 3, across - {(0, 1)}, down - {(1, 0)})


@pytest.mark.parametrize("mark", ["[x]", "\u2013"])
def test_a_check_box_is_in_the_cell_of_its_label(mark: str) -> None:
    """The model's cells part at 130: the mark is left of it, its label right; a dash stays where it is drawn."""
    words = [*left("Water", 4, 4), *left("Fire", 134, 4), *left("yes", 4, 24), word(mark, 108, 24), word("no", 128, 24)]
    cells = [
        replace(cell, box=(0.0, cell.box[1], 124.0, cell.box[3])) if cell.column == 0 else cell
        for cell in structure(2, 2, (0.0, 0.0, 250.0, 40.0))
    ]
    assert grid(build(words, cells))[1] == (["yes", "[x] no"] if mark == "[x]" else ["yes \u2013", "no"])


BOARDS = [("Board", "Unit", "Each", "Sum"), *((name, "piece", "4.00", "8.00") for name in ("Oak", "Ash", "Elm", "Fir"))]


def boards(last: Sequence[str], whole: Sequence[int]) -> list[list[str]]:
    """Four boards and a last row, whose model has one cell all across in these rows."""
    words: list[Word] = []
    for number, (name, unit, each, amount) in enumerate([*BOARDS, last]):
        top = PITCH * number
        words += [*left(name, 4, top), *left(unit, 104, top), *right(each, 290, top), *right(amount, 390, top)]
    cells = structure(6, 4, (0.0, 0.0, 400.0, 6 * PITCH))
    across = [
        replace(cell, column_span=4, box=(4.0, cell.box[1], 396.0, cell.box[3]))
        for cell in cells
        if cell.row in whole and cell.column == 0
    ]
    kept = [cell for cell in cells if cell.row not in whole]
    return grid(build(words, sorted([*kept, *across], key=lambda cell: (cell.row, cell.column))))


def test_texts_far_apart_in_one_cell_are_of_their_columns() -> None:
    read = boards(("", "Net sum", "", "32.00"), [5])
    assert read[-1] == ["", "Net sum", "", "32.00"]
    assert boards(("", "", "", "none"), [5])[-1] != ["", "", "", "none"], "one text"


def test_names_of_all_columns_in_one_cell_are_a_head() -> None:
    assert boards(("Yew", "piece", "4.00", "8.00"), [0])[0] == list(BOARDS[0])


def test_a_text_that_begins_where_a_later_column_does_is_of_that() -> None:
    sums = [list(row) for row in (*BOARDS, ("", "Sum", "4.00", "32.00"))]
    words = [
        word
        for number, (name, unit, each, amount) in enumerate(sums)
        for word in (
            *left(name, 4, PITCH * number),
            *left(unit, 104, PITCH * number),
            *right(each, 290, PITCH * number),
            *right(amount, 390, PITCH * number),
        )
    ]
    cells = structure(6, 4, (0.0, 0.0, 400.0, 6 * PITCH))
    last = next(cell for cell in cells if (cell.row, cell.column) == (5, 0))
    spanned = [cell for cell in cells if cell.row < 5 or cell.column > 1]
    wide = replace(last, column_span=2, box=(4.0, last.box[1], 196.0, last.box[3]))
    assert grid(build(words, [*spanned, wide]))[-1] == ["", "Sum", "4.00", "32.00"]


def test_a_number_in_a_column_that_the_models_row_lacks_has_a_cell() -> None:
    words = [
        word
        for number, row in enumerate([*BOARDS, ("", "", "Sum", "32.00")])
        for text, at in zip(row, (4, 104, 204, 304), strict=True)
        for word in left(text, at, PITCH * number)
    ]
    cells = [cell for cell in structure(6, 4, (0.0, 0.0, 400.0, 6 * PITCH)) if (cell.row, cell.column) != (5, 3)]
    assert grid(build(words, cells))[-1] == ["", "", "Sum", "32.00"]
