"""Answers that were too large to be handed over: the Python client reads them where they were put."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from zopilot_client import Answer, ResultUnavailable, RunPod

from tests.loopback import Address, serving
from tests.platform.callers import ENDPOINT
from tests.platform.runpod import API_KEY, Platform

from .callers import ANSWER, POLL_S, Caller, Kind, posted, saying, working

STORED = json.dumps(ANSWER).encode()
URL = "https://example.com/invoice.pdf"


class Bucket(BaseHTTPRequestHandler):
    """What lies in a bucket; `statuses` are what the next requests get instead."""

    statuses: list[int]
    seen: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.seen.append((self.path, dict(self.headers)))
        if self.statuses:
            self.send_error(self.statuses.pop(0))
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(STORED)))
        self.end_headers()
        self.wfile.write(STORED)


@pytest.fixture
def statuses() -> list[int]:
    return []


@pytest.fixture
def seen() -> list[tuple[str, dict[str, str]]]:
    return []


@pytest.fixture
def bucket(statuses: list[int], seen: list[Any]) -> Iterator[Address]:
    with serving(Bucket, statuses=statuses, seen=seen) as address:
        yield address


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def delivered(**result: Any) -> dict[str, Any]:
    """A note of where the answer is."""
    stored = {"bytes": len(STORED), "sha256": hashlib.sha256(STORED).hexdigest()}
    return {**ANSWER, "data": {}, "result": {**stored, **result}}


def extract(kind: Kind, said: dict[str, Any], **keys: Any) -> Answer:
    """What the client makes of it."""
    with Platform() as platform, working(platform, saying(posted(said))):
        door = RunPod(ENDPOINT, API_KEY, base_url=platform.url, poll_s=POLL_S)
        return Caller(kind, door).extract(URL, **keys)


def test_link_is_followed_without_the_key(kind: Kind, bucket: Address, seen: list[Any]) -> None:
    assert extract(kind, delivered(url=f"{bucket.url}/a.json?signature=x", expires_s=60)) == ANSWER
    ((path, headers),) = seen
    assert path == "/a.json?signature=x"
    assert not {"Authorization", "X-Api-Key"} & {name.title() for name in headers}


def test_what_was_put_to_the_callers_own_link_is_read_from_another(
    kind: Kind, bucket: Address, seen: list[Any]
) -> None:
    put, get = f"{bucket.url}/put", f"{bucket.url}/get"
    for said in (delivered(), delivered(url=put)):
        answer = extract(kind, said, result_url=put)
        assert (answer["data"], answer["result"]["bytes"]) == ({}, len(STORED))
    assert seen == []
    assert extract(kind, delivered(), result_url=put, read_result_from=get) == ANSWER
    # A store of one's own may take and give under one link.
    assert extract(kind, delivered(), result_url=put, read_result_from=put) == ANSWER
    assert [path for path, _ in seen] == ["/get", "/put"]


def test_link_that_fails_for_a_moment(kind: Kind, bucket: Address, statuses: list[int]) -> None:
    statuses.extend([503, 500])
    assert extract(kind, delivered(url=bucket.url)) == ANSWER


def test_link_that_has_expired(kind: Kind, bucket: Address, statuses: list[int], seen: list[Any]) -> None:
    statuses.extend([403, 403])
    with pytest.raises(ResultUnavailable, match=r"status 403 .*may have expired") as raised:
        extract(kind, delivered(url=f"{bucket.url}/a?signature=secret"))
    assert (raised.value.retryable, raised.value.status, len(seen)) == (False, 403, 1)
    assert "secret" not in str(raised.value)
    assert raised.value.job_id


@pytest.mark.parametrize("other", [{"sha256": "0" * 64}, {"bytes": 3}], ids=repr)
def test_something_else_behind_the_link(kind: Kind, bucket: Address, other: dict[str, Any]) -> None:
    with pytest.raises(ResultUnavailable, match="not what was put there"):
        extract(kind, delivered(url=bucket.url, **other))


def test_link_that_leads_nowhere_on_the_web(kind: Kind) -> None:
    with pytest.raises(ResultUnavailable, match="none of http"):
        extract(kind, delivered(url="file:///etc/passwd"))
