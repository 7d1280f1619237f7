"""Lines of a list -> groups of lines, each of which is one row of the list. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..values.boxes import union
from ..values.words import Word
from .labels import squashed
from .list_lines import SUMS, Line, value_in
from .parsing import Style
from .printed import Phrase, says_something

# Columns that have their values in a row's first line, whatever line the amount is in.
FIRST_LINE = ("item.quantity", "item.unit_price")

# A remark's type size is at most this share of a name's.
SMALLER = 0.88
# By how much, in text heights, a line has to be nearer to one line than to another to belong to it.
NEARER = 0.25


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one row, from the top down. `own` is the index of the line that has most of the row's numbers."""

    lines: tuple[Line, ...]
    own: int


def groups_of(lines: Sequence[Line], anchor: str, text: str | None, style: Style) -> list[Group]:
    """A group for each line with a value in the anchor's column, from top to bottom.

    Lines between two such lines belong to the upper one but where they begin the next row, or where they are in one
    row of the table with the next one. `text` is the column of the rows' names.
    """
    anchors = [at for at, line in enumerate(lines) if value_in(line, anchor, style) is not None]
    if not anchors:
        return []
    firsts = [_first_values(line, style) for line in lines]
    befores = (-1, *anchors[:-1])
    owns = [_own(firsts, at, before) for before, at in zip(befores, anchors, strict=True)]
    starts = owns
    if text is not None:
        above = _above(lines, owns, anchors, text)
        starts = [at - 1 if at - 1 > before and above and _is_name_over(lines, at, text) else at
                  for before, at in zip(befores, owns, strict=True)]  # fmt: skip
        if not above:
            pulled = [_pulled(lines, at, before) for before, at in zip(befores, owns, strict=True)]
            starts = pulled if _is_centred(lines, owns, pulled, text) else starts
    ends = [*starts[1:], len(lines)]
    return [Group(tuple(lines[start:end]), own - start) for own, start, end in zip(owns, starts, ends, strict=True)]


def _first_values(line: Line, style: Style) -> frozenset[str]:
    return frozenset(one for one in FIRST_LINE if value_in(line, one, style) is not None)


def _own(firsts: Sequence[frozenset[str]], at: int, before: int) -> int:
    """The line with the row's quantity and price: line `at`, which has its anchor, or one above it.

    The row above has its anchor in line `before`.
    """
    if firsts[at]:
        return at
    return next((one for one in range(at - 1, before, -1) if len(firsts[one]) == len(FIRST_LINE)), at)


def _above(lines: Sequence[Line], owns: Sequence[int], anchors: Sequence[int], text: str) -> bool:
    """Whether each name stands in the line above its numbers: so it is for the first row, and none follows the last."""
    below = [line for line in lines[anchors[-1] + 1 : anchors[-1] + 2] if set(line) == {text}]
    ends = all(squashed(line[text][0].text).startswith(SUMS) for line in below)
    return _is_name_over(lines, owns[0], text) and ends


def _is_name_over(lines: Sequence[Line], at: int, text: str) -> bool:
    """Whether the line has no name of its own, and the one above it is nothing but a name."""
    if at == 0 or has_name(lines[at].get(text, ())):
        return False
    return set(lines[at - 1]) == {text} and has_name(lines[at - 1][text])


def _pulled(lines: Sequence[Line], at: int, before: int) -> int:
    """The first of the lines up to line `at` that are one row of the table with it, and not with line `before`."""
    own = next(iter(lines[at].values()))[0].words[0]
    while at - 1 > before and same_table_row(lines[at - 1], lines[at]):
        if before >= 0 and (same_table_row(lines[before], lines[at - 1]) or _is_nearer_above(lines, at - 1)):
            break
        if any(set_smaller(one.words[0], own) for phrases in lines[at - 1].values() for one in phrases):
            break
        at -= 1
    return at


def _is_nearer_above(lines: Sequence[Line], at: int) -> bool:
    """Whether the line stands nearer to the one above it than to the one below it."""
    above, here, below = (
        union([phrase.box for phrases in line.values() for phrase in phrases]) for line in lines[at - 1 : at + 2]
    )
    return below[1] - here[3] > here[1] - above[3] + NEARER * (here[3] - here[1])


def _is_centred(lines: Sequence[Line], owns: Sequence[int], pulled: Sequence[int], text: str) -> bool:
    """Whether rows have their numbers at half their height, or at their end, below their names.

    Of rows that have more than one line of text, none has its name beside its numbers then.
    """
    ends = [*pulled[1:], len(lines)]
    texts = [sum(bool(line.get(text)) for line in lines[own:end]) for own, end in zip(owns, ends, strict=True)]
    return any(own > start for own, start in zip(owns, pulled, strict=True)) and not any(
        own == start and count > 1 and has_name(lines[own].get(text, ()))
        for own, start, count in zip(owns, pulled, texts, strict=True)
    )


def has_name(phrases: Sequence[Phrase]) -> bool:
    """Whether the words are more than a code."""
    return says_something(word for phrase in phrases for word in phrase.words)


def set_smaller(word: Word, other: Word) -> bool:
    """Whether the first word is set in a smaller type, so that it is a remark on the other. Scans do not show it."""
    return word.source == other.source == "text_layer" and word.size < SMALLER * other.size


def same_table_row(one: Line, other: Line) -> bool:
    """Whether phrases of both lines are in cells of one row of a table on the page."""

    def rows(line: Line) -> set[tuple[int, int]]:
        return {(p.cell.element, p.cell.row) for phrases in line.values() for p in phrases if p.cell is not None}

    return bool(rows(one) & rows(other))
