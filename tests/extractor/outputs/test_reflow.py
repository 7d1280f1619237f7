"""Lines of paragraphs joined on request: words whole, addresses as they are printed, no figure changed."""

from __future__ import annotations

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.outputs.reflow import reflowed
from extractor.outputs.views import render
from extractor.values.document import AssembledPage, PageElement, TextLine
from extractor.values.options import Writing
from extractor.values.styles import Span, Style
from tests.extractor.printed_document import printed

LETTER = 6.0
BOLD = Style(bold=True)


def element(
    *lines: str, label: DocItemLabel = DocItemLabel.TEXT, spans: tuple[Span, ...] = (), page: int = 1
) -> PageElement:
    """Lines flush left, each letter of one width (an ideograph of two)."""
    own = [
        TextLine(
            text,
            (72, 100 + 14 * number, 72 + LETTER * sum(1 + (ord(sign) > 0x2E80) for sign in text), 112 + 14 * number),
            1.0,
        )
        for number, text in enumerate(lines)
    ]
    box = (72.0, 100.0, max(line.box[2] for line in own), own[-1].box[3])
    return PageElement(page, label, "\n".join(lines), box, "text_layer", 1.0, lines=tuple(own), spans=spans)


def flowed(*lines: str, label: DocItemLabel = DocItemLabel.TEXT, beside: str = "Other words.") -> str:
    return reflowed([element(*lines, label=label), element(beside)])[0].text


def test_a_paragraph_is_one_line() -> None:
    lines = ("The tenant pays the rent in advance on", "the first day of each month, without any", "further notice.")
    assert flowed(*lines) == " ".join(lines)


def test_a_sentence_that_ends_early_ends_its_paragraph() -> None:
    lines = (
        "The tenant pays the rent in advance on",
        "the first day.",
        "Heating and water are paid for each one",
        "by use.",
    )
    assert flowed(*lines) == f"{lines[0]} {lines[1]}\n{lines[2]} {lines[3]}"


@pytest.mark.parametrize(
    "lines",
    [
        ("Miller & Sons Limited", "14 Canal Street", "Manchester M1 3HE"),
        ("Nordwind Werkzeugbau und Handelsgesellschaft mbH", "Hafenstrasse 21", "20457 Hamburg"),
        (
            "Monday to Friday from nine to five in the office",
            "Saturday by appointment",
            "Sunday closed for all visitors",
        ),
        ("Net 2,708.10", "VAT 514.54", "Total 3,222.64"),
    ],
)
def test_addresses_and_lists_of_short_lines_stay(lines: tuple[str, ...]) -> None:
    assert flowed(*lines) == "\n".join(lines)


@pytest.mark.parametrize("label", [DocItemLabel.CODE, DocItemLabel.FORMULA, DocItemLabel.PICTURE])
def test_what_is_no_prose_stays(label: DocItemLabel) -> None:
    lines = ("The tenant pays the rent in advance on", "the first day of each month, without any", "further notice.")
    assert flowed(*lines, label=label) == "\n".join(lines)


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("The contract may be ended by the respon-", "sible department at any time of the year.", "responsible"),
        ("The contract may be ended by the respon\u00ad", "sible department at any time of the year.", "responsible"),
        ("The contract may be ended by a well-", "known department at any time of the year.", "well-known"),
        ("Der Mieter zahlt die Heizkosten, Haupt-", "und Nebenkosten im Voraus am Monatsanfang.", "Haupt- und"),
        ("Der Vertrag gilt in der Region von Baden-", "Württemberg und in keiner anderen Region.", "Baden-Württemberg"),
        ("The price of each of the pieces is 1,250-", "1,300 EUR, whichever is the lower for you.", "1,250-1,300"),
        ("Please order by its number, which is AB-", "17 for the smaller one of the machines, or", "AB-17"),
        ("The price is to be paid in two parts - -", "the first of them at once, and the second", "- - the"),
    ],
)
def test_hyphens_at_line_ends(first: str, second: str, joined: str) -> None:
    text = flowed(first, second, "the end.", beside="A well-known word.")
    assert joined in text
    assert "\n" not in text


def test_ideographs_are_joined_without_a_space() -> None:
    lines = ("本合同自双方签字盖章之日起生效有效期为一年期满", "后双方可以续签。")
    assert flowed(*lines) == "".join(lines)


def test_spans_stay_on_their_letters() -> None:
    lines = ("The contract may be ended by the respon-", "sible department at any time of the year.", "At once.")
    text = "\n".join(lines)
    start = text.index("respon-")
    own = (Span(start, start + 7, BOLD), Span(start + 8, start + 13, BOLD), Span(len(text) - 5, len(text), BOLD))
    (one,) = reflowed([element(*lines, spans=own)])
    assert [one.text[span.start : span.end] for span in one.spans] == ["responsible", "once."]


def test_only_the_texts_are_reflowed_and_only_on_request() -> None:
    lines = ("The tenant pays the rent in advance on", "the first day of each month, without any", "further notice.")
    page = AssembledPage(1, 595.0, 842.0, (element(*lines),))
    data = render(printed(page), ["markdown", "text", "html", "elements", "docling"], Writing(reflow=True))
    assert data["markdown"] == data["text"] == " ".join(lines) + "\n"
    assert " ".join(lines) in data["html"]
    assert data["elements"][0]["text"] == data["docling"]["texts"][0]["text"] == "\n".join(lines)
    assert render(printed(page), ["text"])["text"] == "\n".join(lines) + "\n"


def test_page_breaks_are_marked_on_request() -> None:
    spoof = "#_#_DOCLING_DOC_PAGE_BREAK_1_2_#_#"
    pages = [
        AssembledPage(1, 595.0, 842.0, (element("First", page=1), element(spoof, page=1))),
        AssembledPage(2, 595.0, 842.0, ()),
        AssembledPage(3, 595.0, 842.0, (element("Third", page=3),)),
    ]
    data = render(printed(*pages), ["markdown", "text", "html"], Writing(page_breaks=True))
    assert data["markdown"] == f"First\n\n{spoof}\n\n<!-- page 3 -->\n\nThird\n"
    assert data["text"] == f"First\n\n{spoof}\n\n\f\n\nThird\n"
    assert data["html"].index("First") < data["html"].index('<hr data-page="3">') < data["html"].index("Third")
    plain = render(printed(*pages), ["markdown", "text", "html"])
    assert plain["text"] == f"First\n\n{spoof}\n\nThird\n"
    assert "page 3" not in plain["markdown"] + plain["html"]
