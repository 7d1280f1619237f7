"""Memory that the worker and one page process share: the page's pictures, and what the models saw on them.

The worker makes an arena for each of its page processes, a file without a name (memfd_create(2)): nothing of it is left
behind whoever dies, and no mount's size limits it. It is mapped once by both sides and used for page after page, so no
page pays for fresh memory. What a page used beyond `KEPT_BYTES` is given back when the page is done.

    0             HEADER_BYTES                PICTURES_START                                ARENA_BYTES
    | stage byte  | replies: the models' results | pictures, each from a memory page's start |

Pictures are RGB, uint8, (rows, columns, 3). Everything that the page process says about the arena is checked by the
worker before it looks (`device_requests.py`).
"""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from typing import Any

import numpy as np

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

HEADER_BYTES = mmap.PAGESIZE
REPLY_BYTES = 48 * 2**20
PICTURES_START = HEADER_BYTES + REPLY_BYTES
# Two renderings of the largest page that is drawn, and its pictures once more.
ARENA_BYTES = PICTURES_START + 3 * 3600 * 3600 * 3 + 64 * mmap.PAGESIZE
# Pictures up to here keep their memory from page to page; on a GPU this much is pinned. An A4 page at 200 dpi takes 12.
KEPT_BYTES = 32 * 2**20

# Have the kernel find memory for a range at once, not page by page as it is written: Linux 5.14 (madvise(2)).
_MADV_POPULATE_WRITE = 23


class Arena:
    """The worker's side of one arena."""

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("arena", os.MFD_CLOEXEC)
        os.ftruncate(self.descriptor, ARENA_BYTES)
        self.memory = mmap.mmap(self.descriptor, ARENA_BYTES)

    def picture(self, offset: int, rows: int, columns: int) -> Pixels:
        """The picture at a checked place: (rows, columns, 3) uint8, without a copy."""
        return np.frombuffer(self.memory, np.uint8, rows * columns * 3, offset).reshape(rows, columns, 3)

    def pinnable(self) -> Pixels:
        """The bytes that a GPU's copy engine should read by itself."""
        return np.frombuffer(self.memory, np.uint8, KEPT_BYTES, PICTURES_START)

    def write(self, offset: int, result: np.ndarray[Any, Any]) -> int:
        """Write a result at a checked place; returns the offset behind it."""
        if result.nbytes:
            target = np.frombuffer(self.memory, result.dtype, result.size, offset).reshape(result.shape)
            np.copyto(target, result)
        return offset + result.nbytes

    @property
    def stage(self) -> int:
        """The stage that the page process last said it was in."""
        return self.memory[0]

    def close(self) -> None:
        """Let go of the file; the memory is free when the last array on it is gone."""
        os.close(self.descriptor)
        with suppress(BufferError):  # an array is on it still
            self.memory.close()


class Canvas:
    """The page process's side: room for pictures and for replies, all of it free again at `reset`."""

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, ARENA_BYTES)
        self._pictures = PICTURES_START
        self._replies = HEADER_BYTES

    def enter(self, stage: int) -> None:
        """Say which stage begins: whoever asks why this process ended reads it."""
        self._memory[0] = stage

    def new(self, rows: int, columns: int) -> tuple[int, Pixels]:
        """Room for a picture of (rows, columns, 3) uint8, and its offset. Raises `MemoryError` where there is none."""
        offset, size = self._pictures, rows * columns * 3
        if offset + size > ARENA_BYTES:
            raise MemoryError("the page's pictures are too large")
        self._pictures = -(-(offset + size) // mmap.PAGESIZE) * mmap.PAGESIZE
        with suppress(OSError):  # an older kernel does it as before
            self._memory.madvise(_MADV_POPULATE_WRITE, offset, self._pictures - offset)
        return offset, np.frombuffer(self._memory, np.uint8, size, offset).reshape(rows, columns, 3)

    def room_for_reply(self, size: int) -> int:
        """The offset of room for a reply of so many bytes. Raises `MemoryError` where there is none."""
        offset = self._replies
        if offset + size > PICTURES_START:
            raise MemoryError("the models' results on the page are too large")
        self._replies = -(-(offset + size) // 64) * 64
        return offset

    def reply(self, offset: int, size: int) -> bytes:
        """What was written at a reply's place."""
        return self._memory[offset : offset + size]

    def free_replies(self) -> None:
        """What was written there has been taken: there is room for other replies."""
        self._replies = HEADER_BYTES

    def reset(self) -> None:
        """Nothing of the page is needed any more; whatever goes beyond what is kept is given back to the kernel."""
        if self._pictures > PICTURES_START + KEPT_BYTES:
            begin = PICTURES_START + KEPT_BYTES
            with suppress(OSError):
                self._memory.madvise(mmap.MADV_REMOVE, begin, self._pictures - begin)
        self._pictures, self._replies = PICTURES_START, HEADER_BYTES
