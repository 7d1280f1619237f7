"""Pictures that cross from a page process to the worker once, in memory that both see.

The worker makes a file without a name for each page (memfd_create(2)): nothing of it is left behind whoever dies, and
no mount's size limits it. The page process opens it through the worker's /proc and draws into it; the worker maps what
was drawn. What nobody touches costs nothing, and all of it is free when the last picture in it is.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

Picture = np.ndarray[Any, np.dtype[np.uint8]]
# Rows and columns of an RGB picture.
Shape = tuple[int, int]

# Two renderings of the largest page that is drawn, and its pictures once more.
MAX_BYTES = 3 * 3600 * 3600 * 3 + 3 * mmap.PAGESIZE


class PageBuffer:
    """The worker's side."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.memfd_create("page", os.MFD_CLOEXEC), "r+b", buffering=0)
        self._file.truncate(MAX_BYTES)
        # Where a process of the same user opens it.
        self.path = f"/proc/{os.getpid()}/fd/{self._file.fileno()}"

    def pictures(self, places: Sequence[tuple[int, Shape]]) -> list[Picture]:
        """The pictures at these offsets, of these shapes: (rows, columns, 3) uint8. Called once."""
        with self._file:
            mapped = mmap.mmap(self._file.fileno(), max(offset + _size(shape) for offset, shape in places))
        return [_view(mapped, offset, shape) for offset, shape in places]


class Canvas:
    """The page process's side."""

    def __init__(self, path: str) -> None:
        descriptor = os.open(path, os.O_RDWR)
        try:
            self._mapped = mmap.mmap(descriptor, MAX_BYTES)
        finally:
            os.close(descriptor)
        self._used = 0

    def new(self, rows: int, columns: int) -> tuple[int, Picture]:
        """Room for a picture of (rows, columns, 3) uint8, and its offset. Raises `MemoryError` where there is none."""
        offset = self._used
        if offset + _size((rows, columns)) > MAX_BYTES:
            raise MemoryError("the page's pictures are too large")
        self._used = -(-(offset + _size((rows, columns))) // mmap.PAGESIZE) * mmap.PAGESIZE
        return offset, _view(self._mapped, offset, (rows, columns))


def _size(shape: Shape) -> int:
    return shape[0] * shape[1] * 3


def _view(mapped: mmap.mmap, offset: int, shape: Shape) -> Picture:
    return np.frombuffer(mapped, np.uint8, _size(shape), offset).reshape(*shape, 3)
