"""A PDF page's objects -> what is drawn on it: the look of its text, its images, and what may cover the text.

Runs in a page process. Objects are walked in drawing order; `order` is an object's position in that walk. Boxes are in
points, origin top left of the page as shown.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium_c

from ..values.boxes import Box, area, clip, union
from .page_frame import PageFrame
from .page_objects import AS_IT_IS, IMAGE, PATH, TEXT, DrawnObject, Matrix, calls, drawn_objects

# Max clips of an object that are looked at.
MOST_CLIPS = 8
# Max covers of a page that are kept, and max thin ones.
MOST_COVERS = 2000
# Min share of the page under opaque images for it to be a scan; text beneath them is its text layer.
SCAN_SHARE = 0.6
# Max gap between strips of one image, in points.
EDGE_TO_EDGE = 1.5
# Number of path segments of a rectangle.
RECTANGLE_SEGMENTS = range(4, 7)
# Max share of the page of a plain rectangle; a larger one may be filled with a pattern.
LARGE = 0.02
# Min and max side of a check box, in points; max share by which its sides differ.
SMALLEST_SQUARE, LARGEST_SQUARE, SQUARE = 5.0, 20.0, 0.15
# Min width and height of an object that can hide a word alone, in points; thinner ones may hide it together.
MIN_COVER = 3.0
# Min share of its box that a line's strokes can cover.
DENSE = 0.5
# Max difference of a channel of two colours that are one, in 0..255.
SAME_INK = 12

# Text render modes (ISO 32000-2, table 104).
_FILL_MODES = frozenset(
    {
        pdfium_c.FPDF_TEXTRENDERMODE_FILL,
        pdfium_c.FPDF_TEXTRENDERMODE_FILL_STROKE,
        pdfium_c.FPDF_TEXTRENDERMODE_FILL_CLIP,
        pdfium_c.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
    }
)
_STROKE_MODES = frozenset(
    {
        pdfium_c.FPDF_TEXTRENDERMODE_STROKE,
        pdfium_c.FPDF_TEXTRENDERMODE_FILL_STROKE,
        pdfium_c.FPDF_TEXTRENDERMODE_STROKE_CLIP,
        pdfium_c.FPDF_TEXTRENDERMODE_FILL_STROKE_CLIP,
    }
)
_NO_INK_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
_CLIP_MODES = range(pdfium_c.FPDF_TEXTRENDERMODE_FILL_CLIP, pdfium_c.FPDF_TEXTRENDERMODE_CLIP + 1)
# The colour that PDFium gives for a pattern.
_PATTERN = (191, 191, 191)


@dataclass(frozen=True, slots=True)
class Look:
    """How a text object is drawn.

    `form`: the address of the form XObject that it is in, or 0; `group`: that of a form around it that is drawn with
    transparency of its own, or 0. `order`: its position in drawing order. `ink`: its colour (RGB), None where it has
    none or two. `alpha`: its opacity in 0..255. `clip`: the box that clipping leaves, in points, origin top left of the
    page as shown; None without clipping. `layer`: the optional content group that it belongs to. `blended`: whether
    transparency of its own may hide it. `veiled`: whether anything else that its colour does not tell may: a clip
    that is no plain box, a pattern, strokes of another colour. `stencil`: whether it only clips what is drawn later.
    """

    form: int
    group: int
    order: int
    invisible: bool
    ink: tuple[int, int, int] | None
    alpha: int
    clip: Box | None
    layer: str | None
    blended: bool
    veiled: bool
    stencil: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """An object that may hide text drawn before it; `box` in points, origin top left of the page as shown.

    `item`: its address; `order`: its position in drawing order. `is_transparent`: something shines through it.
    """

    item: int
    order: int
    box: Box
    is_image: bool
    is_transparent: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page. Boxes are in points, origin top left of the page as shown.

    `looks`: the look of each text object, by its address. `images`: the boxes of images, those that meet as one;
    `pictures`: each image's address and box. `covers`: what may hide text; `thin`: what may hide it together with
    others of its kind. `scans`: the opaque images that together fill most of the page, each with its order; text
    beneath them is their text layer. `said`: ActualText by address of its text object. `squares`: small squares.
    `frames`: plain rectangles; `blots`: all else that is drawn and no text; either may leave a mark in a word's
    place. `items`: the address of each object. `other_ink`: whether anything besides thin lines and plain small
    rectangles is drawn, which may hold text. `finest`: pixels per point of the finest image, 0 without one.
    """

    looks: dict[int, Look]
    images: tuple[Box, ...]
    pictures: tuple[tuple[int, Box], ...]
    covers: tuple[Cover, ...]
    thin: tuple[Cover, ...]
    scans: tuple[tuple[int, Box], ...]
    said: dict[int, str]
    squares: tuple[Box, ...]
    frames: tuple[Box, ...]
    blots: tuple[Box, ...]
    items: tuple[int, ...]
    other_ink: bool
    finest: float = 0.0


def read_drawing(page: Any, frame: PageFrame) -> Drawing:
    """What is drawn on the open page. Boxes are in points, origin top left of the page as shown."""
    looks: dict[int, Look] = {}
    pictures: list[tuple[int, Box]] = []
    covers: list[Cover] = []
    thin: list[Cover] = []
    reader = _ObjectReader(frame)
    said: dict[int, str] = {}
    squares: list[Box] = []
    frames: list[Box] = []
    blots: list[Box] = []
    items: list[int] = []
    other_ink = False
    finest = 0.0
    for order, found in enumerate(drawn_objects(page)):
        item, kind, matrix = found[:3]
        items.append(item)
        if kind == TEXT:
            looks[item] = reader.look(found, order)
            if found.said is not None:
                said[item] = found.said
            continue
        box = reader.box(item, matrix)
        if box is None or box[0] > frame.width or box[2] < 0 or box[1] > frame.height or box[3] < 0:
            continue
        plain = kind == PATH and calls.segments(item) in RECTANGLE_SEGMENTS
        (frames if plain else blots).append(clip(box, frame.width, frame.height))
        if kind in (PATH, IMAGE) and _is_small_square(box):
            squares.append(box)
        if not other_ink and min(box[2] - box[0], box[3] - box[1]) >= MIN_COVER:
            other_ink = not plain or area(box) > LARGE * frame.width * frame.height
        if kind == PATH and not (reader.is_filled(item) or (looks and reader.is_dense(item, box, matrix))):
            continue
        if kind == IMAGE:
            finest = max(finest, reader.fineness(item, box))
        box = clip(box, frame.width, frame.height)
        if kind == IMAGE:
            pictures.append((item, box))
        # An object drawn before all text hides none of it.
        if looks:
            alone = min(box[2] - box[0], box[3] - box[1]) >= MIN_COVER
            (covers if alone else thin).append(Cover(item, order, box, kind == IMAGE, bool(calls.transparent(item))))
    opaque = [(cover.order, cover.box) for cover in covers if cover.is_image and not cover.is_transparent]
    is_scan = sum(area(box) for _, box in opaque) >= SCAN_SHARE * frame.width * frame.height
    covers = [cover for cover in covers if not (is_scan and cover.is_image)]
    return Drawing(
        looks,
        tuple(joined([box for _, box in pictures])),
        tuple(pictures),
        _largest(covers),
        _largest(thin),
        tuple(opaque) if is_scan else (),
        said,
        tuple(squares),
        tuple(frames),
        tuple(blots),
        tuple(items),
        other_ink,
        finest,
    )


def _largest(covers: Sequence[Cover]) -> tuple[Cover, ...]:
    """The largest of the covers, at most `MOST_COVERS`."""
    return tuple(sorted(covers, key=lambda cover: -area(cover.box))[:MOST_COVERS])


def _is_small_square(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return SMALLEST_SQUARE < width < LARGEST_SQUARE and abs(width - height) < SQUARE * width


def joined(boxes: Sequence[Box]) -> list[Box]:
    """The boxes of whole images, in points, origin top left: strips and tiles that meet edge to edge become one box.

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


class _Ink(NamedTuple):
    """What a text object's colours give: the colour that it is drawn with, None where it has none or two; its opacity
    in 0..255; whether they leave no ink; whether they do not tell what is drawn: a pattern, or two of them."""

    colour: tuple[int, int, int] | None
    alpha: int
    is_none: bool
    is_veiled: bool


def _ink_of(colours: Sequence[tuple[int, ...]]) -> _Ink:
    """The ink of the colours of fill and stroke, each red, green, blue and opacity in 0..255."""
    inks = [(red, green, blue) for red, green, blue, alpha in colours if alpha > 0]
    one = bool(inks) and all(_are_near(ink, inks[0]) for ink in inks)
    alpha = max((colour[3] for colour in colours), default=255)
    veiled = _PATTERN in inks or (bool(inks) and not one)
    return _Ink(inks[0] if one else None, alpha, bool(colours) and not inks, veiled)


class _ObjectReader:
    """Properties of objects; PDFium's output buffers are allocated once."""

    def __init__(self, frame: PageFrame) -> None:
        self._frame = frame
        self._sides = [ctypes.c_float() for _ in range(4)]
        self._at = [ctypes.addressof(side) for side in self._sides]
        self._colour = (ctypes.c_uint * 4)()
        self._colour_at = [ctypes.addressof(self._colour) + at * ctypes.sizeof(ctypes.c_uint) for at in range(4)]
        self._inks: dict[tuple[tuple[int, ...], ...], _Ink] = {}
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._width, self._numbers = ctypes.c_float(), (ctypes.c_float * 6)()
        self._after_clipping_text = False
        self._form_clips: dict[int, tuple[Box | None, bool]] = {}

    def box(self, item: int, matrix: Matrix) -> Box | None:
        """The object's box in points, origin top left of the page as shown; None where it has no bounds."""
        if not calls.bounds(item, *self._at):
            return None
        left, bottom, right, top = (side.value for side in self._sides)
        return self._shown_box(((left, bottom), (left, top), (right, bottom), (right, top)), matrix)

    def _shown_box(self, points: Sequence[tuple[float, float]], matrix: Matrix) -> Box:
        """The box around points of a form's space, on the page as shown."""
        a, b, c, d, e, f = matrix
        if matrix is not AS_IT_IS:
            points = [(a * x + c * y + e, b * x + d * y + f) for x, y in points]
        across, up = zip(*points, strict=True)
        return self._frame.box(min(across), min(up), max(across), max(up))

    def look(self, found: DrawnObject, order: int) -> Look:
        """How a text object is drawn."""
        item = found.item
        mode = calls.mode(item)
        colours: tuple[tuple[int, ...], ...] = ()
        if mode in _FILL_MODES and calls.fill(item, *self._colour_at):
            colours = (tuple(self._colour),)
        if mode in _STROKE_MODES and calls.stroke(item, *self._colour_at):
            colours = (*colours, tuple(self._colour))
        ink = self._inks.get(colours)
        if ink is None:
            ink = self._inks[colours] = _ink_of(colours)
        clipped, is_box = self._clip_box(item, found.matrix)
        for form, matrix in found.around:
            if form not in self._form_clips:
                self._form_clips[form] = self._clip_box(form, matrix)
            outer, plain = self._form_clips[form]
            clipped, is_box = _common_clip(clipped, outer), is_box and plain
        veiled = not is_box or self._after_clipping_text or ink.is_veiled
        self._after_clipping_text = self._after_clipping_text or mode in _CLIP_MODES
        return Look(
            form=found.form,
            group=found.group,
            order=order,
            invisible=mode in _NO_INK_MODES or ink.is_none,
            ink=ink.colour,
            alpha=ink.alpha,
            clip=clipped,
            layer=found.layer,
            blended=bool(calls.transparent(item)),
            veiled=veiled,
            stencil=mode == pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
        )

    def fineness(self, item: int, box: Box) -> float:
        """Pixels per point of an image drawn in this box; 0 where its size is unknown."""
        known = calls.pixels(item, *self._colour_at[:2])
        pixels = self._colour[0] * self._colour[1] if known else 0
        return math.sqrt(pixels / max(area(box), 1.0))

    def is_filled(self, item: int) -> bool:
        """Whether the path is filled, with a colour or a pattern."""
        drawn = calls.draw_mode(item, ctypes.addressof(self._fill), ctypes.addressof(self._stroke))
        return bool(drawn) and self._fill.value != pdfium_c.FPDF_FILLMODE_NONE

    def is_dense(self, item: int, box: Box, matrix: Matrix) -> bool:
        """Whether a line is so thick, or goes to and fro so often, that it may cover most of its box."""
        if not calls.stroke_width(item, ctypes.addressof(self._width)):
            return False
        calls.matrix(item, ctypes.addressof(self._numbers))
        scale = math.sqrt(abs(_determinant(tuple(self._numbers)) * _determinant(matrix)))
        longest = calls.segments(item) * math.hypot(box[2] - box[0], box[3] - box[1])
        return bool(longest * self._width.value * scale >= DENSE * area(box))

    def _clip_box(self, item: int, matrix: Matrix) -> tuple[Box | None, bool]:
        """The box that clipping leaves of the object, None where nothing clips it; whether it is no other shape."""
        path = calls.clip_path(item)
        count = calls.clip_count(path) if path else -1
        result: Box | None = None
        # PDFium does not count text that clips.
        is_box = count != 0 and (matrix[1] == matrix[2] == 0 or matrix[0] == matrix[3] == 0)
        for index in range(min(count, MOST_CLIPS)):
            points = _clip_points(path, index)
            if points:
                box = self._shown_box(points, matrix)
                is_box = is_box and _form_a_box(points)
                result = _common_clip(box, result)
        return result, is_box and count <= MOST_CLIPS


def _common_clip(a: Box | None, b: Box | None) -> Box | None:
    """The part that two clips share; inverted sides where they share none. None is no clip."""
    if a is None or b is None:
        return b if a is None else a
    return (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))


def _form_a_box(points: Sequence[tuple[float, float]]) -> bool:
    """Whether the points of a path are the corners of an upright box, or no area at all."""
    across, up = zip(*points, strict=True)
    left, right, bottom, top = min(across), max(across), min(up), max(up)
    return len(points) in RECTANGLE_SEGMENTS and all(x in (left, right) and y in (bottom, top) for x, y in points)


def _determinant(matrix: Matrix) -> float:
    """How much larger an area becomes."""
    return matrix[0] * matrix[3] - matrix[1] * matrix[2]


def _are_near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Whether two colours look alike."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= SAME_INK


def _clip_points(path: int, index: int) -> list[tuple[float, float]]:
    """The points of a clipping path, in the space of the object's form."""
    x, y = ctypes.c_float(), ctypes.c_float()
    at = (ctypes.addressof(x), ctypes.addressof(y))
    points = []
    for step in range(min(calls.clip_segment_count(path, index), 1000)):
        segment = calls.clip_segment(path, index, step)
        if segment and calls.point(segment, *at):
            points.append((x.value, y.value))
    return points
