"""One page of a PDF that a test made, as its page process reads it."""

from __future__ import annotations

from pathlib import Path

from extractor.formats import DocumentFile
from extractor.pages import OcrMode, Page, PagePool, UnseenText


def read_page(pool: PagePool, folder: Path, content: bytes, unseen: UnseenText = "keep", ocr: OcrMode = "auto") -> Page:
    """The first page."""
    path = folder / f"document-{len(list(folder.iterdir()))}.pdf"
    path.write_bytes(content)
    page = pool.outcome(pool.read(DocumentFile(path, "pdf"), 1, None, ocr, unseen), 1)
    assert isinstance(page, Page), page
    return page


def said(page: Page) -> str:
    """The words of the page."""
    return " ".join(word.text for word in page.words)
