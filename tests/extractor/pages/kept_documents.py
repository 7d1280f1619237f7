"""Documents that a test has put on disk, as page processes read them, and PDFs made for it."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject
from reportlab.lib.pagesizes import A4

from extractor.errors import ExtractionError
from extractor.formats import DocumentFile
from extractor.page_processes.failures import Failure
from extractor.values.options import OcrMode
from extractor.values.page import Page
from tests import documents
from tests.page_readers import PageReaders

PROSE = [f"Entry {n}: the harbour office lists vessel number {n} at berth {n + 3}." for n in range(12)]
PHOTO = Image.radial_gradient("L").resize((300, 200)).convert("RGB")

Keep = Callable[..., DocumentFile]


def outcome(readers: PageReaders, document: DocumentFile, number: int = 1, ocr: OcrMode = "auto") -> Page | Failure:
    return readers.read(document, number, ocr=ocr)


def page_of(readers: PageReaders, document: DocumentFile, number: int = 1, ocr: OcrMode = "auto") -> Page:
    page = outcome(readers, document, number, ocr)
    assert isinstance(page, Page), page
    return page


def error_of(readers: PageReaders, document: DocumentFile, number: int = 1) -> ExtractionError:
    failed = outcome(readers, document, number)
    assert isinstance(failed, Failure)
    return failed.error


def blank_pdf(size: tuple[float, float], text: str = "", user_unit: int = 1) -> bytes:
    """One page of this size, empty or with a line of text."""
    buffer, page = documents.new_canvas(size)
    page.setFont("Helvetica", min(11, size[1] / 2))
    page.drawString(0, size[1] / 2, text)
    page.showPage()
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    writer.pages[0][NameObject("/UserUnit")] = NumberObject(user_unit)
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def pictured_pdf(lines: list[str], image: Image.Image, x: float, y: float, width: float, height: float) -> bytes:
    """Lines of text from the top, and an image with its lower left corner at (x, y)."""
    buffer, page = documents.new_canvas()
    page.drawInlineImage(image, x, y, width, height)
    page.setFont("Helvetica", 11)
    for index, line in enumerate(lines):
        page.drawString(72, A4[1] - 60 - 15 * index, line)
    page.save()
    return buffer.getvalue()
