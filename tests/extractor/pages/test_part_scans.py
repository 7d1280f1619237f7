"""Scans of which the text layer says a part: typed answers, a label, an OCR layer. What it does not say is read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4

from extractor.pages.layer_trust import is_sure
from extractor.values.boxes import area
from tests import documents
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

QUESTIONS = [f"Question {n} of the form, to be answered by the tenant of the house:" for n in range(1, 25)]
ANSWERS = [(400.0, 75.0 + 15.4 * n, f"answer {n}") for n in range(0, 24, 2)]
TOP, LEADING = 90.0, 15.4


@cache
def scan() -> Image.Image:
    return documents.picture(documents.text_pdf([QUESTIONS]), dpi=110)


def scanned(texts: Sequence[tuple[float, float, str]], mode: int = 0, image: Image.Image | None = None) -> bytes:
    """A scan and texts over it, each at its left side and its baseline from above; 3: they are invisible."""
    buffer, page = documents.new_canvas()
    page.drawInlineImage(scan() if image is None else image, 0, 0, *A4)
    for left, top, written in texts:
        text = page.beginText(left, A4[1] - top)
        text.setFont("Helvetica", 11)
        text.setTextRenderMode(mode)
        text.textOut(written)
        page.drawText(text)
    page.save()
    return buffer.getvalue()


def layer(lines: slice) -> list[tuple[float, float, str]]:
    """The text of these lines of the scan, in their places."""
    return [(72.0, TOP + LEADING * number, QUESTIONS[number]) for number in range(*lines.indices(len(QUESTIONS)))]


def test_a_form_with_typed_answers_is_read_and_the_answers_stand(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, scanned(ANSWERS))
    assert page.is_scan
    assert said(page) == " ".join(text for _, _, text in ANSWERS)
    assert told(page) == ()


def test_a_scan_with_a_label_over_it_is_read(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, scanned([(420.0, 40.0, "Exhibit 12 to the claim of 3 May")]))
    assert page.is_scan
    assert said(page) == "Exhibit 12 to the claim of 3 May"


@pytest.mark.parametrize("part", [slice(18, 24), slice(0, 12), slice(0, 1)], ids=["its end", "its half", "a line"])
def test_a_scan_with_a_text_layer_of_a_part_is_read(readers: PageReaders, tmp_path: Path, part: slice) -> None:
    page = read_page(readers, tmp_path, scanned(layer(part), mode=3))
    assert page.is_scan
    assert said(page) == " ".join(text for _, _, text in layer(part))
    assert not any(map(is_sure, page.words)), "it is compared with our own reading"


def test_what_a_page_says_itself_over_white_paper_is_all_there_is(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, scanned(layer(slice(0, 24)), image=Image.new("RGB", scan().size, "white")))
    assert said(page) == " ".join(QUESTIONS)
    assert all(map(is_sure, page.words))
    assert sum(map(area, page.recognise)) < 0.01 * area(page.box)
