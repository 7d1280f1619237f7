"""A PDF page's objects -> what is drawn on it: the look of its text, its images, and what may cover the text.

Runs in a page process. Objects are walked in drawing order, form XObjects entered (ISO 32000-2, 8.10); `order` is an
object's position in that walk. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium_c

from ..values.boxes import Box, area, clip, union
from .text_layer import PageFrame, plain_call

# Max objects of a page that are looked at, those inside form XObjects included; max covers that are kept.
MOST_OBJECTS = 50_000
MOST_COVERS = 2000
# Min share of the page under opaque images for it to be a scan; text beneath them is its text layer.
SCAN_SHARE = 0.6
# Max gap between strips of one image, in points.
EDGE_TO_EDGE = 1.5
# Max size of an ActualText, in bytes of UTF-16.
MOST_SAID = 4096
_OPTIONAL = "OC".encode("utf-16-le")
# Number of path segments of a rectangle.
RECTANGLE_SEGMENTS = range(4, 7)
# Max share of the page of a plain rectangle; a larger one may be filled with a pattern.
LARGE = 0.02
# Min and max side of a check box, in points; max share by which its sides differ.
SMALLEST_SQUARE, LARGEST_SQUARE, SQUARE = 5.0, 20.0, 0.15
# Min width and height of an object that can hide a word, in points.
MIN_COVER = 3.0
# Max depth of nested form XObjects; max marks and max clipping paths of an object.
MOST_DEPTH = 8

_INVISIBLE_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
_FILLED_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_FILL, pdfium_c.FPDF_TEXTRENDERMODE_FILL_CLIP})
_TEXT, _PATH, _IMAGE = pdfium_c.FPDF_PAGEOBJ_TEXT, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE
_SHADING, _FORM = pdfium_c.FPDF_PAGEOBJ_SHADING, pdfium_c.FPDF_PAGEOBJ_FORM

# a, b, c, d, e, f of a matrix that maps (x, y) to (ax + cy + e, bx + dy + f)
_Matrix = tuple[float, float, float, float, float, float]
_AS_IT_IS: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Look:
    """How a text object is drawn.

    `form`: the address of the form XObject that it is in, or 0. `order`: its position in drawing order. `ink`: its fill
    colour (RGB), None where nothing is filled. `alpha`: its opacity in 0..255. `clip`: the box that clipping leaves, in
    points, origin top left of the page as shown; None without clipping. `layer`: the optional content group that it
    belongs to.
    """

    form: int
    order: int
    invisible: bool
    ink: tuple[int, int, int] | None
    alpha: int
    clip: Box | None
    layer: str | None


@dataclass(frozen=True, slots=True)
class Cover:
    """A filled object that may hide text drawn before it; `box` in points, origin top left of the page as shown."""

    order: int
    box: Box
    is_image: bool
    is_transparent: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page. Boxes are in points, origin top left of the page as shown.

    `looks`: the look of each text object, by its address. `images`: the boxes of images. `covers`: what may hide text.
    `scans`: the opaque images that together fill most of the page, each with its order; text beneath them is their text
    layer. `said`: ActualText by address of its text object. `squares`: small squares. `other_ink`: whether anything
    besides thin lines and plain small rectangles is drawn, which may hold text. `finest`: pixels per point of the
    finest image, 0 without one.
    """

    looks: dict[int, Look]
    images: tuple[Box, ...]
    covers: tuple[Cover, ...]
    scans: tuple[tuple[int, Box], ...]
    said: dict[int, str]
    squares: tuple[Box, ...]
    other_ink: bool
    finest: float = 0.0


class _Calls:
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
        self.segments = plain_call(pdfium_c.FPDFPath_CountSegments, number, pointer)
        self.draw_mode = plain_call(pdfium_c.FPDFPath_GetDrawMode, number, *(pointer,) * 3)
        self.clip_path = plain_call(pdfium_c.FPDFPageObj_GetClipPath, pointer, pointer)
        self.clip_count = plain_call(pdfium_c.FPDFClipPath_CountPaths, number, pointer)
        self.transparent = plain_call(pdfium_c.FPDFPageObj_HasTransparency, number, pointer)
        self.pixels = plain_call(pdfium_c.FPDFImageObj_GetImagePixelSize, number, *(pointer,) * 3)
        self.marks = plain_call(pdfium_c.FPDFPageObj_CountMarks, number, pointer)


_calls = _Calls()


def read_drawing(page: Any, frame: PageFrame) -> Drawing:
    """What is drawn on the open page. Boxes are in points, origin top left of the page as shown."""
    looks: dict[int, Look] = {}
    images: list[Box] = []
    covers: list[Cover] = []
    reader = _ObjectReader(frame)
    said: dict[int, str] = {}
    squares: list[Box] = []
    other_ink = False
    finest = 0.0
    for order, found in enumerate(_walk(page)):
        item, kind, matrix = found[:3]
        if kind == _TEXT:
            looks[item] = reader.look(found, order)
            if found.said:
                said[item] = found.said
            continue
        box = reader.box(item, matrix)
        if kind == _PATH and box is not None and _is_small_square(box):
            squares.append(box)
        if not other_ink and box is not None and min(box[2] - box[0], box[3] - box[1]) >= MIN_COVER:
            plain = kind == _PATH and _calls.segments(item) in RECTANGLE_SEGMENTS
            other_ink = not plain or area(box) > LARGE * frame.width * frame.height
        if kind == _PATH and not reader.is_filled(item):
            continue
        if box is None or box[0] > frame.width or box[2] < 0 or box[1] > frame.height or box[3] < 0:
            continue
        if kind == _IMAGE:
            finest = max(finest, reader.fineness(item, box))
        box = clip(box, frame.width, frame.height)
        if kind == _IMAGE:
            images.append(box)
        # An object drawn before all text hides none of it.
        if looks and min(box[2] - box[0], box[3] - box[1]) >= MIN_COVER:
            covers.append(Cover(order, box, kind == _IMAGE, bool(_calls.transparent(item))))
    opaque = [(cover.order, cover.box) for cover in covers if cover.is_image and not cover.is_transparent]
    is_scan = sum(area(box) for _, box in opaque) >= SCAN_SHARE * frame.width * frame.height
    covers = [cover for cover in covers if not (is_scan and cover.is_image)]
    covers = sorted(covers, key=lambda cover: -area(cover.box))[:MOST_COVERS]
    return Drawing(
        looks,
        tuple(joined(images)),
        tuple(covers),
        tuple(opaque) if is_scan else (),
        said,
        tuple(squares),
        other_ink,
        finest,
    )


def _is_small_square(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return SMALLEST_SQUARE < width < LARGEST_SQUARE and abs(width - height) < SQUARE * width


def joined(boxes: Sequence[Box]) -> list[Box]:
    """The boxes of whole images, in points: strips and tiles that meet edge to edge become one box.

    They join where they are of one width or of one height.
    """
    result = list(boxes)
    for across, down in ((0, 1), (1, 0)):
        rows: list[Box] = []
        for box in sorted(result, key=lambda box: (round(box[across]), round(box[across + 2]), box[down])):
            last = rows[-1] if rows else None
            if (
                last is not None
                and abs(last[across] - box[across]) < EDGE_TO_EDGE
                and abs(last[across + 2] - box[across + 2]) < EDGE_TO_EDGE
                and -EDGE_TO_EDGE < box[down] - last[down + 2] < EDGE_TO_EDGE
            ):
                rows[-1] = union((last, box))
            else:
                rows.append(box)
        result = rows
    return result


class _DrawnObject(NamedTuple):
    """A drawn object: its address, its kind, the matrix of the forms around it, its optional content group, its
    ActualText, and the address of its form (0 without one)."""

    item: int
    kind: int
    matrix: _Matrix
    layer: str | None
    said: str | None
    form: int


def _walk(page: Any) -> Iterator[_DrawnObject]:
    """The page's objects in drawing order, those of form XObjects where the form stands."""
    calls, address = _calls, ctypes.cast(page, ctypes.c_void_p).value
    left = MOST_OBJECTS
    numbers = (ctypes.c_float * 6)()
    # (container, whether it is a form, index of its next object, their count, its matrix, its optional content)
    stack: list[tuple[Any, bool, int, int, _Matrix, str | None]] = [
        (address, False, 0, calls.count(address), _AS_IT_IS, None)
    ]
    while stack and left > 0:
        holder, is_form, index, count, matrix, layer = stack.pop()
        if index >= count:
            continue
        stack.append((holder, is_form, index + 1, count, matrix, layer))
        left -= 1
        item = calls.form_item(holder, index) if is_form else calls.item(holder, index)
        if not item:
            continue
        kind = calls.kind(item)
        own, said = layer, None
        if kind in (_TEXT, _FORM) and calls.marks(item) > 0:
            own, said = _marked_content(item, kind)
            own = layer if own is None else own
        if kind != _FORM:
            yield _DrawnObject(item, kind, matrix, own, said, holder if is_form else 0)
        elif len(stack) <= MOST_DEPTH:
            calls.matrix(item, ctypes.addressof(numbers))
            inner = _matrix_product(tuple(numbers), matrix)
            stack.append((item, True, 0, calls.form_count(item), inner, own))


def _matrix_product(first: Any, then: _Matrix) -> _Matrix:
    """The matrix that applies `first`, then `then`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def marks_of(item: int) -> Iterator[Any]:
    """The marks of an object's marked content (ISO 32000-2, 14.6), at most `MOST_DEPTH`."""
    pointer = ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT)
    for number in range(min(_calls.marks(item), MOST_DEPTH)):
        mark = pdfium_c.FPDFPageObj_GetMark(pointer, number)
        if mark:
            yield mark


def _marked_content(item: int, kind: int) -> tuple[str | None, str | None]:
    """The object's optional content group and its ActualText, None where it has none.

    The group is "" where it has no name. Only text objects have an ActualText.
    """
    layer = said = None
    length, buffer = ctypes.c_ulong(), ctypes.create_string_buffer(MOST_SAID)
    wide = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    for mark in marks_of(item):
        pdfium_c.FPDFPageObjMark_GetName(mark, wide, MOST_SAID, length)
        if buffer.raw[: max(0, length.value - 2)] == _OPTIONAL:
            named = pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, b"Name", wide, MOST_SAID, length)
            layer = _decoded(buffer, length.value) if named else ""
        elif kind == _TEXT and pdfium_c.FPDFPageObjMark_GetParamStringValue(
            mark, b"ActualText", wide, MOST_SAID, length
        ):
            said = _decoded(buffer, min(length.value, MOST_SAID))
    return layer, said


def _decoded(buffer: Any, length: int) -> str:
    text: str = buffer.raw[:length].decode("utf-16-le", "replace")
    return text.rstrip("\0")


class _ObjectReader:
    """Properties of objects; PDFium's output buffers are allocated once."""

    def __init__(self, frame: PageFrame) -> None:
        self._frame = frame
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._at = [ctypes.addressof(side) for side in self._sides]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._colour_at = [ctypes.addressof(part) for part in self._colour]
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()

    def box(self, item: int, matrix: _Matrix) -> Box | None:
        """The object's box in points, origin top left of the page as shown; None where it has no bounds."""
        if not _calls.bounds(item, *self._at):
            return None
        left, bottom, right, top = (side.value for side in self._sides)
        return self._shown_box(((left, bottom), (left, top), (right, bottom), (right, top)), matrix)

    def _shown_box(self, points: Sequence[tuple[float, float]], matrix: _Matrix) -> Box:
        """The box around points of a form's space, on the page as shown."""
        a, b, c, d, e, f = matrix
        if matrix is not _AS_IT_IS:
            points = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
        across, up = zip(*points, strict=True)
        return self._frame.box(min(across), min(up), max(across), max(up))

    def look(self, found: _DrawnObject, order: int) -> Look:
        """How a text object is drawn."""
        item = found.item
        mode = _calls.mode(item)
        coloured = _calls.fill(item, *self._colour_at) and mode in _FILLED_MODES
        red, green, blue, alpha = (part.value for part in self._colour)
        ink = (red, green, blue) if coloured and alpha > 0 else None
        invisible = mode in _INVISIBLE_MODES or (bool(coloured) and alpha == 0)
        clipped = self._clip_box(item, found.matrix)
        return Look(found.form, order, invisible, ink, alpha if coloured else 255, clipped, found.layer)

    def fineness(self, item: int, box: Box) -> float:
        """Pixels per point of an image drawn in this box; 0 where its size is unknown."""
        known = _calls.pixels(item, *self._colour_at[:2])
        pixels = self._colour[0].value * self._colour[1].value if known else 0
        return math.sqrt(pixels / max(area(box), 1.0))

    def is_filled(self, item: int) -> bool:
        """Whether the path is filled, with a colour or a pattern."""
        drawn = _calls.draw_mode(item, ctypes.addressof(self._fill), ctypes.addressof(self._stroke))
        return bool(drawn) and self._fill.value != pdfium_c.FPDF_FILLMODE_NONE

    def _clip_box(self, item: int, matrix: _Matrix) -> Box | None:
        """The box that clipping leaves of the object; None where nothing clips it."""
        path = _calls.clip_path(item)
        count = _calls.clip_count(path) if path else -1
        result: Box | None = None
        for index in range(min(count, MOST_DEPTH)):
            points = _clip_points(path, index)
            if points:
                box = self._shown_box(points, matrix)
                result = box if result is None else _common_part(box, result)
        return result


def _common_part(a: Box, b: Box) -> Box:
    """The part that two boxes share; inverted sides where they share none."""
    return (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))


def _clip_points(path: int, index: int) -> list[tuple[float, float]]:
    """The points of a clipping path, in the space of the object's form."""
    clip_path = ctypes.cast(path, pdfium_c.FPDF_CLIPPATH)
    x, y = ctypes.c_float(), ctypes.c_float()
    points = []
    for step in range(min(pdfium_c.FPDFClipPath_CountPathSegments(clip_path, index), 1000)):
        segment = pdfium_c.FPDFClipPath_GetPathSegment(clip_path, index, step)
        if segment and pdfium_c.FPDFPathSegment_GetPoint(segment, x, y):
            points.append((x.value, y.value))
    return points
