"""A document on disk -> its pages: an image and the words of the text layer.

Guarantees: every parser that touches the stranger's bytes runs in a page process of its own, never in the worker; a
page that crashes or hangs its process fails alone, by name, and the process is replaced; a page is rendered only when
it is asked for, at the resolution that its next stages need, so a document's length does not show in memory.

Units: PDF points for PDFs, image pixels for images; origin top left of the page as shown.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import struct
import warnings
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pebble import ProcessExpired, ProcessPool
from PIL import Image, ImageOps

from .errors import DocumentCorrupt, ExtractionError, Internal, PageTooLarge, PasswordRequired, PasswordWrong
from .formats import DocumentFile
from .geometry import Box, area, centre, clip, contains
from .settings import Settings
from .text_layer import PageFrame, TextLayer, Word, read_text_layer

OcrMode = Literal["auto", "always", "never"]

# Layout and tables see the page at 144 dpi; recognition at 200 dpi, where a 9 point line is 25 pixels high.
LAYOUT_SCALE = 2.0
RECOGNITION_SCALE = 200 / 72
MIN_LAYOUT_SIDE = 1000
MAX_LAYOUT_SIDE = 2000
MAX_RECOGNITION_SIDE = 3600
# An image without words on it that is at least this share of the page may hold text of its own.
MIN_PICTURE_SHARE = 0.02
MIN_PICTURE_SIDE = 24.0
# A page whose images cover this share of it, with few words beside them, is a scan with a stamp or a header on it.
SCAN_SHARE = 0.6
SCAN_WORDS = 30
# What Pillow's readers raise on damaged files, beside their own errors.
IMAGE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)


@dataclass(frozen=True, slots=True)
class Heading:
    """One entry of a document's outline (bookmarks): `level` from 1, `page` from 1 or None."""

    title: str
    level: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a document before any page is read."""

    pages: int
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready for the models.

    `image` is RGB, uint8, shape (height, width, 3), `scale` pixels per unit. `words` are those of a sound text layer.
    `recognise` are the areas whose text has to be read from the image: the whole page for a scan, the pictures of a
    digital page, nothing where the text layer says it all. `quarters`: by how many quarters the page has to be turned
    anticlockwise for its text layer to stand upright.
    """

    number: int
    width: float
    height: float
    image: np.ndarray[Any, np.dtype[np.uint8]]
    scale: float
    words: tuple[Word, ...] = ()
    recognise: tuple[Box, ...] = ()
    warnings: tuple[str, ...] = ()
    quarters: int = 0

    @property
    def box(self) -> Box:
        """The whole page."""
        return (0.0, 0.0, self.width, self.height)


@dataclass(frozen=True, slots=True)
class PageTask:
    """What a page process is asked for: plain data, so that it can cross to it."""

    path: Path
    format: str
    password: str | None
    number: int
    ocr: OcrMode
    max_pixels: int


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be read, and why."""

    number: int
    error: ExtractionError


@dataclass(slots=True)
class _OpenDocuments:
    """The PDFs that this page process has open, the most recently used last."""

    limit: int = 2
    held: OrderedDict[tuple[Path, str | None], pdfium.PdfDocument] = field(default_factory=OrderedDict)

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


_documents = _OpenDocuments()


class PagePool:
    """Processes that open documents and read their pages."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        count = settings.page_processes or max(1, min(8, len(os.sched_getaffinity(0)) - 1))
        self._pool = ProcessPool(
            max_workers=count,
            max_tasks=settings.pages_per_process,
            initializer=_start_process,
            context=multiprocessing.get_context("spawn"),
        )

    def close(self) -> None:
        """Stop every process, whatever it is doing."""
        self._pool.stop()
        self._pool.join()

    def open(self, document: DocumentFile, password: str | None) -> Outline:
        """Count the pages. Raises `DocumentCorrupt`, `PasswordRequired` or `PasswordWrong`."""
        future = self._schedule(_outline, document.path, document.format, password)
        try:
            outline: Outline = future.result()
            return outline
        except TimeoutError:
            raise DocumentCorrupt("the document could not be opened in time") from None
        except ProcessExpired:
            raise DocumentCorrupt("the document crashes the reader") from None

    def read(self, document: DocumentFile, number: int, password: str | None, ocr: OcrMode) -> Future[Page]:
        """Read page `number` (from 1); `outcome` tells what became of it."""
        task = PageTask(document.path, document.format, password, number, ocr, self._settings.max_page_pixels)
        return self._schedule(_read_page, task)

    @staticmethod
    def outcome(future: Future[Page], number: int) -> Page | FailedPage:
        """The page, or why there is none. Blocks until it is known."""
        try:
            return future.result()
        except TimeoutError:
            return FailedPage(number, DocumentCorrupt(f"page {number} takes too long to read"))
        except ProcessExpired:
            return FailedPage(number, DocumentCorrupt(f"page {number} crashes the reader"))
        except ExtractionError as error:
            return FailedPage(number, error)
        except Exception as error:  # a page fails alone, whatever the parser raised
            return FailedPage(number, DocumentCorrupt(f"page {number} cannot be read ({type(error).__name__})"))

    def _schedule(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = self._pool.schedule(function, args=arguments, timeout=self._settings.page_timeout_s)
        return future


def _start_process() -> None:
    """No core dump of a stranger's document, and no image that Pillow itself would refuse before we do."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None


def _open_pdf(path: Path, password: str | None) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path, password=password)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            if password is None:
                raise PasswordRequired('the PDF is encrypted; pass "password"') from None
            raise PasswordWrong("the password does not open the PDF") from None
        if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
            raise DocumentCorrupt("the PDF is encrypted in a way that is not supported") from None
        raise DocumentCorrupt("the PDF is damaged and cannot be opened") from None
    return document


def _outline(path: Path, format: str, password: str | None) -> Outline:
    if format != "pdf":
        with _open_image(path) as image:
            try:
                return Outline(_frames(image))
            except IMAGE_ERRORS:
                raise DocumentCorrupt("the image is damaged and its pages cannot be counted") from None
    document = _documents.get(path, password)
    if len(document) < 1:
        raise DocumentCorrupt("the PDF has no pages")
    headings = []
    for bookmark in document.get_toc(max_depth=8):
        try:
            title = bookmark.get_title()
            destination = bookmark.get_dest()
            index = destination.get_index() if destination else None
        except (UnicodeDecodeError, pdfium.PdfiumError):
            continue  # a broken bookmark names no heading
        if index is not None and not 0 <= index < len(document):
            index = None
        headings.append(Heading(title, bookmark.level + 1, None if index is None else index + 1))
    return Outline(len(document), tuple(headings))


def _read_page(task: PageTask) -> Page:
    return _read_pdf_page(task) if task.format == "pdf" else _read_image_page(task)


# ---------------------------------------------------------------------------------------------------------- images


def _open_image(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except IMAGE_ERRORS:
        raise DocumentCorrupt("the image is damaged and cannot be opened") from None


def _frames(image: Image.Image) -> int:
    """How many pages an image file has. A JPEG's further pictures are previews and depth maps, not pages."""
    return 1 if image.format in ("JPEG", "MPO") else int(getattr(image, "n_frames", 1))


def _read_image_page(task: PageTask) -> Page:
    with _open_image(task.path) as image:
        try:
            image.seek(task.number - 1)
            width, height = image.size
            if width * height > task.max_pixels:
                raise PageTooLarge(f"the image has {width}x{height} pixels; at most {task.max_pixels} are read")
            longest = max(width, height)
            if longest > MAX_RECOGNITION_SIDE:
                # JPEGs decode at a half, a quarter or an eighth of their size at a fraction of the cost.
                image.draft("RGB", (MAX_RECOGNITION_SIDE, MAX_RECOGNITION_SIDE))
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
            decoded = _to_rgb(ImageOps.exif_transpose(image))
        except IMAGE_ERRORS:
            raise DocumentCorrupt("the image is damaged and cannot be decoded") from None
    if turned:
        width, height = height, width
    if max(decoded.size) > MAX_RECOGNITION_SIDE:
        decoded.thumbnail((MAX_RECOGNITION_SIDE, MAX_RECOGNITION_SIDE), Image.Resampling.LANCZOS)
    whole = () if task.ocr == "never" else ((0.0, 0.0, float(width), float(height)),)
    return Page(
        number=task.number,
        width=float(width),
        height=float(height),
        image=np.array(decoded),
        scale=decoded.width / width,
        recognise=whole,
    )


def _to_rgb(image: Image.Image) -> Image.Image:
    """Any colour mode as RGB: transparency over white, 16-bit and floating point grey stretched to what they hold."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image, dtype=np.float64)
        if image.mode == "F" or values.max() > 65535 or values.min() < 0:
            low, span = float(values.min()), float(np.ptp(values))
        else:
            low, span = 0.0, 65535.0 if values.max() > 255 else 255.0
        grey = np.clip((values - low) * (255.0 / (span or 1.0)), 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(paper, rgba).convert("RGB")
    return image.convert("RGB")


# ------------------------------------------------------------------------------------------------------------ PDFs


def _read_pdf_page(task: PageTask) -> Page:
    document = _documents.get(task.path, task.password)
    page = pdfium_c.FPDF_LoadPage(document.raw, task.number - 1)
    if not page:
        raise DocumentCorrupt("the page is damaged and cannot be opened")
    try:
        page = _with_form_values(document, page, task.number - 1)
        frame = PageFrame(page)
        if frame.width < 1 or frame.height < 1:
            raise DocumentCorrupt("the page has no size")
        layer = read_text_layer(page) if task.ocr != "always" else TextLayer([], True)
        words = _on_page(layer.words, frame)
        notes = []
        if len(words) < len(layer.words):
            notes.append(f"page {task.number}: {len(layer.words) - len(words)} word(s) beyond the page's edge left out")
        if not layer.sound and task.ocr == "never":
            notes.append(f"page {task.number}: the text layer looks like garbage; ocr is never")
        elif not layer.sound:
            notes.append(f"page {task.number}: the text layer is garbage and was not used")
            layer = TextLayer([], False)
            words = []
        recognise = _areas_to_recognise(page, frame, words, task.ocr)
        image, scale = _render(page, frame, bool(recognise), task.max_pixels)
    finally:
        pdfium_c.FPDF_ClosePage(page)
    return Page(
        task.number,
        frame.width,
        frame.height,
        image,
        scale,
        tuple(words),
        tuple(recognise),
        tuple(notes),
        layer.quarters,
    )


def _with_form_values(document: pdfium.PdfDocument, page: Any, index: int) -> Any:
    """The page with its form fields and annotations drawn into it, so that their text is in the text layer.

    PDFium's text interface reads page content only: the values of a filled-in form would be lost without this.
    """
    drawn = (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_STAMP)
    for number in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        if kind in drawn:
            if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) != pdfium_c.FLATTEN_SUCCESS:
                return page
            pdfium_c.FPDF_ClosePage(page)
            return pdfium_c.FPDF_LoadPage(document.raw, index)
    return page


def _on_page(words: list[Word], frame: PageFrame) -> list[Word]:
    """The words that are on the page; a page's content may go on beyond its edge (its crop box), where none sees it."""
    return [
        word
        for word in words
        if word.box[0] < frame.width and word.box[2] > 0 and word.box[1] < frame.height and word.box[3] > 0
    ]


def _areas_to_recognise(page: Any, frame: PageFrame, words: list[Word], ocr: OcrMode) -> list[Box]:
    whole: Box = (0.0, 0.0, frame.width, frame.height)
    if ocr == "never":
        return []
    if ocr == "always" or not words:
        return [whole]
    pictures = [box for box in _picture_boxes(page, frame) if _large_enough(box, whole)]
    wordless = [box for box in pictures if not any(contains(box, centre(word.box)) for word in words)]
    if len(words) < SCAN_WORDS and any(area(box) >= SCAN_SHARE * area(whole) for box in pictures):
        return [whole]
    return wordless


def _large_enough(box: Box, page: Box) -> bool:
    return (
        area(box) >= MIN_PICTURE_SHARE * area(page)
        and box[2] - box[0] >= MIN_PICTURE_SIDE
        and box[3] - box[1] >= MIN_PICTURE_SIDE
    )


def _picture_boxes(page: Any, frame: PageFrame) -> list[Box]:
    """Where the page's own images stand (those at the top level of its content and in its form objects' bounds)."""
    boxes = []
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(pdfium_c.FPDFPage_CountObjects(page)):
        item = pdfium_c.FPDFPage_GetObject(page, index)
        kind = pdfium_c.FPDFPageObj_GetType(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM:
            inner = (pdfium_c.FPDFFormObj_GetObject(item, n) for n in range(pdfium_c.FPDFFormObj_CountObjects(item)))
            if not any(pdfium_c.FPDFPageObj_GetType(part) == pdfium_c.FPDF_PAGEOBJ_IMAGE for part in inner):
                continue
        elif kind != pdfium_c.FPDF_PAGEOBJ_IMAGE:
            continue
        if pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            box = frame.box(left.value, bottom.value, right.value, top.value)
            boxes.append(clip(box, frame.width, frame.height))
    return boxes


def _render(
    page: Any, frame: PageFrame, for_recognition: bool, max_pixels: int
) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    """The page's picture and its scale in pixels per point."""
    longest = max(frame.width, frame.height)
    scale = min(max(LAYOUT_SCALE, MIN_LAYOUT_SIDE / longest), MAX_LAYOUT_SIDE / longest)
    if for_recognition:
        scale = max(scale, min(max(RECOGNITION_SCALE, MIN_LAYOUT_SIDE / longest), MAX_RECOGNITION_SIDE / longest))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    if width * height > max_pixels:
        raise PageTooLarge(f"the page would have {width}x{height} pixels; at most {max_pixels} are read")
    bitmap = pdfium_c.FPDFBitmap_CreateEx(width, height, pdfium_c.FPDFBitmap_BGRx, None, 0)
    if not bitmap:
        raise Internal("the page's picture could not be allocated")
    try:
        pdfium_c.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
        pdfium_c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
        stride = pdfium_c.FPDFBitmap_GetStride(bitmap)
        buffer = ctypes.cast(
            pdfium_c.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_uint8 * (stride * height))
        ).contents
        pixels = np.frombuffer(buffer, dtype=np.uint8).reshape(height, stride // 4, 4)
        image = np.ascontiguousarray(pixels[:, :width, :3])
    finally:
        pdfium_c.FPDFBitmap_Destroy(bitmap)
    return image, scale
