"""Large tensors come in huge pages. In a process of its own: torch looks at the switch once, at its first tensor, which
importing the engine must not make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GRANTED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
PROBE = """
import resource, sys
import torch
from extractor.engine import use_huge_pages

if sys.argv[1] == "huge":
    use_huge_pages()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
taken = torch.zeros(16, 2**20)  # 64 MB, every page of it written
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(pages: str) -> int:
    command = [sys.executable, "-c", PROBE, pages]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


@pytest.mark.skipif(
    not GRANTED.is_file() or "[never]" in GRANTED.read_text(), reason="the kernel grants no huge pages to anyone"
)
def test_a_large_tensor_is_few_pages() -> None:
    small = faults("small")
    assert faults("huge") < small / 4 if small > 10_000 else small < 1000, "else the kernel gives them unasked"
