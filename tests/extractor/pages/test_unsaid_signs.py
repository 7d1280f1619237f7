"""A minus sign that no character says is read from its shape; other bars beside numbers are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from extractor.pages.layer_trust import BY_SHAPE
from tests import documents
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

SIZE = 11.0
RIGHT = 300.0
# What may stand before a number; its baseline and left side are given.
Draw = Callable[[Canvas, float, float], object]


def accounts(draw: Draw) -> bytes:
    """Three amounts, and what is drawn before them."""
    buffer, page = documents.new_canvas()
    for number, text in enumerate(("7,310.00", "610.00", "1,260")):
        base = A4[1] - 100 - 30 * number
        page.setFont("Helvetica", SIZE)
        page.setLineWidth(0.9)
        page.drawString(72, base, "Result of the year")
        page.drawRightString(RIGHT, base, text)
        draw(page, base, RIGHT - stringWidth(text, "Helvetica", SIZE))
    page.save()
    return buffer.getvalue()


def bar(start: float, end: float, up: float = 3.7) -> Draw:
    """A line from `start` to `end`, in points left of the number."""
    return lambda page, base, left: page.line(left - start, base + up, left - end, base + up)


def test_line_before_a_number_is_a_minus_sign(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, accounts(bar(7, 1.5)))
    assert said(page) == " ".join(f"Result of the year -{text}" for text in ("7,310.00", "610.00", "1,260"))
    signed = [word for word in page.words if word.text.startswith("-")]
    assert all(word.confidence == BY_SHAPE for word in signed)
    assert signed[0].box[0] == pytest.approx(RIGHT - stringWidth("7,310.00", "Helvetica", SIZE) - 7, abs=1)
    assert page.recognise == ()


def test_font_that_calls_its_minus_sign_a_space(readers: PageReaders, tmp_path: Path) -> None:
    nbsp = "\u00a0"
    lines = [[*"Material ", nbsp, *"7,310 and of the year before ", nbsp, *"705"], [nbsp, *"66 in total as restated"]]
    drawn, blank = (
        read_page(readers, tmp_path, documents.mapped_pdf(lines, glyphs={nbsp: glyph})) for glyph in ("-", nbsp)
    )
    assert said(drawn) == "Material -7,310 and of the year before -705 -66 in total as restated"
    assert said(blank) == "Material 7,310 and of the year before 705 66 in total as restated"
    assert told(drawn) == told(blank) == ()


def axis(page: Canvas, base: float, left: float) -> None:
    """A tick of an axis."""
    page.line(left - 7, base + 3.7, left - 2, base + 3.7)
    page.line(left - 7, base - 20, left - 7, base + 20)


def dashes(page: Canvas, base: float, left: float) -> None:
    """A dashed line up to the number."""
    for step in range(6):
        page.line(left - 7 - 8 * step, base + 3.7, left - 2 - 8 * step, base + 3.7)


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(bar(20, -40), id="struck through"),
        pytest.param(bar(7, 1.5, up=-1.5), id="underscore"),
        pytest.param(bar(7, 1.5, up=7.5), id="overline"),
        pytest.param(bar(40, 3), id="ruling"),
        pytest.param(bar(16, 10), id="dash of a list"),
        pytest.param(axis, id="tick"),
        pytest.param(dashes, id="dashed line"),
        pytest.param(lambda page, base, left: page.line(left - 3, base - 4, left - 3, base + 12), id="column line"),
    ],
)
def test_other_lines_are_no_minus_sign(readers: PageReaders, tmp_path: Path, draw: Draw) -> None:
    page = read_page(readers, tmp_path, accounts(draw))
    assert [word.text for word in page.words if word.text[-1].isdigit()] == ["7,310.00", "610.00", "1,260"]
