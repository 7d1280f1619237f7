"""A document's bytes -> what the document really is. The content decides, never the name.

PDF: ISO 32000 asks for `%PDF-` at the very start; readers accept it within the first 1,024 bytes. Images: whatever
Pillow identifies among the formats below.
"""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from .errors import DocumentCorrupt, UnsupportedFormat
from .source import FetchedDocument

Format = Literal["pdf", "png", "jpeg", "tiff", "webp", "bmp", "gif"]

# Pillow's names; MPO is how it calls a JPEG with further pictures in it, which its JPEG reader finds out.
_PILLOW_FORMATS: dict[str, Format] = {
    "PNG": "png",
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "TIFF": "tiff",
    "WEBP": "webp",
    "BMP": "bmp",
    "GIF": "gif",
}
_SIGNATURES: dict[bytes, Format] = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    b"GIF8": "gif",
}
PDF_HEADER_WITHIN = 1024
READABLE = "PDF, PNG, JPEG, TIFF, WebP, BMP and GIF"


@dataclass(frozen=True)
class DocumentFile:
    """A document on disk, and what it is."""

    path: Path
    format: Format


def identify(document: FetchedDocument) -> DocumentFile:
    """What the fetched bytes are.

    Raises `DocumentCorrupt` for an empty file or a broken image, `UnsupportedFormat` for anything else unknown.
    """
    return DocumentFile(document.path, _detect(document.path))


def _detect(path: Path) -> Format:
    with path.open("rb") as file:
        head = file.read(PDF_HEADER_WITHIN)
    if not head:
        raise DocumentCorrupt("the document is empty (0 bytes)")
    claimed = _claimed_image(head)
    if claimed is None and b"%PDF-" in head:
        return "pdf"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=[name for name in _PILLOW_FORMATS if name != "MPO"]) as image:
                return _PILLOW_FORMATS[str(image.format)]
    except Image.DecompressionBombError:
        # The size is judged where the page is decoded, with the worker's own limit.
        if claimed is not None:
            return claimed
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, struct.error):
        pass
    if claimed is not None:
        raise DocumentCorrupt(f"the {claimed.upper()} image is damaged and cannot be opened")
    raise UnsupportedFormat(f"{_describe(head)} is not among the formats that are read: {READABLE}")


def _claimed_image(head: bytes) -> Format | None:
    """The image format that a file's first bytes claim: if it cannot be identified it is broken, not unknown."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"BM"):
        # Two letters that a text may begin with: a bitmap's reserved bytes are zero.
        return "bmp" if head[6:10] == bytes(4) else None
    return next((name for signature, name in _SIGNATURES.items() if head.startswith(signature)), None)


def _describe(head: bytes) -> str:
    """What the unknown bytes look like, in words for the caller."""
    if head.startswith(b"PK\x03\x04"):
        return "a ZIP or Office document (docx, xlsx, pptx)"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "an old Office document (doc, xls, ppt)"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if text.startswith((b"<?xml", b"{", b"[")):
        return "an XML or JSON text"
    if not set(head) & {*range(0x09), *range(0x0E, 0x1B)}:
        return "a plain text"
    return "binary data of an unknown kind"
