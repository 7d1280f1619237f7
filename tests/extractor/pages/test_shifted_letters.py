"""Letters that a font's map shifts give themselves away on a short page too."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractor.pages.layer_trust import is_sure
from extractor.pages.soundness import is_shifted
from extractor.values.boxes import centre, contains
from tests import documents
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.extractor.pages.test_text_layer import PROSE, shifted
from tests.page_readers import PageReaders

BILL = ("Stromrechnung 2024", "Zaehlerstand 48287", "Energie 1.880,40 EUR", "Netz 618,75 EUR", "Summe 2.499,15 EUR")


def as_glyph_number(letter: str) -> str:
    """The character whose code is the letter's glyph number in many TrueType fonts, where it is printable."""
    return chr(ord(letter) - 29) if ord(letter) - 29 > 32 else letter


def mapped(by: int | None) -> bytes:
    """The bill in a font that shifts its letters, or calls them by glyph numbers."""
    places = {
        letter: as_glyph_number(letter) if by is None else shifted(letter, by)
        for letter in "".join(BILL)
        if letter.isalpha()
    }
    lines = [[places.get(letter, letter) for letter in line] for line in BILL]
    return documents.mapped_pdf(lines, glyphs={meaning: drawn for drawn, meaning in places.items()})


@pytest.mark.parametrize("by", [None, 1, 3], ids=["glyph numbers", "next letter", "third letter"])
def test_short_page_in_shifted_letters_is_read_from_its_picture(
    readers: PageReaders, tmp_path: Path, by: int | None
) -> None:
    page = read_page(readers, tmp_path, mapped(by))
    assert page.words == ()
    assert page.recognise == (page.box,)
    assert told(page) == ("page 1: the text layer is garbage and was not used",)


def test_the_same_page_with_a_true_map_stands(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, mapped(0))
    assert said(page) == " ".join(BILL)
    assert all(map(is_sure, page.words))
    assert page.recognise == ()


@pytest.mark.parametrize("by", [1, 3, 9])
def test_amounts_in_a_font_that_names_other_digits_are_read_from_the_picture(
    readers: PageReaders, tmp_path: Path, by: int
) -> None:
    named = {digit: str((int(digit) + by) % 10) for digit in "0123456789"}
    lines = [[named.get(letter, letter) for letter in line] for line in BILL]
    drawn = {claimed: digit for digit, claimed in named.items()}
    page = read_page(readers, tmp_path, documents.mapped_pdf(lines, glyphs=drawn))
    counted = [word for word in page.words if any(map(str.isdigit, word.text))]
    assert counted and not any(map(is_sure, counted))
    assert all(is_sure(word) for word in page.words if word not in counted)
    assert all(any(contains(area, centre(word.box)) for area in page.recognise) for word in counted)


def swapped(one: str, other: str, font: str, *, turned: bool = False) -> bytes:
    """The digits in a font of its own whose map names two of them as each other."""
    pdfmetrics.registerFont(TTFont(font, f"{font}.ttf"))
    buffer = io.BytesIO()
    page = Canvas(buffer, documents.A4, pageCompression=0)
    page.drawString(72, 700, "Amounts due")
    page.setFont(font, 11)
    if turned:
        page.rotate(90)
        page.translate(600, -300)
    page.drawString(150, 100, "13,904.75 and 8,260.00")
    page.save()
    codes = {digit: f"<{ord(digit):02X}> <00".encode() for digit in (one, other)}
    content = buffer.getvalue()
    for digit, called in ((one, other), (other, one)):
        content = content.replace(
            codes[digit] + f"{ord(digit):02X}>".encode(), codes[digit] + f"{ord(called):02X}>".encode()
        )
    return content


@pytest.mark.parametrize("font", ["Vera", "VeraIt", "VeraBd"])
@pytest.mark.parametrize("pair", ["17", "38", "56", "69", "25"])
def test_amounts_in_a_font_that_swaps_two_digits_are_read_from_the_picture(
    readers: PageReaders, tmp_path: Path, font: str, pair: str
) -> None:
    page = read_page(readers, tmp_path, swapped(*pair, font))
    assert [word.text for word in page.words if is_sure(word)] == ["Amounts", "due", "and"]
    assert page.recognise
    true = read_page(readers, tmp_path, swapped(pair[0], pair[0], font))
    assert said(true) == "Amounts due 13,904.75 and 8,260.00"
    assert all(map(is_sure, true.words))


def test_turned_amounts_in_a_font_that_swaps_two_digits_are_read_too(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, swapped("1", "7", "Vera", turned=True))
    assert [word.text for word in page.words if is_sure(word)] == ["Amounts", "due", "and"]
    assert all(map(is_sure, read_page(readers, tmp_path, swapped("1", "1", "Vera", turned=True)).words))


# Digits as the procedures of a Type 3 font draw them, which has no outlines to ask for.
GLYPHS = {
    "7": "0 700 m 480 700 l 480 610 l 200 0 l 100 0 l 370 610 l 0 610 l f",
    "1": "80 0 m 460 0 l 460 80 l 320 80 l 320 700 l 250 700 l 80 640 l 80 560 l 230 610 l 230 80 l 80 80 l f",
    "0": "0 0 480 700 re 90 90 300 520 re f*",
}


def painted(called: Mapping[str, str], box: str = "0 0 500 700", amount: str = "1700") -> bytes:
    """An amount in a Type 3 font whose map calls these digits others; `box`: that of each glyph."""
    lines = [f"<{ord(digit):02x}> <00{ord(called.get(digit, digit)):02x}>" for digit in GLYPHS]
    names = {"7": "seven", "1": "one", "0": "zero"}
    font = (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [{box}] /FontMatrix [.001 0 0 .001 0 0] /Resources << >> "
        "/FirstChar 48 /LastChar 55 /Widths [550 550 0 0 0 0 0 550] /ToUnicode 7 0 R "
        "/CharProcs << /seven 8 0 R /one 9 0 R /zero 10 0 R >> "
        f"/Encoding << /Differences [{' '.join(f'{ord(digit)} /{name}' for digit, name in names.items())}] >> >>"
    )
    unicode = f"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar {' '.join(lines)} endbfchar"
    procs = [("<< >>", f"550 0 {box} d1 {GLYPHS[digit]}") for digit in names]
    content = f"BT /F1 11 Tf 72 700 Td (Amount due) Tj /F3 11 Tf 90 0 Td ({amount}) Tj ET"
    pdf = documents.raw_pdf(content, "", [font, ("<< >>", f"{unicode} endcmap"), *procs])
    return pdf.replace(b"/F1 5 0 R", b"/F1 5 0 R /F3 6 0 R", 1)


def test_digits_that_are_painted_are_judged_by_the_picture(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, painted({"1": "0", "0": "1"}))
    assert [word.text for word in page.words if not is_sure(word)] == ["0711"]
    true = read_page(readers, tmp_path, painted({}))
    assert said(true) == "Amount due 1700"
    assert all(map(is_sure, true.words))


@pytest.mark.parametrize("amount", ["1717", "11"])
def test_painted_digits_in_whose_boxes_others_stand_are_believed(
    readers: PageReaders, tmp_path: Path, amount: str
) -> None:
    page = read_page(readers, tmp_path, painted({}, "0 -300 1200 900", amount))
    assert said(page) == f"Amount due {amount}"
    assert all(map(is_sure, page.words))


@pytest.mark.parametrize("language", ["english", "german", "french", "polish", "finnish"])
def test_a_few_words_of_language_are_not_shifted(language: str) -> None:
    words = PROSE[language].split()
    assert not any(is_shifted(words[start : start + 12]) for start in range(0, len(words) - 12, 4))


@pytest.mark.parametrize(
    "text",
    [
        "XQKW JKLX ZXQP WVXZ KRWT QQXZ VVKJ WXYZ JXKV ZKQW",
        "NCLB NATO OECD UNHCR WTO IMF BIC SWIFT GmbH VAT HRB USD EUR CHF",
        "KX-4711 KX-4712 QW-1188 ZX-9021 KX-4719 WQ-5501 XK-7781 ZZ-0001",
        "MCMXCIV XXIII XLVII LXXX CXII DCCC XXIX",
        " ".join(f"{day:02}/{month:02}/2026" for month in range(1, 13) for day in (3, 14, 25)),
        " ".join(f"1,{amount}.40 03:{amount % 60:02}" for amount in range(286, 360)),
        " ".join(f"{day:02}-{month}-2026" for month in ("JUN", "JUL", "NOV", "OKT") for day in range(1, 20)),
    ],
    ids=["codes", "acronyms", "part numbers", "roman numerals", "dates", "amounts", "dates with words"],
)
def test_codes_are_not_shifted_language(text: str) -> None:
    assert not is_shifted(text.split())
