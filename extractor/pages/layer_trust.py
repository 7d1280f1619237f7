"""Words of a text layer -> whether their characters are what a reader sees: by character, by font, by page.

Runs in a page process. A font may map its glyphs to no characters, to wrong ones, or to private ones: the drawn text is
readable, the text layer is not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from ..values.arrays import Grey, Pixels
from ..values.boxes import Box
from ..values.words import Word
from .soundness import MIN_LETTERS, SOFT_HYPHEN, is_language
from .text_layer import Origin
from .unsaid_signs import with_signs

# Min difference from the ground of a pixel that is ink, in 0..255.
MARK = 60
# Min width of a minus sign in heights of it; its max height in heights of a character's box.
BAR_ASPECT, BAR_HEIGHT = 1.8, 0.22

# Min height of a digit, in heights of a character's box.
FIGURE_HEIGHT = 0.35
# Max share of a space's width that a word beside it may stand on: the ink there is the word's.
OVERLAP = 0.2
# Confidence of a text layer word in doubt: a recognised word in its place goes before it.
UNSURE = 0.5
# Confidence of a word some of whose characters were confirmed, or read from their shape, in the page picture.
BY_SHAPE = 0.9


def is_sure(word: Word) -> bool:
    """Whether a word stands even where the recogniser contradicts it: it was recognised itself, or is not in doubt."""
    return word.source != "text_layer" or word.confidence > UNSURE


def was_looked_at(word: Word) -> bool:
    """Whether a word of the text layer is in doubt, or was compared with the page picture."""
    return word.source == "text_layer" and word.confidence <= BY_SHAPE


def mended(
    words: Sequence[Word],
    origins: Sequence[Origin],
    blanks: Sequence[tuple[int, Box]],
    picture: Pixels,
    scale: float,
    misnaming: Collection[int] = (),
) -> list[Word]:
    """The words, doubtful characters read from their shape; words that stay in doubt have the confidence `UNSURE`.

    `blanks`: spaces that may be drawn, each the index of the word before it and its box in points, origin top left of
    the page as shown. `picture`: the page picture, RGB, `scale` pixels per point. `misnaming`: the addresses of fonts
    that draw other digits than they say.

    A bar at half the height of a digit is a minus sign, whatever its font calls it, and whether a font draws it or not.
    A doubtful character that stands alone and is drawn is a bullet or an icon: it cannot be wrong. A space that is
    drawn is a character: both words beside it are in doubt.
    """
    fonts = unsound_fonts(words, origins)
    result = []
    for word, origin in zip(words, origins, strict=True):
        if origin.font in fonts or (origin.font in misnaming and any(map(str.isdigit, word.text))):
            word = replace(word, confidence=UNSURE)
        elif origin.strange:
            word = _mended_word(word, origin, picture, scale)
        result.append(word)
    for before, box in blanks:
        ink = _ink_mask(picture, box, scale)
        if ink is None or not _is_digit_high(ink):
            continue
        beside = [
            index
            for index in (before, before + 1)
            if 0 <= index < len(result) and abs(result[index].box[1] - box[1]) < box[3] - box[1]
        ]
        if any(_overlap(result[index].box, box) > OVERLAP * (box[2] - box[0]) for index in beside):
            continue
        for index in beside:
            result[index] = replace(result[index], confidence=UNSURE)
    return with_signs(result, picture, scale, BY_SHAPE)


def _overlap(a: Box, b: Box) -> float:
    """The width that both boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0]))


def _mended_word(word: Word, origin: Origin, picture: Pixels, scale: float) -> Word:
    """The word with its doubtful characters read from their shape, or unsure."""
    letters, doubtful = list(word.text), 0
    others = [letter for at, letter in enumerate(letters) if all(at != strange.at for strange in origin.strange)]
    has_digits = any(letter.isdigit() for letter in others)
    drawn = 0
    for strange in origin.strange:
        ink = _ink_mask(picture, strange.box, scale)
        if ink is None:
            continue
        drawn += 1
        hyphen = letters[strange.at] == SOFT_HYPHEN
        if _is_minus(ink) and (has_digits or not others):
            letters[strange.at] = "-"
        elif not hyphen or has_digits:
            doubtful += 1
    if doubtful and (len(origin.strange) > 1 or any(letter.isalnum() for letter in others)):
        return replace(word, confidence=UNSURE)
    return replace(word, text="".join(letters), confidence=BY_SHAPE) if drawn else word


def _ink_mask(picture: Pixels, box: Box, scale: float) -> Grey | None:
    """A mask of the ink in the box; None where there is none."""
    height, width = picture.shape[:2]
    left, top = max(0, round(box[0] * scale)), max(0, round(box[1] * scale))
    right, bottom = min(width, round(box[2] * scale)), min(height, round(box[3] * scale))
    if right - left < 2 or bottom - top < 2:
        return None
    grey = picture[top:bottom, left:right].min(axis=2).astype(np.int16)
    mask = np.abs(grey - int(np.median(grey))) > MARK
    return mask.astype(np.uint8) if mask.any() else None


def _is_minus(ink: Grey) -> bool:
    """Whether the ink is one level stroke at about half the height of a digit."""
    height = len(ink)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    middle = (rows[0] + rows[-1] + 1) / 2 / height
    solid = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean()
    return bool(wide >= BAR_ASPECT * high and high <= BAR_HEIGHT * height and solid > 0.7 and 0.4 < middle < 0.8)


def _is_digit_high(ink: Grey) -> bool:
    """Whether the ink is as high as a digit: no underscore, no ruling, no edge of a neighbour."""
    rows = np.flatnonzero(ink[:, 1:-1].any(axis=1))
    return len(rows) > FIGURE_HEIGHT * len(ink)


def unsound_fonts(words: Sequence[Word], origins: Sequence[Origin]) -> set[int]:
    """The addresses of fonts whose words are no language. Empty where the page has one font only."""
    by_font: dict[int, list[str]] = {}
    for word, origin in zip(words, origins, strict=True):
        by_font.setdefault(origin.font, []).append(word.text)
    if len(by_font) < 2:
        return set()
    return {font for font, texts in by_font.items() if sum(map(len, texts)) >= MIN_LETTERS and not is_language(texts)}
