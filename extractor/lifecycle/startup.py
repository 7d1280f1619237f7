"""The phases of a start -> what they took, in the log: from the process's beginning to just before its first job.

In the worker. Each phase has a line when it has ended. The last line is JSON (`{"event": "start", ...}`, seconds), for
whoever measures starts. The phases lie end to end: what lies between two of them counts for the later one. The last
one, from the end of the warm-up to the job loop, is the SDK's own checks. Nothing here is of a document.
"""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path
from typing import Literal

Phase = Literal["imports", "preflight", "weights", "warm_up", "ready"]
log = logging.getLogger("extractor")


class StartUp:
    """The clock of one start. It logs the seconds of each phase, and at the end those of all."""

    def __init__(self) -> None:
        self._began = time.monotonic() - process_age_s()
        self._last = self._began
        self._took: dict[Phase, float] = {}

    def passed(self, phase: Phase) -> None:
        """Count the time since the last call, or since the process began, as part of `phase`."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        self._took[phase] = self._took.get(phase, 0.0) + took

    def ended(self, phase: Phase) -> None:
        """As `passed`: count the time since the last call as part of `phase`, which is over now, and is logged."""
        self.passed(phase)
        log.info("[START] %s: %.2f s", phase, self._took[phase])

    def ready(self) -> None:
        """The start is over: end the last phase, and log all of them."""
        self.ended("ready")
        phases = {phase: round(took, 3) for phase, took in self._took.items()}
        log.info(json.dumps({"event": "start", "ready_s": round(self._last - self._began, 3), "phases_s": phases}))


def process_age_s(stat: Path = Path("/proc/self/stat")) -> float:
    """How long this process has existed, in seconds, to a hundredth. Source: proc(5), `starttime`, ticks since boot."""
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
