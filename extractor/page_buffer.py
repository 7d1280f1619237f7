"""Pictures that cross from a page process to the worker once, in memory that both see.

The worker makes a file without a name for each page (memfd_create(2)): nothing of it is left behind whoever dies, and
no mount's size limits it. The page process opens it through the worker's /proc and draws into it; the worker maps what
was drawn. What nobody touches costs nothing, and all of it is free when the last picture in it is.

A pipe beside it tells the worker of a picture that is finished while its page is still being read.
"""

from __future__ import annotations

import mmap
import os
import select
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

Picture = np.ndarray[Any, np.dtype[np.uint8]]
# Rows and columns of an RGB picture.
Shape = tuple[int, int]

# Two renderings of the largest page that is drawn, and its pictures once more.
MAX_BYTES = 3 * 3600 * 3600 * 3 + 3 * mmap.PAGESIZE

# Have the kernel find memory for a range at once, not page by page as it is written: Linux 5.14 (madvise(2)).
_MADV_POPULATE_WRITE = 23

# Where an early picture is: offset, rows, columns; no rows where there is none.
_EARLY = struct.Struct("<QII")


class PageBuffer:
    """The worker's side."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.memfd_create("page", os.MFD_CLOEXEC), "r+b", buffering=0)
        self._file.truncate(MAX_BYTES)
        told, tell = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._told, self._tell = os.fdopen(told, "rb", buffering=0), os.fdopen(tell, "wb", buffering=0)
        # Where a process of the same user opens them.
        own = f"/proc/{os.getpid()}/fd"
        self.path, self.teller = f"{own}/{self._file.fileno()}", f"{own}/{tell}"

    def is_told(self, wait_s: float) -> bool:
        """Whether the page process has said if there is an early picture. Waits for it at most so long."""
        ready = select.poll()
        ready.register(self._told, select.POLLIN)
        return bool(ready.poll(wait_s * 1000))

    def early_picture(self) -> Picture | None:
        """The picture that was told of, if it was one. Called once, when `is_told`."""
        message = self._told.read(_EARLY.size)
        if len(message) < _EARLY.size:
            return None
        offset, rows, columns = _EARLY.unpack(message)
        size = _size((rows, columns))
        if not size or offset + size > MAX_BYTES:
            return None
        return _view(mmap.mmap(self._file.fileno(), offset + size), offset, (rows, columns))

    def pictures(self, places: Sequence[tuple[int, Shape]]) -> list[Picture]:
        """The pictures at these offsets, of these shapes: (rows, columns, 3) uint8. Called once."""
        with self._file, self._told, self._tell:
            mapped = mmap.mmap(self._file.fileno(), max(offset + _size(shape) for offset, shape in places))
        return [_view(mapped, offset, shape) for offset, shape in places]


class Canvas:
    """The page process's side."""

    def __init__(self, path: str, teller: str) -> None:
        descriptor = os.open(path, os.O_RDWR)
        try:
            self._mapped = mmap.mmap(descriptor, MAX_BYTES)
        finally:
            os.close(descriptor)
        self._used = 0
        self._teller: str | None = teller

    def new(self, rows: int, columns: int) -> tuple[int, Picture]:
        """Room for a picture of (rows, columns, 3) uint8, and its offset. Raises `MemoryError` where there is none."""
        offset, size = self._used, _size((rows, columns))
        if offset + size > MAX_BYTES:
            raise MemoryError("the page's pictures are too large")
        self._used = -(-(offset + size) // mmap.PAGESIZE) * mmap.PAGESIZE
        with suppress(OSError):  # an older kernel does it as before
            self._mapped.madvise(_MADV_POPULATE_WRITE, offset, self._used - offset)
        return offset, _view(self._mapped, offset, (rows, columns))

    def tell(self, place: tuple[int, Shape] | None) -> None:
        """Tell the worker of a picture that it can begin with, or that there is none. Later calls tell nothing."""
        if self._teller is None:
            return
        descriptor = os.open(self._teller, os.O_WRONLY)
        self._teller = None
        try:
            offset, (rows, columns) = place or (0, (0, 0))
            os.write(descriptor, _EARLY.pack(offset, rows, columns))
        finally:
            os.close(descriptor)


def _size(shape: Shape) -> int:
    return shape[0] * shape[1] * 3


def _view(mapped: mmap.mmap, offset: int, shape: Shape) -> Picture:
    return np.frombuffer(mapped, np.uint8, _size(shape), offset).reshape(*shape, 3)
