"""The kernel's file cache: dropping files from it, and how much of a file is in it."""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterable
from pathlib import Path

DROP = Path("/proc/sys/vm/drop_caches")
# What drop_caches is told: file contents, directory entries and attributes.
_PAGES_AND_NAMES = "3\n"


def forget(folders: Iterable[Path]) -> str:
    """How the kernel was told to drop the files of `folders` from its cache, in words.

    As root: the whole cache, names and attributes included. Otherwise: the contents of these files alone
    (posix_fadvise(2), which keeps what a living process has mapped).
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
    """The share of the file's pages that are in the cache, in [0, 1] (mincore(2)). Raises `OSError`."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as mapped:
        pages = -(-len(mapped) // mmap.PAGESIZE)
        seen = (ctypes.c_ubyte * pages)()
        start = ctypes.addressof(ctypes.c_char.from_buffer(mapped))
        if ctypes.CDLL(None, use_errno=True).mincore(ctypes.c_void_p(start), ctypes.c_size_t(len(mapped)), seen):
            raise OSError(ctypes.get_errno(), "mincore")
        return sum(page & 1 for page in seen) / pages
