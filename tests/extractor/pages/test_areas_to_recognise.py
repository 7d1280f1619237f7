"""PDF pages -> what of them has to be recognised, through real page processes."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4

from extractor.pages.resolution import (
    LAYOUT_SCALE,
    RECOGNITION_SCALE,
)
from tests import documents
from tests.extractor.pages.kept_documents import PHOTO, PROSE, Keep, blank_pdf, page_of, pictured_pdf
from tests.extractor.pages.pdf_page import told
from tests.page_readers import PageReaders


def stamped(scan: bytes, stamp: list[str]) -> bytes:
    """A scan with lines of real text over its foot."""
    buffer, page = documents.new_canvas()
    page.setFont("Helvetica", 6)
    for index, line in enumerate(stamp):
        page.drawString(72, 40 - 7 * index, line)
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(scan)))
    writer.pages[0].merge_page(PdfReader(io.BytesIO(buffer.getvalue())).pages[0])
    merged = io.BytesIO()
    writer.write(merged)
    return merged.getvalue()


class TestAreasToRecognise:
    def test_digital_page_has_none(self, readers: PageReaders, keep: Keep) -> None:
        assert page_of(readers, keep(documents.text_pdf([PROSE]))).recognise == ()
        assert page_of(readers, keep(documents.text_pdf([["Page intentionally short"]]))).recognise == ()

    def test_scan_is_one_area(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(documents.scanned_pdf(documents.text_pdf([PROSE]), dpi=60)))
        assert page.recognise == (page.box,)
        assert page.words == ()

    def test_image_is_one_area_in_pixels(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(documents.image_bytes(PHOTO, "PNG"), "png"))
        assert page.recognise == (page.box,) == ((0.0, 0.0, 300.0, 200.0),)

    def test_wordless_picture_of_a_digital_page_is_an_area(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(pictured_pdf(PROSE, PHOTO, 100, 200, 240, 160)))
        (area,) = page.recognise
        assert area == pytest.approx((100, A4[1] - 360, 340, A4[1] - 200), abs=1)
        assert len(page.words) == len(" ".join(PROSE).split())

    def test_picture_of_a_page_shown_turned_is_where_it_is_shown(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(documents.rotated(pictured_pdf(PROSE, PHOTO, 100, 200, 240, 160), 90)))
        (area,) = page.recognise
        assert area == pytest.approx((200, 100, 360, 340), abs=1)

    def test_digital_page_is_drawn_for_layout_and_its_image_alone_for_the_recogniser(
        self, readers: PageReaders, keep: Keep
    ) -> None:
        page = page_of(readers, keep(pictured_pdf(PROSE, PHOTO, 100, 200, 240, 160)))
        (crop,) = page.crops
        assert page.scale == LAYOUT_SCALE
        assert crop.scale == pytest.approx(RECOGNITION_SCALE)
        assert crop.box == pytest.approx((96, A4[1] - 364, 344, A4[1] - 196), abs=1)
        assert crop.picture.drawn.shape[:2] == pytest.approx((168 * RECOGNITION_SCALE, 248 * RECOGNITION_SCALE), abs=3)
        left, top, right, bottom = (round(side * LAYOUT_SCALE) for side in crop.box)
        coarse = cv2.resize(crop.picture.drawn, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        assert np.abs(coarse.astype(int) - page.picture.drawn[top:bottom, left:right]).mean() < 6

    def test_images_that_overlap_are_read_as_one(self, readers: PageReaders, keep: Keep) -> None:
        buffer, page = documents.new_canvas()
        for left in (100, 220, 340):
            page.drawInlineImage(PHOTO, left, 200, 140, 90)
        page.setFont("Helvetica", 11)
        for index, line in enumerate(PROSE):
            page.drawString(72, 780 - 15 * index, line)
        page.save()
        (crop,) = page_of(readers, keep(buffer.getvalue())).crops
        assert crop.box == pytest.approx((96, A4[1] - 294, 484, A4[1] - 196), abs=1)

    def test_scan_has_no_crops_beside_itself(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(documents.scanned_pdf(documents.text_pdf([PROSE]), dpi=60)))
        assert page.crops == ()
        assert page.scale == pytest.approx(RECOGNITION_SCALE)

    def test_picture_inside_a_form_object_is_an_area(self, readers: PageReaders, keep: Keep) -> None:
        buffer, page = documents.new_canvas()
        page.beginForm("letterhead", 0, 0, *A4)
        page.drawInlineImage(PHOTO, 100, 200, 240, 160)
        page.endForm()
        page.doForm("letterhead")
        page.setFont("Helvetica", 11)
        for index, line in enumerate(PROSE):
            page.drawString(72, 780 - 15 * index, line)
        page.save()
        (area,) = page_of(readers, keep(buffer.getvalue())).recognise
        assert area == pytest.approx((100, A4[1] - 360, 340, A4[1] - 200), abs=1)

    def test_picture_with_words_on_it_is_not_read_again(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(pictured_pdf(PROSE, PHOTO, 60, 600, 480, 200)))
        assert page.recognise == ()

    @pytest.mark.parametrize("size", [(50, 50), (520, 22)], ids=["icon", "rule"])
    def test_small_pictures_hold_no_text(self, readers: PageReaders, keep: Keep, size: tuple[float, float]) -> None:
        assert page_of(readers, keep(pictured_pdf(PROSE, PHOTO, 50, 100, *size))).recognise == ()

    def test_scan_with_a_small_stamp_is_read_whole(self, readers: PageReaders, keep: Keep) -> None:
        scan = documents.scanned_pdf(documents.text_pdf([PROSE]), dpi=60)
        page = page_of(readers, keep(stamped(scan, ["Received 17 October"])))
        assert [word.text for word in page.words] == ["Received", "17", "October"]
        assert page.recognise == (page.box,)

    def test_blank_page_is_looked_at(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(blank_pdf(A4)))
        assert page.recognise == (page.box,)

    def test_caller_decides(self, readers: PageReaders, keep: Keep) -> None:
        digital, scan = keep(documents.text_pdf([PROSE])), keep(documents.scanned_pdf(documents.text_pdf([PROSE]), 60))
        always = page_of(readers, digital, ocr="always")
        assert (always.words, always.recognise) == ((), (always.box,))
        assert page_of(readers, scan, ocr="never").recognise == ()
        assert page_of(readers, keep(documents.image_bytes(PHOTO, "PNG"), "png"), ocr="never").recognise == ()

    def test_garbage_is_dropped_and_said_unless_nothing_else_may_be_read(
        self, readers: PageReaders, keep: Keep
    ) -> None:
        glyphs = [[letter if letter == " " else chr(0xE000 + ord(letter)) for letter in PROSE[0]]]
        garbage = keep(documents.mapped_pdf(glyphs))
        page = page_of(readers, garbage)
        assert (page.words, page.recognise) == ((), (page.box,))
        assert told(page) == ("page 1: the text layer is garbage and was not used",)
        page = page_of(readers, garbage, ocr="never")
        assert len(page.words) == len(PROSE[0].split())
        assert page.recognise == ()
        assert told(page) == ("page 1: the text layer looks like garbage; ocr is never",)
