"""Why a job ends: the one place that says it, and that every wait of the job asks.

A `JobEnd` is made where the job is received and handed along with it. Whoever ends the job says so here before anything
is torn down (a connection, a future, a process), so that whoever is woken by that finds the reason. Nothing polls: who
waits for a future waits for `ended` beside it, and a connection is woken by a call of `on_end`. Nobody has to notice
that a job is late: every wait takes what is `left`.

| reason | said by | what its caller reads |
|---|---|---|
| stopped | RunPod's stop channel, an HTTP caller that has gone | `Cancelled` |
| leaving | the door, when the time to drain is over | `WorkerUnhealthy` |
| sick | `Vitals`, for every job that lives | `WorkerUnhealthy` |
| late | the clock, from the job's reception | `DeadlineExceeded`, or the pages that are finished |
| answered | the door: what still works for the job lets go | nothing; its answer has gone out |
"""

from __future__ import annotations

import concurrent.futures
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from .errors import Cancelled, DeadlineExceeded, ExtractionError, WorkerUnhealthy

Reason = Literal["stopped", "leaving", "sick", "late", "answered"]
Value = TypeVar("Value")

# What a door gives a job that has been told to end before it answers for it, in seconds.
LET_GO_S = 3.0


class OutOfTime(Exception):
    """A limit within the job has run out; the job has not. Whoever set the limit names it."""


def error_of(reason: Reason, what: str = "the job was finished", words: str = "") -> ExtractionError:
    """What a job that ends for this reason ends with. `what` has not happened yet; `words` say what the worker has."""
    if reason == "leaving":
        return WorkerUnhealthy(f"the worker was shut down before {what}; send the job again")
    if reason == "sick":
        return WorkerUnhealthy(f"{words}; send the job again")
    if reason == "late":
        return DeadlineExceeded(f"the time was up before {what}")
    return Cancelled("the job was stopped" if reason == "stopped" else "the job has its answer")


class JobEnd:
    """The end of one job, and its clock. Any thread may ask, or end it.

    `received` is a time of `time.monotonic`, as `deadline` is; `ended` is done as soon as somebody has ended the job.
    """

    def __init__(self, received: float | None = None) -> None:
        self.received = time.monotonic() if received is None else received
        self.deadline = math.inf
        self.ended: Future[Reason] = Future()
        self.ended.set_running_or_notify_cancel()  # so that nobody who waits for it can cancel it
        self._words = ""
        self._calls: dict[object, Callable[[], None]] = {}
        self._lock = threading.Lock()

    def expire_in(self, seconds: float) -> None:
        """Its time is up so long after it was received."""
        self.deadline = self.received + seconds

    def end(self, reason: Reason, words: str = "") -> bool:
        """End the job; whether it was this that ended it. The first reason stays."""
        with self._lock:
            if self.ended.done():
                return False
            self._words = words
            self.ended.set_result(reason)
            calls, self._calls = list(self._calls.values()), {}
        for call in calls:
            call()
        return True

    @property
    def reason(self) -> Reason | None:
        """Why the job has ended, if it has. Whoever ended it goes before the clock."""
        if self.ended.done():
            return self.ended.result()
        return "late" if time.monotonic() >= self.deadline else None

    def error(self, what: str = "the job was finished") -> ExtractionError | None:
        """What the job ends with, if it has ended."""
        reason = self.reason
        return None if reason is None else error_of(reason, what, self._words)

    def check(self, what: str = "the job was finished", *, late: bool = True) -> None:
        """Raise what the job ends with, if it has ended; where `late` is false, its clock is not asked."""
        if (late or self.ended.done()) and (error := self.error(what)) is not None:
            raise error

    def on_end(self, call: Callable[[], None]) -> Callable[[], None]:
        """Have `call` called, once, by whoever ends the job; at once where it has ended. It must not wait for anything.

        Comes back with what takes the wish back. The clock calls nobody.
        """
        key = object()
        with self._lock:
            if not self.ended.done():
                self._calls[key] = call
                return lambda: self._forget(key)
        call()
        return lambda: None

    def _forget(self, key: object) -> None:
        with self._lock:
            self._calls.pop(key, None)

    def limit(self, what: str, seconds: float = math.inf, *, late: bool = True) -> Limit:
        """A limit of so many seconds from now for what has to come before `what` has happened. It ends with the job;
        where `late` is false, whatever the job's clock says."""
        return Limit(self, what, time.monotonic() + seconds, late)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something within a job may take. The job is asked first, the limit second: where both have run out, it
    is the job that has.

    Each method raises what the job ends with, or `OutOfTime`.
    """

    end: JobEnd
    what: str
    until: float = math.inf
    late: bool = True

    def left(self) -> float:
        """The seconds that are left, above 0; infinite where nothing limits them."""
        left = min(self.until, self.end.deadline if self.late else math.inf) - time.monotonic()
        self.end.check(self.what, late=self.late)
        if left <= 0:
            raise OutOfTime
        return left

    def check(self) -> None:
        """Raise, where it is over."""
        self.left()

    def wait(self, future: Future[Any], seconds: float = math.inf) -> bool:
        """Wait for the future, so many seconds at most; whether it is done."""
        until = time.monotonic() + seconds
        while not future.done():
            left = min(self.left(), until - time.monotonic())
            if left <= 0:
                return False
            concurrent.futures.wait((future, self.end.ended), _bounded(left), FIRST_COMPLETED)
        return True

    def result(self, future: Future[Value], seconds: float = math.inf) -> Value:
        """The future's result. Raises what it raised, unless somebody has ended the job, and `TimeoutError` after so
        many seconds."""
        if not self.wait(future, seconds):
            raise TimeoutError
        self.end.check(self.what, late=False)
        return future.result()

    def pause(self, seconds: float) -> None:
        """Sleep; woken when the job ends."""
        concurrent.futures.wait((self.end.ended,), _bounded(min(seconds, self.left())))
        self.check()


def _bounded(seconds: float) -> float:
    """As long as a lock can be waited for."""
    return min(seconds, threading.TIMEOUT_MAX)
