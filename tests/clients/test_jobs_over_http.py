"""The Python client over the HTTP door's `/jobs`, whose every word the test says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from zopilot_client import (
    ExtractionFailed,
    HttpDoor,
    JobProgress,
    JobTimedOut,
    NoAnswer,
    RequestRefused,
)

from tests.loopback import Address, serving

from .callers import ANSWER, POLL_S, Caller, failure

KEY = "correct horse"
Said = tuple[int, Any]


@dataclass(frozen=True)
class Queue:
    """What the door says to jobs that come, and at each look, the last for ever; and what it was asked."""

    taken: list[Said] = field(default_factory=list)
    looks: list[Said] = field(default_factory=list)
    sent: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


class Door(BaseHTTPRequestHandler):
    """Says what the queue has for it, to whoever has the key."""

    queue: Queue

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/jobs"
        self.queue.sent.append(({name.lower(): value for name, value in self.headers.items()}, body))
        number = len(self.queue.sent) - 1
        self._say(self.queue.taken.pop(0) if self.queue.taken else (202, state("IN_QUEUE", id=f"j{number}")))

    def do_GET(self) -> None:
        self._say(self.queue.looks.pop(0) if len(self.queue.looks) > 1 else self.queue.looks[0])

    def do_DELETE(self) -> None:
        self.queue.deleted.append(self.path)
        self._say((204, None))

    def _say(self, said: Said) -> None:
        self.queue.keys.append(self.headers["X-API-Key"])
        content = b"" if said[1] is None else json.dumps(said[1]).encode()
        self.send_response(said[0])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def state(status: str, done: int = 0, stage: str = "queue", **more: Any) -> dict[str, Any]:
    """A job's state."""
    progress = {"pages": {"done": done, "total": 3}, "stage": stage}
    return {"id": "j0", "document_id": "a", "status": status, "progress": progress, **more}


DONE = (200, state("COMPLETED", 3, "outputs", output=ANSWER))


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def address(queue: Queue) -> Iterator[Address]:
    with serving(Door, queue=queue) as found:
        yield found


@pytest.fixture(params=["sync", "async"])
def caller(request: pytest.FixtureRequest, address: Address) -> Caller:
    return Caller(request.param, HttpDoor(address.url, KEY, route="jobs", poll_s=POLL_S))


def test_job_is_looked_at_until_it_has_ended(caller: Caller, queue: Queue) -> None:
    reading = (200, state("IN_PROGRESS", 1, "pages"))
    queue.looks[:] = [(200, state("IN_QUEUE")), reading, reading, (503, None), DONE]
    told: list[JobProgress] = []
    assert caller.extract("https://example.com/a.pdf", pages="1", progress=told.append) == ANSWER
    assert told == [JobProgress("IN_QUEUE", "queue", 0, 3), JobProgress("IN_PROGRESS", "pages", 1, 3)]
    ((headers, body),) = queue.sent
    assert json.loads(body) == {"document_url": "https://example.com/a.pdf", "pages": "1"}
    assert headers["idempotency-key"]
    assert set(queue.keys) == {KEY}
    assert queue.deleted == []


def test_job_that_may_not_have_arrived_is_sent_again_as_the_same(caller: Caller, queue: Queue) -> None:
    queue.taken[:] = [(502, None), (429, failure("TOO_MANY_REQUESTS", retryable=True))]
    queue.looks[:] = [DONE]
    assert caller.extract("https://example.com/a.pdf") == ANSWER
    assert len(queue.sent) == 3
    assert len({headers["idempotency-key"] for headers, _ in queue.sent}) == 1


def test_job_that_failed_and_may_not_fail_again_is_another_one(caller: Caller, queue: Queue) -> None:
    left = failure("WORKER_UNHEALTHY", retryable=True)
    queue.looks[:] = [(200, state("CANCELLED", output=left)), DONE]
    assert caller.extract("https://example.com/a.pdf") == ANSWER
    assert len({headers["idempotency-key"] for headers, _ in queue.sent}) == 2


@pytest.mark.parametrize(("code", "retryable", "jobs"), [("PASSWORD_REQUIRED", False, 1), ("FETCH_FAILED", True, 3)])
def test_failure_has_the_contracts_code(caller: Caller, queue: Queue, code: str, retryable: bool, jobs: int) -> None:
    queue.looks[:] = [(200, state("FAILED", output=failure(code, retryable=retryable)))]
    with pytest.raises(ExtractionFailed) as raised:
        caller.extract("https://example.com/a.pdf")
    error = raised.value
    assert (error.code, error.retryable, error.document_id, error.job_id) == (code, retryable, "a", f"j{jobs - 1}")
    assert len(queue.sent) == jobs
    assert queue.deleted == []


def test_wrong_input_is_said_when_it_is_sent(caller: Caller, queue: Queue) -> None:
    queue.taken[:] = [(400, failure("INVALID_INPUT", retryable=False))]
    with pytest.raises(ExtractionFailed, match="INVALID_INPUT: the reason"):
        caller.extract("https://example.com/a.pdf")


def test_job_that_is_gone(caller: Caller, queue: Queue) -> None:
    queue.looks[:] = [(410, failure("GONE", retryable=False))]
    with pytest.raises(RequestRefused) as raised:
        caller.extract("https://example.com/a.pdf")
    assert (raised.value.code, raised.value.job_id, len(queue.sent)) == ("GONE", "j0", 1)


def test_job_that_is_given_up_is_deleted(queue: Queue, address: Address) -> None:
    queue.looks[:] = [(200, state("IN_PROGRESS", 1, "pages"))]
    for kind in ("sync", "async"):
        queue.sent.clear()
        door = HttpDoor(address.url, KEY, route="jobs", poll_s=POLL_S)
        with pytest.raises(JobTimedOut):
            Caller(kind, door, timeout_s=0.5).extract("https://example.com/a.pdf")
        assert queue.deleted == ["/jobs/j0"]
        queue.deleted.clear()


@pytest.mark.parametrize("said", [(202, {}), (202, []), (200, {"id": "j0"})], ids=repr)
def test_somebody_else_there(caller: Caller, queue: Queue, said: Said) -> None:
    queue.taken[:] = [said]
    with pytest.raises(NoAnswer, match="the base URL"):
        caller.extract("https://example.com/a.pdf")
