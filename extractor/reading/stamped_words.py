"""A page's words with a stamp's ink over them, and the words read without that ink -> each word once.

Runs in a page process. A stamp hides words from the detector, or spoils what is read of them. Without its ink they are
read again, line by line; the more certain reading of a line is taken. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from ..values.boxes import Box, centre, contains, intersection
from ..values.words import Word

# Max confidence of a stamp's word that may have other figures in it.
UNSURE = 0.5


def bared(words: Sequence[Word], again: Sequence[Word], over: set[int], lines: Sequence[Box]) -> list[Word]:
    """The words, those under stamps in the more certain reading; the words of the stamps stay.

    `again`: the words read without the stamps' ink, line by line. `over`: the indices of the stamps' own words.
    `lines`: the boxes that were read again. What the stamps' words have of them goes; a stamp's word over some of them
    is unsure, for their figures may be read into it.
    """
    left_out: set[int] = set()
    placed: set[int] = set()
    added: list[Word] = []
    for _, group in groupby(again, key=lambda word: word.line):
        line = list(group)
        own = [box for box in lines if any(contains(box, centre(word.box)) for word in line)]
        there = [
            index
            for index, word in enumerate(words)
            if index not in over and any(contains(box, centre(word.box)) for box in own)
        ]
        placed.update(there)
        known = [words[index] for index in there]
        if any(word.source != "ocr" for word in known) or _certainty(known) >= _certainty(line):
            continue
        left_out.update(there)
        added += line
    left_out.update(
        index
        for index, word in enumerate(words)
        if index not in placed and word.source == "ocr" and any(_is_copy(word, other) for other in again)
    )
    spoilt = {index for index in over if any(contains(words[index].box, centre(other.box)) for other in again)}
    kept = [
        replace(word, confidence=min(word.confidence, UNSURE)) if index in spoilt else word
        for index, word in enumerate(words)
        if index not in left_out
    ]
    return [*kept, *added]


def _is_copy(word: Word, other: Word) -> bool:
    """Whether a word is one that was read in its place without the stamp's ink."""
    return word.text == other.text and intersection(word.box, other.box) > 0


def _certainty(words: Sequence[Word]) -> float:
    """The mean confidence of the words, weighted by their lengths; 0 of no words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0
