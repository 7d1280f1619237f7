"""A table region's words -> two lists that stand side by side in it. Runs in a page process.

A price list in two columns repeats its head. In one grid each row would have two items. A line drawn between the two
heads, and nowhere else, tells lists from a table that repeats names for two years; so do lines across that break off
between them. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.boxes import median_height, union
from ..values.reading import Rulings
from ..values.words import Word
from .columns import strings_of
from .text_lines import rows_of_text

# Max difference of the heights of one line, in the page's unit.
LEVEL = 1.0
# Min texts of a head. Min share of the text's height that the line runs along.
MIN_HEAD_TEXTS = 2
MOST = 0.8


def lists_beside(words: Sequence[Word], rulings: Rulings) -> list[list[Word]]:
    """The words of both lists, left to right; all in one where they are no two lists."""
    at = (_line_between(words, rulings) or _break_between(words, rulings)) if words else None
    if at is None:
        return [list(words)]
    left, right = ([word for word in words if (word.box[0] >= at) == behind] for behind in (False, True))
    height = median_height(word.box for word in words)
    heads = [strings_of(rows_of_text(side)[0], height) for side in (left, right)]
    return [left, right] if heads[0] == heads[1] and len(heads[0]) >= MIN_HEAD_TEXTS else [list(words)]


def _line_between(words: Sequence[Word], rulings: Rulings) -> float | None:
    """The x of the only line between the words that runs down them, and that neither they nor other lines cross."""
    left, top, right, bottom = union(word.box for word in words)
    inner = [line for line in rulings.vertical if left < line.at < right]
    if len(inner) != 1:
        return None
    at = inner[0].at
    along = min(inner[0].end, bottom) - max(inner[0].start, top)
    return None if _is_crossed(at, words, rulings) or along < MOST * (bottom - top) else at


def _break_between(words: Sequence[Word], rulings: Rulings) -> float | None:
    """The x of the only place between the words where lines across all break off, each to go on at the same height."""
    left, top, right, bottom = union(word.box for word in words)
    inner = any(left < line.at < right and line.start < bottom and line.end > top for line in rulings.vertical)
    lines = [line for line in rulings.horizontal if line.start < right and line.end > left]
    breaks = {
        (before.end + after.start) / 2
        for before in lines
        for after in lines
        if before.end < after.start and abs(before.at - after.at) <= LEVEL
    }
    if inner or len(breaks) != 1:
        return None
    (at,) = breaks
    return None if _is_crossed(at, words, rulings) else at


def _is_crossed(at: float, words: Sequence[Word], rulings: Rulings) -> bool:
    """Whether a word, or a line across, goes over this place (x)."""
    return any(word.box[0] < at < word.box[2] for word in words) or any(
        line.start < at < line.end for line in rulings.horizontal
    )
