"""What a stranger can cost the HTTP door before anybody has seen a key, and what a body can cost before it is a job."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.http_door.served import KEY, RECEIPT, Served, base64_of, head, response_on, until

pytestmark = pytest.mark.slow

MIB = 2**20
CONNECTIONS = 60
HEAD_TIMEOUT_S = 2.0
START = b"POST /extract HTTP/1.1\r\nHost: localhost\r\n"
TRAILER = head("Content-Type: application/json", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\nX-Trailer"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    started = Served(
        tmp_path_factory.mktemp("bounds"),
        HTTP_CONNECTIONS=str(CONNECTIONS),
        HTTP_HEAD_TIMEOUT_S=str(HEAD_TIMEOUT_S),
        HTTP_BODY_TIMEOUT_S="60",
        DRAIN_S="1",
    )
    assert started.upload(RECEIPT).status_code == 200
    yield started
    started.stop()


class Watched:
    """How much the worker's memory grew, and how long its slowest `/ping` took, while the context lasted."""

    def __init__(self, served: Served) -> None:
        self._process = psutil.Process(served.process.pid)
        self._served = served
        self._over = threading.Event()
        self.grown_mib = 0.0
        self.slowest_ping_s = 0.0

    def __enter__(self) -> Watched:
        before = self._process.memory_info().rss

        def watch() -> None:
            while not self._over.wait(0.02):
                self.grown_mib = max(self.grown_mib, (self._process.memory_info().rss - before) / MIB)

        def ping() -> None:
            while not self._over.wait(0.1):
                began = time.monotonic()
                self._served.client.get("/ping")
                self.slowest_ping_s = max(self.slowest_ping_s, time.monotonic() - began)

        self._threads = [threading.Thread(target=watch), threading.Thread(target=ping)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def pour(connection: socket.socket, piece: bytes, total: int) -> int:
    """Send `piece` again and again, up to `total` bytes, for as long as the other side takes them; what it took."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < total:
            connection.sendall(piece)
            sent += len(piece)
    return sent


def answer_of(connection: socket.socket) -> bytes:
    """All that comes until the other side ends the connection."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65536):
            received += chunk
    return received


class TestHeads:
    @pytest.mark.parametrize(
        ("start", "piece"),
        [
            (START + b"X-Long: ", b"x" * 65536),
            (START, b"X-Small: y\r\n" * 5000),
            (START, b"X-A: \r\n" * 9000),
            (b"GET /", b"x" * 65536),
            (b"", b"x" * 65536),
            (START + b"X-Name-", b"x" * 65536),
            (START + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: y\r\n" * 5000),
            (START + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536),
            (b"", b"\r\n" * 32768),
            (TRAILER, b"x" * 65536),
            (TRAILER + b": ", b"x" * 65536),
        ],
        ids=[
            *("one", "small", "tiny", "line", "method", "name", "trailers", "chunk-extension", "empty-lines"),
            *("trailer-name", "trailer"),
        ],
    )
    def test_of_any_size_cost_next_to_nothing(self, served: Served, start: bytes, piece: bytes) -> None:
        with Watched(served) as watched, served.send(start) as connection:
            pour(connection, piece, 200 * MIB)
        assert watched.grown_mib < 30
        assert watched.slowest_ping_s < 1

    @pytest.mark.parametrize("size", [66_000, 300_000, 3_000_000])
    def test_over_the_limit_are_refused_in_words(self, served: Served, size: int) -> None:
        with served.send(START + b"X-Long: " + b"x" * size + b"\r\n\r\n") as connection:
            status, answer = response_on(connection)
        assert (status, answer["error_code"]) == (431, "REQUEST_HEADER_FIELDS_TOO_LARGE")
        assert set(answer) == {"error", "success", "error_code", "retryable", "document_id"}

    def test_up_to_the_limit_are_taken(self, served: Served) -> None:
        pieces = [f"X-{number}: {'y' * 5000}" for number in range(12)]
        with served.send(head("Content-Type: application/json", "Content-Length: 2", *pieces), b"{}") as connection:
            assert response_on(connection)[0] == 400

    def test_of_very_many_lines_are_refused_in_words(self, served: Served) -> None:
        for count, status in ((250, 401), (300, 431)):
            with served.send(START + b"a:b\r\n" * count + b"\r\n") as connection:
                assert response_on(connection)[0] == status

    @pytest.mark.parametrize("headers", [b"X-Long: " + b"x" * 60_000, b"a:b\r\n" * 10_000], ids=["one", "tiny"])
    def test_many_at_once_cost_next_to_nothing(self, served: Served, headers: bytes) -> None:
        with Watched(served) as watched, contextlib.ExitStack() as stack:
            for _ in range(CONNECTIONS - 5):
                connection = stack.enter_context(served.send(START + headers))
                connection.setblocking(False)
            time.sleep(0.5)
        assert watched.grown_mib < 30
        assert watched.slowest_ping_s < 1

    @pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET", START], ids=["nothing", "empty line", "method", "headers"])
    def test_that_do_not_come_end_the_connection(self, served: Served, sent: bytes) -> None:
        began = time.monotonic()
        with served.send(sent) as connection:
            assert answer_of(connection).startswith(b"HTTP/1.1 408 ")
        assert HEAD_TIMEOUT_S - 0.5 < time.monotonic() - began < HEAD_TIMEOUT_S + 8

    def test_that_come_byte_by_byte_end_the_connection(self, served: Served) -> None:
        began = time.monotonic()
        with served.send(START) as connection:
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - began < 20:
                    connection.sendall(b"X")
                    time.sleep(0.2)
            assert time.monotonic() - began < HEAD_TIMEOUT_S + 8

    def test_that_come_after_an_answer_have_their_time_anew(self, served: Served) -> None:
        with served.send(b"GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n") as connection:
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
            connection.sendall(b"GET /pi")
            assert answer_of(connection).startswith(b"HTTP/1.1 408 ")

    def test_that_are_no_http_are_refused_in_words(self, served: Served) -> None:
        with served.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n") as connection:
            assert answer_of(connection).startswith(b"HTTP/1.1 400 ")


class TestConnections:
    def test_are_bounded_and_free_again(self, served: Served) -> None:
        until(lambda: served.client.get("/ping").status_code == 200)
        with contextlib.ExitStack() as stack:
            for _ in range(CONNECTIONS):
                stack.enter_context(served.send(b"GET /ping"))
            with served.send(b"GET /ping HTTP/1.1\r\n\r\n") as one_more:
                assert answer_of(one_more).startswith(b"HTTP/1.1 503 ")
        until(lambda: served.client.get("/ping").status_code == 200)

    def test_requests_that_wait_behind_one_another_are_bounded(self, served: Served) -> None:
        slow = head("Content-Type: application/json", "Content-Length: 2")
        with Watched(served) as watched, served.send(slow) as connection:
            connection.sendall(b"{}" + b"GET /ping HTTP/1.1\r\n\r\n" * 3)
            connection.settimeout(30)
            assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
            pour(connection, b"GET /ping HTTP/1.1\r\n\r\n" * 10_000, 20 * MIB)
        assert watched.grown_mib < 30
        assert watched.slowest_ping_s < 1

    def test_that_are_half_closed_still_get_their_answer(self, served: Served) -> None:
        body = json.dumps({"document_content_base64": base64_of(RECEIPT)}).encode()
        request = head("Content-Type: application/json", f"Content-Length: {len(body)}") + body
        with served.send(request) as connection:
            connection.shutdown(socket.SHUT_WR)
            received = answer_of(connection)
        *interim, answer = received.split(b"HTTP/1.1 ")[1:]
        assert all(part == b"102 Processing\r\n\r\n" for part in interim)
        assert answer.startswith(b"200 ")
        assert b"Receipt 4711" in answer

    def test_that_are_half_closed_before_the_body_came_are_given_up(self, served: Served) -> None:
        with served.send(head("Content-Type: application/json", "Content-Length: 9"), b"{") as connection:
            connection.shutdown(socket.SHUT_WR)
            answer_of(connection)
        until(served.idle)


EMPTY_OBJECTS = b'{"document_content_base64": [' + b"{}," * 10_000_000 + b"{}]}"
HOSTILE = {
    "objects": EMPTY_OBJECTS,
    "lists": b"[" + b"[]," * 10_000_000 + b"[]]",
    "keys": b"{" + b",".join(b'"%d":0' % number for number in range(2_500_000)) + b"}",
    "numbers": b"[" + b"1," * 15_000_000 + b"1]",
    "one-number": b'{"deadline_s": ' + b"9" * 31_000_000 + b"}",
    "deep": b"[" * 31_000_000,
    "wide-characters": b'{"filename": "' + "\U0001f600".encode() + b"x" * 31_000_000 + b'"}',
    "escapes": b'{"filename": "' + rb"\u4e00" * 5_000_000 + b'"}',
}


class TestBodies:
    @pytest.mark.parametrize("kind", HOSTILE)
    def test_that_grow_when_they_are_parsed_are_refused_before(self, served: Served, kind: str) -> None:
        body = HOSTILE[kind]
        with Watched(served) as watched:
            answer = served.client.post("/extract", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")
        assert watched.grown_mib < 100
        assert watched.slowest_ping_s < 1

    def test_that_wait_for_a_thread_cost_next_to_nothing(self, served: Served) -> None:
        """Four at work and sixteen that wait, each of 30 MB that would be 0.8 GB."""
        statuses: list[int] = []

        def ask() -> None:
            answer = served.client.post("/extract", content=EMPTY_OBJECTS, headers={"Content-Type": "application/json"})
            statuses.append(answer.status_code)

        with Watched(served) as watched:
            callers = [threading.Thread(target=ask) for _ in range(20)]
            for caller in callers:
                caller.start()
            for caller in callers:
                caller.join()
        assert set(statuses) <= {400, 429}
        assert watched.grown_mib < 100
        assert watched.slowest_ping_s < 2

    def test_a_large_document_in_json_is_read(self, served: Served) -> None:
        large = {"document_content_base64": base64_of(RECEIPT + bytes(20 * MIB)), "filename": "Zoë 😀.png"}
        answer = served.client.post(
            "/extract",
            content=json.dumps(large, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert answer.json().get("data", {}).get("markdown", "").strip() == "Receipt 4711", answer.text[:500]

    @pytest.mark.parametrize("charset", ["undefined", "no-such", "utf-16", "idna", "hex", "\xff"])
    def test_charset_of_a_multipart_body_changes_nothing(self, served: Served, charset: str) -> None:
        part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--b--\r\n'
        answer = served.client.post(
            "/extract",
            content=part % (b"input", b"{}"),
            headers={"Content-Type": f"multipart/form-data; boundary=b; charset={charset}".encode("latin-1")},
        )
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_INPUT")

    @pytest.mark.parametrize(
        ("start", "piece"),
        [
            (b"--b\r\nX-Long: ", b"x" * 65536),
            (b"--b\r\n", b"X-Small: y\r\n" * 5000),
            (b"", b"\r\n" * 32768),
            (b"", b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n" * 1000),
        ],
        ids=["header", "headers", "before", "parts"],
    )
    def test_of_parts_without_end_cost_next_to_nothing(self, served: Served, start: bytes, piece: bytes) -> None:
        with Watched(served) as watched:
            multipart = head("Content-Type: multipart/form-data; boundary=b", f"Content-Length: {150 * MIB}")
            with served.send(multipart, start) as connection:
                pour(connection, piece, 150 * MIB)
        assert watched.grown_mib < 50
        assert watched.slowest_ping_s < 1
        until(served.idle)


def test_key_is_named_nowhere(served: Served) -> None:
    assert KEY not in served.log
    assert "Traceback" not in served.log
