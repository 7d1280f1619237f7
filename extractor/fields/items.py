"""A document -> its line items, taxes and transactions, from tables whose heads mean them. Runs in a page process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from .column_heads import OTHER, PREFIXES, TEXTS, Head, ListKind, heads_of
from .descriptions import name_of
from .found import Found, FoundRow, found_in
from .labels import LabelHit
from .list_groups import Group, groups_of, has_name
from .list_lines import KINDS, Line, lines_of, stops_of, value_in
from .meant_columns import meant
from .parsing import Style, Typed, typed_values
from .printed import Phrase, Printed
from .receipt_items import receipt_items
from .tax_lines import tax_lines
from .told_rows import told_rows

# Columns of which a row has to have one, the first that the head has.
ANCHORS: dict[ListKind, tuple[str, ...]] = {
    "line_items": ("item.amount", "item.unit_price", "item.quantity"),
    "taxes": ("tax.amount",),
    "transactions": ("transaction.date",),
}
# How sure a value is for its column's sake, before checks.
SURE = 0.85


def list_rows(printed: Printed, style: Style, labels: Sequence[LabelHit]) -> dict[str, list[FoundRow]]:
    """The rows of all tables by the kind of list (`line_items`, `taxes`, `transactions`), in reading order; without a
    table of items, those that a receipt has.

    `labels` are those of the document.
    """
    rows: dict[str, list[FoundRow]] = {kind: [] for kind in PREFIXES}
    stops = stops_of(labels)
    going_on: Head | None = None
    for page in printed.pages:
        heads = heads_of(page)
        if going_on is not None:
            # A list without an end goes on at the top of the next page, where it does not repeat its head.
            heads = [replace(going_on, first_row=-1, last_row=-1, right=math.inf), *heads]
        going_on = None
        for at, head in enumerate(heads):
            end = heads[at + 1].first_row if at + 1 < len(heads) else len(page.rows)
            lines, ended = lines_of(page, head, end, stops, style)
            rows[head.kind] += _rows_of(head, lines, style)
            going_on = head if lines and not ended and end == len(page.rows) else None
    if not rows["line_items"] and not rows["transactions"]:
        rows["line_items"] = receipt_items(printed, style, stops.concepts)
    rows["taxes"] = rows["taxes"] or tax_lines(printed, style, labels)
    return rows


def _rows_of(head: Head, lines: Sequence[Line], style: Style) -> list[FoundRow]:
    """The rows that lines are: one for each value in the anchor's column."""
    anchor = next(one for one in ANCHORS[head.kind] if any(column.concept == one for column in head.columns))
    groups = meant(head.kind, groups_of(lines, anchor, TEXTS.get(head.kind), style), style)
    limit = _text_ends(head, lines)
    return told_rows(head.kind, [_row(group, head, limit, style) for group in groups])


def _text_ends(head: Head, lines: Sequence[Line]) -> float:
    """Where the column of names ends: before the next one's head and values."""
    text = TEXTS.get(head.kind)
    at = next((at for at, column in enumerate(head.columns) if column.concept == text), None)
    if at is None or at + 1 == len(head.columns):
        return max((one.box[2] for line in lines for one in line.get(text or "", ())), default=0.0)
    following = head.columns[at + 1]
    return min([following.box[0], *(one.box[0] for line in lines for one in line.get(following.concept, ()))])


def _row(group: Group, head: Head, limit: float, style: Style) -> FoundRow:
    """The values of a row's lines."""
    found: FoundRow = {}
    text = TEXTS.get(head.kind)
    concepts = dict.fromkeys(concept for line in (group.lines[group.own], *group.lines) for concept in line)
    for concept in concepts:
        if concept.startswith(OTHER):
            continue
        if concept == text:
            phrases = name_of(group, concept, limit)
            if phrases:
                found[concept] = _text(phrases)
            beside = group.lines[group.own].get(concept, [])
            if head.kind == "line_items" and beside and beside[0] not in phrases and not has_name(beside):
                found.setdefault("item.code", _text(beside))
        elif (value := _value(group, concept, style)) is not None:
            phrase, typed = value
            words = phrase.words[typed.first : typed.end]
            found[concept] = found_in(phrase.page, words, typed.value, SURE * typed.quality**0.5, typed.currency)
            if concept == "item.quantity":
                _add_unit(found, phrase, typed)
    return {concept: one for concept, one in found.items() if concept != "tax.gross"}


def _value(group: Group, concept: str, style: Style) -> tuple[Phrase, Typed] | None:
    """The column's value in the row: that of its own line, or else of the first line that has one."""
    for line in (group.lines[group.own], *group.lines):
        if concept in KINDS:
            value = value_in(line, concept, style)
        else:
            phrase = next(iter(line.get(concept, ())), None)
            value = next(((phrase, one) for one in typed_values("text", phrase.words, style)), None) if phrase else None
        if value is not None:
            return value
    return None


def _text(phrases: Sequence[Phrase]) -> Found:
    words = [word for phrase in phrases for word in phrase.words]
    return found_in(phrases[0].page, words, " ".join(word.text for word in words), SURE)


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
    found.setdefault("item.unit", found_in(phrase.page, (word,), value, SURE))
