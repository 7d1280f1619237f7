"""Servers that answer before they have the whole of what is sent: what is told of it is what became of it."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from extractor.deadline import JobEnd
from extractor.errors import DeliveryFailed, DeliveryRefused
from extractor.settings import Settings
from extractor.transport import delivery
from extractor.transport.delivery import deliver
from extractor.transport.webhook import NotTold, call_webhook
from tests.loopback import talking

SETTINGS = Settings(
    max_output_bytes=1000, fetch_allow_hosts=("127.0.0.1",), webhook_secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)
# More than the buffers of a connection hold.
TEXT = "x" * 20_000_000
ANSWER = {"success": True, "document_id": "statement-7", "data": {"markdown": TEXT}}


def head(status: int) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status


def hang_up(caller: socket.socket, status: int) -> None:
    caller.recv(2000)
    caller.sendall(head(status))
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_no_further(caller: socket.socket, status: int) -> None:
    caller.recv(2000)
    caller.sendall(head(status))
    caller.settimeout(30)
    while caller.recv(1, socket.MSG_PEEK):  # until its caller has hung up
        time.sleep(0.05)


def read_all(caller: socket.socket, status: int) -> None:
    """Its answer comes first too, and then it takes the rest."""
    caller.recv(2000)
    caller.sendall(head(status))
    while caller.recv(1 << 20):
        pass


@contextmanager
def answering(way: Callable[[socket.socket, int], None], *statuses: int) -> Iterator[str]:
    """The URL of a server that answers so, with one status after the other, and then with the last."""
    left = list(statuses)

    def talk(caller: socket.socket) -> None:
        way(caller, left.pop(0) if len(left) > 1 else left[0])

    with talking(talk) as address:
        yield f"{address.url}/?sig=s3cret"


def test_success_without_the_whole_is_none() -> None:
    with answering(hang_up, 200) as url:
        with pytest.raises(DeliveryFailed, match=r"\(status 200, before it had the whole\)$") as caught:
            deliver(ANSWER, url, SETTINGS, JobEnd())
        assert caught.value.retryable
        with pytest.raises(NotTold, match=r"^status 200, before it had the whole$") as not_told:
            call_webhook(url, "id", TEXT.encode(), SETTINGS, JobEnd().limit("it was told", 20))
        assert not not_told.value.for_good


def test_success_of_one_who_then_takes_the_whole_is_one() -> None:
    with answering(read_all, 200) as url:
        assert deliver(ANSWER, url, SETTINGS, JobEnd())["result"]["put_to"] == "result_url"
        call_webhook(url, "id", TEXT.encode(), SETTINGS, JobEnd().limit("it was told", 20))


@pytest.mark.parametrize("way", [hang_up, read_no_further])
def test_refusal_is_told_as_one(way: Callable[[socket.socket, int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where whoever refuses takes no more and does not hang up."""
    monkeypatch.setattr(delivery, "SILENCE_S", 0.5)
    with answering(way, 403) as url, pytest.raises(DeliveryRefused, match=r"\(status 403\); the link may have expired"):
        deliver(ANSWER, url, SETTINGS, JobEnd())


def test_one_who_says_nothing_and_takes_no_more_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "SILENCE_S", 0.2)

    def say_nothing(caller: socket.socket) -> None:
        caller.settimeout(30)
        while caller.recv(1, socket.MSG_PEEK):
            time.sleep(0.05)

    with talking(say_nothing) as address, pytest.raises(DeliveryFailed, match=r"\(WriteTimeout\)$"):
        deliver(ANSWER, address.url, SETTINGS, JobEnd())
