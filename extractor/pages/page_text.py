"""A PDF page's text layer and its picture -> the words that are believed, and the areas that have to be read.

Runs inside a page process. Nothing on a page is left out silently: what its words do not say is read from its picture.
Boxes are of the page as shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..values.arrays import Pixels
from ..values.boxes import Box, area, centre, contains, intersection, union
from ..values.notices import Notice
from ..values.options import OcrMode, UnseenText
from ..values.page import MOST_OF_THE_PAGE, Crop
from ..values.tasks import PageTask
from ..values.words import Word, boxes_of
from .hidden_text import (
    Reason,
    Shown,
    copies,
    in_layers,
    is_scan_layer,
    looks_of,
    unseen_characters,
    unseen_words,
    without_unseen_characters,
)
from .layer_trust import UNSURE, is_sure, mended, unsound_fonts, was_looked_at
from .page_ink import Sketch, areas_of, dark_shares, sketch, unexplained_lines
from .pdf_page import PdfPage
from .redrawing import draw_without
from .soundness import is_sound
from .text_layer import Origin, PageFrame, TextLayer

# An image without words on it that is at least this share of the page may hold text of its own.
MIN_IMAGE_SHARE = 0.02
MIN_IMAGE_SIDE = 24.0
# A page whose images cover this share of it, with few words beside them, is a scan with a stamp or a header on it.
SCAN_SHARE = 0.6
SCAN_WORDS = 30
# An image with so many lines that no word explains may be read as one.
FEW_LINES = 3
# So many characters of a layer, those in doubt apart, tell that the rest is language.
FEW_CHARACTERS = 20
# A page none of whose pixels differs by more than this, of 255, is blank.
BLANK = 12
# What is read from less of its length than this may be read worse for it.
SHRUNK = 0.75
# So many rows of a picture are looked at together.
ROWS_AT_A_TIME = 64
# What became of text that no reader sees.
_FATE: dict[UnseenText, str] = {"keep": "kept", "drop": "left out"}

# Words, where they come from, and spaces that may be figures.
Said = tuple[Sequence[Word], Sequence[Origin], Sequence[tuple[int, Box]]]


@dataclass(frozen=True, slots=True)
class Judged:
    """The words of a text layer: those of less than full confidence stand where the picture is not read better.
    `recognise` are the areas to read; `notes` what the caller has to know."""

    words: list[Word]
    recognise: list[Box]
    notes: list[Notice]


def believed(layer: TextLayer, number: int, ocr: OcrMode) -> tuple[TextLayer, list[Notice]]:
    """The layer, or an empty one where it is garbage as a whole; and what is to be said of it.

    Where only some of its fonts or words are, the others are language: it stands, and those are in doubt one by one.
    """
    if layer.sound:
        return layer, []
    fonts = unsound_fonts(layer.words, layer.origins)
    rest = [
        word.text
        for word, origin in zip(layer.words, layer.origins, strict=True)
        if not origin.strange and origin.font not in fonts
    ]
    if sum(map(len, rest)) >= FEW_CHARACTERS and is_sound(rest):
        return layer, []
    if ocr == "never":
        said = f"page {number}: the text layer looks like garbage; ocr is never"
        return layer, [Notice("TEXT_LAYER_UNSOUND", said, number)]
    said = f"page {number}: the text layer is garbage and was not used"
    return TextLayer([], False), [Notice("TEXT_LAYER_REPLACED", said, number)]


def on_page(layer: TextLayer, frame: PageFrame, number: int) -> tuple[Said, list[Notice]]:
    """The words that are on the page; its content may go on beyond its edge (its crop box), where none sees it."""
    inside = [
        word.box[0] < frame.width and word.box[2] > 0 and word.box[1] < frame.height and word.box[3] > 0
        for word in layer.words
    ]
    if all(inside):
        return (layer.words, layer.origins, layer.blanks), []
    words = [word for word, kept in zip(layer.words, inside, strict=True) if kept]
    origins = [origin for origin, kept in zip(layer.origins, inside, strict=True) if kept]
    told = f"page {number}: {len(layer.words) - len(words)} word(s) beyond the page's edge left out"
    return (words, origins, ()), [Notice("TEXT_BEYOND_EDGE", told, number)]


def first_areas(page: PdfPage, said: Said) -> list[Box]:
    """What has to be read, as far as can be told before the page is looked at: it tells how fine it has to be drawn."""
    words, origins, _ = said
    drawing = page.drawing
    if drawing.images:
        looks = looks_of(origins, drawing)
        words = [word for word, own in zip(words, looks, strict=True) if not is_scan_layer(word, own, drawing)]
    return areas_to_recognise(page.box, drawing.images, words, page.task.ocr)


def judge(page: PdfPage, said: Said, shown: Crop) -> Judged:
    """What of the words is believed, and what of the page has to be read. `shown` is the whole page as it is drawn; the
    words of the forms' notes are not drawn in it, and a reader sees them all the same."""
    words, origins, blanks = said
    drawing, task, forms = page.drawing, page.task, page.forms
    pixels, scale = shown.picture.drawn, shown.scale
    notes: list[Notice] = []
    small = sketch(pixels, scale)
    shares = dark_shares(small, boxes_of(words))
    redraw = partial(draw_without, page.handle, page.frame, scale)
    reasons = unseen_words(words, origins, drawing, Shown(pixels, scale, redraw), shares)
    looks = looks_of(origins, drawing)
    reasons = in_layers(words, reasons, looks, forms.layered)
    repeated = copies(words, reasons)
    words = mended(words, origins, blanks, pixels, scale)
    kept: list[tuple[Word, Reason | None]] = []
    for word, reason, copy, own in zip(words, reasons, repeated, looks, strict=True):
        if copy:
            continue
        if reason is None and drawing.images and is_scan_layer(word, own, drawing):
            word = replace(word, confidence=UNSURE)
        kept.append((word, reason))
    if any(reason is not None for _, reason in kept):
        notes.append(_unseen_note(task, kept))
    seen = [word for word, reason in kept if reason is None]
    result = seen if task.unseen == "drop" else [word for word, _ in kept]
    lines = 1 + max((word.line for word in result), default=-1)
    result += [replace(word, line=lines + word.line) for word in forms.notes]
    result, note = _without_unseen_characters(result, task)
    notes += note
    sure = [word for word in seen if is_sure(word)]
    recognise = areas_to_recognise(page.box, drawing.images, sure, task.ocr)
    if task.ocr == "auto" and recognise != [page.box]:
        doubted = [word for word in seen if not is_sure(word)]
        if drawing.other_ink or doubted:
            recognise = _with_unread(page, recognise, doubted, sure, small)
    return Judged(result, recognise, notes)


def _with_unread(
    page: PdfPage, recognise: Sequence[Box], doubted: Sequence[Word], sure: Sequence[Word], small: Sketch
) -> list[Box]:
    """The areas, and those of the words in doubt and of the lines of ink that no word explains."""
    known = [word.box for word in sure]
    lines = unexplained_lines(small, [*known, *recognise, *(word.box for word in doubted)])
    unread = [*lines, *(word.box for word in doubted)]
    full = [box for box in apart(page.drawing.images) if _says_more(box, unread, known)]
    rest = [box for box in unread if not any(contains(image, centre(box)) for image in full)]
    found = [*full, *areas_of(rest, page.frame.width, page.frame.height)]
    if sum(area(box) for box in apart([*recognise, *found])) > MOST_OF_THE_PAGE * area(page.box):
        return [page.box]
    return [*recognise, *found]


def _says_more(image: Box, unread: Sequence[Box], known: Sequence[Box]) -> bool:
    """Whether there is more in the image than what is known says: then it is read as one."""
    inside = [box for box in unread if contains(image, centre(box))]
    covered = sum(area(box) for box in known if contains(image, centre(box)))
    return len(inside) >= FEW_LINES and sum(map(area, inside)) > covered


def areas_to_recognise(whole: Box, images: Sequence[Box], words: Sequence[Word], ocr: OcrMode) -> list[Box]:
    """What has to be read by what is known of a page before it is looked at: nothing but its words and its images."""
    if ocr == "never":
        return []
    if ocr == "always" or not words:
        return [whole]
    images = [box for box in images if _large_enough(box, whole)]
    wordless = [box for box in images if not any(contains(box, centre(word.box)) for word in words)]
    if len(words) < SCAN_WORDS and any(area(box) >= SCAN_SHARE * area(whole) for box in images):
        return [whole]
    return wordless


def _large_enough(box: Box, page: Box) -> bool:
    return (
        area(box) >= MIN_IMAGE_SHARE * area(page)
        and box[2] - box[0] >= MIN_IMAGE_SIDE
        and box[3] - box[1] >= MIN_IMAGE_SIDE
    )


def apart(boxes: Sequence[Box]) -> list[Box]:
    """The areas with those that overlap made one: no text is read twice."""
    result: list[Box] = []
    for box in boxes:
        touching = [other for other in result if intersection(box, other) > 0]
        while touching:
            result = [other for other in result if other not in touching]
            box = union([box, *touching])
            touching = [other for other in result if intersection(box, other) > 0]
        result.append(box)
    return result


def _unseen_note(task: PageTask, words: Sequence[tuple[Word, Reason | None]]) -> Notice:
    unseen = [(word, reason) for word, reason in words if reason is not None]
    counts = Counter(reason for _, reason in unseen)
    listed = ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
    told = f"page {task.number}: {counts.total()} word(s) that no reader sees ({listed}) {_FATE[task.unseen]}"
    return Notice("UNSEEN_TEXT", told, task.number, union(word.box for word, _ in unseen))


def _without_unseen_characters(words: list[Word], task: PageTask) -> tuple[list[Word], list[Notice]]:
    """The words, without characters that no reader sees where those are to go; and what is to be said of them. What is
    in doubt is drawn: it is no such character."""
    characters = unseen_characters([word for word in words if not was_looked_at(word)])
    if not characters:
        return words, []
    kinds = ", ".join(f"{count} {kind}" for kind, count in characters.items())
    told = f"page {task.number}: characters that no reader sees ({kinds}) {_FATE[task.unseen]}"
    if task.unseen == "drop":
        looked = ([word] if was_looked_at(word) else without_unseen_characters([word]) for word in words)
        words = [word for kept in looked for word in kept]
    return words, [Notice("UNSEEN_CHARACTERS", told, task.number)]


def blank_notes(number: int, picture: Pixels, words: Sequence[Word], unread: Sequence[Box]) -> list[Notice]:
    """What is to be said of a page without a word that is blank, and of one whose areas `unread` are an image of text
    that `ocr` forbids to read."""
    if not words and is_blank(picture):
        return [Notice("PAGE_BLANK", f"page {number}: the page is blank", number)]
    if not unread:
        return []
    if not words:
        told = f"page {number}: no text layer, and ocr is never: nothing was read"
        return [Notice("NOT_RECOGNISED", told, number)]
    told = f"page {number}: a picture over most of the page has no text layer, and ocr is never: it was not read"
    return [Notice("NOT_RECOGNISED", told, number, union(unread))]


def forbidden_areas(page: PdfPage, said: Said) -> list[Box]:
    """What is not read because `ocr` is `never`: the page without a text layer, an image over most of it."""
    words = said[0]
    if page.task.ocr != "never":
        return []
    if not words:
        return [page.box]
    images = apart(page.drawing.images)
    wordless = [box for box in images if not any(contains(box, centre(word.box)) for word in words)]
    return wordless if sum(map(area, wordless)) > MOST_OF_THE_PAGE * area(page.box) else []


def shrunk_notes(number: int, scale: float, areas: Sequence[Box]) -> tuple[Notice, ...]:
    """What is to be said of areas that were made smaller to be read: `scale` is the length that was left of each unit
    of it that the recogniser would have."""
    if not areas or scale >= SHRUNK:
        return ()
    box = union(areas)
    place = ", ".join(f"{side:.0f}" for side in box)
    said = f"page {number}: ({place}) was shrunk to {scale:.0%} before it was read: small print may be lost"
    return (Notice("PAGE_SHRUNK", said, number, box),)


def is_blank(picture: Pixels) -> bool:
    """Whether hardly a pixel differs from the others; nearly every page says no at its first few rows."""
    ground = picture[0, 0].astype(np.int16)
    return all(
        int(np.abs(picture[row : row + ROWS_AT_A_TIME].astype(np.int16) - ground).max()) <= BLANK
        for row in range(0, len(picture), ROWS_AT_A_TIME)
    )
