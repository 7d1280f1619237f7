"""What a request asks of its texts and records reaches the answer; and what every answer about a PDF has."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from PIL import Image

from extractor.engine import Engine
from extractor.request import parse_request
from tests import documents

LETTER = (
    "The tenant pays the rent in advance on the first day of each month to the",
    "landlord, who keeps the house in good order and answers for all that is not",
    "caused by the tenant.",
)
NEXT = ("Signed in two copies, one for each of the parties, in the city of Hamburg.",)
VIEWS = ["markdown", "text", "html"]


def read(engine: Engine, content: bytes, **keys: Any) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode("ascii")
    return engine.extract(parse_request({"document_content_base64": encoded, **keys}), document_id="written")


def test_lines_are_joined_and_pages_are_marked_on_request(engine: Engine) -> None:
    pdf = documents.text_pdf([LETTER, NEXT])
    plain = read(engine, pdf, outputs=VIEWS)["data"]
    assert "\n".join(LETTER) in plain["text"] and "\n".join(LETTER) in plain["markdown"]
    assert not any(mark in plain[view] for view in VIEWS for mark in ("\f", "page 2", "data-page"))
    written = read(engine, pdf, outputs=VIEWS, reflow=True, page_breaks=True)["data"]
    whole = " ".join(LETTER)
    assert written["text"] == f"{whole}\n\n\f\n\n{NEXT[0]}\n"
    assert written["markdown"] == f"{whole}\n\n<!-- page 2 -->\n\n{NEXT[0]}\n"
    assert whole in written["html"] and '<hr data-page="2">' in written["html"]


def test_records_of_a_table_are_named_after_its_head(engine: Engine) -> None:
    (found,) = read(engine, documents.invoice_pdf(), outputs=["records"])["data"]["records"]
    assert found["columns"] == ["Pos", "Description", "Quantity", "Unit price", "Amount"]
    assert [tuple(row.values()) for row in found["rows"]] == list(documents.INVOICE_LINES)


def test_every_pdf_has_its_forms_fields_and_an_image_has_none(engine: Engine) -> None:
    assert read(engine, documents.invoice_pdf(), outputs=["text"])["data"]["form_fields"] == []
    buffer, page = documents.new_canvas()
    page.drawString(72, 700, "Customer number:")
    page.acroForm.textfield(name="customer", value="C-88123", x=200, y=690, width=150, height=22)
    page.save()
    (field,) = read(engine, buffer.getvalue(), outputs=["text"])["data"]["form_fields"]
    assert (field["name"], field["type"], field["value"], field["page"]) == ("customer", "text", "C-88123", 1)
    assert field["bbox"] == pytest.approx([200, 842 - 712, 350, 842 - 690], abs=1.5)
    image = documents.image_bytes(Image.new("RGB", (300, 200), "white"), "PNG")
    assert "form_fields" not in read(engine, image, outputs=["text"])["data"]


@pytest.mark.parametrize("claimed", ["\x1b", "\xad", "\u00a0"], ids=["control", "soft hyphen", "space"])
@pytest.mark.parametrize("fate", ["keep", "drop"])
def test_an_amount_whose_font_lacks_a_digit_is_read_as_it_is_drawn(engine: Engine, claimed: str, fate: str) -> None:
    lines = [[*"Total due 1,2", claimed, *"0.00 within thirty days of this invoice"], [*"and a further line of it"]]
    drawn = {
        claimed: "8",
        **{letter: letter for letter in "".join(map("".join, lines)) if letter not in (claimed, " ")},
    }
    answer = read(engine, documents.mapped_pdf(lines, size=14, glyphs=drawn), outputs=["text"], unseen_text=fate)
    assert answer["data"]["text"].split()[:4] == ["Total", "due", "1,280.00", "within"]
    assert answer["metadata"]["confidence"]["mean"] < 1


@pytest.mark.parametrize("ruled", [True, False])
def test_a_drawn_line_parts_figures_of_two_columns_however_near(engine: Engine, ruled: bool) -> None:
    """The amounts begin where the quantities end: only the line between tells that they are two."""
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 10)
    rows = [("Article", "Qty", "Amount"), *((f"Bolt M{n}", f"{n}0", f"{n}00.50") for n in range(1, 6))]
    for number, (name, count, amount) in enumerate(rows):
        base = 700 - 18 * number
        page.drawString(80, base, name)
        page.drawRightString(299.4, base, count)
        page.drawString(300.6, base, amount)
    if ruled:
        for number in range(len(rows) + 1):
            page.line(76, 713 - 18 * number, 360, 713 - 18 * number)
        for at in (76, 250, 300, 360):
            page.line(at, 713, at, 713 - 18 * len(rows))
    page.save()
    text = read(engine, buffer.getvalue(), outputs=["text"])["data"]["text"]
    assert ("Bolt M1\t10\t100.50" in text) == ruled
