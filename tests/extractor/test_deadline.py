"""Why a job ends: one reason, and every wait of the job ends with it, in its words. Real servers on loopback.

No limit below would end any of these waits within a minute.
"""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from extractor.deadline import JobEnd, OutOfTime, Reason, error_of
from extractor.engine import Engine
from extractor.errors import Cancelled, DeadlineExceeded, ExtractionError, WorkerUnhealthy
from extractor.job import Progress
from extractor.lifecycle.vitals import Vitals
from extractor.request import parse_request
from extractor.settings import Settings
from extractor.transport.delivery import check_destination, deliver
from extractor.transport.source import fetch_document
from extractor.worker import Worker
from tests import documents
from tests.loopback import talking
from tests.networks import first_layer_of

pytestmark = pytest.mark.slow

PATIENT = Settings(
    fetch_allow_hosts=("127.0.0.1", "*.example"),
    fetch_connect_timeout_s=120,
    fetch_read_timeout_s=120,
    fetch_total_timeout_s=600,
    max_output_bytes=1000,
)
# What ends a job from outside, and how the job ends then.
ENDS: dict[Reason, tuple[type[ExtractionError], str]] = {
    "stopped": (Cancelled, "the job was stopped"),
    "leaving": (WorkerUnhealthy, "the worker was shut down before {what}; send the job again"),
    "sick": (WorkerUnhealthy, "the device hangs; send the job again"),
}
ANSWER = {"success": True, "document_id": "a", "data": {"markdown": "x" * 2000}, "metadata": {}}
SHEETS = documents.text_pdf([[f"Sheet {number}"] for number in range(60)])


@contextmanager
def ending(reason: Reason, what: str) -> Iterator[JobEnd]:
    """A job that is ended meanwhile for this reason, and must end so."""
    error, words = ENDS[reason]
    end = JobEnd()
    with pytest.raises(error) as caught:
        yield end
    assert type(caught.value) is error
    assert caught.value.message == words.format(what=what)


def end_now(end: JobEnd, reason: Reason) -> None:
    end.end(reason, "the device hangs" if reason == "sick" else "")


@contextmanager
def silent_names(monkeypatch: pytest.MonkeyPatch, end: JobEnd, reason: Reason) -> Iterator[None]:
    """A name server that does not answer in this context; the job ends when it is asked."""
    over = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[Any]:
        end_now(end, reason)
        over.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        yield
    finally:
        over.set()


@contextmanager
def server(*says: bytes, then: Callable[[], object] = lambda: None, reads: bool = True) -> Iterator[int]:
    """A server on a port of loopback: says something to each caller, then is silent until the caller leaves."""
    over = threading.Event()

    def talk(caller: socket.socket) -> None:
        if reads:
            caller.recv(1 << 16)
        for one in says:
            caller.sendall(one)
        then()
        while reads and caller.recv(1 << 16):
            pass
        over.wait(60)

    with talking(talk) as address:
        try:
            yield address.port
        finally:
            over.set()


@contextmanager
def full() -> Iterator[int]:
    """A port of loopback whose queue is full: who connects waits."""
    with socket.socket() as listening, ExitStack() as callers:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def fetch(url: str, folder: Path, end: JobEnd) -> object:
    return fetch_document(parse_request({"document_url": url}), folder, PATIENT, end)


class TestReason:
    def test_the_first_stays(self) -> None:
        end = JobEnd()
        end.check()
        assert end.reason is None
        assert end.end("leaving")
        assert not end.end("stopped")
        assert (end.reason, end.ended.result()) == ("leaving", "leaving")

    @pytest.mark.parametrize("reason", ENDS)
    def test_is_told_in_its_words(self, reason: Reason) -> None:
        with ending(reason, "the page was read") as end:
            end_now(end, reason)
            end.check("the page was read")

    def test_time_counts_from_the_reception(self) -> None:
        end = JobEnd(time.monotonic() - 20)
        end.expire_in(30)
        assert 0 < end.limit("it was done").left() <= 10
        end.expire_in(10)
        assert end.reason == "late"
        with pytest.raises(DeadlineExceeded, match=r"^the time was up before it was done$"):
            end.check("it was done")

    def test_a_late_job_can_still_be_stopped(self) -> None:
        end = JobEnd()
        end.expire_in(0)
        assert end.reason == "late"
        delivery = end.limit("it was delivered", late=False)
        delivery.check()
        assert end.end("stopped")
        with pytest.raises(Cancelled):
            delivery.check()

    def test_an_answered_job_is_not_ended_any_more(self) -> None:
        end = JobEnd()
        end.end("answered")
        assert not end.end("leaving")
        assert isinstance(error_of("answered"), Cancelled)

    def test_calls_are_made_once_and_not_when_taken_back(self) -> None:
        end, called = JobEnd(), list[str]()
        end.on_end(lambda: called.append("kept"))
        end.on_end(lambda: called.append("taken back"))()
        end.end("stopped")
        end.end("stopped")
        end.on_end(lambda: called.append("afterwards"))
        assert called == ["kept", "afterwards"]

    def test_a_sick_worker_ends_the_jobs_that_are_there_and_those_that_come(self) -> None:
        vitals, before, after = Vitals(), JobEnd(), JobEnd()
        vitals.concern(before)
        vitals.condemn("the device hangs")
        vitals.condemn("another")
        vitals.concern(after)
        for end in (before, after):
            with pytest.raises(WorkerUnhealthy, match=r"^the device hangs; send the job again$"):
                end.check()


class TestLimit:
    def test_is_its_owners_to_name(self) -> None:
        with pytest.raises(OutOfTime):
            JobEnd().limit("it was done", 0).left()

    def test_the_job_goes_before_it(self) -> None:
        end = JobEnd()
        end.expire_in(0)
        with pytest.raises(DeadlineExceeded):
            end.limit("it was done", 0).left()

    @pytest.mark.parametrize("reason", ENDS)
    def test_whoever_waits_is_woken(self, reason: Reason) -> None:
        for wait in (
            lambda end: end.limit("it was done").wait(Future()),
            lambda end: end.limit("it was done", 900).result(Future()),
            lambda end: end.limit("it was done", 900).pause(600),
        ):
            with ending(reason, "it was done") as end, ThreadPoolExecutor(1) as waiting:
                waited = waiting.submit(wait, end)
                end_now(end, reason)
                waited.result(60)

    def test_the_clock_wakes_too(self) -> None:
        end = JobEnd()
        end.expire_in(0.05)
        with pytest.raises(DeadlineExceeded):
            end.limit("it was done", 900).result(Future())
        with pytest.raises(OutOfTime):
            JobEnd().limit("it was done", 0.05).pause(600)

    def test_a_wait_of_its_own_that_is_over(self) -> None:
        assert not JobEnd().limit("it was done", 900).wait(Future(), 0.01)
        with pytest.raises(TimeoutError):
            JobEnd().limit("it was done", 900).result(Future(), 0.01)

    def test_what_a_future_raised_because_the_job_ended_is_not_told(self) -> None:
        end, future = JobEnd(), Future[None]()
        end.end("stopped")
        future.set_exception(ConnectionResetError())
        with pytest.raises(Cancelled):
            end.limit("it was done").result(future)


@pytest.mark.parametrize("reason", ENDS)
class TestDownload:
    """Ended while it waits for something."""

    @pytest.mark.parametrize(
        "says",
        [
            pytest.param((), id="headers"),
            pytest.param((b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n%PDF",), id="body"),
            pytest.param((b"HTTP/1.1 503 Later\r\nRetry-After: 500\r\nContent-Length: 0\r\n\r\n",), id="pause"),
        ],
    )
    def test_for_the_server(self, tmp_path: Path, reason: Reason, says: tuple[bytes, ...]) -> None:
        with (
            ending(reason, "the document had arrived") as end,
            server(*says, then=lambda: end_now(end, reason)) as port,
        ):
            fetch(f"http://127.0.0.1:{port}/", tmp_path, end)

    def test_for_a_handshake(self, tmp_path: Path, reason: Reason) -> None:
        with (
            ending(reason, "the document had arrived") as end,
            server(then=lambda: end_now(end, reason)) as port,
        ):
            fetch(f"https://127.0.0.1:{port}/", tmp_path, end)

    def test_for_a_connection(self, tmp_path: Path, reason: Reason) -> None:
        with ending(reason, "the document had arrived") as end, full() as port:
            threading.Timer(0.2, end_now, (end, reason)).start()
            fetch(f"http://127.0.0.1:{port}/", tmp_path, end)

    def test_for_a_name_server(self, tmp_path: Path, reason: Reason, monkeypatch: pytest.MonkeyPatch) -> None:
        with ending(reason, "the document had arrived") as end, silent_names(monkeypatch, end, reason):
            fetch("http://files.example/", tmp_path, end)


@pytest.mark.parametrize(
    ("scheme", "says"),
    [
        pytest.param("http", (), id="silent"),
        pytest.param("https", (), id="no-handshake"),
        pytest.param("http", (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"%PDF"), id="stalled"),
    ],
)
def test_slow_download_ends_at_the_jobs_deadline(tmp_path: Path, scheme: str, says: tuple[bytes, ...]) -> None:
    end = JobEnd()
    end.expire_in(0.3)
    with (
        server(*says) as port,
        pytest.raises(DeadlineExceeded, match=r"^the time was up before the document had arrived"),
    ):
        fetch(f"{scheme}://127.0.0.1:{port}/", tmp_path, end)


@pytest.mark.parametrize("reason", ENDS)
class TestDelivery:
    """Ended while the answer goes out."""

    def test_to_a_silent_destination(self, reason: Reason) -> None:
        with (
            ending(reason, "the answer was delivered") as end,
            server(then=lambda: end_now(end, reason)) as port,
        ):
            deliver(ANSWER, f"http://127.0.0.1:{port}/", PATIENT, end)

    def test_to_one_that_does_not_take_it(self, reason: Reason) -> None:
        large = {**ANSWER, "data": {"markdown": "x" * 50_000_000}}
        with (
            ending(reason, "the answer was delivered") as end,
            server(then=lambda: end_now(end, reason), reads=False) as port,
        ):
            deliver(large, f"http://127.0.0.1:{port}/", PATIENT, end)

    def test_to_one_that_puts_it_off(self, reason: Reason) -> None:
        later = b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n"
        with (
            ending(reason, "the answer was delivered") as end,
            server(later, then=lambda: end_now(end, reason)) as port,
        ):
            deliver(ANSWER, f"http://127.0.0.1:{port}/", PATIENT, end)

    def test_to_a_silent_bucket(self, reason: Reason) -> None:
        with (
            ending(reason, "the answer was delivered") as end,
            server(then=lambda: end_now(end, reason)) as port,
        ):
            bucket = {
                "bucket_endpoint_url": f"http://127.0.0.1:{port}/results",
                "bucket_access_key_id": "key",
                "bucket_secret_access_key": SecretStr("s3cret"),
            }
            deliver(ANSWER, None, PATIENT.model_copy(update=bucket), end)

    def test_when_its_destination_is_looked_at(self, reason: Reason, monkeypatch: pytest.MonkeyPatch) -> None:
        said = "the answer's destination was looked at"
        with ending(reason, said) as end, silent_names(monkeypatch, end, reason):
            check_destination("https://files.example/", PATIENT, end)


def test_the_answer_of_a_late_job_is_delivered() -> None:
    end = JobEnd()
    end.expire_in(0)
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as port:
        note = deliver(ANSWER, f"http://127.0.0.1:{port}/", PATIENT, end)
    assert note["result"]["bytes"] > 2000


def job(**keys: Any) -> dict[str, Any]:
    return {"id": "job-1", "input": {"document_content_base64": base64.b64encode(SHEETS).decode("ascii"), **keys}}


class TestJob:
    """A whole job, as the doors give it to a thread."""

    @pytest.fixture
    def worker(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Worker:
        monkeypatch.setattr(engine, "vitals", Vitals())  # it may be condemned
        return Worker(lambda: engine)

    @staticmethod
    def told(answer: dict[str, Any], reason: Reason, what: str, caplog: pytest.LogCaptureFixture) -> None:
        """The answer, the log's line and the job's line say the same."""
        error, words = ENDS[reason]
        assert (answer["error_code"], answer["retryable"]) == (error.code, error.retryable)
        assert answer["error"] == f"{error.code}: {words.format(what=what)}"
        assert f"[EXTRACT] Failed: job-1, {answer['error']}" in caplog.text
        assert f'"code": "{error.code}"' in caplog.text

    @pytest.mark.parametrize("reason", ENDS)
    def test_ended_while_its_document_is_downloaded(
        self, worker: Worker, engine: Engine, reason: Reason, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        end = JobEnd()

        def stop() -> None:
            if reason == "sick":
                engine.vitals.condemn("the device hangs")
            else:
                end.end(reason)

        with server(then=stop) as port:
            answer = worker.answer({"id": "job-1", "input": {"document_url": f"http://127.0.0.1:{port}/"}}, end)
        self.told(answer, reason, "the document had arrived", caplog)

    @pytest.mark.parametrize("reason", ENDS)
    def test_ended_while_its_pages_are_read(
        self, worker: Worker, engine: Engine, reason: Reason, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        end = JobEnd()

        def stop(progress: Progress) -> None:
            if progress.pages_done == 1:
                if reason == "sick":
                    engine.vitals.condemn("the device hangs")
                else:
                    end.end(reason)

        answer = worker.answer(job(), end, stop)
        self.told(answer, reason, "the next page was finished", caplog)

    @pytest.mark.parametrize("reason", ["stopped", "leaving"])
    def test_ended_in_the_queue(self, worker: Worker, reason: Reason, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO")
        end = JobEnd()
        end.end(reason)
        self.told(worker.answer(job(), end), reason, "the job was begun", caplog)

    def test_late_in_the_queue(self, worker: Worker) -> None:
        answer = worker.answer(job(deadline_s=30), JobEnd(time.monotonic() - 31))
        assert answer["error"] == "DEADLINE_EXCEEDED: the time was up before the job was begun"
        assert answer["retryable"] is True

    def test_what_it_waited_in_the_queue_is_taken_off_its_time(self, worker: Worker) -> None:
        left = list[float]()
        end = JobEnd(time.monotonic() - 500)

        def stop() -> None:
            left.append(end.deadline - time.monotonic())
            end.end("stopped")

        with server(then=stop) as port:
            url = f"http://127.0.0.1:{port}/"
            worker.answer({"id": "job-1", "input": {"document_url": url, "deadline_s": 900}}, end)
        assert left[0] <= 400

    def test_is_over_when_it_is_answered(self, worker: Worker) -> None:
        end = JobEnd()
        worker.answer({"id": "job-1", "input": {}}, end)
        assert end.reason == "answered"


def test_a_device_that_hangs_ends_every_job(tmp_path: Path) -> None:
    """Nobody looks: the job that waits for the device notices it, and the one that downloads is woken."""
    engine, released = Engine.load(Settings(batch_timeout_s=1, fetch_allow_hosts=("127.0.0.1",))), threading.Event()
    hook = first_layer_of(engine.models.layout).register_forward_pre_hook(lambda *_: (released.wait(120), None)[1])
    try:
        with server() as port, ThreadPoolExecutor(2) as jobs:
            downloading = parse_request({"document_url": f"http://127.0.0.1:{port}/"})
            reading = parse_request(job()["input"])
            both = [jobs.submit(engine.extract, request, document_id="x") for request in (downloading, reading)]
            for one in both:
                with pytest.raises(WorkerUnhealthy, match=r"^the device hangs; send the job again$"):
                    one.result(120)
    finally:
        hook.remove()
        released.set()
        engine.close()
