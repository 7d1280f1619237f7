"""Words of a text layer -> the same, parted where a drawn line stands between two texts that nearly touch.

Runs in a page process. PDFium joins what adjoins: a quantity and an amount on both sides of a column's line are one
number for it. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..values.arrays import Boxes
from ..values.boxes import touching
from ..values.words import Word, boxes_of
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
    if not may_be:
        return layer
    cuts: dict[int, Sequence[int]] = {}
    for index, lines in _lines_at([layer.words[index] for index in may_be], drawing).items():
        if found := _cuts(layer.words[may_be[index]], layer.origins[may_be[index]], lines):
            cuts[may_be[index]] = found
    if not cuts:
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


def _lines_at(words: Sequence[Word], drawing: Drawing) -> dict[int, Boxes]:
    """The thin upright things that touch each word, by its index: their boxes, (lines, 4)."""
    boxes = np.array([*drawing.frames, *drawing.blots], np.float64).reshape(-1, 4)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    lines = boxes[(width <= THICKEST) & (height > THICKEST)]
    found: defaultdict[int, list[int]] = defaultdict(list)
    for owners, places in touching(boxes_of(words), lines):
        for index, place in zip(owners.tolist(), places.tolist(), strict=True):
            found[index].append(place)
    return {index: lines[places] for index, places in found.items()}


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
