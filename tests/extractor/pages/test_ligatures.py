"""Letters that one glyph stands for are in the order of reading, in scripts of either direction."""

from __future__ import annotations

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest

from extractor.pages.text_layer import read_text_layer
from tests import documents

LAM, ALEF, SEEN, MEEM = "\u0644", "\u0627", "\u0633", "\u0645"
PEACE = SEEN + LAM + ALEF + MEEM


def words_of(glyphs: list[str]) -> list[str]:
    """The words of a line of glyphs that stand side by side, from left to right."""
    document = pdfium.PdfDocument(documents.mapped_pdf([glyphs]))
    page = pdfium_c.FPDF_LoadPage(document.raw, 0)
    try:
        return [word.text for word in read_text_layer(page).words]
    finally:
        pdfium_c.FPDF_ClosePage(page)
        document.close()


@pytest.mark.parametrize("ligature", [LAM + ALEF, "\ufefb", LAM + "\u0623", LAM + "\u0622", LAM + "\u0625"], ids=ascii)
def test_a_ligature_of_lam_and_alef_is_in_order(ligature: str) -> None:
    """The font names two letters, or the character that stands for both."""
    expected = PEACE if ligature == "\ufefb" else SEEN + ligature + MEEM
    assert words_of([MEEM, ligature, SEEN]) == [expected]
    assert expected in words_of([*"50", " ", MEEM, ligature, SEEN])


def test_glyphs_of_their_own_stay_in_their_order() -> None:
    assert words_of([MEEM, ALEF, LAM, SEEN]) == [PEACE]
    assert words_of([SEEN, LAM, ALEF]) == [ALEF + LAM + SEEN], "an article: alef before lam"
    assert words_of(["o", "ffi", "ce"]) == ["office"]
