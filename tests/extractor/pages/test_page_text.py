"""What a page's words do not say is read from its picture, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4

from extractor.pages.layer_trust import is_sure
from extractor.values.boxes import area, contains
from extractor.values.options import UnseenText
from tests import documents
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

FOOTER = [f"Signed in line {n} by the office of the issuer, see the portal for more of it." for n in range(4)]
HEIGHT = A4[1]


def scan(lines: int = 24) -> Image.Image:
    text = [f"Entry {n}: pallets of goods {n + 3} at 1,2{n:02}.50 each, for the account." for n in range(lines)]
    return documents.picture(documents.text_pdf([text]), dpi=110)


def footed(strips: int) -> bytes:
    """A scan in so many strips, with a footer of live text under it."""
    picture = scan()
    buffer, page = documents.new_canvas()
    step = picture.height // strips
    for top in range(0, picture.height, step):
        part = picture.crop((0, top, picture.width, min(picture.height, top + step)))
        height = part.height * HEIGHT / picture.height
        page.drawInlineImage(part, 0, HEIGHT - top * HEIGHT / picture.height - height, A4[0], height)
    page.setFont("Helvetica", 8)
    for number, line in enumerate(FOOTER):
        page.drawString(40, 60 - 10 * number, line)
    page.save()
    return buffer.getvalue()


@pytest.mark.parametrize("strips", [1, 13])
def test_scan_over_a_footer_is_read_and_the_footer_stands(readers: PageReaders, tmp_path: Path, strips: int) -> None:
    page = read_page(readers, tmp_path, footed(strips))
    assert page.is_scan
    assert said(page) == " ".join(FOOTER)


def test_letterhead_behind_live_text_does_not_make_the_page_a_scan(readers: PageReaders, tmp_path: Path) -> None:
    paper = Image.new("RGB", (620, 877), "white")
    paper.paste(scan(2).resize((620, 877)), (0, -40))
    buffer, page = documents.new_canvas()
    page.drawInlineImage(paper, 0, 0, *A4)
    for number in range(30):
        page.drawString(72, 600 - 14 * number, f"Article {number} of the order, {number}.50 each, as agreed in May.")
    page.save()
    read = read_page(readers, tmp_path, buffer.getvalue())
    assert not read.is_scan
    (head,) = read.recognise
    assert area(head) < 0.2 * area(read.box)
    assert head[3] < HEIGHT - 600


def test_small_picture_of_a_line_is_read(readers: PageReaders, tmp_path: Path) -> None:
    rows = [number for number, row in enumerate(np.asarray(scan(1).convert("L"))) if row.min() < 128]
    line = scan(1).crop((90, rows[0] - 4, 700, rows[-1] + 4))
    buffer, page = documents.new_canvas()
    page.drawString(72, 700, "Please pay to the account below within thirty days of this invoice.")
    page.drawInlineImage(line, 72, 60, 300, 14)
    page.save()
    (found,) = read_page(readers, tmp_path, buffer.getvalue()).recognise
    assert contains(found, (200, HEIGHT - 67))


def test_small_picture_of_turned_lines_is_read_as_a_whole(readers: PageReaders, tmp_path: Path) -> None:
    lines = scan(2).crop((104, 122, 564, 170))
    for picture, box in ((lines.rotate(90, expand=True), (72, 60, 24, 230)), (lines, (72, 60, 230, 24))):
        buffer, page = documents.new_canvas()
        page.drawString(72, 700, "Please pay to the account below within thirty days of this invoice.")
        page.drawInlineImage(picture, *box)
        page.save()
        found = read_page(readers, tmp_path, buffer.getvalue()).recognise
        x, y, width, height = box
        whole = (x, HEIGHT - y - height, x + width, HEIGHT - y)
        assert (height > width) == (found == (pytest.approx(whole, abs=0.1),))


def outlined(x: int, y: int) -> str:
    """Words drawn as filled outlines."""
    rings = [
        f"{x + 7 * n} {y} m {x + 7 * n} {y + 8} l {x + 7 * n + 5} {y + 8} l {x + 7 * n + 5} {y} l h "
        f"{x + 7 * n + 1.5} {y + 1.5} m {x + 7 * n + 1.5} {y + 6.5} l {x + 7 * n + 3.5} {y + 6.5} l "
        f"{x + 7 * n + 3.5} {y + 1.5} l h f*"
        for n in range(20)
    ]
    return "\n".join(rings)


TEXT = "BT /F1 11 Tf 72 700 Td (Total due 3,222.64 within thirty days of the invoice) Tj ET\n"
FORM = "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] >>"


@pytest.mark.parametrize(
    "content",
    [
        documents.raw_pdf(TEXT + outlined(72, 500)),
        documents.raw_pdf(TEXT + "/X Do", "/XObject << /X 6 0 R >>", [(FORM, outlined(72, 500))]),
    ],
    ids=["on-the-page", "in-a-form"],
)
def test_letters_drawn_as_outlines_are_read(readers: PageReaders, tmp_path: Path, content: bytes) -> None:
    (found,) = read_page(readers, tmp_path, content).recognise
    assert contains(found, (140, HEIGHT - 504))
    assert area(found) < 10_000


RULES = "\n".join(f"60 {y} m 540 {y} l S" for y in range(300, 690, 18)) + "\n60 300 m 60 690 l S 300 300 m 300 690 l S"
BARS = "\n".join(f"0.{n}0 0.5 0.8 rg {100 + 40 * n} 300 20 {30 * n} re f" for n in range(1, 9))


@pytest.mark.parametrize(
    "content",
    [TEXT, TEXT + RULES, TEXT + BARS, "0.9 g 60 690 480 30 re f 0 g " + TEXT, TEXT + "72 697 m 330 697 l S"],
    ids=["text", "rules", "bars", "shaded", "underlined"],
)
def test_digital_page_without_other_ink_is_not_read(readers: PageReaders, tmp_path: Path, content: str) -> None:
    page = read_page(readers, tmp_path, documents.raw_pdf(content))
    assert page.recognise == ()
    assert told(page) == ()
    assert all(map(is_sure, page.words))


def test_blank_page_and_unread_scan_are_told(readers: PageReaders, tmp_path: Path) -> None:
    blank = read_page(readers, tmp_path, documents.raw_pdf(""))
    assert told(blank) == ("page 1: the page is blank",)
    buffer, page = documents.new_canvas()
    page.drawInlineImage(scan(), 0, 0, *A4)
    page.save()
    unread = read_page(readers, tmp_path, buffer.getvalue(), ocr="never")
    assert told(unread) == ("page 1: no text layer, and ocr is never: nothing was read",)
    assert told(read_page(readers, tmp_path, buffer.getvalue())) == ()


@pytest.mark.parametrize("sign", ["\x03", "\uf02d", "\xad", "\u200b", "\u2060", "\u200e"])
@pytest.mark.parametrize("fate", ["keep", "drop"])
def test_bar_before_figures_is_a_minus_sign(readers: PageReaders, tmp_path: Path, sign: str, fate: UnseenText) -> None:
    lines = [[*"Cost ", sign, *"7,310 and ", sign, " ", *"12.50 of the year before, as restated"]]
    page = read_page(readers, tmp_path, documents.mapped_pdf(lines, glyphs={sign: "-"}), fate)
    assert said(page) == "Cost -7,310 and - 12.50 of the year before, as restated"
    assert told(page) == ()
    assert page.recognise == ()


def test_figure_without_a_character_makes_its_amount_unsure(readers: PageReaders, tmp_path: Path) -> None:
    lines = [[*"Total due 1,2", "\x1b", *"0.00 within thirty days of this invoice"]]
    page = read_page(readers, tmp_path, documents.mapped_pdf(lines, glyphs={"\x1b": "8"}), "drop")
    assert [word.text for word in page.words if not is_sure(word)] == ["1,2\x1b0.00"]
    assert len(page.recognise) == 1
    assert told(page) == ()


@pytest.mark.parametrize("sign", ["\u200b", "\u2060"])
def test_zero_width_that_nobody_draws_is_told(readers: PageReaders, tmp_path: Path, sign: str) -> None:
    lines = [[*"Cost ", sign, *"7,310 of the year before, as restated"]]
    page = read_page(readers, tmp_path, documents.mapped_pdf(lines, without_ink=sign), "drop")
    assert said(page) == "Cost 7,310 of the year before, as restated"
    assert len(told(page)) == 1
    assert all(map(is_sure, page.words))


NBSP = "\u00a0"
FIGURES = {figure: figure for figure in "0124567."}


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        pytest.param("Energy 1.__0.40 EUR", {"1.", "0.40"}, id="two digits behind a point"),
        pytest.param("Sum 4_2_7 EUR", {"4", "2", "7"}, id="every second digit"),
        pytest.param("Sum 4__._7 EUR", {"4", ".", "7"}, id="on both sides of a point"),
    ],
)
def test_digits_that_a_font_calls_spaces_make_their_amount_unsure(
    readers: PageReaders, tmp_path: Path, text: str, doubted: set[str]
) -> None:
    lines = [[*"Payable ", *text.replace("_", NBSP)], [*"and a further line of it"]]
    drawn, blank = (
        read_page(readers, tmp_path, documents.mapped_pdf(lines, glyphs={NBSP: glyph, **FIGURES}))
        for glyph in ("8", NBSP)
    )
    assert {word.text for word in drawn.words if not is_sure(word)} == doubted
    assert len(drawn.recognise) == 1
    assert all(map(is_sure, blank.words))
    assert blank.recognise == ()


def test_lone_private_sign_is_a_bullet(readers: PageReaders, tmp_path: Path) -> None:
    lines = [["\uf0b7", " ", *"Payable within thirty days of this invoice"]]
    page = read_page(readers, tmp_path, documents.mapped_pdf(lines, glyphs={"\uf0b7": "\x95"}))
    assert all(map(is_sure, page.words))
    assert page.recognise == ()
