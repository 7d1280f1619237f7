"""What a caller is told beside the text: the same things as sentences and as values with codes, and only what is so."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from extractor.engine import Engine
from extractor.languages import Recognition
from extractor.pages.layer_trust import UNSURE
from extractor.reading.unread import HardlyRead, unread_notices
from extractor.request import parse_request
from extractor.values.notices import KINDS, NoticeCode
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word
from tests import documents
from tests.documents import image_bytes, raw_pdf
from tests.photos import table_photo

TEXT = "BT /F1 12 Tf 72 700 Td (Payable within thirty days of this invoice, net.) Tj ET"
ENGLISH = (
    "The buyer has to pay for all services",
    "Payment is due within fourteen days",
    "Signed by Maria Petrova, director",
    "Delivery is included in the price",
)


def read(engine: Engine, document: bytes, **keys: Any) -> dict[str, Any]:
    content = base64.b64encode(document).decode("ascii")
    answer = engine.extract(parse_request({"document_content_base64": content, **keys}), document_id="notices")
    metadata = answer["metadata"]
    assert metadata["warnings"] == [notice["message"] for notice in metadata["notices"]]
    return answer


def codes(answer: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    return [(notice["code"], notice["page"]) for notice in answer["metadata"]["notices"]]


def lines_image(lines: tuple[str, ...], blur: float = 0.0) -> Image.Image:
    image = Image.new("RGB", (900, 500), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((80, 60 + 90 * number), line, fill="black", font=ImageFont.load_default(30))
    return image.filter(ImageFilter.GaussianBlur(blur)) if blur else image


def test_every_code_is_in_the_table() -> None:
    assert set(KINDS) == set(get_args(NoticeCode))


@pytest.mark.parametrize("pages", [None, "2"])
def test_what_is_said_of_the_document_is_said_once_whichever_pages_are_read(engine: Engine, pages: str | None) -> None:
    two = documents.with_file(documents.text_pdf([["The first page"], ["And the second"]]), "a.xml", b"<a/>")
    answer = read(engine, two, **({"pages": pages} if pages else {}))
    assert codes(answer) == [("ATTACHMENTS", None)]
    assert answer["metadata"]["notices"][0]["bbox"] is None


def test_a_notice_has_the_place_that_it_is_about(engine: Engine) -> None:
    hidden = "1 g BT /F1 12 Tf 72 500 Td (secret words) Tj ET"
    (notice,) = read(engine, raw_pdf(f"{TEXT} {hidden}"))["metadata"]["notices"]
    assert (notice["code"], notice["page"]) == ("UNSEEN_TEXT", 1)
    left, top, right, bottom = notice["bbox"]
    assert (left, right) == (pytest.approx(72, abs=2), pytest.approx(145, abs=8))
    assert 842 - 516 < top < bottom < 842 - 490


def test_a_blank_page_is_neither_sure_nor_unsure(engine: Engine) -> None:
    blank = read(engine, raw_pdf(""))
    assert codes(blank) == [("PAGE_BLANK", 1)]
    assert blank["metadata"]["confidence"] == {"mean": None, "low_pages": []}
    beside = read(engine, documents.merged(raw_pdf(""), raw_pdf(TEXT)))
    assert beside["metadata"]["confidence"] == {"mean": 1.0, "low_pages": []}
    assert codes(read(engine, image_bytes(Image.new("RGB", (400, 300), "white"), "PNG"))) == [("PAGE_BLANK", 1)]


def test_a_photograph_without_a_word_is_told(engine: Engine) -> None:
    answer = read(engine, image_bytes(table_photo("stone"), "JPEG", quality=85))
    assert codes(answer) == [("NOTHING_READ", 1)]
    assert answer["metadata"]["confidence"]["mean"] is None
    assert all(element["confidence"] is None for element in answer["data"]["elements"])


@pytest.mark.parametrize("scan", [True, False], ids=["scan", "picture under a line of text"])
def test_a_picture_that_may_not_be_read_is_told(engine: Engine, scan: bool) -> None:
    buffer, page = documents.new_canvas()
    page.drawInlineImage(lines_image(ENGLISH), 30, 60, 540, 700)
    if not scan:
        page.drawString(72, 800, "Sent by fax on 3 May 2024, page 1 of 1")
    page.save()
    answer = read(engine, buffer.getvalue(), ocr="never")
    assert codes(answer) == [("NOT_RECOGNISED", 1)]
    assert codes(read(engine, buffer.getvalue())) == []
    # Where the text layer says it all, nothing is missing.
    assert codes(read(engine, raw_pdf(TEXT), ocr="never")) == []


def test_an_image_that_may_not_be_read_is_told(engine: Engine) -> None:
    assert codes(read(engine, image_bytes(lines_image(ENGLISH), "PNG"), ocr="never")) == [("NOT_RECOGNISED", 1)]


@pytest.mark.parametrize("unknown", [ImageOps.flip, ImageOps.mirror])
def test_lines_in_letters_that_no_recogniser_here_has_are_told(engine: Engine, unknown: Callable[..., Any]) -> None:
    """Print in a mirror, whichever way it is held, is in no script: nothing says that it is turned."""
    assert codes(read(engine, image_bytes(unknown(lines_image(ENGLISH)), "PNG"))) == [("TEXT_NOT_READ", 1)]


@pytest.mark.parametrize("blur", [0.0, 2.5])
def test_lines_that_are_read_are_not(engine: Engine, blur: float) -> None:
    assert codes(read(engine, image_bytes(lines_image(ENGLISH, blur), "PNG"))) == []


def test_letters_of_a_doubted_text_layer_that_no_recogniser_has_are_told() -> None:
    hebrew = "חשבונית מס לתשלום"
    box = (0.0, 0.0, 10.0, 10.0)

    def told(text: str, confidence: float) -> list[str]:
        words = tuple(Word(word, box, 0, "text_layer", 10, confidence=confidence) for word in text.split())
        picture = PagePicture(np.zeros((10, 10, 3), np.uint8), 0)
        page = Page(1, 10, 10, picture, 1.0, words)
        return [notice.message for notice in unread_notices(page, words, Recognition(), HardlyRead())]

    (message,) = told(f"Invoice {hebrew}", UNSURE)
    assert message.endswith("(Hebrew)")
    assert told(hebrew, 1.0) == []
    assert told("Größe α请求書 in Ω", UNSURE) == []
