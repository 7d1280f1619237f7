"""Recognised words -> the same words, l told from 1 and 0 from O by the signs beside them. Runs in a page process.

In many typefaces of printers these are one shape, and no ink tells them. What stands beside them does: no unit is m1,
and a number with a unit or with cents has no letter O. Names and codes may have any of them, and stay as they were
read. A sign that was told so is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..decoding.ctc import RecognisedWord

# Max confidence of a word one of whose signs was told by those beside it.
UNSURE = 0.5
_UNIT = r"(?:ML|ml|CL|cl|KG|kg|GM|gm|G|g|MM|mm|CM|cm)"
_MILLILITRE = re.compile(r"\d+(?:[.,]\d+)?m[1I|]")
_NUMBER = re.compile(r"\d{2,}|\d+[.,]\d+")
_TELEPHONE = re.compile(r"([Tt]e)1(?!\w)")
_MEASURE = re.compile(rf"\d[\dO]*{_UNIT}")
_AMOUNT = re.compile(r"(?:RM|[$€£])?[-+]?(?:\d[\dO]*[.,][\dO]{2}|O[.,][\dO]{2})")


def with_look_alikes_told(words: Sequence[RecognisedWord]) -> list[RecognisedWord]:
    """The words of a line, in its order."""
    return [_told(word, before) for word, before in zip(words, [None, *words], strict=False)]


def _told(word: RecognisedWord, before: RecognisedWord | None) -> RecognisedWord:
    """The word with its signs told."""
    text = word.text
    if "O" in text and (_MEASURE.fullmatch(text) or _AMOUNT.fullmatch(text)):
        text = text.replace("O", "0")
    elif _MILLILITRE.fullmatch(text) or (text == "m1" and before is not None and _NUMBER.fullmatch(before.text)):
        text = text[:-1] + "l"
    elif text.startswith(("Te1", "te1")):
        text = _TELEPHONE.sub(r"\1l", text, count=1)
    return word if text == word.text else replace(word, text=text, confidence=min(word.confidence, UNSURE))
