"""A page's words -> those that are printed across it, and the rest: watermarks, stamps, remarks over the rows.

A word on a slant has a box much taller than its type. It is printed across the page where it lies over other words, or
is set much larger than they are; a small one that has its place to itself, over a narrow column or along an axis, is
part of the text. Boxes are in the page's unit.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from ..values.boxes import Box, centre, contains
from ..values.words import Word, boxes_of

# A box this many type sizes tall is of a word on a slant; type this much larger than most is printed over it.
SLANTED = 1.7
LARGE = 1.5
MIN_LETTERS = 2


def without_slanted(words: Sequence[Word], pictures: Sequence[Box]) -> tuple[list[Word], list[list[Word]]]:
    """The words that stand level, and those printed across them by the line of their stream; what is in `pictures` is
    theirs."""
    slanted = [
        word
        for word in words
        if _on_a_slant(word) and not any(contains(picture, centre(word.box)) for picture in pictures)
    ]
    if not slanted:
        return list(words), []
    ids = {id(word) for word in slanted}
    level = [word for word in words if id(word) not in ids]
    size = statistics.median(word.size for word in level) if level else 0.0
    boxes = boxes_of(level)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    lines: dict[int, list[Word]] = {}
    for word in slanted:
        over = ((middles > word.box[:2]) & (middles < word.box[2:])).all(axis=1).any()
        if over or word.size >= LARGE * size:
            lines.setdefault(word.line, []).append(word)
    across = {id(word) for line in lines.values() for word in line}
    return [word for word in words if id(word) not in across], list(lines.values())


def _on_a_slant(word: Word) -> bool:
    return word.upright and len(word.text) >= MIN_LETTERS and word.box[3] - word.box[1] > SLANTED * max(word.size, 1e-6)
