"""White strips of a table with a head -> the same, parted where a column of few entries stands in one. Runs in a page
process.

A strip that nearly no row has a word in is white between two columns, unless a name of the head stands in it and
entries stand below that name: the credits of a statement. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..values.words import Row

# Left and right side, x in the page's unit.
Strip = tuple[float, float]


def parted_by_head(gutters: Sequence[Strip], rows: Sequence[Sequence[Row]], apart: float) -> list[Strip]:
    """The strips; one that holds a column of few entries becomes one left and one right of them.

    `rows`: the texts of each row, the head's first. `apart`: the min white beside the column, in the page's unit.
    """
    spans = [[(text[0].box[0], text[-1].box[2]) for text in texts] for texts in rows]
    if not spans:
        return list(gutters)
    return [part for gutter in gutters for part in _parts_of(gutter, spans[0], spans[1:], apart)]


def _parts_of(gutter: Strip, head: Sequence[Strip], body: Sequence[Sequence[Strip]], apart: float) -> list[Strip]:
    """The strip's white, left to right, between the columns that stand in it; the strip where none does."""
    names = sorted(span for span in head if _is_inside(span, gutter, apart))
    texts = [span for spans in body for span in spans if _meet(span, gutter)]
    for name in names:
        entries = [span for span in texts if _meet(span, name)]
        others = [other for other in names if other != name]
        if entries and all(
            _is_inside(span, gutter, apart) and not any(_meet(span, other) for other in others) for span in entries
        ):
            left = min(name[0], *(span[0] for span in entries))
            right = max(name[1], *(span[1] for span in entries))
            return [(gutter[0], left), *_parts_of((right, gutter[1]), head, body, apart)]
    return [gutter]


def _meet(a: Strip, b: Strip) -> bool:
    """Whether two strips share some width."""
    return a[0] < b[1] and a[1] > b[0]


def _is_inside(span: Strip, gutter: Strip, apart: float) -> bool:
    """Whether a text stands in the strip, apart from both of its sides."""
    return span[0] - gutter[0] >= apart and gutter[1] - span[1] >= apart
