"""Downloads from slow servers, and those that somebody stops."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from extractor.deadline import JobEnd
from extractor.engine import Engine
from extractor.errors import (
    Cancelled,
    DeadlineExceeded,
    FetchFailed,
    FetchTimeout,
)
from extractor.request import parse_request
from tests.extractor.transport.document_site import (
    DOCUMENT,
    Answer,
    Connection,
    Site,
    fetch,
    ranged,
    refusal,
    status,
    whole,
)


class TestSlowServers:
    """Each would go on for a minute or more; the worker's own limits end it."""

    @pytest.mark.parametrize(
        "dripped",
        [
            pytest.param((b"", b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 2000), id="status-and-headers"),
            pytest.param((b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="interim-answers"),
            pytest.param((b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"), id="body"),
            pytest.param((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), id="chunks"),
            pytest.param((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"), id="chunk-size"),
        ],
    )
    def test_a_byte_now_and_then_ends_at_the_deadline(
        self, site: Site, tmp_path: Path, dripped: tuple[bytes, bytes]
    ) -> None:
        def drip(connection: Connection) -> None:
            connection.wfile.write(dripped[0])
            connection.drip(dripped[1])

        message = refusal(tmp_path, site.answering(drip), FetchTimeout, fetch_total_timeout_s=0.4)
        assert message == "document_url: not received within 0.4 s"

    def test_the_jobs_own_deadline_counts_too(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(lambda connection: connection.drip(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2000))
        message = refusal(tmp_path, url, DeadlineExceeded, deadline_s=0.3)
        assert message == "the time was up before the document had arrived"

    def test_silence_in_the_middle_is_a_broken_connection(self, site: Site, tmp_path: Path) -> None:
        def stall(connection: Connection) -> None:
            connection.head(200, ("Content-Length", str(len(DOCUMENT))), ("ETag", '"v1"'))
            connection.wfile.write(DOCUMENT[:1000])
            connection.connection.recv(1)

        url = site.answering(stall, ranged(("ETag", '"v1"')))
        assert fetch(tmp_path, url, fetch_read_timeout_s=0.2) == DOCUMENT
        assert site.asked["/a.pdf"][1]["Range"] == "bytes=1000-"

    def test_a_handshake_that_never_comes_ends(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"https://127.0.0.1:{silent.getsockname()[1]}/?sig=s3cret"
            refusal(tmp_path, url, FetchTimeout, fetch_connect_timeout_s=0.2, fetch_retries=1)

    def test_headers_without_end_are_refused(self, site: Site, tmp_path: Path) -> None:
        def endless(connection: Connection) -> None:
            connection.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.wfile.write(b"X-More: " + b"a" * 60_000 + b"\r\n")

        refusal(tmp_path, site.answering(endless), FetchFailed, fetch_retries=0)

    def test_https_to_a_server_that_has_none(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(whole()).replace("http:", "https:")
        refusal(tmp_path, url, FetchFailed, fetch_retries=0)


class TestStopping:
    """A stopped job's download ends, whatever it is waiting for; no limit below would end it within a minute."""

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(lambda connection: connection.connection.recv(1), id="headers"),
            pytest.param(lambda connection: connection.drip(b"HTTP/1.1 100 Continue\r\n\r\n"), id="dripping"),
            pytest.param(status(503, ("Retry-After", "50")), id="pause"),
        ],
    )
    def test_while_waiting(self, site: Site, tmp_path: Path, answer: Answer) -> None:
        end = JobEnd()

        def asked(connection: Connection) -> None:
            threading.Timer(0.05, end.end, ("stopped",)).start()
            answer(connection)

        refusal(tmp_path, site.answering(asked), Cancelled, end=end)

    @pytest.mark.parametrize("seconds", [0.4, 0.55, 0.7])
    def test_a_job_whose_time_is_up_meanwhile_was_not_stopped(self, site: Site, engine: Engine, seconds: float) -> None:
        url = site.answering(lambda connection: connection.connection.recv(1))
        request = parse_request({"document_url": url, "deadline_s": seconds})
        with pytest.raises(DeadlineExceeded, match="the time was up before the document had arrived"):
            engine.extract(request, document_id="late")
