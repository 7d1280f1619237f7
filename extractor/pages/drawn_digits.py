"""The words of a page -> the fonts that draw other digits than they say. Runs in a page process.

A font's map may name a digit as another one: the amount is wrong then, and looks right. Each digit is compared with
those of PDFium's standard fonts, stretched to a square, first as the page picture has it, and then by its outline. It
is doubted where it is much more like another digit than like its own. Of 2,178 digits of 421 fonts in public invoices,
reports and tables none is; of digits that are called another one, 19 of 20 are.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, repeat

import cv2
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..values.arrays import Grey, Measures, Pixels
from ..values.boxes import Box
from ..values.words import Word
from .plain_calls import plain_call
from .text_layer import Origin

DIGITS = "0123456789"
# The fonts that tell what digits look like.
STANDARD = (
    *("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Courier", "Courier-Bold"),
    *("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
)
DIGIT_SET = frozenset(DIGITS)
# The contours of digits: at least so many, and at most. An 8 has two counters, so three contours; a 4 may be open.
LEAST = {"0": 2, "6": 2, "8": 3, "9": 2}
MOST = {"1": 1, "2": 1, "3": 1, "5": 1, "7": 1}
# Min likeness of an outline to another digit beyond that to its own, as a correlation: true ones have at most 0.16.
MARGIN = 0.2
# The same of a digit in the picture whose outline is asked for, and of one that has none: of true ones in 8 points one
# in two hundred is above, in 10 none of 460.
GLANCE, ALONE = 0.05, 0.25
# Max share of a digit's box that its neighbours' reach into, and max height of it, in font sizes: some fonts have one
# box for all of their glyphs, in which others stand, too.
OVERLAP, HIGHEST = 0.15, 1.3
# Min range there of a channel, in 0..255; min sides of a digit's box, and min height of its ink, in pixels.
CONTRAST, NARROWEST, LOWEST = 60, 3, 7
# Max fonts of a page, and max segments of an outline, that are looked at.
MOST_FONTS = 50
MOST_SEGMENTS = 400
# The size at which outlines are asked for: they do not change with it.
SIZE = 100.0
# Side of the square that an outline is drawn on, and of the one that is compared.
DRAWN, COMPARED = 64, 16

NO_SHAPES: Measures = np.zeros((0, COMPARED * COMPARED))

_font_data = plain_call(
    pdfium_c.FPDFFont_GetFontData, ctypes.c_int, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t
)
_glyph_path = plain_call(
    pdfium_c.FPDFFont_GetGlyphPath, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_float
)
_segment_count = plain_call(pdfium_c.FPDFGlyphPath_CountGlyphSegments, ctypes.c_int, ctypes.c_size_t)
_segment = plain_call(pdfium_c.FPDFGlyphPath_GetGlyphPathSegment, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
_segment_type = plain_call(pdfium_c.FPDFPathSegment_GetType, ctypes.c_int, ctypes.c_size_t)
_point = plain_call(pdfium_c.FPDFPathSegment_GetPoint, ctypes.c_int, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_size_t)


def fonts_with_other_digits(
    words: Sequence[Word], origins: Sequence[Origin], picture: Pixels, scale: float
) -> set[int]:
    """The addresses, on the open page, of fonts one of whose digits looks like another one.

    `picture`: the page picture, RGB, `scale` pixels per point. The outline is asked of what looks other in it: much
    may stand in a digit's place there. A glyph without an outline is judged by the picture alone.
    """
    squares: dict[tuple[int, str], Grey] = {}
    doubted: list[tuple[int, str, float]] = []
    places = _places(words, origins)
    for place, (word, origin, at) in places.items():
        if not word.upright or len(origin.letters) != len(word.text):
            doubted.append((*place, 0.0))
        elif (square := _square_in(picture, origin.letters[at].tolist(), scale)) is not None:
            squares[place] = square
    if squares:
        shapes = _as_shapes(np.array(list(squares.values()), np.float64).reshape(len(squares), -1))
        margins = _margins([digit for _, digit in squares], shapes).tolist()
        doubted += [(*place, margin) for place, margin in zip(squares, margins, strict=True) if margin >= GLANCE]
    return {
        font
        for font, digit, margin in doubted
        if _draws_another(font, digit, margin >= ALONE and _stands_alone(*places[font, digit]))
    }


def _places(words: Sequence[Word], origins: Sequence[Origin]) -> dict[tuple[int, str], tuple[Word, Origin, int]]:
    """For each digit that each font draws a word that has it, its origin, and the index of the digit in it."""
    places: dict[tuple[int, str], tuple[Word, Origin, int]] = {}
    fonts: dict[int, set[str]] = {}
    for word, origin in zip(words, origins, strict=True):
        # Where a word has several text objects, it is not known which of its letters the font draws.
        if not origin.font or origin.changes:
            continue
        known = fonts.setdefault(origin.font, set())
        for digit in DIGIT_SET.intersection(word.text) - known:
            places[origin.font, digit] = (word, origin, word.text.index(digit))
            known.add(digit)
        if len(fonts) > MOST_FONTS:
            break
    return places


def _stands_alone(word: Word, origin: Origin, at: int) -> bool:
    """Whether a letter of an upright word has a box of its own."""
    left, top, right, bottom = origin.letters[at].tolist()
    slack = OVERLAP * (right - left)
    before, behind = origin.letters[max(0, at - 1)], origin.letters[min(at + 1, len(word.text) - 1)]
    apart = (at == 0 or before[2] <= left + slack) and (at == len(word.text) - 1 or behind[0] >= right - slack)
    return bool(apart and bottom - top <= HIGHEST * word.size)


def _square_in(picture: Pixels, box: Box, scale: float) -> Grey | None:
    """The ink in the box, stretched to a square. None where there is none, or where it is too small to tell."""
    left, top, right, bottom = (max(0, round(side * scale)) for side in box)
    grey = np.ascontiguousarray(picture[top:bottom, left:right, 1])
    if min(grey.shape) < NARROWEST:
        return None
    low, high, _, _ = cv2.minMaxLoc(grey)
    middle = (low + high) / 2
    if high - low < CONTRAST:
        return None
    ink, least = (255 - grey, 255 - middle) if cv2.mean(grey)[0] > middle else (grey, middle)
    x, y, across, down = cv2.boundingRect(cv2.threshold(ink, least, 255, cv2.THRESH_BINARY)[1])
    if down < LOWEST:
        return None
    square = cv2.resize(ink[y : y + down, x : x + across], (COMPARED, COMPARED), interpolation=cv2.INTER_LINEAR)
    return np.asarray(square, np.uint8)


def _as_shapes(squares: Measures) -> Measures:
    """Squares of ink as shapes, one value a pixel: around their mean, of unit length."""
    shapes = squares - squares.mean(axis=1, keepdims=True)
    return np.asarray(shapes / np.maximum(np.linalg.norm(shapes, axis=1, keepdims=True), 1e-6))


def _draws_another(font: int, digit: str, in_picture: bool) -> bool:
    """Whether the outline of what the font calls this digit looks like another one; `in_picture`, whether the picture
    does, where there is none."""
    found, contours, shapes = _shapes(font, digit) if _has_outlines(font) else ([], [], NO_SHAPES)
    if not found:
        return in_picture
    fits = LEAST.get(digit, 1) <= contours[0] <= MOST.get(digit, contours[0])
    return bool(_margins(found, shapes)[0] >= (MARGIN if fits else GLANCE))


def _has_outlines(font: int) -> bool:
    """Whether the font has outlines. Of a Type 3 font, which paints its glyphs, PDFium gives those of another one."""
    size = ctypes.c_size_t()
    return bool(_font_data(font, 0, 0, ctypes.addressof(size))) and size.value > 0


def _margins(digits: Sequence[str], shapes: Measures) -> Measures:
    """How much more like another digit each shape, (digits, pixels), is than like its own, in -1..2, at least 0."""
    likeness = (shapes @ _standard_shapes()).reshape(len(digits), len(DIGITS), len(STANDARD)).max(axis=2)
    own = likeness[np.arange(len(digits)), [DIGITS.index(digit) for digit in digits]]
    return np.asarray(likeness.max(axis=1) - own)


@cache
def _standard_shapes() -> Measures:
    """The shapes of the standard fonts' digits, (pixels, digits times fonts): of 0 in each font, then of 1, and on."""
    document = pdfium.PdfDocument.new()
    try:
        fonts = [pdfium_c.FPDFText_LoadStandardFont(document.raw, name.encode()) for name in STANDARD]
        shapes = [_shapes(ctypes.cast(font, ctypes.c_void_p).value or 0, DIGITS)[-1] for font in fonts]
    finally:
        document.close()
    return np.stack(shapes, axis=1).reshape(len(DIGITS) * len(STANDARD), -1).T


def _shapes(font: int, letters: Sequence[str]) -> tuple[list[str], list[int], Measures]:
    """Of these letters those whose glyphs have outlines, if not very long ones; the number of contours of each; and the
    shape of each, (letters, pixels)."""
    found: list[str] = []
    contours: list[int] = []
    canvas = np.zeros((DRAWN * len(letters), DRAWN), np.uint8)
    for letter in letters:
        path = _glyph_path(font, ord(letter), SIZE)
        count = _segment_count(path) if path else 0
        if 0 < count <= MOST_SEGMENTS:
            contours.append(_draw(path, count, canvas[DRAWN * len(found) : DRAWN * (1 + len(found))]))
            found.append(letter)
    if not found:
        return [], [], NO_SHAPES
    drawn = canvas[: DRAWN * len(found)]
    small = cv2.resize(drawn, (COMPARED, COMPARED * len(found)), interpolation=cv2.INTER_AREA)
    return found, contours, _as_shapes(small.reshape(len(found), -1).astype(np.float64))


def _draw(path: int, count: int, canvas: Grey) -> int:
    """Fills the outline of so many segments on the canvas, stretched to it, and returns the number of its contours."""
    segments = list(map(_segment, repeat(path), range(count)))
    points = np.zeros((count, 2), np.float32)
    start, end = points.ctypes.data, points.ctypes.data + points.nbytes
    deque(map(_point, segments, range(start, end, 8), range(start + 4, end, 8)), 0)
    low, high = points.min(axis=0), points.max(axis=0)
    # The polygon of a curve's control points is near enough to it.
    places = ((points - low) * ((DRAWN - 1) / np.maximum(high - low, 1e-3)) + 0.5).astype(np.int32)
    places[:, 1] = DRAWN - 1 - places[:, 1]  # an outline's origin is at the bottom
    firsts = [at for at, kind in enumerate(map(_segment_type, segments)) if kind == pdfium_c.FPDF_SEGMENT_MOVETO]
    cv2.fillPoly(canvas, [places[at:end] for at, end in pairwise([*firsts, count])], 255)
    return len(firsts)
