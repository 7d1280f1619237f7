"""Very many annotations: the documented most are read, more are refused by name, and none runs into a clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.formats import DocumentFile
from extractor.page_processes.failures import Failure
from extractor.pages.form_fields import MAX_ANNOTATIONS, MAX_FIELDS
from extractor.settings import Settings
from extractor.values.page import Page
from tests.documents import raw_pdf
from tests.page_readers import PageReaders, page_readers

pytestmark = pytest.mark.slow

TEXT = "BT /F1 11 Tf 72 800 Td (Total due) Tj ET\n"
APPEARANCE = "<< /Type /XObject /Subtype /Form /BBox [0 0 12 3] /Resources << /Font << /F1 5 0 R >> >> >>"
FIELD = "/FT /Tx /T (name-{}) /V (x) /DA (/F1 2.5 Tf 0 g)"


@pytest.fixture(scope="module")
def readers() -> Iterator[PageReaders]:
    # The processor's own limit is not what is looked at, and a busy machine makes every second longer.
    with page_readers(Settings(page_processes=1, page_cpu_s=20)) as running:
        yield running


def annotated(kind: str, count: int, pictured: bool, entries: str = "") -> bytes:
    """A page with so many annotations beside each other."""
    annotations: list[str | tuple[str, str]] = [(APPEARANCE, "BT /F1 2.5 Tf 1 1 Td (word) Tj ET")]
    for number in range(count):
        left, bottom = 20 + number % 42 * 13, 10 + number // 42 * 3
        annotations.append(
            f"<< /Type /Annot /Subtype /{kind} /Rect [{left} {bottom} {left + 12} {bottom + 3}] /F 4 "
            f"{'/AP << /N 6 0 R >>' if pictured else ''} {entries.format(number)} >>"
        )
    numbers = " ".join(f"{number + 7} 0 R" for number in range(count))
    form = f"/AcroForm << /Fields [{numbers}] /DR << /Font << /F1 5 0 R >> >> >>" if kind == "Widget" else ""
    return raw_pdf(TEXT, "", annotations, page=f"/Annots [{numbers}]", catalog=form)


def outcome(readers: PageReaders, folder: Path, content: bytes) -> Page | Failure:
    path = folder / "document.pdf"
    path.write_bytes(content)
    return readers.read(DocumentFile(path, "pdf"), 1)


QUADS = "/C [1 1 0] /QuadPoints [72 620 100 620 72 610 100 610]"
MOST = {
    "stamps": ("Stamp", MAX_ANNOTATIONS, True, "", 2 + MAX_ANNOTATIONS),
    "links": ("Link", MAX_ANNOTATIONS, False, "", 2),
    "notes": ("FreeText", MAX_ANNOTATIONS, False, "/Contents (word) /DA (/F1 2.5 Tf 0 g)", 2 + MAX_ANNOTATIONS),
    "fields": ("Widget", MAX_FIELDS, True, FIELD, 2 + MAX_FIELDS),
    "fields without a picture": ("Widget", MAX_FIELDS, False, FIELD, 2 + MAX_FIELDS),
    "marks without a picture": ("Highlight", MAX_FIELDS, False, QUADS, 2),
}


@pytest.mark.parametrize("kind", MOST)
def test_the_most_are_read(readers: PageReaders, tmp_path: Path, kind: str) -> None:
    name, count, pictured, entries, words = MOST[kind]
    page = outcome(readers, tmp_path, annotated(name, count, pictured, entries))
    assert isinstance(page, Page), page
    assert len(page.words) == words


@pytest.mark.parametrize("kind", MOST)
def test_one_more_is_refused(readers: PageReaders, tmp_path: Path, kind: str) -> None:
    name, count, pictured, entries, _ = MOST[kind]
    failure = outcome(readers, tmp_path, annotated(name, count + 1, pictured, entries))
    assert isinstance(failure, Failure)
    assert failure.error.code == "PAGE_TOO_LARGE"
    assert f"the page has {count + 1} " in failure.error.message
