"""One page of a PDF that a test made, as its page process reads it."""

from __future__ import annotations

from pathlib import Path

from extractor.formats import DocumentFile
from extractor.values.options import OcrMode, UnseenText
from extractor.values.page import Page
from tests.page_readers import PageReaders


def read_page(
    readers: PageReaders, folder: Path, content: bytes, unseen: UnseenText = "keep", ocr: OcrMode = "auto"
) -> Page:
    """The first page."""
    path = folder / f"document-{len(list(folder.iterdir()))}.pdf"
    path.write_bytes(content)
    page = readers.read(DocumentFile(path, "pdf"), 1, ocr=ocr, unseen=unseen)
    assert isinstance(page, Page), page
    return page


def said(page: Page) -> str:
    """The words of the page."""
    return " ".join(word.text for word in page.words)


def told(page: Page) -> tuple[str, ...]:
    """What the page's notices say."""
    return tuple(notice.message for notice in page.notices)
