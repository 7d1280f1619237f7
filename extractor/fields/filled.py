"""The fields wanted with what was found of each. Runs in a page process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..values.wanted import WantedField
from .found import Found


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
        return self.found is None and not self.many and not self.rows and all(field.is_empty for field in self.fields)


def missing(filled: tuple[Filled, ...], prefix: str = "") -> Iterator[str]:
    """The paths (`seller.name`) of required fields of which nothing was found. Those of a list's objects are not."""
    for one in filled:
        path = prefix + one.wanted.name
        if one.wanted.required and one.is_empty:
            yield path
        elif one.fields:
            yield from missing(one.fields, f"{path}.")
