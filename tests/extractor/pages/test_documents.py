"""Documents -> pages, through real page processes: outlines, pictures, what has to be recognised, what goes wrong."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader

from extractor.errors import DocumentCorrupt, ExtractionError, PageTooLarge
from extractor.formats import DocumentFile
from extractor.page_processes.failures import Failure
from extractor.pages.long_pages import MOST_LONG_PIXELS
from extractor.pages.resolution import (
    LAYOUT_SCALE,
    MAX_LAYOUT_SIDE,
    MAX_RECOGNITION_SIDE,
    MIN_LAYOUT_SIDE,
    RECOGNITION_SCALE,
)
from extractor.settings import Settings
from extractor.values.options import OcrMode
from extractor.values.outline import Heading
from extractor.values.page import Page
from tests import documents
from tests.extractor.pages.pdf_page import told
from tests.page_readers import PageReaders, page_readers
from tests.receipts import roll_pdf, roll_rows

PROSE = [f"Entry {n}: the harbour office lists vessel number {n} at berth {n + 3}." for n in range(12)]
PHOTO = Image.radial_gradient("L").resize((300, 200)).convert("RGB")
ENTRIES = (("Part I", 0), ("Chapter 1: Übersicht", 1), ("Section 1.1", 2), ("Part II 漢字", 0))

Keep = Callable[..., DocumentFile]


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


def outcome(readers: PageReaders, document: DocumentFile, number: int = 1, ocr: OcrMode = "auto") -> Page | Failure:
    return readers.read(document, number, ocr=ocr)


def page_of(readers: PageReaders, document: DocumentFile, number: int = 1, ocr: OcrMode = "auto") -> Page:
    page = outcome(readers, document, number, ocr)
    assert isinstance(page, Page), page
    return page


def error_of(readers: PageReaders, document: DocumentFile, number: int = 1) -> ExtractionError:
    failed = outcome(readers, document, number)
    assert isinstance(failed, Failure)
    return failed.error


def outlined_pdf(change: Callable[[DictionaryObject], None] = lambda entry: None) -> bytes:
    """Four pages with an outline entry each, of which the first is changed."""
    buffer, page = documents.new_canvas()
    for number, (title, level) in enumerate(ENTRIES):
        page.bookmarkPage(f"entry-{number}")
        page.addOutlineEntry(title, f"entry-{number}", level)
        page.drawString(72, 700, f"Page {number + 1}")
        page.showPage()
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    change(writer.root_object["/Outlines"]["/First"].get_object())
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def blank_pdf(size: tuple[float, float], text: str = "", user_unit: int = 1) -> bytes:
    """One page of this size, empty or with a line of text."""
    buffer, page = documents.new_canvas(size)
    page.setFont("Helvetica", min(11, size[1] / 2))
    page.drawString(0, size[1] / 2, text)
    page.showPage()
    page.save()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(buffer.getvalue())))
    writer.pages[0][NameObject("/UserUnit")] = NumberObject(user_unit)
    changed = io.BytesIO()
    writer.write(changed)
    return changed.getvalue()


def pictured_pdf(lines: list[str], picture: Image.Image, x: float, y: float, width: float, height: float) -> bytes:
    """Lines of text from the top, and a picture with its lower left corner at (x, y)."""
    buffer, page = documents.new_canvas()
    page.drawInlineImage(picture, x, y, width, height)
    page.setFont("Helvetica", 11)
    for index, line in enumerate(lines):
        page.drawString(72, A4[1] - 60 - 15 * index, line)
    page.save()
    return buffer.getvalue()


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


class TestOutline:
    def test_pages_and_bookmarks(self, readers: PageReaders, keep: Keep) -> None:
        outline = readers.open(keep(outlined_pdf()), None)
        assert outline.pages == 4
        assert outline.headings == tuple(Heading(ENTRIES[n][0], ENTRIES[n][1] + 1, n + 1) for n in range(4))

    def test_bookmark_without_a_destination(self, readers: PageReaders, keep: Keep) -> None:
        def forget(entry: DictionaryObject) -> None:
            del entry["/Dest"]

        assert readers.open(keep(outlined_pdf(forget)), None).headings[0] == Heading("Part I", 1, None)

    def test_bookmark_to_a_page_that_is_not_there(self, readers: PageReaders, keep: Keep) -> None:
        def astray(entry: DictionaryObject) -> None:
            entry[NameObject("/Dest")] = ArrayObject([NumberObject(77), NameObject("/Fit")])

        assert readers.open(keep(outlined_pdf(astray)), None).headings[0] == Heading("Part I", 1, None)

    def test_bookmarks_in_a_circle_end(self, readers: PageReaders, keep: Keep) -> None:
        def circle(entry: DictionaryObject) -> None:
            entry["/Next"].get_object()[NameObject("/Next")] = entry.indirect_reference

        titles = [heading.title for heading in readers.open(keep(outlined_pdf(circle)), None).headings]
        assert titles == [title for title, _ in ENTRIES]

    @pytest.mark.parametrize(
        "title", [b"\xfe\xff\xd8\x35\x00A", b"\xfe\xff\xdc\x35", b"\xfe\xff\x00", b"\xff\xff\x80", b""]
    )
    def test_title_that_is_no_text_does_not_lose_the_document(
        self, readers: PageReaders, keep: Keep, title: bytes
    ) -> None:
        def spoil(entry: DictionaryObject) -> None:
            entry[NameObject("/Title")] = ByteStringObject(title)

        outline = readers.open(keep(outlined_pdf(spoil)), None)
        assert outline.pages == 4
        assert outline.headings[-1].title == ENTRIES[-1][0]
        assert all(heading.title.encode("utf-8") is not None for heading in outline.headings)

    def test_pdf_behind_junk_opens(self, readers: PageReaders, keep: Keep) -> None:
        document = keep(b"\x00" * 500 + documents.text_pdf([["Receipt 4711"], ["Total"]]))
        assert readers.open(document, None).pages == 2
        assert [word.text for word in page_of(readers, document, 2).words] == ["Total"]

    @pytest.mark.parametrize(("format", "pages"), [("TIFF", 3), ("GIF", 3), ("PNG", 3), ("MPO", 1)])
    def test_frames_are_pages_but_for_a_jpegs_previews(
        self, readers: PageReaders, keep: Keep, format: str, pages: int
    ) -> None:
        frames = [documents.text_image([f"Sheet {number}"]) for number in (1, 2, 3)]
        content = documents.image_bytes(frames[0], format, save_all=True, append_images=frames[1:])
        assert readers.open(keep(content, "jpeg" if format == "MPO" else format.lower()), None).pages == pages


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
