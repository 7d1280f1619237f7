"""A document -> its line items, taxes and transactions, from tables whose heads mean them. Runs in a page process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..values.words import Word
from .column_heads import PREFIXES, Column, Head, ListKind, heads_of
from .found import Found, FoundRow
from .labels import find_labels
from .parsing import Kind, Style, Typed, typed_values
from .printed import Phrase, Printed, PrintedPage, PrintedWord
from .receipt_items import receipt_items
from .totals import TOTALS

# The phrases of a line by the concepts of their columns.
Line = dict[str, list[Phrase]]
# The types of columns; others are text.
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("item.unit_price", "item.amount", "tax.base", "tax.amount", "tax.gross"), "money"),
    **{"item.quantity": "quantity", "item.tax_rate": "percent", "tax.rate": "percent", "item.position": "integer"},
    **dict.fromkeys(("transaction.date", "transaction.value_date"), "date"),
    **{f"transaction.{one}": "money" for one in ("debit", "credit", "amount", "balance")},
}
# Columns of which a row has to have one, the first that the head has.
ANCHORS: dict[ListKind, tuple[str, ...]] = {
    "line_items": ("item.amount", "item.unit_price", "item.quantity"),
    "taxes": ("tax.amount",),
    "transactions": ("transaction.date",),
}
# What only the first line of a row has.
FIRST_LINE = frozenset(("item.position", "item.quantity", "item.unit_price"))
TEXTS = ("item.description", "transaction.description")
# How sure a value is for its column's sake, before checks.
SURE = 0.85
# A column narrower than this, in text heights, is narrow.
NARROW = 9.0
# A space's width, in text heights.
SPACE = 0.5
# Max distance between two rows of one list, in text heights.
FAR = 6.0


def list_rows(printed: Printed, style: Style) -> dict[str, list[FoundRow]]:
    """The rows of all tables of each kind, in reading order; without a table of items, those that a receipt has."""
    rows: dict[str, list[FoundRow]] = {kind: [] for kind in PREFIXES}
    stops: dict[int, set[str]] = defaultdict(set)
    for hit in find_labels(printed, (*TOTALS, "opening_balance", "closing_balance")):
        if hit.first == 0 and hit.end > 0:
            stops[id(hit.phrase)].add(hit.concept)
    going_on: Head | None = None
    for page in printed.pages:
        heads = heads_of(page)
        if going_on is not None:
            # A list without an end goes on at the top of the next page, where it does not repeat its head.
            heads = [replace(going_on, first_row=-1, last_row=-1), *heads]
        going_on = None
        for at, head in enumerate(heads):
            end = heads[at + 1].first_row if at + 1 < len(heads) else len(page.rows)
            lines, ended = _lines_of(page, head, end, stops)
            rows[head.kind] += _rows_of(head, lines, style)
            going_on = head if lines and not ended and end == len(page.rows) else None
    if not rows["line_items"]:
        rows["line_items"] = receipt_items(printed, style, stops)
    return rows


def _lines_of(page: PrintedPage, head: Head, end: int, stops: dict[int, set[str]]) -> tuple[list[Line], bool]:
    """The lines below a head by their columns, and whether something ended them before `end`."""
    lines: list[Line] = []
    bottom: float | None = max(column.box[3] for column in head.columns) if head.last_row >= 0 else None
    for row in page.rows[head.last_row + 1 : end]:
        if all(phrase.furniture for phrase in row):
            continue
        if bottom is not None and row[0].box[1] - bottom > FAR * max(phrase.height for phrase in row):
            return lines, True
        if (lines or bottom is None) and _ends(row, stops, head):
            return lines, True
        bottom = max(phrase.box[3] for phrase in row)
        lines.append(_by_column(row, head))
    return lines, False


def _rows_of(head: Head, lines: Sequence[Line], style: Style) -> Iterator[FoundRow]:
    """The rows that lines are: one begins wherever the anchor's column has a value."""
    anchor = next(one for one in ANCHORS[head.kind] if any(column.concept == one for column in head.columns))
    limit = _text_ends(head, lines)
    for group in _grouped(lines, anchor, style):
        found = _row(group, head, limit, style)
        if anchor in found and (head.kind != "taxes" or "tax.base" in found):
            yield found


def _text_ends(head: Head, lines: Sequence[Line]) -> float:
    """Where the column of descriptions ends: before the next one's head and values."""
    at = next((at for at, column in enumerate(head.columns) if column.concept in TEXTS), None)
    if at is None or at + 1 == len(head.columns):
        return max((one.box[2] for line in lines for text in TEXTS for one in line.get(text, ())), default=0.0)
    following = head.columns[at + 1]
    return min([following.box[0], *(one.box[0] for line in lines for one in line.get(following.concept, ()))])


def _ends(row: Sequence[Phrase], stops: dict[int, set[str]], head: Head) -> bool:
    """Whether the row is one of totals: one of its first phrases is a total's label. A tax may begin with its name."""
    harmless = {"tax_total"} if head.kind == "taxes" else set()
    return any(stops.get(id(phrase), set()) - harmless for phrase in row[:2])


def _by_column(row: Sequence[Phrase], head: Head) -> Line:
    """The row's phrases by their columns' concepts."""
    by: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in row:
        by[_column_of(phrase, head.columns).concept].append(phrase)
    return by


def _column_of(phrase: Phrase, columns: Sequence[Column]) -> Column:
    """The column whose head stands over the phrase; that of its cell, or the nearest one, where none does."""
    left, _, right, _ = phrase.box
    over = [(min(right, one.box[2]) - max(left, one.box[0]), -at) for at, one in enumerate(columns)]
    widest, at = max(over)
    if widest > 0:
        return columns[-at]
    cell = phrase.cell
    for column in columns:
        if cell is not None and column.table == cell.element and column.number == cell.column:
            return column
    return min(columns, key=lambda one: min(abs(one.box[0] - left), abs(one.box[2] - right)))


def _grouped(lines: Sequence[Line], anchor: str, style: Style) -> Iterator[list[Line]]:
    """Lines that are one row: from one with the anchor's value up to the next one, or those of one row of the table."""
    group: list[Line] = []
    anchored = False
    for line in lines:
        here = _has_value(line, anchor, style)
        together = bool(group) and _same_table_row(group[-1], line)
        if group and ((here and anchored) or (not together and _opens(line, group, anchored))):
            yield group
            group, anchored = [], False
        group.append(line)
        anchored = anchored or here
    if group:
        yield group


def _opens(line: Line, group: Sequence[Line], anchored: bool) -> bool:
    """Whether a line without the anchor's value begins the next row: it has what only a row's first line has."""
    return anchored and bool(FIRST_LINE & set(line)) and any(FIRST_LINE & set(one) for one in group)


def _has_value(line: Line, concept: str, style: Style) -> bool:
    kind = KINDS.get(concept, "text")
    return any(typed_values(kind, phrase.words, style) for phrase in line.get(concept, ()))


def _same_table_row(one: Line, other: Line) -> bool:
    def rows(line: Line) -> set[tuple[int, int]]:
        return {(p.cell.element, p.cell.row) for phrases in line.values() for p in phrases if p.cell is not None}

    return bool(rows(one) & rows(other))


def _row(group: Sequence[Line], head: Head, limit: float, style: Style) -> FoundRow:
    """The values of a row's lines."""
    found: FoundRow = {}
    for column in head.columns:
        phrases = [phrase for line in group for phrase in line.get(column.concept, ())]
        if column.concept in TEXTS:
            phrases = _wrapped(phrases[_first_text(group, column.concept) :], limit)
            if phrases:
                words = [PrintedWord(phrase.page, word) for phrase in phrases for word in phrase.words]
                found[column.concept] = Found(" ".join(one.word.text for one in words), tuple(words), SURE)
            continue
        kind = KINDS.get(column.concept, "text")
        for phrase in phrases:
            typed = max(typed_values(kind, phrase.words, style), key=lambda one: one.quality, default=None)
            if typed is None:
                continue
            words = [PrintedWord(phrase.page, word) for word in phrase.words[typed.first : typed.end]]
            found[column.concept] = Found(typed.value, tuple(words), SURE * typed.quality**0.5, typed.currency)
            if column.concept == "item.quantity":
                _add_unit(found, phrase, typed)
            break
    if "item.quantity" not in found:
        _add_quantity(found, [phrase for line in group for phrase in line.get("item.unit", ())], style)
    return {concept: one for concept, one in found.items() if concept not in ("item.discount", "tax.gross")}


def _add_quantity(found: FoundRow, phrases: Sequence[Phrase], style: Style) -> None:
    """The quantity in front of a unit, where both stand close and so are one phrase."""
    for phrase in phrases:
        for typed in typed_values("quantity", phrase.words, style):
            words = phrase.words[typed.first : typed.end]
            found.pop("item.unit", None)
            found["item.quantity"] = Found(typed.value, _printed(phrase, words), SURE)
            _add_unit(found, phrase, typed)
            return


def _printed(phrase: Phrase, words: Sequence[Word]) -> tuple[PrintedWord, ...]:
    return tuple(PrintedWord(phrase.page, word) for word in words)


def _first_text(group: Sequence[Line], concept: str) -> int:
    """How many texts stand above that of the row's own line, which has a quantity or a price: the row above's."""
    above = 0
    for line in group:
        if line.get(concept) and any(one in line for one in FIRST_LINE):
            return above
        above += len(line.get(concept, ()))
    return 0


def _add_unit(found: FoundRow, phrase: Phrase, quantity: Typed) -> None:
    """The unit that stands behind a quantity, or is one word with it."""
    behind = phrase.words[quantity.end :]
    if len(behind) == 1 and behind[0].text.strip(".()").isalpha():
        word, value = behind[0], behind[0].text
    elif quantity.unit:
        word = next((one for one in phrase.words if quantity.unit in one.text), phrase.words[0])
        value = quantity.unit
    else:
        return
    found.setdefault("item.unit", Found(value, (PrintedWord(phrase.page, word),), SURE))


def _wrapped(phrases: Sequence[Phrase], limit: float) -> list[Phrase]:
    """The first line, and those behind it that only stand on a line of their own since the column ends."""
    kept: list[Phrase] = []
    for phrase in phrases:
        if kept and kept[-1].row != phrase.row:
            word = phrase.words[0]
            fits = kept[-1].box[2] + SPACE * phrase.height + (word.box[2] - word.box[0]) <= limit
            # In a narrow column texts break where they need not, and remarks have no room.
            fits = fits and limit - kept[0].box[0] > NARROW * phrase.height
            if fits or _is_remark(phrase):
                break
        kept.append(phrase)
    return kept


def _is_remark(phrase: Phrase) -> bool:
    """Whether a line says something else of the item: a label with its value, such as `GTIN: 4012345001235`."""
    for at, word in enumerate(phrase.words):
        before, colon, behind = word.text.partition(":")
        if colon and not before.endswith(")") and (at > 0 or behind or not before or _has_digit(phrase.words[1:])):
            return True
    return False


def _has_digit(words: Sequence[Word]) -> bool:
    return any(map(str.isdigit, "".join(word.text for word in words)))
