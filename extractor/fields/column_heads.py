"""Rows of a page -> those that are the heads of tables of line items, taxes or transactions. Runs in a page process.

A head is known by its words (`labels/columns`), which may stand in several lines, and by which columns come together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from ..values.boxes import Box, union
from .labels import FOLDER, squashed
from .printed import Phrase, PrintedPage

ListKind = Literal["line_items", "taxes", "transactions"]
PREFIXES: dict[ListKind, str] = {"line_items": "item.", "taxes": "tax.", "transactions": "transaction."}
# The most lines of a head.
LINES = 4
# The fewest of a head's words in one line that are heads by themselves.
LEAST = 2
# Max gap, in text heights, between two words of one head that cells part.
SPACE = 0.6
# Under this name the lexicon has heads that are a description, a code or a position, as the other columns leave it.
WEAK = "weak"
WEAK_MEANINGS = ("item.description", "item.code", "item.position")
# Brackets with a currency, and what is behind a slash: `Amount (RM)`, `Price/€`.
_UNIT_OF_HEAD = re.compile(r"[(\[][^)\]]{1,4}[)\]]|/\s?(?:\W|EUR|USD|GBP|CHF|PLN)$|(?<=\s)(?:EUR|USD|GBP|CHF|PLN|RM)$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by what its head says. `box` is around the head, `table` and `number` are its element and column."""

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
    """A head: what its rows are, its columns from left to right, and the numbers of its first and last row."""

    kind: ListKind
    columns: tuple[Column, ...]
    first_row: int
    last_row: int


def heads_of(page: PrintedPage) -> list[Head]:
    """The heads on the page, from the top down."""
    heads: list[Head] = []
    # A head of several lines has, in one of them, words that are heads by themselves.
    known = [sum(bool(_meanings_of(phrase.text)) for phrase in row) for row in page.rows]
    for number in range(len(page.rows)):
        if (heads and number <= heads[-1].last_row) or max(known[number : number + LINES]) < LEAST:
            continue
        best: Head | None = None
        for last in range(number, min(number + LINES, len(page.rows))):
            rows = page.rows[number : last + 1]
            if any(_is_value(phrase) for row in rows for phrase in row):
                break
            head = _head_of(rows, number, last)
            if head is not None and (best is None or len(head.columns) > len(best.columns)):
                best = head
        if best is not None:
            heads.append(_with_more_lines(best, page))
    return heads


def _with_more_lines(head: Head, page: PrintedPage) -> Head:
    """The head with those rows below it that the table has as its head, too."""
    last = head.last_row
    tables = {column.table for column in head.columns}
    for row in page.rows[last + 1 : last + 1 + LINES]:
        if not all(phrase.cell is not None and phrase.cell.header and phrase.cell.element in tables for phrase in row):
            break
        last += 1
    return replace(head, last_row=last)


def _is_value(phrase: Phrase) -> bool:
    return sum(map(str.isdigit, phrase.text)) >= 3


def _head_of(rows: Sequence[Sequence[Phrase]], first: int, last: int) -> Head | None:
    """What these rows are as one head; None where they are none."""
    parts = [one for stack in _joined(_stacks([phrase for row in rows for phrase in row])) for one in _split(stack)]
    # `Article` is a description, or a code where another column is that: it is looked at last.
    parts.sort(key=lambda part: WEAK in part.meanings)
    best: Head | None = None
    for kind, prefix in PREFIXES.items():
        columns: dict[str, Column] = {}
        for part in parts:
            meanings = WEAK_MEANINGS if WEAK in part.meanings else part.meanings
            free = [one for one in meanings if one.startswith(prefix) and one not in columns]
            if free:
                columns[free[0]] = Column(free[0], part.box, part.table, part.number)
        if _is_table(kind, set(columns)) and (best is None or len(columns) > len(best.columns)):
            ordered = tuple(sorted(columns.values(), key=lambda column: column.box[0]))
            best = Head(kind, ordered, first, last)
    return best


def _stacks(phrases: Sequence[Phrase]) -> list[list[Phrase]]:
    """Phrases that stand one over the other, from left to right."""
    stacks: list[list[Phrase]] = []
    for phrase in sorted(phrases, key=lambda one: (one.box[1], one.box[0])):
        for stack in stacks:
            left, right = min(one.box[0] for one in stack), max(one.box[2] for one in stack)
            if min(right, phrase.box[2]) - max(left, phrase.box[0]) > 0:
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
            if close and _meanings_of(f"{before.text} {stack[0].text}"):
                joined[-1] = [*joined[-1], *stack]
                continue
        joined.append(stack)
    return joined


def _split(stack: Sequence[Phrase]) -> Iterator[_Part]:
    """What the stack's lines mean together, or the first of them that means anything; else each of its words."""
    cell = stack[0].cell
    place = (cell.element, cell.column) if cell else (None, None)
    for text in (" ".join(one.text for one in stack), *(one.text for one in stack)):
        if meanings := _meanings_of(text):
            yield _Part(meanings, union([phrase.box for phrase in stack]), *place)
            return
    for word in (word for phrase in stack for word in phrase.words):
        if meanings := _meanings_of(word.text):
            yield _Part(meanings, word.box, None, None)


def _meanings_of(text: str) -> tuple[str, ...]:
    for key in (squashed(text), squashed(_UNIT_OF_HEAD.sub("", text))):
        if key in _lexicon():
            return _lexicon()[key]
    return ()


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
    return words
