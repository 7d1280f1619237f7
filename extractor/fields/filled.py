"""The fields wanted with what was found of each. Runs in a page process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..values.wanted import WantedField
from .demands import fits, list_fits
from .found import Found, FoundFields, FoundRow
from .json_form import in_form

Json = Any


@dataclass(frozen=True, slots=True)
class Filled:
    """A wanted field with what was found of it.

    - `found` is the value of a field that has one; None where it was not found.
    - `many` are the values of a list of such, in order.
    - `fields` are those of an object, `rows` those of each object of a list.
    """

    wanted: WantedField
    found: Found | None = None
    many: tuple[Found, ...] = ()
    fields: tuple[Filled, ...] = ()
    rows: tuple[tuple[Filled, ...], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found of it."""
        inside = all(field.is_empty for field in self.fields)
        return self.found is None and not self.many and not self.rows and inside


def filled(wanted: Sequence[WantedField], found: FoundFields) -> tuple[Filled, ...]:
    """The fields with what was found: by concept, or by path (`carrier.name`) where a field is of none."""
    return tuple(_filled(one, "", found.single, found) for one in wanted)


def _filled(wanted: WantedField, prefix: str, values: FoundRow, found: FoundFields) -> Filled:
    """The field with what was found of it among these values, or among all lists. `prefix` is before its name."""
    path = prefix + wanted.name
    key = wanted.concept or path
    if wanted.type != "object":
        return _with_many(wanted, key, found) if wanted.many else _with_value(wanted, values.get(key))
    if not wanted.many:
        return Filled(wanted, fields=tuple(_filled(one, f"{path}.", values, found) for one in wanted.fields))
    rows = [tuple(_filled(one, "", row, FoundFields()) for one in wanted.fields) for row in found.rows.get(key, ())]
    told = tuple(row for row in rows if not all(one.is_empty for one in row))
    return _if_fit(Filled(wanted, rows=told))


def _with_value(wanted: WantedField, value: Found | None) -> Filled:
    return Filled(wanted, value if value is not None and fits(value, wanted) else None)


def _with_many(wanted: WantedField, key: str, found: FoundFields) -> Filled:
    """A list of values: one column of a list of objects, or else the one value that there is."""
    values = [row[key] for rows in found.rows.values() for row in rows if key in row]
    if not values and key in found.single:
        values = [found.single[key]]
    return _if_fit(Filled(wanted, many=tuple(value for value in values if fits(value, wanted))))


def _if_fit(one: Filled) -> Filled:
    """The list, or an empty one where the caller's schema allows none like it."""
    return one if list_fits(value_of(one), one.wanted) else Filled(one.wanted)


def values_of(fields: Sequence[Filled]) -> dict[str, Json]:
    """`data.values`: the values alone, in the caller's shape. None for a value or a list that was not found."""
    return {one.wanted.name: value_of(one) for one in fields}


def value_of(one: Filled) -> Json:
    """The field's part of `data.values`, a JSON value; None for a value or a list that was not found."""
    wanted = one.wanted
    if wanted.type == "object":
        return ([values_of(row) for row in one.rows] or None) if wanted.many else values_of(one.fields)
    if wanted.many:
        return [in_form(found.value, wanted) for found in one.many] or None
    return None if one.found is None else in_form(one.found.value, wanted)


def single_fields(wanted: Sequence[WantedField], prefix: str = "") -> Iterator[tuple[str, WantedField]]:
    """Each field that has a value, but those of lists, under its concept, or under its path where it is of none."""
    for one in wanted:
        path = prefix + one.name
        if one.type != "object":
            yield one.concept or path, one
        elif not one.many:
            yield from single_fields(one.fields, f"{path}.")


def missing(fields: Sequence[Filled], prefix: str = "") -> Iterator[str]:
    """The paths (`seller.name`) of required fields of which nothing was found. Those of a list's objects are not."""
    for one in fields:
        path = prefix + one.wanted.name
        if one.wanted.required and one.is_empty:
            yield path
        elif one.fields:
            yield from missing(one.fields, f"{path}.")


def found_values(fields: Sequence[Filled], prefix: str = "") -> Iterator[tuple[str, Found]]:
    """Every value that was found with its path; an entry of a list by its number, from 1 (`line_items.1.amount`)."""
    for one in fields:
        path = prefix + one.wanted.name
        if one.found is not None:
            yield path, one.found
        for number, found in enumerate(one.many, 1):
            yield f"{path}.{number}", found
        yield from found_values(one.fields, f"{path}.")
        for number, row in enumerate(one.rows, 1):
            yield from found_values(row, f"{path}.{number}.")
