"""A PDF page -> the page with its fields and annotations flattened into it, and the fields.

Runs in a page process. PDFium's text interface reads page content only. So appearances are drawn into the content
("flattened"), after annotations that no viewer draws are removed (ISO 32000-2, 12.5.3, flags; 12.5.5, appearances).
PDFium's form filling makes an appearance for fields that have a value and none. A free text note without an appearance
becomes words directly: PDFium's own drawing of it knows few letters.
"""

from __future__ import annotations

import ctypes
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..errors import PageTooLarge
from ..values.boxes import Box, centre, contains
from ..values.page import FormField
from ..values.words import TICKED, UNTICKED, Source, Word
from .links import Link, links_of
from .page_frame import PageFrame
from .typed_notes import TypedNote, opacity, read_note

# Max annotations that are flattened: the time grows with the square of their number. Max fields and annotations
# without an appearance: they cost much more, for PDFium searches the form for each and draws it itself.
MAX_ANNOTATIONS, MAX_FIELDS = 10_000, 2_000
# Max size of a field's name or value, in bytes of UTF-16.
MAX_VALUE = 1 << 17

_INVISIBLE, _HIDDEN, _NO_VIEW = 1, 2, 32
# The appearance that is drawn; the size of an absent one, in bytes of UTF-16.
_NORMAL, _EMPTY = pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL, 2
# A key of our own, of those that have been read; its value is a secret of the reading, which no document has.
_READ = b"ZopilotRead"
# Subtypes without a drawing of their own, or whose text becomes words here.
_NOT_DRAWN = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP, pdfium_c.FPDF_ANNOT_FREETEXT)
# Subtypes whose appearance fills their box, less this part of each side, for a circle; and what fills in an appearance.
_SHAPES = {pdfium_c.FPDF_ANNOT_SQUARE: 0.0, pdfium_c.FPDF_ANNOT_CIRCLE: 0.1465}
_FILLS = re.compile(r"(?<!\S)(?:[fFBb]\*?)(?!\S)")
_PASSWORD = 1 << 13
_TYPES = {
    pdfium_c.FPDF_FORMFIELD_TEXTFIELD: "text",
    pdfium_c.FPDF_FORMFIELD_CHECKBOX: "checkbox",
    pdfium_c.FPDF_FORMFIELD_RADIOBUTTON: "radio",
    pdfium_c.FPDF_FORMFIELD_COMBOBOX: "choice",
    pdfium_c.FPDF_FORMFIELD_LISTBOX: "choice",
    pdfium_c.FPDF_FORMFIELD_SIGNATURE: "signature",
}


@dataclass(frozen=True, slots=True)
class Tick:
    """A check box or radio button and whether it is chosen; `box` in points, origin top left of the page as shown."""

    box: Box
    chosen: bool


@dataclass(frozen=True, slots=True)
class Forms:
    """A page with its fields and annotations flattened into it. Boxes are in points, origin top left as shown.

    `page`: PDFium's handle. `ticks`: its check boxes and radio buttons; `links`: areas that lead to an address.
    `notes`: free text notes that are not drawn, their lines numbered from 0. `layered`: boxes of annotations in
    optional content; PDFium draws them all and does not say which are off. `attached`: boxes of pins that a file hangs
    on.
    """

    page: Any
    fields: tuple[FormField, ...] = ()
    ticks: tuple[Tick, ...] = ()
    notes: tuple[TypedNote, ...] = ()
    layered: tuple[Box, ...] = ()
    links: tuple[Link, ...] = ()
    attached: tuple[Box, ...] = ()


def with_form_values(document: pdfium.PdfDocument, page: Any, index: int, most_words: int = 20_000) -> Forms:
    """The page with its fields and annotations flattened into it.

    Where another page handle comes back, the one handed in is closed. `index` counts from 0. Raises `PageTooLarge` for
    more than `MAX_ANNOTATIONS` annotations, more than `MAX_FIELDS` costly ones, or more than `most_words` words in
    notes.
    """
    count = pdfium_c.FPDFPage_GetAnnotCount(page)
    if count < 1:
        return Forms(page)
    if count > MAX_ANNOTATIONS:
        raise PageTooLarge(f"the page has {count} fields and annotations; at most {MAX_ANNOTATIONS} are drawn")
    costly = sum(_is_costly(page, number) for number in range(count)) if count > MAX_FIELDS else 0
    if costly > MAX_FIELDS:
        raise PageTooLarge(f"the page has {costly} fields and marks without a picture; at most {MAX_FIELDS} are drawn")
    form = document.formenv.raw if document.formenv else None
    bare = {number for number in range(count) if _is_bare(page, number)} if form else set()
    if form:
        pdfium_c.FORM_OnAfterLoadPage(page, form)
    reader = _AnnotationReader(document, page, form, index + 1)
    try:
        for number in reversed(range(count)):
            reader.read(number, number in bare)
            if reader.note_words > most_words:
                raise PageTooLarge(f"the page's notes have more than {most_words} words")
        drawn = reader.drawn and pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
    finally:
        if form:
            pdfium_c.FORM_OnBeforeClosePage(page, form)
    if drawn == pdfium_c.FLATTEN_SUCCESS:
        pdfium_c.FPDF_ClosePage(page)
        page = pdfium_c.FPDF_LoadPage(document.raw, index)
    fields = tuple(_one_per_radio_group(reader.fields[::-1]))
    return Forms(
        page,
        fields,
        tuple(reader.ticks),
        tuple(reader.notes),
        tuple(reader.layered),
        tuple(reader.links),
        tuple(reader.attached[::-1]),
    )


def _is_bare(page: Any, index: int) -> bool:
    """Whether the annotation has no appearance."""
    annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return False
    bare = not pdfium_c.FPDFAnnot_HasKey(annotation, b"AP")
    pdfium_c.FPDFPage_CloseAnnot(annotation)
    return bare


def _is_costly(page: Any, index: int) -> bool:
    """Whether the annotation is a field, or has no appearance, so that PDFium draws it itself."""
    annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return False
    kind, pictured = pdfium_c.FPDFAnnot_GetSubtype(annotation), pdfium_c.FPDFAnnot_HasKey(annotation, b"AP")
    pdfium_c.FPDFPage_CloseAnnot(annotation)
    return kind == pdfium_c.FPDF_ANNOT_WIDGET or not (pictured or kind in _NOT_DRAWN)


def _one_per_radio_group(fields: Sequence[FormField]) -> list[FormField]:
    """The fields, radio buttons of one name as one field: the chosen button, or else the first."""
    groups: dict[str, FormField] = {}
    for field in fields:
        if field.type == "radio" and (field.name not in groups or field.value is not None):
            groups[field.name] = field
    return [field for field in fields if field.type != "radio" or groups[field.name] is field]


class _AnnotationReader:
    """Reads a page's annotations, last first, and removes those that no viewer draws, and all but one of those that are
    listed twice."""

    def __init__(self, document: pdfium.PdfDocument, page: Any, form: Any, number: int) -> None:
        self.fields: list[FormField] = []
        self.ticks: list[Tick] = []
        self.links: list[Link] = []
        self.notes: list[TypedNote] = []
        self.note_words = self._note_lines = 0
        self.layered: list[Box] = []
        # Boxes that are covered by what has been read, and so is drawn later than what is read next.
        self._covers: list[Box] = []
        self.attached: list[Box] = []
        self.drawn = False
        self._secret = secrets.token_hex(8)
        self._document, self._page, self._form, self._number = document, page, form, number
        self._frame = PageFrame(page)

    def read(self, index: int, bare: bool) -> None:
        """Read the annotation at this index, and remove it where it is not to be drawn.

        `bare`: whether it came without an appearance.
        """
        annotation = pdfium_c.FPDFPage_GetAnnot(self._page, index)
        if not annotation:
            return
        try:
            remove = self._is_repeated(annotation) or not self._read_once(annotation, bare)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
        if remove:
            pdfium_c.FPDFPage_RemoveAnnot(self._page, index)

    def _read_once(self, annotation: Any, bare: bool) -> bool:
        """Whether the annotation, read for the first time, is to stay on the page."""
        kind, flags = pdfium_c.FPDFAnnot_GetSubtype(annotation), pdfium_c.FPDFAnnot_GetFlags(annotation)
        if flags & (_HIDDEN | _NO_VIEW):
            return not flags & _NO_VIEW
        stays = True
        if kind != pdfium_c.FPDF_ANNOT_POPUP:
            if flags & _INVISIBLE:
                # The flag hides only subtypes that a viewer does not know; PDFium would hide all.
                pdfium_c.FPDFAnnot_SetFlags(annotation, flags & ~_INVISIBLE)
            stays = self._read_visible(annotation, kind, bare)
        if kind == pdfium_c.FPDF_ANNOT_LINK:
            self.links += links_of(self._document, annotation, self._frame)
        return stays

    def _is_repeated(self, annotation: Any) -> bool:
        """Whether the annotation has been read before. It is marked as read."""
        if self._entry(annotation, _READ) == self._secret:
            return True
        wide = (ctypes.c_ushort * (len(self._secret) + 1))(*map(ord, self._secret))
        pdfium_c.FPDFAnnot_SetStringValue(annotation, _READ, wide)
        return False

    def _read_visible(self, annotation: Any, kind: int, bare: bool) -> bool:
        """Whether the annotation is to be drawn. Notes, fields and ticks are recorded."""
        has_appearances = bool(pdfium_c.FPDFAnnot_HasKey(annotation, b"AP"))
        # The annotation's state names one of several appearances. Where it names none, PDFium would draw the first.
        pictured = has_appearances and pdfium_c.FPDFAnnot_GetAP(annotation, _NORMAL, None, 0) > _EMPTY
        rectangle = pdfium_c.FS_RECTF()
        placed = bool(pdfium_c.FPDFAnnot_GetRect(annotation, rectangle))
        if kind == pdfium_c.FPDF_ANNOT_FREETEXT and placed and not pictured:
            note = read_note(annotation, rectangle, partial(self._entry, annotation), self._frame, self._note_lines)
            self.notes.append(replace(note, covers=tuple(self._covers)))
            if note.ground is not None and note.opacity >= 1 and not note.layered:
                self._covers.append(self._box(rectangle))
            self.note_words += len(note.words)
            self._note_lines = 1 + note.words[-1].line if note.words else self._note_lines
            return False
        box = self._box(rectangle)
        if kind == pdfium_c.FPDF_ANNOT_FILEATTACHMENT:
            self.attached.append(box)
        if kind == pdfium_c.FPDF_ANNOT_WIDGET and placed and self._form:
            self._read_field(annotation, box, bare)
        if pictured and pdfium_c.FPDFAnnot_HasKey(annotation, b"OC"):
            self.layered.append(box)
        elif kind in _SHAPES and placed and self._is_filled(annotation, has_appearances):
            within = _SHAPES[kind] * (box[2] - box[0]), _SHAPES[kind] * (box[3] - box[1])
            self._covers.append((box[0] + within[0], box[1] + within[1], box[2] - within[0], box[3] - within[1]))
        self.drawn = self.drawn or pictured or kind in (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_STAMP)
        return pictured or not has_appearances

    def _box(self, rectangle: Any) -> Box:
        across, up = sorted((rectangle.left, rectangle.right)), sorted((rectangle.bottom, rectangle.top))
        return self._frame.box(across[0], up[0], across[1], up[1])

    def _is_filled(self, annotation: Any, has_appearances: bool) -> bool:
        """Whether the shape is drawn with an inner colour, and nothing shines through."""
        if opacity(annotation) < 1:
            return False
        if has_appearances:
            drawn = self._utf16(lambda _, *rest: pdfium_c.FPDFAnnot_GetAP(rest[0], _NORMAL, *rest[1:]), annotation)
            return _FILLS.search(drawn) is not None
        # PDFium calls an empty colour black. A note that is black on black has no mark of its own anyway.
        colours = [ctypes.c_uint() for _ in range(4)]
        pdfium_c.FPDFAnnot_GetColor(annotation, pdfium_c.FPDFANNOT_COLORTYPE_InteriorColor, *colours)
        return any(colour.value for colour in colours[:3])

    def _read_field(self, annotation: Any, box: Box, bare: bool) -> None:
        """Record a form field and its tick. Passwords are left out."""
        kind = _TYPES.get(pdfium_c.FPDFAnnot_GetFormFieldType(self._form, annotation))
        if kind is None:
            return
        name = self._utf16(pdfium_c.FPDFAnnot_GetFormFieldName, annotation)
        value: str | bool | None = self._utf16(pdfium_c.FPDFAnnot_GetFormFieldValue, annotation) or None
        if kind in ("checkbox", "radio"):
            chosen = bool(pdfium_c.FPDFAnnot_IsChecked(self._form, annotation))
            if bare:
                # PDFium draws pictures of its own, with its own name for the chosen state. Any but Off is one.
                chosen = self._entry(annotation, b"AS") not in ("", "Off")
            self.ticks.append(Tick(box, chosen))
            value = chosen if kind == "checkbox" else value if chosen else None
        elif pdfium_c.FPDFAnnot_GetFormFieldFlags(self._form, annotation) & _PASSWORD and kind == "text":
            value = None
        self.fields.append(FormField(name, kind, value, self._number, box))

    def _utf16(self, function: Any, annotation: Any) -> str:
        """What a PDFium function on the annotation returns as UTF-16, at most `MAX_VALUE` bytes."""
        needed = min(function(self._form, annotation, None, 0), MAX_VALUE)
        buffer = (ctypes.c_ushort * (needed // 2 + 1))()
        function(self._form, annotation, buffer, needed)
        return bytes(buffer)[: max(0, needed - 2)].decode("utf-16-le", "replace")

    def _entry(self, annotation: Any, key: bytes) -> str:
        """A string of the annotation's dictionary; empty where it is missing."""
        return self._utf16(lambda _, *rest: pdfium_c.FPDFAnnot_GetStringValue(rest[0], key, *rest[1:]), annotation)


def with_ticks(
    words: Sequence[Word], ticks: Sequence[Tick], source: Source = "text_layer", confidence: float = 1.0
) -> list[Word]:
    """The words with `[x]` or `[ ]` as a word for each tick, boxes in the page's unit, origin top left.

    `source` and `confidence`: those of the new words, each on a line of its own. A sign of one or two characters inside
    a tick's box is left out.
    """
    kept = [
        word for word in words if len(word.text) > 2 or not any(contains(tick.box, centre(word.box)) for tick in ticks)
    ]
    line = 1 + max((word.line for word in words), default=-1)
    return kept + [
        Word(
            TICKED if tick.chosen else UNTICKED,
            tick.box,
            line + number,
            source,
            tick.box[3] - tick.box[1],
            confidence=confidence,
        )
        for number, tick in enumerate(ticks)
    ]
