"""A free text annotation without an appearance -> its words, laid out as a viewer would, and how they would be drawn.

Its rich text says what is shown, where it says something else than its plain contents; its default style is stronger
than its default appearance (ISO 32000-2, table 177).

Runs in a page process. PDFium's own drawing of such a note knows few letters, so its words are taken directly (ISO
32000-2, 12.5.6.6). Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from ..values.boxes import Box, area, clip, intersection
from ..values.words import Word
from .page_frame import PageFrame
from .rich_text import plain_text, styles

# Font size of a note that names none, in points; width of a letter and height of a line, in font sizes.
NOTE_SIZE, LETTER_WIDTH, LINE_HEIGHT = 11.0, 0.5, 1.2
# Max font size that is believed, in points; max lines of a note.
MOST_SIZE, MOST_LINES = 200.0, 200
# Min share of a word that is covered.
COVERED = 0.7
_SIZE = re.compile(r"([\d.]+)\s+Tf\b")
# A colour of a default appearance: a grey, RGB or CMYK, each 0..1.
_COLOUR = re.compile(r"((?:[\d.]+\s+){1,4})(g|rg|k)\b")
# A font size and a colour of a style.
_STYLE_SIZE = re.compile(r"(?<![-\w])font(?:-size)?\s*:[^;]*?(?<![-\w.])([\d.]+)\s*pt\b")
_STYLE_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*#([0-9a-fA-F]{6})")

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class TypedNote:
    """The words of a note, boxes in points, origin top left as shown.

    `ink`, `ground`: the colours of its text and of its own ground (RGB, 0..255), None without one. `opacity`: 0..1.
    `layered`: whether it belongs to optional content, which may be off. `covers`: boxes of what is drawn over it.
    """

    words: tuple[Word, ...]
    ink: Colour
    ground: Colour | None
    opacity: float
    layered: bool
    covers: tuple[Box, ...] = ()

    def is_covered(self, word: Word) -> bool:
        """Whether one of the boxes over it covers most of the word."""
        return any(intersection(word.box, box) > COVERED * area(word.box) for box in self.covers)


def read_note(annotation: Any, rectangle: Any, entry: Callable[[bytes], str], frame: PageFrame, line: int) -> TypedNote:
    """The note with its words, boxes in points, origin top left as shown; those beyond the page are left out.

    `rectangle`: the annotation's, in user space. `entry`: a key of its dictionary -> its text. `line`: the number of
    the note's first line.
    """
    appearance, style, text = entry(b"DA"), entry(b"DS"), entry(b"Contents")
    if rich := entry(b"RC"):
        # Whose parts have two colours, the default one stands for.
        own = styles(rich)
        style = f"{style};{own}" if len(set(_STYLE_COLOUR.findall(own))) < 2 else style
        rich_text = plain_text(rich)
        text = rich_text if rich_text and rich_text.split() != text.split() else text
    named = _STYLE_SIZE.findall(style) or _SIZE.findall(appearance)[:1]
    size = _number(named[0]) if named else 0.0
    size = size if 0 < size <= MOST_SIZE else NOTE_SIZE
    left, right = sorted((rectangle.left, rectangle.right))
    top = max(rectangle.bottom, rectangle.top)
    letter, height = LETTER_WIDTH * size, LINE_HEIGHT * size
    upright = frame.rotation % 2 == 0
    words = []
    for number, written in enumerate(_wrapped(text, max(1, int((right - left) / letter)))):
        for word in re.finditer(r"\S+", written):
            start, end = (left + 2 + letter * at for at in word.span())
            shown = frame.box(start, top - (number + 1) * height, end, top - number * height)
            box = clip(shown, frame.width, frame.height)
            if area(box) > 0:
                words.append(Word(word[0], box, line + number, "text_layer", size, upright=upright))
    layered = bool(pdfium_c.FPDFAnnot_HasKey(annotation, b"OC"))
    return TypedNote(tuple(words), _ink(appearance, style), _ground(annotation), opacity(annotation), layered)


def _ink(appearance: str, style: str) -> Colour:
    """The colour of the text, black where none is named. A default style is stronger than a default appearance."""
    if found := _STYLE_COLOUR.findall(style):
        red, green, blue = bytes.fromhex(found[-1])
        return (red, green, blue)
    named = _COLOUR.findall(appearance)
    parts = [min(1.0, _number(part)) for part in named[-1][0].split()] if named else []
    if len(parts) == 4:
        parts = [(1 - part) * (1 - parts[3]) for part in parts[:3]]
    red, green, blue = (round(255 * part) for part in (parts if len(parts) == 3 else parts[:1] * 3 or (0, 0, 0)))
    return (red, green, blue)


def _number(digits: str) -> float:
    """The number that is written, 0 where it is none."""
    try:
        return float(digits)
    except ValueError:
        return 0.0


def _ground(annotation: Any) -> Colour | None:
    """The colour behind the note's text, None where the page is behind it."""
    colours = [ctypes.c_uint() for _ in range(4)]
    if not pdfium_c.FPDFAnnot_HasKey(annotation, b"C"):
        return None
    if not pdfium_c.FPDFAnnot_GetColor(annotation, pdfium_c.FPDFANNOT_COLORTYPE_Color, *colours):
        return None
    red, green, blue, _ = (part.value for part in colours)
    return (red, green, blue)


def opacity(annotation: Any) -> float:
    """The annotation's opacity, 0..1; 1 where none is named."""
    value = ctypes.c_float()
    if not pdfium_c.FPDFAnnot_GetNumberValue(annotation, b"CA", value):
        return 1.0
    return value.value


def _wrapped(text: str, letters: int) -> list[str]:
    """The text in lines of at most so many letters, a longer word on its own; at most `MOST_LINES`."""
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
    return lines[:MOST_LINES]
