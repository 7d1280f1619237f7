"""The words of a page -> the fonts that draw other digits than they say. Runs in a page process.

A font's map may name each digit as another one: every amount is wrong then, and looks right. The outlines of digits
tell most of them apart, whatever the typeface: an 8 has two counters, so three contours, a 0 has two contours, a 1 and
a 7 have one. Of 518 fonts with digits in public invoices, reports and tables, none contradicts it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from itertools import islice

import pypdfium2.raw as pdfium

from ..values.words import Word
from .plain_calls import plain_call
from .text_layer import Origin

# The digits that are looked at, first those that tell most: the contours of each, and whether there may be more.
CONTOURS = {"8": (3, True), "1": (1, False), "0": (2, True), "7": (1, False)}
# Max fonts of a page, and max segments of an outline, that are looked at.
MOST_FONTS = 50
MOST_SEGMENTS = 400
# The size at which outlines are asked for: they do not change with it.
SIZE = 100.0

_glyph_path = plain_call(
    pdfium.FPDFFont_GetGlyphPath, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_float
)
_segment_count = plain_call(pdfium.FPDFGlyphPath_CountGlyphSegments, ctypes.c_int, ctypes.c_size_t)
_segment = plain_call(pdfium.FPDFGlyphPath_GetGlyphPathSegment, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
_segment_type = plain_call(pdfium.FPDFPathSegment_GetType, ctypes.c_int, ctypes.c_size_t)


def fonts_with_other_digits(words: Sequence[Word], origins: Sequence[Origin]) -> set[int]:
    """The addresses, on the open page, of fonts one of whose digits has not the contours of what it is called. Fonts
    whose glyphs have no outlines are not judged."""
    used: dict[int, set[str]] = {}
    for word, origin in zip(words, origins, strict=True):
        # Where a word has several text objects, it is not known which of its letters the font draws.
        if origin.font and not origin.changes and any(map(str.isdigit, word.text)):
            used.setdefault(origin.font, set()).update(word.text)
    return {font for font, letters in islice(used.items(), MOST_FONTS) if _draws_others(font, letters)}


def _draws_others(font: int, letters: set[str]) -> bool:
    """Whether one of these letters' digits is drawn as another one. Where an 8 is an 8, so are the others."""
    told = ["8"] if "8" in letters else [digit for digit in CONTOURS if digit in letters]
    return any(_contradicts(font, digit, *CONTOURS[digit]) for digit in told)


def _contradicts(font: int, letter: str, contours: int, more: bool) -> bool:
    """Whether the glyph that the font calls so has fewer contours, or has more where there may be none. False without
    an outline, or where it is very long."""
    path = _glyph_path(font, ord(letter), SIZE)
    count = _segment_count(path) if path else 0
    if not 0 < count <= MOST_SEGMENTS:
        return False
    found = 0
    for at in range(count):
        found += _segment_type(_segment(path, at)) == pdfium.FPDF_SEGMENT_MOVETO
        if found == contours and more:
            return False
    return found != contours
