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
    parted: list[Strip] = []
    for gutter in gutters:
        column = _column_in(gutter, spans[0], spans[1:], apart)
        parted += [gutter] if column is None else [(gutter[0], column[0]), (column[1], gutter[1])]
    return parted


def _column_in(gutter: Strip, head: Sequence[Strip], body: Sequence[Sequence[Strip]], apart: float) -> Strip | None:
    """The sides of the one name of the head that stands in the strip, and of the entries below it; None without."""
    names = [span for span in head if _is_inside(span, gutter, apart)]
    if len(names) != 1:
        return None
    texts = [span for spans in body for span in spans if span[1] > gutter[0] and span[0] < gutter[1]]
    entries = [span for span in texts if span[0] < names[0][1] and span[1] > names[0][0]]
    if not entries or not all(_is_inside(span, gutter, apart) for span in entries):
        return None
    return min(names[0][0], *(left for left, _ in entries)), max(names[0][1], *(right for _, right in entries))


def _is_inside(span: Strip, gutter: Strip, apart: float) -> bool:
    """Whether a text stands in the strip, apart from both of its sides."""
    return span[0] - gutter[0] >= apart and gutter[1] - span[1] >= apart
