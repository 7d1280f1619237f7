"""A table -> lines of text, and records."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.structure.table_views import records, text_rows
from extractor.values.document import Cell, Table, TablePart


def cell(row: int, column: int, text: str, across: int = 1, header: bool = False) -> Cell:
    return Cell(row, column, 1, across, header, text, None, 1.0)


def table(rows: Sequence[Sequence[str]], head: int = 1) -> Table:
    cells = [cell(r, c, text, header=r < head) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Table(len(rows), len(rows[0]), tuple(cells))


def test_one_line_a_row_and_one_tab_a_column() -> None:
    assert text_rows(table([["Part", "Done", "EUR"], ["A-7", "Bearing\nreplaced", ""]])) == [
        "Part\tDone\tEUR",
        "A-7\tBearing replaced\t",
    ]


def test_a_head_that_is_said_again_stands_before_its_piece() -> None:
    whole = table([["Day", "EUR"], ["Mon", "1"], ["Tue", "2"]])
    head = (cell(0, 0, "Day", header=True), cell(0, 1, "EUR", header=True))
    parts = (TablePart(1, (0, 0, 1, 1), 0, 2), TablePart(2, (0, 0, 1, 1), 2, 1, head))
    assert text_rows(Table(3, 2, whole.cells, parts)) == ["Day\tEUR", "Mon\t1", "Day\tEUR", "Tue\t2"]


def test_records_are_named_after_the_head() -> None:
    assert records(table([["Day", "EUR"], ["Mon", "1"]])) == (["Day", "EUR"], [{"Day": "Mon", "EUR": "1"}])


def test_several_rows_of_head_make_one_name() -> None:
    head = [cell(0, 0, "", header=True), cell(0, 1, "First half", across=2, header=True)]
    head += [cell(1, column, text, header=True) for column, text in enumerate(("Article", "Units", "EUR"))]
    body = [cell(2, column, text) for column, text in enumerate(("K-1", "3", "7.50"))]
    names, rows = records(Table(3, 3, tuple(head + body)))
    assert names == ["Article", "First half Units", "First half EUR"]
    assert rows == [{"Article": "K-1", "First half Units": "3", "First half EUR": "7.50"}]


def test_names_that_are_empty_or_repeated() -> None:
    names, _ = records(table([["Item", "Price", "", "Price", "Price_2"], ["a", "b", "c", "d", "e"]]))
    assert names == ["Item", "Price", "column_3", "Price_3", "Price_2"]


def test_a_table_without_a_head_has_numbered_columns() -> None:
    names, rows = records(table([["Mon", "1"], ["Tue", "2"]], head=0))
    assert names == ["column_1", "column_2"]
    assert len(rows) == 2
