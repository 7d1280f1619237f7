"""One owner of the device: items of many pages and many jobs -> micro-batches -> results.

Guarantees: only the owner's threads run a model; items of one bucket (one shape) share a batch; a batch waits for more
items at most `wait_ms`; the model whose oldest item has waited longest goes first, so that a long job cannot hold a
short one up for longer than its pages in flight take; a batch that does not fit into the device's memory is run again
in halves, and the model's later batches are no larger than what fitted; a batch that raises anything else is run again
item by item, so that an item fails for itself alone and none of another job's with it; a lane that is closed leaves no
item of its job behind.

On a GPU the owner has two threads, each with a stream of its own: while one waits for its batch's results, the other
has the next batch stacked, sent and running.

A thread of the owner that has had nothing to do for `IDLE_S` calls `when_idle`, once until it has had something again.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import torch

from .errors import Cancelled
from .vitals import out_of_memory

log = logging.getLogger("extractor")

# An item, where its result goes, and since when it waits.
_Entry = tuple[Any, Future[Any], float]
_CPU = torch.device("cpu")
# How many seconds without an item make a thread of the owner idle.
IDLE_S = 30.0

Item = TypeVar("Item", contravariant=True)
Raw = TypeVar("Raw")


class BatchedModel(Protocol[Item, Raw]):
    """What the scheduler needs of a model."""

    batch_size: int

    def bucket(self, item: Item) -> Hashable:
        """Items of the same bucket can be stacked."""

    def infer(self, items: Sequence[Item]) -> list[Raw]:
        """One result for each item."""


@dataclass(slots=True)
class _Queue:
    """The waiting items of one model and one bucket, the oldest first."""

    model: Any
    waiting: deque[_Entry] = field(default_factory=deque)


class Lane:
    """One job's way to the device."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._waiting: set[Future[Any]] = set()
        self._closed = threading.Event()

    def submit(self, model: BatchedModel[Any, Raw], item: Any) -> Future[Raw]:
        """Queue one item. Raises `Cancelled` where the lane is closed."""
        if self._closed.is_set():
            raise Cancelled("the job has ended")
        future = self._scheduler.submit(model, item)
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        if self._closed.is_set():
            future.cancel()
        return future

    def close(self) -> None:
        """Drop what waits: whoever waits for it gets a `concurrent.futures.CancelledError` now."""
        self._closed.set()
        for future in list(self._waiting):
            future.cancel()


class _Clock:
    """How long models have been running: since when each running batch, and how long any."""

    def __init__(self) -> None:
        self.busy_s = 0.0
        self._began: dict[int, float] = {}
        self._busy_since = 0.0
        self._lock = threading.Lock()

    def start(self) -> None:
        """This thread's batch begins."""
        with self._lock:
            now = time.monotonic()
            if not self._began:
                self._busy_since = now
            self._began[threading.get_ident()] = now

    def stop(self) -> None:
        """This thread's batch is done."""
        with self._lock:
            del self._began[threading.get_ident()]
            if not self._began:
                self.busy_s += time.monotonic() - self._busy_since

    @property
    def longest_s(self) -> float:
        """How long the oldest running batch has been running; 0 where none runs."""
        with self._lock:
            return time.monotonic() - min(self._began.values()) if self._began else 0.0


class Scheduler:
    """Runs models in batches, in threads of its own."""

    def __init__(
        self, wait_ms: float, device: torch.device = _CPU, when_idle: Callable[[], object] = lambda: None
    ) -> None:
        self._clock = _Clock()
        self._wait_s = wait_ms / 1000
        self._device = device
        self._queues: dict[Hashable, _Queue] = {}
        # The most items that a model's batch may have, where its own size did not fit into memory.
        self._fits: dict[int, int] = {}
        self._changed = threading.Condition()
        self._when_idle = when_idle
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"device-owner-{number}", daemon=True)
            for number in range(2 if device.type == "cuda" else 1)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def busy_s(self) -> float:
        """How long models have been running, in seconds."""
        return self._clock.busy_s

    @property
    def batch_s(self) -> float:
        """How long the batch that runs now has been running, in seconds; 0 where none runs."""
        return self._clock.longest_s

    def lane(self) -> Lane:
        """A way to the device for one job."""
        return Lane(self)

    def submit(self, model: BatchedModel[Any, Raw], item: Any) -> Future[Raw]:
        """Queue one item; its result comes with the future."""
        future: Future[Raw] = Future()
        key = (id(model), model.bucket(item))
        with self._changed:
            if self._closed:
                raise RuntimeError("the scheduler is closed")
            self._queues.setdefault(key, _Queue(model)).waiting.append((item, future, time.monotonic()))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Finish the batches that run, cancel what waits, end the threads."""
        with self._changed:
            self._closed = True
            for queue in self._queues.values():
                for _, future, _ in queue.waiting:
                    future.cancel()
            self._queues.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        gpu = self._device.type == "cuda"
        # Numbers below 1e-38 count as 0, in this thread and those that it computes with: a processor takes a hundred
        # times as long for them, and activations like GELU leave many (text detection took 2.4 times as long).
        torch.set_flush_denormal(True)
        with torch.cuda.stream(_new_stream(self._device)) if gpu else nullcontext():
            while (batch := self._next_batch()) is not None:
                model, entries = batch
                entries = [entry for entry in entries if entry[1].set_running_or_notify_cancel()]
                if entries:
                    self._clock.start()
                    self._run(model, entries)
                    self._clock.stop()

    def _run(self, model: Any, entries: list[_Entry]) -> None:
        error = _infer(model, entries)
        if error is None:
            return
        if len(entries) == 1:
            entries[0][1].set_exception(error)
            return
        size = 1
        if out_of_memory(error):
            size = len(entries) // 2
            self._fits[id(model)] = min(size, self._fits.get(id(model), size))
            log.warning("A batch of %d did not fit into memory; %s runs %d", len(entries), type(model).__name__, size)
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
        for first in range(0, len(entries), size):
            self._run(model, entries[first : first + size])

    def _batch_size(self, model: Any) -> int:
        own = int(model.batch_size)
        return min(own, self._fits.get(id(model), own))

    def _next_batch(self) -> tuple[Any, list[_Entry]] | None:
        idle = False
        with self._changed:
            while True:
                if self._closed:
                    return None
                now = time.monotonic()
                ready = [
                    queue
                    for queue in self._queues.values()
                    if len(queue.waiting) >= self._batch_size(queue.model) or now - queue.waiting[0][2] >= self._wait_s
                ]
                if ready:
                    queue = min(ready, key=lambda candidate: candidate.waiting[0][2])
                    count = min(len(queue.waiting), self._batch_size(queue.model))
                    entries = [queue.waiting.popleft() for _ in range(count)]
                    if not queue.waiting:
                        self._queues = {key: held for key, held in self._queues.items() if held is not queue}
                    return queue.model, entries
                if self._queues:
                    oldest = min(queue.waiting[0][2] for queue in self._queues.values())
                    self._changed.wait(max(0.0, oldest + self._wait_s - now))
                elif not self._changed.wait(None if idle else IDLE_S):
                    idle = True
                    self._when_idle()


def _new_stream(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


def _infer(model: Any, entries: Sequence[_Entry]) -> BaseException | None:
    """Run one batch and hand out its results; or why there are none."""
    try:
        results = model.infer([item for item, _, _ in entries])
        if len(results) != len(entries):
            raise RuntimeError(f"a model gave {len(results)} results for {len(entries)} items")
    except BaseException as error:  # belongs to whoever waits for these items
        # The frames hold the batch's tensors: memory that the next try needs.
        traceback.clear_frames(error.__traceback__)
        return error
    for (_, future, _), result in zip(entries, results, strict=True):
        future.set_result(result)
    return None
