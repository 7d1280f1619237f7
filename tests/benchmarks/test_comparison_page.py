"""Differences are marked where they are, and nothing of a document becomes markup."""

from __future__ import annotations

import html

from benchmarks.comparison_page import marked_differences


def test_what_differs_is_marked_on_its_side() -> None:
    assert marked_differences("TOTAL 12.50 paid", "TOTAL 12.80 paid") == (
        "TOTAL <del>12.50</del> paid",
        "TOTAL <ins>12.80</ins> paid",
    )


def test_neighbouring_words_are_marked_together_and_lines_are_kept() -> None:
    assert marked_differences("one two\nthree\n\nfour", "one\n\nfour") == (
        "one <del>two\nthree</del>\n\nfour",
        "one\n\nfour",
    )


def test_kinds_of_tables_cells_and_levels_of_headings_are_no_difference() -> None:
    truth = "# Prices\n<table><thead><tr><th>Item</th><th>Price</th></tr></thead></table>"
    left, right = marked_differences(
        truth.replace("<thead>", "").replace("</thead>", ""), "### Prices\n\n| Item | Price |\n| --- | --- |"
    )
    assert "<del>" not in left
    assert "<ins>" not in right
    assert "&lt;tr&gt;&lt;td&gt;Item&lt;/td&gt;&lt;td&gt;Price&lt;/td&gt;&lt;/tr&gt;" in right


def test_a_table_has_one_row_a_line_however_it_was_written() -> None:
    truth = "A\n<table>\n <tr>\n  <td>\n   12 ml\n  </td>\n <td>b</td></tr></table>\nZ"
    left, right = marked_differences(truth, "A\n\n| 12 ml | b |\n|---|---|\n\nZ")
    assert left == right == html.escape("A\n\n<table>\n<tr><td>12 ml</td><td>b</td></tr>\n</table>\n\nZ")


def test_a_document_cannot_bring_its_own_markup() -> None:
    left, right = marked_differences("a <script>alert(1)</script> b", "a & b")
    assert "<script" not in left
    assert right == "a <ins>&amp;</ins> b"
