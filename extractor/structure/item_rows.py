"""Rows of text -> rows of a table: an item of several lines is one row, two items never are. Runs in a page process.

Without ruling lines between items, three things tell which lines are one item. An item has at most one number in a
numeric column. Lines of one item stand nearer to each other than to those of the next. A line that only continues the
words of one column is no row of its own. The layout model's rows come last, and in a list of names and figures, as on a
receipt, a line that would have had room behind the name above it is a row, whatever the model has. Where each line of
figures alone has a name right above it, and the last none below, it is of that name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ..values.boxes import median_height
from ..values.currencies import MOST_LETTERS, without_currency
from ..values.words import Row, Word
from .counted_lines import has_amount, product_of
from .whole_lines import between_lines

# Min ratio of the white between items to the widest within one; min difference of both, in text heights.
WIDER = 1.25
WIDER_BY = 0.15
# Min numeric entries of a numeric column; min share of all its entries, the head's included.
MIN_NUMERIC = 2
MOSTLY = 0.7
# Min lines of figures alone that tell that each is of the name above it.
MIN_NAMED = 2
# Min white before an amount behind its label, in text heights.
APART = 1.5

# Max distance of a line's middle from the list's, and its min indent, for it to be centred; in text heights.
OFF_MIDDLE, FAR = 1.0, 2.5
# Min indent of a line that continues the first column's text; width of a space; in text heights.
INDENT = 0.4
SPACE = 0.4


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of text: its left, top and bottom in the page's unit, its text by column, and the columns with a number.

    `end`: the right end of the text in the first column; `first_word`: the width of the first word. `bold`: the columns
    all of whose text is.
    """

    left: float
    top: float
    bottom: float
    texts: dict[int, str]
    numeric: frozenset[int]
    end: float
    first_word: float
    bold: frozenset[int]


def is_numeric(text: str) -> bool:
    """Whether a text is a number, an amount, a date or a code (more digits than letters), or a mark for none.

    The name of an amount's currency does not count.
    """
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    if 0 < digits <= letters <= MOST_LETTERS:
        letters = sum(letter.isalpha() for letter in without_currency(text))
    return digits > letters or (digits == letters == 0)


def are_label_and_amount(texts: Sequence[str]) -> bool:
    """Whether texts that stand apart in a row are a label and a number."""
    return len(texts) == 2 and texts[0][0].isalpha() and not is_numeric(texts[0]) and is_numeric(texts[1])


def item_rows(
    rows: Sequence[Row],
    column_of: Callable[[Word], int],
    full: float,
    laid: Sequence[int],
    parted: Sequence[bool] = (),
    room: float = -math.inf,
) -> list[list[int]]:
    """The indices of the rows of text in groups, from top to bottom: each group is one row of the table.

    `column_of`: a word's column. `laid`: the row that the model has for each row of text; two rows of text with texts
    in at least `full` columns, a number, are two rows all the same. `parted`: for each row of text whether a line is
    drawn above it. `room`: how far the room for names goes, as `room_for_names` gives it.
    """
    if not rows:
        return []
    if closing := _closing_lines(rows, column_of) if room > -math.inf else 0:
        body = len(rows) - closing
        above = item_rows(rows[:body], column_of, full, laid[:body], parted[:body], room)
        return [*above, *([index] for index in range(body, len(rows)))]
    lines = [_line_of(row, column_of) for row in rows]
    bands = between_lines(len(lines), parted)
    start_of_body = 0 if parted and parted[0] else len(bands[0])
    mostly = _mostly_numeric(lines) | (_numeric_below(lines[start_of_body:]) if any(parted) else frozenset())
    # Where lines part the items, and one the first of them from the head, no line of text is the head's.
    start = 0 if sum(parted) > 1 and parted[0] else _body_start(lines, mostly, laid)
    numeric = frozenset(
        column for column in mostly if all(column in line.numeric for line in lines[start:] if column in line.texts)
    )
    height = median_height(word.box for row in rows for word in row)
    if not any(parted):
        groups = _groups_by_gaps(lines, start, numeric, height)
        if groups is not None:
            return groups
    found: list[list[int]] = []
    for band in bands:
        own = [lines[index] for index in band]
        below = start if band[0] == 0 else 0 if start in band or start < band[0] else len(band)
        below = min(below, len(band))
        one = below == 0 and any(parted) and (_is_one_item(own, numeric) or _has_one_full(own, full, numeric))
        groups = [list(range(len(band)))] if one else None
        groups = groups or _groups_by_gaps(own, below, numeric, height) or _groups_by_names(own)
        if groups is None:
            rest = laid[band[0] : band[-1] + 1]
            groups = _groups_by_continuation(own[:below], frozenset(), full, rest[:below], room)
            groups += [
                [below + index for index in group]
                for group in _groups_by_continuation(own[below:], numeric, full, rest[below:], room)
            ]
        found += [[band[0] + index for index in group] for group in groups]
    return found


def _closing_lines(rows: Sequence[Row], column_of: Callable[[Word], int]) -> int:
    """How many lines at the foot of a list of names and figures are words in the middle of it: thanks, and the like.

    They go on with no name: those are flush left, or indented a little.
    """
    words = [word for row in rows for word in row]
    height = median_height(word.box for word in words)
    left, right = min(word.box[0] for word in words), max(word.box[2] for word in words)
    count = 0
    for row in reversed(rows[1:]):
        start, end = min(word.box[0] for word in row), max(word.box[2] for word in row)
        is_centred = abs(start + end - left - right) <= 2 * OFF_MIDDLE * height and start - left >= FAR * height
        if not is_centred or _line_of(row, column_of).numeric or any(column_of(word) for word in row):
            break
        count += 1
    return count


def room_for_names(rows: Sequence[Row], column_of: Callable[[Word], int]) -> float:
    """The right end of the longest name in a list of names and figures, in the page's unit; minus infinity in a table
    of another kind."""
    lines = [_line_of(row, column_of) for row in rows]
    columns = {column for line in lines for column in line.texts}
    return max(line.end for line in lines) if columns == {0, 1} else -math.inf


def body_start(rows: Sequence[Row], column_of: Callable[[Word], int], laid: Sequence[int]) -> int:
    """The index of the first row of text below the head; the number of rows where there is none.

    It has a number in a numeric column, or the model has it in one row with the first that has, and it names no
    figures.
    """
    lines = [_line_of(row, column_of) for row in rows]
    return _body_start(lines, _mostly_numeric(lines), laid)


def _body_start(lines: Sequence[_Line], numeric: frozenset[int], laid: Sequence[int]) -> int:
    """The same, of lines."""
    start = next((index for index, line in enumerate(lines) if numeric & line.numeric), len(lines))
    while 0 < start < len(lines) and laid[start - 1] == laid[start] and not _names_figures(lines[start - 1], numeric):
        start -= 1
    return start


def _names_figures(line: _Line, numeric: frozenset[int]) -> bool:
    """Whether the line has texts in several numeric columns, none of them a number: the names of a head."""
    return len(numeric & line.texts.keys()) > 1 and not numeric & line.numeric


def _numeric_below(lines: Sequence[_Line]) -> frozenset[int]:
    """The columns of nothing but numbers below a head that a line parts off; one item may be all there is."""
    columns = {column for line in lines for column in line.texts}
    found = frozenset(
        column for column in columns if all(column in line.numeric for line in lines if column in line.texts)
    )
    return found if len(found) > 1 else frozenset()


def numeric_columns(rows: Sequence[Row], column_of: Callable[[Word], int]) -> frozenset[int]:
    """The indices, from 0, of columns that have several entries, most of them numeric."""
    return _mostly_numeric([_line_of(row, column_of) for row in rows])


def _mostly_numeric(lines: Sequence[_Line]) -> frozenset[int]:
    """The same, of lines."""
    entries: dict[int, list[bool]] = {}
    for line in lines:
        for column in line.texts:
            entries.setdefault(column, []).append(column in line.numeric)
    return frozenset(
        column for column, found in entries.items() if sum(found) >= max(MIN_NUMERIC, MOSTLY * (len(found) - 1))
    )


def _line_of(row: Row, column_of: Callable[[Word], int]) -> _Line:
    """A row of text by column; its median word tells its height."""
    held: dict[int, list[Word]] = {}
    for word in row:
        held.setdefault(column_of(word), []).append(word)
    middle = sorted(row, key=lambda word: word.box[1] + word.box[3])[len(row) // 2].box
    joined = {column: " ".join(word.text for word in words) for column, words in held.items()}
    numeric = frozenset(
        column for column, text in joined.items() if is_numeric(text) or _has_number_apart(held[column])
    )
    first = min(row, key=lambda word: word.box[0]).box
    end = max((word.box[2] for word in held.get(0, ())), default=first[0])
    bold = frozenset(column for column, words in held.items() if all(word.bold for word in words))
    return _Line(first[0], middle[1], middle[3], joined, numeric, end, first[2] - first[0], bold)


def _has_number_apart(words: Row) -> bool:
    """Whether the words end in a number that is far from the others: an amount behind a total's label."""
    last = max(words, key=lambda word: word.box[0])
    before = max((word.box[2] for word in words if word is not last), default=last.box[0])
    return is_numeric(last.text) and last.box[0] - before >= APART * (last.box[3] - last.box[1])


def _groups_by_gaps(
    lines: Sequence[_Line], start: int, numeric: frozenset[int], height: float
) -> list[list[int]] | None:
    """The lines in groups by the white between them; None where that does not tell items.

    It does where each group has numbers, none has two in one column, and all white between groups is wider than all
    within. Groups above line `start`, the first with numbers, are the head's.
    """
    gaps = sorted({after.top - before.bottom for before, after in pairwise(lines)}, reverse=True)
    for between, within in pairwise(gaps):
        if not _is_wider(between, within, height):
            continue
        groups = [[0]]
        for index, (before, after) in enumerate(pairwise(lines), start=1):
            if after.top - before.bottom > within:
                groups.append([index])
            else:
                groups[-1].append(index)
        body = [[lines[index] for index in group] for group in groups if group[-1] >= start]
        if body and all(_is_one_item(group, numeric) for group in body):
            return groups
    return None


def rows_by_white(
    rows: Sequence[Row], column_of: Callable[[Word], int], laid: Sequence[int], height: float
) -> list[int] | None:
    """For each row of text the number of its group by the white between them; None unless that tells the table's rows.

    It does where only the first line of a group has a text in the first column, and `laid` is torn against it: joins a
    group's first line to the group above, and parts another line from its group. `height`: of the text, in the page's
    unit.
    """
    lines = [_line_of(row, column_of) for row in rows]
    whites = [after.top - before.bottom for before, after in pairwise(lines)]
    ascending = pairwise(sorted(set(whites)))
    wide = next((after for before, after in ascending if _is_wider(after, before, height)), None)
    if wide is None:
        return None
    far = [white >= wide for white in whites]
    parted = [above != below for above, below in pairwise(laid)]
    first = [0 in line.texts for line in lines[1:]]
    steps = list(zip(far, parted, first, strict=True))
    plain = all(far or not first for far, _, first in steps)
    joined = any(far and first and not parted for far, parted, first in steps)
    torn = any(parted and not far for far, parted, _ in steps)
    return list(accumulate(map(int, far), initial=0)) if plain and joined and torn else None


def _is_wider(between: float, within: float, height: float) -> bool:
    """Whether the white between two groups is clearly wider than that within one."""
    return between - within >= WIDER_BY * height and between + height >= WIDER * (within + height)


def _is_one_item(lines: Sequence[_Line], numeric: frozenset[int]) -> bool:
    """Whether the lines have numbers, and no two in one numeric column."""
    return any(numeric & line.numeric for line in lines) and not _has_two_items(lines, numeric)


def _has_one_full(lines: Sequence[_Line], full: float, numeric: frozenset[int]) -> bool:
    """Whether just one line runs across, and no other has a text in its last column, or a name with a number below one
    of its own."""
    across = [line for line in lines if len(line.texts) >= full]
    if len(across) != 1 or sum(max(across[0].texts) in line.texts for line in lines) != 1:
        return False
    (item,) = across
    edge = item.left + INDENT * (item.bottom - item.top)
    return not any(
        0 in line.texts and line.left < edge and numeric & line.numeric & item.numeric
        for line in lines
        if line is not item
    )


def _has_two_items(lines: Sequence[_Line], numeric: frozenset[int]) -> bool:
    """Whether two lines have numbers in one numeric column."""
    entries = [column for line in lines for column in line.texts if column in numeric]
    return len(entries) > len(set(entries))


def _groups_by_continuation(
    lines: Sequence[_Line], numeric: frozenset[int], full: float, laid: Sequence[int], room: float
) -> list[list[int]]:
    """The lines one by one, except those that continue the line above or that the model has in one row with it.

    Of two lines with texts in at least `full` columns each is a row, and so is one that begins anew. `room`: the right
    end of the room for names.
    """
    groups: list[list[int]] = []
    for index, line in enumerate(lines):
        if groups:
            above = [lines[member] for member in groups[-1]]
            both_full = len(line.texts) >= full and any(len(other.texts) >= full for other in above)
            same = laid[groups[-1][0]] == laid[index] and not both_full and not _begins_anew(above, line, room)
            if _counts_next(above, line, lines[index + 1 : index + 2]):
                groups.append([index])
                continue
            if (same or _goes_on(above, line, numeric)) and not _has_two_items([*above, line], numeric):
                groups[-1].append(index)
                continue
        groups.append([index])
    return groups


def _groups_by_names(lines: Sequence[_Line]) -> list[list[int]] | None:
    """The lines one by one, those of figures alone, a quantity and an amount, with the name on the line above; None
    unless each has such a name, and none stands below the last.

    All names between two lines of figures are one; where the first one begins is not known: it is a line.
    """
    figures = [index for index, line in enumerate(lines) if len(line.texts) > 1 and _has_figures_alone(line)]
    # What stands above the first line is not always known.
    named = [index for index in figures if index]
    if len(named) < MIN_NAMED or not all(_is_name(lines[index - 1]) for index in named):
        return None
    if figures[-1] + 1 < len(lines) and _is_name(lines[figures[-1] + 1]):
        return None
    joined = set(named)
    for before, after in pairwise(figures):
        if all(map(_is_name, lines[before + 1 : after])):
            joined |= set(range(before + 2, after))
    groups: list[list[int]] = []
    for index in range(len(lines)):
        if index in joined:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _has_figures_alone(line: _Line) -> bool:
    return 0 in line.texts and all(map(is_numeric, line.texts.values()))


def _is_name(line: _Line) -> bool:
    return line.texts.keys() == {0} and not line.numeric


def _begins_anew(above: Sequence[_Line], line: _Line, room: float) -> bool:
    """Whether a name, not indented, has its first word below a name behind which there was room for it."""
    height = line.bottom - line.top
    if not all(0 in other.texts for other in (above[-1], line)) or line.left >= above[0].left + INDENT * height:
        return False
    return above[-1].end + SPACE * height + line.first_word <= room


def _counts_next(above: Sequence[_Line], line: _Line, below: Sequence[_Line]) -> bool:
    """Whether a line is a quantity and a price whose product is the amount of the line below, not of those above."""
    product = product_of(" ".join(line.texts.values())) if len(line.texts) == 1 else None
    if product is None:
        return False
    own, others = (any(has_amount(each.texts.values(), product) for each in lines) for lines in (below, above))
    return own and not others


def _goes_on(above: Sequence[_Line], line: _Line, numeric: frozenset[int]) -> bool:
    """Whether a line only continues one text column of the row above, which has numbers too.

    In the first column it is indented: a name that begins where the items do may be of what follows. So is one in bold
    below a name that is not.
    """
    if len(line.texts) != 1:
        return False
    (column,) = line.texts
    indent = INDENT * (line.bottom - line.top)
    return (
        (column > 0 or line.left >= above[0].left + indent)
        and column not in numeric
        and column in above[0].texts
        and not (column in line.bold and column not in above[0].bold)
        and any(numeric & other.numeric for other in above)
    )
