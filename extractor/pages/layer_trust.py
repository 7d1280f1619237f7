"""Characters of a text layer -> whether they are what a reader sees: a letter's, a font's, a page's.

Runs inside a page process. A font may give its glyphs no characters, wrong ones, or private ones: what is drawn is
then readable and what is said is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..values.arrays import Grey, Pixels
from ..values.boxes import Box
from ..values.words import Word
from .soundness import MIN_LETTERS, SOFT_HYPHEN, is_language
from .text_layer import Origin

# A pixel that differs by more than this, of 255, from the ground is a mark.
MARK = 60
# A minus sign is so many times as wide as high, and no higher than this share of a letter's room.
BAR_ASPECT, BAR_HEIGHT = 1.8, 0.22

# A figure is at least so high, of a letter's room.
FIGURE_HEIGHT = 0.35
# A word of the text layer that is not believed as it stands has this confidence: what the recogniser reads in its place
# goes before it.
UNSURE = 0.5
# A word some of whose signs were looked at in the picture: read from their shape, or seen to be there.
BY_SHAPE = 0.9


def is_sure(word: Word) -> bool:
    """Whether a word is believed as it stands: no more than recognised ones that contradict it."""
    return word.source != "text_layer" or word.confidence > UNSURE


def was_looked_at(word: Word) -> bool:
    """Whether a word of a text layer is in doubt, or signs of it were seen in the picture."""
    return word.source == "text_layer" and word.confidence <= BY_SHAPE


def mended(
    words: Sequence[Word],
    origins: Sequence[Origin],
    blanks: Sequence[tuple[int, Box]],
    image: Pixels,
    scale: float,
) -> list[Word]:
    """The words with signs in doubt read from their shape, and the words unsure that stay in doubt.

    A minus sign is a bar at half the height of a figure, whatever its font calls it. A letter in doubt that stands
    alone and is drawn is a bullet or an icon: it says nothing that could be wrong. A space that is drawn is a letter.
    """
    fonts = unsound_fonts(words, origins)
    result = []
    for word, origin in zip(words, origins, strict=True):
        if origin.font in fonts:
            word = replace(word, confidence=UNSURE)
        elif origin.strange:
            word = _mended(word, origin, image, scale)
        result.append(word)
    for before, box in blanks:
        ink = _ink(image, box, scale)
        if ink is not None and _is_figure(ink):
            for index in (before, before + 1):
                if index < len(result) and abs(result[index].box[1] - box[1]) < box[3] - box[1]:
                    result[index] = replace(result[index], confidence=UNSURE)
    return result


def _mended(word: Word, origin: Origin, image: Pixels, scale: float) -> Word:
    letters, doubtful = list(word.text), 0
    others = [letter for at, letter in enumerate(letters) if all(at != strange.at for strange in origin.strange)]
    figures = any(letter.isdigit() for letter in others)
    drawn = 0
    for strange in origin.strange:
        ink = _ink(image, strange.box, scale)
        if ink is None:
            continue
        drawn += 1
        hyphen = letters[strange.at] == SOFT_HYPHEN
        if _is_bar(ink) and (figures or not others):
            letters[strange.at] = "-"
        elif not hyphen or figures:
            doubtful += 1
    if doubtful and (len(origin.strange) > 1 or any(letter.isalnum() for letter in others)):
        return replace(word, confidence=UNSURE)
    return replace(word, text="".join(letters), confidence=BY_SHAPE) if drawn else word


def _ink(image: Pixels, box: Box, scale: float) -> Grey | None:
    """What is drawn in the box: a mask of its pixels that differ from the ground; None where there is nothing."""
    height, width = image.shape[:2]
    left, top = max(0, round(box[0] * scale)), max(0, round(box[1] * scale))
    right, bottom = min(width, round(box[2] * scale)), min(height, round(box[3] * scale))
    if right - left < 2 or bottom - top < 2:
        return None
    grey = image[top:bottom, left:right].min(axis=2).astype(np.int16)
    mask = np.abs(grey - int(np.median(grey))) > MARK
    return mask.astype(np.uint8) if mask.any() else None


def _is_bar(ink: Grey) -> bool:
    """Whether the ink is one level stroke, about half the way up a figure."""
    height = len(ink)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    middle = (rows[0] + rows[-1] + 1) / 2 / height
    solid = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean()
    return bool(wide >= BAR_ASPECT * high and high <= BAR_HEIGHT * height and solid > 0.7 and 0.4 < middle < 0.8)


def _is_figure(ink: Grey) -> bool:
    """Whether the ink is as high as a figure: no underscore, no ruling, no edge of a neighbour."""
    rows = np.flatnonzero(ink[:, 1:-1].any(axis=1))
    return len(rows) > FIGURE_HEIGHT * len(ink)


def unsound_fonts(words: Sequence[Word], origins: Sequence[Origin]) -> set[int]:
    """The fonts, by address, whose words are no language, though those of the page as a whole are."""
    by_font: dict[int, list[str]] = {}
    for word, origin in zip(words, origins, strict=True):
        by_font.setdefault(origin.font, []).append(word.text)
    if len(by_font) < 2:
        return set()
    return {font for font, texts in by_font.items() if sum(map(len, texts)) >= MIN_LETTERS and not is_language(texts)}
