"""Characters of a word -> whether digits stand on others. Runs in a page process.

A corrected amount is printed over the old one, which something white hides. Of two digits alike in one place PDFium
has one, so that `33,60` over `38,60` is `38,603` in its text: no part of the word can be believed.
"""

from __future__ import annotations

import numpy as np

from ..values.arrays import Boxes, Indices

# Min share of the narrower letter's width, and of the lower one's height, in common with one that it stands on.
COMMON = 0.5


def is_overprinted(text: str, boxes: Boxes, objects: Indices) -> bool:
    """Whether digits of several text objects stand on one another in an upright word.

    `boxes`: of its characters, (characters, 4), in points, origin top left of the page as shown. `objects`: the text
    object of each.
    """
    digits = np.array([letter.isdigit() for letter in text], bool)
    own, drawn = boxes[digits], objects[digits]
    order = np.argsort(own[:, 0], kind="stable")
    before, after, several = own[order[:-1]], own[order[1:]], np.diff(drawn[order]) != 0
    common = np.minimum(before[:, 2:], after[:, 2:]) - np.maximum(before[:, :2], after[:, :2])
    smaller = np.minimum(before[:, 2:] - before[:, :2], after[:, 2:] - after[:, :2])
    return bool((several & ((smaller > 0) & (common > COMMON * smaller)).all(axis=1)).any())
