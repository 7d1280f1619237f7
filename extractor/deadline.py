"""When and why a job ends: one `JobEnd` for each job, which every wait of the job asks. In the worker.

A `JobEnd` is made when the job is received and handed along with it. Whoever ends the job calls `end` before it tears
anything down (a connection, a future, a process), so that whoever is woken by that finds the reason. Nothing polls: a
wait for a future waits for `ended` too, and a call of `on_end` wakes a connection. Nobody has to notice that a job is
late: each wait takes what is `left`.

| reason | who ends the job | what its caller gets |
|---|---|---|
| stopped | RunPod's stop channel, an HTTP caller that has gone | `Cancelled` |
| leaving | the door, when the time to drain is over | `WorkerUnhealthy` |
| sick | `Vitals`, for every running job | `WorkerUnhealthy` |
| late | the clock, from the job's reception | `DeadlineExceeded`, or the finished pages |
| answered | the door, to free whatever still works for the job | nothing more: the answer has gone out |
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

# Seconds that a job which was told to end has for it; then its door answers in its place.
LET_GO_S = 3.0


class OutOfTime(Exception):
    """A limit within the job has run out, the job's own time has not. Whoever set the limit makes an error of it."""


def error_of(reason: Reason, what: str = "the job was finished", words: str = "") -> ExtractionError:
    """The error that a job ends with for this reason, not raised.

    `what` completes "before ..." in the message; `words` is the message for a sick worker.
    """
    if reason == "leaving":
        return WorkerUnhealthy(f"the worker was shut down before {what}; send the job again")
    if reason == "sick":
        return WorkerUnhealthy(f"{words}; send the job again")
    if reason == "late":
        return DeadlineExceeded(f"the time was up before {what}")
    return Cancelled("the job was stopped" if reason == "stopped" else "the job has its answer")


class JobEnd:
    """The end of one job, and its clock. Any thread may ask, or end the job.

    `received` and `deadline` are times of `time.monotonic`, in seconds. `ended` is done as soon as somebody ends the
    job; the deadline does not complete it.
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
        """Set the deadline to so many seconds after the reception."""
        self.deadline = self.received + seconds

    def end(self, reason: Reason, words: str = "") -> bool:
        """Whether this call has ended the job. The first reason stays. Makes the calls of `on_end`."""
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
        """Why the job has ended; None while it goes on. A reason that somebody gave goes before `late`."""
        if self.ended.done():
            return self.ended.result()
        return "late" if time.monotonic() >= self.deadline else None

    def error(self, what: str = "the job was finished") -> ExtractionError | None:
        """The error that the job ends with; None while it goes on. `what`: see `error_of`."""
        reason = self.reason
        return None if reason is None else error_of(reason, what, self._words)

    def check(self, what: str = "the job was finished", *, late: bool = True) -> None:
        """Raise the error that the job ends with, an `ExtractionError`, if it has ended. `late=False`: the deadline
        does not count."""
        if (late or self.ended.done()) and (error := self.error(what)) is not None:
            raise error

    def on_end(self, call: Callable[[], None]) -> Callable[[], None]:
        """A function that takes `call` off the list again.

        Whoever ends the job makes the call, once; if the job has ended, it is made at once. It must not wait for
        anything. The deadline makes no calls.
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
        """A limit of so many seconds from now, which ends with the job too.

        `what` completes "before ..." in messages. `late=False`: the job's deadline does not count.
        """
        return Limit(self, what, time.monotonic() + seconds, late)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something within a job may take: until `until` (a time of `time.monotonic`), or the job's end.

    Each method raises the error that the job ends with or, where only the limit has run out, `OutOfTime`. Where both
    have run out, the job's error is raised. `late=False`: the job's deadline does not count.
    """

    end: JobEnd
    what: str
    until: float = math.inf
    late: bool = True

    def left(self) -> float:
        """The seconds that are left, above 0; infinite without a limit.

        Raises what the job ends with, `OutOfTime` where the limit of its owner has run out.
        """
        left = min(self.until, self.end.deadline if self.late else math.inf) - time.monotonic()
        self.end.check(self.what, late=self.late)
        if left <= 0:
            raise OutOfTime
        return left

    def check(self) -> None:
        """Raise what the job ends with, or `OutOfTime` where the limit has run out, if the time is up."""
        self.left()

    def wait(self, future: Future[Any], seconds: float = math.inf) -> bool:
        """Whether the future is done. Waits for it, at most so many seconds.

        Raises what the job ends with, or `OutOfTime` where the limit has run out.
        """
        until = time.monotonic() + seconds
        while not future.done():
            left = min(self.left(), until - time.monotonic())
            if left <= 0:
                return False
            concurrent.futures.wait((future, self.end.ended), _bounded(left), FIRST_COMPLETED)
        return True

    def result(self, future: Future[Value], seconds: float = math.inf) -> Value:
        """The future's result. Waits for it, at most so many seconds.

        Raises the future's error, `TimeoutError` after the seconds, `OutOfTime` where the limit has run out, and what
        the job ends with: if somebody has ended it, its error goes before the future's.
        """
        if not self.wait(future, seconds):
            raise TimeoutError
        self.end.check(self.what, late=False)
        return future.result()

    def pause(self, seconds: float) -> None:
        """Sleep for so many seconds; the end of the job wakes it.

        Raises what the job ends with, or `OutOfTime` where the limit has run out.
        """
        concurrent.futures.wait((self.end.ended,), _bounded(min(seconds, self.left())))
        self.check()


def _bounded(seconds: float) -> float:
    """The seconds, but no more than a lock takes as a timeout."""
    return min(seconds, threading.TIMEOUT_MAX)
