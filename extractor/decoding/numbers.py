"""The arrays that models give, before anything is read from them."""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]


def require_numbers(*results: Floats) -> None:
    """Raise `ArithmeticError` where a model gave no numbers (NaN, infinity): read on, they would be an empty page."""
    if not all(np.isfinite(result).all() for result in results):
        raise ArithmeticError("a model's result is not finite")
