"""Tables that go over pages -> one table; tables that only follow each other stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.outputs.docling_document import to_docling
from extractor.structure.continued_tables import join_tables
from extractor.structure.documents import document_of
from extractor.structure.table_views import text_rows
from extractor.values.boxes import Box, union
from extractor.values.document import AssembledPage, Cell, PageElement, Table, TablePart

from .test_tables import grid

LEFTS = (50.0, 250.0, 450.0)
HEAD = ["Date", "Text", "Amount"]
FIRST = [["01.02.", "Rent", "900.00"], ["02.02.", "Power", "80.00"]]
SECOND = [["03.02.", "Water", "40.00"], ["04.02.", "Phone", "20.00"]]
THIRD = [["05.02.", "Paper", "4.00"]]


def piece(page: int, rows: Sequence[Sequence[str]], top: float, lefts: Sequence[float] = LEFTS) -> PageElement:
    """A table whose words stand flush left, five points a letter wide; its box is that of its words."""
    cells = tuple(
        Cell(
            row,
            column,
            1,
            1,
            row == 0,
            text,
            (lefts[column], top + 20 * row, lefts[column] + 5 * len(text), top + 20 * row + 10) if text else None,
            0.9,
        )
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    )
    table = Table(len(rows), len(lefts), cells)
    text = "\n".join(text_rows(table))
    # The layout model's region: as wide as the table, whatever its texts' lengths.
    box = union([*(cell.box for cell in cells if cell.box is not None), (lefts[0], top, lefts[-1] + 100, top + 10)])
    return PageElement(page, DocItemLabel.TABLE, text, box, "text_layer", 0.9, table=table)


def said(
    page: int, text: str, box: Box, label: DocItemLabel = DocItemLabel.TEXT, furniture: bool = False
) -> PageElement:
    return PageElement(page, label, text, box, "text_layer", 0.9, furniture=furniture)


def foot(page: int) -> PageElement:
    return said(page, f"Page {page}", (280.0, 780.0, 320.0, 790.0), DocItemLabel.PAGE_FOOTER, furniture=True)


def header(page: int) -> PageElement:
    return said(page, "Statement", (50.0, 20.0, 100.0, 30.0), DocItemLabel.PAGE_HEADER, furniture=True)


def note(page: int) -> PageElement:
    return said(page, "1 estimated", (50.0, 740.0, 120.0, 750.0), DocItemLabel.FOOTNOTE)


def pages(*elements: Sequence[PageElement], numbers: Sequence[int] | None = None) -> list[AssembledPage]:
    """Pages of 600 by 800, counted from 1."""
    counted = numbers or range(1, len(elements) + 1)
    return [AssembledPage(number, 600.0, 800.0, tuple(own)) for number, own in zip(counted, elements, strict=True)]


def joined(*elements: Sequence[PageElement], numbers: Sequence[int] | None = None) -> list[PageElement]:
    """The tables and pieces of tables after joining, in order."""
    result = join_tables(pages(*elements, numbers=numbers))
    return [element for page in result for element in page.elements if element.label == DocItemLabel.TABLE]


def are_one(*elements: Sequence[PageElement], numbers: Sequence[int] | None = None) -> bool:
    """Whether the first page's table goes on in the second page's."""
    _, second = joined(*elements, numbers=numbers)
    assert (second.table is None) == (second.continues is not None)
    return second.continues is not None


def test_a_table_of_two_pages_is_one() -> None:
    whole, rest = joined([piece(1, [HEAD, *FIRST], 600)], [piece(2, SECOND, 60)])
    assert grid(whole.table) == [HEAD, *FIRST, *SECOND]
    assert rest.table is None
    assert rest.continues == (0, 0)


def test_a_table_of_three_pages_is_one() -> None:
    whole, second, third = joined(
        [piece(1, [HEAD, *FIRST], 600)], [piece(2, [HEAD, *SECOND], 60)], [piece(3, [HEAD, *THIRD], 60)]
    )
    assert grid(whole.table) == [HEAD, *FIRST, *SECOND, *THIRD]
    assert (second.continues, third.continues) == ((0, 0), (0, 0))


def test_what_both_pages_say_in_one_place_does_not_end_a_table() -> None:
    def club(page: int, text: str, top: float, label: DocItemLabel) -> PageElement:
        return said(page, text, (50.0, top, 140.0, top + 10), label)

    # The layout model calls one line text on one page and a caption on the next.
    first, second = piece(1, [HEAD, *FIRST], 600), piece(2, [HEAD, *SECOND], 60)
    head, again = club(1, "Sports club", 20, DocItemLabel.TEXT), club(2, "Sports  club", 24, DocItemLabel.CAPTION)
    foot, foot_again = (club(page, "Account 4711", 700, DocItemLabel.TEXT) for page in (1, 2))
    assert are_one([head, first, foot], [again, second, foot_again])
    assert not are_one([head, first], [club(2, "Chess club", 24, DocItemLabel.CAPTION), second]), "another text"
    assert not are_one([head, first], [club(2, "Sports club", 45, DocItemLabel.CAPTION), second]), "another place"


@pytest.mark.parametrize(
    ("one", "two", "together"),
    [
        ("Bill 4471 Page 1/2", "Bill 4471 Page 2/2", True),
        ("Rechnung 4471, Seite: 1 von 2", "Rechnung 4471, Seite: 2 von 2", True),
        ("Bill 4471 Page 1/1", "Bill 4472 Page 1/1", False),
        ("Bill 4471", "Bill 4472", False),
    ],
)
def test_a_running_head_may_count_pages_and_nothing_else(one: str, two: str, together: bool) -> None:
    box = (50.0, 20.0, 190.0, 30.0)
    first, second = said(1, one, box), said(2, two, box, DocItemLabel.SECTION_HEADER)
    assert are_one([first, piece(1, [HEAD, *FIRST], 100)], [second, piece(2, SECOND, 60)]) == together


def test_a_head_that_is_said_again_is_no_row_but_is_kept_with_its_piece() -> None:
    whole, _ = joined([piece(1, [HEAD, *FIRST], 600)], [piece(2, [HEAD, *SECOND], 60)])
    assert whole.table is not None
    assert grid(whole.table) == [HEAD, *FIRST, *SECOND]
    (_, part) = whole.table.parts
    assert [(cell.text, cell.row, cell.page) for cell in part.head] == [(text, 0, 2) for text in HEAD]
    assert part.head[0].box == (50.0, 60.0, 70.0, 70.0)
    assert "\n".join(text_rows(whole.table)).count("Date") == 2, "the text has what stands on the pages"


def test_a_head_of_two_rows_is_recognised_though_its_spaces_differ() -> None:
    units = ["", "", "EUR net"]
    first = piece(1, [HEAD, units, *FIRST], 600)
    whole, _ = joined([first], [piece(2, [HEAD, ["", "", "EUR\nnet"], *SECOND], 60)])
    assert grid(whole.table) == [HEAD, units, *FIRST, *SECOND]


def test_a_row_like_one_of_the_body_is_a_row() -> None:
    whole, _ = joined([piece(1, [HEAD, *FIRST], 600)], [piece(2, [FIRST[0], *SECOND], 60)])
    assert grid(whole.table) == [HEAD, *FIRST, FIRST[0], *SECOND]


def test_each_piece_keeps_its_place() -> None:
    first, second = piece(1, [HEAD, *FIRST], 600), piece(2, [HEAD, *SECOND], 60)
    whole, rest = joined([first], [second])
    assert (whole.page, whole.box, rest.page, rest.box) == (1, first.box, 2, second.box)
    assert rest.continued == second.table
    assert whole.table is not None
    assert [replace(part, head=()) for part in whole.table.parts] == [
        TablePart(1, first.box, 0, 3),
        TablePart(2, second.box, 3, 2),
    ]
    places = {cell.text: (cell.page, cell.row, cell.box) for cell in whole.table.cells}
    assert places["Rent"] == (1, 1, (250.0, 620.0, 270.0, 630.0))
    assert places["Water"] == (2, 3, (250.0, 80.0, 275.0, 90.0))


def test_the_parts_of_a_table_cover_its_rows_once() -> None:
    whole, *_ = joined([piece(1, [HEAD, *FIRST], 600)], [piece(2, [HEAD, *SECOND], 60)], [piece(3, [HEAD, *THIRD], 60)])
    assert whole.table is not None
    rows = [row for part in whole.table.parts for row in range(part.first_row, part.first_row + part.rows)]
    assert rows == list(range(whole.table.rows))
    page_of = {
        row: part.page for part in whole.table.parts for row in range(part.first_row, part.first_row + part.rows)
    }
    assert all(cell.page == page_of[cell.row] for cell in whole.table.cells)


def test_docling_has_one_table_with_a_place_on_each_page() -> None:
    first, second = piece(1, [HEAD, *FIRST], 600), piece(2, [HEAD, *SECOND], 60)
    document = document_of(pages([first], [second]))
    (table,) = to_docling("d", document.pages, document.printed).tables
    assert (table.data.num_rows, table.data.num_cols) == (5, 3)
    assert [(place.page_no, place.bbox.t, place.bbox.b) for place in table.prov] == [
        (1, first.box[1], first.box[3]),
        (2, second.box[1], second.box[3]),
    ]


def test_figures_set_flush_right_are_of_one_column_whatever_their_length() -> None:
    def flush(page: int, top: float, amounts: Sequence[str]) -> PageElement:
        """The last column ends at 550."""
        made = piece(page, [["01.02.", "Rent", amount] for amount in amounts], top)
        assert made.table is not None
        cells = tuple(
            replace(cell, box=(550.0 - 5 * len(cell.text), cell.box[1], 550.0, cell.box[3]))
            if cell.column == 2 and cell.box is not None
            else cell
            for cell in made.table.cells
        )
        return replace(made, table=replace(made.table, cells=cells))

    assert are_one([flush(1, 600, ["1,234,567.00"])], [flush(2, 60, ["4.00"])])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(piece(2, [row[:2] for row in SECOND], 60, (50.0, 450.0)), id="fewer columns"),
        pytest.param(piece(2, SECOND, 60, (50.0, 150.0, 450.0)), id="a column at another place"),
        pytest.param(piece(2, SECOND, 60, (120.0, 250.0, 450.0)), id="another left side"),
        pytest.param(piece(2, SECOND, 60, (50.0, 250.0, 350.0)), id="narrower"),
    ],
)
def test_tables_of_other_columns_or_places_are_two(other: PageElement) -> None:
    assert not are_one([piece(1, [HEAD, *FIRST], 600)], [other])


def test_what_the_layout_model_drew_around_a_piece_does_not_part_it() -> None:
    drifted = piece(2, SECOND, 60)
    left, top, right, bottom = drifted.box
    assert are_one([piece(1, [HEAD, *FIRST], 600)], [replace(drifted, box=(left - 40.0, top, right, bottom))])


def test_tables_on_pages_of_other_widths_are_two() -> None:
    upright, across = pages([piece(1, [HEAD, *FIRST], 600)], [piece(2, SECOND, 60)])
    result = join_tables([upright, replace(across, width=840.0)])
    assert [page.elements[0].table is None for page in result] == [False, False]


def test_text_between_the_pieces_ends_the_table() -> None:
    first, second = piece(1, [HEAD, *FIRST], 500), piece(2, [HEAD, *SECOND], 100)
    after = said(1, "All amounts in euro.", (50.0, 650.0, 200.0, 660.0))
    before = said(2, "Other accounts", (50.0, 60.0, 200.0, 70.0), DocItemLabel.SECTION_HEADER)
    assert not are_one([first, after], [second])
    assert not are_one([first], [before, second])


def test_text_below_the_table_ends_it_though_it_is_read_first() -> None:
    below = said(1, "All amounts in euro.", (50.0, 650.0, 200.0, 660.0))
    assert not are_one([below, piece(1, [HEAD, *FIRST], 500)], [piece(2, SECOND, 60)])


def test_text_before_the_first_piece_and_after_the_last_is_no_hindrance() -> None:
    before = said(1, "Your statement", (50.0, 60.0, 200.0, 70.0))
    after = said(2, "Kind regards", (50.0, 300.0, 200.0, 310.0))
    assert are_one([before, piece(1, [HEAD, *FIRST], 600)], [piece(2, SECOND, 60), after])


def test_running_heads_feet_and_footnotes_do_not_part_a_table() -> None:
    first, second = piece(1, [HEAD, *FIRST], 600), piece(2, SECOND, 60)
    assert are_one([header(1), first, note(1), foot(1)], [header(2), second, foot(2)])


@pytest.mark.parametrize("text", ["Table 3 (continued)", "Fortsetzung von Seite 1", "Tableau 3 (suite)", "cont'd"])
def test_a_line_that_says_so_goes_between_the_pieces(text: str) -> None:
    line = said(2, text, (50.0, 40.0, 200.0, 50.0), DocItemLabel.CAPTION)
    assert are_one([piece(1, [HEAD, *FIRST], 600)], [line, piece(2, [HEAD, *SECOND], 60)])


def test_pages_that_do_not_follow_each_other_do_not_join() -> None:
    """Only some pages of the document were asked for."""
    assert not are_one([piece(1, [HEAD, *FIRST], 600)], [piece(3, SECOND, 60)], numbers=[1, 3])


def test_a_page_without_a_table_ends_it() -> None:
    text = said(2, "Notes", (50.0, 60.0, 200.0, 70.0))
    first, second = joined([piece(1, [HEAD, *FIRST], 600)], [text], [piece(3, SECOND, 60)])
    assert (first.continues, second.continues) == (None, None)
    assert (grid(first.table), grid(second.table)) == ([HEAD, *FIRST], SECOND)


def test_a_new_table_on_the_last_page_of_one_is_not_part_of_it_and_goes_on_itself() -> None:
    columns = (50.0, 400.0)
    stock = [["Item", "Stock"], ["Ink", "12"]]
    more = [["Pens", "7"]]
    result = join_tables(
        pages(
            [header(1), piece(1, [HEAD, *FIRST], 600)],
            [piece(2, SECOND, 60), piece(2, stock, 600, columns)],
            [header(3), piece(3, more, 60, columns)],
        )
    )
    assert grid(result[0].elements[1].table) == [HEAD, *FIRST, *SECOND]
    assert grid(result[1].elements[1].table) == [*stock, *more]
    assert (result[1].elements[0].continues, result[2].elements[1].continues) == ((0, 1), (1, 1))


def test_what_is_not_joined_is_left_as_it_was() -> None:
    alone = pages([header(1), piece(1, [HEAD, *FIRST], 100), foot(1)], [said(2, "Text", (50.0, 60.0, 200.0, 70.0))])
    assert join_tables(alone) == alone
    assert join_tables([]) == []


def test_a_row_of_the_body_that_both_pieces_begin_with_is_kept_twice() -> None:
    """The rent is paid every month; only the head is said again."""
    whole, _ = joined([piece(1, [HEAD, *FIRST], 600)], [piece(2, [HEAD, FIRST[0], *SECOND], 60)])
    assert grid(whole.table) == [HEAD, *FIRST, FIRST[0], *SECOND]


def test_a_piece_of_nothing_but_the_head_adds_no_row() -> None:
    whole, _ = joined([piece(1, [HEAD, *FIRST], 600)], [piece(2, [HEAD], 60)])
    assert grid(whole.table) == [HEAD, *FIRST]


def test_a_table_with_a_head_of_its_own_is_another_table() -> None:
    other = [["Name", "City", "Score"], ["Ann", "Bern", "7"], ["Bob", "Rome", "9"]]
    assert not are_one([piece(1, [HEAD, *FIRST], 600)], [piece(2, other, 60)])


def test_a_word_that_it_goes_on_may_stand_below_and_an_address_may_not_between() -> None:
    below = said(1, "Continued on next page", (50.0, 760.0, 200.0, 770.0))
    assert are_one([piece(1, [HEAD, *FIRST], 600), below], [piece(2, SECOND, 60)])
    address = said(2, "Suite 400, 12 Main Street", (50.0, 40.0, 200.0, 50.0))
    assert not are_one([piece(1, [HEAD, *FIRST], 600)], [address, piece(2, SECOND, 60)])
