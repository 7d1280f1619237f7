"""The Python client over the HTTP door, whose every word the test says; and what is counted by the clock."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from zopilot_client import (
    ExtractionFailed,
    HttpDoor,
    JobTimedOut,
    NoAnswer,
    RequestRefused,
    Retries,
    RunPod,
    ZopilotError,
)
from zopilot_client.errors import retry_after_s
from zopilot_client.steps import Clock, Tries

from tests.loopback import Address, serving

from .callers import ANSWER, Caller, failure

KEY = "correct horse"


class Door(BaseHTTPRequestHandler):
    """`replies` are a status, a body and headers each, the last for ever; `seen` is what came."""

    replies: list[tuple[int, Any, dict[str, str]]]
    seen: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        status, said, headers = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        content = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


@dataclass(frozen=True)
class Script:
    """What the door says, and what it was asked."""

    replies: list[tuple[int, Any, dict[str, str]]] = field(default_factory=lambda: [(200, ANSWER, {})])
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def address(script: Script) -> Iterator[Address]:
    with serving(Door, replies=script.replies, seen=script.seen) as found:
        yield found


@pytest.fixture(params=["sync", "async"])
def caller(request: pytest.FixtureRequest, address: Address) -> Caller:
    return Caller(request.param, HttpDoor(address.url, KEY, headers={"Authorization": "Bearer gateway"}))


def test_url_is_plain_json(caller: Caller, script: Script) -> None:
    assert caller.extract("https://example.com/a.pdf", pages="1") == ANSWER
    ((path, headers, body),) = script.seen
    assert path == "/extract"
    assert (headers["x-api-key"], headers["authorization"]) == (KEY, "Bearer gateway")
    assert headers["content-type"] == "application/json"
    assert json.loads(body) == {"document_url": "https://example.com/a.pdf", "pages": "1"}


def test_base_url_without_a_scheme_is_said_at_once() -> None:
    for door in (lambda: HttpDoor("localhost:8000"), lambda: RunPod("endpoint", "key", "api.runpod.ai/v2")):
        with pytest.raises(ValueError, match="to begin with http:"):
            door()


def test_file_and_bytes_are_uploaded_as_they_are(caller: Caller, script: Script, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bytes(range(256)) * 1000)
    assert caller.extract(path, outputs=["text"]) == ANSWER
    assert caller.extract(path.read_bytes()) == ANSWER
    for (_, headers, body), name in zip(script.seen, ("a.pdf", "document"), strict=True):
        assert headers["content-type"].startswith("multipart/form-data; boundary=")
        assert path.read_bytes() in body
        assert f'name="file"; filename="{name}"'.encode() in body
    assert json.dumps({"filename": "a.pdf", "outputs": ["text"]}).encode() in script.seen[0][2]


def test_file_is_read_anew_for_another_try(caller: Caller, script: Script, tmp_path: Path) -> None:
    script.replies.insert(0, (503, failure("WORKER_UNHEALTHY", retryable=True), {"Retry-After": "0"}))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1")
    assert caller.extract(tmp_path / "a.pdf") == ANSWER
    assert [b"%PDF-1" in body for _, _, body in script.seen] == [True, True]


@pytest.mark.parametrize(
    ("status", "code", "retryable", "sent"),
    [
        (422, "PASSWORD_REQUIRED", False, 1),
        (422, "FETCH_FAILED", True, 3),
        (422, "FETCH_FAILED", False, 1),
        (503, "CANCELLED", False, 1),
        (504, "DEADLINE_EXCEEDED", True, 3),
        (500, "A_CODE_OF_A_LATER_VERSION", False, 1),
    ],
)
def test_failure_has_the_contracts_code(
    caller: Caller, script: Script, status: int, code: str, retryable: bool, sent: int
) -> None:
    script.replies[:] = [(status, failure(code, retryable=retryable), {})]
    with pytest.raises(ExtractionFailed) as raised:
        caller.extract(b"x")
    error = raised.value
    assert (error.code, error.message, error.retryable) == (code, "the reason", retryable)
    assert (error.status, error.document_id, len(script.seen)) == (status, "a", sent)


@pytest.mark.parametrize(
    ("status", "said", "code", "sent"),
    [
        (401, failure("UNAUTHORIZED", retryable=False), "UNAUTHORIZED", 1),
        (429, failure("TOO_MANY_REQUESTS", retryable=True), "TOO_MANY_REQUESTS", 3),
        (404, b"<html>", "NOT_FOUND", 1),
        (502, b"<html>", "BAD_GATEWAY", 3),
        (413, b"<html>", "REQUEST_ENTITY_TOO_LARGE", 1),
        (302, b"", "FOUND", 1),
        (529, b"", "REFUSED", 1),
        (500, b'"text"', "INTERNAL_SERVER_ERROR", 3),
    ],
)
def test_what_http_refuses(caller: Caller, script: Script, status: int, said: Any, code: str, sent: int) -> None:
    script.replies[:] = [(status, said, {})]
    with pytest.raises(RequestRefused) as raised:
        caller.extract(b"x")
    assert (raised.value.code, raised.value.status, len(script.seen)) == (code, status, sent)
    assert raised.value.retryable is (sent > 1)
    assert str(raised.value).startswith(f"{code}: ")


@pytest.mark.parametrize("said", [b"<html>", {}, [], {"success": False}], ids=repr)
def test_somebody_else_there(caller: Caller, script: Script, said: Any) -> None:
    script.replies[:] = [(200, said, {})]
    with pytest.raises(NoAnswer):
        caller.extract(b"x")


def test_many(caller: Caller, script: Script) -> None:
    script.replies[:] = [(422, failure("DOCUMENT_CORRUPT", retryable=False), {}), (200, ANSWER, {})]
    outcomes = caller.extract_many([b"x", b"y", b"z"], concurrency=1)
    assert [isinstance(outcome, ZopilotError) for outcome in outcomes] == [True, False, False]


class TestClock:
    def test_wait_doubles_and_is_as_long_as_is_asked_for(self) -> None:
        random.seed(1)
        tries = Tries(Retries(attempts=6, first_s=1.0, most_s=3.0), Clock(100.0))
        waits = [tries.pause(ZopilotError("X", "x", retryable=True)).seconds for _ in range(4)]
        for wait, most in zip(waits, (1, 2, 3, 3), strict=True):
            assert most / 2 <= wait <= most
        assert tries.pause(ZopilotError("X", "x", retryable=True, retry_after_s=7.0)).seconds == 7.0
        with pytest.raises(ZopilotError):
            tries.pause(ZopilotError("X", "x", retryable=True))

    def test_nothing_is_begun_when_the_time_is_up(self, caller: Caller, script: Script, address: Address) -> None:
        for kind in ("sync", "async"):
            with pytest.raises(JobTimedOut, match=r"within 0\.0 s"):
                Caller(kind, HttpDoor(address.url), timeout_s=0.0).extract(b"x")
        assert script.seen == []

    def test_retry_after(self) -> None:
        assert retry_after_s({"retry-after": "12"}) == 12.0
        for said in ("", "soon", "-1", "1e9"):
            assert retry_after_s({"retry-after": said}) is None
        assert retry_after_s({}) is None
        later = datetime.now(UTC) + timedelta(hours=1)
        found = retry_after_s({"retry-after": format_datetime(later, usegmt=True)})
        assert found is not None
        assert 3500 < found <= 3600
        assert retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
