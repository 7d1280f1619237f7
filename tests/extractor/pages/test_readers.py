"""The table of formats: each has its reader, which takes documents of its own format and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from extractor.errors import DocumentCorrupt
from extractor.formats import FORMATS, DocumentFile, identify
from extractor.page_processes.failures import Failure
from extractor.pages.readers import READERS
from extractor.values.page import Page
from extractor.values.tasks import PageTask
from tests import documents
from tests.page_readers import PageReaders
from tests.structured_invoices import UBL

LINE = "Receipt 4711, paid in cash"
IMAGE = documents.text_image([LINE]).convert("RGB")
CONTENTS: dict[str, bytes] = {
    "pdf": documents.text_pdf([[LINE]]),
    **{name: documents.image_bytes(IMAGE, name.upper()) for name, row in FORMATS.items() if row.reader == "images"},
    "xml": UBL.encode(),
}
PAGED = [format for format in CONTENTS if format != "xml"]


def page_task(path: Path, format: str, max_pixels: int = 10**9) -> PageTask:
    return PageTask(path, format, None, 1, "auto", max_pixels, 1000, "keep")


def test_every_format_is_tried_here() -> None:
    assert set(READERS) == set(CONTENTS) == set(FORMATS)


@pytest.mark.parametrize("format", PAGED)
def test_a_document_is_read_as_what_it_is(readers: PageReaders, tmp_path: Path, format: str) -> None:
    path = tmp_path / "document"
    path.write_bytes(CONTENTS[format])
    document = identify(path)
    assert document.format == format
    assert readers.open(document, None).pages == 1
    page = readers.read(document, 1)
    assert isinstance(page, Page), page
    # A text layer says it all; of an image everything is to be read.
    assert (page.recognise == (page.box,)) == (format != "pdf")
    assert (" ".join(word.text for word in page.words) == LINE) == (format == "pdf")


def test_an_xml_invoice_has_no_pages_and_is_all_in_its_outline(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(CONTENTS["xml"])
    outline = readers.open(identify(path), None)
    assert outline.pages == 0 and outline.embedded is not None and "R-2026/17" in outline.embedded
    failure = readers.read(identify(path), 1)
    assert isinstance(failure, Failure) and isinstance(failure.error, DocumentCorrupt)


def test_processor_time_grows_with_the_pixels_that_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "document"
    efforts = {}
    for side in (1_000, 9_000):
        path.write_bytes(documents.image_bytes(Image.new("1", (side, side)), "PNG"))
        efforts[side] = READERS["png"].effort(page_task(path, "png"))
    assert 1 <= efforts[1_000] < 1.1
    assert efforts[9_000] > 3
    # No more than the pixels that are read at all.
    assert READERS["png"].effort(page_task(path, "png", max_pixels=1_000_000)) == efforts[1_000]


def test_a_pdf_page_has_the_usual_processor_time(tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(CONTENTS["pdf"])
    assert READERS["pdf"].effort(page_task(path, "pdf")) == 1


@pytest.mark.parametrize("format", CONTENTS)
def test_no_reader_takes_another_format(readers: PageReaders, tmp_path: Path, format: str) -> None:
    path = tmp_path / "document"
    path.write_bytes(CONTENTS["png" if format != "png" else "gif"])
    with pytest.raises(DocumentCorrupt):
        readers.open(DocumentFile(path, format), None)
