"""What a document is: decided by its bytes, whatever its name, and refused with a word that helps."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from extractor.errors import DocumentCorrupt, UnsupportedFormat
from extractor.formats import DocumentFile, identify
from extractor.source import FetchedDocument
from tests import documents

PDF = documents.text_pdf([["Receipt 4711"]])
PICTURE = documents.text_image(["Receipt 4711"])
READ = "PDF, PNG, JPEG, TIFF, WebP, BMP and GIF"


def identified(folder: Path, content: bytes, name: str = "document") -> DocumentFile:
    """Put the bytes on disk under the name and identify them."""
    path = folder / name
    path.write_bytes(content)
    return identify(FetchedDocument(path, len(content), hashlib.sha256(content).hexdigest()))


def depth_map_jpeg() -> bytes:
    """What phones write: a JPEG with a second picture after it, which Pillow calls MPO."""
    content = documents.image_bytes(PICTURE, "MPO", save_all=True, append_images=[PICTURE.convert("L")])
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "MPO"
    return content


def docx() -> bytes:
    """As much of a Word document as its first bytes need."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return buffer.getvalue()


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


@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_image_that_ends_in_its_header_is_damaged(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentCorrupt, match=f"(?i){name} image is damaged"):
        identified(tmp_path, documents.image_bytes(PICTURE, name)[:28])


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(docx(), "Office document", id="docx"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "old Office document", id="doc"),
        pytest.param(b"<!DOCTYPE html><html><p>Total 80.90</p></html>", "HTML", id="html"),
        pytest.param(b"\xef\xbb\xbf\r\n<HTML><body></body></HTML>", "HTML", id="html-with-byte-order-mark"),
        pytest.param(b'{"total": 80.90}', "JSON", id="json"),
        pytest.param(b'<?xml version="1.0"?><total>80.90</total>', "XML", id="xml"),
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
