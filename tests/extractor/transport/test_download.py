"""Downloads from servers that break off, put off, drip, lie and explode: real HTTP on loopback."""

from __future__ import annotations

import email.utils
import gzip
import http.server
import logging
import random
import re
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extractor.deadline import JobEnd
from extractor.engine import Engine
from extractor.errors import (
    Cancelled,
    DeadlineExceeded,
    DocumentTooLarge,
    ExtractionError,
    FetchFailed,
    FetchForbidden,
    FetchTimeout,
)
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport.source import fetch_document
from tests.loopback import Address, serving

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


@pytest.fixture
def site() -> Iterator[Site]:
    played = Site()
    with serving(Connection, site=played) as played.address:
        yield played


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


class TestRetries:
    @pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 529])
    def test_a_server_that_puts_off_is_asked_again(self, site: Site, tmp_path: Path, code: int) -> None:
        url = site.answering(status(code), status(code, ("Retry-After", "0")), whole())
        assert fetch(tmp_path, url) == DOCUMENT
        assert len(site.asked["/a.pdf"]) == 3

    @pytest.mark.parametrize("code", [204, 206, 300, 304, 400, 402, 405, 416, 451, 600])
    def test_a_server_that_refuses_is_not(self, site: Site, tmp_path: Path, code: int) -> None:
        url = site.answering(status(code), whole())
        said = f"document_url: the server answered with status {code}"
        assert refusal(tmp_path, url, FetchFailed, retryable=False) == said
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("code", [401, 403, 404, 410])
    def test_a_link_that_may_have_expired_is_called_so(self, site: Site, tmp_path: Path, code: int) -> None:
        url = site.answering(status(code), whole())
        said = f"document_url: the server answered with status {code}; the link may have expired"
        assert refusal(tmp_path, url, FetchFailed, retryable=False) == said
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("code", [408, 425, 429, 503])
    def test_a_server_that_stays_busy_is_given_up(self, site: Site, tmp_path: Path, code: int) -> None:
        url = site.answering(status(code))
        assert f"status {code}" in refusal(tmp_path, url, FetchFailed, fetch_retries=2, retryable=True)
        assert len(site.asked["/a.pdf"]) == 3

    @pytest.mark.parametrize(
        "after", ["3600", email.utils.formatdate(time.time() + 3600, usegmt=True)], ids=["seconds", "date"]
    )
    def test_a_wait_that_is_longer_than_the_deadline_is_not_begun(self, site: Site, tmp_path: Path, after: str) -> None:
        url = site.answering(status(429, ("Retry-After", after)), whole())
        assert "status 429" in refusal(tmp_path, url, FetchFailed)
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("after", ["soon", "-1", "9" * 5000, LONG_AGO, "Sat, 99 Aug 2026", "1e9", "٣"])
    def test_a_wait_that_makes_no_sense_is_passed_over(self, site: Site, tmp_path: Path, after: str) -> None:
        def put_off(connection: Connection) -> None:
            connection.wfile.write(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nRetry-After: %s\r\n\r\n" % after.encode())

        assert fetch(tmp_path, site.answering(put_off, whole())) == DOCUMENT

    def test_a_connection_that_is_reset_is_made_again(self, site: Site, tmp_path: Path) -> None:
        def reset(connection: Connection) -> None:
            connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.connection.close()
            connection.close_connection = True

        assert fetch(tmp_path, site.answering(reset, whole())) == DOCUMENT


class TestWholeOrNotThere:
    @pytest.mark.parametrize("after", [0, 1, 200_000, 299_999])
    def test_a_body_that_ends_early_is_never_a_document(self, site: Site, tmp_path: Path, after: int) -> None:
        refusal(tmp_path, site.answering(broken_off(after)), FetchFailed, fetch_retries=1, retryable=True)
        assert len(site.asked["/a.pdf"]) == 2

    def test_chunks_that_end_early_are_never_a_document(self, site: Site, tmp_path: Path) -> None:
        def answer(connection: Connection) -> None:
            connection.head(200, ("Transfer-Encoding", "chunked"))
            connection.wfile.write(b"3\r\n%PD\r\n")
            connection.close_connection = True

        refusal(tmp_path, site.answering(answer), FetchFailed, fetch_retries=0)

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"220 mail.example ESMTP\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n%PDF",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n%PDF",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n%PDF\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 4\r\n\r\n%PDF",
            b"HTTP/1.1 200 OK\r\nX-A: \x00\r\nContent-Length: 4\r\n\r\n%PDF",
            b"HTTP/9.9 999 \xff\r\n\r\n",
        ],
    )
    def test_what_is_no_proper_answer_is_none(self, site: Site, tmp_path: Path, answer: bytes) -> None:
        def write(connection: Connection) -> None:
            connection.wfile.write(answer)
            connection.close_connection = True

        refusal(tmp_path, site.answering(write), FetchFailed, fetch_retries=0)


class TestResuming:
    @pytest.mark.parametrize(
        "validators",
        [
            [("ETag", '"v1"')],
            [("ETag", 'W/"v1"'), ("Last-Modified", LONG_AGO), ("Date", email.utils.formatdate(usegmt=True))],
            [("Last-Modified", LONG_AGO), ("Date", email.utils.formatdate(usegmt=True))],
        ],
        ids=["etag", "weak-etag-and-date", "date"],
    )
    def test_goes_on_where_it_stopped(self, site: Site, tmp_path: Path, validators: list[tuple[str, str]]) -> None:
        url = site.answering(ranged(*validators, most=110_000))
        assert fetch(tmp_path, url) == DOCUMENT
        assert [asked.get("Range") for asked in site.asked["/a.pdf"]] == [None, "bytes=110000-", "bytes=220000-"]
        validator = '"v1"' if validators == [("ETag", '"v1"')] else LONG_AGO
        assert [asked.get("If-Range") for asked in site.asked["/a.pdf"]] == [None, validator, validator]

    @pytest.mark.parametrize(
        "validators",
        [
            [],
            [("ETag", 'W/"v1"')],
            [("Last-Modified", LONG_AGO)],
            [("Last-Modified", LONG_AGO), ("Date", LONG_AGO)],
            [("Last-Modified", "long ago"), ("Date", LONG_AGO)],
        ],
    )
    def test_starts_again_where_the_rest_could_be_anothers(
        self, site: Site, tmp_path: Path, validators: list[tuple[str, str]]
    ) -> None:
        url = site.answering(broken_off(100_000, *validators), whole(DOCUMENT, *validators))
        assert fetch(tmp_path, url) == DOCUMENT
        assert "Range" not in site.asked["/a.pdf"][1]

    def test_starts_again_when_the_document_has_changed(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(ranged(("ETag", '"v1"'), most=100_000), ranged(("ETag", '"v2"'), content=OTHER))
        assert fetch(tmp_path, url) == OTHER
        assert site.asked["/a.pdf"][1]["If-Range"] == '"v1"'

    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param([], id="no-range"),
            pytest.param([("Content-Range", "bytes 99999-299999/300000")], id="other-start"),
            pytest.param([("Content-Range", "bytes 100000-299999/300001")], id="other-length"),
            pytest.param([("Content-Range", "bytes 100000-299999/*")], id="unknown-length"),
            pytest.param([("Content-Range", "bytes 100000-299999/300000"), ("ETag", '"v2"')], id="other-etag"),
            pytest.param(
                [("Content-Range", "bytes 100000-299999/300000"), ("Content-Encoding", "gzip")], id="other-coding"
            ),
        ],
    )
    def test_a_rest_that_does_not_fit_is_thrown_away(
        self, site: Site, tmp_path: Path, headers: list[tuple[str, str]]
    ) -> None:
        url = site.answering(
            broken_off(100_000, ("ETag", '"v1"')), whole(bytes(200_000), *headers, status=206), whole(OTHER)
        )
        assert fetch(tmp_path, url) == OTHER
        assert "Range" not in site.asked["/a.pdf"][2]

    def test_a_rest_that_is_not_all_of_it_is_completed(self, site: Site, tmp_path: Path) -> None:
        part = whole(DOCUMENT[100_000:150_000], ("Content-Range", "bytes 100000-149999/300000"), status=206)
        url = site.answering(broken_off(100_000, ("ETag", '"v1"')), part, ranged(("ETag", '"v1"')))
        assert fetch(tmp_path, url) == DOCUMENT

    def test_a_range_that_cannot_be_had_makes_it_start_again(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(broken_off(100_000, ("ETag", '"v1"')), status(416), whole(OTHER))
        assert fetch(tmp_path, url) == OTHER

    def test_a_rest_over_the_limit_is_refused(self, site: Site, tmp_path: Path) -> None:
        def answer(connection: Connection) -> None:
            connection.head(206, ("Transfer-Encoding", "chunked"), ("Content-Range", "bytes 100000-299999/300000"))
            for _ in range(100):
                connection.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")

        url = site.answering(broken_off(100_000, ("ETag", '"v1"')), answer)
        assert "larger than 350000" in refusal(tmp_path, url, DocumentTooLarge, max_document_bytes=350_000)

    def test_a_compressed_transfer_goes_on_where_it_stopped(self, site: Site, tmp_path: Path) -> None:
        coded = (("ETag", '"v1"'), ("Content-Encoding", "gzip"))
        url = site.answering(ranged(*coded, most=110_000, content=gzip.compress(DOCUMENT)))
        assert fetch(tmp_path, url) == DOCUMENT
        assert len(site.asked["/a.pdf"]) == 3


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip-in-two": ("GZip", lambda data: gzip.compress(data[:1000]) + gzip.compress(data[1000:])),
    "x-gzip": ("x-gzip", gzip.compress),
    "gzip-of-no-coding": ("utf-8, gzip", gzip.compress),
}


class TestCompression:
    """Not asked for; some servers compress all the same."""

    @pytest.mark.parametrize("name", CODINGS)
    @pytest.mark.parametrize("content", [DOCUMENT, b"%PDF" * 90_000], ids=["random", "repetitive"])
    def test_is_undone(self, site: Site, tmp_path: Path, name: str, content: bytes) -> None:
        coding, compress = CODINGS[name]
        url = site.answering(whole(compress(content), ("Content-Encoding", coding)))
        assert fetch(tmp_path, url) == content
        assert site.asked["/a.pdf"][0]["Accept-Encoding"] == "identity"

    @pytest.mark.parametrize("more", [bytes(70_000), b"\r\n<!-- served by -->", b"\x1f"], ids=["zeros", "text", "byte"])
    def test_bytes_behind_the_last_member_are_passed_over(self, site: Site, tmp_path: Path, more: bytes) -> None:
        url = site.answering(whole(gzip.compress(DOCUMENT) + more, ("Content-Encoding", "gzip")))
        assert fetch(tmp_path, url) == DOCUMENT

    @pytest.mark.slow
    @pytest.mark.parametrize("name", CODINGS)
    def test_bomb_ends_at_the_limit(self, site: Site, tmp_path: Path, name: str) -> None:
        coding, compress = CODINGS[name]
        bomb = compress(bytes(20_000_000))
        assert len(bomb) < 400_000
        url = site.answering(whole(bomb, ("Content-Encoding", coding)))
        assert "larger than 400000" in refusal(tmp_path, url, DocumentTooLarge)
        assert (tmp_path / "document").stat().st_size <= 400_000

    @pytest.mark.parametrize("name", CODINGS)
    def test_compressed_document_that_ends_early_is_none(self, site: Site, tmp_path: Path, name: str) -> None:
        coding, compress = CODINGS[name]

        def without_length(connection: Connection) -> None:
            connection.head(200, ("Content-Encoding", coding), ("Connection", "close"))
            connection.wfile.write(compress(DOCUMENT)[:-20])
            connection.close_connection = True

        url = site.answering(without_length)
        refusal(tmp_path, url, FetchFailed, fetch_retries=1)
        assert len(site.asked["/a.pdf"]) == 2

    def test_what_is_not_compressed_as_it_says_is_none(self, site: Site, tmp_path: Path) -> None:
        url = site.answering(whole(b"\xff" + DOCUMENT, ("Content-Encoding", "gzip")))
        refusal(tmp_path, url, FetchFailed, fetch_retries=0)

    def test_compressed_twice_is_refused(self, site: Site, tmp_path: Path) -> None:
        content = gzip.compress(gzip.compress(DOCUMENT))
        url = site.answering(whole(content, ("Content-Encoding", "gzip"), ("Content-Encoding", "x-gzip")))
        assert "more than once" in refusal(tmp_path, url, FetchFailed, retryable=False)
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("coding", ["deflate", "br", "zstd", "compress"])
    @pytest.mark.parametrize("sent", ["{}", "gzip, {}", "{}, utf-8"], ids=["alone", "behind-gzip", "before-another"])
    def test_any_other_is_refused_by_its_name(self, site: Site, tmp_path: Path, coding: str, sent: str) -> None:
        url = site.answering(whole(zlib.compress(DOCUMENT), ("Content-Encoding", sent.format(coding).upper())))
        assert f'"{coding}"' in refusal(tmp_path, url, FetchFailed, retryable=False)
        assert len(site.asked["/a.pdf"]) == 1

    @pytest.mark.parametrize("coding", ["identity", "aws-chunked", "utf-8", "none", ""])
    def test_what_is_no_compression_is_left_alone(self, site: Site, tmp_path: Path, coding: str) -> None:
        assert fetch(tmp_path, site.answering(whole(DOCUMENT, ("Content-Encoding", coding)))) == DOCUMENT


class TestSize:
    def test_exactly_the_limit_is_taken(self, site: Site, tmp_path: Path) -> None:
        assert fetch(tmp_path, site.answering(whole()), max_document_bytes=len(DOCUMENT)) == DOCUMENT

    def test_an_announced_size_is_refused_before_it_is_sent(self, site: Site, tmp_path: Path) -> None:
        def announce(connection: Connection) -> None:
            connection.head(200, ("Content-Length", str(10**15)))
            connection.connection.recv(1)  # until the worker hangs up; nothing is ever sent

        refusal(tmp_path, site.answering(announce), DocumentTooLarge, deadline_s=5)

    @pytest.mark.parametrize("framing", [[("Transfer-Encoding", "chunked")], [("Connection", "close")]])
    def test_an_unannounced_size_is_measured(self, site: Site, tmp_path: Path, framing: list[tuple[str, str]]) -> None:
        def endless(connection: Connection) -> None:
            connection.head(200, *framing)
            while True:
                connection.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")

        refusal(tmp_path, site.answering(endless), DocumentTooLarge)


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


class TestRedirects:
    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_are_followed(self, site: Site, tmp_path: Path, code: int) -> None:
        site.answering(whole(), path="/there")
        assert fetch(tmp_path, site.answering(redirect("/there?b=c#d", code))) == DOCUMENT

    @pytest.mark.parametrize("location", ["there", "./x/../there", "//127.0.0.1:{port}/there", "?x=/there"])
    def test_are_relative_to_where_they_come_from(self, site: Site, tmp_path: Path, location: str) -> None:
        site.answering(whole(), path="/there")
        url = site.answering(redirect(location.format(port=site.address.port)), whole())
        assert fetch(tmp_path, url) == DOCUMENT

    def test_five_are_followed_and_no_sixth(self, site: Site, tmp_path: Path) -> None:
        for number in range(6):
            site.answering(redirect(f"/{number + 1}"), path=f"/{number}")
        site.answering(whole(), path="/6")
        assert fetch(tmp_path, site.answering(redirect("/2"), path="/1")) == DOCUMENT
        assert "more than 5 redirects" in refusal(tmp_path, site.answering(redirect("/1"), path="/0"), FetchFailed)
        assert len(site.asked["/6"]) == 1

    def test_in_circles_end(self, site: Site, tmp_path: Path) -> None:
        refusal(tmp_path, site.answering(redirect("/a.pdf")), FetchFailed, retryable=False)
        assert len(site.asked["/a.pdf"]) == 6

    @pytest.mark.parametrize(
        ("location", "error"),
        [
            ("http://127.0.0.2:{port}/inside", FetchForbidden),
            ("http://localhost:{port}/inside", FetchForbidden),
            ("http://[::1]:{port}/inside", FetchForbidden),
            ("http://2130706434:{port}/inside", FetchForbidden),
            ("http://[::ffff:127.0.0.1]:{port}/inside", FetchForbidden),
            ("http://k:s3cret@127.0.0.1:{port}/inside", FetchForbidden),
            ("ftp://127.0.0.1:{port}/inside", FetchForbidden),
            ("file:///etc/passwd", FetchForbidden),
            ("data:text/plain,hello", FetchForbidden),
            ("http://127.0.0.1:99999/", FetchFailed),
            ("http://[::1/", FetchFailed),
            ("http://127.0.0.1\\@evil.example/", FetchFailed),
            ("http://%31%32%37.0.0.1:{port}/inside", FetchFailed),
        ],
    )
    def test_elsewhere_are_not(self, site: Site, tmp_path: Path, location: str, error: type[ExtractionError]) -> None:
        site.answering(whole(), path="/inside")
        url = site.answering(redirect(location.format(port=site.address.port)))
        refusal(tmp_path, url, error)
        assert "/inside" not in site.asked

    def test_to_nowhere_is_an_answer_like_any_other(self, site: Site, tmp_path: Path) -> None:
        assert "status 302" in refusal(tmp_path, site.answering(status(302)), FetchFailed)

    def test_a_retry_begins_at_the_first_address(self, site: Site, tmp_path: Path) -> None:
        site.answering(status(503), whole(), path="/there")
        url = site.answering(redirect("/there"))
        assert fetch(tmp_path, url) == DOCUMENT
        assert (len(site.asked["/a.pdf"]), len(site.asked["/there"])) == (2, 2)


def test_what_is_sent_with_a_request(site: Site, tmp_path: Path) -> None:
    url = site.answering(whole(DOCUMENT, ("Set-Cookie", "a=b")), whole())
    request = parse_request({"document_url": url, "headers": {"user-agent": "mine/1", "COOKIE": "c=d"}})
    fetch_document(request, tmp_path, Settings(fetch_allow_hosts=("127.0.0.1",)), JobEnd())
    assert site.asked["/a.pdf"][0] == {
        "Host": f"127.0.0.1:{site.address.port}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "User-Agent": "mine/1",
        "Cookie": "c=d",
    }


def test_nothing_is_logged_even_at_the_lowest_level(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site.answering(whole(), path="/there")
    url = site.answering(status(503), redirect("/there?sig=s3cret"))
    with caplog.at_level(logging.DEBUG):
        fetch(tmp_path, url)
        refusal(tmp_path, site.answering(broken_off(10)), FetchFailed, fetch_retries=0)
    assert caplog.text == ""
