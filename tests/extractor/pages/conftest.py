"""Fixtures for tests of documents that are read by real page processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.formats import DocumentFile
from extractor.settings import Settings
from tests.extractor.pages.kept_documents import Keep
from tests.page_readers import PageReaders, page_readers


@pytest.fixture(scope="module")
def readers() -> Iterator[PageReaders]:
    with page_readers(Settings(page_processes=1)) as running:
        yield running


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Puts a document's bytes on disk."""

    def put(content: bytes, format: str = "pdf") -> DocumentFile:
        path = tmp_path / f"document-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(content)
        return DocumentFile(path, format)

    return put
