"""The real worker with a device that fails on demand: torch's own hook raises what torch raises.

The file named by `FAULTS` holds the errors that the next batches meet, one a line, first to last: `memory` (out of
memory), `sticky` (what CUDA reports for every call after a fault on the device), `wrong` (any other error).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

import handler

FAULTS = Path(os.environ["FAULTS"])
ERRORS = {
    "memory": lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    "sticky": lambda: torch.AcceleratorError("CUDA error: device-side assert triggered"),
    "wrong": lambda: RuntimeError("Given groups=1, expected input to have 3 channels"),
}


def fail(*_: Any) -> None:
    """Raise the next error, if there is one."""
    if not FAULTS.exists() or not (lines := FAULTS.read_text().split()):
        return
    rest = FAULTS.with_suffix(".next")
    rest.write_text("\n".join(lines[1:]))
    rest.rename(FAULTS)
    raise ERRORS[lines[0]]()


if __name__ == "__main__":
    register_module_forward_pre_hook(fail)
    handler.run()
