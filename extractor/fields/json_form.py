"""A value's normal form -> the JSON value that the caller wants, if there is one. Runs in a page process."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from typing import Any

from ..values.wanted import WantedField
from .found import Scalar

Json = Any


def in_form(value: Scalar, wanted: WantedField) -> Scalar | None:
    """The value as the caller wants it written, one of the options where there are such; None where it cannot be."""
    if wanted.options:
        return next((option for option in wanted.options if _alike(option, value)), None)
    if wanted.form == "boolean":
        return value if isinstance(value, bool) else None
    if wanted.form in ("number", "integer"):
        return _number(value, whole=wanted.form == "integer")
    # The schema's format wants a time and a zone; the document says a day.
    return f"{value}T00:00:00Z" if wanted.form == "date_time" else str(value)


def _alike(option: Scalar, value: Scalar) -> bool:
    """Whether the value is the option, but for capitals and spaces, or the form of a number."""
    if isinstance(option, bool) or isinstance(value, bool):
        return option is value
    if isinstance(option, str):
        return " ".join(option.split()).casefold() == " ".join(str(value).split()).casefold()
    return option == _number(value, whole=False)


def _number(value: Scalar, *, whole: bool) -> int | float | None:
    """A number, without a fraction where it has none."""
    if isinstance(value, bool):
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    if not exact.is_finite():
        return None
    if exact == exact.to_integral_value():
        return int(exact)
    number = float(exact)
    return None if whole or not math.isfinite(number) else number
