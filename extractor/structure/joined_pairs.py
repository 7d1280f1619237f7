"""Rows of text in the model's rows -> the same, labels with values apart that the model has in one row. Runs in a page
process.

Beside an address of two lines the model takes two labels for one cell, too, and their values for another. Two lines
are two rows where both have a label, with a colon or in bold beside plain type, and a value of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..values.words import Row, Word
from .bold_texts import are_bold_beside_plain
from .columns import Columns
from .pairs import LONGEST_LABEL

# Min labels of a column.
MIN_LABELS = 3


def with_pairs_apart(rows: Sequence[Row], laid: Sequence[int], columns: Columns, height: float) -> list[int] | None:
    """For each row of text its row of the table, two lines apart that both have a label and a value; None where the
    model joins none. `laid`: the same by the model. `height`: of the text, in the page's unit."""
    if len(set(laid)) == len(laid) or columns.count < 2:
        return None
    column_by_word = columns.column_by_word(rows, height)
    texts = [_by_column(row, column_by_word) for row in rows]
    labels = [column for column in range(columns.count - 1) if _are_labels(column, texts)]
    shifts = [
        above == below and any({at, at + 1} <= before.keys() & after.keys() for at in labels)
        for (above, below), (before, after) in zip(pairwise(laid), pairwise(texts), strict=True)
    ]
    if not any(shifts):
        return None
    apart, more = [laid[0]], 0
    for row, shift in zip(laid[1:], shifts, strict=True):
        more += shift
        apart.append(row + more)
    return apart


def _by_column(row: Row, column_by_word: dict[int, int]) -> dict[int, list[Word]]:
    """The words of a row of text by column, left to right."""
    found: dict[int, list[Word]] = {}
    for word in sorted(row, key=lambda word: word.box[0]):
        found.setdefault(column_by_word[id(word)], []).append(word)
    return found


def _are_labels(column: int, texts: Sequence[dict[int, list[Word]]]) -> bool:
    """Whether all texts of a column are labels of those in the next one: short, with a colon or in bold beside plain
    type."""
    pairs = [(found[column], found.get(column + 1, [])) for found in texts if column in found]
    if sum(bool(value) for _, value in pairs) < MIN_LABELS:
        return False
    names = [" ".join(word.text for word in label) for label, _ in pairs]
    if any(len(name) > LONGEST_LABEL or not any(map(str.isalpha, name)) for name in names):
        return False
    return all(name.endswith(":") for name in names) or are_bold_beside_plain(*zip(*pairs, strict=True))
