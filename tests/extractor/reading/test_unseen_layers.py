"""A scan's text layer beside its place: told where it is kept, and not where what was read takes its place."""

from __future__ import annotations

import base64
from typing import Any

from reportlab.lib.pagesizes import A4

from extractor.engine import Engine
from extractor.request import parse_request
from tests import documents

LINES = ["Invoice 4711 of the harbour office", "Berth 12 for three nights 158.00", "Total due 182.00 EUR"]


def scan(layer: list[str], down: float) -> bytes:
    """A scan of the lines, and an invisible layer that stands so many points below them."""
    buffer, page = documents.new_canvas()
    page.drawInlineImage(documents.picture(documents.text_pdf([LINES], size=14)), 0, 0, *A4)
    for number, line in enumerate(layer):
        text = page.beginText(72 + down, A4[1] - 90 - number * 14 * 1.4 - down)
        text.setFont("Helvetica", 14)
        text.setTextRenderMode(3)
        text.textOut(line)
        page.drawText(text)
    page.save()
    return buffer.getvalue()


def read(engine: Engine, content: bytes) -> tuple[str, list[dict[str, Any]]]:
    encoded = base64.b64encode(content).decode("ascii")
    answer = engine.extract(parse_request({"document_content_base64": encoded, "outputs": ["text"]}), document_id="s")
    return " ".join(answer["data"]["text"].split()), answer["metadata"]["notices"]


def test_layer_that_says_what_was_read_is_not_told_as_kept(engine: Engine) -> None:
    assert read(engine, scan(LINES, down=11)) == (" ".join(LINES), [])


def test_layer_that_says_something_else_is_kept_and_told(engine: Engine) -> None:
    text, notices = read(engine, scan(["Secret berth 99", "Another 1,000.00"], down=300))
    assert all(line in text for line in [*LINES, "Secret berth 99", "Another 1,000.00"])
    (notice,) = notices
    assert notice["code"] == "UNSEEN_TEXT"
    assert notice["message"] == "page 1: 5 word(s) that no reader sees (of a text layer in doubt) kept"


def test_glyph_that_claims_to_be_many_letters_is_read_as_it_is_drawn(engine: Engine) -> None:
    """A font says in Unicode what each glyph means, and may say anything."""
    lines = [["R", "ead", *"y: 8", "999,999", *"7.90 to pay"], [*"o", "ffi", *"ce of the harbour"]]
    drawn = {"999,999": "1", "ffi": "v", **{letter: letter for letter in "".join(map("".join, lines)) if letter != " "}}
    drawn["ead"] = "w"
    text, _ = read(engine, documents.mapped_pdf(lines, size=16, glyphs=drawn))
    assert "817.90" in text
    assert "999" not in text
    assert "office of the harbour" in text
