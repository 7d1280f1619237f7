"""A PDF page's objects -> what is drawn on it, and how: its texts, its images, and what may lie over them.

Runs inside a page process. Objects are walked in the order in which they are drawn, forms entered (ISO 32000-2, 8.10);
`order` is an object's place in it. Boxes are of the page as shown.
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

# Objects of a page that are looked at, those in form objects included, and how deep forms go.
MOST_OBJECTS = 50_000
MOST_COVERS = 2000
# Images that cover this share of the page are a scan; the text beneath them is its text layer.
SCAN_SHARE = 0.6
# Strips of one image stand no further apart than this, in points.
EDGE_TO_EDGE = 1.5
# Of a replacement text, in bytes of UTF-16.
MOST_SAID = 4096
_OPTIONAL = "OC".encode("utf-16-le")
# A rectangle's path has so many segments; one of more than this share of the page may be filled with a pattern.
RECTANGLE_SEGMENTS = range(4, 7)
LARGE = 0.02
# The sides of a check box, in points, which differ by no more than this share.
SMALLEST_SQUARE, LARGEST_SQUARE, SQUARE = 5.0, 20.0, 0.15
# What is smaller than this, in points, hides no word.
MIN_COVER = 3.0
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
    """How a text object is drawn: `ink` is its colour, `alpha` how opaque it is, of 255, where it has one; `layer` the
    optional content that it belongs to, `clip` the box around what its clipping leaves, `form` the address of the form
    that it is in, or 0."""

    form: int
    order: int
    invisible: bool
    ink: tuple[int, int, int] | None
    alpha: int
    clip: Box | None
    layer: str | None


@dataclass(frozen=True, slots=True)
class Cover:
    """Something filled that is drawn, which may hide what was drawn before it."""

    order: int
    box: Box
    is_image: bool
    is_transparent: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page: the look of each text object, by its address; the boxes of the images; and what may
    lie over the page. `scans` are the images that together are most of the page, each with its order: the text
    beneath them is their text layer. `said` is what text objects, by address, say in place of their characters;
    `squares` are small ones that are drawn; `other_ink` tells whether anything is drawn that may hold text: all but
    lines and plain small rectangles; `finest` is how many pixels per point the finest image has, 0 without one."""

    looks: dict[int, Look]
    images: tuple[Box, ...]
    covers: tuple[Cover, ...]
    scans: tuple[tuple[int, Box], ...]
    said: dict[int, str]
    squares: tuple[Box, ...]
    other_ink: bool
    finest: float = 0.0


class _Calls:
    """PDFium's calls about page objects, on plain addresses."""

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
    """What is drawn on the page."""
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
        # What is drawn before all text hides none of it.
        if looks and min(box[2] - box[0], box[3] - box[1]) >= MIN_COVER:
            covers.append(Cover(order, box, kind == _IMAGE, bool(_calls.transparent(item))))
    over = [(cover.order, cover.box) for cover in covers if cover.is_image and not cover.is_transparent]
    scan = sum(area(box) for _, box in over) >= SCAN_SHARE * frame.width * frame.height
    covers = [cover for cover in covers if not (scan and cover.is_image)]
    covers = sorted(covers, key=lambda cover: -area(cover.box))[:MOST_COVERS]
    return Drawing(
        looks,
        tuple(joined(images)),
        tuple(covers),
        tuple(over) if scan else (),
        said,
        tuple(squares),
        other_ink,
        finest,
    )


def _is_small_square(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return SMALLEST_SQUARE < width < LARGEST_SQUARE and abs(width - height) < SQUARE * width


def joined(boxes: Sequence[Box]) -> list[Box]:
    """The boxes with strips and tiles of one image, edge to edge and of one width or height, made one."""
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


class _Found(NamedTuple):
    """An object that is drawn: its address and kind, the matrix of the forms that it is in, its optional content, what
    it says in place of its characters, and the form that it is in."""

    item: int
    kind: int
    matrix: _Matrix
    layer: str | None
    said: str | None
    form: int


def _walk(page: Any) -> Iterator[_Found]:
    """The objects of the page, those of its forms in their place."""
    calls, address = _calls, ctypes.cast(page, ctypes.c_void_p).value
    left = MOST_OBJECTS
    numbers = (ctypes.c_float * 6)()
    # (the container, whether it is a form, its next object, how many it has, its matrix, its optional content)
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
            own, said = _marks(item, kind)
            own = layer if own is None else own
        if kind != _FORM:
            yield _Found(item, kind, matrix, own, said, holder if is_form else 0)
        elif len(stack) <= MOST_DEPTH:
            calls.matrix(item, ctypes.addressof(numbers))
            inner = _product(tuple(numbers), matrix)
            stack.append((item, True, 0, calls.form_count(item), inner, own))


def _product(first: Any, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def marks_of(item: int) -> Iterator[Any]:
    """The marks of an object's marked content (ISO 32000-2, 14.6)."""
    pointer = ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT)
    for number in range(min(_calls.marks(item), MOST_DEPTH)):
        mark = pdfium_c.FPDFPageObj_GetMark(pointer, number)
        if mark:
            yield mark


def _marks(item: int, kind: int) -> tuple[str | None, str | None]:
    """The name of the optional content that the object belongs to, "" where it has none of its own, and what a text
    object says in place of its characters."""
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
    """Looks at objects, with the room for PDFium's answers made once."""

    def __init__(self, frame: PageFrame) -> None:
        self._frame = frame
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._at = [ctypes.addressof(side) for side in self._sides]
        self._colour = [ctypes.c_uint() for _ in range(4)]
        self._colour_at = [ctypes.addressof(part) for part in self._colour]
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()

    def box(self, item: int, matrix: _Matrix) -> Box | None:
        """The box of an object, None where it has none."""
        if not _calls.bounds(item, *self._at):
            return None
        left, bottom, right, top = (side.value for side in self._sides)
        return self._shown(((left, bottom), (left, top), (right, bottom), (right, top)), matrix)

    def _shown(self, points: Sequence[tuple[float, float]], matrix: _Matrix) -> Box:
        a, b, c, d, e, f = matrix
        if matrix is not _AS_IT_IS:
            points = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
        across, up = zip(*points, strict=True)
        return self._frame.box(min(across), min(up), max(across), max(up))

    def look(self, found: _Found, order: int) -> Look:
        """How a text object is drawn."""
        item = found.item
        mode = _calls.mode(item)
        coloured = _calls.fill(item, *self._colour_at) and mode in _FILLED_MODES
        red, green, blue, alpha = (part.value for part in self._colour)
        ink = (red, green, blue) if coloured and alpha > 0 else None
        invisible = mode in _INVISIBLE_MODES or (bool(coloured) and alpha == 0)
        clipped = self._clip(item, found.matrix)
        return Look(found.form, order, invisible, ink, alpha if coloured else 255, clipped, found.layer)

    def fineness(self, item: int, box: Box) -> float:
        """How many pixels per point an image has where it is drawn."""
        known = _calls.pixels(item, *self._colour_at[:2])
        pixels = self._colour[0].value * self._colour[1].value if known else 0
        return math.sqrt(pixels / max(area(box), 1.0))

    def is_filled(self, item: int) -> bool:
        """Whether a path is filled, with whatever it is."""
        drawn = _calls.draw_mode(item, ctypes.addressof(self._fill), ctypes.addressof(self._stroke))
        return bool(drawn) and self._fill.value != pdfium_c.FPDF_FILLMODE_NONE

    def _clip(self, item: int, matrix: _Matrix) -> Box | None:
        """The box around what the object's clipping leaves of it; None where nothing clips it."""
        path = _calls.clip_path(item)
        count = _calls.clip_count(path) if path else -1
        result: Box | None = None
        for index in range(min(count, MOST_DEPTH)):
            points = _clip_points(path, index)
            if points:
                box = self._shown(points, matrix)
                result = box if result is None else _common(box, result)
        return result


def _common(a: Box, b: Box) -> Box:
    return (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))


def _clip_points(path: int, index: int) -> list[tuple[float, float]]:
    clip_path = ctypes.cast(path, pdfium_c.FPDF_CLIPPATH)
    x, y = ctypes.c_float(), ctypes.c_float()
    points = []
    for step in range(min(pdfium_c.FPDFClipPath_CountPathSegments(clip_path, index), 1000)):
        segment = pdfium_c.FPDFClipPath_GetPathSegment(clip_path, index, step)
        if segment and pdfium_c.FPDFPathSegment_GetPoint(segment, x, y):
            points.append((x.value, y.value))
    return points
