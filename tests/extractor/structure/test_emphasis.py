"""Bold, italics, superscripts and links of a page, in HTML always and in markdown on request; and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.engine import Engine
from extractor.outputs.views import render
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.structure.emphasis import looks_of_words, spans_of_lines, with_spans
from extractor.structure.text_lines import group_lines
from extractor.values.document import AssembledPage, Cell, PageElement, Table
from extractor.values.options import Writing
from extractor.values.styles import Span, Style
from extractor.values.words import Word
from tests.documents import new_canvas, raw_pdf
from tests.extractor.pages.pdf_page import read_page
from tests.extractor.printed_document import printed
from tests.page_readers import PageReaders, page_readers

BOLD, ITALIC, RAISED = Style(bold=True), Style(italic=True), Style(raised=True)
ADDRESS = "https://pay.example/a?b=1&c=2"
FONTS = "/Font << /F1 5 0 R /FB 6 0 R /FI 7 0 R >>"
TYPES = [
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Oblique /Encoding /WinAnsiEncoding >>",
]


@pytest.fixture(scope="module")
def readers() -> Iterator[PageReaders]:
    with page_readers(Settings(page_processes=1)) as own:
        yield own


def spans(readers: PageReaders, folder: Path, content: str, page: str = "") -> list[tuple[str, Style]]:
    """Each span's letters and its style."""
    pdf = raw_pdf(f"BT /F1 12 Tf 72 700 Td {content} ET", "", TYPES, page=page).replace(
        b"/Font << /F1 5 0 R >>", FONTS.encode(), 1
    )
    lines = group_lines(read_page(readers, folder, pdf).words)
    text = "\n".join(line.text for line in lines)
    return [(text[one.start : one.end], one.style) for one in spans_of_lines(lines, looks_of_words(lines))]


MIXED = "(Pay ) Tj /FB 12 Tf (80.90 EUR now) Tj /F1 12 Tf ( to ) Tj /FI 12 Tf (Miller) Tj /F1 12 Tf (, London) Tj"


def test_bold_and_italic_words_and_letters(readers: PageReaders, tmp_path: Path) -> None:
    assert spans(readers, tmp_path, MIXED) == [("80.90 EUR now", BOLD), ("Miller", ITALIC)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("(Area 40 m) Tj 7 Tf 5 Ts (2) Tj 12 Tf 0 Ts ( in all) Tj", ["2"]),
        ("(Price) Tj 7 Tf 5 Ts ( 1) Tj 12 Tf 0 Ts ( per piece) Tj", ["1"]),
        ("(Water H) Tj 7 Tf -2 Ts (2) Tj 12 Tf 0 Ts (O cold) Tj", []),
        ("(S) Tj 9 Tf (MALL) Tj 12 Tf ( C) Tj 9 Tf (APS) Tj", []),
        ("(All of one size) Tj", []),
        ("(Share) Tj 7 Tf 60 5 Td (32%) Tj", []),
        ("/F1 30 Tf -10 Ts (T) Tj 9 Tf 10 Ts (his) Tj 12 Tf 0 Ts ( is so) Tj", []),
        ("(Scale) Tj 7 Tf 5 Ts ( pictures of faces) Tj", []),
    ],
    ids=[
        "in a word",
        "a word of its own",
        "subscript",
        "small capitals",
        "plain",
        "small beside",
        "initial",
        "small words",
    ],
)
def test_superscripts(readers: PageReaders, tmp_path: Path, content: str, found: list[str]) -> None:
    content = content.replace("7 Tf", "/F1 7 Tf").replace("9 Tf", "/F1 9 Tf").replace("12 Tf", "/F1 12 Tf")
    assert spans(readers, tmp_path, content) == [(text, RAISED) for text in found]


def annotation(uri: str, action: str = "URI") -> str:
    place = "/Type /Annot /Subtype /Link /Rect [72 695 122 715] /Border [0 0 0]"
    return f"/Annots [<< {place} /A << /S /{action} /URI ({uri}) >> >>]"


def test_a_link_is_the_words_that_it_stands_on(readers: PageReaders, tmp_path: Path) -> None:
    content = "(Pay here by card) Tj"
    found = spans(readers, tmp_path, content, annotation(ADDRESS))
    assert found == [("Pay here", Style(link=ADDRESS))]


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "https://a b", f"https://a/{'x' * 3000}"]
)
def test_an_address_that_no_reader_should_follow_is_no_link(readers: PageReaders, tmp_path: Path, uri: str) -> None:
    escaped = uri.replace("(", "\\(").replace(")", "\\)")
    assert spans(readers, tmp_path, "(Pay here by card) Tj", annotation(escaped)) == []


def element(text: str, *own: Span, label: DocItemLabel = DocItemLabel.TEXT, **keys: Any) -> PageElement:
    return PageElement(1, label, text, (72, 100, 300, 120), "text_layer", 1.0, spans=own, **keys)


def views(*elements: PageElement, emphasis: bool = True) -> dict[str, Any]:
    page = AssembledPage(1, 595.0, 842.0, elements)
    return render(printed(page), ["markdown", "text", "html", "docling"], Writing(emphasis=emphasis))


def test_html_has_tags_and_markdown_has_signs_where_they_are_asked_for() -> None:
    text = "Pay 80.90 now, see terms1\nor call us"
    own = (Span(4, 9, BOLD), Span(19, 24, Style(link=ADDRESS)), Span(24, 25, RAISED), Span(26, 35, ITALIC))
    shown = views(element(text, *own))
    assert (
        'Pay <strong>80.90</strong> now, see <a href="https://pay.example/a?b=1&amp;c=2">terms</a><sup>1</sup><br>'
        "<em>or call u</em>s"
    ) in shown["html"]
    assert shown["markdown"] == f"Pay **80.90** now, see [terms](<{ADDRESS}>)<sup>1</sup>\n*or call u*s\n"
    assert shown["text"] == f"{text}\n"
    assert shown["docling"]["texts"][0]["text"] == text
    assert views(element(text, *own), emphasis=False)["markdown"] == f"{text}\n"


def test_heads_are_bold_by_what_they_are() -> None:
    heading = element("Terms", Span(0, 5, BOLD), label=DocItemLabel.SECTION_HEADER, level=2)
    assert "## Terms\n" in views(heading)["markdown"]
    assert "<h2>Terms</h2>" in views(heading)["html"]
    cells = [
        Cell(row, 0, 1, 1, row == 0, text, None, 1.0, spans=(Span(0, 5, BOLD),))
        for row, text in enumerate(["Price", "80.90"])
    ]
    cells += [Cell(row, 1, 1, 1, row == 0, text, None, 1.0) for row, text in enumerate(["Unit", "a | b"])]
    table = element("", label=DocItemLabel.TABLE, table=Table(2, 2, tuple(cells)))
    assert views(table)["markdown"] == "| Price | Unit |\n| --- | --- |\n| **80.90** | a \\| b |\n"
    assert "<strong>80.90</strong>" in views(table)["html"]
    assert "<strong>Price</strong>" not in views(table)["html"]


def test_cells_have_the_styles_of_their_own_words() -> None:
    """The same word in two cells, and twice in one: each is itself."""
    places = ((50, 100, False), (50, 116, True), (150, 100, False), (190, 100, True))
    words = [
        Word("80.90", (x, y, x + 30, y + 12), n, "text_layer", 10, bold=bold) for n, (x, y, bold) in enumerate(places)
    ]
    cells = (
        Cell(0, 0, 1, 1, False, "80.90", (50, 100, 80, 112), 1.0),
        Cell(1, 0, 1, 1, False, "80.90", (50, 116, 80, 128), 1.0),
        Cell(0, 1, 1, 1, False, "80.90 80.90", (150, 100, 220, 112), 1.0),
        Cell(1, 1, 1, 1, False, "", None, 1.0),
    )
    table = with_spans(Table(2, 2, cells), words, looks_of_words(group_lines(words)))
    assert [cell.spans for cell in table.cells] == [(), (Span(0, 5, BOLD),), (Span(6, 11, BOLD),), ()]


def test_the_mark_of_a_list_item_is_no_part_of_its_emphasis() -> None:
    item = element(
        "1. Net price", Span(0, 6, BOLD), label=DocItemLabel.LIST_ITEM, marker="1.", enumerated=True, level=1
    )
    assert views(item)["markdown"] == "1. **Net** price\n"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("see <b>", Span(5, 7, BOLD)),
        ("<script>alert(1)</script>", Span(1, 7, ITALIC)),
        ("here! [x](https://a)", Span(6, 9, Style(link=ADDRESS))),
        ("here!pay", Span(5, 8, Style(link=ADDRESS))),
        ("".join(map(chr, range(0xFDD0, 0xFDF0))) + "x", Span(32, 33, BOLD)),
        ("\ufdd00\ufdd1x\ufdd2 y", Span(6, 7, BOLD)),
    ],
)
def test_no_text_becomes_live_or_is_lost(text: str, span: Span) -> None:
    shown = views(element(text, span))
    assert "<script" not in shown["html"] + shown["markdown"]
    assert "<b>" not in shown["html"]
    assert "![" not in shown["markdown"].replace("\\![", "")
    assert "![" not in shown["markdown"]
    assert shown["text"] == f"{text}\n"
    assert all(sign in shown["html"] for sign in text if sign >= "\ufdd0")


def test_a_page_from_end_to_end(engine: Engine) -> None:
    buffer, page = new_canvas()
    text = page.beginText(72, 700)
    for font, said in (
        ("Helvetica", "Payable to "),
        ("Helvetica-Bold", "Miller and Sons"),
        ("Helvetica", " in London."),
    ):
        text.setFont(font, 12)
        text.textOut(said)
    page.drawText(text)
    page.linkURL(ADDRESS, (230, 695, 300, 715))
    page.save()
    request = {
        "document_content_base64": base64.b64encode(buffer.getvalue()).decode(),
        "outputs": ["html", "markdown", "text"],
        "emphasis": True,
    }
    data = engine.extract(parse_request(request), document_id="emphasis")["data"]
    assert "Payable to <strong>Miller and Sons</strong> " in data["html"]
    assert f'href="{ADDRESS.replace("&", "&amp;")}">' in data["html"]
    assert data["markdown"].startswith("Payable to **Miller and Sons** ")
    assert data["text"] == "Payable to Miller and Sons in London.\n"
