"""What ends early: images, images in PDFs and PDFs whose data breaks off are told, and their whole twins are not."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from extractor.formats import DocumentFile
from extractor.values.page import Page
from tests import documents
from tests.documents import raw_pdf
from tests.extractor.pages.cut_images import bare_fax, fax, jbig2
from tests.extractor.pages.kept_documents import Keep
from tests.page_readers import PageReaders

TEXT = documents.text_image(["Receipt 4711", "Total 80.90", "Paid in cash, thank you"])
# Twins that end in what stands where there is no data.
BLACK_BELOW, GREY_BELOW = (Image.new("RGB", (TEXT.width, TEXT.height + 60), colour) for colour in ("black", "#808080"))
for twin in (BLACK_BELOW, GREY_BELOW):
    twin.paste(TEXT)
TOLD = "data ends early"


def told(readers: PageReaders, document: DocumentFile) -> list[str]:
    """What the notices of missing data say."""
    page = readers.read(document, 1)
    assert isinstance(page, Page), page
    return [notice.message for notice in page.notices if notice.code == "DATA_MISSING"]


def jpeg(image: Image.Image = TEXT, share: float = 1.0, **options: object) -> bytes:
    """The first part of a JPEG's data, with the end mark behind it."""
    whole = documents.image_bytes(image, "JPEG", quality=90, **options)
    return whole[: int(len(whole) * share) - 2] + b"\xff\xd9"


def png(image: Image.Image, rows: int = 0, **options: object) -> bytes:
    """A PNG whose header promises so many rows more than there are."""
    whole = documents.image_bytes(image, "PNG", **options)
    header = struct.pack(">II", image.width, image.height + rows) + whole[24:29]
    return whole[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + whole[33:]


def without_tail(content: bytes) -> bytes:
    """The file as a download leaves it that had its room on the disk and did not end."""
    return content[: len(content) // 2] + bytes(len(content) - len(content) // 2)


CUT = {
    "JPEG": ("jpeg", jpeg(share=0.6)),
    "JPEG that ends a little early": ("jpeg", jpeg(share=0.95)),
    "grey JPEG": ("jpeg", jpeg(TEXT.convert("L"), 0.6)),
    "CMYK JPEG": ("jpeg", jpeg(TEXT.convert("CMYK"), 0.6)),
    "JPEG with restarts": ("jpeg", jpeg(share=0.6, restart_marker_blocks=4)),
    "progressive JPEG": ("jpeg", jpeg(share=0.6, progressive=True)),
    "JPEG with zeros to its end mark": ("jpeg", jpeg()[:4000] + bytes(2000) + b"\xff\xd9"),
    "PNG": ("png", png(TEXT, 40)),
    "PNG in a palette": ("png", png(TEXT.convert("P"), 40)),
    "PNG with transparency": ("png", png(TEXT.convert("RGBA"), 40)),
    "PNG that was not written to its end": (
        "png",
        without_tail(documents.image_bytes(documents.picture(documents.invoice_pdf(), dpi=110), "PNG")),
    ),
    "WebP that was not written to its end": ("webp", without_tail(documents.image_bytes(TEXT, "WEBP"))),
}
WHOLE = {
    "JPEG": ("jpeg", jpeg()),
    "progressive JPEG": ("jpeg", jpeg(progressive=True)),
    "JPEG that is grey below": ("jpeg", jpeg(GREY_BELOW)),
    "progressive JPEG that is grey below": ("jpeg", jpeg(GREY_BELOW, progressive=True)),
    "PNG that is black below": ("png", png(BLACK_BELOW)),
    "bilevel PNG that is black below": ("png", png(BLACK_BELOW.convert("1"))),
    "WebP": ("webp", documents.image_bytes(TEXT, "WEBP")),
}


@pytest.mark.parametrize("kind", CUT)
def test_image_that_ends_early_is_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    format, content = CUT[kind]
    (message,) = told(readers, keep(content, format))
    assert TOLD in message


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_image_is_not_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    format, content = WHOLE[kind]
    assert told(readers, keep(content, format)) == []


def in_pdf(data: bytes, entries: str, image: Image.Image = TEXT, page: str = "") -> bytes:
    """A page with the image whose data this is, and a line of text."""
    dictionary = f"<< /Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} {entries} >>"
    content = "BT /F1 11 Tf 72 800 Td (Total due 3,222.64) Tj ET q 450 0 0 300 72 400 cm /X Do Q"
    return raw_pdf(content, "/XObject << /X 6 0 R >>", [(dictionary, data.decode("latin-1"))], page=page)


RGB, BILEVEL = "/ColorSpace /DeviceRGB /BitsPerComponent 8", "/ColorSpace /DeviceGray /BitsPerComponent 1"
SAMPLES, BITS = TEXT.tobytes(), TEXT.convert("1").tobytes()
JPX = documents.image_bytes(TEXT, "JPEG2000")
TILES = documents.image_bytes(TEXT, "JPEG2000", tile_size=(200, 100))
CMYK = "/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Decode [1 0 1 0 1 0 1 0] /Filter /DCTDecode"
INKS = TEXT.convert("CMYK")
FAX, ROWS, JBIG2 = fax(TEXT), bare_fax(TEXT), jbig2(TEXT)
FAXED = f"{BILEVEL} /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {TEXT.width} /Rows {TEXT.height} >>"
FAXED_ALONE = f"{FAXED[:-2]} /EndOfBlock false >>"
FAXED_BLACK = FAXED_ALONE.replace(f"/Rows {TEXT.height}", f"/Rows {BLACK_BELOW.height}")
LINES = f"{BILEVEL} /Filter /CCITTFaxDecode /DecodeParms << /K 0 /Columns {TEXT.width} /EndOfLine true >>"
CUT_IN_PDF = {
    "JPEG without its end mark": in_pdf(jpeg(share=0.6)[:-2], f"{RGB} /Filter /DCTDecode"),
    "JPEG": in_pdf(jpeg(share=0.6), f"{RGB} /Filter /DCTDecode"),
    "JPEG on a turned page": in_pdf(jpeg(share=0.6), f"{RGB} /Filter /DCTDecode", page="/Rotate 90"),
    "JPEG in a second filter": in_pdf(zlib.compress(jpeg(share=0.6)), f"{RGB} /Filter [/FlateDecode /DCTDecode]"),
    "progressive JPEG": in_pdf(jpeg(share=0.6, progressive=True), f"{RGB} /Filter /DCTDecode"),
    "compressed": in_pdf(zlib.compress(SAMPLES)[:-400], f"{RGB} /Filter /FlateDecode"),
    "compressed, of too few rows": in_pdf(zlib.compress(SAMPLES[:-20_000]), f"{RGB} /Filter /FlateDecode"),
    "bilevel": in_pdf(zlib.compress(BITS[:-900]), f"{BILEVEL} /Filter /FlateDecode"),
    "samples as they are": in_pdf(SAMPLES[:-20_000], RGB),
    "JPEG 2000": in_pdf(JPX[:-300], "/Filter /JPXDecode"),
    "JPEG 2000 with an end mark": in_pdf(JPX[:-300] + b"\xff\xd9", "/Filter /JPXDecode"),
    "JPEG 2000 in tiles": in_pdf(TILES[:-30], "/Filter /JPXDecode"),
    "CMYK JPEG": in_pdf(jpeg(INKS, 0.6), CMYK),
    "CMYK JPEG without its end mark": in_pdf(jpeg(INKS, 0.6)[:-2], CMYK),
    "fax": in_pdf(FAX[:-200], FAXED),
    "fax that ends a little early": in_pdf(FAX[:-20], FAXED),
    "fax without an end mark": in_pdf(ROWS[:-20], FAXED_ALONE),
    "fax of group 3": in_pdf(fax(TEXT, "group3")[:-900], LINES),
    "JBIG2": in_pdf(JBIG2[:-200], f"{BILEVEL} /Filter /JBIG2Decode"),
    "JBIG2 in a second filter": in_pdf(zlib.compress(JBIG2[:-9]), f"{BILEVEL} /Filter [/FlateDecode /JBIG2Decode]"),
}
WHOLE_IN_PDF = {
    "JPEG": in_pdf(jpeg(), f"{RGB} /Filter /DCTDecode"),
    "JPEG without its end mark": in_pdf(jpeg()[:-2], f"{RGB} /Filter /DCTDecode"),
    "JPEG that is grey below": in_pdf(jpeg(GREY_BELOW), f"{RGB} /Filter /DCTDecode", GREY_BELOW),
    "progressive JPEG": in_pdf(jpeg(progressive=True), f"{RGB} /Filter /DCTDecode"),
    "compressed": in_pdf(zlib.compress(SAMPLES), f"{RGB} /Filter /FlateDecode"),
    "compressed and black below": in_pdf(
        zlib.compress(BLACK_BELOW.tobytes()), f"{RGB} /Filter /FlateDecode", BLACK_BELOW
    ),
    "compressed, with bytes to spare": in_pdf(zlib.compress(SAMPLES + bytes(50)), f"{RGB} /Filter /FlateDecode"),
    "bilevel": in_pdf(zlib.compress(BITS), f"{BILEVEL} /Filter /FlateDecode"),
    "of four bits": in_pdf(
        zlib.compress(bytes(-(-TEXT.width // 2) * TEXT.height)),
        "/ColorSpace /DeviceGray /BitsPerComponent 4 /Filter /FlateDecode",
    ),
    "samples as they are": in_pdf(SAMPLES, RGB),
    "JPEG 2000": in_pdf(JPX, "/Filter /JPXDecode"),
    "JPEG 2000 without its end mark": in_pdf(JPX[:-2], "/Filter /JPXDecode"),
    "JPEG 2000 in tiles": in_pdf(TILES, "/Filter /JPXDecode"),
    "CMYK JPEG": in_pdf(jpeg(INKS), CMYK),
    "CMYK JPEG that is grey below": in_pdf(jpeg(GREY_BELOW.convert("CMYK")), CMYK, GREY_BELOW),
    "fax": in_pdf(FAX, FAXED),
    "fax with a line end behind it": in_pdf(FAX + b"\r\n", FAXED),
    "fax without an end mark": in_pdf(ROWS, FAXED_ALONE),
    "fax without an end mark that is black below": in_pdf(bare_fax(BLACK_BELOW), FAXED_BLACK, BLACK_BELOW),
    "fax of group 3": in_pdf(fax(TEXT, "group3"), LINES),
    "JBIG2": in_pdf(JBIG2, f"{BILEVEL} /Filter /JBIG2Decode"),
}


@pytest.mark.parametrize("kind", CUT_IN_PDF)
def test_image_of_a_pdf_that_ends_early_is_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    (message,) = told(readers, keep(CUT_IN_PDF[kind]))
    assert "the data of 1 image(s) ends early" in message


@pytest.mark.parametrize("kind", WHOLE_IN_PDF)
def test_whole_image_of_a_pdf_is_not_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    assert told(readers, keep(WHOLE_IN_PDF[kind])) == []


OLD = raw_pdf("BT /F1 11 Tf 72 700 Td (Total due 80.90) Tj ET")
NEW = b"\n4 0 obj\n<< /Length 46 >>\nstream\nBT /F1 11 Tf 72 700 Td (Total due 90.80) Tj ET \nendstream\nendobj\n"


@pytest.mark.parametrize("content", [OLD + NEW, OLD + NEW[:60], OLD[: OLD.rindex(b"%%EOF")]], ids=len)
def test_pdf_that_was_cut_short_is_told(readers: PageReaders, keep: Keep, content: bytes) -> None:
    (notice,) = readers.open(keep(content), None).notices
    assert (notice.code, notice.page) == ("DATA_MISSING", None)
    assert "cut short" in notice.message


@pytest.mark.parametrize("behind", [b"", b"\r\n\r\n", bytes(5000), b"\n<html>sent by a server</html>"], ids=len)
def test_pdf_with_something_behind_its_end_is_whole(readers: PageReaders, keep: Keep, behind: bytes) -> None:
    assert readers.open(keep(OLD + behind), None).notices == ()


def test_large_pdf_is_whole_by_its_end(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(documents.scanned_pdf(documents.invoice_pdf()))
    assert path.stat().st_size > 1 << 16
    assert readers.open(DocumentFile(path, "pdf"), None).notices == ()
