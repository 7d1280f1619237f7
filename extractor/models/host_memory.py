"""What models on a processor find in memory, and need not make anew: room for activations, and kernels.

Each tensor of a forward pass is memory that the kernel finds and clears.

- It comes in pages of 2 MB: in those of 4 KB, text detection on one page took 200,000 faults and half of its time; in
  huge ones 10,000. Asked for by madvise(2), which the kernel may grant or not
  (/sys/kernel/mm/transparent_hugepage/enabled). Source: PyTorch's documentation of `THP_MEM_ALLOC_ENABLE`.
- It is kept when it is freed: glibc gives large blocks back to the kernel at once, and the next layer, and the next
  page, ask for as much again. Given back when the worker is idle. Source: mallopt(3), malloc_trim(3).

oneDNN makes code for each shape of each layer, and keeps the last 1,024 pieces: lines of text have some hundred shapes,
and the recogniser sixty layers. 8,192 pieces take 100 MB, and a tenth off recognition's time. Source: oneDNN's
documentation of `ONEDNN_PRIMITIVE_CACHE_CAPACITY`.
"""

from __future__ import annotations

import ctypes
import os

_SWITCHES = {"THP_MEM_ALLOC_ENABLE": "1", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "8192"}

# mallopt's parameters (malloc.h): how much free memory may stay at the heap's end, how many blocks may be the kernel's
# own, how many heaps there may be.
_M_TRIM_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -4, -8
# More than the largest forward pass takes, and all that mallopt's number can say.
_KEPT_BYTES = 2**31 - 1


def set_switches() -> None:
    """Have torch ask for huge pages, and oneDNN keep its code, in this process. To be called before torch's first
    tensor; what is set outside stays."""
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)


def keep_freed_memory() -> bool:
    """Have this process keep what it frees, up to 2 GB, in one heap for all of its threads. To be called before the
    threads that compute are started. Returns whether it could be done; it cannot where the C library is not glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_M_ARENA_MAX, 1), (_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _KEPT_BYTES))
    return all(mallopt(parameter, value) for parameter, value in wanted)


def give_freed_memory_back() -> None:
    """Give what this process keeps and does not use back to the kernel; where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))
