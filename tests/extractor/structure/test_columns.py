"""Words -> the columns of a table without lines, and the header and the cells that stand in them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from extractor.structure.aligned_cells import Aligned, aligned_cells, header_cells
from extractor.structure.columns import Columns, find_columns
from extractor.structure.table_views import records, text_rows
from extractor.structure.tables import build_table
from extractor.structure.text_lines import rows_of_text
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

from .test_tables import grid, structure, word

HEIGHT = 10.0
# A letter is five points wide, and a space three.
LETTER, SPACE = 5.0, 3.0
PITCH = 20.0


def left(text: str, at: float, top: float) -> list[Word]:
    """The text's words, the first of them beginning at `at`."""
    words = []
    for part in text.split():
        words.append(word(part, at, top))
        at += LETTER * len(part) + SPACE
    return words


def right(text: str, at: float, top: float) -> list[Word]:
    """The text's words, the last of them ending at `at`."""
    parts = text.split()
    return left(text, at - LETTER * sum(map(len, parts)) - SPACE * max(0, len(parts) - 1), top)


def centred(text: str, at: float, top: float) -> list[Word]:
    """The text's words, their middle at `at`."""
    begin = right(text, at, top)[0].box[0]
    return left(text, (begin + at) / 2, top)


def statement(rows: Sequence[Sequence[str]], rights: Sequence[float], top: float = 100.0) -> list[Word]:
    """Rows of a name at 0 and figures that end at `rights`; an empty text has no words."""
    words = []
    for number, (name, *figures) in enumerate(rows):
        at = top + PITCH * number
        words += left(name, 0, at)
        for text, end in zip(figures, rights, strict=True):
            words += right(text, end, at)
    return words


def columns_of(words: Sequence[Word]) -> Columns | None:
    return find_columns(rows_of_text(words), HEIGHT)


def cells_of(words: Sequence[Word], rulings: Rulings | None = None) -> list[list[str]]:
    """The texts by place, told by the white space alone."""
    return grid(build_table(words, [], rulings or Rulings()))


ASSETS = [
    ["Cash and equivalents", "12,345,678", "9,876,543"],
    ["Inventories", "1,204", "987"],
    ["Receivables", "33,120", "28,400"],
    ["Goodwill", "7", "12"],
]


class TestFindColumns:
    def test_columns_whose_widest_figures_are_only_a_space_apart(self) -> None:
        """As near as the words of one text: the other rows tell that they are two."""
        words = statement(ASSETS, (200, 200 + SPACE + 45))
        widest = sorted((each for each in words if each.box[1] == 100.0), key=lambda each: each.box[0])
        assert widest[-1].box[0] - widest[-2].box[2] == SPACE
        assert cells_of(words) == ASSETS

    def test_words_of_one_text_do_not_make_columns(self) -> None:
        rows = [["Cost of goods", "12"], ["Cost of sales", "9"], ["Cost of rents", "1"], ["Cost of water", "4"]]
        assert cells_of(statement(rows, (200,))) == rows

    @pytest.mark.parametrize(
        "dates", [("01 Jan 2024", "14 Feb 2024", "03 Mar 2025"), ("01 . 24", "02 . 24", "03 . 24")]
    )
    def test_a_column_of_dates_of_one_format_is_one(self, dates: Sequence[str]) -> None:
        rows = [["Rent", date, amount] for date, amount in zip(dates, ("900.00", "12.50", "7.00"), strict=True)]
        assert cells_of(statement(rows, (160, 260))) == rows

    @pytest.mark.parametrize("sign", ["$", "€", "("])
    def test_a_sign_far_before_its_figures_is_theirs(self, sign: str) -> None:
        """Accounts set the currency sign flush left in the column and the figures flush right."""
        words = []
        for number, amount in enumerate(("1,234", "56", "7", "890")):
            at = 100 + PITCH * number
            words += [*left(f"Item{number}", 0, at), *right(amount, 280, at)]
            words += [*left(sign, 100, at), *right(amount, 180, at), *left(sign, 200, at)]
        assert cells_of(words)[1] == ["Item1", f"{sign} 56", f"{sign} 56"]

    @pytest.mark.parametrize("sign", ["%", ")", "*"])
    def test_a_sign_after_its_figures_is_theirs(self, sign: str) -> None:
        words = []
        for number, amount in enumerate(("12.5", "3.0", "1.25", "99.9")):
            at = 100 + PITCH * number
            words += [*left(f"Item{number}", 0, at), *left(amount, 100, at), *left(sign, 135, at)]
            words += left(amount, 200, at)
        assert cells_of(words)[0] == ["Item0", f"12.5 {sign}", "12.5"]

    def test_rows_of_dots_are_not_a_column(self) -> None:
        words = []
        for number, (name, page) in enumerate([("Scope", "1"), ("Goods", "12"), ("Terms", "103"), ("Price", "7")]):
            at = 100 + PITCH * number
            words += [*left(name, 0, at), *left("..........", 60, at), *right(page, 150, at)]
        found = columns_of(words)
        assert found is not None
        assert found.count == 2

    def test_empty_places_do_not_hide_a_column(self) -> None:
        rows = [["Rent", "900", "", "900"], ["Sale", "", "70", "970"], ["Fee", "5", "", "965"], ["Tip", "", "1", "966"]]
        assert cells_of(statement(rows, (120, 200, 280))) == rows

    def test_a_word_that_stands_only_in_the_header_does_not_make_a_column(self) -> None:
        rows = [[f"Item{number}", str(number), str(10 * number)] for number in range(1, 9)]
        words = [*left("Name", 0, 80), *right("Number", 150, 80), *right("Total", 300, 80), *left("Note", 400, 80)]
        found = columns_of(words + statement(rows, (150, 300)))
        assert found is not None
        assert found.count == 3

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_too_few_rows_tell_nothing(self, count: int) -> None:
        assert columns_of(statement(ASSETS[:count], (200, 300))) is None

    def test_one_column_is_none(self) -> None:
        names = [[name] for name in ("Cash and equivalents", "Inventories", "Receivables", "Goodwill")]
        assert columns_of(statement(names, ())) is None

    def test_running_text_has_no_columns(self) -> None:
        words = []
        text = "the seller delivers what was agreed on the day that was agreed and the buyer pays what it costs in time"
        for number in range(6):
            words += left(" ".join(random.Random(number).sample(text.split(), 12)), 0, 100 + 12 * number)
        assert columns_of(words) is None

    def test_a_title_over_the_table_does_not_close_its_columns(self) -> None:
        title = left("Assets of the company and of all its subsidiaries at the year's end", 0, 60)
        found = columns_of(title + statement(ASSETS, (200, 300)))
        assert found is not None
        assert found.count == 3
        assert found.body == (1, 2, 3, 4), "the title is no row of the body"

    def test_the_order_of_the_words_does_not_matter(self) -> None:
        words = statement(ASSETS, (200, 300))
        shuffled = random.Random(7).sample(words, len(words))
        assert columns_of(shuffled) == columns_of(words)


SALES = [["Paper", "10", "1", "20", "2"], ["Pens", "30", "3", "40", "4"], ["Ink", "50", "5", "60", "6"]]
SALES_AT = (120.0, 180.0, 240.0, 300.0)
# Lines under the years, over two columns each, and one under the header.
SALES_LINES = Rulings(horizontal=(Ruling(62, 95, 180), Ruling(62, 215, 300), Ruling(92, 0, 300)))


def sales_header() -> list[Word]:
    words = [*centred("2024", 140, 48), *centred("2025", 260, 48), *left("Goods", 0, 76)]
    for text, at in zip(("Sum", "Units", "Sum", "Units"), SALES_AT, strict=True):
        words += right(text, at, 76)
    return words


class TestHeader:
    def test_a_line_over_some_columns_makes_a_span(self) -> None:
        words = sales_header() + statement(SALES, SALES_AT)
        table = build_table(words, [], SALES_LINES)
        assert table is not None
        placed = {(c.text, c.row, c.column, c.row_span, c.column_span) for c in table.cells if c.header}
        assert placed == {
            ("Goods", 0, 0, 2, 1),
            ("2024", 0, 1, 1, 2),
            ("2025", 0, 3, 1, 2),
            ("Sum", 1, 1, 1, 1),
            ("Units", 1, 2, 1, 1),
            ("Sum", 1, 3, 1, 1),
            ("Units", 1, 4, 1, 1),
        }
        assert grid(table)[2:] == SALES

    def test_a_header_cell_of_several_lines_is_one_cell(self) -> None:
        words = [*left("Kind of", 0, 60), *left("goods", 0, 72), *right("Sum", 150, 48), *right("in 1,000", 150, 60)]
        words += [*right("euro", 150, 72), *right("Units", 250, 72)]
        rows = [["Paper", "10", "1"], ["Pens", "30", "3"], ["Ink", "50", "5"]]
        rulings = Rulings(horizontal=(Ruling(90, 0, 250),))
        table = build_table(words + statement(rows, (150, 250)), [], rulings)
        assert grid(table) == [["Kind of\ngoods", "Sum\nin 1,000\neuro", "Units"], *rows]
        assert table is not None
        assert [cell.text for cell in table.cells if cell.header] == ["Kind of\ngoods", "Sum\nin 1,000\neuro", "Units"]

    def test_the_lines_header_comes_before_the_models(self) -> None:
        """A model that sees each line of the header as a row of its own is overruled."""
        words = sales_header() + statement(SALES, SALES_AT)
        table = build_table(words, structure(5, 5, (0.0, 40.0, 300.0, 160.0)), SALES_LINES)
        assert table is not None
        assert {c.text for c in table.cells if c.header and c.column_span == 2} == {"2024", "2025"}
        assert grid(table)[2:] == SALES

    def test_without_a_line_under_it_there_is_no_header(self) -> None:
        rows = rows_of_text(sales_header() + statement(SALES, SALES_AT))
        columns = find_columns(rows, HEIGHT)
        assert columns is not None
        assert header_cells(Aligned(rows, columns, Rulings(), HEIGHT)) is None
        short = Rulings(horizontal=(Ruling(92, 0, 100),))
        assert header_cells(Aligned(rows, columns, short, HEIGHT)) is None

    @pytest.mark.parametrize(("lower", "joined"), [("Cost", False), ("Days", True)])
    def test_a_name_stands_over_each_group_of_the_same_names(self, lower: str, joined: bool) -> None:
        rows = [("Site", "FTE", "Cost", "FTE", lower), *((f"S{at}", "2.5", "80.1", "3.0", "91.4") for at in range(4))]
        words = statement(rows, (140, 200, 280, 340)) + centred("2024", 165, 88) + centred("2025", 305, 88)
        table = build_table(words, [], Rulings(horizontal=(Ruling(115, 0, 340),)))
        assert table is not None
        assert ("2024\nCost" in {cell.text for cell in table.cells}) is joined, "names differ"
        if not joined:
            assert grid(table)[:2] == [["", "2024", "-", "2025", "-"], ["Site", "FTE", "Cost", "FTE", "Cost"]]
            assert records(table)[0] == ["Site", "2024 FTE", "2024 Cost", "2025 FTE", "2025 Cost"]

    @pytest.mark.parametrize(
        ("text", "held"), [("Tax 19 %", "Tax 19 %"), ("Tax 19 A", "Tax 19"), ("Tax no %", "Tax no")]
    )
    def test_a_per_cent_sign_stays_with_the_number_before_it(self, text: str, held: str) -> None:
        words = [*left(text, 0, 0), *right("36.01", 240, 0)]
        edge = (words[1].box[2] + words[2].box[0]) / 2
        table = Aligned([words], Columns((edge, 150.0), (0,), (0.0, 0.0, 0.0)), Rulings(), HEIGHT)
        assert " ".join(word.text for word in aligned_cells(table, [0], [], None)[0][1]) == held

    def test_a_text_over_several_columns_spans_them(self) -> None:
        """No line needed: it is one text, and crosses where the columns part."""
        rows = [["Paper", "10", "1", "20"], ["Pens", "30", "3", "40"], ["Ink", "50", "5", "60"]]
        words = statement(rows, (140, 200, 260)) + centred("of which in the year 2025", 200, 80)
        table = build_table(words, [], Rulings())
        assert table is not None
        assert [(c.row, c.column, c.column_span) for c in table.cells if c.text == "of which in the year 2025"] == [
            (0, 1, 3)
        ]


def made_table(seed: int) -> tuple[list[Word], Rulings]:
    """A table of random words, gaps and lines, with headings and rows of several lines as they come."""
    chance = random.Random(seed)
    count = chance.randint(2, 7)
    edges = [60.0 + 70.0 * column for column in range(count)]
    words: list[Word] = []
    top = 100.0
    for _ in range(chance.randint(3, 14)):
        words += left(" ".join(f"w{chance.randint(0, 99)}" for _ in range(chance.randint(1, 4))), 0, top)
        for edge in edges:
            if chance.random() < 0.85:
                words += right(f"{chance.randint(0, 10 ** chance.randint(1, 9)):,}", edge + 60, top)
            if chance.random() < 0.1:
                words += left(chance.choice("$%()*-"), edge + chance.uniform(-10, 62), top)
        top += chance.choice((12.0, 20.0, 20.0))
    for _ in range(chance.randint(0, 3)):
        words += left(
            "a heading that goes over columns", chance.uniform(0, 60 + 70 * count), 100 - chance.uniform(5, 60)
        )
    lines = [
        Ruling(chance.uniform(40, top), start := chance.uniform(0, 300), start + chance.uniform(20, 400))
        for _ in range(chance.randint(0, 5))
    ]
    lines += [Ruling(95, 0, 60 + 70.0 * count)] * chance.randint(0, 1)
    return chance.sample(words, len(words)), Rulings(horizontal=tuple(lines))


@pytest.mark.parametrize("seed", range(60))
def test_every_word_is_in_exactly_one_cell_and_every_place_in_exactly_one(seed: int) -> None:
    words, rulings = made_table(seed)
    rows = rows_of_text(words)
    columns = find_columns(rows, HEIGHT)
    assert columns is not None
    table = Aligned(rows, columns, rulings, HEIGHT)
    cells = aligned_cells(table, range(len(rows)), [], header_cells(table))
    assert Counter(id(each) for _, inside in cells for each in inside) == Counter(map(id, words))
    places = Counter(
        (cell.row + down, cell.column + across)
        for cell, _ in cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    )
    last = max(row for row, _ in places)
    assert places == Counter((row, column) for row in range(last + 1) for column in range(columns.count))


@pytest.mark.parametrize("seed", range(60))
def test_a_built_table_says_every_word_once(seed: int) -> None:
    words, rulings = made_table(seed)
    table = build_table(words, structure(6, 4, (0.0, 40.0, 500.0, 300.0)), rulings)
    assert table is not None
    said = Counter(word.text for word in words)
    assert Counter(" ".join(cell.text for cell in table.cells).split()) == said
    assert Counter("\t".join(text_rows(table)).split()) == said


def test_a_column_of_dashes_is_a_column() -> None:
    rows = [["Cash", "10", "-", "5"], ["Debt", "1", "-", "7"], ["Rent", "5", "-", "2"], ["Rest", "5", "-", "3"]]
    assert cells_of(statement(rows, (200, 280, 360))) == rows


def test_a_header_of_years_above_a_line_is_the_header() -> None:
    rows = [["", "2023", "2024"], ["Cash", "10", "12"], ["Debt", "30", "35"], ["Rent", "7", "9"], ["Rest", "5", "3"]]
    words = statement(rows, (200, 280))
    table = build_table(words, [], Rulings(horizontal=(Ruling(words[1].box[3] + 2, 40.0, 285.0),)))
    assert table is not None
    assert [cell.text for cell in table.cells if cell.header and cell.text] == ["2023", "2024"]
    assert table.rows == len(rows)


def test_the_models_cells_stay_where_the_white_space_would_throw_texts_together() -> None:
    """A block of addresses above the items leaves hardly any white strip over the whole height: the model's columns
    keep the items' figures apart, the strip that is left would not."""
    words: list[Word] = []
    for row, (first, second) in enumerate([(50, 240), (200, 330)] * 2):
        top = 100.0 + 20 * row
        words += [word(text, at, top) for text, at in (("Somebody", first), ("Street", first + 43), ("Town", second))]
        words += [word("Road", second + 23, top), word("files", 395, top)]
    items = [["Bolt", "2", "1.20", "2.40"], ["Nut", "5", "0.80", "4.00"], ["Pin", "7", "0.10", "0.70"]]
    for row, item in enumerate(items):
        top = 180.0 + 20 * row
        words += left(item[0], 50, top)
        words += [one for at, text in zip((200, 300, 420), item[1:], strict=True) for one in right(text, at, top)]
    table = build_table(words, structure(7, 4, (50.0, 95.0, 420.0, 235.0)), Rulings())
    assert table is not None
    assert grid(table)[4:] == items


def with_units(white: float, units: Sequence[str], end: float = 100.0) -> list[list[Word]]:
    """Rows of a name of two words, a quantity set flush right, `white` further right a unit, and a price."""
    names = ("Plain paper", "Grey folder", "Tax guide", "Still water")
    rows = []
    for row, (name, count, unit) in enumerate(zip(names, ("20", "5", "110", "2"), units, strict=True)):
        top, at = 20.0 * row, 0.0
        words = []
        for part in name.split():
            words.append(Word(part, (at, top, at + 5 * len(part), top + 10), 0, "text_layer", 10.0))
            at += 5 * len(part) + 2.5
        for text, left in ((count, end - 5 * len(count)), (unit, end + white), ("4.90", 150.0)):
            words.append(Word(text, (left, top, left + 5 * len(text), top + 10), 0, "text_layer", 10.0))
        rows.append(words)
    return rows


@pytest.mark.parametrize(
    ("white", "units", "count"),
    [
        (6.0, ("pkg", "m", "pcs", "box"), 4),
        (2.5, ("pkg", "m", "pcs", "box"), 3),  # a blank, as in the names
        (3.5, ("pkg", "m", "pcs", "box"), 3),  # hardly more
    ],
)
def test_units_flush_beside_their_quantities_are_a_column(white: float, units: Sequence[str], count: int) -> None:
    found = find_columns(with_units(white, units), 10.0)
    assert found is not None
    assert found.count == count


def test_words_that_are_not_flush_on_both_sides_are_no_columns_however_far() -> None:
    rows = with_units(6.0, ("pkg", "m", "pcs", "box"))
    shifted = [
        [
            replace(word, box=(word.box[0] + by, word.box[1], word.box[2] + by, word.box[3]))
            for place, word in enumerate(own)
            for by in [2.0 * (row % 2) if place == 2 else 0.0]
        ]
        for row, own in enumerate(rows)
    ]
    found = find_columns(shifted, 10.0)
    assert found is not None
    assert found.count == 3


@pytest.mark.parametrize(("label", "cells"), [("Net", ["", "Net", "60.00"]), ("EUR", ["", "", "EUR 60.00"])])
def test_the_label_of_a_total_is_in_the_column_before_its_amounts(label: str, cells: list[str]) -> None:
    rows = [("02.01.", "oak plank", "19,050.00"), ("03.01.", "fir", "54,100.00"), ("04.01.", "ash, planed", "7.50")]
    words = [*left("Date", 0, 0), *left("Wood", 60, 0), *right("Sum", 300, 0)]
    for number, (day, wood, amount) in enumerate(rows, start=1):
        words += [*left(day, 0, 20 * number), *left(wood, 60, 20 * number), *right(amount, 300, 20 * number)]
    words += [*right(label, 262, 80), *right("60.00", 300, 80)]
    table = grid(build_table(words, [], Rulings(horizontal=(Ruling(15, 0, 300), Ruling(75, 0, 300)))))
    assert table[-1] == cells
    assert table[1:-1] == [list(row) for row in rows]
