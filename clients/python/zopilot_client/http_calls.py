"""A call -> what httpx sends for it, and what came back -> a reply."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import IO, Any

import httpx

from .documents import Job, readable
from .steps import Broken, Call, Clock, Reply

_CONNECT_S = 10.0


@contextlib.contextmanager
def request_of(call: Call, clock: Clock) -> Iterator[dict[str, Any]]:
    """A context with the arguments of `httpx.Client.request`, in which a file that is uploaded is open.

    Raises `DocumentUnreadable` where the file cannot be read.
    """
    with contextlib.ExitStack() as open_files:
        left_s = clock.left_s(call.timeout_s)
        connect_s = _CONNECT_S if left_s is None else min(_CONNECT_S, left_s)
        arguments: dict[str, Any] = {
            "method": call.method,
            "url": call.url,
            "headers": dict(call.headers),
            "timeout": httpx.Timeout(left_s, connect=connect_s),
        }
        if call.body is not None:
            arguments["content"] = call.body
        if call.upload is not None:
            arguments["files"] = {"file": _part(call.upload, open_files)}
            arguments["data"] = {"input": json.dumps(call.upload.keys)}
        yield arguments


def _part(job: Job, open_files: contextlib.ExitStack) -> tuple[str, IO[bytes] | bytes, str]:
    document = job.document
    name = str(job.keys.get("filename") or "document")
    assert document is not None
    if isinstance(document, bytes):
        return name, document, "application/octet-stream"
    with readable():
        return name, open_files.enter_context(document.open("rb")), "application/octet-stream"


def reply_of(response: httpx.Response) -> Reply:
    """The response as a `Reply`."""
    return Reply(
        response.status_code, {key.lower(): value for key, value in response.headers.items()}, response.content
    )


def broken(error: httpx.RequestError) -> Broken:
    """What is known where nothing came back: the kind of error alone, for its message may have the URL."""
    return Broken(type(error).__name__)
