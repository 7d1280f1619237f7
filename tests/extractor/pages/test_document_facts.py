"""What a PDF says of itself, as plain strings and dates; and nothing where it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.formats import DocumentFile
from extractor.pages.document_facts import MAX_PROPERTY
from tests.documents import image_bytes, new_canvas, text_image, with_information
from tests.page_readers import PageReaders


def properties(readers: PageReaders, folder: Path, **entries: str) -> dict[str, str]:
    buffer, page = new_canvas()
    page.drawString(72, 700, "Amount due 12.50")
    page.save()
    path = folder / f"document-{len(list(folder.iterdir()))}.pdf"
    path.write_bytes(with_information(buffer.getvalue(), **entries))
    return dict(readers.open(DocumentFile(path, "pdf"), None).properties)


def test_what_a_document_says_of_itself(readers: PageReaders, tmp_path: Path) -> None:
    said = {"Title": "Rechnung № 17 – März", "Author": "Ana Müller", "Subject": "", "Creator": " ", "Producer": "P 1.0"}
    assert properties(readers, tmp_path, **said) == {
        "title": "Rechnung № 17 – März",
        "author": "Ana Müller",
        "producer": "P 1.0",
    }


@pytest.mark.parametrize(
    ("pdf", "iso"),
    [
        ("D:20240229134501+02'00'", "2024-02-29T13:45:01+02:00"),
        ("D:20240229134501-0530", "2024-02-29T13:45:01-05:30"),
        ("D:20240229134501Z", "2024-02-29T13:45:01+00:00"),
        ("D:20240229134501Z00'00'", "2024-02-29T13:45:01+00:00"),
        ("20240229134501", "2024-02-29T13:45:01"),
        ("D:20240229", "2024-02-29"),
        ("D:202402", "2024-02"),
        ("D:2024", "2024"),
        ("D:20240230", None),
        ("D:20240229134501+99'00'", "2024-02-29T13:45:01"),
        ("29 February 2024", None),
        ("D:0000", None),
    ],
)
def test_dates_are_iso_8601(readers: PageReaders, tmp_path: Path, pdf: str, iso: str | None) -> None:
    assert properties(readers, tmp_path, CreationDate=pdf).get("created") == iso
    assert properties(readers, tmp_path, ModDate=pdf).get("modified") == iso


def test_they_are_bounded_and_one_line_each(readers: PageReaders, tmp_path: Path) -> None:
    said = properties(readers, tmp_path, Title="x" * 100_000, Author="a\nb\x07c\u202e")
    assert said == {"title": "x" * MAX_PROPERTY, "author": "abc"}


def test_images_have_none(readers: PageReaders, tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(image_bytes(text_image(["Amount due"]), "PNG"))
    assert readers.open(DocumentFile(path, "png"), None).properties == {}
