"""A PDF file -> its pages: page pictures and the words of the text layer. Runs in a page process.

Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..device.arena import PageArena
from ..errors import DocumentCorrupt
from ..formats import Format
from ..values.boxes import Box, union
from ..values.notices import Notice
from ..values.outline import Heading, Outline
from ..values.page import Crop, Page, is_scan
from ..values.page_picture import PagePicture
from ..values.tasks import OutlineTask, PageTask
from ..values.words import Word
from .actual_text import as_drawn
from .attached_invoice import attached_invoice
from .cut_contents import cut_content_notes, page_copy
from .cut_pictures import cut_notes
from .document_facts import document_notices, document_properties
from .drawing import read_drawing
from .drawn_boxes import check_boxes
from .field_words import with_words_of_fields
from .form_fields import with_form_values, with_ticks
from .layer_states import has_layers
from .links import with_links
from .open_documents import OpenDocuments
from .page_frame import PageFrame
from .page_text import believed, blank_notes, first_areas, forbidden_areas, judge, merged, on_page, shrunk_notes
from .parted_words import parted_at_lines
from .pdf_page import PdfPage
from .placed_text import as_read, without_copies
from .rendering import PageRenderer
from .resolution import RECOGNITION_SCALE
from .squares_of_lines import squares_of_lines
from .text_layer import TextLayer, read_text_layer

# Max bookmarks that are read.
MAX_HEADINGS = 5000


def reader(_: Format) -> PdfReader:
    """A reader of PDFs, with no document open yet."""
    return PdfReader()


class PdfReader:
    """Reads PDFs and keeps the most recently read ones open. Lengths are points, origin top left of the page as
    shown."""

    def __init__(self) -> None:
        self._documents = OpenDocuments()

    def outline(self, task: OutlineTask) -> Outline:
        """The number of pages, the bookmarks, the notices and the properties of the PDF.

        Raises `DocumentCorrupt` where it cannot be opened or has no pages, `PasswordRequired` or `PasswordWrong` where
        it is locked.
        """
        document = self._documents.get(task.path, task.password)
        if len(document) < 1:
            raise DocumentCorrupt("the PDF has no pages")
        embedded = attached_invoice(document) if task.structured else None
        facts = document_notices(document, task.path, invoice_read=embedded is not None), document_properties(document)
        return Outline(len(document), _headings(document), *facts, embedded)

    def effort(self, task: PageTask) -> float:
        """1: a page is drawn no larger than it is read."""
        return 1.0

    def read_page(self, task: PageTask, arena: PageArena, begin: Callable[[PagePicture], object]) -> Page:
        """The page: its picture, its believed words, the areas to recognise. Boxes are in points, origin top left as
        shown.

        If the page looks digital and upright, `begin` is called with its page picture before its text layer is parsed.
        Raises `DocumentCorrupt`, `PasswordRequired` or `PasswordWrong` where it cannot be opened, `PageTooLarge` for
        too many pixels or words, `MemoryError` where its pictures do not fit into memory, `Internal` where PDFium makes
        no picture.
        """
        while (read := self._read(task, arena, begin)) is None:
            self._documents.settle_layers(task.path, task.password)
        return read

    def _read(self, task: PageTask, arena: PageArena, begin: Callable[[PagePicture], object]) -> Page | None:
        """The page; None where layers of it may not be shown as they are."""
        document, handle = self._documents.page(task.path, task.password, task.number - 1)
        try:
            forms = with_form_values(document, handle, task.number - 1, task.max_words)
            handle = forms.page
            frame = PageFrame(handle)
            if frame.width < 1 or frame.height < 1:
                raise DocumentCorrupt("the page has no size")
            drawing = read_drawing(handle, frame)
            copy = page_copy(document, task.path, task.number - 1)
            if has_layers(copy) and (task.path, task.password) not in self._documents.settled:
                return None
            page = PdfPage(handle, frame, drawing, forms, task)
            read = _page_of(page, PageRenderer(handle, frame, arena, task.max_pixels), begin)
            return replace(read, notices=(*read.notices, *cut_content_notes(page, copy)))
        finally:
            pdfium_c.FPDF_ClosePage(handle)

    def forget(self, path: Path) -> None:
        """Close the document if it is open."""
        self._documents.forget(path)


def _headings(document: pdfium.PdfDocument) -> tuple[Heading, ...]:
    """The readable bookmarks in their order; pages count from 1."""
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
    return tuple(headings)


def _page_of(page: PdfPage, renderer: PageRenderer, begin: Callable[[PagePicture], object]) -> Page:
    """The page's believed words, its picture, and crops of the areas to recognise."""
    number, frame, ocr = page.task.number, page.frame, page.task.ocr
    layer, early = _text_layer_of(page, renderer, begin)
    layer, notes = believed(layer, number, ocr)
    layer_words, beyond = on_page(parted_at_lines(layer, page.drawing), frame, number)
    fine = is_scan(first_areas(page, layer_words), page.box)
    shown = early if early is not None and not fine else renderer.draw_page(fine=fine)
    judged = judge(page, layer_words, shown)
    kept = shown
    if not fine and not renderer.tiles and is_scan(judged.recognise, page.box):
        # It turned out a scan only now: those are read from a fine picture of the whole page.
        fine, kept = True, renderer.draw_page(fine=True)
    words = _with_marks(page, judged.words, shown)
    finest = min(RECOGNITION_SCALE, page.drawing.finest or RECOGNITION_SCALE)
    notes += beyond + judged.notes + _attachment_notes(number, page.forms.attached)
    notes += cut_notes(page, shown)
    notes += blank_notes(number, shown.picture.drawn, words, forbidden_areas(page, layer_words))
    notes += shrunk_notes(number, renderer.recognition_scale / finest, judged.recognise)
    in_crops = [] if fine or renderer.tiles else merged(judged.recognise)
    without = frozenset(at for at, word in enumerate(words) if in_crops and word.box in judged.told.boxes)
    return Page(
        number=number,
        width=frame.width,
        height=frame.height,
        picture=kept.picture,
        scale=kept.scale,
        words=tuple(words),
        recognise=tuple(judged.recognise),
        notices=tuple(notes),
        quarters=layer.quarters,
        crops=tuple(replace(renderer.draw_crop(box, judged.told.objects), without=without) for box in in_crops),
        tiles=renderer.draw_tiles(fine=bool(judged.recognise)),
        form_fields=page.forms.fields,
    )


def _attachment_notes(number: int, attached: Sequence[Box]) -> list[Notice]:
    """A notice of the files that hang on the page; `attached`: the boxes of their pins, in points."""
    if not attached:
        return []
    told = f"page {number}: {len(attached)} attached file(s), which are not read"
    return [Notice("ATTACHMENTS", told, number, union(attached))]


def _text_layer_of(
    page: PdfPage, renderer: PageRenderer, begin: Callable[[PagePicture], object]
) -> tuple[TextLayer, Crop | None]:
    """The text layer, empty where `ocr` is `always`; and the page as drawn before the layer was parsed, if it was."""
    if page.task.ocr == "always":
        return TextLayer([], True), None
    early: list[Crop] = []

    def draw_early() -> None:
        early.append(renderer.draw_page(fine=False))
        begin(early[0].picture)

    wait = is_scan(merged(page.drawing.images), page.box) or bool(renderer.tiles)
    layer = read_text_layer(page.handle, page.task.max_words, upright=(lambda: None) if wait else draw_early)
    layer = as_drawn(page.handle, layer, page.drawing, page.task.max_words)
    layer = as_read(without_copies(layer, page.drawing.looks))
    return layer, early[0] if early else None


def _with_marks(page: PdfPage, words: list[Word], shown: Crop) -> list[Word]:
    """The words with check boxes as words, the fields' letters as theirs, and with their links."""
    if page.task.ocr != "always":
        words = with_words_of_fields(words, page.forms.fields)
        ticks = page.forms.ticks
        squares = [*page.drawing.squares, *squares_of_lines([*page.drawing.frames, *page.drawing.blots])]
        drawn = check_boxes(squares, ticks, words, shown.picture.drawn, shown.scale)
        words = with_ticks(words, [*ticks, *drawn])
    return with_links(words, page.forms.links)
