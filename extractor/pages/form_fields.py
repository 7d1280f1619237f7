"""A PDF page's form fields and annotations -> page content, so that their text is in its text layer; and the fields.

Runs inside a page process. PDFium's text interface reads page content only. Its form filling makes an appearance for
fields that have a value and no picture of it; what is drawn is then drawn into the page ("flattened"), and what no
viewer draws is taken away before (ISO 32000-2, 12.5.3, annotation flags; 12.5.5, appearances). A typed note without an
appearance, which each viewer draws in its own way, is words at once: PDFium's own drawing of it knows few letters.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..errors import PageTooLarge
from ..values.boxes import Box, area, centre, clip, contains
from ..values.page import FormField
from ..values.words import TICKED, UNTICKED, Word
from .links import Link, links_of
from .text_layer import PageFrame

# Drawing annotations into a page takes time that grows with the square of their number; much more of it where they are
# fields, whose form PDFium searches for each of them, and where they have no appearance, and it draws them itself.
MAX_ANNOTATIONS, MAX_FIELDS = 10_000, 2_000
# Of a field's name or value, in bytes of UTF-16.
MAX_VALUE = 1 << 17

_INVISIBLE, _HIDDEN, _NO_VIEW = 1, 2, 32
# The appearance that is drawn; and the length of one that is not there, in bytes of UTF-16.
_NORMAL, _EMPTY = pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL, 2
# Of these nothing is drawn that is not there already, or we say it ourselves.
_NOT_DRAWN = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP, pdfium_c.FPDF_ANNOT_FREETEXT)
_PASSWORD = 1 << 13
_TYPES = {
    pdfium_c.FPDF_FORMFIELD_TEXTFIELD: "text",
    pdfium_c.FPDF_FORMFIELD_CHECKBOX: "checkbox",
    pdfium_c.FPDF_FORMFIELD_RADIOBUTTON: "radio",
    pdfium_c.FPDF_FORMFIELD_COMBOBOX: "choice",
    pdfium_c.FPDF_FORMFIELD_LISTBOX: "choice",
    pdfium_c.FPDF_FORMFIELD_SIGNATURE: "signature",
}
_FONT_SIZE = re.compile(r"([\d.]+)\s+Tf\b")
# The font size of a note that names none, and the share of it that a letter is wide and a line is high.
NOTE_SIZE, LETTER_WIDTH, LINE_HEIGHT = 11.0, 0.5, 1.2


@dataclass(frozen=True, slots=True)
class Tick:
    """A check box or radio button, and whether it is chosen."""

    box: Box
    chosen: bool


@dataclass(frozen=True, slots=True)
class Forms:
    """A page with its fields and annotations drawn into it, and what they are.

    `notes` are the words of typed notes that are not drawn, their lines numbered from 0. `layered` are the places of
    annotations that belong to optional content: PDFium draws them all, and does not say what is switched off.
    """

    page: Any
    fields: tuple[FormField, ...] = ()
    ticks: tuple[Tick, ...] = ()
    notes: tuple[Word, ...] = ()
    layered: tuple[Box, ...] = ()
    links: tuple[Link, ...] = ()


def with_form_values(document: pdfium.PdfDocument, page: Any, index: int, most_words: int = 20_000) -> Forms:
    """The page with what its fields and annotations show drawn into it. The page that is handed in is closed where
    another one comes back.

    Raises `PageTooLarge` where there are more than `MAX_ANNOTATIONS`, more costly ones than `MAX_FIELDS`, or more words
    in notes than the most.
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
    if form:
        pdfium_c.FORM_OnAfterLoadPage(page, form)
    reader = _AnnotationReader(document, page, form, index + 1)
    try:
        for number in reversed(range(count)):
            reader.read(number)
            if len(reader.notes) > most_words:
                raise PageTooLarge(f"the page's notes have more than {most_words} words")
        drawn = reader.drawn and pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
    finally:
        if form:
            pdfium_c.FORM_OnBeforeClosePage(page, form)
    if drawn == pdfium_c.FLATTEN_SUCCESS:
        pdfium_c.FPDF_ClosePage(page)
        page = pdfium_c.FPDF_LoadPage(document.raw, index)
    fields = tuple(_one_a_group(reader.fields[::-1]))
    return Forms(page, fields, tuple(reader.ticks), tuple(reader.notes), tuple(reader.layered), tuple(reader.links))


def _is_costly(page: Any, index: int) -> bool:
    """Whether the annotation is a field, or one that PDFium draws itself."""
    annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
    if not annotation:
        return False
    kind, pictured = pdfium_c.FPDFAnnot_GetSubtype(annotation), pdfium_c.FPDFAnnot_HasKey(annotation, b"AP")
    pdfium_c.FPDFPage_CloseAnnot(annotation)
    return kind == pdfium_c.FPDF_ANNOT_WIDGET or not (pictured or kind in _NOT_DRAWN)


def _one_a_group(fields: Sequence[FormField]) -> list[FormField]:
    """Radio buttons of one name are one field: the button that is chosen, or the first."""
    groups: dict[str, FormField] = {}
    for field in fields:
        if field.type == "radio" and (field.name not in groups or field.value is not None):
            groups[field.name] = field
    return [field for field in fields if field.type != "radio" or groups[field.name] is field]


class _AnnotationReader:
    """Looks at annotations one after the other, last first: those that no viewer draws are taken away."""

    def __init__(self, document: pdfium.PdfDocument, page: Any, form: Any, number: int) -> None:
        self.fields: list[FormField] = []
        self.ticks: list[Tick] = []
        self.links: list[Link] = []
        self.notes: list[Word] = []
        self.layered: list[Box] = []
        self.drawn = False
        self._document, self._page, self._form, self._number = document, page, form, number
        self._frame = PageFrame(page)

    def read(self, index: int) -> None:
        """One annotation."""
        annotation = pdfium_c.FPDFPage_GetAnnot(self._page, index)
        if not annotation:
            return
        try:
            kind, flags = pdfium_c.FPDFAnnot_GetSubtype(annotation), pdfium_c.FPDFAnnot_GetFlags(annotation)
            away = bool(flags & _NO_VIEW)
            if not flags & (_HIDDEN | _NO_VIEW) and kind != pdfium_c.FPDF_ANNOT_POPUP:
                if flags & _INVISIBLE:
                    # Of kinds that no viewer knows; those that are known are drawn.
                    pdfium_c.FPDFAnnot_SetFlags(annotation, flags & ~_INVISIBLE)
                away = not self._read_visible(annotation, kind)
            if kind == pdfium_c.FPDF_ANNOT_LINK and not flags & (_HIDDEN | _NO_VIEW):
                self.links += links_of(self._document, annotation, self._frame)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
        if away:
            pdfium_c.FPDFPage_RemoveAnnot(self._page, index)

    def _read_visible(self, annotation: Any, kind: int) -> bool:
        """Whether it is to be drawn."""
        has_appearances = bool(pdfium_c.FPDFAnnot_HasKey(annotation, b"AP"))
        # Of several appearances the one that its state names is drawn; PDFium flattens the first where none does.
        pictured = has_appearances and pdfium_c.FPDFAnnot_GetAP(annotation, _NORMAL, None, 0) > _EMPTY
        rectangle = pdfium_c.FS_RECTF()
        placed = bool(pdfium_c.FPDFAnnot_GetRect(annotation, rectangle))
        if kind == pdfium_c.FPDF_ANNOT_FREETEXT and placed and not pictured:
            self._read_note(annotation, rectangle)
            return False
        across, up = sorted((rectangle.left, rectangle.right)), sorted((rectangle.bottom, rectangle.top))
        box = self._frame.box(across[0], up[0], across[1], up[1])
        if kind == pdfium_c.FPDF_ANNOT_WIDGET and placed and self._form:
            self._read_field(annotation, box)
        if pictured and pdfium_c.FPDFAnnot_HasKey(annotation, b"OC"):
            self.layered.append(box)
        self.drawn = self.drawn or pictured or kind in (pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_STAMP)
        return pictured or not has_appearances

    def _read_field(self, annotation: Any, box: Box) -> None:
        kind = _TYPES.get(pdfium_c.FPDFAnnot_GetFormFieldType(self._form, annotation))
        if kind is None:
            return
        name = self._string(pdfium_c.FPDFAnnot_GetFormFieldName, annotation)
        value: str | bool | None = self._string(pdfium_c.FPDFAnnot_GetFormFieldValue, annotation) or None
        if kind in ("checkbox", "radio"):
            chosen = bool(pdfium_c.FPDFAnnot_IsChecked(self._form, annotation))
            self.ticks.append(Tick(box, chosen))
            value = chosen if kind == "checkbox" else value if chosen else None
        elif pdfium_c.FPDFAnnot_GetFormFieldFlags(self._form, annotation) & _PASSWORD and kind == "text":
            value = None
        self.fields.append(FormField(name, kind, value, self._number, box))

    def _string(self, function: Any, annotation: Any) -> str:
        needed = min(function(self._form, annotation, None, 0), MAX_VALUE)
        buffer = (ctypes.c_ushort * (needed // 2 + 1))()
        function(self._form, annotation, buffer, needed)
        return bytes(buffer)[: max(0, needed - 2)].decode("utf-16-le", "replace")

    def _key(self, annotation: Any, key: bytes) -> str:
        return self._string(lambda _, *rest: pdfium_c.FPDFAnnot_GetStringValue(rest[0], key, *rest[1:]), annotation)

    def _read_note(self, annotation: Any, rectangle: Any) -> None:
        """A typed note without a picture of itself, as a viewer draws it: lines of text in its rectangle."""
        text = self._key(annotation, b"Contents")
        named = _FONT_SIZE.search(self._key(annotation, b"DA"))
        size = float(named[1]) if named and 1 <= float(named[1]) <= 200 else NOTE_SIZE
        left, right = sorted((rectangle.left, rectangle.right))
        top = max(rectangle.bottom, rectangle.top)
        letter, height = LETTER_WIDTH * size, LINE_HEIGHT * size
        upright = self._frame.rotation % 2 == 0
        line = 1 + self.notes[-1].line if self.notes else 0
        for number, written in enumerate(_wrapped(text, max(1, int((right - left) / letter)))):
            for word in re.finditer(r"\S+", written):
                start, end = (left + 2 + letter * at for at in word.span())
                shown = self._frame.box(start, top - (number + 1) * height, end, top - number * height)
                box = clip(shown, self._frame.width, self._frame.height)
                if area(box) > 0:
                    self.notes.append(Word(word[0], box, line + number, "text_layer", size, upright=upright))


def _wrapped(text: str, letters: int) -> list[str]:
    """The text in lines of about so many letters."""
    lines = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > letters:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        if line:
            lines.append(line)
    return lines[:200]


def with_ticks(words: Sequence[Word], ticks: Sequence[Tick]) -> list[Word]:
    """The words with `[x]` or `[ ]` for each check box or radio button, in place of the sign that is drawn in it."""
    kept = [
        word for word in words if len(word.text) > 2 or not any(contains(tick.box, centre(word.box)) for tick in ticks)
    ]
    line = 1 + max((word.line for word in words), default=-1)
    return kept + [
        Word(TICKED if tick.chosen else UNTICKED, tick.box, line + number, "text_layer", tick.box[3] - tick.box[1])
        for number, tick in enumerate(ticks)
    ]
