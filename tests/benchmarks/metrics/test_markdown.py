"""Pipe tables become HTML tables, and nothing else changes."""

from __future__ import annotations

from benchmarks.metrics.markdown import pipe_tables_to_html, squeeze


def test_a_pipe_table_becomes_an_html_table_of_its_cells() -> None:
    markdown = "Before\n\n| Pos | Amount |\n|:---|---:|\n| 1 | 1,140.00 |\n\nAfter"
    assert pipe_tables_to_html(markdown) == (
        "Before\n\n<table><tr><td>Pos</td><td>Amount</td></tr><tr><td>1</td><td>1,140.00</td></tr></table>\n\nAfter"
    )


def test_an_escaped_pipe_is_text() -> None:
    assert pipe_tables_to_html("| a \\| b | c |\n| --- | --- |") == "<table><tr><td>a | b</td><td>c</td></tr></table>"
    assert pipe_tables_to_html("a | b \\|\n--- | ---") == "<table><tr><td>a</td><td>b |</td></tr></table>"


def test_pipes_without_a_rule_below_them_are_text() -> None:
    for text in ("either | or", "either | or\nneither | nor", "either | or\n---", "<table><tr><td>|</td></tr></table>"):
        assert pipe_tables_to_html(text) == text


def test_squeeze_leaves_single_spaces() -> None:
    assert squeeze("\n a\u00a0 b\t\n\nc ") == "a b c"
