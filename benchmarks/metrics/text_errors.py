"""A text and its reading -> how many characters, words and numbers are wrong.

Both are compared in lower case with whitespace collapsed. Character error rate: Levenshtein distance of the whole texts
over the truth's characters. Word error rate: the same over words. Numbers are tokens of digits with single dots or
commas inside (`1,234.50` is one, `12:44` are two); one is found if the same token is in the reading, each at most as
often as it is there (multisets). Counts of several texts add up, so a data set's rates weigh every character alike.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from .markdown import squeeze

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class TextErrors:
    """Counts of edits and of what the truth has; `numbers_read` are those of the reading, right or wrong."""

    character_edits: int = 0
    characters: int = 0
    word_edits: int = 0
    words: int = 0
    numbers_found: int = 0
    numbers: int = 0
    numbers_read: int = 0

    def __add__(self, other: TextErrors) -> TextErrors:
        """The sums."""
        return TextErrors(
            self.character_edits + other.character_edits,
            self.characters + other.characters,
            self.word_edits + other.word_edits,
            self.words + other.words,
            self.numbers_found + other.numbers_found,
            self.numbers + other.numbers,
            self.numbers_read + other.numbers_read,
        )

    @property
    def character_error_rate(self) -> float:
        """Edits over the truth's characters; above 1 where the reading has more surplus than the truth has text."""
        return _share(self.character_edits, self.characters)

    @property
    def word_error_rate(self) -> float:
        """Edited words over the truth's words; above 1 where the reading has more surplus than the truth has words."""
        return _share(self.word_edits, self.words)

    @property
    def number_recall(self) -> float:
        """The share of the truth's numbers that was found exactly, in [0, 1]."""
        return _share(self.numbers_found, self.numbers)

    @property
    def number_precision(self) -> float:
        """The share of the reading's numbers that are the truth's, in [0, 1]."""
        return _share(self.numbers_found, self.numbers_read)


def text_errors(truth: str, reading: str) -> TextErrors:
    """The counts of what is wrong with the reading."""
    truth, reading = squeeze(truth).lower(), squeeze(reading).lower()
    expected, found = numbers(truth), numbers(reading)
    words = truth.split(" ") if truth else []
    return TextErrors(
        character_edits=Levenshtein.distance(truth, reading),
        characters=len(truth),
        word_edits=Levenshtein.distance(words, reading.split(" ") if reading else []),
        words=len(words),
        numbers_found=(expected & found).total(),
        numbers=expected.total(),
        numbers_read=found.total(),
    )


def numbers(text: str) -> Counter[str]:
    """The text's number tokens and how often each occurs."""
    return Counter(_NUMBER.findall(text))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
