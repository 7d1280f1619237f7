"""A document on disk -> its pages: a picture and the words of the text layer. Runs in page processes alone.

Guarantees: a page is rendered only when it is asked for, at the resolution that its next stages need, so a document's
length does not show in memory; whatever is wrong with a page is a typed error.

Units: PDF points for PDFs, image pixels for images; origin top left of the page as shown.
"""

from __future__ import annotations

import ctypes
import math
import struct
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from ..device.arena import Canvas
from ..errors import DocumentCorrupt, Internal, PageTooLarge, PasswordRequired, PasswordWrong, TooManyPages
from ..values.boxes import Box, area, clip, scaled
from ..values.notices import Notice
from ..values.outline import Heading, Outline
from ..values.tasks import OutlineTask, PageTask
from ..values.words import Word
from .actual_text import as_drawn
from .document_facts import document_notices, document_properties
from .drawing import read_drawing
from .drawn_boxes import check_boxes
from .form_fields import FormField, with_form_values, with_ticks
from .image_colours import small_rgb
from .image_formats import PILLOW_FORMATS
from .links import with_links
from .long_pages import MOST_COARSE_PIXELS, MOST_LONG_PIXELS, long_scale, tiles_of
from .page_picture import PagePicture
from .page_text import apart, believed, blank_notes, first_areas, forbidden_areas, judge, on_page, shrunk_notes
from .placed_text import as_read
from .text_layer import PageFrame, TextLayer, read_text_layer

# Layout and tables see the page at 144 dpi; recognition at 200 dpi, where a 9 point line is 25 pixels high.
LAYOUT_SCALE = 2.0
RECOGNITION_SCALE = 200 / 72
MIN_LAYOUT_SIDE = 1000
MAX_LAYOUT_SIDE = 2000
MAX_RECOGNITION_SIDE = 3600
# What has to be read from more than this share of the page is read from a picture of the whole page.
MOST_OF_THE_PAGE = 0.5
# A picture is drawn with so much of the page around it, in points: letters may touch its edge.
PICTURE_MARGIN = 4.0
# How an image is to be turned and mirrored to stand as it was taken, by its EXIF orientation.
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_THEIR_SIDE = frozenset({_TURNS[orientation] for orientation in (5, 6, 7, 8)})
# An outline of more entries than this names no heading with the rest.
MAX_HEADINGS = 5000
# Counting the pages of a TIFF, and coming to its last ones, takes time that grows with the square of their number.
MAX_TIFF_PAGES = 10_000
# What Pillow's readers raise on damaged files, beside their own errors.
IMAGE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)


@dataclass(frozen=True, slots=True)
class Picture:
    """A part of a digital page as the recogniser has to see it, `scale` pixels per unit; `box` is its place on the
    page."""

    box: Box
    picture: PagePicture
    scale: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready for the models.

    `picture` has `scale` pixels per unit. `words` are those of a sound text layer.
    `recognise` are the areas whose text has to be read from the image: the whole page for a scan, the pictures of a
    digital page, nothing where the text layer says it all. A scan's `picture` is as fine as the recogniser needs, a
    digital page's as layout needs; what has to be read there is in `pictures`. `quarters`: by how many quarters the
    page has to be turned anticlockwise for its text layer to stand upright. A long page is seen in `tiles`, in order
    along it, overlapping; its `picture` is coarse, and it has no `pictures`.
    """

    number: int
    width: float
    height: float
    picture: PagePicture
    scale: float
    words: tuple[Word, ...] = ()
    recognise: tuple[Box, ...] = ()
    notices: tuple[Notice, ...] = ()
    quarters: int = 0
    pictures: tuple[Picture, ...] = ()
    tiles: tuple[Picture, ...] = ()
    form_fields: tuple[FormField, ...] = ()

    @property
    def box(self) -> Box:
        """The whole page."""
        return (0.0, 0.0, self.width, self.height)

    @property
    def is_scan(self) -> bool:
        """Whether most of the page has to be read from its image."""
        return _is_scan(self.recognise, self.box)


@dataclass(slots=True)
class _OpenDocuments:
    """The PDFs that this page process has open, the most recently used last."""

    limit: int = 2
    held: OrderedDict[tuple[Path, str | None], pdfium.PdfDocument] = field(default_factory=OrderedDict, repr=False)

    def get(self, path: Path, password: str | None) -> pdfium.PdfDocument:
        key = (path, password)
        if key in self.held:
            self.held.move_to_end(key)
            return self.held[key]
        document = _open_pdf(path, password)
        self.held[key] = document
        while len(self.held) > self.limit:
            _, oldest = self.held.popitem(last=False)
            oldest.close()
        return document

    def forget(self, path: Path) -> None:
        """Close the document, if it is open."""
        for key in [key for key in self.held if key[0] == path]:
            self.held.pop(key).close()


_documents = _OpenDocuments()
forget_document = _documents.forget


def _open_pdf(path: Path, password: str | None) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path, password=password)
        # Where there is a form: fields that have a value and no picture of it get one when their page is opened.
        document.init_forms()
        return document
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            if password is None:
                raise PasswordRequired('the PDF is encrypted; pass "password"') from None
            return _open_with_wrong_password(path)
        if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
            raise DocumentCorrupt("the PDF is encrypted in a way that is not supported") from None
        raise DocumentCorrupt("the PDF is damaged and cannot be opened") from None


def _open_with_wrong_password(path: Path) -> pdfium.PdfDocument:
    """A PDF that only its owner's rights protect opens for everyone, whatever password they bring."""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        raise PasswordWrong("the password does not open the PDF") from None


def read_outline(task: OutlineTask) -> Outline:
    """Count the pages, and take the bookmarks.

    Raises `DocumentCorrupt`, `PageTooLarge`, `TooManyPages`, `PasswordRequired` or `PasswordWrong`.
    """
    if task.format != "pdf":
        with _open_image(task.path, task.format) as image:
            try:
                pages = _frames(image)
                pixels = pages * image.width * image.height
            except IMAGE_ERRORS:
                raise DocumentCorrupt("the image is damaged and its pages cannot be counted") from None
        if pixels > task.max_pixels:
            raise PageTooLarge(f"the image has {pixels} pixels on {pages} page(s); at most {task.max_pixels} are read")
        return Outline(pages)
    document = _documents.get(task.path, task.password)
    if len(document) < 1:
        raise DocumentCorrupt("the PDF has no pages")
    headings = []
    for bookmark in islice(document.get_toc(max_depth=8), MAX_HEADINGS):
        try:
            title = bookmark.get_title()
            destination = bookmark.get_dest()
            index = destination.get_index() if destination else None
        except (UnicodeDecodeError, pdfium.PdfiumError):
            continue  # a broken bookmark names no heading
        if index is not None and not 0 <= index < len(document):
            index = None
        headings.append(Heading(title, bookmark.level + 1, None if index is None else index + 1))
    return Outline(len(document), tuple(headings), document_notices(document), document_properties(document))


def read_page(task: PageTask, canvas: Canvas, begin: Callable[[PagePicture], object] = lambda _: None) -> Page:
    """The page, its pictures on the canvas. `begin` is called with the picture of a page that will be as good as
    certainly digital and upright, before the page is read.

    Raises `DocumentCorrupt` or `PageTooLarge`.
    """
    return _read_pdf_page(task, canvas, begin) if task.format == "pdf" else _read_image_page(task, canvas)


# ---------------------------------------------------------------------------------------------------------- images


def _open_image(path: Path, format: str) -> Image.Image:
    """The image, by the reader of its own format and no other: some of Pillow's start programs (Ghostscript)."""
    try:
        return Image.open(path, formats=PILLOW_FORMATS[format])
    except IMAGE_ERRORS:
        raise DocumentCorrupt(f"the {format.upper()} image is damaged and cannot be opened") from None


def _frames(image: Image.Image) -> int:
    """How many pages an image file has. A JPEG's further pictures are previews and depth maps, not pages.

    Raises `TooManyPages` for a TIFF of more than `MAX_TIFF_PAGES`.
    """
    if image.format in ("JPEG", "MPO"):
        return 1
    if image.format != "TIFF":
        return int(getattr(image, "n_frames", 1))
    for number in range(1, MAX_TIFF_PAGES + 1):
        try:
            image.seek(number)
        except EOFError:
            return number
    raise TooManyPages(f"the TIFF has more than {MAX_TIFF_PAGES} pages")


def _read_image_page(task: PageTask, canvas: Canvas) -> Page:
    with _open_image(task.path, task.format) as image:
        try:
            image.seek(task.number - 1)
            width, height = image.size
            if width * height > task.max_pixels:
                raise PageTooLarge(f"the image has {width}x{height} pixels; at most {task.max_pixels} are read")
            most = _most_pixels(width, height)
            if width > most[0] or height > most[1]:
                # JPEGs decode at a half, a quarter or an eighth of their size at a fraction of the cost.
                image.draft("RGB", most)
            turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
            decoded = small_rgb(image, most)
        except IMAGE_ERRORS:
            raise DocumentCorrupt("the image is damaged and cannot be decoded") from None
    if decoded.width > most[0] or decoded.height > most[1]:
        decoded.thumbnail(most, Image.Resampling.LANCZOS)
    if turn is not None:
        decoded = decoded.transpose(turn)
        if turn in _ON_THEIR_SIDE:
            width, height = height, width
    box = (0.0, 0.0, float(width), float(height))
    scale = decoded.width / width
    tiles = tuple(
        Picture(scaled(part, 1 / scale), _on_canvas(decoded.crop(part), canvas), scale)
        for part in tiles_of(*decoded.size)
    )
    if tiles:
        decoded.thumbnail((MAX_LAYOUT_SIDE, MAX_LAYOUT_SIDE))
    drawn = _on_canvas(decoded, canvas)
    whole = () if task.ocr == "never" else (box,)
    notices = (
        *blank_notes(task.number, drawn.drawn, (), [box] if task.ocr == "never" else []),
        *shrunk_notes(task.number, scale, whole),
    )
    return Page(task.number, *box[2:], drawn, drawn.columns / width, recognise=whole, notices=notices, tiles=tiles)


def _most_pixels(width: int, height: int) -> tuple[int, int]:
    """How wide and how high an image of this size may be to be read."""
    if not tiles_of(width, height):
        return (MAX_RECOGNITION_SIDE, MAX_RECOGNITION_SIDE)
    scale = long_scale(width, height, MOST_LONG_PIXELS)
    return (math.ceil(width * scale), math.ceil(height * scale))


def _on_canvas(image: Image.Image, canvas: Canvas) -> PagePicture:
    offset, picture = canvas.new(image.height, image.width)
    picture[:] = np.asarray(image)
    return PagePicture(picture, offset)


# ------------------------------------------------------------------------------------------------------------ PDFs


def _read_pdf_page(task: PageTask, canvas: Canvas, begin: Callable[[PagePicture], object]) -> Page:
    document = _documents.get(task.path, task.password)
    page = pdfium_c.FPDF_LoadPage(document.raw, task.number - 1)
    if not page:
        raise DocumentCorrupt("the page is damaged and cannot be opened")
    try:
        forms = with_form_values(document, page, task.number - 1, task.max_words)
        page = forms.page
        frame = PageFrame(page)
        if frame.width < 1 or frame.height < 1:
            raise DocumentCorrupt("the page has no size")
        studio = _Studio(page, frame, canvas, task.max_pixels)
        drawing = read_drawing(page, frame)
        early: list[PagePicture] = []

        def draw_early() -> None:
            """As good as certainly a digital page: draw it before it is read, for the models to begin with."""
            early.append(studio.draw(studio.whole, studio.layout_scale))
            begin(early[0])

        layer = TextLayer([], True)
        if task.ocr != "always":
            may_be_scan = _is_scan(apart(drawing.pictures), studio.whole)
            wait = may_be_scan or bool(studio.tiles)
            layer = read_text_layer(page, task.max_words, upright=(lambda: None) if wait else draw_early)
            layer = as_read(as_drawn(page, layer, drawing, task.max_words))
        layer, notes = believed(layer, task.number, task.ocr)
        said, beyond = on_page(layer, frame, task.number)
        scan = _is_scan(first_areas(frame, drawing, said, task.ocr), studio.whole)
        scale = studio.recognition_scale if scan and not studio.tiles else studio.layout_scale
        picture = early[0] if early and not scan else studio.draw(studio.whole, scale)
        image, scale_of_image = picture.drawn, scale
        judged = judge(page, frame, drawing, said, image, scale, task, forms)
        notes += beyond + judged.notes
        recognise = judged.recognise
        if not scan and not studio.tiles and _is_scan(recognise, studio.whole):
            scan, scale = True, studio.recognition_scale
            picture = studio.draw(studio.whole, scale)
        ticks = [*forms.ticks, *check_boxes(drawing.squares, forms.ticks, judged.words, image, scale_of_image)]
        words = with_ticks(judged.words, ticks) if task.ocr != "always" else judged.words
        words = with_links(words, forms.links)
        notes += blank_notes(task.number, image, words, forbidden_areas(frame, drawing, said, task.ocr))
        fine = min(RECOGNITION_SCALE, drawing.finest or RECOGNITION_SCALE)
        notes += shrunk_notes(task.number, studio.recognition_scale / fine, recognise)
        parts = [] if scan or studio.tiles else [studio.draw_part(box) for box in apart(recognise)]
        tiles = studio.draw_tiles(studio.recognition_scale if recognise else studio.layout_scale)
    finally:
        pdfium_c.FPDF_ClosePage(page)
    return Page(
        task.number,
        frame.width,
        frame.height,
        picture,
        scale,
        tuple(words),
        tuple(recognise),
        tuple(notes),
        layer.quarters,
        tuple(parts),
        tiles,
        forms.fields,
    )


def _is_scan(recognise: Sequence[Box], whole: Box) -> bool:
    return any(area(box) > MOST_OF_THE_PAGE * area(whole) for box in recognise)


@dataclass(frozen=True, slots=True)
class _Studio:
    """Draws a page, and parts of it, onto the canvas."""

    page: Any
    frame: PageFrame
    canvas: Canvas
    max_pixels: int

    @property
    def whole(self) -> Box:
        """The page's own box."""
        return (0.0, 0.0, self.frame.width, self.frame.height)

    @property
    def tiles(self) -> list[Box]:
        """The tiles of a long page, in points."""
        width, height = (round(side * RECOGNITION_SCALE) for side in (self.frame.width, self.frame.height))
        return [
            clip(scaled(box, 1 / RECOGNITION_SCALE), self.frame.width, self.frame.height)
            for box in tiles_of(width, height)
        ]

    @property
    def layout_scale(self) -> float:
        """Pixels per point that layout and tables need."""
        longest = max(self.frame.width, self.frame.height)
        if self.tiles:
            return self._long_scale(LAYOUT_SCALE, MOST_COARSE_PIXELS)
        return float(min(max(LAYOUT_SCALE, MIN_LAYOUT_SIDE / longest), MAX_LAYOUT_SIDE / longest))

    @property
    def recognition_scale(self) -> float:
        """Pixels per point that recognition needs."""
        longest = max(self.frame.width, self.frame.height)
        if self.tiles:
            return self._long_scale(RECOGNITION_SCALE, MOST_LONG_PIXELS)
        fine = min(max(RECOGNITION_SCALE, MIN_LAYOUT_SIDE / longest), MAX_RECOGNITION_SIDE / longest)
        return max(self.layout_scale, float(fine))

    def _long_scale(self, scale: float, most: int) -> float:
        return scale * long_scale(self.frame.width * scale, self.frame.height * scale, most)

    def draw_tiles(self, scale: float) -> tuple[Picture, ...]:
        """The tiles of a long page."""
        return tuple(Picture(box, self.draw(box, scale), scale) for box in self.tiles)

    def draw_part(self, box: Box) -> Picture:
        """A part of the page for the recogniser, with a margin."""
        left, top, right, bottom = box
        wider = (left - PICTURE_MARGIN, top - PICTURE_MARGIN, right + PICTURE_MARGIN, bottom + PICTURE_MARGIN)
        box = clip(wider, self.frame.width, self.frame.height)
        return Picture(box, self.draw(box, self.recognition_scale), self.recognition_scale)

    def draw(self, box: Box, scale: float) -> PagePicture:
        """What is in the box, at so many pixels per point."""
        left, top = (round(side * scale) for side in box[:2])
        width, height = (max(1, round(side * scale) - start) for side, start in zip(box[2:], (left, top), strict=True))
        if width * height > self.max_pixels:
            raise PageTooLarge(f"the page would have {width}x{height} pixels; at most {self.max_pixels} are read")
        offset, picture = self.canvas.new(height, width)
        start = picture.ctypes.data_as(ctypes.c_void_p)
        bitmap = pdfium_c.FPDFBitmap_CreateEx(width, height, pdfium_c.FPDFBitmap_BGR, start, 3 * width)
        if not bitmap:
            raise Internal("the page's picture could not be made")
        try:
            picture.fill(255)
            flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
            size = (max(1, round(self.frame.width * scale)), max(1, round(self.frame.height * scale)))
            pdfium_c.FPDF_RenderPageBitmap(bitmap, self.page, -left, -top, *size, 0, flags)
        finally:
            pdfium_c.FPDFBitmap_Destroy(bitmap)
        return PagePicture(picture, offset)
