"""Requests that ask for another protocol than HTTP/1.1: they are answered as if they had not."""

from __future__ import annotations

import json
import socket

import pytest

from tests.http_door.served import LOCKED, Served, base64_of, head, response_on

pytestmark = pytest.mark.slow

BODY = json.dumps({"document_content_base64": base64_of(LOCKED)}).encode()
WHOLE = ("Content-Type: application/json", f"Content-Length: {len(BODY)}")
PARTS = ("Content-Type: application/json", "Transfer-Encoding: chunked")
CHUNKED = b"5\r\n" + BODY[:5] + b"\r\n" + b"%x\r\n" % (len(BODY) - 5) + BODY[5:] + b"\r\n0\r\n\r\n"
# What Java's own client sends with each request.
JAVA = (
    "Connection: Upgrade, HTTP2-Settings",
    "Upgrade: h2c",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
)
WEBSOCKET = (
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: x",
)
ASKING = {"HTTP/2": JAVA, "a websocket": WEBSOCKET}


def is_read(connection: socket.socket) -> bool:
    """Whether the next answer says that the document came: it wants its password."""
    status, answer = response_on(connection)
    return (status, answer["error_code"]) == (422, "PASSWORD_REQUIRED")


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize(("lines", "body"), [(WHOLE, BODY), (PARTS, CHUNKED)], ids=["whole", "chunked"])
def test_body_arrives(served: Served, asking: str, lines: tuple[str, ...], body: bytes) -> None:
    with served.send(head(*lines, *ASKING[asking]) + body) as connection:
        assert is_read(connection)


def test_body_arrives_that_comes_later_and_byte_by_byte(served: Served) -> None:
    with served.send(*(bytes([byte]) for byte in head(*WHOLE, *JAVA))) as connection:
        connection.sendall(BODY)
        assert is_read(connection)


def test_next_requests_are_answered(served: Served) -> None:
    plain = head(*WHOLE) + BODY
    with served.send(plain, head(*WHOLE, *JAVA) + BODY + plain) as connection:
        assert [is_read(connection) for _ in range(3)] == [True] * 3


def test_connection_closes_where_it_was_to_be_the_last(served: Served) -> None:
    closing = ("Connection: close, Upgrade", "Upgrade: h2c")
    with served.send(head(*WHOLE, *closing) + BODY) as connection:
        assert is_read(connection)
        assert connection.recv(1) == b""


def test_head_is_counted_and_the_key_is_wanted(served: Served) -> None:
    with served.send(head(*WHOLE, *JAVA, "X-Long: " + "x" * 70_000)) as connection:
        assert response_on(connection)[0] == 431
    without = b"POST /extract HTTP/1.1\r\nHost: localhost\r\n" + "\r\n".join((*WHOLE, *JAVA, "", "")).encode()
    with served.send(without + BODY) as connection:
        assert response_on(connection)[0] == 401
    assert "Unsupported upgrade" not in served.log
