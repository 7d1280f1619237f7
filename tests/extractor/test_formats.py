"""What a document is: decided by its bytes, whatever its name, and refused with a word that helps."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from extractor.errors import DocumentCorrupt, UnsupportedFormat
from extractor.formats import DocumentFile, identify
from tests import documents

PDF = documents.text_pdf([["Receipt 4711"]])
PICTURE = documents.text_image(["Receipt 4711"])
READ = "PDF, PNG, JPEG, TIFF, WebP, BMP, GIF and XML invoice (CII, UBL)"


def identified(folder: Path, content: bytes, name: str = "document") -> DocumentFile:
    """Put the bytes on disk under the name and identify them."""
    path = folder / name
    path.write_bytes(content)
    return identify(path)


def depth_map_jpeg() -> bytes:
    """What phones write: a JPEG with a second picture after it, which Pillow calls MPO."""
    content = documents.image_bytes(PICTURE, "MPO", save_all=True, append_images=[PICTURE.convert("L")])
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "MPO"
    return content


def zipped(*entries: tuple[str, bytes]) -> bytes:
    """A ZIP archive with these entries, not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def office(part: str) -> bytes:
    """As much of an Office document as its first bytes need."""
    return zipped(("[Content_Types].xml", b"<Types/>"), (part, b"<document/>"))


@pytest.mark.parametrize("name", ["document", "invoice.pdf", "photo.png", "letter.docx"])
@pytest.mark.parametrize(
    ("content", "format"),
    [
        pytest.param(PDF, "pdf", id="pdf"),
        pytest.param(documents.image_bytes(PICTURE, "PNG"), "png", id="png"),
        pytest.param(documents.image_bytes(PICTURE, "JPEG"), "jpeg", id="jpeg"),
        pytest.param(depth_map_jpeg(), "jpeg", id="mpo"),
        pytest.param(documents.image_bytes(PICTURE, "TIFF"), "tiff", id="tiff"),
        pytest.param(documents.image_bytes(PICTURE, "TIFF", big_tiff=True), "tiff", id="big-tiff"),
        pytest.param(documents.image_bytes(PICTURE, "WEBP"), "webp", id="webp"),
        pytest.param(documents.image_bytes(PICTURE, "BMP"), "bmp", id="bmp"),
        pytest.param(documents.image_bytes(PICTURE, "GIF"), "gif", id="gif"),
    ],
)
def test_content_decides_whatever_the_name(tmp_path: Path, content: bytes, format: str, name: str) -> None:
    assert identified(tmp_path, content, name) == DocumentFile(tmp_path / name, format)


@pytest.mark.parametrize("junk", [1, 500, 1019])
def test_pdf_header_behind_junk(tmp_path: Path, junk: int) -> None:
    assert identified(tmp_path, b"\x00" * junk + PDF).format == "pdf"


def test_pdf_header_too_far_behind_is_no_header(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat):
        identified(tmp_path, b"\x00" * 1024 + PDF)


def test_image_that_speaks_of_pdf_is_an_image(tmp_path: Path) -> None:
    comment = PngInfo()
    comment.add_text("Comment", "page 1 of scan.pdf (%PDF-1.7)")
    assert identified(tmp_path, documents.image_bytes(PICTURE, "PNG", pnginfo=comment)).format == "png"


def test_empty(tmp_path: Path) -> None:
    with pytest.raises(DocumentCorrupt, match="empty"):
        identified(tmp_path, b"")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(office("word/document.xml"), "Word document", id="docx"),
        pytest.param(office("xl/workbook.xml"), "Excel document", id="xlsx"),
        pytest.param(office("ppt/presentation.xml"), "PowerPoint document", id="pptx"),
        pytest.param(zipped(("[Content_Types].xml", b"<Types/>")), "Office document", id="some-office"),
        pytest.param(
            zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), "OpenDocument file", id="opendocument"
        ),
        pytest.param(zipped(("mimetype", b"application/epub+zip")), "e-book", id="epub"),
        pytest.param(zipped(("invoice.pdf", PDF)), "ZIP archive", id="zip-that-holds-a-pdf"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "XML", id="svg"),
        pytest.param(b"{\\rtf1 Total 80.90}", "rich text", id="rtf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript", id="postscript"),
        pytest.param(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1", "HEIC", id="heic"),
        pytest.param(documents.image_bytes(PICTURE, "JPEG2000"), "JPEG 2000", id="jpeg-2000"),
        pytest.param(gzip.compress(PDF), "gzip", id="gzip-that-holds-a-pdf"),
        pytest.param(b"<html><p>%PDF-1.7</p></html>", "HTML", id="html-that-speaks-of-pdf"),
        pytest.param(b"\x7fELF" + bytes(60), "program", id="program"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "old Office document", id="doc"),
        pytest.param(b"<!DOCTYPE html><html><p>Total 80.90</p></html>", "HTML", id="html"),
        pytest.param(b"\xef\xbb\xbf\r\n<HTML><body></body></HTML>", "HTML", id="html-with-byte-order-mark"),
        pytest.param(b'{"total": 80.90}', "JSON", id="json"),
        pytest.param("Gesamtbetrag für März: 80,90\n".encode(), "plain text", id="text"),
        pytest.param("Gesamtbetrag für März: 80,90\r\n".encode("latin-1"), "plain text", id="latin-1-text"),
        pytest.param(b"BMW dealers sent the invoice.\n", "plain text", id="text-that-begins-with-bm"),
        pytest.param(bytes(range(256)), "binary data", id="binary"),
        pytest.param(documents.image_bytes(PICTURE, "ICO"), "binary data", id="image-that-is-not-read"),
    ],
)
def test_any_other_format_is_called_by_its_name(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        identified(tmp_path, content, "invoice.pdf")
    assert word in caught.value.message
    assert READ in caught.value.message
    assert "80" not in caught.value.message
    assert str(tmp_path) not in caught.value.message


def test_bitmap_whose_reserved_bytes_are_used(tmp_path: Path) -> None:
    content = documents.image_bytes(PICTURE, "BMP")
    assert identified(tmp_path, content[:6] + b"\x01\x02\x03\x04" + content[10:]).format == "bmp"


def test_nothing_is_opened_to_tell(tmp_path: Path) -> None:
    # What the first bytes claim is enough: whether the rest is an image is found out in a page process.
    assert identified(tmp_path, documents.image_bytes(PICTURE, "PNG")[:28]).format == "png"


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><total>80.90</total>',
        b'\xef\xbb\xbf<?xml version="1.0"?>',
        b'\n<rsm:CrossIndustryInvoice xmlns:rsm="urn:un">',
        b'<Invoice xmlns="urn:oasis">',
        b"<ubl:CreditNote>",
    ],
)
def test_what_may_be_an_invoice_is_opened_as_xml(tmp_path: Path, head: bytes) -> None:
    assert identified(tmp_path, head, "invoice.pdf").format == "xml"


@pytest.mark.parametrize("head", [b"<Invoices/>", b"<invoice/>", b"<html>", b"<svg/>"])
def test_other_elements_are_no_invoice(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        identified(tmp_path, head, "invoice.pdf")
