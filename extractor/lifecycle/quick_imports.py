"""Importing much at once, without looking for garbage in between.

What a library makes when it is imported stays. Python's collector looks through all of it again and again while it
grows, a fifth of the time that torch and transformers take to import; afterwards it need never look at it again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Import in here. What there is at the end is left out of collections for good."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
