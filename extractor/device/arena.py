"""Memory that the worker and one page process share: the page's picture and crops, and the models' results on them.

In both processes. The worker makes an arena for each of its page processes, a file without a name (memfd_create(2)):
nothing of it is left behind, whoever dies, and no mount's size limits it. Both sides map it once and use it for page
after page, so no page pays for fresh memory. What a page used beyond `KEPT_BYTES` is given back when the page is done.

    0             HEADER_BYTES                PICTURES_START                                ARENA_BYTES
    | stage byte  | replies: the models' results | pictures, each from a memory page's start |

Pictures (page pictures and crops) are RGB, uint8, (rows, columns, 3). The worker checks everything that the page
process says about the arena before it looks (`requests.py`).
"""

from __future__ import annotations

import math
import mmap
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from ..values.arrays import Pixels

HEADER_BYTES = mmap.PAGESIZE
REPLY_BYTES = 48 * 2**20
PICTURES_START = HEADER_BYTES + REPLY_BYTES
# Room for the largest page picture three times: drawn twice, and its crops.
ARENA_BYTES = PICTURES_START + 3 * 3600 * 3600 * 3 + 64 * mmap.PAGESIZE
# So much memory of pictures is kept from page to page, and pinned on a GPU. An A4 page at 200 dpi takes 12 MiB.
KEPT_BYTES = 32 * 2**20
KEPT_END = PICTURES_START + KEPT_BYTES

# Has the kernel find the memory of a range at once, not page by page as it is written: Linux 5.14 (madvise(2)).
_MADV_POPULATE_WRITE = 23


class Arena:
    """The worker's side of one arena. Offsets and sizes are bytes, from the arena's start.

    `descriptor` is the file's, which the page process maps too. Raises `OSError` where the kernel gives no memory for
    it.
    """

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("arena", os.MFD_CLOEXEC)
        os.ftruncate(self.descriptor, ARENA_BYTES)
        self.memory = mmap.mmap(self.descriptor, ARENA_BYTES)

    def picture(self, offset: int, rows: int, columns: int) -> Pixels:
        """The picture at a checked offset: (rows, columns, 3) uint8, without a copy."""
        return np.frombuffer(self.memory, np.uint8, rows * columns * 3, offset).reshape(rows, columns, 3)

    def pinnable(self) -> Pixels:
        """The bytes that a GPU's copy engine should read directly: (`KEPT_BYTES`,) uint8, without a copy."""
        return np.frombuffer(self.memory, np.uint8, KEPT_BYTES, PICTURES_START)

    def write(self, offset: int, results: Sequence[np.ndarray[Any, Any]]) -> int:
        """The offset in bytes behind the results, which are now written at a checked offset, one behind the other.

        There is at least one. They are of one type, and alike but for their number of rows.
        """
        first = results[0]
        rows = sum(map(len, results))
        size = rows * int(math.prod(first.shape[1:]))
        if size:
            target = np.frombuffer(self.memory, first.dtype, size, offset).reshape(rows, *first.shape[1:])
            np.concatenate(results, out=target)
        return offset + size * first.itemsize

    @property
    def stage(self) -> int:
        """The number of the stage that the page process last entered."""
        return self.memory[0]

    def close(self) -> None:
        """Close the file. The memory is free when the last array on it is gone."""
        os.close(self.descriptor)
        with suppress(BufferError):  # an array is on it still
            self.memory.close()


class PageArena:
    """The page process's side of its arena: memory for pictures and for replies, all free again at `reset`.

    Offsets and sizes are bytes, from the arena's start.
    """

    def __init__(self, descriptor: int) -> None:
        self._memory = mmap.mmap(descriptor, ARENA_BYTES)
        self._pictures = PICTURES_START
        self._replies = HEADER_BYTES

    def enter(self, stage: int) -> None:
        """Note that a stage begins; the worker reads it if the process ends."""
        self._memory[0] = stage

    def new(self, rows: int, columns: int) -> tuple[int, Pixels]:
        """The offset and the pixels of a new picture, (rows, columns, 3) uint8. Raises `MemoryError` if none fits."""
        offset, size = self._pictures, rows * columns * 3
        if offset + size > ARENA_BYTES:
            raise MemoryError("the page's pictures are too large")
        self._pictures = -(-(offset + size) // mmap.PAGESIZE) * mmap.PAGESIZE
        with suppress(OSError):  # an older kernel cannot, and finds the memory page by page
            self._memory.madvise(_MADV_POPULATE_WRITE, offset, self._pictures - offset)
        return offset, np.frombuffer(self._memory, np.uint8, size, offset).reshape(rows, columns, 3)

    def room_for_reply(self, size: int) -> int:
        """The offset of `size` free bytes for a reply. Raises `MemoryError` where there are none."""
        offset = self._replies
        if offset + size > PICTURES_START:
            raise MemoryError("the models' results on the page are too large")
        self._replies = -(-(offset + size) // 64) * 64
        return offset

    def reply(self, offset: int, size: int) -> bytes:
        """The bytes of a reply, copied: `size` of them from `offset` on."""
        return self._memory[offset : offset + size]

    def free_replies(self) -> None:
        """Free the memory of all replies, which have been taken."""
        self._replies = HEADER_BYTES

    def reset(self) -> None:
        """Free everything of the page. What goes beyond `KEPT_BYTES` is given back to the kernel."""
        if self._pictures > KEPT_END:
            with suppress(OSError):
                self._memory.madvise(mmap.MADV_REMOVE, KEPT_END, self._pictures - KEPT_END)
        self._pictures, self._replies = PICTURES_START, HEADER_BYTES
