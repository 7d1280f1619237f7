"""A check of model results before they are decoded. Runs in a page process."""

from __future__ import annotations

import numpy as np

from ..values.arrays import Floats


def require_numbers(*results: Floats) -> None:
    """Raises `ArithmeticError` for NaN or infinity: decoded, such a result would be an empty page."""
    if not all(np.isfinite(result).all() for result in results):
        raise ArithmeticError("a model's result is not finite")
