"""The kernel's cache of files: emptied of some of them, and how much of a file is in it."""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterable
from pathlib import Path

DROP = Path("/proc/sys/vm/drop_caches")
_PAGES_AND_NAMES = "3\n"


def forget(folders: Iterable[Path]) -> str:
    """Have the kernel forget what it has read of the files in `folders`; how it was asked.

    Where root may, everything is forgotten, names and attributes of files too; else the contents of these files alone
    (posix_fadvise(2), which leaves what is mapped by a living process).
    """
    os.sync()
    try:
        DROP.write_text(_PAGES_AND_NAMES)
        return "drop_caches"
    except OSError:
        for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
            file = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(file)
        return "posix_fadvise"


def share_in_memory(path: Path) -> float:
    """The share of a file's pages that are in the cache (mincore(2))."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as mapped:
        pages = -(-len(mapped) // mmap.PAGESIZE)
        seen = (ctypes.c_ubyte * pages)()
        start = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
        if ctypes.CDLL(None, use_errno=True).mincore(ctypes.c_void_p(start), ctypes.c_size_t(len(mapped)), seen):
            raise OSError(ctypes.get_errno(), "mincore")
        return sum(page & 1 for page in seen) / pages
