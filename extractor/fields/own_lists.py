"""Lists of objects that a caller describes -> their rows, those of known lists with what they have beside it.

Runs in a page process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..values.wanted import WantedField
from .filled import single_fields
from .found import FoundRow
from .list_lines import Stops
from .own_rows import own_rows
from .parsing import Style
from .printed import Printed


def object_lists(wanted: Sequence[WantedField], prefix: str = "") -> Iterator[tuple[str, WantedField]]:
    """Each list of objects that has values of no known concept, under its concept or its path."""
    for one in wanted:
        path = prefix + one.name
        if one.type != "object":
            continue
        if not one.many:
            yield from object_lists(one.fields, f"{path}.")
        elif any(field.concept is None for _, field in single_fields(one.fields)):
            yield one.concept or path, one


def with_own(
    rows: Sequence[FoundRow], of_list: WantedField, printed: Printed, style: Style, stops: Stops
) -> list[FoundRow]:
    """The rows of a list, of which `rows` are those of its concept.

    Of one table, they are those rows, with the values that only the caller's names find. Of two, it is that which has
    more of what the caller asks for. `stops` are the labels of totals in the document.
    """
    own = own_rows(printed, style, of_list, stops)
    words = [_words_of(row) for row in own]
    joined = [_joined(row, [one for one, of in zip(own, words, strict=True) if of & _words_of(row)]) for row in rows]
    if any(len(one) > len(row) for one, row in zip(joined, rows, strict=True)):
        return joined
    keys = {key for key, _ in single_fields(of_list.fields)}
    return own if _most(own, keys) > _most(rows, keys) else list(rows)


def _joined(row: FoundRow, own: Sequence[FoundRow]) -> FoundRow:
    return {**own[0], **row} if len(own) == 1 else row


def _words_of(row: FoundRow) -> set[int]:
    return {id(one.word) for found in row.values() for one in found.words}


def _most(rows: Sequence[FoundRow], keys: set[str]) -> int:
    """How many of these keys a row has at most."""
    return max((len(keys.intersection(row)) for row in rows), default=0)
