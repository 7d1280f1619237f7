"""A value's normal form -> the JSON value that the caller wants. Runs in a page process."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation

from ..values.wanted import WantedField
from .found import Scalar


def in_form(value: Scalar, wanted: WantedField) -> Scalar | None:
    """The value as the caller wants it written; None where it cannot be."""
    if wanted.form == "boolean":
        return value if isinstance(value, bool) else None
    if wanted.form in ("number", "integer"):
        return _number(value, whole=wanted.form == "integer")
    return str(value)


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
