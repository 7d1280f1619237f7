"""Memory that a process keeps when it is freed, for what it takes next. In both processes.

glibc gives large blocks, and what is free at its heap's end, back to the kernel at once. The next layer of a model, and
the next page, ask for as much again, and the kernel finds and clears it anew: reading a page of text took some 500
faults, a twentieth of its time. Source: mallopt(3), malloc_trim(3).
"""

from __future__ import annotations

import ctypes

# mallopt's parameters (malloc.h): how much free memory may stay at the heap's end, how large a block is the kernel's
# own, how many of these there may be, how many heaps there may be.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -3, -4, -8
# All that mallopt's number can say: more than the largest forward pass takes.
_EVERYTHING = 2**31 - 1
# What a page process keeps, and the largest block of it: what glibc comes to by itself once a block this large was
# freed. A page picture is smaller.
_A_PAGES_BYTES, _A_PAGES_BLOCK = 64 * 2**20, 32 * 2**20


def keep_all_freed_memory() -> bool:
    """Whether this process now keeps what it frees, up to 2 GB, in one heap for all of its threads.

    It cannot where the C library is not glibc. Call it before the threads that compute are started.
    """
    return _set(((_M_ARENA_MAX, 1), (_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _EVERYTHING)))


def keep_a_pages_memory() -> bool:
    """Whether this process now keeps what reading a page frees, up to 64 MB. It cannot where the C library is not
    glibc."""
    return _set(((_M_MMAP_THRESHOLD, _A_PAGES_BLOCK), (_M_TRIM_THRESHOLD, _A_PAGES_BYTES)))


def give_freed_memory_back() -> None:
    """Give free memory that this process keeps back to the kernel, where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


def _set(wanted: tuple[tuple[int, int], ...]) -> bool:
    """Whether the C library took each parameter with its value."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(parameter, value) for parameter, value in wanted)
