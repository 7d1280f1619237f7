"""Downloads from servers that break off, put off and lie: what is tried again, and what is a document."""

from __future__ import annotations

import email.utils
import logging
import socket
import struct
import time
from pathlib import Path

import pytest

from extractor.deadline import JobEnd
from extractor.errors import (
    DocumentTooLarge,
    FetchFailed,
)
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport.source import fetch_document
from tests.extractor.transport.document_site import (
    DOCUMENT,
    LONG_AGO,
    Connection,
    Site,
    broken_off,
    fetch,
    redirect,
    refusal,
    status,
    whole,
)


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


class TestInterimAnswers:
    """1xx, any number of them, stand before an answer (RFC 9110, 15.2)."""

    HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"

    def test_some_are_passed_over_and_a_body_may_be_larger(self, site: Site, tmp_path: Path) -> None:
        large = DOCUMENT * 10

        def answer(connection: Connection) -> None:
            connection.wfile.write(self.HINT * 2_000)
            whole(large)(connection)

        url = site.answering(answer)
        site.answering(redirect("/a.pdf"), path="/b.pdf")
        for asked in (url, url.replace("a.pdf", "b.pdf")):
            assert fetch(tmp_path, asked, max_document_bytes=len(large)) == large

    def test_very_many_are_no_answer(self, site: Site, tmp_path: Path) -> None:
        def answer(connection: Connection) -> None:
            connection.wfile.write(self.HINT * (2**21 // len(self.HINT)))
            whole()(connection)

        url = site.answering(answer)
        assert "not that of a web server" in refusal(tmp_path, url, FetchFailed, fetch_retries=0)


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
