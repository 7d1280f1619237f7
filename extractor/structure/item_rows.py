"""Rows of text -> rows of a table: an item of several lines is one row, and two items never are.

Where no line is drawn between them, three things tell a reader which lines are of one item: an item has no more than
one figure in a column of figures; lines of one item stand nearer to each other than to those of the next; and a line
that only goes on with the words of one column is no row of its own. What the layout model takes for one row comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..values.boxes import median_height
from ..values.words import Word

# The white between two items is this much wider than the widest within one, and wider by so many text heights.
WIDER = 1.25
WIDER_BY = 0.15
# So many entries make a column of figures, and so large a share of all its entries, those of the head included.
MIN_FIGURES = 2
MOSTLY = 0.7

Row = Sequence[Word]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of text: from where to where it goes down the page, and the text that it has in each column."""

    top: float
    bottom: float
    texts: dict[int, str]
    figures: frozenset[int]


def is_figure(text: str) -> bool:
    """Whether a text is a number, an amount, a date or a code: more digits than letters. Or a mark for none."""
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    return digits > letters or (digits == letters == 0)


def item_rows(
    rows: Sequence[Row],
    column_of: Callable[[Word], int],
    full: float,
    laid: Sequence[int],
    parted: Sequence[bool] = (),
) -> list[list[int]]:
    """The rows of text by their places, in groups: each group is one row of the table.

    `column_of` gives a word's column; `laid` what is taken for the row of each row of text, unless two of them have
    texts in `full` columns: then each is one. `parted` says of each whether a line is drawn above it.
    """
    if not rows:
        return []
    lines = [_line(row, column_of) for row in rows]
    bands = _bands(len(lines), parted)
    start_of_body = 0 if parted and parted[0] else len(bands[0])
    mostly = _mostly_figures(lines) | (_figures_below(lines[start_of_body:]) if any(parted) else frozenset())
    start = _start(lines, mostly, laid)
    figures = frozenset(
        column for column in mostly if all(column in line.figures for line in lines[start:] if column in line.texts)
    )
    height = median_height(word.box for row in rows for word in row)
    if not any(parted):
        groups = _apart(lines, start, figures, height)
        if groups is not None:
            return groups
    found: list[list[int]] = []
    for band in bands:
        own = [lines[index] for index in band]
        below = start if band[0] == 0 else 0 if start in band or start < band[0] else len(band)
        below = min(below, len(band))
        one = below == 0 and any(parted) and (_one_item(own, figures) or _one_full(own, full))
        groups = [list(range(len(band)))] if one else None
        groups = groups or _apart(own, below, figures, height)
        if groups is None:
            rest = laid[band[0] : band[-1] + 1]
            groups = _following(own[:below], frozenset(), full, rest[:below])
            groups += [
                [below + index for index in group] for group in _following(own[below:], figures, full, rest[below:])
            ]
        found += [[band[0] + index for index in group] for group in groups]
    return found


def body_start(rows: Sequence[Row], column_of: Callable[[Word], int], laid: Sequence[int]) -> int:
    """The first row of text that is no head's: it has a figure in a column of figures, or is taken for one row with
    the one that has. The number of rows where none has."""
    lines = [_line(row, column_of) for row in rows]
    return _start(lines, _mostly_figures(lines), laid)


def _start(lines: Sequence[_Line], figures: frozenset[int], laid: Sequence[int]) -> int:
    start = next((index for index, line in enumerate(lines) if figures & line.figures), len(lines))
    while 0 < start < len(lines) and laid[start - 1] == laid[start]:
        start -= 1
    return start


def _bands(count: int, parted: Sequence[bool]) -> list[range]:
    """The lines between one drawn line and the next."""
    begins = [0, *(index for index in range(1, count) if index < len(parted) and parted[index])]
    return [range(first, last) for first, last in zip(begins, [*begins[1:], count], strict=True)]


def _figures_below(lines: Sequence[_Line]) -> frozenset[int]:
    """The columns of nothing but figures below a head that a line parts from them; one item may be all there is."""
    columns = {column for line in lines for column in line.texts}
    found = frozenset(
        column for column in columns if all(column in line.figures for line in lines if column in line.texts)
    )
    return found if len(found) > 1 else frozenset()


def figure_columns(rows: Sequence[Row], column_of: Callable[[Word], int]) -> frozenset[int]:
    """The columns most of whose entries are figures, and that have several."""
    return _mostly_figures([_line(row, column_of) for row in rows])


def _mostly_figures(lines: Sequence[_Line]) -> frozenset[int]:
    entries: dict[int, list[bool]] = {}
    for line in lines:
        for column in line.texts:
            entries.setdefault(column, []).append(column in line.figures)
    return frozenset(
        column for column, found in entries.items() if sum(found) >= max(MIN_FIGURES, MOSTLY * (len(found) - 1))
    )


def _line(row: Row, column_of: Callable[[Word], int]) -> _Line:
    texts: dict[int, list[str]] = {}
    for word in row:
        texts.setdefault(column_of(word), []).append(word.text)
    middle = sorted(row, key=lambda word: word.box[1] + word.box[3])[len(row) // 2].box
    joined = {column: " ".join(parts) for column, parts in texts.items()}
    figures = frozenset(column for column, text in joined.items() if is_figure(text))
    return _Line(middle[1], middle[3], joined, figures)


def _apart(lines: Sequence[_Line], start: int, figures: frozenset[int], height: float) -> list[list[int]] | None:
    """The lines by the white between them; None where it does not tell items.

    It tells them where each group has figures, none has two in one column, and all the white between groups is wider
    than all within them. Groups above the one with the line `start`, the first that has figures, are the head's.
    """
    gaps = sorted({after.top - before.bottom for before, after in pairwise(lines)}, reverse=True)
    for between, within in pairwise(gaps):
        if between - within < WIDER_BY * height or between + height < WIDER * (within + height):
            continue
        groups = [[0]]
        for index, (before, after) in enumerate(pairwise(lines), start=1):
            if after.top - before.bottom > within:
                groups.append([index])
            else:
                groups[-1].append(index)
        body = [[lines[index] for index in group] for group in groups if group[-1] >= start]
        if body and all(_one_item(group, figures) for group in body):
            return groups
    return None


def _one_item(lines: Sequence[_Line], figures: frozenset[int]) -> bool:
    """Whether the lines have figures, and no two in one column of figures."""
    return any(figures & line.figures for line in lines) and not _two_items(lines, figures)


def _one_full(lines: Sequence[_Line], full: float) -> bool:
    """Whether just one of the lines goes across, and no other has a text in the last of its columns."""
    across = [line for line in lines if len(line.texts) >= full]
    return len(across) == 1 and sum(max(across[0].texts) in line.texts for line in lines) == 1


def _two_items(lines: Sequence[_Line], figures: frozenset[int]) -> bool:
    """Whether two of the lines have figures in one column of figures."""
    entries = [column for line in lines for column in line.texts if column in figures]
    return len(entries) > len(set(entries))


def _following(lines: Sequence[_Line], figures: frozenset[int], full: float, laid: Sequence[int]) -> list[list[int]]:
    """The lines one by one, but for those that go on with a text of the line above, or that the model takes for one row
    with it. Of two lines with texts in at least `full` columns each is a row."""
    groups: list[list[int]] = []
    for index, line in enumerate(lines):
        if groups:
            above = [lines[member] for member in groups[-1]]
            both_full = len(line.texts) >= full and any(len(other.texts) >= full for other in above)
            same = laid[groups[-1][0]] == laid[index] and not both_full
            if (same or _goes_on(above, line, figures)) and not _two_items([*above, line], figures):
                groups[-1].append(index)
                continue
        groups.append([index])
    return groups


def _goes_on(above: Sequence[_Line], line: _Line, figures: frozenset[int]) -> bool:
    """Whether a line has words in one column only, behind the first, where the row above it has words, and figures
    besides."""
    if len(line.texts) != 1:
        return False
    (column,) = line.texts
    return (
        column > 0
        and column not in figures
        and column in above[0].texts
        and any(figures & other.figures for other in above)
    )
