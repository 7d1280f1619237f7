"""Text that a file says in place of what it draws (ActualText, ISO 32000-2, 14.9.4) -> what is drawn, if they differ.

Runs inside a page process. Replacement text is for ligatures, for hyphens at line ends, and for glyphs whose font says
nothing; PDFium gives it instead of the characters. Where the glyphs say something else, they are what a reader sees.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pypdfium2.raw as pdfium_c

from ..values.words import Word
from .drawing import Drawing, marks_of
from .text_layer import Origin, TextLayer, read_text_layer

# Two texts that have so many of their letters in common are one, in another order or spelling.
ALIKE = 0.7


def as_drawn(page: Any, layer: TextLayer, drawing: Drawing, most_words: int) -> TextLayer:
    """The layer with the words that are drawn beside those that are only said in their place, whose origins are marked
    so. The page's replacement texts are gone afterwards."""
    if not drawing.said:
        return layer
    for address in drawing.said:
        _forget(address)
    drawn = read_text_layer(page, most_words)
    words: list[Word] = []
    origins: list[Origin] = []
    done: set[str] = set()
    for word, origin in zip(layer.words, layer.origins, strict=True):
        said = next((drawing.said[at] for at in origin.objects if at in drawing.said), None)
        group = frozenset(at for at, text in drawing.said.items() if text == said)
        if said is None or _agree(said, drawn, group):
            words.append(word)
            origins.append(origin)
            continue
        words.append(word)
        origins.append(origin._replace(only_said=True))
        if said not in done:
            done.add(said)
            for other, place in _of(drawn, group):
                words.append(replace(other, line=word.line))
                origins.append(place)
    return replace(layer, words=words, origins=tuple(origins), blanks=())


def _of(layer: TextLayer, objects: frozenset[int]) -> list[tuple[Word, Origin]]:
    pairs = zip(layer.words, layer.origins, strict=True)
    return [(word, origin) for word, origin in pairs if not objects.isdisjoint(origin.objects)]


def _agree(said: str, drawn: TextLayer, objects: frozenset[int]) -> bool:
    """Whether what is said may be what is drawn: the same letters and figures, or glyphs that say nothing."""
    found = _of(drawn, objects)
    if any(origin.strange for _, origin in found):
        return True
    one, two = _letters([said]), _letters([word.text for word, _ in found])
    # A word may begin or end outside of what is replaced.
    if not two or one in two or two in one:
        return True
    if [letter for letter in one if letter.isdigit()] != [letter for letter in two if letter.isdigit()]:
        return False
    common = (Counter(one) & Counter(two)).total()
    return common >= ALIKE * max(len(one), len(two))


def _letters(texts: Sequence[str]) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", "".join(texts)).casefold()))


def _forget(address: int) -> None:
    item = ctypes.cast(address, pdfium_c.FPDF_PAGEOBJECT)
    for mark in list(marks_of(address)):
        if pdfium_c.FPDFPageObjMark_GetParamValueType(mark, b"ActualText") == pdfium_c.FPDF_OBJECT_STRING:
            pdfium_c.FPDFPageObj_RemoveMark(item, mark)
