"""The Python client over RunPod's queue: the stand-in platform, and a worker whose every word the test says."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from zopilot_client import (
    AsyncClient,
    DocumentUnreadable,
    ExtractionFailed,
    JobCancelled,
    JobProgress,
    JobTimedOut,
    NoAnswer,
    RequestRefused,
    RunPod,
    TooLargeToSend,
    Unreachable,
    ZopilotError,
)
from zopilot_client.documents import job_of, runpod_body

from tests.platform.by_hand import ByHand
from tests.platform.callers import ENDPOINT, Limits
from tests.platform.records import Reply
from tests.platform.runpod import API_KEY, Platform

from .callers import ANSWER, POLL_S, QUICK, Caller, Kind, failure, posted, saying, working

URL = "https://example.com/invoice.pdf"


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform(lost_after_s=600) as running:
        yield running


@pytest.fixture
def door(platform: Platform) -> RunPod:
    return RunPod(ENDPOINT, API_KEY, base_url=platform.url, poll_s=POLL_S)


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def caller(kind: Kind, door: RunPod) -> Caller:
    return Caller(kind, door)


class TestDocuments:
    def test_path_bytes_url_or_input(self, platform: Platform, caller: Caller, tmp_path: Path) -> None:
        (tmp_path / "invoice.pdf").write_bytes(b"%PDF-1")
        encoded = base64.b64encode(b"%PDF-1").decode()
        with working(platform, saying(posted(ANSWER))):
            caller.extract(tmp_path / "invoice.pdf", outputs=["text"])
            caller.extract(str(tmp_path / "invoice.pdf"), filename="other.pdf")
            caller.extract(b"%PDF-1")
            caller.extract(URL, pages="1")
            caller.extract(document_url=URL)
        inputs = [job.input for job in platform.jobs.values()][:5]
        assert inputs == [
            {"filename": "invoice.pdf", "outputs": ["text"], "document_content_base64": encoded},
            {"filename": "other.pdf", "document_content_base64": encoded},
            {"document_content_base64": encoded},
            {"document_url": URL, "pages": "1"},
            {"document_url": URL},
        ]

    def test_one_document_at_a_time(self, caller: Caller, platform: Platform) -> None:
        for document, keys in ((None, {}), (URL, {"document_url": URL}), (b"x", {"document_content_base64": "eA=="})):
            with pytest.raises(ValueError, match="one document"):
                caller.extract(document, **keys)
        assert platform.callers.requests == []

    def test_file_that_is_not_there(self, caller: Caller, tmp_path: Path) -> None:
        with pytest.raises(DocumentUnreadable) as raised:
            caller.extract(tmp_path / "none.pdf")
        assert str(tmp_path) not in str(raised.value)

    @pytest.mark.parametrize(("route", "mebibytes"), [("run", 10), ("runsync", 20)])
    def test_too_large_is_said_before_it_is_sent(
        self, platform: Platform, kind: Kind, tmp_path: Path, route: Any, mebibytes: int
    ) -> None:
        large = tmp_path / "large.pdf"
        with large.open("wb") as file:  # takes no room on disk
            file.truncate(mebibytes * 2**20 * 3 // 4)
        door = RunPod(ENDPOINT, API_KEY, base_url=platform.url, route=route, poll_s=POLL_S)
        with pytest.raises(TooLargeToSend, match=f"at most {mebibytes * 2**20}.*pass a URL") as raised:
            Caller(kind, door).extract(large)
        assert not raised.value.retryable
        assert platform.callers.requests == []

    @pytest.mark.parametrize("size", range(997, 1001))
    def test_size_is_known_to_the_byte(self, size: int) -> None:
        job = job_of(b"x" * size, {"filename": 'ä"\\.pdf'})
        body = runpod_body(job, 10_000, "")
        assert runpod_body(job, len(body), "") == body
        with pytest.raises(TooLargeToSend):
            runpod_body(job, len(body) - 1, "")

    def test_what_fits_is_taken_by_the_platform(self, kind: Kind) -> None:
        body = runpod_body(job_of(b"x" * 1000, {}), 10_000, "")
        with Platform(limits=Limits(run_bytes=len(body))) as platform, working(platform, saying(posted(ANSWER))):
            caller = Caller(kind, RunPod(ENDPOINT, API_KEY, base_url=platform.url, poll_s=POLL_S))
            assert caller.extract(b"x" * 1000) == ANSWER
            with pytest.raises(RequestRefused) as raised:
                caller.extract(b"x" * 1003)
            assert (raised.value.status, raised.value.retryable) == (413, False)


class TestAnswers:
    def test_progress_and_answer(self, platform: Platform, caller: Caller) -> None:
        seen: list[JobProgress] = []
        reported = threading.Event()

        def work(worker: ByHand, job: dict[str, Any]) -> None:
            worker.report(job, {"pages_done": 1, "pages_total": 3, "stage": "pages"})
            assert reported.wait(60)
            looks = len(platform.callers.requests)
            while len(platform.callers.requests) < looks + 3:
                time.sleep(0.01)
            worker.answer(job, **posted(ANSWER))

        def progress(said: JobProgress) -> None:
            seen.append(said)
            if said.pages_done:
                reported.set()

        with working(platform, work):
            assert caller.extract(URL, progress=progress) == ANSWER
        assert seen[-1] == JobProgress("IN_PROGRESS", "pages", 1, 3)
        assert len(seen) == len(set(seen))  # what has not changed is not told again

    def test_runsync_is_one_request(self, platform: Platform, kind: Kind) -> None:
        door = RunPod(ENDPOINT, API_KEY, base_url=platform.url, route="runsync", poll_s=POLL_S)
        with working(platform, saying(posted(ANSWER))):
            assert Caller(kind, door).extract(URL) == ANSWER
        assert [path for _, path, _ in platform.callers.requests] == [f"/v2/{ENDPOINT}/runsync"]

    def test_runsync_that_takes_longer_is_looked_at_again(self, platform: Platform, kind: Kind) -> None:
        def work(worker: ByHand, job: dict[str, Any]) -> None:
            while not platform.callers.requests:  # it has had a reply, without an answer
                time.sleep(0.01)
            worker.answer(job, **posted(ANSWER))

        door = RunPod(ENDPOINT, API_KEY, base_url=platform.url, route="runsync", poll_s=POLL_S)
        with working(platform, work):
            assert Caller(kind, door, timeout_s=3.0).extract(URL) == ANSWER
        assert "/status/sync-" in platform.callers.requests[1][1]

    def test_failure_has_the_contracts_code(self, platform: Platform, caller: Caller) -> None:
        with (
            working(platform, saying(posted(failure("PASSWORD_REQUIRED", retryable=False)))),
            pytest.raises(ExtractionFailed) as raised,
        ):
            caller.extract(URL)
        error = raised.value
        assert (error.code, error.message, error.retryable) == ("PASSWORD_REQUIRED", "the reason", False)
        assert (error.document_id, error.job_id) == ("a", next(iter(platform.jobs)))
        assert str(error) == "PASSWORD_REQUIRED: the reason"

    @pytest.mark.parametrize(
        ("said", "code", "retryable"),
        [
            ({"error": "PASSWORD_WRONG: no"}, "PASSWORD_WRONG", False),
            ({"error": "OUT_OF_MEMORY: no"}, "OUT_OF_MEMORY", True),
            ({"error": "FETCH_FAILED: the link may have expired"}, "FETCH_FAILED", False),
            ({"error": '{"error_type": "<class \'KeyError\'>"}'}, "INTERNAL", False),
            ({"error": "job timed out after 1 retries"}, "INTERNAL", False),
        ],
        ids=repr,
    )
    def test_failure_without_an_output(
        self, platform: Platform, caller: Caller, said: dict[str, Any], code: str, retryable: bool
    ) -> None:
        with working(platform, saying(said)), pytest.raises(ExtractionFailed) as raised:
            caller.extract(URL)
        assert (raised.value.code, raised.value.retryable) == (code, retryable)

    @pytest.mark.parametrize("said", [{}, {"output": None}, {"output": "text"}, {"output": {"x": 1}}], ids=repr)
    def test_done_without_an_answer(self, platform: Platform, caller: Caller, said: dict[str, Any]) -> None:
        with working(platform, saying(said)), pytest.raises(NoAnswer, match="20 MB"):
            caller.extract(URL)
        assert len(platform.callers.requests) >= 1

    @pytest.mark.parametrize(("state", "error"), [("TIMED_OUT", JobTimedOut), ("CANCELLED", JobCancelled)])
    def test_job_that_the_platform_ends(self, platform: Platform, caller: Caller, state: Any, error: Any) -> None:
        with working(platform, lambda _, job: platform.end(job["id"], state)), pytest.raises(error) as raised:
            caller.extract(URL)
        assert (raised.value.code, raised.value.retryable) == (f"JOB_{state}", False)


class TestRetries:
    def test_job_that_may_succeed_is_sent_again(self, platform: Platform, caller: Caller) -> None:
        with working(platform, saying(posted(failure("WORKER_UNHEALTHY", retryable=True)), posted(ANSWER))):
            assert caller.extract(URL) == ANSWER
        assert len(platform.jobs) == 3  # and the one that ends the worker

    def test_but_not_for_ever(self, platform: Platform, caller: Caller) -> None:
        with (
            working(platform, saying(posted(failure("OUT_OF_MEMORY", retryable=True)))),
            pytest.raises(ExtractionFailed) as raised,
        ):
            caller.extract(URL)
        assert raised.value.retryable
        assert len(platform.jobs) == QUICK.attempts + 1

    def test_what_cannot_succeed_is_sent_once(self, platform: Platform, caller: Caller) -> None:
        with (
            working(platform, saying(posted(failure("FETCH_FAILED", retryable=False)), posted(ANSWER))),
            pytest.raises(ExtractionFailed),
        ):
            caller.extract(URL)
        assert len(platform.jobs) == 2

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_request_that_is_put_off(self, platform: Platform, caller: Caller, status: int) -> None:
        platform.callers.replies.extend([Reply(status, headers=(("Retry-After", "0"),)), Reply(status)])
        with working(platform, saying(posted(ANSWER))):
            assert caller.extract(URL) == ANSWER
        assert [code for _, _, code in platform.callers.requests][:3] == [status, status, 200]

    def test_request_that_is_put_off_for_longer_than_there_is_time(self, platform: Platform, caller: Caller) -> None:
        platform.callers.replies.append(Reply(429, headers=(("Retry-After", "86400"),)))
        with pytest.raises(RequestRefused) as raised:
            caller.extract(URL)
        assert (raised.value.code, raised.value.retry_after_s) == ("TOO_MANY_REQUESTS", 86400)
        assert raised.value.retryable

    def test_status_that_cannot_be_had_is_asked_for_again_and_the_job_is_not(
        self, platform: Platform, caller: Caller
    ) -> None:
        platform.callers.replies.extend([Reply(), Reply(503), Reply(500), Reply(), Reply(502)])
        with working(platform, saying(posted(ANSWER))):
            assert caller.extract(URL) == ANSWER
        assert len(platform.jobs) == 2

    def test_who_is_not_let_in(self, platform: Platform, kind: Kind) -> None:
        for endpoint, key, code in ((ENDPOINT, "wrong", "UNAUTHORIZED"), ("other", API_KEY, "NOT_FOUND")):
            door = RunPod(endpoint, key, base_url=platform.url)
            with pytest.raises(RequestRefused) as raised:
                Caller(kind, door).extract(URL)
            assert (raised.value.code, raised.value.retryable) == (code, False)
            assert "wrong" not in repr(door)
        assert len(platform.callers.requests) == 1

    def test_nobody_there(self, kind: Kind) -> None:
        with pytest.raises(Unreachable) as raised:
            Caller(kind, RunPod(ENDPOINT, API_KEY, base_url="http://127.0.0.1:1/v2")).extract(URL)
        assert raised.value.retryable
        assert "127.0.0.1:1 did not answer" in str(raised.value)

    def test_somebody_else_there(self, platform: Platform, kind: Kind) -> None:
        platform.documents["x"] = (b"<html>", 0.0)
        door = RunPod("documents", API_KEY, base_url=platform.url.removesuffix("/v2"))
        with pytest.raises(RequestRefused):
            Caller(kind, door).extract(URL)


class TestGivingUp:
    def test_job_whose_time_is_up_is_cancelled(self, platform: Platform, kind: Kind, door: RunPod) -> None:
        with pytest.raises(JobTimedOut) as raised:
            Caller(kind, door, timeout_s=0.3).extract(URL)
        assert raised.value.code == "TIMED_OUT"
        (job,) = platform.jobs.values()
        assert job.state == "CANCELLED"

    def test_event_cancels(self, platform: Platform, door: RunPod) -> None:
        cancel = threading.Event()
        with working(platform, lambda _, __: cancel.set()), pytest.raises(JobCancelled):
            Caller("sync", door).extract(URL, cancel=cancel)
        assert next(iter(platform.jobs.values())).state == "CANCELLED"

    def test_cancelled_task_cancels_its_job(self, platform: Platform, door: RunPod) -> None:
        async def cancelled() -> None:
            async with AsyncClient(door, retries=QUICK) as client:
                task = asyncio.create_task(client.extract(URL))
                while not platform.jobs:
                    await asyncio.sleep(0.01)
                while not any("/status/" in path for _, path, _ in platform.callers.requests):
                    await asyncio.sleep(0.01)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

        asyncio.run(cancelled())
        (job,) = platform.jobs.values()
        assert job.state == "CANCELLED"

    def test_error_of_the_callers_own_cancels(self, platform: Platform, caller: Caller) -> None:
        def progress(_: JobProgress) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            caller.extract(URL, progress=progress)
        (job,) = platform.jobs.values()
        assert job.state == "CANCELLED"


class TestMany:
    def test_in_order_and_one_failure_stops_no_other(self, platform: Platform, caller: Caller, tmp_path: Path) -> None:
        def work(worker: ByHand, job: dict[str, Any]) -> None:
            name = job["input"].get("document_id", "none")
            failed = {**failure("DOCUMENT_CORRUPT", retryable=False), "document_id": name}
            worker.answer(job, **posted(failed if name == "d2" else {**ANSWER, "document_id": name}))

        documents = [{"document_url": URL, "document_id": f"d{number}"} for number in range(9)]
        with working(platform, work):
            outcomes = caller.extract_many([*documents, tmp_path / "none.pdf"], concurrency=3, pages="1")
        assert [outcome["document_id"] for outcome in outcomes if not isinstance(outcome, ZopilotError)] == [
            f"d{number}" for number in (0, 1, 3, 4, 5, 6, 7, 8)
        ]
        assert [error.code for error in outcomes if isinstance(error, ZopilotError)] == [
            "DOCUMENT_CORRUPT",
            "DOCUMENT_UNREADABLE",
        ]
        assert isinstance(outcomes[2], ExtractionFailed)
        assert {job.input["pages"] for job in platform.jobs.values() if job.input} == {"1"}

    def test_no_more_at_a_time_than_asked_for(self, platform: Platform, caller: Caller) -> None:
        open_at_once: list[int] = []

        def work(worker: ByHand, job: dict[str, Any]) -> None:
            while len(platform.jobs) < 2:
                time.sleep(0.01)
            open_at_once.append(_open(platform))
            worker.answer(job, **posted(ANSWER))

        with working(platform, work):
            assert len(caller.extract_many([URL] * 8, concurrency=2)) == 8
        assert max(open_at_once) == 2

    def test_whoever_stops_half_way_cancels_the_rest(self, platform: Platform, caller: Caller) -> None:
        # Answers come in the documents' order, and two jobs are taken in any.
        documents = [f"{URL}?{number}" for number in range(50)]

        def work(worker: ByHand, job: dict[str, Any]) -> None:
            if job["input"]["document_url"] == documents[0]:
                worker.answer(job, **posted(ANSWER))

        with working(platform, work):
            assert caller.extract_many(documents, take=1, concurrency=2) == [ANSWER]
            assert platform.wait(lambda: _open(platform) == 0, 60)
        states = [job.state for job in platform.jobs.values() if job.input]
        assert len(states) < 10
        assert states.count("COMPLETED") == 1
        assert set(states) <= {"COMPLETED", "CANCELLED"}


def _open(platform: Platform) -> int:
    return sum(job.state in ("IN_QUEUE", "IN_PROGRESS") for job in platform.jobs.values())
