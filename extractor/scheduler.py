"""One owner of the device: items of many pages and many jobs -> micro-batches -> results.

Guarantees: only the owner's thread runs a model; items of one bucket (one shape) share a batch; a batch waits for more
items at most `wait_ms`; the model whose oldest item has waited longest goes first; a batch that raises is run again
item by item, so that an item fails for itself alone and none of another job's with it; a lane that is closed leaves no
item of its job behind.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .errors import Cancelled

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
    waiting: deque[tuple[Any, Future[Any], float]] = field(default_factory=deque)


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


class Scheduler:
    """Runs models in one thread, in batches."""

    def __init__(self, wait_ms: float) -> None:
        # How long models have been running, in seconds.
        self.busy_s = 0.0
        self._batch_began: float | None = None
        self._wait_s = wait_ms / 1000
        self._queues: dict[Hashable, _Queue] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="device-owner", daemon=True)
        self._thread.start()

    @property
    def batch_s(self) -> float:
        """How long the batch that runs now has been running, in seconds; 0 where none runs."""
        began = self._batch_began
        return 0.0 if began is None else time.monotonic() - began

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
        """Finish the batch that runs, cancel what waits, end the thread."""
        with self._changed:
            self._closed = True
            for queue in self._queues.values():
                for _, future, _ in queue.waiting:
                    future.cancel()
            self._queues.clear()
            self._changed.notify()
        self._thread.join()

    def _serve(self) -> None:
        while (batch := self._next_batch()) is not None:
            model, entries = batch
            entries = [entry for entry in entries if entry[1].set_running_or_notify_cancel()]
            if not entries:
                continue
            self._batch_began = started = time.monotonic()
            self._run(model, entries)
            self._batch_began = None
            self.busy_s += time.monotonic() - started

    def _run(self, model: Any, entries: list[tuple[Any, Future[Any], float]]) -> None:
        error = _infer(model, entries)
        if error is None:
            return
        if len(entries) == 1:
            entries[0][1].set_exception(error)
            return
        for entry in entries:
            self._run(model, [entry])

    def _next_batch(self) -> tuple[Any, list[tuple[Any, Future[Any], float]]] | None:
        with self._changed:
            while True:
                if self._closed:
                    return None
                now = time.monotonic()
                ready = [
                    queue
                    for queue in self._queues.values()
                    if len(queue.waiting) >= queue.model.batch_size or now - queue.waiting[0][2] >= self._wait_s
                ]
                if ready:
                    queue = min(ready, key=lambda candidate: candidate.waiting[0][2])
                    count = min(len(queue.waiting), queue.model.batch_size)
                    entries = [queue.waiting.popleft() for _ in range(count)]
                    if not queue.waiting:
                        self._queues = {key: held for key, held in self._queues.items() if held is not queue}
                    return queue.model, entries
                oldest = min((queue.waiting[0][2] for queue in self._queues.values()), default=None)
                self._changed.wait(None if oldest is None else max(0.0, oldest + self._wait_s - now))


def _infer(model: Any, entries: Sequence[tuple[Any, Future[Any], float]]) -> BaseException | None:
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
