"""A text layer with ActualText -> the text that is drawn, wherever the two differ.

Runs in a page process. Source: ISO 32000-2, 14.9.4. ActualText replaces ligatures, hyphens at line ends and glyphs
whose font gives no characters. PDFium returns it instead of the drawn characters. Where the glyphs say something else,
the glyphs are what a reader sees.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium_c

from ..values.words import Word
from .drawing import Drawing
from .page_objects import marks_of
from .text_layer import LETTERS_A_GLYPH, Origin, TextLayer, words_around

# Min share of letters in common for ActualText and glyphs to be one text, in another order or spelling.
ALIKE = 0.7
# Numbers, with the signs that change what they are worth.
_NUMBER = re.compile(r"(?:(?<!\w)-)?\d+(?:[.,]\d+)*")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


def as_drawn(page: Any, layer: TextLayer, drawing: Drawing, most_words: int) -> TextLayer:
    """The text layer with the drawn words added wherever ActualText contradicts them.

    Contradicted words stay, and their origins get `only_said`. The open page loses its ActualText marks. Boxes are in
    points, origin top left of the page as shown. Raises `PageTooLarge` for more than `most_words` drawn words.
    """
    if not drawing.said:
        return layer
    for address in drawing.said:
        _remove_actual_text(address)
    drawn = words_around(page, frozenset(drawing.said), most_words)
    words: list[Word] = []
    origins: list[Origin] = []
    done: set[str] = set()
    agreed: dict[str, bool] = {}
    for word, origin in zip(layer.words, layer.origins, strict=True):
        said = next((drawing.said[at] for at in origin.objects if at in drawing.said), None)
        if said and said not in agreed:
            agreed[said] = _texts_agree(said, drawn, _objects_of(said, drawing))
        # PDFium takes replacement text without a character that it knows for none, and gives the words that are drawn.
        if not said or agreed[said]:
            words.append(word)
            origins.append(origin)
            continue
        words.append(word)
        origins.append(origin._replace(only_said=True))
        if said not in done:
            done.add(said)
            for other, drawn_origin in _words_of(drawn, _objects_of(said, drawing)):
                words.append(replace(other, line=word.line))
                origins.append(drawn_origin)
    for word, origin in _words_of(drawn, _unsaid(layer, drawing)):
        words.append(word)
        origins.append(origin)
    return replace(layer, words=words, origins=tuple(origins), blanks=())


def _objects_of(said: str, drawing: Drawing) -> frozenset[int]:
    """The text objects with this ActualText."""
    return frozenset(at for at, text in drawing.said.items() if text == said)


def _unsaid(layer: TextLayer, drawing: Drawing) -> frozenset[int]:
    """The text objects with an ActualText that no word of the layer comes from.

    PDFium gives neither their own words nor the others where further marks stand inside of the ActualText.
    """
    heard = {drawing.said[at] for origin in layer.origins for at in origin.objects if at in drawing.said}
    return frozenset(at for at, text in drawing.said.items() if text not in heard)


def _words_of(layer: TextLayer, objects: frozenset[int]) -> list[tuple[Word, Origin]]:
    """The words of these text objects, each with its origin."""
    pairs = zip(layer.words, layer.origins, strict=True)
    return [(word, origin) for word, origin in pairs if not objects.isdisjoint(origin.objects)]


def _texts_agree(said: str, drawn: TextLayer, objects: frozenset[int]) -> bool:
    """Whether ActualText may be what is drawn: the same letters and digits, or glyphs without characters."""
    found = _words_of(drawn, objects)
    own = [_own_text(word, origin, objects) for word, origin in found]
    one, two = _letters([said]), _letters(own)
    if any(origin.strange for _, origin in found):
        return len(one) <= LETTERS_A_GLYPH * sum(len(word.text) for word, _ in found)
    if not two:
        return len(one) <= LETTERS_A_GLYPH
    # What is drawn may be replaced bit by bit, each by the same text. Neither may say much more than the other, nor
    # another number.
    shown, told = _numbers(" ".join(own)), _numbers(said)
    if _without(shown, told) or (told and not shown):
        return False
    unsaid = _without(two, one)
    if len(unsaid) < LETTERS_A_GLYPH and len(unsaid) < len(two) + (not one):
        return True
    if two in one and len(one) - len(two) < LETTERS_A_GLYPH:
        return True
    common = (Counter(one) & Counter(two)).total()
    return common >= ALIKE * max(len(one), len(two))


def _without(text: str, part: str) -> str:
    """The text without each such part of it."""
    return text.replace(part, "") if part else text


def _numbers(text: str) -> str:
    """The numbers of the text in one string: their digits, points and commas, and minus signs."""
    return "".join(_NUMBER.findall(unicodedata.normalize("NFKC", text).translate(_DASHES)))


def _own_text(word: Word, origin: Origin, objects: frozenset[int]) -> str:
    """The characters of the word that these text objects draw: it may begin or end outside of what is replaced."""
    starts = [(0, origin.objects[0] if origin.objects else 0), *origin.changes, (len(word.text), 0)]
    return "".join(word.text[start:end] for (start, item), (end, _) in pairwise(starts) if item in objects)


def _letters(texts: Sequence[str]) -> str:
    """The letters and digits of the texts as one string, folded for comparison."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", "".join(texts)).casefold()))


def _remove_actual_text(address: int) -> None:
    item = ctypes.cast(address, pdfium_c.FPDF_PAGEOBJECT)
    for mark in list(marks_of(address)):
        if pdfium_c.FPDFPageObjMark_GetParamValueType(mark, b"ActualText") == pdfium_c.FPDF_OBJECT_STRING:
            pdfium_c.FPDFPageObj_RemoveMark(item, mark)
