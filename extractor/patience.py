"""How long an exchange over the network may take, and whether its caller still waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .errors import Cancelled

_STEP_S = 0.25


class OutOfTime(Exception):
    """The deadline of the whole exchange has passed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`deadline` is a `time.monotonic()`; `cancelled` says whether the job was stopped meanwhile."""

    deadline: float
    cancelled: Callable[[], bool] = lambda: False

    @classmethod
    def of(cls, seconds: float, cancelled: Callable[[], bool] = lambda: False) -> Patience:
        """Patience for `seconds` from now on."""
        return cls(time.monotonic() + seconds, cancelled)

    def left(self) -> float:
        """The seconds that are left, above 0. Raises `OutOfTime`, and `Cancelled` if the job was stopped."""
        if self.cancelled():
            raise Cancelled("the job was stopped")
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
