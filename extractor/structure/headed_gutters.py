"""White strips of a table with a head -> the same, parted where a column of few entries or none stands in one. Runs in
a page process.

A strip that nearly no row has a word in is white between two columns, unless a name of the head stands in it and
entries stand below that name: the credits of a statement. A column without entries has a name, too: a discount that
nobody gets. It stands on one line with the names beside it, which the name of a group of columns does not. Boxes are in
the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..values.boxes import centre
from ..values.words import Row, Word
from .gutters import Strip


def parted_by_head(
    gutters: Sequence[Strip], rows: Sequence[Sequence[Row]], apart: float, bare: Sequence[Strip] = ()
) -> list[Strip]:
    """The strips; one that holds a column of few entries becomes one left and one right of them.

    `rows`: the texts of each row, the head's first. `apart`: the min white beside the column, in the page's unit.
    `bare`: the names that are columns without entries, too.
    """
    spans = [[span_of(text) for text in texts] for texts in rows]
    if not spans:
        return list(gutters)
    return [part for gutter in gutters for part in _parts_of(gutter, spans[0], spans[1:], apart, bare)]


def names_in_line(names: Sequence[Row]) -> list[Strip]:
    """The names of a head that stand on one line with the names next to them. `names`: left to right, each with the
    words of all its lines."""
    beside = [False, *(_are_in_line(one, other) for one, other in pairwise(names)), False]
    ends = {0, len(beside) - 1}
    return [
        span_of(name)
        for at, name in enumerate(names)
        if len(names) > 1 and all(beside[side] or side in ends for side in (at, at + 1))
    ]


def span_of(text: Row) -> Strip:
    """The left and right side of the text, its words left to right."""
    return (text[0].box[0], max(word.box[2] for word in text))


def _are_in_line(one: Row, other: Row) -> bool:
    """Whether a word of the one and a word of the other are on one line."""

    def is_beside(word: Word, mate: Word) -> bool:
        return mate.box[1] < centre(word.box)[1] < mate.box[3]

    return any(is_beside(word, mate) and is_beside(mate, word) for word in one for mate in other)


def _parts_of(
    gutter: Strip, head: Sequence[Strip], body: Sequence[Sequence[Strip]], apart: float, bare: Sequence[Strip]
) -> list[Strip]:
    """The strip's white, left to right, between the columns that stand in it; the strip where none does."""
    names = sorted(span for span in head if _is_inside(span, gutter, apart))
    texts = [span for spans in body for span in spans if _meet(span, gutter)]
    for name in names:
        entries = [span for span in texts if _meet(span, name)]
        others = [other for other in names if other != name]
        if (entries or name in bare) and all(
            _is_inside(span, gutter, apart) and not any(_meet(span, other) for other in others) for span in entries
        ):
            left, right = min(span[0] for span in (name, *entries)), max(span[1] for span in (name, *entries))
            return [(gutter[0], left), *_parts_of((right, gutter[1]), head, body, apart, bare)]
    return [gutter]


def _meet(a: Strip, b: Strip) -> bool:
    """Whether two strips share some width."""
    return a[0] < b[1] and a[1] > b[0]


def _is_inside(span: Strip, gutter: Strip, apart: float) -> bool:
    """Whether a text stands in the strip, apart from both of its sides."""
    return span[0] - gutter[0] >= apart and gutter[1] - span[1] >= apart
