"""How an answer leaves: of a known size, or whole to its destination, on a real server on loopback."""

from __future__ import annotations

import hashlib
import http.server
import json
import logging
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import requests
from moto.server import ThreadedMotoServer
from pydantic import ValidationError

from extractor.deadline import JobEnd
from extractor.engine import Engine
from extractor.errors import (
    Cancelled,
    DeliveryFailed,
    DeliveryRefused,
    ExtractionError,
    FetchForbidden,
    OutputTooLarge,
)
from extractor.settings import Settings
from extractor.transport import delivery
from extractor.transport.delivery import check_destination, deliver, encode
from extractor.worker import Worker
from tests.loopback import serving

ANSWER: dict[str, Any] = {
    "success": True,
    "document_id": "statement-7",
    "data": {"markdown": "Grüße aus dem Hafen: 1.140,00 €\n" * 200, "pages": [{"page": 1}]},
    "metadata": {"sha256": "ab" * 32, "warnings": []},
}
LIMIT = Settings(max_output_bytes=1000, fetch_allow_hosts=("127.0.0.1",))
# What a link answers that has expired, and anything else that it would answer again; and what it may not answer again.
EXPIRED = (401, 403, 404, 410)
REFUSED = (*EXPIRED, 405, 412)
PUT_OFF = (408, 425, 429, 500, 503)
SECRET = "X-Amz-Signature=s3cret"
NOT_A_URL = ("ftp://127.0.0.1/a", "http://", "http://[::1", "not a url", f"http://{'a' * 70}.example/", "http://a..b/")
NOT_FOR_THIS_WORKER = (
    "http://127.0.0.1:{port}/taken",
    "http://localhost:{port}/taken",
    "http://[::ffff:127.0.0.1]:{port}/taken",
    "http://2130706433:{port}/taken",
    "http://169.254.169.254/taken",
    "http://user:s3cret@93.184.216.34/taken",
)


@dataclass(frozen=True)
class Put:
    """One request as it arrived."""

    method: str
    headers: dict[str, str]
    body: bytes


class _Destination(http.server.BaseHTTPRequestHandler):
    """Takes PUTs, and answers by path; keeps what came, by path."""

    arrived: ClassVar[dict[str, list[Put]]] = defaultdict(list)

    def _take(self) -> None:
        path = self.path.partition("?")[0]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        before = len(self.arrived[path])
        self.arrived[path].append(
            Put(self.command, {name.lower(): value for name, value in self.headers.items()}, body)
        )
        if path == "/hangs-up":
            self.close_connection = True
            return
        if path == "/silent":
            time.sleep(2)
            return
        if path == "/odd-header":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\na header without its colon\r\n\r\n")
            return
        status = {"/busy-once": 200 if before else 500, "/throttled-once": 200 if before else 429}.get(path)
        if status is None:
            status = int(path.removeprefix("/")) if path[1:].isdigit() else 200
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"/moved-by-{status}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PUT = _take  # noqa: N815


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    _Destination.arrived.clear()
    with serving(_Destination) as address:
        yield address.url


def closed_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass(frozen=True)
class Outcomes:
    """What became of each delivery, by its path, and all that was logged meanwhile at INFO and above."""

    by_path: dict[str, dict[str, Any] | Exception]
    log: str


@pytest.fixture(scope="module")
def outcomes(server: str) -> Outcomes:
    """Every delivery of this module that may have to wait and try again: all at the same time."""
    paths = ["taken", "busy-once", "throttled-once", "hangs-up", "odd-header"]
    paths += map(str, (*REFUSED, *PUT_OFF, 301, 302, 303, 307))
    urls = {path: f"{server}/{path}?{SECRET}" for path in paths}
    urls["refused"] = f"http://127.0.0.1:{closed_port()}/refused?{SECRET}"
    urls |= {url: f"{url}?{SECRET}" for url in NOT_A_URL}
    records: list[str] = []
    collector = logging.Handler(logging.INFO)
    collector.emit = lambda record: records.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(collector)
    root.setLevel(logging.INFO)

    def delivered(url: str) -> dict[str, Any] | Exception:
        try:
            return deliver(ANSWER, url, LIMIT, JobEnd())
        except Exception as error:
            return error

    try:
        with ThreadPoolExecutor(len(urls)) as threads:
            by_path = dict(zip(urls, threads.map(delivered, urls.values()), strict=True))
    finally:
        root.removeHandler(collector)
        root.setLevel(level)
    return Outcomes(by_path, "\n".join(records))


class TestSize:
    def test_answer_within_the_limit_is_the_answer(self, server: str) -> None:
        exactly = Settings(max_output_bytes=len(encode(ANSWER)))
        assert deliver(ANSWER, None, exactly, JobEnd()) is ANSWER
        assert deliver(ANSWER, f"{server}/not-needed", exactly, JobEnd()) is ANSWER
        assert "/not-needed" not in _Destination.arrived

    def test_one_byte_over_the_limit_says_the_size_and_what_to_do(self) -> None:
        size = len(encode(ANSWER))
        with pytest.raises(OutputTooLarge) as caught:
            deliver(ANSWER, None, Settings(max_output_bytes=size - 1), JobEnd())
        assert str(size) in caught.value.message
        assert str(size - 1) in caught.value.message
        assert "result_url" in caught.value.message
        assert "fewer pages or outputs" in caught.value.message

    def test_limit_of_another_door(self) -> None:
        size = len(encode(ANSWER))
        assert deliver(ANSWER, None, LIMIT, JobEnd(), most_bytes=size) is ANSWER
        with pytest.raises(OutputTooLarge, match=f"at most {size - 1} are delivered"):
            deliver(ANSWER, None, LIMIT, JobEnd(), most_bytes=size - 1)

    def test_bytes_are_counted_and_not_characters(self) -> None:
        answer = {"text": "€" * 100}
        with pytest.raises(OutputTooLarge, match="has 312 bytes"):
            deliver(answer, None, Settings(max_output_bytes=300), JobEnd())


class TestDestination:
    def test_answer_arrives_whole(self, outcomes: Outcomes) -> None:
        (put,) = _Destination.arrived["/taken"]
        assert (put.method, put.headers["content-type"]) == ("PUT", "application/json")
        assert json.loads(put.body.decode("utf-8")) == ANSWER

    def test_note_names_what_was_put(self, server: str, outcomes: Outcomes) -> None:
        (put,) = _Destination.arrived["/taken"]
        assert outcomes.by_path["taken"] == {
            **ANSWER,
            "data": {},
            "result": {
                "put_to": "result_url",
                "bytes": len(put.body),
                "sha256": hashlib.sha256(put.body).hexdigest(),
            },
        }

    def test_headers_of_the_caller_go_with_it(self, server: str) -> None:
        headers = {"x-ms-blob-type": "BlockBlob", "CONTENT-TYPE": "text/json"}
        deliver(ANSWER, f"{server}/azure", LIMIT, JobEnd(), headers=headers)
        (put,) = _Destination.arrived["/azure"]
        assert put.headers["x-ms-blob-type"] == "BlockBlob"
        assert put.headers["content-type"] == "text/json"

    @pytest.mark.parametrize("path", ["busy-once", "throttled-once"])
    def test_busy_destination_is_tried_again(self, outcomes: Outcomes, path: str) -> None:
        first, second = _Destination.arrived[f"/{path}"]
        assert first.body == second.body == encode(ANSWER)
        outcome = outcomes.by_path[path]
        assert isinstance(outcome, dict)
        assert outcome["result"]["bytes"] == len(second.body)

    @pytest.mark.parametrize("status", REFUSED)
    def test_refusal_is_not_tried_again(self, outcomes: Outcomes, status: int) -> None:
        assert len(_Destination.arrived[f"/{status}"]) == 1
        failure = outcomes.by_path[str(status)]
        assert isinstance(failure, DeliveryFailed)
        assert not failure.retryable
        assert f"status {status}" in failure.message
        assert failure.message.endswith("; the link may have expired") is (status in EXPIRED)

    @pytest.mark.parametrize("path", [*map(str, PUT_OFF), "hangs-up"])
    def test_destination_that_stays_broken_is_given_up(self, outcomes: Outcomes, path: str) -> None:
        assert [put.body for put in _Destination.arrived[f"/{path}"]] == [encode(ANSWER)] * 3
        failure = outcomes.by_path[path]
        assert isinstance(failure, DeliveryFailed)
        assert failure.retryable

    def test_nobody_listens(self, outcomes: Outcomes) -> None:
        failure = outcomes.by_path["refused"]
        assert isinstance(failure, DeliveryFailed)
        assert failure.retryable

    @pytest.mark.slow
    def test_destination_that_never_answers(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delivery, "SILENCE_S", 0.2)
        with pytest.raises(DeliveryFailed) as caught:
            deliver(ANSWER, f"{server}/silent?{SECRET}", LIMIT, JobEnd())
        assert caught.value.retryable
        assert "s3cret" not in caught.value.message

    @pytest.mark.parametrize("status", [301, 302, 303, 307])
    def test_moved_destination_has_the_whole_answer_or_the_caller_is_told(
        self, outcomes: Outcomes, status: int
    ) -> None:
        told = isinstance(outcomes.by_path[str(status)], DeliveryRefused)
        assert told or [put.body for put in _Destination.arrived[f"/moved-by-{status}"]] == [encode(ANSWER)]

    @pytest.mark.parametrize(
        "url",
        NOT_FOR_THIS_WORKER,
    )
    def test_nothing_is_put_where_this_worker_does_not_go(self, server: str, url: str) -> None:
        before = sum(map(len, _Destination.arrived.values()))
        with pytest.raises(FetchForbidden, match=r"^result_url: ") as caught:
            deliver(ANSWER, url.format(port=server.rpartition(":")[2]), Settings(max_output_bytes=1000), JobEnd())
        assert "s3cret" not in caught.value.message
        assert sum(map(len, _Destination.arrived.values())) == before

    @pytest.mark.parametrize("url", NOT_A_URL)
    def test_not_a_url(self, outcomes: Outcomes, url: str) -> None:
        failure = outcomes.by_path[url]
        assert isinstance(failure, ExtractionError)
        assert not failure.retryable

    def test_nothing_of_the_query_is_in_an_error(self, outcomes: Outcomes) -> None:
        failures = [outcome for outcome in outcomes.by_path.values() if isinstance(outcome, Exception)]
        assert len(failures) >= 4 + len(NOT_A_URL)
        assert not any("s3cret" in str(failure) for failure in failures)

    def test_nothing_of_the_query_or_the_text_is_logged(self, outcomes: Outcomes) -> None:
        assert isinstance(outcomes.by_path["odd-header"], DeliveryFailed)
        assert "s3cret" not in outcomes.log
        assert "1.140,00" not in outcomes.log


class TestDestinationLookedAtFirst:
    """A destination that cannot be used is told before anything is fetched or read."""

    @pytest.mark.parametrize("url", NOT_FOR_THIS_WORKER)
    def test_where_this_worker_does_not_go(self, url: str) -> None:
        with pytest.raises(FetchForbidden, match=r"^result_url: ") as caught:
            check_destination(url.format(port=80), Settings(), JobEnd())
        assert "s3cret" not in caught.value.message

    def test_nothing_is_sent_to_one_that_may_be_used(self, server: str) -> None:
        check_destination(f"{server}/looked-at?{SECRET}", LIMIT, JobEnd())
        check_destination(None, LIMIT, JobEnd())
        assert "/looked-at" not in _Destination.arrived

    def test_a_host_without_an_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(code: int) -> None:
            def getaddrinfo(*_: object, **__: object) -> None:
                raise socket.gaierror(code, "as the resolver says")

            monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

        refuse(socket.EAI_NONAME)
        with pytest.raises(DeliveryRefused, match=r"^result_url: .*cannot be resolved") as caught:
            check_destination(f"https://gone.example/?{SECRET}", LIMIT, JobEnd())
        assert "s3cret" not in caught.value.message
        # A name server that is away may be there when the answer goes out.
        refuse(socket.EAI_AGAIN)
        check_destination(f"https://gone.example/?{SECRET}", LIMIT, JobEnd())

    def test_a_stopped_job_does_not_wait_for_it(self) -> None:
        end = JobEnd()
        end.end("stopped")
        with pytest.raises(Cancelled):
            check_destination("https://files.example/", Settings(), end)

    def test_the_document_is_not_fetched(self, server: str, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
        worker = Worker(lambda: engine)
        document = f"{server}/document?{SECRET}"
        with caplog.at_level(logging.INFO):
            answer = worker.answer(
                {"id": "a", "input": {"document_url": document, "result_url": f"http://169.254.169.254/?{SECRET}"}}
            )
            assert answer["error"].startswith("FETCH_FORBIDDEN: result_url: ")
            assert "/document" not in _Destination.arrived
            worker.answer({"id": "a", "input": {"document_url": document, "result_url": f"{server}/taken"}})
        (fetched,) = _Destination.arrived["/document"]
        assert fetched.method == "GET"
        first, second = (json.loads(line) for line in caplog.messages if line.startswith("{"))
        assert (first["code"], first["bytes"], first["format"]) == ("FETCH_FORBIDDEN", None, None)
        assert (second["code"], second["bytes"], second["format"]) == ("DOCUMENT_CORRUPT", 0, None)


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """An S3-compatible store with a bucket, `results`."""
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    url = f"http://{host}:{port}"
    requests.put(f"{url}/results", timeout=10).raise_for_status()
    yield url
    store.stop()


@pytest.mark.slow
class TestBucket:
    """Against moto's server: S3's own protocol over HTTP on loopback."""

    @staticmethod
    def settings(endpoint: str, **more: Any) -> Settings:
        keys = {"bucket_access_key_id": "operator", "bucket_secret_access_key": "s3cret"}
        allowed = {"fetch_allow_hosts": ("127.0.0.1",)}
        return Settings(max_output_bytes=1000, bucket_endpoint_url=endpoint, **allowed, **keys, **more)

    @pytest.mark.parametrize("named", ["in-the-url", "by-bucket-name"])
    def test_answer_is_where_its_link_says(self, store: str, named: str) -> None:
        settings = (
            self.settings(f"{store}/results") if named == "in-the-url" else self.settings(store, bucket_name="results")
        )
        note = deliver(ANSWER, None, settings, JobEnd())
        fetched = requests.get(note["result"]["url"], timeout=10)
        assert fetched.json() == ANSWER
        assert fetched.headers["Content-Type"] == "application/json"
        assert note == {
            **ANSWER,
            "data": {},
            "result": {
                "put_to": "bucket",
                "url": note["result"]["url"],
                "bytes": len(fetched.content),
                "sha256": hashlib.sha256(fetched.content).hexdigest(),
                "expires_s": 604800,
            },
        }
        assert "X-Amz-Signature=" in note["result"]["url"]
        assert "s3cret" not in json.dumps(note)

    def test_two_answers_do_not_share_a_place(self, store: str) -> None:
        settings = self.settings(f"{store}/results")
        assert len({deliver(ANSWER, None, settings, JobEnd())["result"]["url"] for _ in range(2)}) == 2

    def test_callers_own_destination_comes_first(self, store: str, server: str) -> None:
        note = deliver(ANSWER, f"{server}/before-bucket", self.settings(f"{store}/results"), JobEnd())
        assert note["result"]["put_to"] == "result_url"
        assert "/before-bucket" in _Destination.arrived

    def test_answer_within_the_limit_stays_out_of_the_bucket(self) -> None:
        small = {"data": {}}
        assert deliver(small, None, self.settings(f"http://127.0.0.1:{closed_port()}/results"), JobEnd()) is small

    def test_bucket_that_is_not_there(self, store: str) -> None:
        with pytest.raises(DeliveryRefused, match="status 404"):
            deliver(ANSWER, None, self.settings(f"{store}/nowhere"), JobEnd())

    def test_store_that_is_not_there(self) -> None:
        with pytest.raises(DeliveryFailed, match="bucket did not take the answer") as caught:
            deliver(ANSWER, None, self.settings(f"http://127.0.0.1:{closed_port()}/results"), JobEnd())
        assert caught.value.retryable
        assert "127.0.0.1" not in caught.value.message

    @pytest.mark.parametrize(
        ("url", "name", "place"),
        [
            (
                "https://papers.s3.eu-west-1.amazonaws.com",
                None,
                ("https://s3.eu-west-1.amazonaws.com", "papers", "eu-west-1"),
            ),
            (
                "https://papers.fra1.digitaloceanspaces.com",
                None,
                ("https://fra1.digitaloceanspaces.com", "papers", "fra1"),
            ),
            (
                "https://s3.us-west-004.backblazeb2.com/papers",
                None,
                ("https://s3.us-west-004.backblazeb2.com", "papers", "us-west-004"),
            ),
            ("https://minio.example:9000", "papers", ("https://minio.example:9000", "papers", "us-east-1")),
        ],
    )
    def test_where_an_endpoint_says_its_bucket_is(
        self, url: str, name: str | None, place: tuple[str, str, str]
    ) -> None:
        bucket = self.settings(url, bucket_name=name).bucket
        assert bucket is not None
        assert (bucket.endpoint_url, bucket.name, bucket.region) == place

    def test_half_a_bucket_stops_the_worker_at_start(self) -> None:
        with pytest.raises(ValidationError, match="BUCKET_ACCESS_KEY_ID"):
            Settings(bucket_endpoint_url="https://minio.example/papers")
        with pytest.raises(ValidationError, match="set BUCKET_NAME"):
            self.settings("https://minio.example:9000")
