"""A PDF -> the structured invoice that is attached to it (ZUGFeRD, Factur-X, XRechnung). Runs in a page process."""

from __future__ import annotations

import ctypes
from itertools import islice

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

# Max attached files that are looked at, and their max size, in bytes.
MAX_FILES = 50
MAX_BYTES = 10_000_000


def attached_invoice(document: pdfium.PdfDocument) -> str | None:
    """The XML, as a text, of the first attached file that is an invoice; None where none is.

    Looks at no more than `MAX_FILES` files of at most `MAX_BYTES` bytes. What cannot be read is passed over.
    """
    files = range(pdfium_c.FPDFDoc_GetAttachmentCount(document.raw))
    for index in islice(files, MAX_FILES):
        content = _content(document, index)
        if content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"<":
            # Only where there may be one: a document without attached files pays nothing.
            from ..structured.read import NoInvoice, NotReadable, as_text, read_invoice

            try:
                read_invoice(content)
            except (NoInvoice, NotReadable):
                continue
            return as_text(content)
    return None


def _content(document: pdfium.PdfDocument, index: int) -> bytes:
    """The attached file's bytes; none where it is broken or too large."""
    file = pdfium_c.FPDFDoc_GetAttachment(document.raw, index)
    size = ctypes.c_ulong()
    if not file or not pdfium_c.FPDFAttachment_GetFile(file, None, 0, size) or not 0 < size.value <= MAX_BYTES:
        return b""
    buffer = ctypes.create_string_buffer(size.value)
    read = pdfium_c.FPDFAttachment_GetFile(file, buffer, size.value, size)
    return buffer.raw if read else b""
