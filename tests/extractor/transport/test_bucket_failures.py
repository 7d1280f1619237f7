"""A bucket that fails, in every way that was thought of: one error that says so, soon, and never a success."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from extractor.deadline import JobEnd
from extractor.errors import DeliveryFailed
from extractor.settings import Settings
from extractor.transport import delivery
from extractor.transport.delivery import deliver
from tests.loopback import talking

pytestmark = pytest.mark.slow

ANSWER = {"success": True, "data": {"markdown": "x" * 20_000}}


def answering(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""])
    return head.encode() + body


def error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code></Error>".encode()


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + number, b"&%c;" % (97 + number) * 10) for number in range(9))
    + b"]><Error><Code>&j;</Code></Error>"
)
# What the store answers (nothing: it closes), and how often it may be asked.
WAYS: dict[str, tuple[bytes, int]] = {
    "403": (answering("403 Forbidden", error("SignatureDoesNotMatch")), 1),
    "403-that-is-no-xml": (answering("403 Forbidden", b"<html><p>no & no"), 1),
    "404": (answering("404 Not Found", error("NoSuchBucket")), 1),
    "clock-skew": (answering("403 Forbidden", error("RequestTimeTooSkewed")), 3),
    "in-transit": (answering("400 Bad Request", error("BadDigest")), 3),
    "too-slow": (answering("400 Bad Request", error("RequestTimeout")), 3),
    "at-the-same-time": (answering("409 Conflict", error("OperationAborted")), 3),
    "too-large": (answering("400 Bad Request", error("EntityTooLarge")), 1),
    "500": (answering("500 Internal Server Error", error("InternalError")), 3),
    "500-that-is-no-text": (answering("500 Internal Server Error", b"\xff\xfe\x00"), 3),
    "503": (answering("503 Slow Down", error("SlowDown")), 3),
    "200-with-an-error": (answering("200 OK", error("InternalError")), 3),
    "entities": (answering("500 Internal Server Error", LAUGHS), 3),
    "redirect-for-good": (answering("301 Moved", error("PermanentRedirect"), "Location: http://x.example/"), 3),
    "redirect-for-now": (answering("307 Temporary Redirect", b"", "Location: http://127.0.0.1:1/"), 3),
    "redirect-in-a-circle": (answering("302 Found", b"", "Location: /"), 3),
    "other-region": (answering("400 Bad Request", error("AuthorizationHeaderMalformed")), 3),
    "closes": (b"", 3),
    "half-an-answer": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", 3),
    "no-http": (b"SSH-2.0-OpenSSH\r\n", 3),
    "no-status": (b"HTTP/1.1 abc def\r\n\r\n", 3),
    "no-chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 3),
    "too-many-headers": (b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 500 + b"\r\n", 3),
    "too-long-a-header": (b"HTTP/1.1 200 OK\r\nX-Y: " + b"z" * 200_000 + b"\r\n\r\n", 3),
}


# These it would answer to any other worker, too.
FOR_GOOD = {
    *("403", "403-that-is-no-xml", "404", "too-large", "other-region"),
    *("redirect-for-good", "redirect-for-now", "redirect-in-a-circle"),
}


class Store:
    """A store that takes a whole request and then does `then` with its connection."""

    url: str

    def __init__(self, then: Callable[[socket.socket], None]) -> None:
        self.asked = 0
        self._then = then

    def answer(self, connection: socket.socket) -> None:
        self.asked += 1
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        if b"100-continue" in head.lower():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        missing = (int(length[1]) if length else 0) - len(body)
        while missing > 0 and (more := connection.recv(65536)):
            missing -= len(more)
        self._then(connection)


@contextlib.contextmanager
def store(then: Callable[[socket.socket], None]) -> Iterator[tuple[Store, Settings]]:
    running = Store(then)
    with talking(running.answer) as address:
        running.url = f"{address.url}/results"
        yield (
            running,
            Settings(
                max_output_bytes=1000,
                bucket_endpoint_url=running.url,
                bucket_access_key_id="operator",
                bucket_secret_access_key="s3cret",  # type: ignore[arg-type]
            ),
        )


@pytest.mark.parametrize("way", WAYS)
def test_is_told_as_one_error_that_names_no_secret(way: str) -> None:
    said, most = WAYS[way]
    with store(lambda connection: connection.sendall(said)) as (running, settings):
        with pytest.raises(DeliveryFailed, match="the worker's bucket") as caught:
            deliver(ANSWER, None, settings, JobEnd())
        assert 1 <= running.asked <= most
    assert caught.value.retryable is (way not in FOR_GOOD)
    assert "s3cret" not in caught.value.message
    assert running.url not in caught.value.message


def test_silence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "SILENCE_S", 1)
    with store(lambda _: time.sleep(5)) as (running, settings):
        with pytest.raises(DeliveryFailed, match="ReadTimeoutError"):
            deliver(ANSWER, None, settings, JobEnd())
        assert running.asked == 3


def test_answer_that_comes_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "TOTAL_S", 2)

    def drip(connection: socket.socket) -> None:
        for byte in answering("200 OK"):
            connection.sendall(bytes([byte]))
            time.sleep(0.2)

    began = time.monotonic()
    with store(drip) as (_, settings), pytest.raises(DeliveryFailed, match="not within 2 s"):
        deliver(ANSWER, None, settings, JobEnd())
    assert time.monotonic() - began < 5
