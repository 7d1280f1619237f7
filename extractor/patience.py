"""How long an exchange over the network may take, and whether its caller still waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_STEP_S = 0.25


class OutOfTime(Exception):
    """The deadline of the whole exchange has passed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`deadline` is a `time.monotonic()`; `check` raises where the job has ended meanwhile, with its own reason."""

    deadline: float
    check: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, seconds: float, check: Callable[[], None] = lambda: None) -> Patience:
        """Patience for `seconds` from now on."""
        return cls(time.monotonic() + seconds, check)

    def left(self) -> float:
        """The seconds that are left, above 0. Raises what `check` does, and `OutOfTime`: the job is asked first."""
        self.check()
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def steps(self, seconds: float) -> Iterator[float]:
        """Short waits that make up `seconds`; each asks first whether there is still patience. At least one."""
        until = time.monotonic() + seconds
        step = min(_STEP_S, seconds)
        while step > 0:
            yield min(step, self.left())
            step = min(_STEP_S, until - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Sleep for `seconds`. Raises as `left` does."""
        for step in self.steps(seconds):
            time.sleep(step)
