"""A label -> the words where its value may stand, nearest first. Runs in a page process.

A value stands behind its label, in the same row to the right of it, or below it; in a table, in its column. Where the
next label begins, the place of this one ends. Boxes are in the page's unit, origin top left of the page as shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..values.boxes import Box, union
from ..values.words import Word
from .printed import Phrase, PrintedPage

Relation = Literal["inline", "right", "below", "column"]
# What stands between a label and its value and is part of neither.
SEPARATOR = re.compile(r"[:=|.#>/*\u2022\u25cf]+")
# Max gap between a label and what stands below it, and between two rows below it, in the label's text heights.
BELOW = 2.2
# Rows below a label that are looked at, where no table says how far its column goes; phrases right of it.
ROWS_BELOW, PHRASES_RIGHT = 3, 8


@dataclass(frozen=True, slots=True)
class Place:
    """Words where a label's value may stand: those of one phrase.

    - `relation` is how they stand to the label: behind it, right of it, below it, in its column.
    - `distance` is how many places of this relation are nearer to the label.
    - `aligned`, of what stands below, is whether it begins or ends where the label does.
    """

    relation: Relation
    words: tuple[Word, ...]
    phrase: Phrase
    distance: int = 0
    aligned: bool = True


# For a phrase: the index of the first word of a label in it, at or behind this index; None where none begins there.
NextLabel = Callable[[Phrase, int], int | None]


def places_of(page: PrintedPage, phrase: Phrase, span: tuple[int, int], next_label: NextLabel) -> Iterator[Place]:
    """Where the value of a label may stand, nearest first. The label is the words `[first, end)` of the phrase."""
    first, end = span
    # A label and its value may be one word (`Date:01.02.2024`).
    rest = phrase.words[end : next_label(phrase, max(end, first + 1))]
    if words := without_separators(rest):
        yield Place("inline", words, phrase)
    # What stands right of the label belongs to it only where no further label follows in its own phrase.
    if end + len(rest) == len(phrase.words):
        yield from _right(page.rows[phrase.row], phrase, next_label)
    label_box = union([word.box for word in phrase.words[first : max(end, first + 1)]])
    yield from _below(page, phrase, label_box, next_label)


def _until_label(phrase: Phrase, start: int, next_label: NextLabel) -> tuple[Word, ...]:
    """The phrase's words from `start` on, up to the next label in it."""
    at = next_label(phrase, start)
    return phrase.words[start:at]


def without_separators(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words without the colons and the like that they begin with."""
    first = next((at for at, word in enumerate(words) if not SEPARATOR.fullmatch(word.text)), len(words))
    return words[first:]


def _right(row: Sequence[Phrase], phrase: Phrase, next_label: NextLabel) -> Iterator[Place]:
    """The phrases right of this one, up to the next label."""
    distance = 0
    for other in row:
        if other.box[0] < phrase.box[2] - 1 or other is phrase:
            continue
        if words := without_separators(_until_label(other, 0, next_label)):
            yield Place("right", words, other, distance)
            distance += 1
        if next_label(other, 0) is not None or distance >= PHRASES_RIGHT:
            return


def _below(page: PrintedPage, phrase: Phrase, label_box: Box, next_label: NextLabel) -> Iterator[Place]:
    """What stands below the label: in a table, all of its column; elsewhere the next rows, if they are near."""
    cell = phrase.cell
    height = max(label_box[3] - label_box[1], 1e-6)
    bottom = label_box[3]
    found = 0
    looked = 0
    for row in page.rows[phrase.row + 1 :]:
        in_table = False
        for other in row:
            same_table = cell is not None and other.cell is not None and other.cell.element == cell.element
            in_table = in_table or same_table
            in_column = same_table and other.cell is not None and cell is not None and other.cell.column == cell.column
            if not (in_column or _over(label_box, other.box)):
                continue
            if not same_table and (other.box[1] - bottom > BELOW * height or found >= ROWS_BELOW):
                return
            if next_label(other, 0) == 0:
                return
            relation: Relation = "column" if same_table else "below"
            yield Place(relation, _until_label(other, 0, next_label), other, found, _aligned(label_box, other.box))
            bottom = max(bottom, other.box[3])
            found += 1
        looked += 1
        if not in_table and looked > ROWS_BELOW + 2:
            return


def _over(label: Box, other: Box) -> bool:
    """Whether one stands over the other: they have a part of their width in common."""
    return min(label[2], other[2]) - max(label[0], other[0]) > 0.2 * min(label[2] - label[0], other[2] - other[0])


def _aligned(label: Box, other: Box) -> bool:
    """Whether both begin, end, or have their middle at one place, within half a text height."""
    within = 0.5 * (label[3] - label[1])
    middle = abs((label[0] + label[2]) - (other[0] + other[2])) / 2
    return min(abs(label[0] - other[0]), abs(label[2] - other[2]), middle) <= within
