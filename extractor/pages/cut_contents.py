"""A PDF page -> a notice where its content ends before it was all said, or that of a form or a fax on it does.

Runs in a page process. `cut_pictures.py` is about images whose pictures tell it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..values.boxes import Box, area, union
from ..values.notices import Notice
from .cut_pictures import LARGE
from .page_streams import Stream, copy_of_page, page_streams
from .pdf_page import PdfPage
from .stream_ends import ends_in_a_statement, fax_ends_early, unpacked

# Max bytes of a file whose pages are copied to look at their content; what none may hold: PDFium takes a second, and a
# hundred megabytes, to copy arrays or dictionaries that are as deep as it reads them.
MOST_BYTES = 1 << 24
_DEEP = (b"[" * 64, b"<<" * 64)
_FAX = ("CCITTFaxDecode", "CCF")


def page_copy(document: pdfium.PdfDocument, path: Path, index: int) -> bytes:
    """PDFium's copy of the page with this index, from 0; empty where it makes none, or where the file is large.

    `path`: the document's file. Raises `OSError` where it is gone.
    """
    return b"" if path.stat().st_size > MOST_BYTES or _is_deep(path) else copy_of_page(document.raw, index)


def cut_content_notes(page: PdfPage, copy: bytes) -> list[Notice]:
    """Notices of content and of faxes on the page that end early; none where there are none, or where `copy`, the
    page's, is empty.

    A fax's box is in points, origin top left of the page as shown.
    """
    number = page.task.number
    streams = page_streams(copy)
    notes = []
    if _is_content_cut(streams):
        told = f"page {number}: the data of its content ends early, or is damaged: a part of it is missing in the file"
        notes.append(Notice("DATA_MISSING", told, number))
    if boxes := [box for stream in streams if (box := _box_of_cut_fax(page, stream)) is not None]:
        told = f"page {number}: the data of {len(boxes)} image(s) ends early: a part of each is missing in the file"
        notes.append(Notice("DATA_MISSING", told, number, union(boxes)))
    return notes


@lru_cache(maxsize=8)
def _is_deep(path: Path) -> bool:
    """Whether the file may hold such arrays or dictionaries. Looked for once a document, whose path no other has."""
    content = path.read_bytes()
    return any(deep in content for deep in _DEEP)


def _is_content_cut(streams: Sequence[Stream]) -> bool:
    """Whether what is drawn ends early, or the page's content, which may be in several streams, before an operator."""
    last, last_place = b"", -1
    for stream in streams:
        # Codes that grow later than usual are not read.
        if not stream.is_drawn or b"/EarlyChange 0" in stream.dictionary:
            continue
        content = unpacked(stream.data, stream.filters)
        if content is None:
            return True
        if stream.place is not None and stream.place > last_place and content.strip():
            last, last_place = content, stream.place
    return ends_in_a_statement(last)


def _box_of_cut_fax(page: PdfPage, stream: Stream) -> Box | None:
    """Where a fax whose data ends early stands on the page; None for any other stream."""
    if len(stream.filters) != 1 or stream.filters[0] not in _FAX:
        return None
    size = stream.number(b"Width", 0), stream.number(b"Height", 0)
    found = [
        box for item, box in page.drawing.pictures if _pixels(item) == size and area(box) >= LARGE * area(page.box)
    ]
    if not found or stream.number(b"Columns", 1728) != size[0] or b"/EncodedByteAlign true" in stream.dictionary:
        return None
    return union(found) if fax_ends_early(stream.data, *size, stream.number(b"K", 0)) else None


def _pixels(item: int) -> tuple[int, int]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium_c.FPDFImageObj_GetImagePixelSize(ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT), width, height)
    return width.value, height.value
