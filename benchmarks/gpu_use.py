"""How much of the time a GPU works, as its driver says: NVML's share of the last sixth of a second, over and over."""

from __future__ import annotations

import shutil
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch

EVERY_MS = 200


@dataclass(slots=True)
class Use:
    """Shares of 1, one for each look."""

    looks: list[float] = field(default_factory=list)

    @property
    def usual(self) -> float | None:
        """The median; None where nothing was seen."""
        return statistics.median(self.looks) if self.looks else None


@contextmanager
def watched(device: torch.device) -> Iterator[Use]:
    """The device's use during the block, known when it ends: nothing for a processor, or without nvidia-smi."""
    use = Use()
    if device.type != "cuda" or shutil.which("nvidia-smi") is None:
        yield use
        return
    # Its numbers are not torch's where CUDA_VISIBLE_DEVICES is set.
    name = f"GPU-{torch.cuda.get_device_properties(device).uuid}"
    query = ["nvidia-smi", "-i", name, "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
    watch = subprocess.Popen([*query, "-lms", str(EVERY_MS)], stdout=subprocess.PIPE, text=True)
    try:
        yield use
    finally:
        watch.terminate()
        told, _ = watch.communicate()
        use.looks += read_looks(told)


def read_looks(told: str) -> list[float]:
    """What nvidia-smi printed, a percentage a line, as shares; a line that is cut off, or `[N/A]`, is none."""
    lines = told.split("\n")[:-1]
    return [int(line) / 100 for line in lines if line.strip().isdigit()]
