"""Importing many modules at once without garbage collections in between. In both processes.

What an import makes stays. Python's collector looks through all of it again and again while it grows, for a fifth of
the time that torch and transformers take to import.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """A context for imports. What exists at its end is left out of later collections for good."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
