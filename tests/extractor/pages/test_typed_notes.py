"""Free text notes without a picture: their rich text, their styles, and what is drawn over them."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.values.page import Page
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

SEEN, NOTED = "Total due 3,222.64", "PAID 370.00 cash"
TEXT = f"BT /F1 11 Tf 72 700 Td ({SEEN}) Tj ET\n"
RICH = '<?xml version="1.0"?><body style="{}"><p>PAID <b>370.00</b></p><p>cash</p></body>'
SHAPE = "<< /Type /Annot /Subtype /{} /Rect [60 580 320 630] /F 4 {} >>"


def note(entries: str) -> str:
    return f"<< /Type /Annot /Subtype /FreeText /Rect [72 590 300 620] /F 4 {entries} >>"


def read(readers: PageReaders, folder: Path, *annotations: str, catalog: str = "") -> Page:
    numbers = " ".join(f"{number + 6} 0 R" for number in range(len(annotations)))
    return read_page(
        readers, folder, raw_pdf(TEXT, "", list(annotations), page=f"/Annots [{numbers}]", catalog=catalog)
    )


@pytest.mark.parametrize(
    "entries",
    [
        f"/RC ({RICH})",
        f"/RC ({RICH}) /Contents (PAID 370.00 cash)",
        f"/RC ({RICH}) /Contents (something else)",
        f"/RC ({RICH}) /Contents ()",
        "/RC (<body></body>) /Contents (PAID 370.00 cash)",
        "/RC (PAID 370.00<br/>cash)",
        "/RC (<p>PAID&#32;370&#46;00<!-- <p>no</p> --></p><p>cash</p>)",
        "/DS (font: 12pt Helvetica; color: #0000FF) /Contents (PAID 370.00 cash)",
    ],
)
def test_what_is_shown_is_read(readers: PageReaders, tmp_path: Path, entries: str) -> None:
    page = read(readers, tmp_path, note(entries))
    assert said(page) == f"{SEEN} {NOTED}"
    assert told(page) == ()


@pytest.mark.parametrize(
    ("entries", "size"),
    [
        ("/DS (font: bold 9pt Helvetica)", 9),
        ("/DS (text-align:left;font-size:14.0pt)", 14),
        ("/DS (font: 9pt Helvetica) /DA (/Helv 20 Tf 0 g)", 9),
        ("/DS (color:#000000) /DA (/Helv 20 Tf 0 g)", 20),
        ("/DS (font-weight:700) /DA (/Helv 20 Tf 0 g)", 20),
        (f"/RC ({RICH.format('font-size:8pt')})", 8),
        ("", 11),
    ],
)
def test_size_of_a_style(readers: PageReaders, tmp_path: Path, entries: str, size: float) -> None:
    page = read(readers, tmp_path, note(f"/Contents ({NOTED}) {entries}"))
    assert {word.size for word in page.words if word.text in NOTED.split()} == {size}


@pytest.mark.parametrize(
    ("entries", "hidden"),
    [
        (f"/RC ({RICH.format('color:#FFFFFF')})", True),
        (f"/RC ({RICH.format('color:#FF0000')})", False),
        (f"/RC ({RICH}) /DS (color:#FFFFFF)", True),
        (f"/RC ({RICH.format('color:#FF0000')}) /DS (color:#FFFFFF)", False),
        (f"/RC ({RICH.format('font-size:0.5pt')})", True),
    ],
)
def test_rich_text_that_nobody_sees_is_told(readers: PageReaders, tmp_path: Path, entries: str, hidden: bool) -> None:
    page = read(readers, tmp_path, note(entries))
    assert said(page) == f"{SEEN} {NOTED}"
    assert bool(told(page)) is hidden


FILLED, BARE = "/C [1 0 0] /IC [1 1 0]", "/C [1 0 0]"
OVER = {
    "a filled square": (SHAPE.format("Square", FILLED), True),
    "an outline": (SHAPE.format("Square", BARE), False),
    "a square without a colour": (SHAPE.format("Square", "/C [1 0 0] /IC []"), False),
    "a filled circle": ("<< /Type /Annot /Subtype /Circle /Rect [0 560 370 650] /F 4 /C [1 0 0] /IC [1 1 0] >>", True),
    "a circle beside": (
        "<< /Type /Annot /Subtype /Circle /Rect [160 520 500 610] /F 4 /C [1 0 0] /IC [1 1 0] >>",
        False,
    ),
    "a square that shines through": (SHAPE.format("Square", f"{FILLED} /CA 0.3"), False),
    "a square that is hidden": (SHAPE.format("Square", FILLED).replace("/F 4", "/F 2"), False),
    "a square elsewhere": (SHAPE.format("Square", FILLED).replace("60 580 320 630", "60 500 320 550"), False),
    "a note with a ground": (note("/Contents () /C [1 1 0]"), True),
    "a note without one": (note("/Contents ()"), False),
}


@pytest.mark.parametrize("form", ["", "/AcroForm << /Fields [] >>"], ids=["no form", "a form"])
@pytest.mark.parametrize("kind", OVER)
def test_note_under_what_is_drawn_later_is_told(readers: PageReaders, tmp_path: Path, kind: str, form: str) -> None:
    """With a form, shapes have an appearance of PDFium's making."""
    over, hides = OVER[kind]
    covered = read(readers, tmp_path, note(f"/Contents ({NOTED})"), over, catalog=form)
    assert said(covered) == f"{SEEN} {NOTED}"
    assert told(covered) == (("page 1: 3 word(s) that no reader sees (3 covered) kept",) if hides else ())
    assert told(read(readers, tmp_path, over, note(f"/Contents ({NOTED})"), catalog=form)) == ()


def test_rich_text_in_a_stream_is_read(readers: PageReaders, tmp_path: Path) -> None:
    content = raw_pdf(TEXT, "", [note("/RC 7 0 R"), ("<< >>", RICH)], page="/Annots [6 0 R]")
    assert said(read_page(readers, tmp_path, content)) == f"{SEEN} {NOTED}"
