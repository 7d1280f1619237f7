"""What a caller's JSON schema demands of a value or a list -> whether one meets it. Runs in a page process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ..values.wanted import WantedField
from .found import Found
from .json_form import in_form

Json = Any


def fits(found: Found, wanted: WantedField) -> bool:
    """Whether the value can be given to the caller: it has the form, and what the schema demands."""
    value = in_form(found.value, wanted)
    return value is not None and (not wanted.schema or _meets(wanted.schema, value))


def list_fits(values: list[Json] | None, wanted: WantedField) -> bool:
    """Whether the list may be so long, and have equal values, as far as the schema says; True for None, which is no
    list."""
    return values is None or not wanted.list_schema or _meets(wanted.list_schema, values)


def _meets(schema: str, value: Json) -> bool:
    return bool(_validator(schema).is_valid(value))


@lru_cache(maxsize=512)
def _validator(schema: str) -> Any:
    # Only for a caller's schema, and not before.
    from ..wanted.schema_bounds import value_validator

    return value_validator(schema)
