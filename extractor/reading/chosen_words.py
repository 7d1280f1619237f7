"""A page's words in two readings, a doubted text layer and the recogniser's -> each word once.

Runs in a page process, when all areas have been read. A hidden text layer is another program's OCR, and a font may map
glyphs to wrong characters. Line by line, the recogniser's reading replaces them where it is certain; they stand where
it is not, or where nothing was read. What stands on blank paper then, beside what was read, is no part of its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import groupby

import numpy as np

from ..pages.layer_trust import is_sure
from ..values.arrays import Boxes
from ..values.boxes import area, areas, common_areas
from ..values.words import Word, boxes_of

# Min confidence of a reading that replaces a doubted text layer with letters or digits.
CERTAIN = 0.6
# Min share of the smaller word's area for two words to stand in one place.
SAME_PLACE = 0.3
# Max distance of a recognised word from the same one in a text layer, in its heights: hidden layers are placed roughly.
NEAR = 2.0
# Min characters of a line that is a copy of what was read nearby, and not beside it by chance.
LONG_LINE = 6
# Min share of doubted words left that leave no mark for the layer to be another page's.
MOSTLY = 0.5
# Min likeness of two readings of one text, in [0, 1].
ALIKE = 0.6


def chosen(words: Sequence[Word]) -> list[Word]:
    """The page's words in their order, without the doubted ones that were read, or the readings that lost to them.

    Doubted words that leave no mark are as those of a layer that is switched off, where anything was read; where most
    that are left leave none, all of them are.
    """
    doubted = [number for number, word in enumerate(words) if not is_sure(word)]
    read = [number for number, word in enumerate(words) if word.source == "ocr"]
    if not doubted or not read:
        return list(words)
    boxes = boxes_of([words[number] for number in read])
    left_out: set[int] = set()
    for _, group in groupby(doubted, key=lambda number: words[number].line):
        line = list(group)
        rivals = {number: _indices_in_place(words[number], boxes, SAME_PLACE) for number in line}
        rival_indices = sorted({rival for found in rivals.values() for rival in found})
        if not rival_indices:
            around = [[words[read[near]] for near in _indices_near(words[number], boxes)] for number in line]
            copied = all(
                _was_read_nearby(words[number], near, set()) for number, near in zip(line, around, strict=True)
            )
            if copied and sum(len(words[number].text) for number in line) >= LONG_LINE:
                left_out.update(line)
            continue
        ours = [words[read[rival]] for rival in rival_indices]
        if _confidence(ours) < CERTAIN and _says_something([words[number] for number in line]):
            left_out.update(read[rival] for rival in rival_indices)
            continue
        texts = {word.text.casefold() for word in ours}
        left_out.update(
            number
            for number in line
            if rivals[number]
            or _was_read_nearby(words[number], [words[read[n]] for n in _indices_near(words[number], boxes)], texts)
        )
    rest = [number for number in doubted if number not in left_out]
    apart = {number for number in rest if words[number].unseen}
    if len(apart) > MOSTLY * len(rest):
        # A layer of another page: where it does meet ink, that is by chance.
        apart.update(rest)
    return [
        replace(word, switched_off=True) if number in apart else word
        for number, word in enumerate(words)
        if number not in left_out
    ]


def without_copies(read: Sequence[Word], words: Sequence[Word]) -> list[Word]:
    """The words that were read, without those that a sure word in their place says: a picture may repeat live text."""
    sure = [word for word in words if is_sure(word)]
    if not read or not sure:
        return list(read)
    boxes = boxes_of(sure)
    return [
        word
        for word in read
        if not any(_are_alike(word.text, sure[at].text) for at in _indices_in_place(word, boxes, SAME_PLACE))
    ]


def _are_alike(one: str, other: str) -> bool:
    """Whether two readings are of one text."""
    matcher = SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False)
    return matcher.ratio() >= ALIKE


def _indices_in_place(word: Word, boxes: Boxes, share: float) -> list[int]:
    """The indices of the boxes in the word's place."""
    smaller = np.minimum(areas(boxes), max(area(word.box), 1e-6))
    found: list[int] = np.flatnonzero(common_areas(boxes, np.array(word.box)) > share * smaller).tolist()
    return found


def _indices_near(word: Word, boxes: Boxes) -> list[int]:
    """The indices of the boxes within `NEAR` of the word's heights."""
    left, top, right, bottom = word.box
    reach = NEAR * (bottom - top)
    near = (boxes[:, 0] < right + reach) & (boxes[:, 2] > left - reach)
    near &= (boxes[:, 1] < bottom + reach) & (boxes[:, 3] > top - reach)
    found: list[int] = np.flatnonzero(near).tolist()
    return found


def _was_read_nearby(word: Word, around: Sequence[Word], texts: set[str]) -> bool:
    """Whether the recogniser read the same text near the word."""
    text = word.text.casefold()
    return text in texts or any(text == other.text.casefold() for other in around)


def _confidence(words: Sequence[Word]) -> float:
    """The mean confidence of the words, weighted by their lengths."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _says_something(words: Sequence[Word]) -> bool:
    """Whether at least half of the characters are letters or digits."""
    text = "".join(word.text for word in words)
    return sum(letter.isalnum() for letter in text) >= len(text) / 2
