"""A list with a caller's own names -> the heads of tables whose columns mean them. Runs in a page process.

A column's head means a value by its words: those of its name, in any order, other words for it, what the description
says; or where both mean one concept of the tables (`labels/columns`). Where two heads mean a value as well as each
other, neither does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..values.boxes import union
from ..values.wanted import WantedField
from .column_heads import LINES, OTHER, Column, meanings_of, stacks_of
from .filled import single_fields
from .label_words import STOP, Tokens, clauses_of, other_names, spaced, tokens_of
from .printed import Phrase, PrintedPage

# What a head is worth that says the name, another word for it, a concept that the name is of, the description, the name
# with more words, a part of the name, and words of the description.
NAMED, OTHERWISE, SAME_CONCEPT, DESCRIBED, SAID_MORE, SAID_LESS, IN_DESCRIPTION = 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7
# Min number of columns that make a table the caller's; with so many its head need not look like one.
LEAST, MANY = 2, 3
# Words that say little by themselves: a head of nothing else means no more than they do, and a name may lack them.
_GENERAL = (
    "number date amount name id value text code type title unit total description net gross "
    "worked ordered shipped delivered received measured"
)
GENERAL = frozenset(_GENERAL.split())
# What the objects of a list are called is often the head of their names.
_NAMES = frozenset(("name", "description", "title", "item"))
# Of what is so called, heads often say what it is of.
_OF_SOMETHING = frozenset(("name", "number", "date", "id"))
# Names that may say something else than the concept that they are of: hours are a quantity, few quantities are hours.
_NARROW = frozenset(("hours", "packs", "service", "rate"))
# The fewest letters of a word that two forms of it have in common, and the most that its end has.
STEM, END = 4, 2
_IN_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")


@dataclass(frozen=True, slots=True)
class Sought:
    """A value of the list's objects: its key in a row, and what its column's head may say.

    - `name` are the words of its own name, `said` those of its description.
    - `heads` are the heads that mean it, its own name first, each with its worth in [0, 1].
    - `concepts` are those that its name may mean.
    """

    key: str
    field: WantedField
    name: Tokens
    heads: tuple[tuple[Tokens, float], ...]
    concepts: frozenset[str]
    said: Tokens


@dataclass(frozen=True, slots=True)
class OwnHead:
    """A head whose columns mean values of a list.

    - `columns` are all of the table's from left to right; `concept` is the value's key, or begins with `OTHER`.
    - `worths`, in [0, 1], are those of the columns that mean a value, by key.
    - `first_row` and `last_row` are its rows, from 0, on the page.
    """

    columns: tuple[Column, ...]
    worths: Mapping[str, float]
    first_row: int
    last_row: int

    @property
    def worth(self) -> float:
        """How much of the list it has, and how surely: the sum of the columns' worths, each in [0, 1]."""
        return sum(self.worths.values())


def sought_in(of_list: WantedField) -> list[Sought]:
    """The values of the list's objects, but those of lists in them."""
    return [_sought(key, one, tokens_of(of_list.name)) for key, one in single_fields(of_list.fields) if not one.many]


def own_heads(page: PrintedPage, sought: Sequence[Sought]) -> list[OwnHead]:
    """The heads on the page that mean at least two of the values, from the top down."""
    heads: list[OwnHead] = []
    free = 0
    for first, row in enumerate(page.rows):
        if first < free or not any(_worth(one, phrase.text) for phrase in row for one in sought):
            continue
        best: OwnHead | None = None
        for last in range(first, min(first + LINES, len(page.rows))):
            if any(_is_value(phrase) for phrase in page.rows[last]):
                break
            head = _head_of(page.rows[first : last + 1], sought, first)
            if head is not None and (best is None or head.worth > best.worth):
                best = head
        if best is not None:
            heads.append(best)
            free = best.last_row + 1
    return heads


def _sought(key: str, field: WantedField, of_list: Tokens) -> Sought:
    # In an object of an object, both names say what it is.
    name = tokens_of(field.name if field.concept else key.replace(".", " "))
    heads = [(name, NAMED), ((*of_list, *name), OTHERWISE)]
    heads += [(tokens, OTHERWISE) for tokens in other_names(field.name)]
    heads += [(tokens, DESCRIBED) for tokens in clauses_of(field.description)]
    if name and name[-1] in _NAMES:
        heads.append((of_list, SAID_MORE))
    concepts = () if _NARROW.intersection(name) else meanings_of(spaced(field.name))
    return Sought(key, field, name, tuple(heads), frozenset(concepts), tokens_of(field.description))


def _is_value(phrase: Phrase) -> bool:
    """Whether it has as many digits as a value, or is a label that its value follows."""
    return sum(map(str.isdigit, phrase.text)) >= 3 or phrase.text.endswith(":")


def _head_of(rows: Sequence[Sequence[Phrase]], sought: Sequence[Sought], first: int) -> OwnHead | None:
    stacks = stacks_of([phrase for row in rows for phrase in row])
    texts = [" ".join(phrase.text for phrase in stack) for stack in stacks]
    worths = [[_worth(one, text) for text in texts] for one in sought]
    means = dict(_assigned(worths))
    if len(means) < LEAST:
        return None
    plain = all(phrase.cell is None or not phrase.cell.header for row in rows for phrase in row)
    if plain and len(means) < MANY and 2 * len(means) <= len(stacks):
        # Labels with their values beside them look so.
        return None
    columns = []
    for at, stack in enumerate(stacks):
        cell = stack[0].cell
        place = (cell.element, cell.column) if cell else (None, None)
        key = next((sought[one].key for one, of in means.items() if of == at), f"{OTHER}{at}")
        columns.append(Column(key, union([phrase.box for phrase in stack]), *place))
    found = {sought[one].key: worths[one][at] for one, at in means.items()}
    return OwnHead(tuple(columns), found, first, first + len(rows) - 1)


def _assigned(worths: Sequence[Sequence[float]]) -> Iterator[tuple[int, int]]:
    """Pairs of a value and its head, the surest first. What is as sure of two is of neither."""
    free = {(one, at): worth for one, of in enumerate(worths) for at, worth in enumerate(of) if worth}
    while free:
        best = max(free.values())
        pairs = [pair for pair, worth in free.items() if worth == best]
        alone = [
            (one, at)
            for one, at in pairs
            if sum(one == other for other, _ in pairs) == 1 and sum(at == other for _, other in pairs) == 1
        ]
        yield from alone
        done, taken = {one for one, _ in alone}, {at for _, at in alone}
        left = {pair: worth for pair, worth in free.items() if pair[0] not in done and pair[1] not in taken}
        unclear = {one for one, _ in pairs} if not alone else set()
        free = {pair: worth for pair, worth in left.items() if pair[0] not in unclear}


def _worth(sought: Sought, text: str) -> float:
    """How surely a head of these words means the value; 0 where it does not."""
    head = _head_words(text)
    if not head:
        return 0.0
    worths = [worth for tokens, worth in sought.heads if _same(tokens, head)]
    if sought.concepts.intersection(meanings_of(text)):
        worths.append(SAME_CONCEPT)
    if not worths:
        worths = [*_partly(sought, head)]
    return max(worths, default=0.0)


def _partly(sought: Sought, head: Tokens) -> Iterator[float]:
    """What a head is worth that says more or less than the name, or what the description says among other things."""
    if _has(head, sought.name) and (set(sought.name) - GENERAL or _OF_SOMETHING.issuperset(sought.name)):
        yield SAID_MORE
    telling = [one for one in head if one not in GENERAL]
    if telling and _has(sought.name, head) and all(_in(one, head) for one in sought.name if one not in GENERAL):
        yield SAID_LESS
    if (telling or len(head) > 1) and any(sought.said[at : at + len(head)] == head for at in range(len(sought.said))):
        yield IN_DESCRIPTION


def _head_words(text: str) -> Tokens:
    """The head's words, without what stands in brackets beside others, such as a unit."""
    tokens = tokens_of(_IN_BRACKETS.sub(" ", text)) or tokens_of(text)
    return tuple(one for one in tokens if one not in STOP) or tokens


def _same(one: Tokens, other: Tokens) -> bool:
    return bool(one) and len(one) == len(other) and _has(one, other) and _has(other, one)


def _has(tokens: Tokens, part: Tokens) -> bool:
    return bool(part) and all(_in(one, tokens) for one in part)


def _in(token: str, tokens: Tokens) -> bool:
    """Whether it is among them, or another form of it, such as a plural."""
    return any(token == one or _is_form(token, one) or _is_form(one, token) for one in tokens)


def _is_form(long: str, short: str) -> bool:
    return len(short) >= STEM and len(long) - len(short) <= END and long.startswith(short)
