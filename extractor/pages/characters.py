"""An open PDF page's text -> its characters, all read at once: letters with their boxes and fonts, spaces and breaks.

Runs in a page process. Characters are PDFium's own: no clean-up changes one. A call of PDFium for each character is
most of what they cost; all else is done for the whole page in one go. Boxes are in points, origin top left of the page
as shown.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from ..values.arrays import Boxes, Indices, Mask, Measures, Points
from ..values.words import DESCENT
from .font_weight import weight_and_slant
from .page_frame import PageFrame
from .plain_calls import plain_call
from .soundness import is_strange

# PDFium writes a hyphen that ends a line as U+0002 (and, in its UTF-16 interface, as U+FFFE).
_UNTOLD = 0xFFFE
_LINE_END_HYPHEN = {0x02, _UNTOLD}
# Letters of Arabic: lam, and the alefs that are one glyph with a lam before them.
_LAM, _ALEFS = 0x644, (0x622, 0x623, 0x625, 0x627)
_LINE_FEED, _BREAKS = 0x0A, {0x0A, 0x0D}
# Ascent of a sound font, in font sizes; max line height that is believed of a font.
ASCENT = 0.9
MAX_LINE_HEIGHT = 1.7

LETTER, SPACE, BREAK = 0, 1, 2

_POINTER, _INT, _ADDRESS = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_UNITS = ctypes.POINTER(ctypes.c_ushort)
_unicode = plain_call(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint, _POINTER, _INT)
_is_unmapped = plain_call(pdfium_c.FPDFText_HasUnicodeMapError, _INT, _POINTER, _INT)
_is_generated = plain_call(pdfium_c.FPDFText_IsGenerated, _INT, _POINTER, _INT)
_text_object = plain_call(pdfium_c.FPDFText_GetTextObject, _ADDRESS, _POINTER, _INT)
_loose_box = plain_call(pdfium_c.FPDFText_GetLooseCharBox, _INT, _POINTER, _INT, _POINTER)
_origin = plain_call(pdfium_c.FPDFText_GetCharOrigin, _INT, _POINTER, _INT, _POINTER, _POINTER)
_angle = plain_call(pdfium_c.FPDFText_GetCharAngle, ctypes.c_float, _POINTER, _INT)
_font_size = plain_call(pdfium_c.FPDFText_GetFontSize, ctypes.c_double, _POINTER, _INT)
_matrix = plain_call(pdfium_c.FPDFText_GetMatrix, _INT, _POINTER, _INT, _POINTER)
_font = plain_call(pdfium_c.FPDFTextObj_GetFont, _ADDRESS, _POINTER)


@dataclass(slots=True)
class Font:
    """Size in points, weight and slant of a text object; `key` is its font's address, 0 where there is none."""

    size: float
    bold: bool
    italic: bool
    upside_down: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class Characters:
    """The characters of a text page in the order of its content stream; `address` is the text page's.

    For each, (characters,): `index`, its number in PDFium, from 0; `codes`, its code point, with surrogates joined;
    `kinds`: `LETTER`, `SPACE` or `BREAK`; `unmapped`: its font's map has no code for it; `strange`: no text has it.
    """

    address: int
    index: Indices
    codes: Indices
    kinds: NDArray[np.uint8]
    unmapped: Mask
    strange: Mask

    def line_numbers(self) -> Indices:
        """For each character the number, from 0, of its line in the text stream."""
        return np.asarray(np.cumsum((self.kinds == BREAK) & (self.codes == _LINE_FEED)), np.int64)

    def real_spaces(self) -> Mask:
        """For each character whether it is a space that the text itself has."""
        real: Mask = np.asarray(self.kinds == SPACE)
        spaces = np.flatnonzero(real)
        generated = list(map(_is_generated, repeat(self.address), self.index[spaces].tolist()))
        real[spaces] = np.array(generated, np.int64) == 0
        return real

    def angles(self, positions: Indices) -> list[float]:
        """The angles of characters, in radians."""
        return list(map(_angle, repeat(self.address), self.index[positions].tolist()))

    def sides(self, positions: Indices) -> Boxes:
        """The loose boxes of characters in user space, in points: (positions, 4), left, top, right, bottom."""
        sides = np.zeros((len(positions), 4), np.float32)
        start = sides.ctypes.data
        rooms = range(start, start + sides.nbytes, 16)
        deque(map(_loose_box, repeat(self.address), self.index[positions].tolist(), rooms), 0)
        return sides.astype(np.float64)

    def origins(self, numbers: Sequence[int]) -> Points:
        """Where characters begin on their baseline, in user space, in points: (numbers, 2). `numbers` are PDFium's."""
        found = np.zeros((len(numbers), 2), np.float64)
        start = found.ctypes.data
        x, y = (range(start + first, start + first + found.nbytes, 16) for first in (0, 8))
        deque(map(_origin, repeat(self.address), numbers, x, y), 0)
        return found


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters of a text page in the order of its content stream, each a character without a space in it.

    `text`: one character a letter. `positions`: their places among the page's characters. `boxes`: (letters, 4), in
    points, origin top left of the page as shown. `objects`: the addresses of their text objects. `fonts`: of each.
    `restyled`: the letters whose font is another one than that of the letter before.
    """

    text: str
    positions: Indices
    boxes: Boxes
    objects: Indices
    fonts: Sequence[Font]
    restyled: Indices


def characters_of(text_page: Any) -> Characters:
    """All characters of an open text page. Of letters of ASCII it is not known yet whether they are unmapped."""
    address = ctypes.cast(text_page, ctypes.c_void_p).value or 0
    count = pdfium_c.FPDFText_CountChars(text_page)
    index, codes = _joined_surrogates(_codes_of(text_page, address, count))
    kinds = np.full(len(codes), LETTER, np.uint8)
    unmapped, strange = np.zeros(len(codes), bool), np.zeros(len(codes), bool)
    others = np.flatnonzero(~_is_plain(codes))
    errors = list(map(_is_unmapped, repeat(address), index[others].tolist()))
    unmapped[others] = np.array(errors, np.int64) == 1
    # A page has few different signs.
    known, own = np.unique(2 * codes[others] + unmapped[others], return_inverse=True)
    signs = np.array([_sign(sign >> 1, bool(sign & 1)) for sign in known.tolist()], np.int64).reshape(-1, 3)
    codes[others], kinds[others], strange[others] = signs[own].T
    return Characters(address, index, codes, kinds, unmapped, strange)


def _codes_of(text_page: Any, address: int, count: int) -> Indices:
    """The UTF-16 unit of each character.

    The page's text has at most one unit for each character, so that as many units are those of the characters. It has
    none for some control characters, and another one than the character for a hyphen that ends a line.
    """
    text = np.zeros(2 * count + 1, np.uint16)
    written = pdfium_c.FPDFText_GetText(text_page, 0, count, ctypes.cast(text.ctypes.data, _UNITS))
    codes = text[:count].astype(np.int64)
    asked: Sequence[int] = range(count)
    if written == count + 1 and not ((codes >= 0xD800) & (codes < 0xE000)).any():
        asked = np.flatnonzero(codes == _UNTOLD).tolist()
    codes[asked] = list(map(_unicode, repeat(address), asked))
    return codes


def _is_plain(codes: Indices) -> Mask:
    """For each code point whether it is a letter, a digit or a mark of ASCII."""
    return np.asarray((codes > 0x20) & (codes < 0x7F))


def _joined_surrogates(codes: Indices) -> tuple[Indices, Indices]:
    """The numbers and the code points of characters, given UTF-16 units. An unpaired surrogate is no character."""
    index = np.arange(len(codes))
    halves = (codes >= 0xD800) & (codes < 0xE000)
    if not halves.any():
        return index, codes
    high = halves & (codes < 0xDC00)
    low = halves & ~high
    led = np.concatenate([[False], high[:-1]])
    before = np.concatenate([[0], codes[:-1]])
    whole = 0x10000 + ((before - 0xD800) << 10) + (codes - 0xDC00)
    codes = np.where(low & led, whole, np.where(low, 0xFFFD, codes))
    return index[~high], codes[~high]


def _sign(code: int, unmapped: bool) -> tuple[int, int, bool]:
    """The code point that a character is read as, its kind, and whether it says nothing of what is drawn."""
    if code in _BREAKS and not unmapped:
        return code, BREAK, False
    letter = "-" if code in _LINE_END_HYPHEN and not unmapped else chr(code or 0xFFFD)
    if not unmapped and code and letter.isspace():
        return code, SPACE, False
    return ord(letter), LETTER, unmapped or is_strange(letter)


def letters_of(found: Characters, text_page: Any, frame: PageFrame, only: frozenset[int] | None = None) -> Letters:
    """The letters among the characters, and in `found` which of them are unmapped.

    With `only`, the runs of letters that have one of these text objects.
    """
    positions = np.flatnonzero(found.kinds == LETTER)
    numbers = found.index[positions].tolist()
    objects = np.array(list(map(_text_object, repeat(found.address), numbers)), np.int64)
    if only is not None:
        kept = _runs_with(objects, run_starts(positions), only)
        positions, objects = positions[kept], objects[kept]
    plain = positions[_is_plain(found.codes[positions])]
    errors = list(map(_is_unmapped, repeat(found.address), found.index[plain].tolist()))
    found.unmapped[plain] = found.strange[plain] = np.array(errors, np.int64) == 1
    starts = np.flatnonzero(np.diff(objects, prepend=-1))
    lengths = np.diff(starts, append=len(objects))
    numbers = found.index[positions[starts]].tolist()
    fonts = _fonts_of(text_page, found.address, objects[starts].tolist(), numbers)
    sizes = np.repeat(np.array([font.size for font in fonts]), lengths)
    changed = [font is not before for font, before in zip(fonts[1:], fonts, strict=False)]
    boxes = frame.boxes(_believed(found, positions, sizes))
    return Letters(
        _with_ligatures_in_order(found.codes[positions], boxes).astype("<u4").tobytes().decode("utf-32-le"),
        positions,
        boxes,
        objects,
        [font for font, length in zip(fonts, lengths.tolist(), strict=True) for font in repeat(font, length)],
        starts[1:][np.array(changed, bool)],
    )


def _with_ligatures_in_order(codes: Indices, boxes: Boxes) -> Indices:
    """The letters' code points, those of a lam-alef ligature in the order of reading.

    PDFium turns a line from right to left around letter by letter, and so the two letters that one glyph stands for.
    No script has a ligature of alef and lam (Unicode Standard, 9.2, Arabic ligatures).
    """
    second = 1 + np.flatnonzero(codes[1:] == _LAM)
    second = second[np.isin(codes[second - 1], _ALEFS)]
    second = second[(boxes[second] == boxes[second - 1]).all(axis=1)]
    if not len(second):
        return codes
    ordered = codes.copy()
    ordered[second - 1], ordered[second] = codes[second], codes[second - 1]
    return ordered


def run_starts(positions: Indices) -> Indices:
    """The indices of the letters before which a character stands that is none; `positions`: the letters' places."""
    return np.flatnonzero(np.diff(positions, prepend=-2) > 1)


def _runs_with(objects: Indices, starts: Indices, only: frozenset[int]) -> Mask:
    """For each letter whether a letter of its run has one of these text objects."""
    if not len(starts):
        return np.zeros(0, bool)
    held = np.isin(objects, np.array(sorted(only), np.int64))
    return np.repeat(np.logical_or.reduceat(held, starts), np.diff(starts, append=len(objects)))


def _believed(found: Characters, positions: Indices, sizes: Measures) -> Boxes:
    """The letters' boxes in user space: left, bottom, right, top.

    Where a font's ascent is wrong, taller than its letters, its size counts instead.
    """
    left, top, right, bottom = found.sides(positions).T
    high = top - bottom
    tall = np.flatnonzero((high > MAX_LINE_HEIGHT * sizes) & (right - left < high))
    if len(tall):
        y = found.origins(found.index[positions[tall]].tolist())[:, 1]
        top[tall] = np.minimum(top[tall], y + ASCENT * sizes[tall])
        bottom[tall] = np.maximum(bottom[tall], y - DESCENT * sizes[tall])
    return np.stack([left, bottom, right, top], axis=1)


def _fonts_of(text_page: Any, address: int, objects: Sequence[int], numbers: Sequence[int]) -> list[Font]:
    """The font of each of these text objects, its size as on the page; `numbers`: a letter of each.

    Text objects of one look share a font: most words of several objects are set in one.
    """
    fonts: dict[int, Font] = {}
    looks: dict[tuple[float, int, bool], Font] = {}
    faces: dict[int, tuple[bool, bool]] = {}
    matrix = pdfium_c.FS_MATRIX()
    matrix_at = ctypes.addressof(matrix)
    for item, number in zip(objects, numbers, strict=True):
        if item in fonts:
            continue
        size = _font_size(address, number)
        if _matrix(address, number, matrix_at):
            size *= (matrix.c**2 + matrix.d**2) ** 0.5
        key = _font(item) if item else 0
        if key not in faces:
            faces[key] = _weight_and_slant(text_page, number)
        # A negative size turns letters upside down, and often their matrix turns them back: the angle is the matrix's
        # alone.
        font = Font(abs(size), *faces[key], upside_down=size < 0, key=key)
        fonts[item] = looks.setdefault((font.size, key, font.upside_down), font)
    return [fonts[item] for item in objects]


def _weight_and_slant(text_page: Any, index: int) -> tuple[bool, bool]:
    """Whether the character's font is bold, and whether it is slanted."""
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(128)
    pdfium_c.FPDFText_GetFontInfo(text_page, index, buffer, 128, flags)
    name = buffer.value.decode("utf-8", "replace")
    return weight_and_slant(name, flags.value, pdfium_c.FPDFText_GetFontWeight(text_page, index))
