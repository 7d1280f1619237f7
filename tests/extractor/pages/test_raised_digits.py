"""Cents, exponents and footnote marks: raised digits are no part of the number before them, digital or scanned."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.engine import Engine
from tests import documents
from tests.extractor.pages.pdf_page import read_page, said
from tests.extractor.reading.test_page_reader import read
from tests.page_readers import PageReaders

# A text, and how it goes on in smaller type: its share of the size, and how far it is raised, in sizes.
Raised = tuple[str, str, float, float]
PRICES: list[Raised] = [("$19", "99", 0.5, 0.36), ("1,250.00", "1", 0.6, 0.35), ("312.40", "2", 0.65, 0.3)]
ONE_WORD: list[Raised] = [
    ("m", "2", 0.6, 0.35),
    ("word", "1", 0.6, 0.35),
    ("21", "st", 0.6, 0.35),
    ("19,", "99", 0.5, 0.36),
    ("$19", ".99", 0.6, 0.0),
    ("CO", "2", 0.6, -0.2),
    ("1,250.0", "0", 1.0, 0.0),
]


def page_of(texts: list[Raised], font: str, size: float, degrees: float = 0.0) -> bytes:
    buffer, page = documents.new_canvas((420, 420))
    if degrees:
        page.translate(60, 40)
        page.rotate(degrees)
    for row, (text, raised, share, rise) in enumerate(texts):
        y = 370 - 45 * row if not degrees else 40 - 45 * row
        page.setFont(font, size)
        page.drawString(60, y, text)
        x = 60 + page.stringWidth(text, font, size)
        page.setFont(font, size * share)
        page.drawString(x, y + rise * size, raised)
    page.save()
    return buffer.getvalue()


@pytest.mark.parametrize(("font", "size"), [("Helvetica", 11), ("Times-Bold", 24), ("Courier", 9)])
@pytest.mark.parametrize("degrees", [0.0, 90.0])
def test_a_raised_figure_is_a_word_of_its_own(
    readers: PageReaders, tmp_path: Path, font: str, size: float, degrees: float
) -> None:
    page = read_page(readers, tmp_path, page_of(PRICES, font, size, degrees))
    assert said(page) == "$19 99 1,250.00 1 312.40 2"
    dollars, cents = page.words[:2]
    assert dollars.size == pytest.approx(size, rel=0.02)
    assert cents.size == pytest.approx(size / 2, rel=0.02)


def test_so_is_one_before_the_number_and_one_of_the_same_size(readers: PageReaders, tmp_path: Path) -> None:
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 6)
    page.drawString(60, 704, "3")
    page.setFont("Helvetica", 11)
    page.drawString(60 + page.stringWidth("3", "Helvetica", 6), 700, "1,250.00")
    page.drawString(60, 600, "902.15")
    page.drawString(60 + page.stringWidth("902.15", "Helvetica", 11), 604, "2")
    page.save()
    assert said(read_page(readers, tmp_path, buffer.getvalue())) == "3 1,250.00 902.15 2"


def test_what_belongs_to_a_word_stays_with_it(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, page_of(ONE_WORD, "Helvetica", 12))
    assert said(page) == "m2 word1 21st 19,99 $19.99 CO2 1,250.00"


def test_figures_on_a_slant_are_one_number(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, page_of([("20260417", "", 1.0, 0.0)], "Helvetica", 14, degrees=30))
    assert said(page) == "20260417"


@pytest.mark.parametrize(("font", "size", "dpi"), [("Helvetica", 18, 150), ("Times-Roman", 13, 200)])
def test_a_scan_of_raised_figures(engine: Engine, font: str, size: float, dpi: int) -> None:
    texts = [*PRICES, ("1,995.49", "", 1.0, 0.0), ("20,", "95", 0.5, 0.36)]
    scan = documents.picture(page_of(texts, font, size), dpi=dpi)
    text = read(engine, documents.image_bytes(scan, "PNG"))["data"]["text"]
    assert text.replace("\u00b2", "2").replace("\u00b9", "1").split() == [
        "$19",
        "99",
        "1,250.00",
        "1",
        "312.40",
        "2",
        "1,995.49",
        "20,95",
    ]
