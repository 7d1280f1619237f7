"""A PDF page's text layer -> words with boxes, and whether the layer can be trusted.

Runs in a page process. Characters are PDFium's own: no clean-up changes one. Boxes are in points, origin top left of
the page as shown (/Rotate and crop box applied).
"""

from __future__ import annotations

import ctypes
import math
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium_c

from ..errors import PageTooLarge
from ..values.boxes import Box
from ..values.words import DESCENT, Word, WordPart, is_raised
from .raised_digits import OTHER_SIZE, RAISED, ends_number
from .soundness import is_sound, is_strange


class Letter(NamedTuple):
    """A doubtful character of a word: its index in the word's text; its box in points, origin top left as shown."""

    at: int
    box: Box


class Origin(NamedTuple):
    """Where a word comes from.

    `objects`, `font`: addresses of its text objects and its font, on the open page. `strange`: its characters that say
    nothing of what is drawn. `only_said`: whether it is ActualText that is not drawn. `spaced`: whether a space
    character of the text stands before it.
    """

    objects: tuple[int, ...] = ()
    font: int = 0
    strange: tuple[Letter, ...] = ()
    only_said: bool = False
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The words of one page in stream order. Boxes are in points, origin top left of the page as shown.

    `sound`: whether they are what a reader sees. `quarters`: quarter turns anticlockwise that set most letters upright.
    `origins`: one for each word. `blanks`: spaces that may be characters, each the index of the word before it and its
    box.
    """

    words: list[Word]
    sound: bool
    quarters: int = 0
    origins: tuple[Origin, ...] = ()
    blanks: tuple[tuple[int, Box], ...] = ()


# PDFium writes a hyphen that ends a line as U+0002 (and, in its UTF-16 interface, as U+FFFE).
_LINE_END_HYPHEN = {0x02, 0xFFFE}
_BREAKS = {0x0A, 0x0D}


# Ascent of a sound font, in font sizes; max line height that is believed of a font.
ASCENT = 0.9
MAX_LINE_HEIGHT = 1.7
# Min share of height in common of neighbours in a word; raised and lowered characters still have it.
SAME_BASELINE = 0.25
# Min share of letters for which a page is turned.
MOST_LETTERS = 0.7
# Characters that are sampled to tell whether a page's text is upright.
SAMPLE = 20
# Max difference in width of characters of one width, as a share.
SAME_WIDTH = 0.02
# Max characters of a page, per word of the limit.
LETTERS_A_WORD = 12


@dataclass(slots=True)
class _Font:
    """Size in points, weight and slant of a text object; `key` is the font's address."""

    size: float
    bold: bool
    italic: bool
    upside_down: bool = False
    key: int = 0


# left, top, right and bottom of an FS_RECTF
_sides = struct.Struct("4f").unpack_from


def _user_space(rectangle: pdfium_c.FS_RECTF) -> Box:
    """Left, bottom, right, top in PDF user space."""
    return (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)


class PageFrame:
    """PDF user space of one page -> the page as shown: points, origin top left, y downwards, /Rotate applied.

    `width`, `height`: of the page as shown. `left`, `bottom`, `right`, `top`: its crop box in user space. `rotation`:
    quarter turns clockwise.
    """

    def __init__(self, page: pdfium_c.FPDF_PAGE) -> None:
        bounds = pdfium_c.FS_RECTF()
        if not pdfium_c.FPDF_GetPageBoundingBox(page, bounds):
            bounds.left, bounds.bottom = 0.0, 0.0
            bounds.right, bounds.top = pdfium_c.FPDF_GetPageWidthF(page), pdfium_c.FPDF_GetPageHeightF(page)
        self.left, self.right = sorted((bounds.left, bounds.right))
        self.bottom, self.top = sorted((bounds.bottom, bounds.top))
        self.rotation = pdfium_c.FPDFPage_GetRotation(page) % 4
        turned = self.rotation in (1, 3)
        self.width = self.top - self.bottom if turned else self.right - self.left
        self.height = self.right - self.left if turned else self.top - self.bottom

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of user space as a box of the page as shown: points, origin top left."""
        if self.rotation == 0:
            return (left - self.left, self.top - top, right - self.left, self.top - bottom)
        if self.rotation == 1:
            return (bottom - self.bottom, left - self.left, top - self.bottom, right - self.left)
        if self.rotation == 2:
            return (self.right - right, bottom - self.bottom, self.right - left, top - self.bottom)
        return (self.top - top, self.right - right, self.top - bottom, self.right - left)


def read_text_layer(
    page: pdfium_c.FPDF_PAGE, most_words: int = 20_000, upright: Callable[[], None] = lambda: None
) -> TextLayer:
    """The words of the page's text layer, in the order of its content stream.

    Boxes are in points, origin top left of the page as shown. `upright` is called before the words are read, if a
    sample of letters says that the text is upright. Raises `PageTooLarge` for more than `most_words` words, or more
    than `LETTERS_A_WORD` times as many characters, spaces included.
    """
    text_page = pdfium_c.FPDFText_LoadPage(page)
    if not text_page:
        return TextLayer([], True)
    try:
        characters = pdfium_c.FPDFText_CountChars(text_page)
        if characters > LETTERS_A_WORD * most_words:
            most = LETTERS_A_WORD * most_words
            raise PageTooLarge(f"the page's text has {characters} characters; at most {most} are read")
        frame = PageFrame(page)
        if _is_upright(text_page, characters, frame.rotation):
            upright()
        reader = _WordReader(text_page, frame)
        reader.read()
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)
    words, turns = reader.words, reader.turns
    if len(words) > most_words:
        raise PageTooLarge(f"the page has {len(words)} words; at most {most_words} are read")
    turn, letters = turns.most_common(1)[0] if turns else (0, 0)
    sound = is_sound([word.text for word in words], reader.unmapped, reader.total)
    upright_turn = turn if letters > MOST_LETTERS * turns.total() else 0
    return TextLayer(words, sound, upright_turn, tuple(reader.origins), tuple(reader.blanks))


def _is_upright(text_page: pdfium_c.FPDF_TEXTPAGE, characters: int, rotation: int) -> bool:
    """Whether nearly all of a sample of characters are upright; False with too few."""
    sample = range(0, characters, max(1, characters // SAMPLE))
    turns = [round(pdfium_c.FPDFText_GetCharAngle(text_page, index) / 1.5707963) + rotation for index in sample]
    return len(turns) >= SAMPLE and sum(turn % 4 == 0 for turn in turns) > 0.9 * len(turns)


def plain_call(function: Any, result: Any, *arguments: Any) -> Any:
    """A PDFium function with plain integers for addresses in its arguments: a third of the cost of typed pointers."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
# Called for each character.
_unicode = plain_call(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint, _POINTER, _INT)
_is_unmapped = plain_call(pdfium_c.FPDFText_HasUnicodeMapError, _INT, _POINTER, _INT)
_is_generated = plain_call(pdfium_c.FPDFText_IsGenerated, _INT, _POINTER, _INT)
_text_object = plain_call(pdfium_c.FPDFText_GetTextObject, _POINTER, _POINTER, _INT)
_loose_box = plain_call(pdfium_c.FPDFText_GetLooseCharBox, _INT, _POINTER, _INT, _POINTER)


# A space, and one that keeps a number together.
_SPACES = frozenset(" \u00a0")


class _WordReader:
    """The characters of a text page, one after the other -> its words, and what is needed to judge them."""

    def __init__(self, text_page: pdfium_c.FPDF_TEXTPAGE, frame: PageFrame) -> None:
        self.words: list[Word] = []
        self.origins: list[Origin] = []
        self.turns: Counter[int] = Counter()
        self.blanks: list[tuple[int, Box]] = []
        self.unmapped = self.total = self.line = 0
        self._text_page = text_page
        self._address = ctypes.cast(text_page, ctypes.c_void_p).value or 0
        self._frame = frame
        self._fonts: dict[int, _Font] = {}
        self._looks: dict[tuple[float, int, bool], _Font] = {}
        self._faces: dict[int, tuple[bool, bool]] = {}
        self._loose = pdfium_c.FS_RECTF()
        self._loose_at = ctypes.addressof(self._loose)
        self._letters: list[str] = []
        self._boxes: list[Box] = []
        self._sources: dict[int, None] = {}
        self._strange: list[Letter] = []
        self._changes: list[tuple[int, _Font]] = []
        self._font = self._last_font = _Font(0.0, False, False)
        self._spaced = self._next_is_spaced = False
        self._digit_width = 0.0  # of the digits before a space; 0 where there are none
        self._angle = 0.0  # of the word's first letter, in radians
        self._turn = 0  # of the word's letters: quarters clockwise

    def read(self) -> None:
        """Reads all characters of the page."""
        address, unicode_of, is_unmapped, add = self._address, _unicode, _is_unmapped, self._add
        high_surrogate = 0
        for index in range(pdfium_c.FPDFText_CountChars(self._text_page)):
            code = unicode_of(address, index)
            if 0xD800 <= code < 0xE000:
                if code < 0xDC00:
                    high_surrogate = code
                    continue
                # An unpaired surrogate is no character.
                code = 0x10000 + ((high_surrogate - 0xD800) << 10) + (code - 0xDC00) if high_surrogate else 0xFFFD
            high_surrogate = 0
            unmapped = is_unmapped(address, index) == 1
            if 0x20 < code < 0x7F:
                self.total += 1
                self.unmapped += unmapped
                add(index, chr(code), unmapped)
                continue
            if code in _BREAKS and not unmapped:
                self.finish_word()
                self.line += code == 0x0A
                continue
            letter = "-" if code in _LINE_END_HYPHEN and not unmapped else chr(code or 0xFFFD)
            if not unmapped and code and letter.isspace():
                self._take_space(index, letter)
                self.finish_word()
                continue
            self.total += 1
            self.unmapped += unmapped
            add(index, letter, unmapped or is_strange(letter))
        self.finish_word()

    def _take_space(self, index: int, letter: str) -> None:
        """Record a space that the text itself has.

        A space as wide as the digits before it may be a digit that its font maps wrongly: it is a blank. Such digits
        may follow one another, or a point.
        """
        if _is_generated(self._address, index):
            return
        self._next_is_spaced = True
        if letter not in _SPACES:
            return
        if self._letters:
            digits = (at for at in range(len(self._letters) - 1, -1, -1) if self._letters[at].isdigit())
            last = next((self._boxes[at] for at in digits), None)
            self._digit_width = 0.0 if last is None else last[2] - last[0]
        if self._digit_width:
            _loose_box(self._address, index, self._loose_at)
            box = self._frame.box(*_user_space(self._loose))
            if abs((box[2] - box[0]) - self._digit_width) < SAME_WIDTH * self._digit_width:
                self.blanks.append((len(self.words) - (not self._letters), box))
            else:
                self._digit_width = 0.0

    def _add(self, index: int, letter: str, strange: bool) -> None:
        """Add a character to the current word, or begin the next word with it."""
        address, letters = self._address, self._letters
        _loose_box(address, index, self._loose_at)
        key = _text_object(address, index) or 0
        font = self._fonts.get(key)
        if font is None:
            font = _font_of(self._text_page, index, self._faces)
            # Text objects of one look share a font: most words of several objects are set in one.
            looks = (font.size, font.key, font.upside_down)
            font = self._fonts[key] = self._looks.setdefault(looks, font)
        left, top, right, bottom = _sides(self._loose)
        if top - bottom > MAX_LINE_HEIGHT * font.size and right - left < top - bottom:
            # The font's ascent is wrong, taller than its letters: use its size instead.
            _, y = _origin_of(self._text_page, index)
            top = min(top, y + ASCENT * font.size)
            bottom = max(bottom, y - DESCENT * font.size)
        box = self._frame.box(left, bottom, right, top)
        if letters:
            last = self._boxes[-1]
            # The usual case: the next letter of the same font on the same line.
            follows = box[1] == last[1] and box[3] == last[3] and abs(box[0] - last[2]) <= self._font.size * 0.5
            if not (follows and self._turn == 0) and (
                _starts_new_word(last, box, self._font.size, upright=self._turn % 2 == 0)
                or (ends_number(letters, letter) and self._is_raised(index, last, box, font))
            ):
                self.finish_word()
        if not letters:
            self._digit_width = 0.0
            self._spaced, self._next_is_spaced = self._next_is_spaced, False
            self._angle = pdfium_c.FPDFText_GetCharAngle(self._text_page, index)
            self._font = font
            self._turn = (round(self._angle / 1.5707963) + 2 * font.upside_down + self._frame.rotation) % 4
        elif font is not self._last_font:
            self._changes.append((len(letters), font))
        if strange:
            self._strange.append(Letter(len(letters), box))
        self._last_font = font
        letters.append(letter)
        self._boxes.append(box)
        self._sources[key] = None

    def _is_raised(self, index: int, last: Box, box: Box, font: _Font) -> bool:
        """Whether a character has another size or baseline than the one before it in the word."""
        size, other = font.size, self._last_font.size
        if min(size, other) < OTHER_SIZE * max(size, other):
            return True
        across = (1, 3) if self._turn % 2 == 0 else (0, 2)
        if all(box[side] == last[side] for side in across):
            return False
        (x, y), (before_x, before_y) = (_origin_of(self._text_page, at) for at in (index, index - 1))
        shift = (y - before_y) * math.cos(self._angle) + (x - before_x) * math.sin(self._angle)
        return abs(shift) >= RAISED * size

    def finish_word(self) -> None:
        """Ends the current word, if there is one."""
        if not self._letters:
            return
        lefts, tops, rights, bottoms = zip(*self._boxes, strict=True)
        box = (min(lefts), min(tops), max(rights), max(bottoms))
        turn, font = self._turn, self._font
        self.turns[turn] += len(self._letters)
        size = font.size or (box[3] - box[1])
        text = "".join(self._letters)
        parts = self._parts_by_style() if self._changes else ()
        upright = turn % 2 == 0
        self.words.append(Word(text, box, self.line, "text_layer", size, font.bold, font.italic, upright, parts=parts))
        self.origins.append(Origin(tuple(self._sources), font.key, tuple(self._strange), spaced=self._spaced))
        self._letters.clear()
        self._boxes.clear()
        self._sources.clear()
        self._strange.clear()
        self._changes.clear()

    def _parts_by_style(self) -> tuple[WordPart, ...]:
        """The word's parts by weight, slant and raising; empty where all letters are alike."""
        starts = [(0, self._font), *self._changes]
        largest, base = max(((font.size, self._boxes[at][3]) for at, font in starts), key=lambda found: found[0])
        parts: list[WordPart] = []
        for at, font in starts:
            raised = self._turn == 0 and is_raised(font.size, self._boxes[at][3], largest, base)
            part = WordPart(at, font.bold, font.italic, raised)
            if not parts or part[1:] != parts[-1][1:]:
                parts.append(part)
        return tuple(parts) if len(parts) > 1 else ()


def _starts_new_word(last: Box, box: Box, size: float, upright: bool) -> bool:
    """Whether a character stands too far from the one before it: another column or line."""
    along, across = ((0, 2), (1, 3)) if upright else ((1, 3), (0, 2))
    reach = size or max(last[3] - last[1], last[2] - last[0])
    gap = max(box[along[0]] - last[along[1]], last[along[0]] - box[along[1]])
    common = min(last[across[1]], box[across[1]]) - max(last[across[0]], box[across[0]])
    lower = min(last[across[1]] - last[across[0]], box[across[1]] - box[across[0]])
    return gap > reach or common < SAME_BASELINE * lower


def _origin_of(text_page: pdfium_c.FPDF_TEXTPAGE, index: int) -> tuple[float, float]:
    """Where the character begins on its baseline, in user space."""
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_c.FPDFText_GetCharOrigin(text_page, index, x, y)
    return x.value, y.value


def _font_of(text_page: pdfium_c.FPDF_TEXTPAGE, index: int, faces: dict[int, tuple[bool, bool]]) -> _Font:
    """The font of the character's text object, its size as on the page. `faces` caches weight and slant by address."""
    matrix = pdfium_c.FS_MATRIX()
    size = pdfium_c.FPDFText_GetFontSize(text_page, index)
    if pdfium_c.FPDFText_GetMatrix(text_page, index, matrix):
        size *= (matrix.c**2 + matrix.d**2) ** 0.5
    item = pdfium_c.FPDFText_GetTextObject(text_page, index)
    font = pdfium_c.FPDFTextObj_GetFont(item) if item else None
    key = ctypes.addressof(font.contents) if font else 0
    if key not in faces:
        faces[key] = _weight_and_slant(text_page, index)
    # A negative size turns letters upside down, and often their matrix turns them back: the angle is the matrix's
    # alone.
    return _Font(abs(size), *faces[key], upside_down=size < 0, key=key)


def _weight_and_slant(text_page: pdfium_c.FPDF_TEXTPAGE, index: int) -> tuple[bool, bool]:
    """Whether the character's font is bold, and whether it is slanted."""
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(128)
    pdfium_c.FPDFText_GetFontInfo(text_page, index, buffer, 128, flags)
    name = buffer.value.decode("utf-8", "replace").lower()
    bold = pdfium_c.FPDFText_GetFontWeight(text_page, index) >= 600 or any(
        mark in name for mark in ("bold", "black", "heavy", "semibold", "demi")
    )
    # Bit 7 of a font descriptor's flags (ISO 32000-1, table 123) is Italic.
    return bold, bool(flags.value & 64) or "italic" in name or "oblique" in name
