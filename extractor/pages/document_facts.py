"""A PDF -> notices about the whole document, and its properties.

Runs in a page process, when a document is opened: each notice is given once, whichever pages are read.
"""

from __future__ import annotations

import ctypes
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..values.notices import Notice

# Our names of the properties -> keys of the document information dictionary (ISO 32000-2, 14.3.3).
PROPERTIES = {
    "title": b"Title",
    "author": b"Author",
    "subject": b"Subject",
    "creator": b"Creator",
    "producer": b"Producer",
    "created": b"CreationDate",
    "modified": b"ModDate",
}
_DATES = frozenset({"created", "modified"})
# Max length of a property, in characters.
MAX_PROPERTY = 1000
# A PDF date (ISO 32000-2, 7.9.4): D:YYYYMMDDHHmmSSOHH'mm. All but the year may be missing.
_DATE = re.compile(
    r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?[Z0']*", re.ASCII | re.IGNORECASE
)

# The end of a PDF, or of one of its versions (ISO 32000-2, 7.5.5); an object, of which none stands behind the last one.
_END, _OBJECT = b"%%EOF", re.compile(rb"\d\s+\d+\s+obj\b")
# Bytes at a file's end that are looked at. Behind the end may be zeros, or what a server put there.
_TAIL = 1 << 16


def document_notices(document: pdfium.PdfDocument, path: Path, *, invoice_read: bool) -> tuple[Notice, ...]:
    """Notices about the document: a file that was cut short, attached files that are not read, and an XFA form, which
    few viewers show.

    `invoice_read`: one of the files is the document's own invoice as data, and was read.
    """
    notices = []
    if _is_cut_short(path):
        told = "the PDF was cut short: its end is missing, and so may be pages, what stands on them, or a later version"
        notices.append(Notice("DATA_MISSING", told))
    files = pdfium_c.FPDFDoc_GetAttachmentCount(document.raw) - invoice_read
    if files > 0:
        beside = " beside its invoice data" if invoice_read else ""
        told = f"the document has {files} attached (embedded) file(s){beside}, which are not read"
        notices.append(Notice("ATTACHMENTS", told))
    if _is_placeholder(document):
        notices.append(Notice("XFA_FORM", "the document is an XFA form: what its pages show may be a placeholder"))
    return tuple(notices)


def _is_placeholder(document: pdfium.PdfDocument) -> bool:
    """Whether another viewer draws the document from its XFA form: it says so, or its only page has no field of it."""
    kind = pdfium_c.FPDF_GetFormType(document.raw)
    if kind != pdfium_c.FORMTYPE_XFA_FOREGROUND or len(document) > 1:
        return bool(kind == pdfium_c.FORMTYPE_XFA_FULL)
    page = pdfium_c.FPDF_LoadPage(document.raw, 0)
    if not page:
        return False
    try:
        return not any(_is_field(page, number) for number in range(pdfium_c.FPDFPage_GetAnnotCount(page)))
    finally:
        pdfium_c.FPDF_ClosePage(page)


def _is_field(page: Any, index: int) -> bool:
    """Whether the page's annotation at this index is a form field."""
    annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return False
    kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
    pdfium_c.FPDFPage_CloseAnnot(annotation)
    return bool(kind == pdfium_c.FPDF_ANNOT_WIDGET)


def _is_cut_short(path: Path) -> bool:
    """Whether the file does not end as a PDF does. PDFium reads what is there of one whose pages are listed first."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _TAIL))
        _, end, behind = file.read().rpartition(_END)
    return not end or _OBJECT.search(behind) is not None


def document_properties(document: pdfium.PdfDocument) -> dict[str, str]:
    """The document's properties as texts, by the names of `PROPERTIES`, empty ones left out.

    Dates are ISO 8601, with a time zone where the document gives one; invalid dates are left out.
    """
    found = {name: _property(document, key) for name, key in PROPERTIES.items()}
    return {
        name: said for name, value in found.items() if (said := _iso_date(value) if name in _DATES else value) != ""
    }


def _property(document: pdfium.PdfDocument, key: bytes) -> str:
    """The property's printable characters, at most `MAX_PROPERTY`; empty where there is none."""
    needed = pdfium_c.FPDF_GetMetaText(document.raw, key, None, 0)
    buffer = ctypes.create_string_buffer(max(2, needed))
    pdfium_c.FPDF_GetMetaText(document.raw, key, buffer, needed)
    text = buffer.raw[: max(0, needed - 2)].decode("utf-16-le", "replace")
    return "".join(letter for letter in text if letter.isprintable() or letter == " ").strip()[:MAX_PROPERTY]


def _iso_date(text: str) -> str:
    """A PDF date as ISO 8601; empty where it is no date."""
    parts = _DATE.fullmatch(text)
    if parts is None:
        return ""
    year, month, day, hour, minute, second = (int(part) if part else None for part in parts.groups()[:6])
    zone = None
    if parts[7]:
        zone = UTC
    elif parts[8]:
        away = timedelta(hours=int(parts[9]), minutes=int(parts[10] or 0))
        zone = timezone(away if parts[8] == "+" else -away) if away < timedelta(hours=24) else None
    try:
        date = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone)
    except ValueError:
        return ""
    # Only as precise as the document: a year alone is not the first of January.
    if month is None:
        return f"{date:%Y}".zfill(4)
    if day is None:
        return f"{date:%Y-%m}".zfill(7)
    return date.date().isoformat() if hour is None else date.isoformat()
