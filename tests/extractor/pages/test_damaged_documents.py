"""Damaged documents -> typed errors, through real page processes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from extractor.errors import DocumentCorrupt
from extractor.formats import DocumentFile
from extractor.settings import Settings
from tests import documents
from tests.extractor.pages.kept_documents import PHOTO, PROSE, Keep, blank_pdf, error_of
from tests.page_readers import PageReaders, page_readers


class TestDamage:
    @pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "BMP", "GIF"])
    def test_image_that_is_cut_off_has_failed(self, readers: PageReaders, keep: Keep, format: str) -> None:
        content = documents.image_bytes(documents.text_image(["Receipt 4711", "Total 80.90"]), format)
        assert isinstance(error_of(readers, keep(content[: len(content) * 9 // 10], format.lower())), DocumentCorrupt)

    @pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
    def test_image_that_ends_in_its_header_is_damaged(self, readers: PageReaders, keep: Keep, format: str) -> None:
        content = documents.image_bytes(documents.text_image(["Receipt 4711"]), format)[:28]
        with pytest.raises(DocumentCorrupt, match=f"the {format} image is damaged and cannot be opened"):
            readers.open(keep(content, format.lower()), None)

    def test_image_is_read_by_its_own_reader_only(self, readers: PageReaders, keep: Keep) -> None:
        # Pillow would start Ghostscript for this one.
        with pytest.raises(DocumentCorrupt, match="the PNG image is damaged and cannot be opened"):
            readers.open(keep(documents.image_bytes(PHOTO, "EPS"), "png"), None)

    @pytest.mark.parametrize("format", ["TIFF", "GIF"])
    def test_images_that_are_cut_off_cannot_be_counted(self, readers: PageReaders, keep: Keep, format: str) -> None:
        frames = [documents.text_image([f"Sheet {number}"]) for number in (1, 2, 3)]
        content = documents.image_bytes(frames[0], format, save_all=True, append_images=frames[1:])
        with pytest.raises(DocumentCorrupt):
            readers.open(keep(content[: len(content) // 2], format.lower()), None)

    def test_page_that_is_not_there_has_failed(self, readers: PageReaders, keep: Keep) -> None:
        assert isinstance(error_of(readers, keep(documents.text_pdf([PROSE])), 2), DocumentCorrupt)
        assert isinstance(error_of(readers, keep(documents.image_bytes(PHOTO, "PNG"), "png"), 2), DocumentCorrupt)

    @pytest.mark.parametrize("size", [(0.5, 0.5), (0.5, 800), (600, 0.5)], ids=str)
    def test_page_without_a_size_has_failed(self, readers: PageReaders, keep: Keep, size: tuple[float, float]) -> None:
        assert isinstance(error_of(readers, keep(blank_pdf(size))), DocumentCorrupt)


def test_damaged_rows_of_a_fax_are_no_lines_of_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The decoder has something to say about each of them."""
    fax = documents.image_bytes(PHOTO.convert("1"), "TIFF", compression="group3")
    with Image.open(io.BytesIO(fax)) as image:
        start, size = image.tag_v2[273][0], image.tag_v2[279][0]
    path = tmp_path / "fax.tiff"
    path.write_bytes(fax[: start + size // 2] + bytes(size - size // 2) + fax[start + size :])
    with page_readers(Settings(page_processes=1)) as own:
        own.read(DocumentFile(path, "tiff"), 1)
    assert capfd.readouterr() == ("", "")
