"""The table of formats: each has its reader, which takes documents of its own format and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.errors import DocumentCorrupt
from extractor.formats import FORMATS, DocumentFile, identify
from extractor.pages.readers import READERS
from extractor.values.page import Page
from tests import documents
from tests.page_readers import PageReaders

LINE = "Receipt 4711, paid in cash"
IMAGE = documents.text_image([LINE]).convert("RGB")
CONTENTS: dict[str, bytes] = {
    "pdf": documents.text_pdf([[LINE]]),
    **{format: documents.image_bytes(IMAGE, format.upper()) for format in FORMATS if format != "pdf"},
}


def test_every_format_is_tried_here() -> None:
    assert set(READERS) == set(CONTENTS) == set(FORMATS)


@pytest.mark.parametrize("format", CONTENTS)
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


@pytest.mark.parametrize("format", CONTENTS)
def test_no_reader_takes_another_format(readers: PageReaders, tmp_path: Path, format: str) -> None:
    path = tmp_path / "document"
    path.write_bytes(CONTENTS["png" if format != "png" else "gif"])
    with pytest.raises(DocumentCorrupt):
        readers.open(DocumentFile(path, format), None)
