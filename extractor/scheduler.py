"""One owner of the device: items of many pages and many jobs -> micro-batches -> results.

Guarantees: only the owner's thread runs a model; items of one bucket (one shape) share a batch; a batch waits for more
items at most `wait_ms`; the model whose oldest item has waited longest goes first; a model that raises fails the items
of that batch alone.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

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


class Scheduler:
    """Runs models in one thread, in batches."""

    def __init__(self, wait_ms: float) -> None:
        # How long models have been running, in seconds.
        self.busy_s = 0.0
        self._wait_s = wait_ms / 1000
        self._queues: dict[Hashable, _Queue] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="device-owner", daemon=True)
        self._thread.start()

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
            started = time.monotonic()
            try:
                results = model.infer([item for item, _, _ in entries])
                if len(results) != len(entries):
                    raise RuntimeError(f"a model gave {len(results)} results for {len(entries)} items")
            except BaseException as error:  # belongs to whoever waits for these items
                for _, future, _ in entries:
                    future.set_exception(error)
                continue
            finally:
                self.busy_s += time.monotonic() - started
            for (_, future, _), result in zip(entries, results, strict=True):
                future.set_result(result)

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
