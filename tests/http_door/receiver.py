"""Who is told of a job's end: a server on loopback that keeps each call, and answers by path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_door.served import until
from tests.loopback import serving


@dataclass(frozen=True)
class Call:
    """One call, as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What it says."""
        told: dict[str, Any] = json.loads(self.body)
        return told


@dataclass
class Receiver:
    """Where it is, and what it was told."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)

    def called(self, path: str, times: int = 1) -> list[Call]:
        """The calls of this path, once there are so many."""
        until(lambda: len(self.of(path)) >= times)
        return self.of(path)

    def of(self, path: str) -> list[Call]:
        """The calls of this path so far."""
        return [call for call in self.calls if call.path.partition("?")[0] == path]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = self.path.partition("?")[0]
        before = len(self.receiver.of(path))
        self.receiver.calls.append(Call(self.path, {key.lower(): value for key, value in self.headers.items()}, body))
        status = {"/moved": 307, "/gone": 410, "/broken": 500, "/busy-once": 200 if before else 503}.get(path, 204)
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "/moved-to")
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    with serving(_Handler, receiver=receiver) as address:
        receiver.url = address.url
        yield receiver
