"""The steps of a job, without input and output: the two clients take them in turn, each in its own way.

A generator yields what is to be done, `Call` or `Pause`, and is sent what became of a call. So waiting, trying again
and reading answers are written once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

from .documents import Job
from .errors import JobTimedOut, RequestRefused, Unreachable, ZopilotError, retry_after_s

T = TypeVar("T")

# Statuses after which the same request may succeed.
RETRYABLE_STATUSES = (408, 425, 429, 500, 502, 503, 504)
CALL_S = 60.0


def check_base_url(url: str) -> None:
    """Raises `ValueError` for a URL without a scheme, which would look like a server that is away."""
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError(f"the base URL is to begin with http:// or https://: {url!r}")


@dataclass(frozen=True, slots=True)
class Call:
    """A request; `timeout_s` in seconds, None for no end. With `upload`, its body is multipart: the job's document and
    keys."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    upload: Job | None = None
    timeout_s: float | None = CALL_S


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the HTTP status, the headers, named in small letters, and the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing came back; `reason` says why, in a word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait of so many seconds, or until the job's own time is up."""

    seconds: float


Outcome = Reply | Broken
Steps = Generator[Call | Pause, Outcome | None, T]


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is sent at most, and how long to wait in between: twice as long each time, by chance less.

    `first_s` and `most_s`, in seconds, are the first wait and the longest. What the other side says in `Retry-After` is
    waited for, however long, unless the job's own time is up before.
    """

    attempts: int = 4
    first_s: float = 0.5
    most_s: float = 30.0


class Clock:
    """A job's own time: `timeout_s` seconds from when it is made; None for no end."""

    def __init__(self, timeout_s: float | None) -> None:
        self._end = None if timeout_s is None else time.monotonic() + timeout_s
        self.timeout_s = timeout_s

    def left_s(self, most_s: float | None = None) -> float | None:
        """Seconds that are left, at most so many; None for no end."""
        if self._end is None:
            return most_s
        left = max(0.0, self._end - time.monotonic())
        return left if most_s is None else min(left, most_s)

    def check(self) -> None:
        """Raises `JobTimedOut` when the time is up."""
        if self._end is not None and time.monotonic() >= self._end:
            raise JobTimedOut("TIMED_OUT", f"no answer within {self.timeout_s} s")


class Tries:
    """A count of tries, and the wait before the next one."""

    def __init__(self, retries: Retries, clock: Clock) -> None:
        self._retries = retries
        self._clock = clock
        self._made = 0

    def pause(self, error: ZopilotError) -> Pause:
        """The wait before the next try, in seconds. Raises the error itself where there is to be none."""
        self._made += 1
        if not error.retryable or self._made >= self._retries.attempts:
            raise error
        seconds = min(self._retries.most_s, self._retries.first_s * 2 ** (self._made - 1)) * random.uniform(0.5, 1)
        if error.retry_after_s is not None:
            seconds = max(seconds, error.retry_after_s)
        left = self._clock.left_s()
        if left is not None and seconds >= left:
            raise error
        return Pause(seconds)


def sent(call: Call, tries: Tries, refusal: Callable[[Reply], ZopilotError | None]) -> Steps[Reply]:
    """The reply to the call, in which `refusal` finds no error, after as many tries as that takes.

    Raises the last try's `ZopilotError` where there is to be no further one.
    """
    while True:
        outcome = yield call
        assert outcome is not None
        error = unreachable(call, outcome) if isinstance(outcome, Broken) else refusal(outcome)
        if error is None:
            assert isinstance(outcome, Reply)
            return outcome
        yield tries.pause(error)


def unreachable(call: Call, outcome: Broken) -> ZopilotError:
    """The error of a call that nothing came back from. Names no more of its URL than the host."""
    host = call.url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return Unreachable("UNREACHABLE", f"{host} did not answer ({outcome.reason})", retryable=True)


def refusal_of(reply: Reply) -> ZopilotError | None:
    """The error that a reply's status stands for; None for one of success (2xx)."""
    if 200 <= reply.status < 300:
        return None
    try:
        name = HTTPStatus(reply.status).name
    except ValueError:
        name = "REFUSED"
    said = reply.body[:200].decode("utf-8", "replace").strip()
    return RequestRefused(
        name,
        f"status {reply.status}" + (f": {said}" if said else ""),
        retryable=reply.status in RETRYABLE_STATUSES,
        status=reply.status,
        retry_after_s=retry_after_s(reply.headers),
    )
