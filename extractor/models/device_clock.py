"""How long a device works: from when it begins a batch until the batch is done. Launching it does not count.

In the worker. On a GPU two events go into the stream around each batch, and are read once they have passed; nothing
waits for them. On a processor the call is the work: its time is taken.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


def timed_event() -> Any:
    """A CUDA event that notes the time."""
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


class DeviceClock:
    """Adds up the time in which batches run, in seconds. Batches of several streams that overlap count once.

    `new_event` makes an event that a GPU's stream stamps with the time when it gets there.
    """

    def __init__(self, device: torch.device, new_event: Callable[[], Any] = timed_event) -> None:
        self._gpu = device.type == "cuda"
        self._new_event = new_event
        self._lock = threading.Lock()
        self._busy_s = 0.0
        self._longest_s = 0.0
        self._under_way: deque[tuple[Any, Any]] = deque()
        self._last_end: Any = None

    @contextmanager
    def batch(self) -> Iterator[None]:
        """A context: all that is launched in it, on the current stream, is one batch.

        On a GPU the batch begins when the device gets to it. Gaps between kernels that are launched one by one count.
        """
        if not self._gpu:
            began = time.perf_counter()
            try:
                yield
            finally:
                with self._lock:
                    self._add(time.perf_counter() - began)
            return
        begin, end = self._new_event(), self._new_event()
        begin.record()
        try:
            yield
        finally:
            end.record()
            with self._lock:
                self._under_way.append((begin, end))
                self._collect()

    @property
    def busy_s(self) -> float:
        """How long the device has worked on batches that are done, in seconds."""
        with self._lock:
            self._collect()
            return self._busy_s

    @property
    def longest_s(self) -> float:
        """How long the longest batch took, in seconds."""
        with self._lock:
            self._collect()
            return self._longest_s

    def _collect(self) -> None:
        while self._under_way and self._under_way[0][1].query():
            begin, end = self._under_way.popleft()
            took = begin.elapsed_time(end) / 1000
            # Time before the end of the previous batch was counted with that one.
            new = took if self._last_end is None else min(took, self._last_end.elapsed_time(end) / 1000)
            self._add(took, max(0.0, new))
            if new > 0:
                self._last_end = end

    def _add(self, took: float, new: float | None = None) -> None:
        self._busy_s += took if new is None else new
        self._longest_s = max(self._longest_s, took)
