"""A document's bytes -> what the document is. The content decides, never the name; nothing is opened or parsed here.

Each format is known by its first bytes, as its reader checks them itself. PDF: ISO 32000 asks for `%PDF-` at the very
start; readers accept it within the first 1,024 bytes, but not behind the first bytes of another format. Detectors that
are to be had (puremagic 1.30, filetype 1.2) know neither BigTIFF nor a PDF behind junk, and take a text that begins
with BM for a bitmap. Used in the worker; page processes take a format by its name.
"""

from __future__ import annotations

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
    b"\x1f\x8b": "a compressed file (gzip)",
    b"BZh": "a compressed file (bzip2)",
    b"\xfd7zXZ": "a compressed file (xz)",
    b"7z\xbc\xaf\x27\x1c": "an archive (7z)",
    b"Rar!": "an archive (RAR)",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"SQLite format 3": "a database",
}
# A zip's first entries say whose it is; only their names are looked at, as they stand in the first bytes.
_ZIP_CONTENT: dict[bytes, str] = {
    b"word/": "a Word document (docx)",
    b"xl/": "an Excel document (xlsx)",
    b"ppt/": "a PowerPoint document (pptx)",
    b"mimetypeapplication/vnd.oasis.opendocument": "an OpenDocument file (odt, ods, odp)",
    b"mimetypeapplication/epub": "an e-book (EPUB)",
    b"[Content_Types].xml": "an Office document (docx, xlsx, pptx)",
}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})


def _other(head: bytes) -> str | None:
    """A format that is known and not read, in words for the caller."""
    if head.startswith(_ZIP):
        return next((name for content, name in _ZIP_CONTENT.items() if content in head), "a ZIP archive")
    if head[4:8] == b"ftyp":
        return "a HEIC or AVIF image" if head[8:12] in _HEIF_BRANDS else "a film"
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
    # Two letters that a text may begin with: what follows in a bitmap is no text.
    known = int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS
    return head.startswith(b"BM") and (known or head[6:10] == bytes(4))


def _is_pdf(head: bytes) -> bool:
    return b"%PDF-" in head and _other(head) is None


@dataclass(frozen=True, slots=True)
class FormatRow:
    """A format that is read: its `title`, in words for the caller; whether a document's first bytes are of it; the
    module of `pages/` whose `reader` reads it; whether its documents may be forms (their answer has `form_fields`)."""

    title: str
    known_by: Callable[[bytes], bool]
    reader: str
    may_be_form: bool = False


# The name of a row of `FORMATS`.
Format: TypeAlias = str
# The one table of what is read. A document's first bytes are shown to the last row first: those of a PDF may be others
# than its own.
FORMATS: dict[Format, FormatRow] = {
    "pdf": FormatRow("PDF", _is_pdf, "pdf", may_be_form=True),
    "png": FormatRow("PNG", _begins_with(b"\x89PNG"), "images"),
    "jpeg": FormatRow("JPEG", _begins_with(b"\xff\xd8\xff"), "images"),
    "tiff": FormatRow("TIFF", _begins_with(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), "images"),
    "webp": FormatRow("WebP", _is_webp, "images"),
    "bmp": FormatRow("BMP", _is_bitmap, "images"),
    "gif": FormatRow("GIF", _begins_with(b"GIF8"), "images"),
}


@dataclass(frozen=True)
class DocumentFile:
    """A document on disk, and what it is."""

    path: Path
    format: Format


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a document before it is opened, and of one that never can be: its bytes, and its format once
    they are looked at."""

    size: int
    format: Format | None = None


def identify(path: Path) -> DocumentFile:
    """What the bytes of a file claim to be; whether they are is found out where they are opened, in a page process.

    Raises `DocumentCorrupt` for an empty file, `UnsupportedFormat`, with its name, for any other format.
    """
    with path.open("rb") as file:
        head = file.read(PDF_HEADER_WITHIN)
    if not head:
        raise DocumentCorrupt("the document is empty (0 bytes)")
    for name, row in reversed(FORMATS.items()):
        if row.known_by(head):
            return DocumentFile(path, name)
    *others, last = (row.title for row in FORMATS.values())
    readable = f"{', '.join(others)} and {last}"
    raise UnsupportedFormat(f"{_other(head) or _unknown(head)} is not among the formats that are read: {readable}")


def _unknown(head: bytes) -> str:
    """What bytes of no known format look like."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return "a JSON text"
    if not set(head) & {*range(0x09), *range(0x0E, 0x1B)}:
        return "a plain text"
    return "binary data of an unknown kind"
