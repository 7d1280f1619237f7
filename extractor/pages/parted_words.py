"""Words of a text layer -> the same, parted where a drawn line stands between two texts that nearly touch.

Runs in a page process. PDFium joins what adjoins: a quantity and an amount on both sides of a column's line are one
number for it. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..values.arrays import Boxes
from ..values.words import Word
from .drawing import Drawing
from .text_layer import Origin, TextLayer
from .word_pieces import parted_before

# Max width of a line, in points; min height, in heights of the word: a stroke of a letter is lower.
THICKEST, HIGHER = 2.0, 1.2
# Distance by which letters may reach over the middle of the line, as a share of the word's size.
REACH = 0.03


def parted_at_lines(layer: TextLayer, drawing: Drawing) -> TextLayer:
    """The layer, words parted where another text object begins behind a vertical line that is higher than they are.

    Letters that stand alone between lines, as those in the boxes of a comb, stay as they are.
    """
    may_be = [index for index, origin in enumerate(layer.origins) if origin.changes and layer.words[index].upright]
    lines = _lines_of(drawing) if may_be else np.zeros((0, 4))
    cuts = {index: _cuts(layer.words[index], layer.origins[index], lines) for index in may_be if len(lines)}
    if not any(cuts.values()):
        return layer
    words: list[Word] = []
    origins: list[Origin] = []
    last: list[int] = []
    for index, (word, origin) in enumerate(zip(layer.words, layer.origins, strict=True)):
        for part, own in parted_before(word, origin, cuts.get(index, ())):
            words.append(part)
            origins.append(own)
        last.append(len(words) - 1)
    blanks = tuple((last[before], box) for before, box in layer.blanks)
    return replace(layer, words=words, origins=tuple(origins), blanks=blanks)


def _lines_of(drawing: Drawing) -> Boxes:
    """The boxes of thin upright things, (lines, 4)."""
    boxes = np.array([*drawing.frames, *drawing.blots], np.float64).reshape(-1, 4)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    return np.asarray(boxes[(width <= THICKEST) & (height > THICKEST)])


def _cuts(word: Word, origin: Origin, lines: Boxes) -> Sequence[int]:
    """The letters that begin further texts behind a line."""
    letters = origin.letters
    if len(letters) != len(word.text):
        return ()
    high = word.box[3] - word.box[1]
    beside = (lines[:, 1] <= word.box[1] + 0.1 * high) & (lines[:, 3] >= word.box[3] - 0.1 * high)
    beside &= lines[:, 3] - lines[:, 1] >= HIGHER * high
    middles, reach = (lines[beside, 0] + lines[beside, 2]) / 2, REACH * word.size
    found = [
        at
        for at, _ in origin.changes
        if ((letters[at - 1, 2] - reach <= middles) & (middles <= letters[at, 0] + reach)).any()
    ]
    alone = np.diff([0, *found, len(letters)]).max() == 1
    return () if alone else found
