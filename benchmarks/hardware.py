"""The machine, in a few words for a table's heading."""

from __future__ import annotations

import os
import re
from pathlib import Path


def hardware() -> str:
    """The processor's name and the number of cores that this process may use."""
    model = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    cores = len(os.sched_getaffinity(0))
    return f"{model.group(1) if model else os.uname().machine}, {cores} core{'s' if cores > 1 else ''}"
