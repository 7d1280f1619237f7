"""A picture of text on a digital page is read however it is drawn: in forms, in a pattern, in an annotation."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from extractor.values.boxes import area, contains
from tests import documents
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said
from tests.page_readers import PageReaders

SEEN = "Please pay within thirty days of this invoice to the account that is named below"
TEXT = f"BT /F1 11 Tf 72 700 Td ({SEEN}) Tj ET\n"
# Where the picture stands: from the left and from the foot of the page, width, height; and from the page's top.
PLACE = (72, 500, 340, 60)
BOX = (72.0, 842.0 - 560, 412.0, 842.0 - 500)
FILL = "340 0 0 60 72 500 cm"
# The picture in a form whose corner is the page's, and in an appearance whose corner is its own.
FORM = "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] {} /Resources << /XObject << /X {} 0 R >> >> >>"
APPEARANCE = "<< /Type /XObject /Subtype /Form /BBox [0 0 340 60] /Resources << /XObject << /X 7 0 R >> >> >>"


@cache
def picture(words: bool = True) -> tuple[str, str]:
    """An image of a line of text, or of white paper, as an object of a PDF."""
    image = documents.text_image(["IBAN DE02 1203 0000 0000 2020 51" if words else ""]).convert("L").resize((680, 120))
    entries = f"/Width {image.width} /Height {image.height} /ColorSpace /DeviceGray /BitsPerComponent 8"
    return f"<< /Type /XObject /Subtype /Image {entries} /Filter /ASCIIHexDecode >>", image.tobytes().hex() + ">"


def formed(levels: int, image: tuple[str, str]) -> bytes:
    """The image in a form, in as many forms as that."""
    around = [(FORM.format("", number), "/X Do") for number in range(7, 6 + levels)]
    inner = (FORM.format("", 6 + levels), f"q {FILL} /X Do Q")
    return raw_pdf(f"{TEXT}/X Do", "/XObject << /X 6 0 R >>", [*around, inner, image])


def tiled(image: tuple[str, str]) -> bytes:
    """The image in a pattern, with which a rectangle is painted."""
    steps = "/BBox [0 0 595 842] /XStep 595 /YStep 842 /Resources << /XObject << /X 7 0 R >> >>"
    pattern = (f"<< /PatternType 1 /PaintType 1 /TilingType 1 {steps} >>", f"q {FILL} /X Do Q")
    left, bottom, width, height = PLACE
    content = f"{TEXT}/Pattern cs /P scn {left} {bottom} {width} {height} re f"
    return raw_pdf(content, "/Pattern << /P 6 0 R >>", [pattern, image])


def annotated(kind: str, image: tuple[str, str], flags: int = 4) -> bytes:
    """The image in the appearance of an annotation."""
    annotation = f"<< /Type /Annot /Subtype /{kind} /Rect [72 500 412 560] /F {flags} /AP << /N 8 0 R >> >>"
    return raw_pdf(TEXT, "", [annotation, image, (APPEARANCE, "340 0 0 60 0 0 cm /X Do")], page="/Annots [6 0 R]")


DRAWN = {
    "in a form": lambda image: formed(1, image),
    "in forms in forms": lambda image: formed(4, image),
    "in a pattern": tiled,
    "in a stamp": lambda image: annotated("Stamp", image),
    "in a square": lambda image: annotated("Square", image),
}


@pytest.mark.parametrize("way", DRAWN)
def test_a_picture_of_text_is_read_however_it_is_drawn(readers: PageReaders, tmp_path: Path, way: str) -> None:
    page = read_page(readers, tmp_path, DRAWN[way](picture()))
    assert said(page) == SEEN
    assert not page.is_scan
    (found,) = page.recognise
    assert area(found) < 1.5 * area(BOX)
    left, top, right, bottom = BOX
    assert found[0] < left + 40 and found[2] > right - 40
    assert contains(found, ((left + right) / 2, (top + bottom) / 2))


HIDDEN = {
    "a hidden stamp": annotated("Stamp", picture(), flags=2),
    "a square that is not viewed": annotated("Square", picture(), flags=32),
}


@pytest.mark.parametrize("way", HIDDEN)
def test_a_picture_that_is_not_drawn_is_not_read(readers: PageReaders, tmp_path: Path, way: str) -> None:
    page = read_page(readers, tmp_path, HIDDEN[way])
    assert said(page) == SEEN
    assert page.recognise == ()
