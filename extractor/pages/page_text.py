"""A PDF page's text layer and page picture -> the words that are believed, and the areas to recognise.

Runs in a page process. Nothing on a page is left out silently: what the words do not say is read from the page picture.
Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..values.arrays import Pixels
from ..values.boxes import Box, area, centre, contains, intersection, union
from ..values.notices import Notice
from ..values.options import OcrMode, UnseenText
from ..values.page import MOST_OF_THE_PAGE, Crop
from ..values.tasks import PageTask
from ..values.words import Word, boxes_of
from .copied_words import copies
from .drawn_digits import fonts_with_other_digits
from .hidden_text import (
    Reason,
    Shown,
    in_layers,
    is_scan_layer,
    may_be_scan,
    typed_words,
    unseen_words,
)
from .laid_out import laid_out
from .layer_trust import UNSURE, is_sure, mended, unsound_fonts, was_looked_at
from .letter_marks import letters_without_mark
from .overlays import NOTHING_TOLD, Left, Told, overlays, told_by
from .page_frame import PageFrame
from .page_ink import Sketch, areas_of, sketch, turned, unexplained_lines
from .pdf_page import PdfPage
from .redrawing import Redrawing
from .soundness import is_sound
from .text_layer import Origin, TextLayer
from .unseen_characters import unseen_characters, without_unseen_characters
from .word_looks import WordLooks, looks_of
from .word_pieces import Piece, cuts_of, parted_by_marks, parts_within, pieces_of, rejoined

# Min share of the page, and min side in points, of an image that may hold text of its own.
MIN_IMAGE_SHARE = 0.02
MIN_IMAGE_SIDE = 24.0
# Min share of the page under one image, and max number of words, of a scan with a stamp or header beside its text.
SCAN_SHARE = 0.6
SCAN_WORDS = 30
# Min unexplained lines of an image that is recognised as a whole.
FEW_LINES = 3
# Min height of a picture whose text may be turned, in widths of it.
TURNED = 2.0
# Max share of the page of an overlay that is read as a whole.
LARGEST_OVERLAY = 0.25
# Min characters outside doubtful fonts and words that tell whether the rest is language.
FEW_CHARACTERS = 20
# Max difference of pixels on a blank page, in 0..255.
BLANK = 12
# Below this scale, recognition may be worse.
SHRUNK = 0.75
# Rows of a page picture that are compared at once.
ROWS_AT_A_TIME = 64
# Words of a notice for what became of unseen text.
_FATE: dict[UnseenText, str] = {"keep": "kept", "drop": "left out"}

# Words, their origins, and spaces that may be characters: (index of the word before, box).
LayerWords = tuple[Sequence[Word], Sequence[Origin], Sequence[tuple[int, Box]]]


@dataclass(frozen=True, slots=True)
class Judged:
    """The words of a text layer that are believed, the areas to recognise, and notices.

    Words below full confidence stand only where recognition gives nothing better. Boxes are in points, origin top left.
    `told`: what of the page's text its sure words say in full.
    """

    words: list[Word]
    recognise: list[Box]
    notes: list[Notice]
    told: Told


def believed(layer: TextLayer, number: int, ocr: OcrMode) -> tuple[TextLayer, list[Notice]]:
    """The text layer, or an empty one where it is garbage as a whole; and notices of page `number`, from 1.

    Where only some fonts or words are garbage, the layer stands and those are doubted one by one.
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


def on_page(layer: TextLayer, frame: PageFrame, number: int) -> tuple[LayerWords, list[Notice]]:
    """The words on the page, and a notice of those left out, wholly or in part: content may go on beyond the crop box,
    unseen.

    Boxes are in points, origin top left of the page as shown; `number` is the page's, from 1.
    """
    whole = (0.0, 0.0, frame.width, frame.height)
    boxes = boxes_of(layer.words)
    if (boxes[:, :2] >= 0).all() and (boxes[:, 2:] <= whole[2:]).all():
        return (layer.words, layer.origins, layer.blanks), []
    kept: list[tuple[Word, Origin]] = []
    beyond = 0
    for word, origin in zip(layer.words, layer.origins, strict=True):
        parts = parts_within(word, origin, whole)
        beyond += sum(len(part.text) for part, _ in parts) < len(word.text)
        kept += parts
    if not beyond:
        return (layer.words, layer.origins, layer.blanks), []
    told = f"page {number}: {beyond} word(s) beyond the page's edge left out"
    notice = Notice("TEXT_BEYOND_EDGE", told, number)
    return ([word for word, _ in kept], [origin for _, origin in kept], ()), [notice]


def first_areas(page: PdfPage, layer_words: LayerWords) -> list[Box]:
    """The areas to recognise, boxes in points, origin top left; judged before the page is drawn.

    They decide how fine it is drawn.
    """
    words, origins, _ = layer_words
    drawing = page.drawing
    if may_be_scan(drawing):
        looks = looks_of(origins, drawing)
        words = [word for word, own in zip(words, looks, strict=True) if not is_scan_layer(word, own, drawing)]
    return areas_to_recognise(page.box, drawing.images, words, page.task.ocr)


def judge(page: PdfPage, layer_words: LayerWords, shown: Crop) -> Judged:
    """The words that are believed, the areas to recognise, and notices; boxes in points, origin top left.

    `shown`: the whole page as drawn. The words of free text notes are not drawn in it, yet a reader sees them. Raises
    `MemoryError` where PDFium makes no bitmap to look for hidden text.
    """
    drawing, task, forms = page.drawing, page.task, page.forms
    pixels, scale = shown.picture.drawn, shown.scale
    notes: list[Notice] = []
    small = sketch(pixels, scale)
    crops = Redrawing(page.handle, page.frame, scale, drawing.items, pixels)
    layer_words, looks, reasons = _parted(page, layer_words, Shown(pixels, scale, small, crops))
    words, origins, blanks = layer_words
    reasons = in_layers(words, reasons, looks, forms.layered)
    repeated = copies(words, reasons)
    misnaming = fonts_with_other_digits(words, origins, pixels, scale)
    words = mended(words, origins, blanks, pixels, scale, misnaming)
    scanned = may_be_scan(drawing)
    kept: list[tuple[Word, Reason | None]] = []
    for index, (word, reason, copy) in enumerate(zip(words, reasons, repeated, strict=True)):
        if copy:
            continue
        if scanned and is_scan_layer(word, looks[index], drawing):
            # Where it stands on blank paper too: such layers are placed roughly.
            word = replace(word, confidence=UNSURE)
        if reason == "in a layer switched off":
            word = replace(word, switched_off=True)
        elif reason is not None and task.unseen == "keep" and not is_sure(word):
            # Whether it is kept is known when the page has been read.
            word = replace(word, unseen=True)
        kept.append((word, reason))
    typed = typed_words(forms.notes, pixels, scale)
    settled = [(word, reason) for word, reason in [*kept, *typed] if not word.unseen]
    if any(reason is not None for _, reason in settled):
        notes.append(_unseen_note(task, settled))
    seen = [word for word, reason in kept if reason is None]
    result = seen if task.unseen == "drop" else [word for word, _ in kept]
    lines = 1 + max((word.line for word in result), default=-1)
    result += [
        replace(word, line=lines + word.line) for word, reason in typed if reason is None or task.unseen == "keep"
    ]
    result, note = _without_unseen_characters(result, task)
    notes += note
    sure = [word for word in seen if is_sure(word)]
    recognise = areas_to_recognise(page.box, drawing.images, sure, task.ocr)
    told = NOTHING_TOLD
    if task.ocr == "auto" and recognise != [page.box]:
        doubted = [word for word in seen if not is_sure(word)]
        if drawing.other_ink or doubted:
            over = overlays(drawing, words, reasons, looks)
            told = told_by(words, origins, reasons) if over else NOTHING_TOLD
            bare = sketch(crops.without(page.box, told.objects), scale) if over else small
            recognise = _with_unexplained(page, recognise, doubted, sure, Left(bare, told.boxes, over))
    if recognise and told is NOTHING_TOLD:
        told = told_by(words, origins, reasons)
    return Judged(result, recognise, notes, told)


def _parted(page: PdfPage, layer_words: LayerWords, shown: Shown) -> tuple[LayerWords, WordLooks, list[Reason | None]]:
    """The words, those that are hidden in part as a word for each part; for each its looks, and the reason why no
    reader sees it, None where one does."""
    words, origins, blanks = layer_words
    if not words:
        return layer_words, looks_of(origins, page.drawing), []
    whole = laid_out(words, origins, page.drawing, page.frame)
    cuts = cuts_of(whole, page.drawing)
    judged: list[tuple[Piece, Reason | None]] = []
    if cuts:
        pieces = pieces_of(words, origins, cuts)
        parts = laid_out([piece.word for piece in pieces], [piece.origin for piece in pieces], page.drawing, page.frame)
        reasons = unseen_words(parts, page.drawing, shown)
        judged = rejoined(words, origins, zip(pieces, reasons, strict=True))
        words, origins = [piece.word for piece, _ in judged], [piece.origin for piece, _ in judged]
        looks, reasons = looks_of(origins, page.drawing), [reason for _, reason in judged]
    else:
        looks, reasons = whole.looks, unseen_words(whole, page.drawing, shown)
    seen = [at for at, reason in enumerate(reasons) if reason is None]
    if may_be_scan(page.drawing):
        seen = [at for at in seen if not is_scan_layer(words[at], looks[at], page.drawing)]
    if page.drawing.said:
        # Replacement text has no letters with boxes of their own.
        seen = [at for at in seen if page.drawing.said.keys().isdisjoint(origins[at].objects)]
    unmarked = letters_without_mark(words, origins, looks, seen, shown)
    if not (cuts or unmarked):
        return layer_words, looks, reasons
    judged = parted_by_marks(judged or list(zip(pieces_of(words, origins, {}), reasons, strict=True)), unmarked)
    last = {piece.owner: at for at, (piece, _) in enumerate(judged)}
    origins = [piece.origin for piece, _ in judged]
    parted = [piece.word for piece, _ in judged], origins, [(last[before], box) for before, box in blanks]
    return parted, looks_of(origins, page.drawing), [reason for _, reason in judged]


def _with_unexplained(
    page: PdfPage, recognise: Sequence[Box], doubted: Sequence[Word], sure: Sequence[Word], left: Left
) -> list[Box]:
    """The areas, with those of doubted words and of lines of ink that no word explains. An overlay is one area."""
    known = [word.box for word in sure]
    drawn = [box for box in known if box not in left.without]
    lines = unexplained_lines(left.small, [*drawn, *recognise, *(word.box for word in doubted)])
    unread = [*lines, *(word.box for word in doubted)]
    full = [
        box
        for box in merged(page.drawing.images)
        if _holds_more_text(box, unread, known) or _holds_turned_text(box, left.small, [*known, *recognise])
    ]
    full += [
        box
        for box in left.over
        if area(box) <= LARGEST_OVERLAY * area(page.box) and any(contains(box, centre(line)) for line in lines)
    ]
    rest = [box for box in unread if not any(contains(image, centre(box)) for image in full)]
    found = [*full, *areas_of(rest, page.frame.width, page.frame.height)]
    if sum(area(box) for box in merged([*recognise, *found])) > MOST_OF_THE_PAGE * area(page.box):
        return [page.box]
    return [*recognise, *found]


def _holds_more_text(image: Box, unread: Sequence[Box], known: Sequence[Box]) -> bool:
    """Whether an image holds more unread lines than known words explain: it is recognised as a whole."""
    inside = [box for box in unread if contains(image, centre(box))]
    covered = sum(area(box) for box in known if contains(image, centre(box)))
    return len(inside) >= FEW_LINES and sum(map(area, inside)) > covered


def _holds_turned_text(image: Box, small: Sketch, known: Sequence[Box]) -> bool:
    """Whether an image in which nothing is known holds lines that go up or down: on the page only pieces of them look
    like lines, or nothing does."""
    tall = image[3] - image[1] > TURNED * (image[2] - image[0])
    return (
        tall
        and not any(intersection(image, box) for box in known)
        and bool(unexplained_lines(turned(small, image), ()))
    )


def areas_to_recognise(whole: Box, images: Sequence[Box], words: Sequence[Word], ocr: OcrMode) -> list[Box]:
    """The areas to recognise, judged by a page's words and images alone; boxes in points, origin top left. `whole` is
    the page's own box."""
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
    """Whether the image is large enough to hold text."""
    return (
        area(box) >= MIN_IMAGE_SHARE * area(page)
        and box[2] - box[0] >= MIN_IMAGE_SIDE
        and box[3] - box[1] >= MIN_IMAGE_SIDE
    )


def merged(boxes: Sequence[Box]) -> list[Box]:
    """The areas, overlapping ones as one box, in the unit of `boxes`: no text is read twice."""
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
    """The notice of words that no reader sees, with the counts of the reasons."""
    unseen = [(word, reason) for word, reason in words if reason is not None]
    counts = Counter(reason for _, reason in unseen)
    listed = ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
    told = f"page {task.number}: {counts.total()} word(s) that no reader sees ({listed}) {_FATE[task.unseen]}"
    return Notice("UNSEEN_TEXT", told, task.number, union(word.box for word, _ in unseen))


def _without_unseen_characters(words: list[Word], task: PageTask) -> tuple[list[Word], list[Notice]]:
    """The words, invisible characters left out where the task drops them; and a notice of these.

    Words compared with the picture are exempt: their characters are drawn.
    """
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
    """A notice of a page that is blank, or of one that `ocr` forbids to read; none for any other.

    `number` is the page's, from 1. `unread`: the areas that hold text which was not read, boxes in the page's unit,
    origin top left.
    """
    if not words and is_blank(picture):
        return [Notice("PAGE_BLANK", f"page {number}: the page is blank", number)]
    if not unread:
        return []
    if not words:
        told = f"page {number}: no text layer, and ocr is never: nothing was read"
        return [Notice("NOT_RECOGNISED", told, number)]
    told = f"page {number}: a picture over most of the page has no text layer, and ocr is never: it was not read"
    return [Notice("NOT_RECOGNISED", told, number, union(unread))]


def forbidden_areas(page: PdfPage, layer_words: LayerWords) -> list[Box]:
    """The areas not read because `ocr` is `never`, boxes in points, origin top left.

    They are a page without text layer, or images over most of it.
    """
    words = layer_words[0]
    if page.task.ocr != "never":
        return []
    if not words:
        return [page.box]
    images = merged(page.drawing.images)
    wordless = [box for box in images if not any(contains(box, centre(word.box)) for word in words)]
    return wordless if sum(map(area, wordless)) > MOST_OF_THE_PAGE * area(page.box) else []


def shrunk_notes(number: int, scale: float, areas: Sequence[Box]) -> tuple[Notice, ...]:
    """A notice where areas were shrunk below `SHRUNK` before they were read, else none.

    `number` is the page's, from 1. `scale`: the pixels they were read with per pixel that the recogniser would need.
    """
    if not areas or scale >= SHRUNK:
        return ()
    box = union(areas)
    place = ", ".join(f"{side:.0f}" for side in box)
    said = f"page {number}: ({place}) was shrunk to {scale:.0%} before it was read: small print may be lost"
    return (Notice("PAGE_SHRUNK", said, number, box),)


def is_blank(picture: Pixels) -> bool:
    """Whether hardly a pixel of the page picture, (rows, columns, 3), differs from the first one. Nearly every page is
    decided by its first rows."""
    ground = picture[0, 0].astype(np.int16)
    return all(
        int(np.abs(picture[row : row + ROWS_AT_A_TIME].astype(np.int16) - ground).max()) <= BLANK
        for row in range(0, len(picture), ROWS_AT_A_TIME)
    )
