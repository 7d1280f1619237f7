"""Texts that nearly touch are two words where a column's line stands between them, and one where none does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests import documents
from tests.extractor.pages.pdf_page import read_page, said
from tests.page_readers import PageReaders

Draw = Callable[[Canvas], None]
# Where the line stands, and the baseline of the texts.
AT, BASE = 300.0, 700.0


def near(draw: Draw, left: str = "10", right: str = "300.50", gap: float = 1.0) -> bytes:
    """Two texts with so much white between them, and what is drawn there."""
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 10)
    page.drawRightString(AT - gap / 2, BASE, left)
    page.drawString(AT + gap / 2, BASE, right)
    page.setLineWidth(0.5)
    draw(page)
    page.save()
    return buffer.getvalue()


def line(at: float = AT, top: float = BASE + 14, foot: float = BASE - 40) -> Draw:
    return lambda page: page.line(at, top, at, foot)


@pytest.mark.parametrize("gap", [0.0, 1.0, 2.0])
@pytest.mark.parametrize(("left", "right"), [("10", "300.50"), ("Bolt", "7")])
@pytest.mark.parametrize(
    "draw", [line(), lambda page: page.rect(AT - 0.4, BASE - 40, 0.8, 60, stroke=0, fill=1)], ids=["stroke", "bar"]
)
def test_a_columns_line_parts_texts_that_nearly_touch(
    readers: PageReaders, tmp_path: Path, left: str, right: str, gap: float, draw: Draw
) -> None:
    page = read_page(readers, tmp_path, near(draw, left, right, gap))
    assert said(page) == f"{left} {right}"
    before, behind = page.words
    assert before.box[2] <= AT + 0.3 and behind.box[0] >= AT - 0.3


@pytest.mark.parametrize(
    "draw",
    [
        lambda page: None,
        line(at=AT + 6),
        line(foot=BASE + 9),
        lambda page: page.line(AT - 40, BASE - 3, AT + 60, BASE - 3),
        lambda page: page.rect(AT - 40, BASE - 5, 90, 18),
        line(top=BASE + 7, foot=BASE),
    ],
    ids=["nothing", "through a letter", "above", "under both", "a box around both", "a stroke as high as a digit"],
)
def test_other_lines_part_no_word(readers: PageReaders, tmp_path: Path, draw: Draw) -> None:
    assert said(read_page(readers, tmp_path, near(draw))) == "10300.50"


def test_a_word_of_one_text_and_letters_between_lines_stay(readers: PageReaders, tmp_path: Path) -> None:
    def one(page: Canvas) -> None:
        page.drawString(72, 600, "10300.50")
        page.line(83.2, 620, 83.2, 580)
        for number, digit in enumerate("40713"):
            page.drawString(72 + 5.56 * number, 500, digit)
            page.line(72 + 5.56 * number, 520, 72 + 5.56 * number, 480)

    assert said(read_page(readers, tmp_path, near(one, gap=30))) == "10 300.50 10300.50 40713"
