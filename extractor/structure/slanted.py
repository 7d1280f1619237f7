"""A page's words -> those printed on a slant across the page, and the rest. Runs in a page process.

Watermarks, stamps and remarks are on a slant: a word's box is much taller than its type. It is printed across the page
where it lies over other words or is set much larger. So are its repetitions: a pattern covers the page, between lines
of text, too. A small one in a place of its own, over a narrow column or along an axis, is part of the text. Boxes are
in the page's unit, origin top left.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from ..values.boxes import Box, centre, contains
from ..values.reading import Ruling, Rulings
from ..values.words import Word, boxes_of

# Min height of a slanted word's box, in font sizes; min ratio of its size to the usual one; min letters.
SLANTED = 1.7
LARGE = 1.5
MIN_LETTERS = 2


def without_slanted(words: Sequence[Word], figures: Sequence[Box]) -> tuple[list[Word], list[list[Word]]]:
    """The words without those printed across the page, and these by stream line.

    Words inside `figures`, boxes in the page's unit, origin top left, stay.
    """
    slanted = [
        word
        for word in words
        if _is_slanted(word) and not any(contains(figure, centre(word.box)) for figure in figures)
    ]
    if not slanted:
        return list(words), []
    ids = {id(word) for word in slanted}
    level = [word for word in words if id(word) not in ids]
    size = statistics.median(word.size for word in level) if level else 0.0
    boxes = boxes_of(level)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2

    def is_across(word: Word) -> bool:
        """Whether the word lies over the middle of another, or is set much larger."""
        over = ((middles > word.box[:2]) & (middles < word.box[2:])).all(axis=1).any()
        return bool(over) or word.size >= LARGE * size

    printed = {word.line for word in slanted if is_across(word)}
    repeated = {(word.text, round(word.size, 1)) for word in slanted if word.line in printed}
    lines: dict[int, list[Word]] = {}
    for word in slanted:
        if (word.text, round(word.size, 1)) in repeated:
            lines.setdefault(word.line, []).append(word)
    across = {id(word) for line in lines.values() for word in line}
    return [word for word in words if id(word) not in across], list(lines.values())


def without_strokes(rulings: Rulings, across: Sequence[Sequence[Word]]) -> Rulings:
    """The ruling lines without the strokes of level words that are printed across the page."""
    boxes = [word.box for line in across for word in line if not _is_slanted(word)]

    def is_stroke(line: Ruling, along: int) -> bool:
        """Whether a line, along the x axis (0) or the y axis (1), is inside one of the words."""
        over = 1 - along
        return any(
            box[over] <= line.at <= box[over + 2] and box[along] <= line.start and line.end <= box[along + 2]
            for box in boxes
        )

    return replace(
        rulings,
        horizontal=tuple(line for line in rulings.horizontal if not is_stroke(line, 0)),
        vertical=tuple(line for line in rulings.vertical if not is_stroke(line, 1)),
    )


def _is_slanted(word: Word) -> bool:
    """Whether the word's box is too tall for its type."""
    return word.upright and len(word.text) >= MIN_LETTERS and word.box[3] - word.box[1] > SLANTED * max(word.size, 1e-6)
