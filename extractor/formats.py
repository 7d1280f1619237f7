"""A document's first bytes -> its format. The content decides, never the name. Nothing is opened or parsed here.

Each format has a check of the first bytes, the same that its reader makes. PDF: ISO 32000 asks for `%PDF-` at the very
start; readers accept it within the first 1,024 bytes, but not behind the first bytes of another format. Packages that
detect formats (puremagic 1.30, filetype 1.2) know neither BigTIFF nor a PDF behind junk, and take a text that begins
with BM for a bitmap. Runs in the worker; page processes get a format by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from .errors import DocumentCorrupt, UnsupportedFormat

PDF_HEADER_WITHIN = 1024
# The sizes that a bitmap's second header may have.
_BITMAP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

_ZIP = b"PK\x03\x04"
# Formats that are not read, by their first bytes, in words for the caller.
_OTHER_SIGNATURES: dict[bytes, str] = {
    b"\xd0\xcf\x11\xe0": "an old Office document (doc, xls, ppt) or Outlook message",
    b"{\\rtf": "a rich text (RTF)",
    b"%!PS": "a PostScript program",
    b"\xc5\xd0\xd3\xc6": "a PostScript program",
    b"\x00\x00\x00\x0cjP": "a JPEG 2000 image",
    b"\xff\x4f\xff\x51": "a JPEG 2000 image",
    b"\x00\x00\x00\x0cJXL": "a JPEG XL image",
    b"\xff\x0a": "a JPEG XL image",
    b"8BPS": "a Photoshop image",
    b"AT&TFORM": "a DjVu document",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"BZh": "a compressed file (bzip2)",
    b"\xfd7zXZ": "a compressed file (xz)",
    b"7z\xbc\xaf\x27\x1c": "an archive (7z)",
    b"Rar!": "an archive (RAR)",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "a database",
}
# A ZIP's first entries tell what it is. Only their names are looked for, within the first bytes.
_ZIP_CONTENT: dict[bytes, str] = {
    b"word/": "a Word document (docx)",
    b"xl/": "an Excel document (xlsx)",
    b"ppt/": "a PowerPoint document (pptx)",
    b"mimetypeapplication/vnd.oasis.opendocument": "an OpenDocument file (odt, ods, odp)",
    b"mimetypeapplication/epub": "an e-book (EPUB)",
    b"[Content_Types].xml": "an Office document (docx, xlsx, pptx)",
}
# A declaration, or the root element of an invoice in CII or UBL.
_XML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|(?:[\w.-]+:)?(?:CrossIndustryInvoice|CrossIndustryDocument|Invoice|CreditNote)\b)"
)
_HEIF_BRANDS = frozenset(
    {
        *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1", b"miaf"),
        *(b"avif", b"avis", b"avio", b"MA1A", b"MA1B"),
    }
)


def _unread_format(head: bytes) -> str | None:
    """The format, in words for the caller, where it is known and not read; else None."""
    if head.startswith(_ZIP):
        return next((name for content, name in _ZIP_CONTENT.items() if content in head), "a ZIP archive")
    if head[4:8] == b"ftyp":
        # The brand, a version, and further brands (ISO/IEC 14496-12, 4.3).
        size = int.from_bytes(head[:4], "big")
        brands = {head[at : at + 4] for at in range(8, min(size, len(head)), 4) if at != 12}
        return "a HEIC or AVIF image" if brands & _HEIF_BRANDS else "a film"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if text.startswith((b"<?xml", b"<svg")):
        return "an XML text"
    return next((name for signature, name in _OTHER_SIGNATURES.items() if head.startswith(signature)), None)


def _begins_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _is_bitmap(head: bytes) -> bool:
    # A text may begin with BM too; what follows in a bitmap is no text.
    known = int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS
    return head.startswith(b"BM") and (known or head[6:10] == bytes(4))


def _is_xml(head: bytes) -> bool:
    """Whether it may be a structured invoice. Which it is shows its root element, which may stand far behind."""
    return _XML.match(head) is not None


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head and _unread_format(head) is None


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A format that is read.

    - `title`: its name, in words for the caller.
    - `known_by`: whether a document's first bytes are of this format.
    - `reader`: the module of `pages/` whose `reader` reads it.
    - `may_be_form`: whether its documents may be forms; their answer then has `form_fields`.
    """

    title: str
    known_by: Callable[[bytes], bool]
    reader: str
    may_be_form: bool = False


# The name of a row of `FORMATS`.
Format: TypeAlias = str
# The one table of what is read. First bytes are checked from the last row up: a PDF may begin with other bytes than its
# own.
FORMATS: dict[Format, FormatRow] = {
    "pdf": FormatRow("PDF", _is_pdf, "pdf", may_be_form=True),
    "png": FormatRow("PNG", _begins_with(b"\x89PNG"), "images"),
    "jpeg": FormatRow("JPEG", _begins_with(b"\xff\xd8\xff"), "images"),
    "tiff": FormatRow("TIFF", _begins_with(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), "images"),
    "webp": FormatRow("WebP", _is_webp, "images"),
    "bmp": FormatRow("BMP", _is_bitmap, "images"),
    "gif": FormatRow("GIF", _begins_with(b"GIF8"), "images"),
    # Without pages: its outline has none, and holds the document.
    "xml": FormatRow("XML invoice (CII, UBL)", _is_xml, "xml_invoice"),
}


def readable() -> str:
    """The formats that are read, in words for the caller."""
    *others, last = (row.title for row in FORMATS.values())
    return f"{', '.join(others)} and {last}"


@dataclass(frozen=True)
class DocumentFile:
    """A document on disk, and its format: its first bytes claim it, nothing has opened it yet."""

    path: Path
    format: Format


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a document before it is opened: its `size` in bytes, and its format, None until that is known.

    A document that can never be opened has no more than this.
    """

    size: int
    format: Format | None = None


def identify(path: Path) -> DocumentFile:
    """The file with the format that its first bytes claim. Whether they are right shows when a page process opens it.

    Raises `DocumentCorrupt` for an empty file, `UnsupportedFormat`, which names the format, for one that is not read,
    and `OSError` from the disk.
    """
    with path.open("rb") as file:
        head = file.read(PDF_HEADER_WITHIN)
    if not head:
        raise DocumentCorrupt("the document is empty (0 bytes)")
    for name, row in reversed(FORMATS.items()):
        if row.known_by(head):
            return DocumentFile(path, name)
    what = _unread_format(head) or _unknown_format(head)
    raise UnsupportedFormat(f"{what} is not among the formats that are read: {readable()}")


def _unknown_format(head: bytes) -> str:
    """What bytes of no known format look like, in words for the caller."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "a JSON text"
    if not set(head) & {*range(0x09), *range(0x0E, 0x1B)}:
        return "a plain text"
    return "binary data of an unknown kind"
