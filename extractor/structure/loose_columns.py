"""Words outside all regions -> text parts, columns that stand side by side apart. Runs in a page process.

The layout model leaves out small print now and then, a payment slip as a whole. Lines of its two parts that happen to
stand at one height are no lines of text: far white runs down between them, and other lines of both have none beside
them. Labels with values have. Nor are they where both parts say the same: the receipt and what goes to the payee.
Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.boxes import median_height
from ..values.words import Row, Word, row_text
from .parts import Part, text_blocks
from .side_by_side import APART, MIN_APART, SAME_HEIGHT, count_alone, gaps_between, middle_height
from .text_lines import rows_of_text

# Min white between columns, and between texts that stand above one another, in text heights.
WIDE, FAR = 4.0, 3.0
# Min lines of a column.
MIN_LINES = 4
# Min lines that two copies have in common, and their min share of the shorter one's.
MIN_SAME = 3
MOSTLY = 0.5
# Max words that are looked at; more are a page without a layout.
MOST_WORDS = 2000


def loose_blocks(words: Sequence[Word]) -> list[Part]:
    """The words as text parts; lines that follow closely at one place, in one column, are one."""
    if len(words) > MOST_WORDS:
        return text_blocks(words)
    upright = [word for word in words if word.upright]
    if len(rows_of_text(upright)) < MIN_LINES:
        return text_blocks(words)
    bands = [_columns(band) for band in _bands(upright)]
    if all(len(columns) == 1 for columns in bands):
        return text_blocks(words)
    columns = [column for parted in bands for column in parted]
    columns.append([word for word in words if not word.upright])
    return [part for column in columns for part in text_blocks(column)]


def _bands(words: Sequence[Word]) -> list[list[Word]]:
    """The words by band, from top to bottom; far white parts them."""
    height = median_height(word.box for word in words)
    bands: list[list[Word]] = []
    bottom = 0.0
    for word in sorted(words, key=lambda word: word.box[1]):
        if not bands or word.box[1] - bottom > FAR * height:
            bands.append([])
            bottom = word.box[3]
        bands[-1].append(word)
        bottom = max(bottom, word.box[3])
    return bands


def _columns(words: Sequence[Word]) -> list[list[Word]]:
    """The words by column, left to right."""
    height = median_height(word.box for word in words)
    for at in gaps_between([(word.box[0], word.box[2]) for word in words], WIDE * height):
        left, right = ([word for word in words if (word.box[0] >= at) == behind] for behind in (False, True))
        sides = rows_of_text(left), rows_of_text(right)
        if _are_apart(*sides, height) or _are_copies(*sides):
            return [left, *_columns(right)]
    return [list(words)]


def _are_apart(left: Sequence[Row], right: Sequence[Row], height: float) -> bool:
    """Whether both are columns of text: many lines of one, where both stand, have none of the other beside them, and
    some of the other, too."""
    levels = [[middle_height(row) for row in side] for side in (left, right)]
    near = SAME_HEIGHT * height
    top, bottom = max(at[0] for at in levels) - near, min(at[-1] for at in levels) + near
    within = [[at for at in side if top <= at <= bottom] for side in levels]
    if min(map(len, within)) < MIN_LINES:
        return False
    lonely = [count_alone(side, others, near) for side, others in zip(within, levels[::-1], strict=True)]
    most = max((0, 1), key=lambda index: lonely[index])
    return lonely[most] >= max(MIN_APART, APART * len(within[most])) and lonely[1 - most] > 0


def _are_copies(left: Sequence[Row], right: Sequence[Row]) -> bool:
    """Whether many lines of both say the same, in letters."""
    said = [{text for row in side if any(map(str.isalpha, text := row_text(row)))} for side in (left, right)]
    same = len(said[0] & said[1])
    return same >= max(MIN_SAME, MOSTLY * min(len(left), len(right)))
