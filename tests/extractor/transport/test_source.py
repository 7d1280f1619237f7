"""Where a document comes from: base64 and HTTP, from a real server on loopback."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import logging
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest

from extractor.deadline import JobEnd
from extractor.errors import DocumentTooLarge, ExtractionError, FetchFailed, FetchForbidden, FetchTimeout, InvalidInput
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport import source
from extractor.transport.source import fetch_document
from tests import documents
from tests.loopback import serving

PDF = documents.text_pdf([["Receipt 4711"]])


class _Server(http.server.BaseHTTPRequestHandler):
    """Answers by path; keeps what it was asked."""

    seen: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("X-Api-Key")))
        if self.path.startswith("/missing"):
            self.send_error(404)
        elif self.path.startswith("/silent"):
            time.sleep(3)
        elif self.path.startswith("/endless"):
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        elif self.path.startswith("/short"):
            self.send_response(200)
            self.send_header("Content-Length", str(len(PDF) + 10))
            self.end_headers()
            self.wfile.write(PDF)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(PDF)))
            self.end_headers()
            self.wfile.write(PDF)


@pytest.fixture
def server() -> Iterator[str]:
    _Server.seen.clear()
    with serving(_Server) as address:
        yield address.url


def loopback(**settings: Any) -> Settings:
    """Settings under which a server on loopback may be fetched from, without long pauses between tries."""
    return Settings(fetch_allow_hosts=("127.0.0.1",), fetch_backoff_s=0.01, **settings)


def fetch(tmp_path: Path, settings: Settings | None = None, **job_input: object) -> bytes:
    fetched = fetch_document(parse_request(job_input), tmp_path, settings or loopback(), JobEnd())
    assert fetched.size == fetched.path.stat().st_size
    return fetched.path.read_bytes()


@pytest.fixture(params=["pybase64", "base64"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the two libraries that may decode base64."""
    monkeypatch.setattr(source, "_BASE64", import_module(request.param))


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("prefix", ["", "data:application/pdf;base64,", "data:;base64,"])
def test_base64_with_and_without_prefix(tmp_path: Path, prefix: str) -> None:
    assert fetch(tmp_path, document_content_base64=prefix + base64.b64encode(PDF).decode()) == PDF


@pytest.mark.usefixtures("decoder")
def test_base64_with_line_breaks(tmp_path: Path) -> None:
    assert fetch(tmp_path, document_content_base64=base64.encodebytes(PDF).decode()) == PDF


@pytest.mark.usefixtures("decoder")
def test_base64_with_padding_that_it_does_not_need(tmp_path: Path) -> None:
    document = PDF + b"\n" * (-len(PDF) % 3)
    assert fetch(tmp_path, document_content_base64=base64.b64encode(document).decode() + "=") == document


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("text", ["!!!", "QUJ", "data:application/pdf;base64,###", "äöü", "QQ==QQ=="])
def test_wrong_base64(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="document_content_base64: not valid base64"):
        fetch(tmp_path, document_content_base64=text)


def test_base64_over_the_limit(tmp_path: Path) -> None:
    with pytest.raises(DocumentTooLarge, match="larger than 100 bytes"):
        fetch(tmp_path, Settings(max_document_bytes=100), document_content_base64=base64.b64encode(bytes(101)).decode())


def test_url_with_headers(server: str, tmp_path: Path) -> None:
    assert fetch(tmp_path, document_url=f"{server}/a.pdf?sig=s3cret", headers={"X-Api-Key": "k"}) == PDF
    assert _Server.seen == [("/a.pdf?sig=s3cret", "k")]


@pytest.mark.parametrize(
    ("path", "error"),
    [("/missing", FetchFailed), ("/silent", FetchTimeout), ("/endless", DocumentTooLarge), ("/short", FetchFailed)],
)
def test_server_that_does_not_deliver(server: str, tmp_path: Path, path: str, error: type[ExtractionError]) -> None:
    settings = loopback(fetch_read_timeout_s=0.2, max_document_bytes=10_000_000)
    with pytest.raises(error) as caught:
        fetch(tmp_path, settings, document_url=f"{server}{path}?sig=s3cret")
    assert "s3cret" not in caught.value.message


def test_slow_server_runs_into_the_total_time(server: str, tmp_path: Path) -> None:
    settings = loopback(fetch_total_timeout_s=0.2, max_document_bytes=10**12)
    with pytest.raises(FetchTimeout):
        fetch(tmp_path, settings, document_url=f"{server}/endless")


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed) as caught:
        fetch(tmp_path, document_url="http://127.0.0.1:9/a.pdf")
    assert caught.value.retryable


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.com/a.pdf", "gopher://x/"])
def test_only_http(tmp_path: Path, url: str) -> None:
    with pytest.raises(FetchForbidden, match="only http and https"):
        fetch(tmp_path, document_url=url)


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://exa mple.com:port/"])
def test_not_a_url(tmp_path: Path, url: str) -> None:
    with pytest.raises((InvalidInput, FetchFailed)):
        fetch(tmp_path, document_url=url)


def test_nothing_of_the_url_or_the_headers_is_logged(
    server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        fetch(tmp_path, document_url=f"{server}/a.pdf?sig=s3cret", headers={"X-Api-Key": "k3y"})
        with pytest.raises(FetchFailed):
            fetch(tmp_path, document_url=f"{server}/missing?sig=s3cret", headers={"X-Api-Key": "k3y"})
    assert "s3cret" not in caplog.text
    assert "k3y" not in caplog.text


def test_upload_is_copied_as_far_as_the_limit(tmp_path: Path) -> None:
    request = parse_request({}, uploaded=True)
    fetched = fetch_document(
        request, tmp_path, Settings(max_document_bytes=100_000), JobEnd(), io.BytesIO(b"x" * 100_000)
    )
    assert fetched.path.read_bytes() == b"x" * 100_000
    assert (fetched.size, fetched.sha256) == (100_000, hashlib.sha256(b"x" * 100_000).hexdigest())
    with pytest.raises(DocumentTooLarge):
        fetch_document(request, tmp_path, Settings(max_document_bytes=99_999), JobEnd(), io.BytesIO(b"x" * 100_000))
