"""Documents -> page pictures, through real page processes: resolution, tiles, colours, limits."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader

from extractor.errors import PageTooLarge
from extractor.pages.long_pages import MOST_LONG_PIXELS
from extractor.pages.resolution import (
    MAX_LAYOUT_SIDE,
    MAX_RECOGNITION_SIDE,
    MIN_LAYOUT_SIDE,
    RECOGNITION_SCALE,
)
from extractor.settings import Settings
from extractor.values.options import OcrMode
from extractor.values.page import Page
from tests import documents
from tests.extractor.pages.kept_documents import PHOTO, PROSE, Keep, blank_pdf, error_of, outcome, page_of, pictured_pdf
from tests.page_readers import PageReaders, page_readers
from tests.receipts import roll_pdf, roll_rows


def shrunk(page: Page) -> str:
    """What is said of a page that was made smaller."""
    return " ".join(notice.message for notice in page.notices if notice.code == "PAGE_SHRUNK")


@pytest.mark.slow
class TestPictures:
    def test_digital_page_is_rendered_for_the_layout_only(self, readers: PageReaders, keep: Keep) -> None:
        document = keep(documents.text_pdf([PROSE]))
        digital, recognised = page_of(readers, document), page_of(readers, document, ocr="always")
        assert (digital.scale, recognised.scale) == (pytest.approx(2.0), pytest.approx(200 / 72))
        for page in (digital, recognised):
            assert page.picture.drawn.dtype == np.uint8
            assert page.picture.drawn.shape == (round(page.height * page.scale), round(page.width * page.scale), 3)

    @pytest.mark.parametrize(
        "pdf", [documents.text_pdf([PROSE]), pictured_pdf(PROSE, PHOTO, 100, 200, 240, 160)], ids=["plain", "a picture"]
    )
    def test_a_digital_pages_picture_comes_before_the_page_has_been_read(
        self, readers: PageReaders, keep: Keep, pdf: bytes
    ) -> None:
        page_of(readers, keep(pdf))
        assert readers.early == [True]

    @pytest.mark.parametrize(
        "pdf",
        [
            documents.scanned_pdf(documents.text_pdf([PROSE]), dpi=60),
            documents.rotated(documents.text_pdf([PROSE]), 90),
            pictured_pdf(PROSE, PHOTO, 50, 100, 500, 600),
            documents.text_pdf([["12"]]),
            b"%PDF-1.4 broken",
        ],
        ids=["scan", "turned", "a large picture", "hardly any text", "broken"],
    )
    def test_of_any_other_page_no_picture_comes_early(self, readers: PageReaders, keep: Keep, pdf: bytes) -> None:
        outcome(readers, keep(pdf))
        assert readers.early == []

    @pytest.mark.parametrize("ocr", ["never", "always"])
    @pytest.mark.parametrize(
        "size", [(1, 1), (36, 72), (200, 20), (1191, 842), (2384, 3370), (14400, 14400), (3, 14400)], ids=str
    )
    def test_any_page_size_gives_a_picture_that_the_models_can_take(
        self, readers: PageReaders, keep: Keep, size: tuple[float, float], ocr: OcrMode
    ) -> None:
        page = page_of(readers, keep(blank_pdf(size)), ocr=ocr)
        longest = max(page.picture.drawn.shape)
        assert (page.width, page.height) == pytest.approx(size)
        assert MIN_LAYOUT_SIDE <= longest <= (MAX_RECOGNITION_SIDE if ocr == "always" else MAX_LAYOUT_SIDE)
        assert longest == pytest.approx(max(size) * page.scale, abs=1)

    def test_user_unit_does_not_blow_the_picture_up(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(blank_pdf(A4, "word", user_unit=100)), ocr="always")
        assert max(page.picture.drawn.shape) <= MAX_RECOGNITION_SIDE
        assert page.picture.drawn.shape[0] == pytest.approx(page.height * page.scale, abs=1)

    @pytest.mark.parametrize(("size", "format"), [((8000, 3000), "JPEG"), ((5200, 1900), "PNG"), ((20000, 10), "PNG")])
    def test_large_image_is_made_smaller_and_measured_as_it_came(
        self, readers: PageReaders, keep: Keep, size: tuple[int, int], format: str
    ) -> None:
        page = page_of(readers, keep(documents.image_bytes(Image.new("L", size), format), format.lower()))
        assert (page.width, page.height) == size
        assert page.picture.drawn.shape[1] == MAX_RECOGNITION_SIDE
        assert page.scale == pytest.approx(MAX_RECOGNITION_SIDE / size[0])
        assert page.picture.drawn.shape[0] == pytest.approx(size[1] * page.scale, abs=1)

    @pytest.mark.parametrize("size", [(5200, 900), (400, 20_000)], ids=str)
    def test_a_long_image_is_seen_whole_in_tiles_at_its_full_resolution(
        self, readers: PageReaders, keep: Keep, size: tuple[int, int]
    ) -> None:
        noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0]), dtype=np.uint8)
        page = page_of(readers, keep(documents.image_bytes(Image.fromarray(noise), "PNG"), "png"))
        seen = np.zeros(noise.shape, bool)
        for tile in page.tiles:
            left, top, right, bottom = (round(side) for side in tile.box)
            assert np.array_equal(tile.picture.drawn[..., 0], noise[top:bottom, left:right])
            seen[top:bottom, left:right] = True
        assert seen.all()
        assert {tile.scale for tile in page.tiles} == {1.0}
        assert not page.notices

    def test_a_long_image_beyond_all_limits_is_made_smaller_and_told(self, readers: PageReaders, keep: Keep) -> None:
        image = Image.new("L", (1000, 60_000), 255)
        page = page_of(readers, keep(documents.image_bytes(image, "PNG"), "png"))
        pixels = sum(tile.picture.rows * tile.picture.columns for tile in page.tiles)
        assert pixels <= 1.4 * MOST_LONG_PIXELS
        assert page.tiles[0].scale == pytest.approx((MOST_LONG_PIXELS / 60e6) ** 0.5, rel=0.01)
        assert "(0, 0, 1000, 60000) was shrunk to 55%" in shrunk(page)

    @pytest.mark.parametrize(("size", "told"), [((8064, 6048), True), ((4032, 3024), False)], ids=str)
    def test_a_shrunk_page_is_told_where_print_may_be_lost(
        self, readers: PageReaders, keep: Keep, size: tuple[int, int], told: bool
    ) -> None:
        page = page_of(readers, keep(documents.image_bytes(Image.new("L", size, 255), "JPEG"), "jpeg"))
        assert (f"(0, 0, {size[0]}, {size[1]}) was shrunk to 45%" in shrunk(page)) == told

    @pytest.mark.parametrize(("pixels", "told"), [((1754, 1240), False), ((5300, 3746), True)], ids=str)
    def test_a_scan_on_a_large_page_is_shrunk_only_where_it_is_finer_than_it_is_read(
        self, readers: PageReaders, keep: Keep, pixels: tuple[int, int], told: bool
    ) -> None:
        buffer, canvas = documents.new_canvas((3508, 2480))
        canvas.drawImage(ImageReader(Image.new("L", pixels, 200)), 0, 0, 3508, 2480)
        canvas.save()
        page = page_of(readers, keep(buffer.getvalue()))
        assert bool(shrunk(page)) == told

    @pytest.mark.parametrize("ocr", ["auto", "always"])
    def test_a_long_page_is_drawn_in_tiles_as_fine_as_its_text_needs(
        self, readers: PageReaders, keep: Keep, ocr: OcrMode
    ) -> None:
        page = page_of(readers, keep(roll_pdf(roll_rows(621))), ocr=ocr)
        assert len(page.tiles) > 10
        assert page.tiles[-1].box[3] == page.height > 9900
        assert all(after.box[1] < before.box[3] for before, after in pairwise(page.tiles))
        assert page.tiles[0].scale >= (0.95 * RECOGNITION_SCALE if ocr == "always" else 1.9)
        assert not page.notices

    def test_small_image_stays_as_it_is(self, readers: PageReaders, keep: Keep) -> None:
        page = page_of(readers, keep(documents.image_bytes(PHOTO, "PNG"), "png"))
        assert page.scale == 1.0
        assert np.array_equal(page.picture.drawn, np.asarray(PHOTO))

    def test_colours_are_red_green_blue(self, readers: PageReaders, keep: Keep) -> None:
        buffer, canvas = documents.new_canvas()
        for index, colour in enumerate([(1, 0, 0), (0, 1, 0), (0, 0, 1)]):
            canvas.setFillColorRGB(*colour)
            canvas.rect(100 * index, A4[1] - 50, 100, 50, stroke=0, fill=1)
        canvas.save()
        page = page_of(readers, keep(buffer.getvalue()))
        seen = [page.picture.drawn[round(25 * page.scale), round(x * page.scale)].tolist() for x in (50, 150, 250, 400)]
        assert seen == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]

    def test_transparent_picture_stands_on_white(self, readers: PageReaders, keep: Keep) -> None:
        drawing = Image.new("RGBA", (40, 20), (255, 0, 0, 0))
        ImageDraw.Draw(drawing).rectangle((0, 0, 9, 19), fill=(0, 0, 255, 255))
        page = page_of(readers, keep(documents.image_bytes(drawing, "PNG"), "png"))
        assert page.picture.drawn[10, [5, 30]].tolist() == [[0, 0, 255], [255, 255, 255]]

    @pytest.mark.parametrize("degrees", [0, 90, 180, 270])
    def test_words_boxes_lie_on_their_ink(self, readers: PageReaders, keep: Keep, degrees: int) -> None:
        page = page_of(
            readers, keep(documents.rotated(documents.text_pdf([["Berth", "", "", "Quay"]], size=18), degrees))
        )
        ink = page.picture.drawn.min(axis=2) < 128
        assert len(page.words) == 2
        for word in page.words:
            left, top, right, bottom = (round(side * page.scale) for side in word.box)
            assert ink[top:bottom, left:right].any()
            ink[top - 2 : bottom + 2, left - 2 : right + 2] = False
        assert not ink.any()

    def test_too_many_pixels(self, keep: Keep) -> None:
        with page_readers(Settings(page_processes=1, max_page_pixels=600_000)) as small:
            photo = keep(documents.image_bytes(Image.new("L", (1000, 601)), "PNG"), "png")
            error = error_of(small, photo)
            assert isinstance(error, PageTooLarge)
            assert "1000x601" in error.message
            assert "600000" in error.message
            page_of(small, keep(documents.image_bytes(Image.new("L", (1000, 600)), "PNG"), "png"))
            assert isinstance(error_of(small, keep(documents.text_pdf([PROSE]))), PageTooLarge)
            page_of(small, keep(blank_pdf((72, 30))))
