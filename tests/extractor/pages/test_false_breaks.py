"""Letters placed one by one on a page that PDFium takes for one of vertical text."""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2 as pdfium
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tests import documents

from .test_text_layer import read

FONT, SIZE = "Helvetica", 8.0
ROWS = [["Freight", "1 x 40HC", "2,310.00", "2,127.51"], ["Handling", "1 x 20GP", "245.00", "11.05"]]


def placed(rows: Sequence[Sequence[str]], spread: float = 0.0, font: str = FONT) -> bytes:
    """A table of short columns, letter by letter without its spaces, `spread` points apart."""
    buffer, page = documents.new_canvas()
    if font not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(font, f"{font}.ttf"))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            at = 60.0 + 120 * column
            for letter in text:
                if letter != " ":
                    page.setFont(font, SIZE)
                    page.drawString(at, 700 - 14 * number, letter)
                at += pdfmetrics.stringWidth(letter, font, SIZE) + spread
    page.save()
    return buffer.getvalue()


def breaks(pdf: bytes) -> int:
    """How many line breaks PDFium sees."""
    document = pdfium.PdfDocument(pdf)
    found = document[0].get_textpage().get_text_range().count("\n")
    document.close()
    return found


def test_letters_that_adjoin_are_a_word_and_words_a_space_apart_a_line() -> None:
    pdf = placed(ROWS * 4)
    assert breaks(pdf) > 100, "a line each"
    words = read(pdf).words
    assert [word.text for word in words] == " ".join(text for row in ROWS * 4 for text in row).split()
    assert [words[number].line == words[1].line for number in (0, 1, 2, 3, 4)] == [False, True, True, True, False]


def test_letters_that_are_taller_or_lower_than_their_font_are_of_their_word() -> None:
    """A letter with an accent has a taller box in some fonts, one with a tail a lower one."""
    letters = [["\u00c5rsk\u00e3", "\u00c7a", "na\u00efve", "\u00c9t\u00e9"]]
    words = read(placed(letters * 8, font="Vera")).words
    assert [word.text for word in words] == letters[0] * 8


def test_letters_further_apart_than_words_stay_so() -> None:
    words = read(placed([["7", "1", "3"], ["4", "9", "2"]] * 6, spread=0.0)).words
    assert all(len(word.text) == 1 for word in words)
    digits = read(placed([["713", "492", "815"]] * 12, spread=0.5 * SIZE)).words
    assert all(len(word.text) == 1 for word in digits)
    assert len({word.line for word in digits}) == len(digits)
