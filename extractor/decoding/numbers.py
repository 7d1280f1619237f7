"""The arrays that models give, before anything is read from them."""

from __future__ import annotations

import numpy as np

from ..values.arrays import Floats


def require_numbers(*results: Floats) -> None:
    """Raise `ArithmeticError` where a model gave no numbers (NaN, infinity): read on, they would be an empty page."""
    if not all(np.isfinite(result).all() for result in results):
        raise ArithmeticError("a model's result is not finite")
