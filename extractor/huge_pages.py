"""Activations in pages of 2 MB: each tensor of a forward pass is memory that the kernel finds and clears anew.

In pages of 4 KB, text detection on one page took 200,000 faults and half of its time; in huge ones 10,000 faults, and
it ran 1.5 times as fast. Asked for by madvise(2), which the kernel may grant or not
(/sys/kernel/mm/transparent_hugepage/enabled). Source: PyTorch's documentation of `THP_MEM_ALLOC_ENABLE`.
"""

from __future__ import annotations

import os

_SWITCH = "THP_MEM_ALLOC_ENABLE"


def use_huge_pages() -> None:
    """Have torch ask for them in this process. To be called before its first large tensor; `0` set outside stays."""
    os.environ.setdefault(_SWITCH, "1")
