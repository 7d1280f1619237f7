"""A web server on loopback that breaks off, puts off, drips and lies as a test says, and downloads from it."""

from __future__ import annotations

import http.server
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractor.deadline import JobEnd
from extractor.errors import (
    ExtractionError,
)
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport.source import fetch_document
from tests.loopback import Address

DOCUMENT = random.Random(1).randbytes(300_000)
OTHER = random.Random(2).randbytes(200_000)
LONG_AGO = "Sat, 01 Aug 2026 00:00:00 GMT"

Answer = Callable[["Connection"], None]


class Connection(http.server.BaseHTTPRequestHandler):
    """One request to the `Site`; its answer is what the site has next for the path, the last one again and again."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        asked = self.site.asked.setdefault(path, [])
        asked.append(dict(self.headers.items()))
        answers = self.site.answers[path]
        answers[min(len(asked), len(answers)) - 1](self)

    def head(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response_only(status)
        for header in headers:
            self.send_header(*header)
        self.end_headers()

    def drip(self, data: bytes) -> None:
        """Send one byte now and then, over and over, until the worker has had enough."""
        for _ in range(2000):
            for byte in data:
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)


class Site:
    """What a web server on loopback answers, by path, and what it was asked."""

    address: Address

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: dict[str, list[dict[str, str]]] = {}

    def answering(self, *answers: Answer, path: str = "/a.pdf") -> str:
        """Have `answers` in turn at `path`; comes back with the URL."""
        self.answers[path] = list(answers)
        return f"{self.address.url}{path}?sig=s3cret"


def fetch(folder: Path, url: str, *, end: JobEnd | None = None, deadline_s: float = 60, **settings: Any) -> bytes:
    request = parse_request({"document_url": url, "headers": {"X-Api-Key": "k3y"}})
    end = end or JobEnd()
    end.expire_in(deadline_s)
    quick = Settings(
        **{"fetch_allow_hosts": ("127.0.0.1",), "fetch_backoff_s": 0.001, "max_document_bytes": 400_000, **settings}
    )
    fetched = fetch_document(request, folder, quick, end)
    content = fetched.path.read_bytes()
    assert [path.name for path in folder.iterdir()] == [fetched.path.name]
    fetched.path.unlink()
    return content


def refusal(
    folder: Path, url: str, error: type[ExtractionError], *, retryable: bool | None = None, **arguments: Any
) -> str:
    """The message of the error that has to come."""
    with pytest.raises(error) as caught:
        fetch(folder, url, **arguments)
    assert caught.value.code == error.code
    assert retryable in (None, caught.value.retryable)
    assert "s3cret" not in caught.value.message
    assert "127.0.0.1" not in caught.value.message
    assert not (folder / "transfer").exists()
    return caught.value.message


def whole(content: bytes = DOCUMENT, *headers: tuple[str, str], status: int = 200) -> Answer:
    """The whole of `content`."""

    def answer(connection: Connection) -> None:
        connection.head(status, ("Content-Length", str(len(content))), *headers)
        connection.wfile.write(content)

    return answer


def broken_off(after: int, *headers: tuple[str, str], content: bytes = DOCUMENT) -> Answer:
    """`content`, but the connection ends after so many bytes of it."""

    def answer(connection: Connection) -> None:
        connection.head(200, ("Content-Length", str(len(content))), *headers)
        connection.wfile.write(content[:after])
        connection.close_connection = True

    return answer


def status(code: int, *headers: tuple[str, str]) -> Answer:
    return lambda connection: connection.head(code, ("Content-Length", "0"), *headers)


def redirect(location: str, code: int = 302) -> Answer:
    return status(code, ("Location", location))


def ranged(*headers: tuple[str, str], most: int = 10**9, content: bytes = DOCUMENT) -> Answer:
    """A server that can resume, but breaks off after `most` bytes of each answer."""

    def answer(connection: Connection) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", connection.headers.get("Range", ""))
        fresh = connection.headers.get("If-Range") in dict(headers).values()
        start = int(wanted[1]) if wanted and fresh else 0
        total = len(content)
        content_range = [("Content-Range", f"bytes {start}-{total - 1}/{total}")] if start else []
        connection.head(206 if start else 200, ("Content-Length", str(total - start)), *content_range, *headers)
        connection.wfile.write(content[start:][:most])
        connection.close_connection = True

    return answer
