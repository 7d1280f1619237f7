"""Processor time of this process and of those that it started."""

from __future__ import annotations

import os
import time
from contextlib import suppress

import psutil


def core_seconds() -> tuple[float, float]:
    """Seconds of this process, and seconds of its descendants, ended ones included."""
    ended = os.times()
    others = ended.children_user + ended.children_system
    for child in psutil.Process().children(recursive=True):
        with suppress(OSError):  # it has ended
            # The processor clock of another process, in nanoseconds: clock_getcpuclockid(3).
            others += time.clock_gettime((~child.pid << 3) | 2)
    return time.process_time(), others
