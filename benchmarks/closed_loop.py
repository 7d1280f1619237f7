"""Jobs in a closed loop: each starts the next one when it ends, so many at a time, for so long."""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from benchmarks.core_time import core_seconds

Work = TypeVar("Work")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Loop(Generic[Done]):
    """The results in the order of completion, the wall time, and the processor time of all processes, in seconds."""

    done: list[Done]
    wall_s: float
    core_s: float


def closed_loop(
    work: Sequence[Work], do: Callable[[Work], Done], *, jobs: int, seconds: float, least: int
) -> Loop[Done]:
    """The results of doing the work over and over, `jobs` at a time.

    It goes on for `seconds`, and at least `least` times. Work that runs then is finished, and counts. Raises what `do`
    raises.
    """
    begun = itertools.count()
    lock = threading.Lock()
    started, cores = time.perf_counter(), sum(core_seconds())
    done: list[Done] = []

    def go_on() -> None:
        while True:
            with lock:
                number = next(begun)
            if number >= least and time.perf_counter() - started >= seconds:
                return
            result = do(work[number % len(work)])
            with lock:
                done.append(result)

    with ThreadPoolExecutor(jobs) as pool:
        for ended in [pool.submit(go_on) for _ in range(jobs)]:
            ended.result()
    return Loop(done, time.perf_counter() - started, sum(core_seconds()) - cores)


def quantile(values: Sequence[float], part: float) -> float:
    """The value that the share `part` of them does not exceed. An even number's median is between two values."""
    if part == 0.5:
        return statistics.median(values)
    ordered = sorted(values)
    return ordered[round(part * (len(ordered) - 1))]
