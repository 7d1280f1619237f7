"""Large tensors come in huge pages, and kernels are made once. In processes of their own: torch looks at the switch
once, at its first tensor, which importing the engine must not make."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

pytestmark = pytest.mark.slow

GRANTED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
PROBE = """
import resource, sys
import torch

if sys.argv[1] == "huge":
    from extractor.engine import set_switches
    set_switches()
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


KERNELS = """
import torch
from extractor.models.host_memory import set_switches

set_switches()
layer = torch.nn.Conv2d(3, 4, 3)
with torch.inference_mode():
    for _ in range(2):
        for width in range(1000, 1650):
            layer(torch.zeros(1, 3, 8, width))
        print("once more", flush=True)
"""


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch has no oneDNN here")
def test_a_kernel_is_made_once_for_each_shape() -> None:
    environment = {**os.environ, "ONEDNN_VERBOSE": "profile_create"}
    command = [sys.executable, "-c", KERNELS]
    told = subprocess.run(command, capture_output=True, check=True, timeout=120, env=environment, text=True).stdout
    first, again, _ = told.split("once more")
    assert first.count("create:cache_miss") > 1200, "more than are kept by default"
    assert again.count("create:cache_hit") > 1200
    assert "create:cache_miss" not in again
