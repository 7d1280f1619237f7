"""PDFium's functions, called with plain addresses. Runs in a page process, which has one thread."""

from __future__ import annotations

import ctypes
from typing import Any


def plain_call(function: Any, result: Any, *arguments: Any) -> Any:
    """A PDFium function with plain integers for addresses in its arguments: a third of the cost of typed pointers.

    Python's lock is held meanwhile: nobody waits for it.
    """
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)
