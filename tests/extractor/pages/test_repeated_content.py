"""What a page lists or draws twice in one place: its words, fields and notes are there once, and nothing else goes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import NameObject, NumberObject

from extractor.formats import DocumentFile
from extractor.values.page import Page
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

SEEN, STAMPED = "Total due 3,222.64", "PAID 370.00 cash"
TEXT = f"BT /F1 11 Tf 72 700 Td ({SEEN}) Tj ET\n"
STAMP = "<< /Type /Annot /Subtype /Stamp /Rect [72 590 300 620] /F 4 /AP << /N 7 0 R >> >>"
NOTE = "<< /Type /Annot /Subtype /FreeText /Rect [72 590 300 620] /F 4 /Contents (PAID 370.00 cash) >>"
BOX = (
    "<< /Type /Annot /Subtype /Widget /FT /Btn /T (paid) /V /Yes /AS /Yes /Rect [72 590 84 602] /F 4 "
    "/AP << /N << /Yes 7 0 R >> >> >>"
)
FORM = (
    "<< /Type /XObject /Subtype /Form /BBox [0 0 228 30] /Resources << /Font << /F1 5 0 R >> >> >>",
    f"BT /F1 11 Tf 2 10 Td ({STAMPED}) Tj ET",
)
MOVED = STAMP.replace("590 300 620", "490 300 520")
DRAWN = "q 1 0 0 1 72 590 cm /X Do Q "


def listed(numbers: str, *annotations: str, catalog: str = "") -> bytes:
    """A page whose annotations are these objects; 6 and, from 8 on, `annotations`."""
    first, *others = annotations
    return raw_pdf(TEXT, "", [first, FORM, *others], page=f"/Annots [{numbers}]", catalog=catalog)


def drawn(content: str) -> bytes:
    return raw_pdf(TEXT + content, "/XObject << /X 6 0 R >>", [FORM])


ONCE = {
    "a stamp that is listed twice": listed("6 0 R 6 0 R", STAMP),
    "a stamp that is listed five times": listed("6 0 R " * 5, STAMP),
    "two stamps that are alike": listed("6 0 R 8 0 R", STAMP, STAMP),
    "three stamps that are alike": listed("6 0 R 8 0 R 9 0 R", STAMP, STAMP, STAMP),
    "a note that is listed twice": listed("6 0 R 6 0 R", NOTE),
    "two notes that are alike": listed("6 0 R 8 0 R", NOTE, NOTE),
    "a form that is drawn twice": drawn(DRAWN * 2),
    "a form that is drawn three times": drawn(DRAWN * 3),
    "a form that is drawn again a little further, to look bold": drawn(DRAWN + DRAWN.replace("72 590", "72.4 590.2")),
    "a form that is drawn again over what covered it": drawn(f"{DRAWN}1 g 60 580 300 40 re f 0 g {DRAWN}"),
}


@pytest.mark.parametrize("kind", ONCE)
def test_words_are_there_once(readers: PageReaders, tmp_path: Path, kind: str) -> None:
    page = read_page(readers, tmp_path, ONCE[kind], "drop")
    assert said(page) == f"{SEEN} {STAMPED}"
    assert told(page) == ()


@pytest.mark.parametrize("x", [71.8, 73.8, 75.8])
@pytest.mark.parametrize("y", [588, 589, 590, 591])
def test_words_to_look_bold_are_there_once_wherever_they_stand(
    readers: PageReaders, tmp_path: Path, x: float, y: float
) -> None:
    one, two = (DRAWN.replace("72 590", f"{x + shift} {y + shift}") for shift in (0.0, 0.4))
    assert said(read_page(readers, tmp_path, drawn(one + two))) == f"{SEEN} {STAMPED}"


TWICE = {
    "stamps beside each other": listed("6 0 R 8 0 R", STAMP, MOVED),
    "a form drawn on two lines": drawn(DRAWN + DRAWN.replace("590", "581")),
    "a form drawn in two places": drawn(DRAWN + DRAWN.replace("590", "490")),
}


@pytest.mark.parametrize("kind", TWICE)
def test_words_in_two_places_are_there_twice(readers: PageReaders, tmp_path: Path, kind: str) -> None:
    assert said(read_page(readers, tmp_path, TWICE[kind])) == f"{SEEN} {STAMPED} {STAMPED}"


def test_form_drawn_twice_and_covered_is_told_once(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, drawn(f"{DRAWN * 2}1 g 60 580 300 40 re f"))
    (message,) = told(page)
    assert message.startswith(f"page 1: {len(STAMPED.split())} word(s) that no reader sees")


def test_field_that_is_listed_twice_is_one_field(readers: PageReaders, tmp_path: Path) -> None:
    form = "/AcroForm << /Fields [6 0 R] >>"
    page = read_page(readers, tmp_path, listed("6 0 R 6 0 R", BOX, catalog=form))
    assert [(field.name, field.value) for field in page.form_fields] == [("paid", True)]
    assert [word.text for word in page.words].count("[x]") == 1


LINK = "<< /Type /Annot /Subtype /Link /Rect [70 695 300 715] /A << /S /URI /URI (https://example.com/) >> >>"
ANNOTATED = {
    "a link": listed("6 0 R 6 0 R", LINK),
    "a note": listed("6 0 R", NOTE),
    "a note and a stamp": listed("6 0 R 8 0 R", NOTE, MOVED),
    "a box that is ticked": listed("6 0 R", BOX, catalog="/AcroForm << /Fields [6 0 R] >>"),
    "no annotation": listed("", NOTE),
}


@pytest.mark.parametrize("kind", ANNOTATED)
def test_page_that_is_read_again_is_the_same(readers: PageReaders, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "document.pdf"
    path.write_bytes(ANNOTATED[kind])
    pages = [readers.read(DocumentFile(path, "pdf"), 1) for _ in range(3)]
    told = [(page.words, page.form_fields, page.notices) for page in pages if isinstance(page, Page)]
    assert len(told) == 3
    assert told[0] == told[1] == told[2]
    assert [word.link for word in told[0][0][:3]] == ["https://example.com/" if kind == "a link" else None] * 3


def test_page_that_is_in_its_document_twice_is_the_same_twice(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    writer = PdfWriter(clone_from=io.BytesIO(ANNOTATED["a note and a stamp"]))
    kids = writer.root_object["/Pages"]["/Kids"]  # type: ignore[index]
    kids.append(kids[0])
    writer.root_object["/Pages"][NameObject("/Count")] = NumberObject(2)  # type: ignore[index]
    writer.write(path)
    first, second = (readers.read(DocumentFile(path, "pdf"), number) for number in (1, 2))
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert said(first) == said(second) == f"{SEEN} {STAMPED} {STAMPED}"
