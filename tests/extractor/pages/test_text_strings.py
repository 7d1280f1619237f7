"""Text strings as PDFs write them, and those of marks in a page's content."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from extractor.pages.drawing import read_drawing
from extractor.pages.page_frame import PageFrame
from extractor.pages.text_strings import text_of
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

# Each byte of PDFDocEncoding that is no character of Latin-1, as annex D.2 of ISO 32000-2 has it.
ENCODED = {b"\x18": "˘", b"\x84": "—", b"\x8a": "−", b"\x9e": "ž", b"\xa0": "€", b"\xe9": "é", b"A": "A"}
TEXTS = ("plain", "Grüße, 12 €", "Łódź", "Оплата", "αβγ", "領収書", "\U0001f600")


@pytest.mark.parametrize(("string", "text"), ENCODED.items())
def test_pdf_doc_encoding(string: bytes, text: str) -> None:
    assert text_of(string) == text


@pytest.mark.parametrize("text", TEXTS)
def test_texts_with_a_mark(text: str) -> None:
    assert text_of(b"\xfe\xff" + text.encode("utf-16-be")) == text
    assert text_of(b"\xff\xfe" + text.encode("utf-16-le")) == text
    assert text_of(b"\xef\xbb\xbf" + text.encode()) == text


def test_what_cannot_be_decoded_is_told() -> None:
    assert text_of(b"\xfe\xff\x00A\xd8\x00") == "A\ufffd"
    assert text_of(b"") == ""


@pytest.mark.parametrize("text", TEXTS)
def test_replacement_text_of_a_mark(text: str) -> None:
    coded = f"FEFF{text.encode('utf-16-be').hex()}"
    document = pdfium.PdfDocument(
        raw_pdf(f"/Span << /ActualText <{coded}> >> BDC BT /F1 11 Tf 72 600 Td (here) Tj ET EMC")
    )
    page = document[0]
    assert list(read_drawing(page.raw, PageFrame(page.raw)).said.values()) == [text]


# Glyphs that are Latin letters and say that they are Cyrillic ones.
MEANINGS = {"O": "О", "P": "П", "L": "Л", "A": "А", "T": "Т"}
TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
    f"{len(MEANINGS)} beginbfchar "
    + "".join(f"<{ord(glyph):02x}> <{ord(means):04x}> " for glyph, means in MEANINGS.items())
    + "endbfchar endcmap end end"
)
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 8 0 R >>"
FORM = "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F2 7 0 R >> >> >>"


@pytest.mark.parametrize("said_too", ["ОПЛАТА", "Оплата"])
def test_a_word_in_its_own_replacement_text_is_neither_doubled_nor_unseen(
    readers: PageReaders, tmp_path: Path, said_too: str
) -> None:
    coded = f"FEFF{said_too.encode('utf-16-be').hex()}"
    form = (FORM, f"/Span << /ActualText <{coded}> >> BDC BT /F2 11 Tf 72 600 Td (OPLATA) Tj ET EMC")
    content = "BT /F1 11 Tf 72 700 Td (Total due 3,222.64 within thirty days) Tj ET /X Do"
    page = read_page(
        readers, tmp_path, raw_pdf(content, "/XObject << /X 6 0 R >>", [form, FONT, ("<< >>", TO_UNICODE)])
    )
    assert told(page) == ()
    assert said(page) == f"Total due 3,222.64 within thirty days {said_too}"
