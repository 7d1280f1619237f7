"""Words of a text layer -> whether they are language, and letters that say nothing of what is drawn.

Runs inside a page process. A font may give its glyphs no characters, wrong ones, or private ones: what is drawn is
then readable and what is said is not.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

# A soft hyphen is drawn at a line's end only; where a font draws it before a figure, it is a minus sign.
SOFT_HYPHEN = "\xad"


def is_strange(letter: str) -> bool:
    """Whether a letter of a text layer says nothing of what is drawn: control, private and replacement characters."""
    if letter.isalnum() or (letter.isascii() and letter.isprintable()):
        return False
    return letter in ("\ufffd", SOFT_HYPHEN) or unicodedata.category(letter) in ("Cc", "Co", "Cn")


# How often each letter stands in running text, averaged over eleven European languages (per cent; published letter
# counts of English, French, German, Spanish, Portuguese, Italian, Dutch, Danish, Swedish, Polish and Finnish).
_LETTER_SHARE = {
    **{"a": 8.9, "b": 1.3, "c": 2.5, "d": 4.2, "e": 14.0, "f": 1.4, "g": 2.0, "h": 2.2, "i": 7.5, "j": 0.7, "k": 2.4},
    **{"l": 4.7, "m": 3.0, "n": 8.0, "o": 6.3, "p": 2.3, "q": 0.4, "r": 6.6, "s": 6.4, "t": 6.9, "u": 4.0, "v": 1.7},
    **{"w": 1.0, "x": 0.2, "y": 1.1, "z": 0.9},
}
MIN_LETTERS = 120
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
    return is_language(words)


def is_language(words: list[str]) -> bool:
    """Whether the Latin letters of the words come in shares like those of a European language; True of few words, and
    of other scripts."""
    # Each word once: a column of currencies or units says nothing of its language.
    distinct = Counter("".join({word.lower() for word in words}))
    letters = Counter({letter: distinct[letter] for letter in _LETTER_SHARE})
    every = Counter("".join(words).lower())
    latin = sum(every[letter] for letter in _LETTER_SHARE)
    all_letters = sum(number for letter, number in every.items() if letter.isalpha())
    digits = sum(number for letter, number in every.items() if letter.isdigit())
    if letters.total() < MIN_LETTERS or latin < 0.8 * all_letters or digits > 0.5 * all_letters:
        return True
    dot = sum(letters[letter] * share for letter, share in _LETTER_SHARE.items())
    norm = sum(number**2 for number in letters.values()) ** 0.5 * sum(s**2 for s in _LETTER_SHARE.values()) ** 0.5
    return bool(dot / norm >= _MIN_LIKENESS)
