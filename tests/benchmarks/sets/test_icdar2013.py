"""The competition's files are read, and its tables are compared with the right ones of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.metrics.adjacency import Agreement, GridCell
from benchmarks.sets.icdar2013 import Comparison, TableDocument, TrueTable, compare, documents, evaluate
from tests.benchmarks.documents import answer, refused, table

STRUCTURE = """<?xml version="1.0" encoding="UTF-8"?>
<document filename='a.pdf'>
  <table id='1'><region id='1' page='1' col-increment='0' row-increment='0'>
    <cell id='1' start-row='0' start-col='0' end-col='1'><bounding-box x1='20' y1='80' x2='26ß' y2='90'/>
      <content>Sales in
euro</content></cell>
    <cell id='2' start-row='1' start-col='0'><content>2025</content></cell>
    <cell id='3' start-row='1' start-col='1'><content>2026</content></cell>
  </region></table>
  <table id='2'><region id='1' page='2'>
    <cell id='1' start-row='0' start-col='0'><content>a</content></cell>
    <cell id='2' start-row='0' start-col='1'><content>b</content></cell>
  </region></table>
</document>"""
PLACES = """<?xml version="1.0" encoding="UTF-8"?>
<document filename='a.pdf'>
  <table id='1'><region id='1' page='1'><bounding-box x1='20' y1='60' x2='120' y2='90'/></region></table>
  <table id='2'><region id='1' page='2'><bounding-box x1='20' y1='10' x2='120' y2='40'/></region></table>
</document>"""
PAGES = [{"page": 1, "width": 200.0, "height": 100.0}, {"page": 2, "width": 200.0, "height": 100.0}]


@pytest.fixture
def document(tmp_path: Path) -> TableDocument:
    folder = tmp_path / "competition-dataset-xx"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF")
    (folder / "a-str.xml").write_text(STRUCTURE, encoding="utf-8")
    (folder / "a-reg.xml").write_text(PLACES, encoding="utf-8")
    (found,) = documents(tmp_path)
    return found


def spanning(box: list[float]) -> dict[str, Any]:
    """The first table, read right."""
    read = table([["Sales in euro"], ["2025", "2026"]], box)
    read["cells"][0]["column_span"] = 2
    return read


def test_tables_have_their_cells_and_their_place_from_the_top(document: TableDocument) -> None:
    first, second = document.tables
    assert first.cells == (
        GridCell("Sales in\neuro", 0, 0, 0, 1),
        GridCell("2025", 1, 0, 1, 0),
        GridCell("2026", 1, 1, 1, 1),
    )
    assert first.box(100) == (20, 10, 120, 40)
    assert (first.page, second.page) == (1, 2)


def test_files_that_do_not_belong_together_are_an_error(document: TableDocument) -> None:
    document.path.with_name("a-reg.xml").write_text(PLACES.replace("page='2'", "page='3'"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"^a: -str"):
        documents(document.path.parent.parent)


def test_all_right(document: TableDocument) -> None:
    tables = [spanning([22.0, 12.0, 118.0, 38.0]), table([["a", "b"]], [20.0, 60.0, 120.0, 90.0], page=2)]
    assert compare(document, answer(pages=PAGES, tables=tables)) == Comparison(Agreement(4, 4, 4), 0, 0)


def test_a_table_is_compared_with_the_one_that_overlaps_it_most(document: TableDocument) -> None:
    """What stands next to it is nobody's: its relation is wrong. On the other page there is none: its own is missed."""
    tables = [table([["x", "y"]], [100.0, 10.0, 190.0, 40.0]), spanning([20.0, 10.0, 99.0, 40.0])]
    assert compare(document, answer(pages=PAGES, tables=tables)) == Comparison(Agreement(3, 4, 4), 1, 1)


def test_the_same_place_on_another_page_does_not_count(document: TableDocument) -> None:
    tables = [table([["a", "b"]], [20.0, 60.0, 120.0, 90.0], page=1)]
    assert compare(document, answer(pages=PAGES, tables=tables)) == Comparison(Agreement(0, 4, 1), 2, 1)


def test_two_tables_read_as_one_share_it_not(tmp_path: Path) -> None:
    """The one table goes to the true one that it overlaps most, and the other one is missed."""
    upper = TrueTable(1, 20, 60, 120, 90, (GridCell("a", 0, 0, 0, 0), GridCell("b", 0, 1, 0, 1)))
    lower = TrueTable(1, 20, 10, 120, 55, (GridCell("c", 0, 0, 0, 0), GridCell("d", 0, 1, 0, 1)))
    both = table([["a", "b"], ["c", "d"]], [20.0, 10.0, 120.0, 90.0])
    document = TableDocument("a", tmp_path, (upper, lower))
    assert compare(document, answer(pages=PAGES, tables=[both])) == Comparison(Agreement(1, 2, 4), 1, 0)


def test_a_table_joined_over_pages_is_compared_page_by_page(document: TableDocument) -> None:
    """The pieces are those of the two true tables, the second with its head as it is repeated there."""
    joined = table([["Sales in euro", ""], ["2025", "2026"], ["a", "b"]], [22.0, 12.0, 118.0, 38.0])
    joined["cells"] = [cell for cell in joined["cells"] if cell["text"]]
    joined["cells"][0]["column_span"] = 2
    joined["parts"] = [
        {"page": 1, "bbox": [22.0, 12.0, 118.0, 38.0], "first_row": 0, "rows": 2, "head": []},
        {"page": 2, "bbox": [20.0, 60.0, 120.0, 90.0], "first_row": 2, "rows": 1, "head": []},
    ]
    assert compare(document, answer(pages=PAGES, tables=[joined])) == Comparison(Agreement(4, 4, 4), 0, 0)
    joined["parts"][1]["head"] = [{"row": 0, "column": 0, "row_span": 1, "column_span": 1, "text": "c", "bbox": None}]
    assert compare(document, answer(pages=PAGES, tables=[joined])) == Comparison(Agreement(4, 4, 5), 0, 0)


def test_figures_are_averaged_by_document_and_pooled(document: TableDocument) -> None:
    """One document of 4 relations, all found, and one of 1, refused: half on average, four fifths together."""
    short = TableDocument("b", document.path, document.tables[1:])
    tables = [spanning([22.0, 12.0, 118.0, 38.0]), table([["a", "b"]], [20.0, 60.0, 120.0, 90.0], page=2)]
    answers = {"a": answer(pages=PAGES, tables=tables), "b": refused()}
    evaluation = evaluate([document, short], answers, [], document.path.parent)
    row = dict(zip(evaluation.columns, evaluation.rows[0], strict=True))
    assert (row["P"], row["R"], row["F1"]) == ("0.500", "0.500", "0.500")
    assert (row["pooled P"], row["pooled R"], row["pooled F1"]) == ("1.000", "0.800", "0.889")
    assert (row["tables"], row["missed"], row["extra"], row["failed"]) == ("3", "1", "0", "1")
    assert evaluation.wrong[0].startswith("b  P 0.000  R 0.000  tables 1, missed 1")
