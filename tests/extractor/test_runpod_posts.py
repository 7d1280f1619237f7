"""An answer's way to RunPod: it was taken, or it was not, whatever stands between says."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from extractor.doors.runpod_posts import MOST_REDIRECTS, post
from extractor.doors.runpod_sdk import AsyncClientSession, rp_http

LARGE = 8 << 20
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"


class Between(ThreadingTCPServer):
    """A server that says what `says` makes of the number of the request and of its path, and notes what it was sent.

    `early`: it answers before it reads more than a request's head.
    """

    daemon_threads = True

    def __init__(self, says: Callable[[int, str], Iterator[bytes]], *, early: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.says = says
        self.early = early
        self.requests: list[tuple[str, str, int]] = []

    def __enter__(self) -> Between:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Request(StreamRequestHandler):
    server: Between

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):
            method, path, _ = self.rfile.readline().decode().split()
            length = 0
            while (line := self.rfile.readline().lower()) != b"\r\n":
                if line.startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            received = 0 if self.server.early else len(self.rfile.read(length))
            self.server.requests.append((method, path.partition("?")[0], received))
            for piece in self.server.says(len(self.server.requests), path):
                self.wfile.write(piece)


def posted(monkeypatch: pytest.MonkeyPatch, between: Between, body: bytes = b'{"output": {}}') -> tuple[int, str]:
    monkeypatch.setattr(rp_http, "JOB_DONE_URL", f"{between.url}/job-done/$ID?gpu=none")

    async def send() -> tuple[int, str]:
        async with AsyncClientSession() as session:
            return await post(session, "job-1", body, 20.0)

    return asyncio.run(send())


def redirected(status: str, to: str) -> Callable[[int, str], Iterator[bytes]]:
    """What says once that the answer is to go elsewhere, and takes it there."""

    def says(number: int, path: str) -> Iterator[bytes]:
        yield (
            OK
            if number > 1
            else f"HTTP/1.1 {status}\r\nLocation: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
        )

    return says


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other"])
def test_redirect_that_makes_another_request_of_it_loses_the_answer(
    monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    with Between(redirected(status, "/login")) as between:
        assert posted(monkeypatch, between) == (0, "a redirect that leaves the answer behind")
    assert between.requests[1] == ("GET", "/login", 0)


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_redirect_that_keeps_the_request_is_followed(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    with Between(redirected(status, "/elsewhere")) as between:
        assert posted(monkeypatch, between, bytes(LARGE)) == (200, "status 200")
    assert between.requests == [("POST", "/job-done/job-1", LARGE), ("POST", "/elsewhere", LARGE)]


def test_redirects_without_end_are_few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(number: int, path: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    with Between(says) as between:
        assert posted(monkeypatch, between) == (0, "TooManyRedirects")
    assert len(between.requests) == MOST_REDIRECTS


def test_success_before_the_whole_answer_was_sent_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(number: int, path: str) -> Iterator[bytes]:
        yield OK

    with Between(says, early=True) as between:
        assert posted(monkeypatch, between, bytes(LARGE)) == (0, "status 200, before it had the whole")


def test_success_after_the_whole_answer_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(number: int, path: str) -> Iterator[bytes]:
        yield OK

    with Between(says) as between:
        assert posted(monkeypatch, between, bytes(LARGE)) == (200, "status 200")
    assert between.requests == [("POST", "/job-done/job-1", LARGE)]


def test_what_is_said_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def says(number: int, path: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for _ in range(512):
            yield b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"

    with Between(says) as between:
        tracemalloc.start()
        try:
            assert posted(monkeypatch, between) == (200, "status 200")
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()
