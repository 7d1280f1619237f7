"""Rows of a page -> those that are the heads of tables of line items, taxes or transactions. Runs in a page process.

A head is known by its words (`labels/columns`), which may stand in several lines, and by which columns come together.
Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import json
import math
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from ..values.boxes import Box, union
from ..values.words import Word
from .labels import FOLDER, squashed
from .printed import Phrase, PrintedPage

ListKind = Literal["line_items", "taxes", "transactions"]
PREFIXES: dict[ListKind, str] = {"line_items": "item.", "taxes": "tax.", "transactions": "transaction."}
# The most lines of a head.
LINES = 4
# Min number, in one line of a head, of words that are heads by themselves.
LEAST = 2
# Words that are so many times as high as a head's others lie across it, and are none of it.
TALL = 2.5
# Max gap, in text heights, between two words of one head that cells part.
SPACE = 0.6
# The lexicon's name for heads that mean a description, a code or a position: the one that no other column is.
WEAK = "weak"
# The concepts of columns whose heads no lexicon has: this and a number. Their values are so in no other column.
OTHER = "other."
# Min number of known heads that make a row a head although a value stands in it.
SURE_HEADS = 3
# What a row is of, and the columns that may stand left of it.
TEXTS: dict[ListKind, str] = {"line_items": "item.description", "transactions": "transaction.description"}
# Columns that show that an unknown one left of them all says what the rows are of.
COUNTED: dict[ListKind, frozenset[str]] = {
    "line_items": frozenset(("item.unit_price",)),
    "transactions": frozenset(("transaction.debit", "transaction.credit", "transaction.balance")),
}
LEFT_OF_TEXT = frozenset(("item.position", "item.code", "transaction.date", "transaction.value_date"))
# Those that may, too, where there is one unknown column alone.
COUNTS = ("item.quantity", "item.unit")
WEAK_MEANINGS = ("item.description", "item.code", "item.position")
# Brackets with a currency, and one at the end: `Amount (RM)`, `Price/€`, `Betrag in EUR`.
_UNIT_OF_HEAD = re.compile(
    r"[(\[][^)\]]{1,4}[)\]]|/\s?(?:\W|EUR|USD|GBP|CHF|PLN)$"
    r"|(?<=\s)(?:in |en )?(?:EUR|USD|GBP|CHF|PLN|RM|z\u0142|[\u20ac\u00a3$])$"
)


# Where a word may end and the next one begin without a space: before a capital letter that is the first of several.
_GLUED = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z\u00c0-\u00de])|(?:(?<=[A-Z]{2})|(?<=\.))(?=[A-Z][^\W\d_A-Z])")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by what its head says. `box` is around the head, in the page's unit, origin top left.

    `concept` is what its values are. `table` is the index of its element, `number` its column there, from 0; both are
    None outside of a table.
    """

    concept: str
    box: Box
    table: int | None
    number: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A head of a column: the concepts that it may mean, and where it stands."""

    meanings: tuple[str, ...]
    box: Box
    table: int | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Head:
    """A head: what its rows are, its columns from left to right, its first and its last row (from 0, on the page).

    What begins right of `right`, an x in the page's unit, is beside the table.
    """

    kind: ListKind
    columns: tuple[Column, ...]
    first_row: int
    last_row: int
    right: float = math.inf

    @property
    def known(self) -> int:
        """How many of its columns mean something."""
        return sum(not column.concept.startswith(OTHER) for column in self.columns)


def heads_of(page: PrintedPage) -> list[Head]:
    """The heads on the page, from the top down."""
    heads: list[Head] = []
    # A head of several lines has, in one of them, words that are heads by themselves.
    known = [sum(bool(meanings_of(phrase.text)) for phrase in row) for row in page.rows]
    free = 0
    for number, count in enumerate(known):
        if count >= LEAST and number >= free:
            best = _head_around(page, known, number, free)
            if best is not None:
                heads.append(_with_more_lines(best, page))
                free = heads[-1].last_row + 1
    return heads


def _head_around(page: PrintedPage, known: Sequence[int], number: int, free: int) -> Head | None:
    """The head that this row is part of, with most known columns; rows above, from row `free` on, only if they help.

    Those of the same table do where they make no difference: they may say it better.
    """
    best: Head | None = None
    for first in range(number, max(free, number - LINES + 1) - 1, -1):
        if known[first] < SURE_HEADS and any(_is_value(phrase) for phrase in page.rows[first]):
            break
        for last in range(number, min(first + LINES, len(page.rows))):
            if known[last] < SURE_HEADS and any(_is_value(phrase) for phrase in page.rows[last]):
                break
            head = _head_of(page.rows[first : last + 1], known[first : last + 1], first)
            if head is not None and (best is None or (head.known, _is_beside(page, best, first)) > (best.known, False)):
                best = head
    return best


def _is_beside(page: PrintedPage, head: Head, first: int) -> bool:
    """Whether row `first` is above the head's rows and of one element with them."""
    elements = {phrase.element for phrase in page.rows[head.first_row]}
    return first < head.first_row and not elements.isdisjoint(phrase.element for phrase in page.rows[first])


def _with_more_lines(head: Head, page: PrintedPage) -> Head:
    """The head with those rows below it that the table has as its head, too."""
    last = head.last_row
    tables = {column.table for column in head.columns}
    for row in page.rows[last + 1 : last + 1 + LINES]:
        if not all(phrase.cell is not None and phrase.cell.header and phrase.cell.element in tables for phrase in row):
            break
        # A table's model may take the first row for a part of the head.
        if any(_is_value(phrase) for phrase in row):
            break
        last += 1
    return replace(head, last_row=last)


def _is_value(phrase: Phrase) -> bool:
    """Whether it is one, and no head such as `Price/100`."""
    return sum(map(str.isdigit, phrase.text)) >= 3 and not meanings_of(phrase.text)


def _head_of(rows: Sequence[Sequence[Phrase]], known: Sequence[int], first: int) -> Head | None:
    """What these rows, which have so many known heads each, are as one head; None where they are none."""
    right = min((_side(row) for row in rows), default=math.inf)
    main = rows[known.index(max(known))]
    tallest = TALL * statistics.median(phrase.height for phrase in main)
    phrases = [
        part
        for row in rows
        for phrase in row
        for part in _unglued(phrase)
        if phrase.box[0] < right and phrase.height <= tallest and not _is_value(phrase)
    ]
    parts = [
        one
        for stack in _joined(stacks_of(phrases))
        for one in _split(stack, main[0].row)
        if one.meanings or any(phrase.row == main[0].row for phrase in stack)
    ]
    # `Article` is a description, or a code where another column is that: it is looked at last.
    parts.sort(key=lambda part: WEAK in part.meanings)
    best: Head | None = None
    for kind in PREFIXES:
        columns = _columns_of(kind, parts)
        if _is_table(kind, set(columns)):
            ordered = tuple(sorted(columns.values(), key=lambda column: column.box[0]))
            head = Head(kind, ordered, first, first + len(rows) - 1, right)
            if best is None or head.known > best.known:
                best = head
    return best


def _unglued(phrase: Phrase) -> Iterator[Phrase]:
    """The phrase; its parts, in no cell, where heads stand in it without a space, such as `ReferenceDescription`."""
    if meanings_of(phrase.text) or not any(_GLUED.search(word.text) for word in phrase.words):
        yield phrase
        return
    parts: list[list[Word]] = [[]]
    for word in phrase.words:
        left, top, right, bottom = word.box
        wide = (right - left) / len(word.text)
        at = 0
        for number, text in enumerate(_GLUED.split(word.text)):
            if number:
                parts.append([])
            box = (left + at * wide, top, left + (at + len(text)) * wide, bottom)
            parts[-1].append(replace(word, text=text, box=box))
            at += len(text)
    if sum(bool(meanings_of(" ".join(word.text for word in words))) for words in parts) < LEAST:
        yield phrase
        return
    for words in parts:
        yield replace(phrase, words=tuple(words), box=union([word.box for word in words]), cell=None)


def _side(row: Sequence[Phrase]) -> float:
    """Where a label with its value begins that stands right of the row's heads, and so beside the table."""
    known = [at for at, phrase in enumerate(row) if meanings_of(phrase.text)]
    values = [at for at, phrase in enumerate(row) if _is_value(phrase)]
    at = next((at for at in values if at > 1 and all(one < at for one in known)), None)
    return math.inf if at is None else row[at - 1].box[0]


def _columns_of(kind: ListKind, parts: Sequence[_Part]) -> dict[str, Column]:
    """The parts as columns of this kind of table, each concept once; the best of several that mean one."""
    prefix = PREFIXES[kind]
    columns: dict[str, Column] = {}
    others: list[_Part] = []
    for part in parts:
        meanings = (*part.meanings, *WEAK_MEANINGS) if WEAK in part.meanings else part.meanings
        free = [one for one in meanings if one.startswith(prefix) and one not in columns]
        if free:
            columns[free[0]] = Column(free[0], part.box, part.table, part.number)
        else:
            others.append(part)
    text = TEXTS.get(kind)
    if text and text not in columns and COUNTED[kind] & columns.keys() and others:
        # What is left of all numbers says what they are of.
        first = min(others, key=lambda part: part.box[0])
        beside = (*LEFT_OF_TEXT, *(COUNTS if len(others) == 1 else ()))
        if all(first.box[0] < one.box[0] for one in columns.values() if one.concept not in beside):
            others.remove(first)
            columns[text] = Column(text, first.box, first.table, first.number)
    if columns.keys() >= {"item.quantity", "item.unit_price"} and "item.amount" not in columns and others:
        # What stands right of all, behind a quantity and its price, is what they make.
        last = max(others, key=lambda part: part.box[0])
        if all(one.box[0] < last.box[0] for one in columns.values()):
            others.remove(last)
            columns["item.amount"] = Column("item.amount", last.box, last.table, last.number)
    if {"item.unit_price"} == columns.keys() & {"item.unit_price", "item.amount", "item.quantity"} and not others:
        # Without a quantity the price is what is paid.
        price = columns.pop("item.unit_price")
        columns["item.amount"] = replace(price, concept="item.amount")
    for number, part in enumerate(others):
        columns[f"{OTHER}{number}"] = Column(f"{OTHER}{number}", part.box, part.table, part.number)
    return columns


def stacks_of(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """The phrases in stacks, each of those that stand one over the other, from the top down; the stacks from left to
    right."""
    stacks: list[list[Phrase]] = []
    for phrase in sorted(phrases, key=lambda one: (one.box[1], one.box[0])):
        for stack in stacks:
            left, right = min(one.box[0] for one in stack), max(one.box[2] for one in stack)
            # In a narrow table heads of one row may run into each other.
            beside = any(one.row == phrase.row and abs(one.box[0] - phrase.box[0]) > SPACE for one in stack)
            if min(right, phrase.box[2]) - max(left, phrase.box[0]) > 0 and not beside:
                stack.append(phrase)
                break
        else:
            stacks.append([phrase])
    return sorted(stacks, key=lambda stack: min(one.box[0] for one in stack))


def _joined(stacks: Sequence[list[Phrase]]) -> list[list[Phrase]]:
    """The stacks, two beside each other as one where they are one head that cells part."""
    joined: list[list[Phrase]] = []
    for stack in stacks:
        before = joined[-1][-1] if joined else None
        if before is not None and before.row == stack[0].row:
            close = stack[0].box[0] - before.box[2] <= SPACE * before.height
            if close and meanings_of(f"{before.text} {stack[0].text}"):
                joined[-1] = [*joined[-1], *stack]
                continue
        joined.append(stack)
    return joined


def _split(stack: Sequence[Phrase], main: int) -> Iterator[_Part]:
    """What the stack's lines mean together, or one of them, at best that of row `main`; else each of its words."""
    cell = next((one.cell for one in stack if one.cell is not None), None)
    place = (cell.element, cell.column) if cell else (None, None)
    lines = sorted(stack, key=lambda phrase: phrase.row != main)
    for phrases in (stack, *([line] for line in lines)):
        if meanings := meanings_of(" ".join(one.text for one in phrases)):
            yield _Part(meanings, union([phrase.box for phrase in phrases]), *place)
            return
    meant = [part for phrase in stack for part in _heads_in_a_row(phrase)]
    yield from meant or [_Part((), union([phrase.box for phrase in stack]), *place)]


def _heads_in_a_row(phrase: Phrase) -> Iterator[_Part]:
    """The heads that follow each other without a gap, each of as many words as possible; other words are left out."""
    at = 0
    while at < len(phrase.words):
        for end in range(len(phrase.words), at, -1):
            words = phrase.words[at:end]
            if meanings := meanings_of(" ".join(word.text for word in words)):
                yield _Part(meanings, union([word.box for word in words]), None, None)
                at = end
                break
        else:
            at += 1


@lru_cache(maxsize=10_000)
def meanings_of(text: str) -> tuple[str, ...]:
    """The concepts that a head of these words may mean, in any of the languages; none where no table knows it."""
    keys = dict.fromkeys((squashed(text), squashed(_UNIT_OF_HEAD.sub("", text))))
    return tuple(dict.fromkeys(concept for key in keys for concept in _lexicon().get(key, ())))


def _is_table(kind: ListKind, concepts: set[str]) -> bool:
    """Whether a table with these columns is one of this kind."""
    if kind == "taxes":
        return {"tax.base", "tax.amount"} <= concepts
    if kind == "transactions":
        amounts = {"transaction.debit", "transaction.credit", "transaction.amount", "transaction.balance"}
        return {"transaction.date", "transaction.description"} <= concepts and bool(concepts & amounts)
    amounts = {"item.amount", "item.unit_price"} & concepts
    return bool(amounts) and ("item.description" in concepts or {"item.quantity", "item.unit_price"} <= concepts)


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for path in sorted((FOLDER / "columns").glob("*.json")):
        for concept, labels in json.loads(path.read_text(encoding="utf-8")).items():
            for label in labels:
                words[squashed(label)] = (*words.get(squashed(label), ()), concept)
    # A table of taxes calls its rates as items do.
    return {
        label: (*concepts, "tax.rate") if concepts == ("item.tax_rate",) else concepts
        for label, concepts in words.items()
    }
