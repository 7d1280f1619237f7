"""A table reads in a terminal and as GitHub markdown."""

from __future__ import annotations

from benchmarks.result_table import ResultTable, figure

TABLE = ResultTable("odl: pages", ("2 documents", "cpu"), ("engine", "NID"), (("worker", "0.926"), ("a peer", "-")))


def test_plain_columns_are_in_line() -> None:
    assert TABLE.plain() == (
        "odl: pages\n2 documents\ncpu\n\nengine    NID\n------  -----\nworker  0.926\na peer      -\n"
    )


def test_markdown_is_a_pipe_table() -> None:
    assert TABLE.markdown() == (
        "## odl: pages\n\n- 2 documents\n- cpu\n\n| engine | NID |\n|---|---:|\n| worker | 0.926 |\n| a peer | - |\n"
    )


def test_figures_have_fixed_digits_and_a_dash_where_there_is_none() -> None:
    assert (figure(0.92649), figure(4.386, 2), figure(None)) == ("0.926", "4.39", "-")
