"""A PDF page's text layer -> words with boxes, and whether that text layer can be trusted.

Runs inside a page process. Characters are taken as PDFium gives them: no clean-up changes one. Boxes are in points,
origin top left of the page as it is shown (its /Rotate and crop box applied).
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pypdfium2.raw as pdfium_c

from .errors import PageTooLarge
from .geometry import Box

Source = Literal["text_layer", "ocr"]


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them, as they stand on the page.

    `line` numbers the lines of the page's own text stream (or of the recogniser), from 0; `size` is the font size
    (the line's height where recognised), in the page's unit; `upright` is False for text that runs up or down.
    """

    text: str
    box: Box
    line: int
    source: Source
    size: float
    bold: bool = False
    italic: bool = False
    upright: bool = True
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The words of one page in stream order; `sound` is False where they are not what a reader sees.

    `quarters`: by how many quarters the page has to be turned anticlockwise for most of its letters to stand upright.
    `objects`: for each word the addresses of the text objects, of the open page, that its letters come from.
    """

    words: list[Word]
    sound: bool
    quarters: int = 0
    objects: tuple[tuple[int, ...], ...] = ()


# PDFium writes a hyphen that ends a line as U+0002 (and, in its UTF-16 interface, as U+FFFE).
_LINE_END_HYPHEN = {0x02, 0xFFFE}
_BREAKS = {0x0A, 0x0D}


# A letter's room in font sizes: what a sound font takes, and what is believed of one that takes more than the most.
ASCENT, DESCENT = 0.9, 0.25
MAX_LINE_HEIGHT = 1.7
# Neighbours in a word share this much of their height; a raised or lowered character still does.
SAME_BASELINE = 0.25
# A page is turned for this share of its letters, or stays.
MOST_LETTERS = 0.7
# So many characters tell whether a page's text stands upright.
SAMPLE = 20
# A page of the most words has no more characters, for each of them, than this.
LETTERS_A_WORD = 12


@dataclass(slots=True)
class _Font:
    size: float
    bold: bool
    italic: bool
    upside_down: bool = False


class PageFrame:
    """PDF user space of one page -> its frame as shown: origin top left, y downwards, `/Rotate` applied."""

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
        """A rectangle of user space as a box of the shown page."""
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

    `upright` is called before the words are read, where the page has some that stand upright by a sample of letters.

    Raises `PageTooLarge` where there are more of them, or more than `LETTERS_A_WORD` times as many characters, spaces
    included.
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
        words, objects, unmapped, total, turns = _read_words(text_page, frame)
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)
    if len(words) > most_words:
        raise PageTooLarge(f"the page has {len(words)} words; at most {most_words} are read")
    turn, letters = turns.most_common(1)[0] if turns else (0, 0)
    sound = is_sound([word.text for word in words], unmapped, total)
    return TextLayer(words, sound, turn if letters > MOST_LETTERS * turns.total() else 0, tuple(objects))


def _is_upright(text_page: pdfium_c.FPDF_TEXTPAGE, characters: int, rotation: int) -> bool:
    """Whether nearly all of a sample of the page's characters stand upright, and there are some."""
    sample = range(0, characters, max(1, characters // SAMPLE))
    turns = [round(pdfium_c.FPDFText_GetCharAngle(text_page, index) / 1.5707963) + rotation for index in sample]
    return len(turns) >= SAMPLE and sum(turn % 4 == 0 for turn in turns) > 0.9 * len(turns)


def _read_words(
    text_page: pdfium_c.FPDF_TEXTPAGE, frame: PageFrame
) -> tuple[list[Word], list[tuple[int, ...]], int, int, Counter[int]]:
    """The words, the text objects of each, how many characters have no Unicode of their own, how many characters there
    are, and how many of them stand at how many quarter turns clockwise."""
    words: list[Word] = []
    objects: list[tuple[int, ...]] = []
    turns: Counter[int] = Counter()
    unmapped = total = line = 0
    fonts: dict[int, _Font] = {}
    faces: dict[int, tuple[bool, bool]] = {}
    loose = pdfium_c.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    letters: list[str] = []
    boxes: list[Box] = []
    sources: dict[int, None] = {}
    font = _Font(0.0, False, False)
    turn = 0  # of the word's letters: quarters clockwise
    high_surrogate = 0

    def finish_word() -> None:
        if letters:
            box = (
                min(b[0] for b in boxes),
                min(b[1] for b in boxes),
                max(b[2] for b in boxes),
                max(b[3] for b in boxes),
            )
            turns[turn] += len(letters)
            size = font.size or (box[3] - box[1])
            words.append(
                Word("".join(letters), box, line, "text_layer", size, font.bold, font.italic, upright=turn % 2 == 0)
            )
            objects.append(tuple(sources))
            letters.clear()
            boxes.clear()
            sources.clear()

    for index in range(pdfium_c.FPDFText_CountChars(text_page)):
        code = pdfium_c.FPDFText_GetUnicode(text_page, index)
        if code in _BREAKS:
            finish_word()
            line += code == 0x0A
            continue
        if 0xD800 <= code < 0xDC00:
            high_surrogate = code
            continue
        if 0xDC00 <= code < 0xE000 and high_surrogate:
            code = 0x10000 + ((high_surrogate - 0xD800) << 10) + (code - 0xDC00)
        if 0xD800 <= code < 0xE000:
            code = 0xFFFD  # half of a pair is no character
        high_surrogate = 0
        letter = "-" if code in _LINE_END_HYPHEN else chr(code)
        if code == 0 or letter.isspace():
            if code == 0:
                total += 1
                unmapped += 1
            finish_word()
            continue
        total += 1
        unmapped += pdfium_c.FPDFText_HasUnicodeMapError(text_page, index) == 1
        pdfium_c.FPDFText_GetLooseCharBox(text_page, index, loose)
        text_object = pdfium_c.FPDFText_GetTextObject(text_page, index)
        key = ctypes.addressof(text_object.contents) if text_object else 0
        if key not in fonts:
            fonts[key] = _font(text_page, index, text_object, faces)
        height = loose.top - loose.bottom
        if height > MAX_LINE_HEIGHT * fonts[key].size and loose.right - loose.left < height:
            # The font claims more room than its letters take (a wrong ascent): believe its size.
            pdfium_c.FPDFText_GetCharOrigin(text_page, index, x, y)
            loose.top = min(loose.top, y.value + ASCENT * fonts[key].size)
            loose.bottom = max(loose.bottom, y.value - DESCENT * fonts[key].size)
        box = frame.box(loose.left, loose.bottom, loose.right, loose.top)
        if letters and _apart(boxes[-1], box, font.size, upright=turn % 2 == 0):
            finish_word()
        if not letters:
            angle = pdfium_c.FPDFText_GetCharAngle(text_page, index)
            font = fonts[key]
            turn = (round(angle / 1.5707963) + 2 * font.upside_down + frame.rotation) % 4
        letters.append(letter)
        boxes.append(box)
        sources[key] = None
    finish_word()
    return words, objects, unmapped, total, turns


def _apart(last: Box, box: Box, size: float, upright: bool) -> bool:
    """Whether a character stands too far from the one before to be of the same word: another column or line."""
    along, across = ((0, 2), (1, 3)) if upright else ((1, 3), (0, 2))
    reach = size or max(last[3] - last[1], last[2] - last[0])
    gap = max(box[along[0]] - last[along[1]], last[along[0]] - box[along[1]])
    common = min(last[across[1]], box[across[1]]) - max(last[across[0]], box[across[0]])
    lower = min(last[across[1]] - last[across[0]], box[across[1]] - box[across[0]])
    return gap > reach or common < SAME_BASELINE * lower


def _font(text_page: pdfium_c.FPDF_TEXTPAGE, index: int, item: Any, faces: dict[int, tuple[bool, bool]]) -> _Font:
    """Size (scaled as on the page), weight and slant of the font of the character's text object; `faces` are the weight
    and slant of fonts seen before, by address."""
    matrix = pdfium_c.FS_MATRIX()
    size = pdfium_c.FPDFText_GetFontSize(text_page, index)
    if pdfium_c.FPDFText_GetMatrix(text_page, index, matrix):
        size *= (matrix.c**2 + matrix.d**2) ** 0.5
    font = pdfium_c.FPDFTextObj_GetFont(item) if item else None
    key = ctypes.addressof(font.contents) if font else 0
    if key not in faces:
        faces[key] = _face(text_page, index)
    # A negative size turns letters upside down, and their matrix, often, back again: its angle is of the matrix alone.
    return _Font(abs(size), *faces[key], upside_down=size < 0)


def _face(text_page: pdfium_c.FPDF_TEXTPAGE, index: int) -> tuple[bool, bool]:
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


# How often each letter stands in running text, averaged over eleven European languages (per cent; published letter
# counts of English, French, German, Spanish, Portuguese, Italian, Dutch, Danish, Swedish, Polish and Finnish).
_LETTER_SHARE = {
    **{"a": 8.9, "b": 1.3, "c": 2.5, "d": 4.2, "e": 14.0, "f": 1.4, "g": 2.0, "h": 2.2, "i": 7.5, "j": 0.7, "k": 2.4},
    **{"l": 4.7, "m": 3.0, "n": 8.0, "o": 6.3, "p": 2.3, "q": 0.4, "r": 6.6, "s": 6.4, "t": 6.9, "u": 4.0, "v": 1.7},
    **{"w": 1.0, "x": 0.2, "y": 1.1, "z": 0.9},
}
_MIN_LETTERS = 120
_MIN_LIKENESS = 0.65
_MIN_CHARACTERS = 20
_MAX_BROKEN = 0.25
_MIN_MEANINGFUL = 0.4


def is_sound(words: list[str], unmapped: int = 0, total: int = 0) -> bool:
    """Whether the words are language, and not glyph numbers that only the font's shapes make readable.

    `unmapped` of `total` characters had no Unicode value. Three general signs of a broken text layer: characters that
    mean nothing (unmapped, replacement, private use, control), hardly any letter or digit among the rest, and Latin
    letters that come in shares unlike those of any European language (a shifted or shuffled encoding).
    """
    characters = [character for word in words for character in word]
    count = max(total, len(characters))
    if count < _MIN_CHARACTERS:
        return unmapped * 2 <= count
    categories = Counter(unicodedata.category(character) for character in characters)
    meaningless = sum(categories[name] for name in ("Co", "Cn", "Cc", "Cs")) + characters.count("\ufffd")
    if max(meaningless, unmapped) > _MAX_BROKEN * count:
        return False
    meaningful = sum(number for name, number in categories.items() if name[0] in "LNM")
    leaders = sum(number for character, number in Counter(characters).items() if character in "._-…·•")
    if meaningful < _MIN_MEANINGFUL * max(1, len(characters) - leaders):
        return False
    # Each word once: a column of currencies or units says nothing of its language.
    letters = Counter(character for character in "".join({w.lower() for w in words}) if "a" <= character <= "z")
    latin = sum("a" <= character <= "z" for character in "".join(words).lower())
    all_letters = sum(number for name, number in categories.items() if name[0] == "L")
    digits = categories["Nd"]
    if letters.total() < _MIN_LETTERS or latin < 0.8 * all_letters or digits > 0.5 * all_letters:
        return True
    dot = sum(letters[letter] * share for letter, share in _LETTER_SHARE.items())
    norm = sum(number**2 for number in letters.values()) ** 0.5 * sum(s**2 for s in _LETTER_SHARE.values()) ** 0.5
    return bool(dot / norm >= _MIN_LIKENESS)
