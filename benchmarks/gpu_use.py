"""How much of the time a GPU works, as its driver says: NVML's share of the last sixth of a second, polled."""

from __future__ import annotations

import shutil
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch

# Poll interval, in milliseconds.
EVERY_MS = 200


@dataclass(slots=True)
class Use:
    """The polled shares, in [0, 1]."""

    looks: list[float] = field(default_factory=list)

    @property
    def usual(self) -> float | None:
        """The median share, in [0, 1]; None without one."""
        return statistics.median(self.looks) if self.looks else None


@contextmanager
def watched(device: torch.device) -> Iterator[Use]:
    """A context with the device's use, filled when the block ends; empty on a CPU, or without nvidia-smi."""
    use = Use()
    if device.type != "cuda" or shutil.which("nvidia-smi") is None:
        yield use
        return
    # By UUID: nvidia-smi's numbers are not torch's where CUDA_VISIBLE_DEVICES is set.
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
    """nvidia-smi's output, a percentage a line, as shares in [0, 1]; incomplete lines and `[N/A]` are left out."""
    lines = told.split("\n")[:-1]
    return [int(line) / 100 for line in lines if line.strip().isdigit()]
