"""A PDF -> notices about the whole document, and its properties.

Runs in a page process, when a document is opened: each notice is given once, whichever pages are read.
"""

from __future__ import annotations

import ctypes
import re
from datetime import UTC, datetime, timedelta, timezone

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


def document_notices(document: pdfium.PdfDocument, *, invoice_read: bool) -> tuple[Notice, ...]:
    """Notices about the document: attached files that are not read, and an XFA form, which few viewers show.

    `invoice_read`: one of the files is the document's own invoice as data, and was read.
    """
    notices = []
    files = pdfium_c.FPDFDoc_GetAttachmentCount(document.raw) - invoice_read
    if files > 0:
        beside = " beside its invoice data" if invoice_read else ""
        told = f"the document has {files} attached (embedded) file(s){beside}, which are not read"
        notices.append(Notice("ATTACHMENTS", told))
    if pdfium_c.FPDF_GetFormType(document.raw) == pdfium_c.FORMTYPE_XFA_FULL:
        notices.append(Notice("XFA_FORM", "the document is an XFA form: what its pages show may be a placeholder"))
    return tuple(notices)


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
