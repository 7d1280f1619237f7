"""Content of a PDF's page that ends early is told, whatever it is packed with; its whole twin is not."""

from __future__ import annotations

import base64
import io
import zlib

import pytest
from PIL import Image

from extractor.values.page import Page
from tests import bombs, documents
from tests.extractor.pages.kept_documents import Keep
from tests.page_readers import PageReaders

LINES = "".join(
    f"1 0 0 1 72 {760 - 12 * n} Tm (Item {n} of the list, {n * 7919 % 1000}.{n % 90 + 10}) Tj\n" for n in range(50)
)
CONTENT = f"BT /F1 9 Tf\n{LINES}ET\n".encode()
TOLD = "page 1: the data of its content ends early"


def told(readers: PageReaders, keep: Keep, document: bytes, password: str | None = None) -> list[str]:
    page = readers.read(keep(document), 1, password, ocr="never")
    assert isinstance(page, Page), page
    return [notice.message for notice in page.notices if notice.code == "DATA_MISSING"]


def lzw(content: bytes) -> bytes:
    """The content packed by libtiff, whose LZW is that of PDF."""
    image = Image.frombytes("L", (len(content), 1), content)
    with Image.open(io.BytesIO(documents.image_bytes(image, "TIFF", compression="tiff_lzw"))) as made:
        file, at, size = made.fp, made.tag_v2[273][0], made.tag_v2[279][0]
        file.seek(at)
        return bytes(file.read(size))


def runs(content: bytes) -> bytes:
    """The content in runs of literal bytes, and its end mark."""
    parts = [content[at : at + 128] for at in range(0, len(content), 128)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts) + b"\x80"


def flushed(content: bytes) -> bytes:
    """Deflated, and not ended: all of it is there."""
    packed = zlib.compressobj()
    return packed.compress(content) + packed.flush(zlib.Z_SYNC_FLUSH)


DEFLATED, BASE85 = zlib.compress(CONTENT), base64.a85encode(CONTENT) + b"~>"
PACKED = {
    "deflated": (DEFLATED, "/FlateDecode"),
    "LZW": (lzw(CONTENT), "/LZWDecode"),
    "ASCII85": (BASE85, "/ASCII85Decode"),
    "hexadecimal": (CONTENT.hex().encode() + b">", "/ASCIIHexDecode"),
    "runs": (runs(CONTENT), "/RunLengthDecode"),
    "deflated in ASCII85": (base64.a85encode(DEFLATED) + b"~>", "[/ASCII85Decode /FlateDecode]"),
    "LZW in hexadecimal": (lzw(CONTENT).hex().encode() + b">", "[/AHx /LZW]"),
    "as it is": (CONTENT, ""),
}


FONT = {5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
RESOURCES = b"/Resources << /Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >>"
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >>"


def filtered(data: bytes, filters: str = "", entries: bytes = b"") -> bytes:
    return bombs.stream(data, entries + (f" /Filter {filters}".encode() if filters else b""))


def page_of(content: bytes, others: dict[int, bytes] | None = None, entries: bytes = b"") -> bytes:
    """A page with this stream as its content."""
    return bombs.one_page(content, RESOURCES + entries, {**FONT, **(others or {})})


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3 - 3]


@pytest.mark.parametrize("kind", PACKED)
def test_content_that_ends_early_is_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    data, filters = PACKED[kind]
    (message,) = told(readers, keep, page_of(filtered(cut(data), filters)))
    assert message.startswith(TOLD)


@pytest.mark.parametrize("kind", PACKED)
def test_whole_content_is_not_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    data, filters = PACKED[kind]
    document = page_of(filtered(data, filters))
    assert told(readers, keep, document) == []
    page = readers.read(keep(document), 1, ocr="never")
    assert isinstance(page, Page)
    assert len(page.words) == 50 * 6


BROKEN = DEFLATED[:300] + bytes(40) + DEFLATED[340:]
PART = 3 * len(CONTENT) // 4
WITH_FORM = bombs.stream(b"q /X Do Q")
APPEARANCE = b" /Annots [<< /Type /Annot /Subtype /Stamp /Rect [0 0 595 842] /F 4 /AP << /N 6 0 R >> >>]"


def in_parts(*parts: bytes) -> bytes:
    """A page whose content is in several streams."""
    numbers = range(10, 10 + len(parts))
    entries = b"/Contents [%s] " % b" ".join(b"%d 0 R" % number for number in numbers)
    return bombs.pdf_file(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< %s %s %s >>" % (bombs.PAGE, entries, RESOURCES),
            **FONT,
            **dict(zip(numbers, parts, strict=True)),
        }
    )


CUT = {
    "broken in the middle": page_of(filtered(BROKEN, "/FlateDecode")),
    "cut and packed again": page_of(filtered(zlib.compress(CONTENT[:PART]), "/FlateDecode")),
    "the first of two parts": in_parts(
        filtered(zlib.compress(CONTENT[:PART])[:-90], "/FlateDecode"), filtered(CONTENT[PART:])
    ),
    "the last of two parts": in_parts(filtered(CONTENT[:900]), filtered(CONTENT[900:PART])),
    "a form": page_of(WITH_FORM, {6: filtered(cut(DEFLATED), "/FlateDecode", FORM)}),
    "an appearance": page_of(bombs.stream(b""), {6: filtered(cut(DEFLATED), "/FlateDecode", FORM)}, APPEARANCE),
}
WHOLE = {
    "without its checksum": page_of(filtered(DEFLATED[:-4], "/FlateDecode")),
    "with a wrong checksum": page_of(filtered(DEFLATED[:-4] + b"1234", "/FlateDecode")),
    "flushed, and not ended": page_of(filtered(flushed(CONTENT), "/FlateDecode")),
    "with something behind it": page_of(filtered(DEFLATED + b"\r\n\0\0", "/FlateDecode")),
    "in two parts": in_parts(filtered(CONTENT[:PART]), filtered(CONTENT[PART:])),
    "with an empty part": in_parts(filtered(CONTENT), filtered(b"")),
    "with a comment at its end": page_of(filtered(CONTENT + b"% made by (someone")),
    "a form": page_of(WITH_FORM, {6: filtered(DEFLATED, "/FlateDecode", FORM)}),
    "a blank page": page_of(bombs.stream(b"")),
    "of a length that is too short": page_of(
        filtered(DEFLATED, "/FlateDecode").replace(b"/Length %d" % len(DEFLATED), b"/Length 100")
    ),
    "of a length that is too long": page_of(
        filtered(DEFLATED, "/FlateDecode").replace(b"/Length %d" % len(DEFLATED), b"/Length 99999")
    ),
}


@pytest.mark.parametrize("kind", CUT)
def test_content_that_lacks_a_part_is_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    (message,) = told(readers, keep, CUT[kind])
    assert message.startswith(TOLD)


@pytest.mark.parametrize("kind", WHOLE)
def test_content_that_only_looks_cut_is_not_told(readers: PageReaders, keep: Keep, kind: str) -> None:
    assert told(readers, keep, WHOLE[kind]) == []


def test_content_of_an_encrypted_document_is_told_as_well(readers: PageReaders, keep: Keep) -> None:
    """The page with the fault is the second: the notice names it, and the first has none."""
    cut_page = page_of(filtered(cut(DEFLATED), "/FlateDecode"))
    document = keep(documents.encrypted(documents.merged(documents.text_pdf([["Receipt 4711"]]), cut_page), "sesame"))
    first, second = (readers.read(document, number, "sesame", ocr="never") for number in (1, 2))
    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert first.notices == ()
    assert [(notice.code, notice.page) for notice in second.notices] == [("DATA_MISSING", 2)]
