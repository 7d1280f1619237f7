"""TEDS on tables whose cheapest edits can be counted by hand: a 2 x 2 table has 7 nodes (table, 2 tr, 4 td)."""

from __future__ import annotations

import pytest

from benchmarks.metrics.page_score import score_page
from benchmarks.metrics.teds import teds


def table(*rows: str) -> str:
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


TWO_BY_TWO = table("<td>Item</td><td>Price</td>", "<td>Pen</td><td>12</td>")
SECTIONED = (
    "<table><thead><tr><th>Item</th><th> Price\n</th></tr></thead>\n"
    "<tbody><tr><td>Pen</td><td>12</td></tr></tbody></table>"
)
HEADED = table('<td colspan="2">Sales</td>', "<td>Pen</td><td>12</td>")


@pytest.mark.parametrize(
    ("truth", "reading", "expected"),
    [
        (TWO_BY_TWO, TWO_BY_TWO, 1.0),
        # One digit of two is wrong.
        (TWO_BY_TWO, TWO_BY_TWO.replace("12", "13"), 1 - 0.5 / 7),
        # A row is lost: three nodes.
        (TWO_BY_TWO, table("<td>Item</td><td>Price</td>"), 1 - 3 / 7),
        # A heading over two columns was split: its cell has another span, and one cell is too many.
        (HEADED, table("<td>Sales</td><td></td>", "<td>Pen</td><td>12</td>"), 1 - 2 / 7),
        # Heads and sections are looked through, line breaks are spaces, whitespace is collapsed.
        (TWO_BY_TWO, SECTIONED, 1.0),
        (TWO_BY_TWO.replace("Pen", "Red pen"), TWO_BY_TWO.replace("Pen", "Red<br>pen"), 1.0),
        # Only the first table counts.
        (TWO_BY_TWO + HEADED, TWO_BY_TWO, 1.0),
        (TWO_BY_TWO, "no table", 0.0),
        ("no table", TWO_BY_TWO, None),
    ],
)
def test_teds(truth: str, reading: str, expected: float | None) -> None:
    assert teds(truth, reading) == (None if expected is None else pytest.approx(expected))


def test_a_pipe_table_is_a_table() -> None:
    score = score_page(f"Text\n\n{TWO_BY_TWO}", "Text\n\n| Item | Price |\n| --- | ---: |\n| Pen | 12 |")
    assert score is not None
    assert score.teds == score.nid == score.overall == 1
    assert score.mhs is None
