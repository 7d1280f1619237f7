"""Words of a text layer -> whether they are language, and which characters say nothing of what is drawn.

Runs in a page process. A font may map its glyphs to no characters, to wrong ones, or to private ones: the drawn text is
readable, the text layer is not.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

# A soft hyphen is drawn at a line's end only. Where a font draws one before a digit, it is a minus sign.
SOFT_HYPHEN = "\xad"


def is_strange(letter: str) -> bool:
    """Whether a character says nothing of what is drawn: control, private use, unassigned, replacement, and those that
    are drawn nowhere, or at a line's end only: soft hyphen, zero width, direction marks."""
    if letter.isalnum() or (letter.isascii() and letter.isprintable()):
        return False
    return letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn")


# Frequency of each letter in running text, in per cent, averaged over eleven languages (published letter counts of
# English, French, German, Spanish, Portuguese, Italian, Dutch, Danish, Swedish, Polish and Finnish).
_LETTER_SHARE = {
    **{"a": 8.9, "b": 1.3, "c": 2.5, "d": 4.2, "e": 14.0, "f": 1.4, "g": 2.0, "h": 2.2, "i": 7.5, "j": 0.7, "k": 2.4},
    **{"l": 4.7, "m": 3.0, "n": 8.0, "o": 6.3, "p": 2.3, "q": 0.4, "r": 6.6, "s": 6.4, "t": 6.9, "u": 4.0, "v": 1.7},
    **{"w": 1.0, "x": 0.2, "y": 1.1, "z": 0.9},
}
# Min letters whose frequencies tell a language; min cosine to the frequencies above.
MIN_LETTERS = 120
_MIN_LIKENESS = 0.65
# Min log-likelihood of shifted letters to be language, over letters drawn at random; min gain over the same unshifted.
# Over 2,157 fonts and pages of 542 real documents the gain was at most 5.7, and from 20 on for eight words shifted.
LIKELY, MUCH_LIKELIER = 8.0, 12.0
# Min different letters of a dozen words.
FEWEST_DIFFERENT = 9
# Min letters of a word that tells of shifted letters, and what may stand around it.
SHORTEST = 3
_PUNCTUATION = ".,:;()[]!?\"'/-"
# The log-likelihood of each letter, (26 shifts, 26 letters): row n is for letters that stand n places too far.
_SHARES = np.array(list(_LETTER_SHARE.values()))
_SHIFTED_SCORES = np.stack([np.roll(np.log(26 * _SHARES / _SHARES.sum()), shift) for shift in range(26)])
# In many TrueType fonts glyph 3 is the space, and so on in ASCII's order: a glyph number is 29 below its character.
_GLYPH_SHIFT = 29
_FROM_GLYPHS = {code: code + _GLYPH_SHIFT if code + _GLYPH_SHIFT < 127 else 0 for code in range(33, 256)}
# Min characters that tell whether a layer is sound; max share without meaning; min share of letters, digits and marks.
_MIN_CHARACTERS = 20
_MAX_BROKEN = 0.25
_MIN_MEANINGFUL = 0.4


def is_sound(words: list[str], unmapped: int = 0, total: int = 0) -> bool:
    """Whether the words are language, not glyph numbers that only the font's shapes make readable.

    `unmapped` of `total` characters had no Unicode value. Three signs of a broken text layer: characters without
    meaning (unmapped, replacement, private use, control); hardly any letter or digit among the rest; Latin letters in
    frequencies unlike any European language (a shifted or shuffled encoding).
    """
    characters = Counter("".join(words))
    length = characters.total()
    count = max(total, length)
    if count < _MIN_CHARACTERS:
        return unmapped * 2 <= count
    categories: Counter[str] = Counter()
    for character, number in characters.items():
        categories[unicodedata.category(character)] += number
    meaningless = sum(categories[name] for name in ("Co", "Cn", "Cc", "Cs")) + characters["\ufffd"]
    if max(meaningless, unmapped) > _MAX_BROKEN * count:
        return False
    meaningful = sum(number for name, number in categories.items() if name[0] in "LNM")
    leaders = sum(number for character, number in characters.items() if character in "._-…·•")
    if meaningful < _MIN_MEANINGFUL * max(1, length - leaders):
        return False
    return is_language(words)


def is_language(words: list[str]) -> bool:
    """Whether the Latin letters come in frequencies like those of a European language.

    True of other scripts, and of few letters unless another shift of them is language: they tell nothing.
    """
    # Each word once: repeated currencies or units tell nothing of the language.
    distinct = Counter("".join({word.lower() for word in words}))
    letters = Counter({letter: distinct[letter] for letter in _LETTER_SHARE})
    every = Counter("".join(words).lower())
    latin = sum(every[letter] for letter in _LETTER_SHARE)
    all_letters = sum(number for letter, number in every.items() if letter.isalpha())
    digits = sum(number for letter, number in every.items() if letter.isdigit())
    if letters.total() < MIN_LETTERS or latin < 0.8 * all_letters or digits > 0.5 * all_letters:
        return not is_shifted(words)
    dot = sum(letters[letter] * share for letter, share in _LETTER_SHARE.items())
    norm = sum(number**2 for number in letters.values()) ** 0.5 * sum(s**2 for s in _LETTER_SHARE.values()) ** 0.5
    return bool(dot / norm >= _MIN_LIKENESS)


def is_shifted(words: Iterable[str]) -> bool:
    """Whether the letters are language once all are shifted: round the alphabet, or from glyph numbers to ASCII.

    It tells where `is_language` cannot: a font's map that is off by a constant gives away itself in a dozen words.
    """
    distinct = {word.strip(_PUNCTUATION) for word in words}
    letters = _letter_counts(distinct)
    # Dates and amounts would be capitals: the words that tell have small letters, whose glyph numbers are letters too.
    glyphs = "\n".join(word for word in set(words) if any(map(str.isalpha, word))).translate(_FROM_GLYPHS)
    decoded = _letter_counts(word.strip(_PUNCTUATION) for word in glyphs.split())
    own, *others = (_SHIFTED_SCORES @ letters).tolist()
    best = max(max(others) if _are_many(letters) else 0.0, float(_SHIFTED_SCORES[0] @ decoded))
    return best >= LIKELY and best - own >= MUCH_LIKELIER


def _are_many(counts: NDArray[np.float64]) -> bool:
    """Whether the letters are as many different ones as language has: Roman numerals are not."""
    return int(np.count_nonzero(counts)) >= FEWEST_DIFFERENT


def _letter_counts(words: Iterable[str]) -> NDArray[np.float64]:
    """The number of each Latin letter, (26,), in words of such letters alone."""
    text = "".join(
        word
        for word in words
        if len(word) >= SHORTEST
        and word.isascii()
        and word.isalpha()
        and (word.islower() or word.isupper() or word[1:].islower())
    )
    return np.bincount(np.frombuffer(text.lower().encode(), np.uint8) - ord("a"), minlength=26).astype(np.float64)
