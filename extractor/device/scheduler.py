"""One owner of the device: work of many pages and jobs -> batches of the closed set of shapes -> results. In the
worker.

Guarantees:

- only the owner's thread runs a model;
- rows of one shape share a batch, which waits for more rows at most `wait_ms`;
- the model whose oldest work has waited longest goes first, so that a long job cannot hold a short one up for longer
  than its pages in flight take;
- a batch that does not fit into the device's memory is run again in smaller ones of the set, and the model's later
  batches are no larger than what fitted;
- a batch that raises anything else is run again row by row, so that a row's failure harms no other job's work;
- work that is cancelled while it waits is dropped.

On a GPU the owner launches a batch and goes on to the next. A second thread waits for the results (asleep: the driver
wakes it) and hands them out. At most two batches are under way. On a processor the model computes in the owner's
thread.

The owner's thread begins with warm-ups, which prepare the device for shapes. It serves when those that are needed are
done, so that no job waits for a plan, and `WARM_UP_S` are over. It does the others one by one whenever it has had
nothing to do for `PAUSE_S`. After `IDLE_S` without work it calls `when_idle`, once until there is work again.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch

from ..lifecycle.vitals import out_of_memory
from ..models.device_clock import DeviceClock

log = logging.getLogger("extractor")

Result = np.ndarray[Any, Any]
# Seconds without work after which the owner is idle, and after which it prepares for another shape.
IDLE_S = 30.0
PAUSE_S = 0.05
# Seconds for which it prepares shapes before it serves, if those that are needed take less.
WARM_UP_S = 5.0
# Batches under way on a GPU: one that computes, one that is ready behind it.
BATCHES_UNDER_WAY = 2


class Batch(Protocol):
    """A batch on its way: begun, its results still to come, one for each row."""

    def wait(self) -> list[Result]:
        """One result for each row. Blocks until the device is done. Raises what the model raised."""


class ServedModel(Protocol):
    """What the scheduler needs of a model: the sizes of its batches, and a batch begun."""

    def batch_sizes(self, key: Any) -> tuple[int, ...]:
        """The sizes, in rows, that a batch of this key is padded to, ascending."""

    def start(self, rows: Sequence[Any]) -> Batch:
        """A batch of these rows, begun on the device. Raises what the model raises."""


class Rows(Protocol):
    """Rows for a model that belong to one request and share a key; `len` is their number."""

    def __len__(self) -> int:
        """How many there are."""

    def part(self, start: int, stop: int) -> Sequence[Any]:
        """The rows from `start` up to `stop`, as the model takes them."""


@dataclass(slots=True)
class Work:
    """One request's rows for one model, which share the batch key `key`.

    `done` is called once, by a thread of the owner, with the results, one for each row, or with the error in their
    place. `since` is when it was submitted, by `time.monotonic`, in seconds. `given` is the number of rows that are in
    batches, `results` are those there are, by the row's index. `cancelled`: it was dropped; `failed`: `done` has had an
    error.
    """

    model: ServedModel
    key: Hashable
    rows: Rows
    done: Callable[[list[Result] | BaseException], None]
    since: float = field(default_factory=time.monotonic)
    cancelled: bool = False
    given: int = 0
    results: dict[int, Result] = field(default_factory=dict)
    failed: bool = False


# Rows of one work in a batch: from the first index up to the second.
_Share = tuple[Work, int, int]


@dataclass(slots=True)
class _Queue:
    """The waiting work of one model and key, the oldest first."""

    model: ServedModel
    key: Hashable
    waiting: deque[Work] = field(default_factory=deque)

    @property
    def rows(self) -> int:
        """The number of rows that wait."""
        return sum(len(work.rows) - work.given for work in self.waiting)


class Scheduler:
    """Runs models in batches, in threads of its own. Any thread may submit and cancel work.

    `longest_batch_s` is the longest time of a batch so far, in seconds. Making one raises what a warm-up raised.
    """

    def __init__(
        self,
        wait_ms: float,
        device: torch.device,
        *,
        needed_warm_ups: Sequence[Callable[[], object]] = (),
        warm_ups: Sequence[Callable[[], object]] = (),
        when_idle: Callable[[], object] = lambda: None,
        failed: Callable[[BaseException], object] = lambda _: None,
    ) -> None:
        """Returns when the device is warm enough to serve. `failed` is called with what a model raised. Raises what a
        warm-up raised."""
        self.longest_batch_s = 0.0
        self._wait_s = wait_ms / 1000
        self._device = device
        self._clock = DeviceClock(device)
        self._warm_ups = deque([*needed_warm_ups, *warm_ups])
        self._left_for_later = len(warm_ups)
        self._warm: Future[None] = Future()
        self._when_idle = when_idle
        self._failed = failed
        self._queues: dict[Hashable, _Queue] = {}
        # The most rows that a batch of a model and key may have, where the set's own largest did not fit into memory.
        self._fits: dict[Hashable, int] = {}
        # Whether a batch did not fit, and memory that is cached for other shapes should be given back before the next.
        self._crowded = False
        # Parts of failed batches, to be run first.
        self._retries: deque[tuple[ServedModel, list[_Share]]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._began: dict[int, float] = {}
        self._launched: queue.Queue[tuple[int, Batch, list[_Share]] | None] = queue.Queue()
        self._under_way = threading.BoundedSemaphore(BATCHES_UNDER_WAY)
        gpu = device.type == "cuda"
        targets = [self._run_models, self._wait_for_results] if gpu else [self._run_models]
        self._threads = [threading.Thread(target=target, name="device-owner", daemon=True) for target in targets]
        for thread in self._threads:
            thread.start()
        self._warm.result()

    @property
    def busy_s(self) -> float:
        """How long the device has been working, in seconds."""
        return self._clock.busy_s

    @property
    def batch_s(self) -> float:
        """How long the oldest batch under way has taken so far, in seconds; 0 where none is."""
        began = min(self._began.values(), default=None)
        return 0.0 if began is None else time.monotonic() - began

    def submit(self, model: ServedModel, key: Hashable, rows: Rows, done: Callable[[Any], None]) -> Work:
        """The queued rows of one request, as work. Raises `RuntimeError` where the scheduler is closed."""
        work = Work(model, key, rows, done)
        name = (id(model), key)
        with self._changed:
            if self._closed:
                raise RuntimeError("the scheduler is closed")
            waiting = self._queues.get(name)
            if waiting is None:
                waiting = self._queues[name] = _Queue(model, key)
            waiting.waiting.append(work)
            self._changed.notify()
        return work

    def cancel(self, work: Work) -> bool:
        """Whether the work was dropped: only if none of it had begun. `done` is not called then."""
        with self._changed:
            name = (id(work.model), work.key)
            waiting = self._queues.get(name)
            if waiting is None or work.given or work not in waiting.waiting:
                work.cancelled = True
                return False
            waiting.waiting.remove(work)
            if not waiting.waiting:
                del self._queues[name]
            return True

    def close(self) -> None:
        """Finish the batches that run, fail what waits, end the threads."""
        with self._changed:
            self._closed = True
            dropped = [work for waiting in self._queues.values() for work in waiting.waiting]
            dropped += [work for _, shares in self._retries for work, _, _ in shares]
            self._queues.clear()
            self._retries.clear()
            self._changed.notify_all()
        for work in dropped:
            _fail(work, RuntimeError("the scheduler is closed"))
        for thread in self._threads:
            thread.join()

    def _run_models(self) -> None:
        """The owner's thread: runs models."""
        gpu = self._device.type == "cuda"
        # Numbers below 1e-38 count as 0, in this thread and those that it computes with: a processor takes a hundred
        # times as long for them, and activations like GELU leave many (text detection took 2.4 times as long).
        torch.set_flush_denormal(True)
        number = 0
        with torch.cuda.stream(torch.cuda.Stream(self._device)) if gpu else nullcontext():  # type: ignore[no-untyped-call]
            if not self._warmed_up():
                return
            while (batch := self._next_batch()) is not None:
                if not batch:
                    try:
                        self._prepare()
                    except BaseException as error:  # raised for whoever is served next, if it lasts
                        self._failed(error)
                    continue
                model, shares = batch
                number += 1
                if gpu:
                    self._under_way.acquire()
                self._began[number] = time.monotonic()
                started = self._start(model, shares)
                if gpu and not isinstance(started, BaseException):
                    self._launched.put((number, started, shares))
                    continue
                self._settle(number, model, shares, started)
                if gpu:
                    self._under_way.release()
        self._launched.put(None)

    def _warmed_up(self) -> bool:
        """Whether the shapes that are needed most could be prepared. Prepares them."""
        began = time.monotonic()
        try:
            while self._warm_ups:
                if len(self._warm_ups) <= self._left_for_later and time.monotonic() - began >= WARM_UP_S:
                    break
                self._prepare()
        except BaseException as error:  # raised where the models are loaded
            self._launched.put(None)
            self._warm.set_exception(error)
            return False
        self._warm.set_result(None)
        return True

    def _prepare(self) -> None:
        """Prepare for the next shape. Where there is no memory for it, its batches run unprepared. Raises any other
        error of the model."""
        try:
            self._warm_ups.popleft()()
        except BaseException as error:
            if not out_of_memory(error):
                raise
            traceback.clear_frames(error.__traceback__)
            log.warning("There is no memory to prepare for a shape; its batches run unprepared: %s", error)

    def _wait_for_results(self) -> None:
        """The second thread: waits for a GPU's results."""
        while (launched := self._launched.get()) is not None:
            number, batch, shares = launched
            self._settle(number, shares[0][0].model, shares, batch)
            self._under_way.release()

    def _settle(self, number: int, model: ServedModel, shares: list[_Share], started: Batch | BaseException) -> None:
        """Wait for a batch and hand out its results. Where it failed, queue what can be run again."""
        try:
            outcome = _waited(started, sum(stop - start for _, start, stop in shares))
        finally:
            self.longest_batch_s = max(self.longest_batch_s, time.monotonic() - self._began.pop(number))
        if isinstance(outcome, BaseException):
            self._retry(model, shares, outcome)
        else:
            _deliver(shares, outcome)

    def _start(self, model: ServedModel, shares: list[_Share]) -> Batch | BaseException:
        try:
            if self._crowded:
                # Here and not where it was noticed: torch forbids it while this thread captures a graph.
                self._crowded = False
                torch.cuda.empty_cache()
            with self._clock.batch():
                return model.start([row for work, start, stop in shares for row in work.rows.part(start, stop)])
        except BaseException as error:  # raised for whoever waits for these rows
            # The frames hold the batch's tensors: memory that the next try needs.
            traceback.clear_frames(error.__traceback__)
            return error

    def _retry(self, model: ServedModel, shares: list[_Share], error: BaseException) -> None:
        """Queue a failed batch again: in smaller ones where it did not fit, else row by row. A single row fails for
        good."""
        rows = [(work, row) for work, start, stop in shares for row in range(start, stop)]
        if len(rows) == 1:
            self._failed(error)
            _fail(rows[0][0], error)
            return
        size = 1
        if out_of_memory(error):
            key = shares[0][0].key
            size = max((size for size in model.batch_sizes(key) if size < len(rows)), default=1)
            name = (id(model), key)
            self._fits[name] = min(size, self._fits.get(name, size))
            log.warning("A batch of %d did not fit into memory; %s runs %d", len(rows), type(model).__name__, size)
            self._crowded = True
        with self._changed:
            for first in range(0, len(rows), size):
                self._retries.append((model, _shares_of(rows[first : first + size])))
            self._changed.notify_all()

    def _largest_batch(self, waiting: _Queue) -> int:
        own = waiting.model.batch_sizes(waiting.key)[-1]
        return min(own, self._fits.get((id(waiting.model), waiting.key), own))

    def _next_batch(self) -> tuple[ServedModel, list[_Share]] | tuple[()] | None:
        """The next batch; an empty tuple where there is time to prepare for a shape; None when it is closed."""
        idle = False
        with self._changed:
            while True:
                if self._closed:
                    return None
                if self._retries:
                    return self._retries.popleft()
                now = time.monotonic()
                ready = [
                    waiting
                    for waiting in self._queues.values()
                    if now - waiting.waiting[0].since >= self._wait_s or waiting.rows >= self._largest_batch(waiting)
                ]
                if ready:
                    return self._take_rows(min(ready, key=lambda waiting: waiting.waiting[0].since))
                if self._queues:
                    oldest = min(waiting.waiting[0].since for waiting in self._queues.values())
                    self._changed.wait(max(0.0, oldest + self._wait_s - now))
                elif self._warm_ups:
                    if not self._changed.wait(PAUSE_S) and not self._queues:
                        return ()
                elif not self._changed.wait(None if idle else IDLE_S):
                    idle = True
                    self._when_idle()

    def _worth_running(self, waiting: _Queue) -> int:
        """How many rows to run: all that a batch may have, but for those that fill less than half of the next size.

        Padding costs time: nine rows take less as eight and one than as thirty-two.
        """
        sizes, count = waiting.model.batch_sizes(waiting.key), min(waiting.rows, self._largest_batch(waiting))
        padded = next(size for size in sizes if size >= count)
        smaller = max((size for size in sizes if size <= count), default=padded)
        return smaller if 2 * count <= padded else count

    def _take_rows(self, waiting: _Queue) -> tuple[ServedModel, list[_Share]]:
        """A batch of as many rows as it should have, the oldest first."""
        room = self._worth_running(waiting)
        shares: list[_Share] = []
        while room and waiting.waiting:
            work = waiting.waiting[0]
            count = min(room, len(work.rows) - work.given)
            shares.append((work, work.given, work.given + count))
            work.given += count
            room -= count
            if work.given == len(work.rows):
                waiting.waiting.popleft()
        if not waiting.waiting:
            del self._queues[(id(waiting.model), waiting.key)]
        return waiting.model, shares


def _waited(started: Batch | BaseException, count: int) -> list[Result] | BaseException:
    """A batch's results, or the error in their place."""
    if isinstance(started, BaseException):
        return started
    try:
        results = started.wait()
        if len(results) != count:
            raise RuntimeError(f"a model gave {len(results)} results for {count} rows")
    except BaseException as error:  # raised for whoever waits for these rows
        traceback.clear_frames(error.__traceback__)
        return error
    return results


def _deliver(shares: Sequence[_Share], results: Sequence[Result]) -> None:
    """Hand out a batch's results. Work that has all of its results is done."""
    first = 0
    for work, start, stop in shares:
        own = results[first : first + stop - start]
        first += stop - start
        if work.failed:
            continue
        # A model's results last until its next batches: those that wait for other rows are copied.
        whole = len(work.results) + len(own) == len(work.rows)
        work.results |= {row: result if whole else result.copy() for row, result in enumerate(own, start)}
        if whole:
            work.done([work.results[row] for row in range(len(work.rows))])


def _fail(work: Work, error: BaseException) -> None:
    """End the work with an error, whatever becomes of its other rows."""
    if not work.failed:
        work.failed = True
        work.done(error)


def _shares_of(rows: Sequence[tuple[Work, int]]) -> list[_Share]:
    """Single rows as shares: neighbouring rows of one work are one share."""
    shares: list[_Share] = []
    for work, row in rows:
        if shares and shares[-1][0] is work and shares[-1][2] == row:
            shares[-1] = (work, shares[-1][1], row + 1)
        else:
            shares.append((work, row, row + 1))
    return shares
