"""A table region's words -> addresses that stand side by side in it, each with lines of its own. Runs in a page
process.

The addresses of a seller, a buyer and a place of delivery, or an address beside a letter's numbers and dates, are one
region to the layout model, now and then with the items below. Read across, lines of one address would stand between
those of another. They are set as tight as paragraphs, flush left or flush right, and each has lines with a number
beside words, a street's or a town's, or an e-mail address, but none of numbers alone. Boxes are in the page's unit,
origin top left.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from ..values.boxes import median_height
from ..values.reading import Rulings
from ..values.words import Row, Word
from .bold_texts import are_bold_beside_plain
from .columns import texts_of
from .item_rows import is_numeric
from .side_by_side import MIN_GAP, gaps_between
from .text_lines import rows_of_text
from .whole_lines import row_whites

# Min and max lines of an address; max share of them that have a digit. Min labels with values beside one, and over
# their values beside one.
FEWEST_LINES, MOST_LINES = 3, 9
MOST_COUNTED = 0.7
MIN_PAIRS, MIN_STACKED = 3, 2
# Min rows of a table below addresses.
MIN_ROWS = 2
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


def addresses_above(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words by block: addresses that stand side by side above a table, left to right, and the table; all in one
    where they are anything else. What is above the first line across, but for a head, is asked, and what is above the
    first white between rows."""
    rows = rows_of_text(words) if words else []
    tops = [min(word.box[1] for word in row) for row in rows]
    height = median_height(word.box for word in words) if words else 0.0
    first = min((line.at for line in rulings.horizontal), default=-math.inf)
    ruled = bisect.bisect_left(tops, first)
    loose = next((at for at, white in enumerate(row_whites(rows), 1) if white > TIGHT * height), 0)
    for end in (ruled, ruled - 1, loose):
        if FEWEST_LINES <= end <= min(MOST_LINES, len(rows) - MIN_ROWS):
            above, below = ({id(word) for row in part for word in row} for part in (rows[:end], rows[end:]))
            inside = tuple(line for line in rulings.horizontal if line.at < tops[end - 1])
            upright = tuple(line for line in rulings.vertical if line.start < tops[end - 1])
            blocks = addresses_beside([word for word in words if id(word) in above], Rulings(inside, upright))
            if len(blocks) > 1:
                return [*blocks, [word for word in words if id(word) in below]]
    return [list(words)]


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
    """What the words are: an address, or labels with their values, beside a colon or bold type, or below."""
    rows = rows_of_text(words)
    texts = [texts_of(row, height) for row in rows]
    if all(len(found) == 1 for found in texts):
        if not _is_set_tight(rows, height):
            return None
        lines = [" ".join(word.text for word in row) for row in rows]
        return "address" if _is_address(lines) else "pairs" if _are_stacked_pairs(lines) else None
    if len(rows) < MIN_PAIRS or any(len(found) != 2 for found in texts):
        return None
    labels, values = ([found[side] for found in texts] for side in (0, 1))
    pairs = all(label[-1].text.endswith(":") for label in labels) or are_bold_beside_plain(labels, values)
    return "pairs" if pairs else None


def _is_set_tight(rows: Sequence[Row], height: float) -> bool:
    """Whether lines stand as close as those of a paragraph, flush left or flush right."""
    return max(row_whites(rows), default=0.0) <= TIGHT * height and any(
        all(abs(above[end].box[side] - below[end].box[side]) <= height / 2 for above, below in pairwise(rows))
        for end, side in ((0, 0), (-1, 2))
    )


def _is_address(lines: Sequence[str]) -> bool:
    """Whether lines are an address: a name first, then some with a number beside words, or an e-mail address."""
    counted = [any(map(str.isdigit, line)) for line in lines]
    return (
        FEWEST_LINES <= len(lines) <= MOST_LINES
        and not counted[0]
        and (any(counted) or any("@" in line for line in lines))
        and sum(counted) <= MOST_COUNTED * len(lines)
        and not any(is_numeric(line) for line in lines)
        and all(line[-1] != ":" for line in lines[1:])
    )


def _are_stacked_pairs(lines: Sequence[str]) -> bool:
    """Whether each two lines are a label and, below it, a value with a digit."""
    counted = [any(map(str.isdigit, line)) for line in lines]
    return len(lines) >= 2 * MIN_STACKED and counted == [False, True] * (len(lines) // 2)
