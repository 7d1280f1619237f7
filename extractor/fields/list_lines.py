"""A head and the rows below it -> lines: each row's phrases by their columns. Runs in a page process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ..values.boxes import union
from .column_heads import TEXTS, Column, Head
from .labels import LabelHit, squashed
from .parsing import Kind, Style, Typed, typed_values
from .printed import Phrase, PrintedPage
from .totals import TOTALS

# The phrases of a row by the concepts of their columns.
Line = dict[str, list[Phrase]]
# The types of columns; others are text.
KINDS: dict[str, Kind] = {
    **dict.fromkeys(("item.unit_price", "item.amount", "tax.base", "tax.amount", "tax.gross"), "money"),
    **{
        "item.discount": "number",
        "item.quantity": "quantity",
        "item.tax_rate": "percent",
        "tax.rate": "percent",
        "item.position": "integer",
    },
    **dict.fromkeys(("transaction.date", "transaction.value_date"), "day"),
    **{f"transaction.{one}": "money" for one in ("debit", "credit", "amount", "balance")},
}
# Columns whose values stand alone in them: words before a number make it a part of a text.
ALONE = frozenset(("item.quantity", "item.unit_price", "item.amount", "item.position"))
# How texts begin that say what a number of rows makes.
_SUMS = "total subtotal summe zwischensumme gesamt somme soustotal totale totaal suma razem"
# The same of sums that are carried from page to page.
_CARRIED = (
    "ubertrag vortrag carriedforward carriedover broughtforward areporter report sumaysigue sumaanterior riporto"
    " ariportare transport atransportar doprzeniesienia zprzeniesienia"
)
CARRIED = tuple(_CARRIED.split())
SUMS = (*_SUMS.split(), *CARRIED)
STOPPING = frozenset((*TOTALS, "opening_balance", "closing_balance"))
# What an item has, and a total has not.
COUNTED = ("item.quantity", "item.unit_price")
# The most letters of a currency.
CURRENCY = 3
# Max distance between two rows of one list, in text heights.
FAR = 6.0
# How far, in text heights, words may stand left of a column's head and be in it.
SLACK = 0.5


@dataclass(frozen=True, slots=True)
class Stops:
    """Phrases that begin with a total's label, each known by its `id`.

    `concepts` are those of the label. In `bare` are phrases that have no more words, but perhaps an amount.
    """

    concepts: Mapping[int, set[str]]
    bare: Collection[int]


def stops_of(labels: Sequence[LabelHit]) -> Stops:
    """The labels of totals and balances among the document's that stand first in their phrases."""
    concepts: dict[int, set[str]] = defaultdict(set)
    bare: set[int] = set()
    for hit in labels:
        if hit.concept in STOPPING and hit.first == 0 and hit.end > 0:
            concepts[id(hit.phrase)].add(hit.concept)
            behind = (word.text.strip(":()") for word in hit.phrase.words[hit.end :])
            if not any(text.isalpha() and len(text) > CURRENCY for text in behind):
                bare.add(id(hit.phrase))
    return Stops(concepts, bare)


def lines_of(page: PrintedPage, head: Head, end: int, stops: Stops, style: Style) -> tuple[list[Line], bool]:
    """The lines below a head, up to row `end`, each its phrases by column; and whether something ended them before."""
    lines: list[Line] = []
    bottom: float | None = max(column.box[3] for column in head.columns) if head.last_row >= 0 else None
    for whole in page.rows[head.last_row + 1 : end]:
        row = [phrase for phrase in whole if phrase.box[0] < head.right]
        if all(phrase.furniture for phrase in row):
            continue
        if bottom is not None and row[0].box[1] - bottom > FAR * max(phrase.height for phrase in row):
            return lines, True
        line = _by_column(row, head)
        ends = _ends(row, line, head, stops, style)
        if ends and (lines or (bottom is None and head.kind != "transactions")):
            return lines, True
        bottom = max(phrase.box[3] for phrase in row)
        # The balance above the first transaction is none.
        if not ends or head.kind != "transactions":
            lines.append(line)
    return lines, False


def value_in(line: Line, concept: str, style: Style) -> tuple[Phrase, Typed] | None:
    """The phrase in which the line has a value of this column, and the value; None where it has none."""
    kind = KINDS.get(concept, "number")
    for phrase in line.get(concept, ()):
        typed = max(typed_values(kind, phrase.words, style), key=lambda one: one.quality, default=None)
        if typed is not None and not (concept in ALONE and _is_in_text(phrase, typed)):
            return phrase, typed
    return None


def _is_in_text(phrase: Phrase, typed: Typed) -> bool:
    before = phrase.words[: typed.first]
    return phrase.text.startswith(":") or any(char.isalpha() for word in before for char in word.text)


def _ends(row: Sequence[Phrase], line: Line, head: Head, stops: Stops, style: Style) -> bool:
    """Whether the row is one of totals: a phrase that is none of a row's text is a total's label.

    A tax may begin with its name, and an item as well: `Net curtain`.
    """
    if any(squashed(phrase.text).startswith(CARRIED) for phrase in row[:2]):
        return False
    harmless = {"tax_total"} if head.kind == "taxes" else set()
    text = TEXTS.get(head.kind)
    labels = [
        phrase
        for at, phrase in enumerate(row[:-1] if len(row) > 1 else row)
        if (at < 2 or column_of(phrase, head.columns).concept != text)
        and stops.concepts.get(id(phrase), set()) - harmless
    ]
    if head.kind != "line_items" or not labels:
        return bool(labels)
    if all(value_in(line, one, style) is not None for one in COUNTED):
        return False
    return any(id(phrase) in stops.bare for phrase in labels) or value_in(line, "item.amount", style) is not None


def _by_column(row: Sequence[Phrase], head: Head) -> Line:
    """The row's phrases by their columns' concepts."""
    by: Line = defaultdict(list)
    for whole in row:
        for phrase in _parted(whole, head):
            by[column_of(phrase, head.columns).concept].append(phrase)
    units = by.get("item.unit", [])
    if units and "item.quantity" not in by and _is_counted(units[0]):
        # A quantity and its unit stand so close that they are one phrase.
        by["item.quantity"] = [units.pop(0)]
    return {concept: phrases for concept, phrases in by.items() if phrases}


def _is_counted(phrase: Phrase) -> bool:
    first, *others = (word.text for word in phrase.words)
    return any(map(str.isdigit, first)) and bool(others) and not any(map(str.isdigit, "".join(others)))


def _parted(phrase: Phrase, head: Head) -> list[Phrase]:
    """A number and the text beside it as two, where the text's column begins between them."""
    text = next((one for one in head.columns if one.concept == TEXTS.get(head.kind)), None)
    if text is None or len(phrase.words) == 1 or phrase.box[0] >= text.box[0]:
        return [phrase]
    slack = SLACK * phrase.height
    at = next((at for at, word in enumerate(phrase.words) if word.box[0] >= text.box[0] - slack), 0)
    if at == 0 or not all(any(map(str.isdigit, word.text)) for word in phrase.words[:at]):
        return [phrase]
    parts = phrase.words[:at], phrase.words[at:]
    return [replace(phrase, words=words, box=union([word.box for word in words])) for words in parts]


def column_of(phrase: Phrase, columns: Sequence[Column]) -> Column:
    """The column whose head stands over the phrase; that of its cell, or the nearest one, where none does.

    Raises `ValueError` where there are no columns.
    """
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
