"""A table region's words -> addresses that stand side by side in it, each with lines of its own. Runs in a page
process.

The addresses of a seller, a buyer and a place of delivery, or an address beside a letter's numbers and dates, are one
region to the layout model. Read across, lines of one address would stand between those of another. They are set as
tight as paragraphs, and each has lines with a number beside words, a street's or a town's, but none of numbers alone.
Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from ..values.boxes import median_height
from ..values.reading import Rulings
from ..values.words import Row, Word
from .columns import texts_of
from .item_rows import is_numeric
from .side_by_side import MIN_GAP, gaps_between
from .text_lines import rows_of_text

# Min and max lines of an address; max share of them that have a digit. Min labels with values beside one.
FEWEST_LINES, MOST_LINES = 3, 9
MOST_COUNTED = 0.7
MIN_PAIRS = 3
# Max white between lines of an address, in text heights.
TIGHT = 0.6

_Kind = Literal["address", "pairs"]


def addresses_beside(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words by block, left to right: addresses, and labels with values beside one; all in one where they are
    anything else, or where lines are drawn among them."""
    if not words or rulings.horizontal or rulings.vertical:
        return [list(words)]
    height = median_height(word.box for word in words)
    blocks = _blocks(words, height)
    return [list(words)] if blocks is None or len(blocks) == 1 else [block for _, block in blocks]


def _blocks(words: Sequence[Word], height: float) -> list[tuple[_Kind, list[Word]]] | None:
    """The blocks and what each is, at least one of them an address; None where some words are neither."""
    kind = _kind_of(words, height)
    if kind is not None:
        return [(kind, list(words))]
    for at in gaps_between([(word.box[0], word.box[2]) for word in words], MIN_GAP * height):
        left, right = ([word for word in words if (word.box[0] >= at) == behind] for behind in (False, True))
        kind = _kind_of(left, height)
        rest = None if kind is None else _blocks(right, height)
        if kind is not None and rest is not None:
            found = [(kind, left), *rest]
            return found if any(kind == "address" for kind, _ in found) else None
    return None


def _kind_of(words: Sequence[Word], height: float) -> _Kind | None:
    """What the words are: an address, or labels with a colon and their values."""
    rows = rows_of_text(words)
    texts = [texts_of(row, height) for row in rows]
    if all(len(found) == 1 for found in texts):
        return "address" if _is_address(rows, height) else None
    pairs = all(len(found) == 2 and found[0][-1].text.endswith(":") for found in texts)
    return "pairs" if pairs and len(rows) >= MIN_PAIRS else None


def _is_address(rows: Sequence[Row], height: float) -> bool:
    """Whether lines are an address: tight, a name first, then some with a number beside words."""
    if not FEWEST_LINES <= len(rows) <= MOST_LINES:
        return False
    tops, bottoms = ([pick(word.box[side] for word in row) for row in rows] for pick, side in ((min, 1), (max, 3)))
    if any(top - bottom > TIGHT * height for bottom, top in zip(bottoms, tops[1:], strict=False)):
        return False
    lines = [" ".join(word.text for word in row) for row in rows]
    counted = [any(map(str.isdigit, line)) for line in lines]
    flush = all(abs(above[0].box[0] - below[0].box[0]) <= height / 2 for above, below in pairwise(rows))
    return (
        flush
        and not counted[0]
        and 0 < sum(counted) <= MOST_COUNTED * len(lines)
        and not any(is_numeric(line) for line in lines)
        and all(line[-1] != ":" for line in lines[1:])
    )
