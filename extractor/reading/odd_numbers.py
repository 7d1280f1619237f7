"""Recognised words -> the same words, numbers that nobody writes so told as unsure. Runs in a page process.

A number that ends in a comma has lost its cents, where it stands for itself: in a sentence a comma may follow one. One
whose thousands are parted by the sign that is before two last digits has a point read as a comma, or the other way
round. Which digits are missing, or which sign is right, is not known: the text stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..decoding.ctc import RecognisedWord

# Max confidence of such a number.
UNSURE = 0.5
_CURRENCY = r"(?:[A-Z]{2,3}|[$€£¥])"
_WITHOUT_CENTS = re.compile(rf"{_CURRENCY}?[-+]?\d[\d.]*,")
_BESIDE = re.compile(rf"{_CURRENCY}|[-+=:]+")
_MARKED_ALIKE = re.compile(rf"{_CURRENCY}?[-+]?\d{{1,3}}(?:(?:\.\d{{3}})+\.|(?:,\d{{3}})+,)\d{{2}}")


def with_odd_numbers_told(words: Sequence[RecognisedWord]) -> list[RecognisedWord]:
    """The words of a line, in its order."""
    alone = all(_BESIDE.fullmatch(word.text) or _WITHOUT_CENTS.fullmatch(word.text) for word in words)
    return [
        replace(word, confidence=min(word.confidence, UNSURE))
        if _MARKED_ALIKE.fullmatch(word.text) or (alone and _WITHOUT_CENTS.fullmatch(word.text))
        else word
        for word in words
    ]
