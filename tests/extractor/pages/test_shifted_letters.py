"""Letters that a font's map shifts give themselves away on a short page too."""

from __future__ import annotations

from pathlib import Path

import pytest

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
