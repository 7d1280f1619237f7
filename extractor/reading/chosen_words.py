"""Words of a page in two readings, a text layer's in doubt and the recogniser's -> each word once.

Runs in page processes, once the areas have been read. A hidden text layer is some other program's reading, and a font
that lies says what nobody sees: line by line the recogniser's own reading goes before them where it is certain, and
they stand where it is not, or where nothing was read. Every word is there once, in the reading that was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from ..pages.layer_trust import is_sure
from ..values.arrays import Boxes
from ..values.words import Word

# A reading of less confidence than this gives way to a text layer in doubt that says letters or figures.
CERTAIN = 0.6
# Two words stand in one place where they share so much of the smaller one.
SAME_PLACE = 0.3
# Hidden text layers are placed roughly: a word that was read within so many of its heights is the same one.
NEAR = 2.0


def chosen(words: Sequence[Word]) -> list[Word]:
    """The words of a page, those in doubt or those that were read in their place left out. The order stays."""
    doubted = [number for number, word in enumerate(words) if not is_sure(word)]
    read = [number for number, word in enumerate(words) if word.source == "ocr"]
    if not doubted or not read:
        return list(words)
    boxes = np.array([words[number].box for number in read])
    away: set[int] = set()
    for _, group in groupby(doubted, key=lambda number: words[number].line):
        line = list(group)
        rivals = {number: _in_place(words[number], boxes, SAME_PLACE) for number in line}
        places = sorted({place for found in rivals.values() for place in found})
        if not places:
            continue
        ours = [words[read[place]] for place in places]
        if _confidence(ours) < CERTAIN and _says_something([words[number] for number in line]):
            away.update(read[place] for place in places)
            continue
        texts = {word.text.casefold() for word in ours}
        away.update(
            number
            for number in line
            if rivals[number] or _is_near(words[number], [words[read[n]] for n in _around(words[number], boxes)], texts)
        )
    return [word for number, word in enumerate(words) if number not in away]


def _in_place(word: Word, boxes: Boxes, share: float) -> list[int]:
    left, top, right, bottom = word.box
    wide = (np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)).clip(min=0)
    high = (np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)).clip(min=0)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    smaller = np.minimum(sizes, max((right - left) * (bottom - top), 1e-6))
    found: list[int] = np.flatnonzero(wide * high > share * smaller).tolist()
    return found


def _around(word: Word, boxes: Boxes) -> list[int]:
    """The boxes within some of the word's heights."""
    left, top, right, bottom = word.box
    reach = NEAR * (bottom - top)
    near = (boxes[:, 0] < right + reach) & (boxes[:, 2] > left - reach)
    near &= (boxes[:, 1] < bottom + reach) & (boxes[:, 3] > top - reach)
    found: list[int] = np.flatnonzero(near).tolist()
    return found


def _is_near(word: Word, around: Sequence[Word], texts: set[str]) -> bool:
    """Whether the word was read beside its place."""
    text = word.text.casefold()
    return text in texts or any(text == other.text.casefold() for other in around)


def _confidence(words: Sequence[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _says_something(words: Sequence[Word]) -> bool:
    text = "".join(word.text for word in words)
    return sum(letter.isalnum() for letter in text) >= len(text) / 2
