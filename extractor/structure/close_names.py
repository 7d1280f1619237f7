"""A text above a table's entries -> whether it is names of columns, each as close to the next as a word. Runs in a page
process.

The names of narrow columns come as near to each other as the words of one text. They begin, or end, where the entries
below them do; a title over the table does so by chance once, and not at each column. Lengths are in the page's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..values.boxes import Box, union
from ..values.words import Row
from .gutters import Strip

# Max difference of edges that are flush, in text heights.
FLUSH = 0.1
# Min gutters that a title runs over.
MIN_GUTTERS = 2


def boxes_above(text: Row, gutters: Sequence[Strip], height: float) -> list[Box]:
    """What of a text above the entries may part their columns, in the page's unit, origin top left: its words, or its
    names where they are close; nothing of a title.

    A text over several gutters is names where in each of them a word begins where the entries on the right do, or ends
    where those on the left do; else it is a title. `height`: of the text, in the page's unit.
    """
    boxes = [word.box for word in text]
    under = [strip for strip in gutters if boxes[0][0] < (strip[0] + strip[1]) / 2 < boxes[-1][2]]
    if len(under) < MIN_GUTTERS:
        return boxes
    begins = set()
    for left, right in under:
        flush = [
            at
            for at in range(1, len(boxes))
            if min(abs(boxes[at][0] - right), abs(boxes[at - 1][2] - left)) <= FLUSH * height
        ]
        if not flush:
            return []
        begins.add(flush[0])
    return [union(boxes[first:last]) for first, last in pairwise([0, *sorted(begins), len(boxes)])]
