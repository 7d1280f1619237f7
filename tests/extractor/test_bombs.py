"""Small files that are large, deep or slow inside, through real page processes: each ends in its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractor.errors import ExtractionError, TooManyPages
from extractor.formats import identify
from extractor.page_processes.failures import Failure
from extractor.settings import Settings
from tests import bombs, documents
from tests.bombs import BOMBS, Bomb
from tests.page_readers import PageReaders, page_readers

pytestmark = pytest.mark.slow

# Those that take long to make are made smaller, and meet smaller limits; those of words and lines need the models.
SETTINGS = Settings(page_processes=1, page_memory_mb=250, max_page_pixels=20_000_000)
MB = 2**20
SMALLER: dict[str, Callable[[], bytes]] = {
    "zip of a gigabyte": lambda: bombs.zip_bomb(megabytes=16),
    "docx of a gigabyte": lambda: bombs.zip_bomb("word/document.xml", megabytes=16),
    "PDF: deflate, spaces": lambda: bombs.deflate_pdf(total=300 * MB),
    "PDF: deflated picture": lambda: bombs.deflated_image_pdf(total=300 * MB),
    "PNG: 120 megapixels": lambda: bombs.png(5000, 4000, 6),
    "PNG: comment of a gigabyte": lambda: bombs.png_text_bomb(total=100 * MB),
    "PNG: 900 megapixels": lambda: bombs.png(5000, 5000, 0, 1),
    "TIFF: 3,600 megapixels": lambda: bombs.tiff(6000, 6000),
    "WebP: 268 megapixels": lambda: bombs.webp(5000),
}


@pytest.fixture(scope="module")
def readers() -> Iterator[PageReaders]:
    with page_readers(SETTINGS) as running:
        yield running


def ending(readers: PageReaders, path: Path, bomb: Bomb) -> str:
    """How the document ends where its first page is read: `result`, or an error's code."""
    try:
        document = identify(path)
        outline = readers.open(document, None)
        if outline.pages > SETTINGS.max_pages and bomb.pages is None:
            raise TooManyPages("as the engine says")
        page = readers.read(document, 1)
        return page.error.code if isinstance(page, Failure) else "result"
    except ExtractionError as error:
        return error.code


@pytest.mark.parametrize("name", BOMBS)
def test_ends_in_its_code(readers: PageReaders, tmp_path: Path, name: str) -> None:
    path = tmp_path / "document"
    path.write_bytes(SMALLER.get(name, BOMBS[name].make)())
    assert ending(readers, path, BOMBS[name]) in BOMBS[name].ends


def test_the_next_document_is_read(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(documents.invoice_pdf())
    assert ending(readers, path, Bomb(documents.invoice_pdf, ())) == "result"


def test_too_much_memory_and_too_much_time_are_told(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(bombs.nested_forms_pdf(levels=4, width=60))
    document = identify(path)
    failed = readers.read(document, 1)
    assert isinstance(failed, Failure)
    assert failed.fatal
    path.write_bytes(bombs.shading_pdf())
    slow = readers.read(document, 1, ocr="never")
    assert isinstance(slow, Failure)
