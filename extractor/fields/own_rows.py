"""A list with a caller's own names -> its rows, from the best table whose head means them. Runs in a page process.

A table without a head gives nothing. Rows of one table may stand on several pages. What makes no sense as its field's
type is left out, and so are sums.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..values.boxes import union
from ..values.wanted import WantedField
from .found import Found, FoundRow, found_in
from .free_search import KIND_OF, option_in
from .labels import squashed
from .list_lines import FAR, SUMS, Line, Stops, column_of
from .own_columns import LEAST, OwnHead, Sought, own_heads, sought_in
from .parsing import Style, typed_values
from .printed import Phrase, Printed, PrintedPage

# How sure a value is for its column's sake, if its head says the very name.
SURE = 0.85
# Max gap between two lines of one row, in text heights.
LINE_GAP = 1.0
# The concepts of sums of rows.
GROSS = frozenset(("total", "line_total", "net_total"))
# What stands in a cell that has no value.
NOTHING = frozenset(("-", "--", "\u2013", "\u2014", "./.", "n/a", "N/A", "n.a.", "/"))
# How what is printed begins that says a bound, and not a number.
BOUNDS = ("<", ">", "\u2264", "\u2265", "~", "\u2248")
# Types of which a cell has one value, or none that is sure.
COUNTED = frozenset(("date", "money", "number", "integer", "percent"))


@dataclass(frozen=True, slots=True)
class _Row:
    """The phrases of a row by their columns' keys, in reading order, and the leftmost one of its first line."""

    cells: Mapping[str, Sequence[Phrase]]
    first: Phrase


def own_rows(printed: Printed, style: Style, of_list: WantedField, stops: Stops) -> list[FoundRow]:
    """The rows of the list, in reading order, by the keys of its values; none where no table's head means two.

    `stops` are the labels of totals in the document.
    """
    sought = sought_in(of_list)
    if len(sought) < LEAST:
        return []
    tables: dict[frozenset[str], list[_Row]] = defaultdict(list)
    worths: dict[frozenset[str], OwnHead] = {}
    for key, head, rows in _tables(printed, sought):
        tables[key] += rows
        if key not in worths or head.worth > worths[key].worth:
            worths[key] = head
    found = {key: _found_rows(rows, sought, worths[key], style, stops) for key, rows in tables.items()}
    best = max((key for key in found if found[key]), key=lambda key: worths[key].worth, default=None)
    return found[best] if best is not None else []


def _tables(printed: Printed, sought: Sequence[Sought]) -> Iterator[tuple[frozenset[str], OwnHead, list[_Row]]]:
    """Each head, or what goes on of its table on the next page, with its rows, under the keys of its columns."""
    going_on: OwnHead | None = None
    for page in printed.pages:
        heads = own_heads(page, sought)
        if going_on is not None and not (heads and heads[0].first_row == _first_row(page)):
            heads = [replace(going_on, first_row=-1, last_row=-1), *heads]
        going_on = None
        for at, head in enumerate(heads):
            end = heads[at + 1].first_row if at + 1 < len(heads) else len(page.rows)
            lines, ended = _lines_below(page, head, end)
            rows = [_row(lines[first:last]) for first, last in _spans(lines)]
            if head.last_row < 0 and not _is_like(rows[:1], sought):
                continue
            yield frozenset(head.worths), head, rows
            going_on = head if rows and not ended and end == len(page.rows) else None


def _first_row(page: PrintedPage) -> int:
    return next((at for at, row in enumerate(page.rows) if not all(one.furniture for one in row)), 0)


def _is_like(rows: Sequence[_Row], sought: Sequence[Sought]) -> bool:
    """Whether what stands at the top of a page goes on with the table: most of its columns have something."""
    return any(2 * sum(one.key in row.cells for one in sought) > len(sought) for row in rows)


def _lines_below(page: PrintedPage, head: OwnHead, end: int) -> tuple[list[Line], bool]:
    """The lines below the head, up to row `end`, and whether something ended them before."""
    rows = [[one for one in row if not one.furniture] for row in page.rows[head.last_row + 1 : end]]
    tables = {column.table for column in head.columns}
    table = next(iter(tables)) if len(tables) == 1 and head.last_row >= 0 else None
    inside = [[one for one in row if one.cell is not None and one.cell.element == table] for row in rows]
    if table is not None and any(inside):
        lines = [_by_column(row, head) for row in inside if row]
        behind = rows[max(at for at, row in enumerate(inside) if row) + 1 :]
        return lines, any(behind)
    lines = []
    bottom = max(column.box[3] for column in head.columns) if head.last_row >= 0 else None
    for row in filter(None, rows):
        if bottom is not None and row[0].box[1] - bottom > FAR * max(one.height for one in row):
            return lines, True
        bottom = max(one.box[3] for one in row)
        lines.append(_by_column(row, head))
    return lines, False


def _by_column(row: Sequence[Phrase], head: OwnHead) -> Line:
    line: Line = defaultdict(list)
    for phrase in row:
        line[column_of(phrase, head.columns).concept].append(phrase)
    return dict(line)


def _spans(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Lines that are one row of the table, or a row's text that goes on below it, as `[first, last)`."""
    first = 0
    for at in range(1, len(lines) + 1):
        if at == len(lines) or not _goes_on(lines[at - 1], lines[at]):
            yield first, at
            first = at


def _goes_on(above: Line, line: Line) -> bool:
    """Whether the line is of the row above it: one of the table's, or a single text right below another."""
    rows = [{(one.cell.element, one.cell.row) for one in _phrases(of) if one.cell is not None} for of in (above, line)]
    if all(rows):
        return bool(rows[0] & rows[1])
    if len(line) > 1 or not line.keys() <= above.keys():
        return False
    box, below = (union([one.box for one in _phrases(of)]) for of in (above, line))
    return below[1] - box[3] <= LINE_GAP * (below[3] - below[1])


def _phrases(line: Line) -> list[Phrase]:
    return [phrase for phrases in line.values() for phrase in phrases]


def _row(lines: Sequence[Line]) -> _Row:
    cells: dict[str, list[Phrase]] = defaultdict(list)
    for line in lines:
        for key, phrases in line.items():
            cells[key] += phrases
    first = min(_phrases(lines[0]), key=lambda one: one.box[0])
    return _Row(dict(cells), first)


def _found_rows(
    rows: Sequence[_Row], sought: Sequence[Sought], head: OwnHead, style: Style, stops: Stops
) -> list[FoundRow]:
    """The values of the rows that are none of sums, subheads or notes."""
    full = [row for row in rows if len(row.cells) > 1]
    usual = statistics.median_low([len(row.cells) for row in full]) if full else 0
    summed = False
    found: list[FoundRow] = []
    for row in full:
        short = len(row.cells) < usual
        is_sum = _is_sum(row, short, stops)
        # Below a sum stand others.
        if not is_sum and not (summed and short):
            values = _values(row, sought, head, style)
            if values:
                found.append(values)
        summed = summed or is_sum
    return found


def _is_sum(row: _Row, short: bool, stops: Stops) -> bool:
    """Whether its first words are a total's label and no more, or begin as one in a row that lacks something."""
    bare = id(row.first) in stops.bare and not GROSS.isdisjoint(stops.concepts[id(row.first)])
    return bare or (short and squashed(row.first.text).startswith(SUMS))


def _values(row: _Row, sought: Sequence[Sought], head: OwnHead, style: Style) -> FoundRow:
    values: FoundRow = {}
    for one in sought:
        if one.key in row.cells:
            value = _value(one.field, row.cells[one.key], style, SURE * head.worths[one.key])
            if value is not None:
                values[one.key] = value
    return values


def _value(field: WantedField, phrases: Sequence[Phrase], style: Style, sure: float) -> Found | None:
    """What the cell says as the field's type; None where it says nothing, or several things."""
    page, words = phrases[0].page, [word for phrase in phrases for word in phrase.words]
    text = " ".join(word.text for word in words)
    if text in NOTHING:
        return None
    if field.options:
        return option_in(field, page, words, sure)
    kind = KIND_OF.get(field.type, "text")
    if kind == "text":
        return found_in(page, words, text, sure)
    if field.type in COUNTED and text.startswith(BOUNDS):
        return None
    typed = [(one, phrase) for phrase in phrases for one in typed_values(kind, phrase.words, style)]
    if len(typed) != 1:
        return None
    value, phrase = typed[0]
    said = phrase.words[value.first : value.end]
    return found_in(page, said, value.value, sure * value.quality**0.5, value.currency)
