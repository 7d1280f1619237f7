"""A scan's poor text layer over its place: another reading of the same ink, over which nothing is printed."""

from __future__ import annotations

import base64

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4

from extractor.engine import Engine
from extractor.request import parse_request
from tests import documents

LINES = ["Invoice 4711 of the harbour office", "Berth 12 for three nights 158.10", "Total due 182.15 EUR"]
POOR = ["lnvoice 4177 of the harb0ur oflice", "Berlh 72 for thrce nights 758.70", "Tolal due 782.75 EUR"]


def scan(layer: list[str], ink: int) -> bytes:
    """A scan of the lines in grey of a brightness in 0..255, and an invisible layer over them in smaller type."""
    buffer, page = documents.new_canvas()
    picture = documents.picture(documents.text_pdf([LINES], size=14)).convert("L")
    grey = Image.eval(picture, lambda shade: ink + shade * (255 - ink) // 255)
    page.drawInlineImage(grey.convert("RGB"), 0, 0, *A4)
    for number, line in enumerate(layer):
        text = page.beginText(72, A4[1] - 90 - number * 14 * 1.4)
        text.setFont("Helvetica", 9)
        text.setTextRenderMode(3)
        text.textOut(line)
        page.drawText(text)
    page.save()
    return buffer.getvalue()


@pytest.mark.parametrize("ink", [0, 125], ids=["black", "pale"])
def test_what_is_seen_stands_however_small_the_layer_is_and_pale_the_ink(engine: Engine, ink: int) -> None:
    encoded = base64.b64encode(scan(POOR, ink)).decode("ascii")
    answer = engine.extract(parse_request({"document_content_base64": encoded, "outputs": ["text"]}), document_id="s")
    assert " ".join(answer["data"]["text"].split()) == " ".join(LINES)
    assert answer["metadata"]["notices"] == []
