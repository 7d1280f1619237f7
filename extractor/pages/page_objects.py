"""An open PDF page -> its drawn objects, those of form XObjects where the form stands (ISO 32000-2, 8.10).

Runs in a page process. Objects are known by their addresses: PDFium's functions called with plain addresses cost a
third of those with typed pointers.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium_c

from .plain_calls import plain_call
from .text_strings import text_of

# Max objects of a page that are looked at, those inside form XObjects included; max objects after them among which text
# alone is looked for.
MOST_OBJECTS, MOST_PASSED = 50_000, 1_000_000
# Max size of an ActualText, in bytes.
MOST_SAID = 4096
_OPTIONAL = "OC"
# Max depth of nested form XObjects, which is PDFium's own; max marks of an object.
MOST_DEPTH, MOST_MARKS = 40, 64

TEXT, PATH, IMAGE = pdfium_c.FPDF_PAGEOBJ_TEXT, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE
FORM = pdfium_c.FPDF_PAGEOBJ_FORM

# a, b, c, d, e, f of a matrix that maps (x, y) to (ax + cy + e, bx + dy + f)
Matrix = tuple[float, float, float, float, float, float]
AS_IT_IS: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Calls:
    """PDFium's functions on page objects, called with plain addresses."""

    def __init__(self) -> None:
        pointer, number, unsigned = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong
        self.count = plain_call(pdfium_c.FPDFPage_CountObjects, number, pointer)
        self.item = plain_call(pdfium_c.FPDFPage_GetObject, pointer, pointer, number)
        self.form_count = plain_call(pdfium_c.FPDFFormObj_CountObjects, number, pointer)
        self.form_item = plain_call(pdfium_c.FPDFFormObj_GetObject, pointer, pointer, unsigned)
        self.kind = plain_call(pdfium_c.FPDFPageObj_GetType, number, pointer)
        self.bounds = plain_call(pdfium_c.FPDFPageObj_GetBounds, number, *(pointer,) * 5)
        self.matrix = plain_call(pdfium_c.FPDFPageObj_GetMatrix, number, pointer, pointer)
        self.mode = plain_call(pdfium_c.FPDFTextObj_GetTextRenderMode, number, pointer)
        self.fill = plain_call(pdfium_c.FPDFPageObj_GetFillColor, number, *(pointer,) * 5)
        self.stroke = plain_call(pdfium_c.FPDFPageObj_GetStrokeColor, number, *(pointer,) * 5)
        self.stroke_width = plain_call(pdfium_c.FPDFPageObj_GetStrokeWidth, number, pointer, pointer)
        self.segments = plain_call(pdfium_c.FPDFPath_CountSegments, number, pointer)
        self.draw_mode = plain_call(pdfium_c.FPDFPath_GetDrawMode, number, *(pointer,) * 3)
        self.clip_path = plain_call(pdfium_c.FPDFPageObj_GetClipPath, pointer, pointer)
        self.clip_count = plain_call(pdfium_c.FPDFClipPath_CountPaths, number, pointer)
        self.clip_segment_count = plain_call(pdfium_c.FPDFClipPath_CountPathSegments, number, pointer, number)
        self.clip_segment = plain_call(pdfium_c.FPDFClipPath_GetPathSegment, pointer, pointer, number, number)
        self.point = plain_call(pdfium_c.FPDFPathSegment_GetPoint, number, *(pointer,) * 3)
        self.transparent = plain_call(pdfium_c.FPDFPageObj_HasTransparency, number, pointer)
        self.pixels = plain_call(pdfium_c.FPDFImageObj_GetImagePixelSize, number, *(pointer,) * 3)
        self.marks = plain_call(pdfium_c.FPDFPageObj_CountMarks, number, pointer)
        self.mark = plain_call(pdfium_c.FPDFPageObj_GetMark, pointer, pointer, unsigned)
        self.mark_name = plain_call(pdfium_c.FPDFPageObjMark_GetName, number, pointer, pointer, unsigned, pointer)
        self.mark_value = plain_call(
            pdfium_c.FPDFPageObjMark_GetParamBlobValue, number, pointer, ctypes.c_char_p, pointer, unsigned, pointer
        )


calls = Calls()


class DrawnObject(NamedTuple):
    """A drawn object: its address, its kind (PDFium's number), the matrix of the forms around it, its optional content
    group, its ActualText, the address of its form, and that of the outermost form around it that is drawn as a group,
    with transparency of its own (each 0 without one).

    `around`: each form around it, by its address, with the matrix of the forms around that. `layer` and `said` are None
    where it has none.
    """

    item: int
    kind: int
    matrix: Matrix
    layer: str | None
    said: str | None
    form: int
    group: int
    around: tuple[tuple[int, Matrix], ...]


def drawn_objects(page: Any) -> Iterator[DrawnObject]:
    """The page's objects in drawing order, those of form XObjects where the form stands. `page` is PDFium's handle.

    Of very many objects, the last ones are text alone.
    """
    address = ctypes.cast(page, ctypes.c_void_p).value
    left = MOST_OBJECTS
    numbers = (ctypes.c_float * 6)()
    marks = _MarkReader()
    # (container, its forms, index of its next object, their count, its matrix, its optional content, group)
    stack: list[tuple[Any, tuple[tuple[int, Matrix], ...], int, int, Matrix, str | None, int]] = [
        (address, (), 0, calls.count(address), AS_IT_IS, None, 0)
    ]
    while stack and left > -MOST_PASSED:
        holder, around, index, count, matrix, layer, group = stack.pop()
        item_at, form = (calls.form_item, holder) if around else (calls.item, 0)
        for at in range(index, min(count, index + left + MOST_PASSED)):
            left -= 1
            item = item_at(holder, at)
            if not item:
                continue
            kind = calls.kind(item)
            if left < 0 and kind not in (TEXT, FORM):
                continue
            own, said = layer, None
            if kind in (TEXT, FORM) and (number := calls.marks(item)) > 0:
                own, said = marks.read(item, kind, number)
                own = layer if own is None else own
            if kind != FORM:
                yield DrawnObject(item, kind, matrix, own, said, form, group, around)
            elif len(stack) < MOST_DEPTH:
                calls.matrix(item, ctypes.addressof(numbers))
                inner = _matrix_product(tuple(numbers), matrix)
                outermost = group or (item if calls.transparent(item) else 0)
                stack.append((holder, around, at + 1, count, matrix, layer, group))
                stack.append((item, (*around, (item, matrix)), 0, calls.form_count(item), inner, own, outermost))
                break


def _matrix_product(first: Any, then: Matrix) -> Matrix:
    """The matrix that applies `first`, then `then`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def marks_of(item: int) -> Iterator[Any]:
    """The marks of an object's marked content (ISO 32000-2, 14.6), as PDFium's handles, at most `MOST_MARKS`."""
    pointer = ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT)
    for number in range(min(calls.marks(item), MOST_MARKS)):
        mark = pdfium_c.FPDFPageObj_GetMark(pointer, number)
        if mark:
            yield mark


class _MarkReader:
    """What the marks of a page's objects say, read once each: objects of one marked content share its mark."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str | None, str | None]] = {}
        self._length, self._buffer = ctypes.c_ulong(), ctypes.create_string_buffer(MOST_SAID)
        self._at = (ctypes.addressof(self._buffer), MOST_SAID, ctypes.addressof(self._length))

    def read(self, item: int, kind: int, number: int) -> tuple[str | None, str | None]:
        """The optional content group and the ActualText of an object with this number of marks, None where it has none.

        The group is "" where it has no name. Only text objects have an ActualText.
        """
        layer = said = None
        for at in range(min(number, MOST_MARKS)):
            mark = calls.mark(item, at)
            if not mark:
                continue
            known = self._known.get(mark)
            if known is None:
                known = self._known[mark] = self._read_mark(mark)
            if known[0] is not None:
                layer = known[0]
            elif kind == TEXT and known[1] is not None:
                said = known[1]
        return layer, said

    def _read_mark(self, mark: int) -> tuple[str | None, str | None]:
        """The optional content group that the mark names, or its ActualText."""
        self._length.value = 0
        calls.mark_name(mark, *self._at)
        name = self._written().decode("utf-16-le", "replace").rstrip("\0")
        if name == _OPTIONAL:
            return self._value(mark, b"Name", name) or "", None
        return None, self._value(mark, b"ActualText", name)

    def _value(self, mark: int, key: bytes, name: str) -> str | None:
        """A text of the mark, None where it has none; its name in place of a text that is too long."""
        if not calls.mark_value(mark, key, *self._at):
            return None
        return text_of(self._written()) if self._length.value <= MOST_SAID else name

    def _written(self) -> bytes:
        """What PDFium wrote last."""
        return ctypes.string_at(self._buffer, min(self._length.value, MOST_SAID))
