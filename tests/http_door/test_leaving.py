"""The HTTP door's end: what is in is finished, or told to try again; and the end of the answers that it keeps."""

from __future__ import annotations

import base64
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.http_door.receiver import Receiver, receiving
from tests.http_door.served import (
    ENDLESS,
    LONG,
    SHORT,
    Served,
    alive,
    base64_of,
    children,
    head,
    response_on,
    until,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door that waits for its jobs, may call loopback, and keeps answers for a moment."""
    started = Served(
        tmp_path_factory.mktemp("patient"),
        FETCH_ALLOW_HOSTS="127.0.0.1",
        WEBHOOK_SECRET="whsec_" + base64.b64encode(bytes(range(32))).decode("ascii"),
        HTTP_JOBS="2",
        HTTP_KEEP_S="0.2",
        DRAIN_S="300",
    )
    yield started
    started.stop()


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Served]:
    """A door that hardly waits for its jobs."""
    started = Served(tmp_path, HTTP_JOBS="1", HTTP_WAITING_JOBS="1", DRAIN_S="0.5", MAX_PAGES="400")
    yield started
    started.stop()


def test_answers_go_when_their_time_is_up(patient: Served) -> None:
    job_id = patient.client.post("/jobs", files={"file": SHORT}).json()["id"]
    until(lambda: patient.client.get(f"/jobs/{job_id}").status_code == 410)
    assert patient.lines()[-1]["code"] == "OK"
    assert list(patient.scratch.rglob("*.json.gz")) == []


class TestLeaving:
    def test_jobs_that_are_in_are_finished_and_a_second_signal_does_not_wait(
        self, patient: Served, receiver: Receiver
    ) -> None:
        """The last of this door. A webhook is told of the job that is finished."""
        some = {"document_content_base64": base64_of(LONG), "pages": "1-2", "outputs": ["text"]}
        with ThreadPoolExecutor(3) as callers:
            endless = callers.submit(patient.upload, LONG)
            until(lambda: patient.at_work() == 1)
            sent = patient.client.post("/jobs", json={"input": some, "webhook": f"{receiver.url}/finished"})
            until(lambda: patient.at_work() == 2)
            jobs = [callers.submit(patient.upload, SHORT) for _ in range(2)]  # too many at once
            until(lambda: patient.client.get("/health").json()["jobs_in_flight"] == 4)
            left = children(patient.process)
            patient.process.send_signal(signal.SIGTERM)
            assert [job.result().status_code for job in jobs] == [200] * 2
            (call,) = receiver.called("/finished")
            assert (call.told["id"], call.told["status"]) == (sent.json()["id"], "COMPLETED")
            assert "Page 1 of very many" in call.told["output"]["data"]["text"]
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{patient.url}/ping", trust_env=False)
            assert not endless.done()
            patient.process.send_signal(signal.SIGTERM)
            assert endless.result().status_code == 503
        assert patient.process.wait(ENDLESS) == 0
        until(lambda: not any(alive(child) for child in left))
        assert list(patient.scratch.rglob("job-*")) == []

    def test_what_is_left_when_the_time_is_up_is_told_to_try_again(self, hasty: Served) -> None:
        with ThreadPoolExecutor(1) as caller:
            job = caller.submit(hasty.upload, LONG)
            until(lambda: hasty.at_work() == 1)
            upload = hasty.send(head("Content-Type: application/json", "Content-Length: 9"), b"{")
            until(lambda: hasty.client.get("/health").json()["jobs_in_flight"] == 2)
            left = children(hasty.process)
            hasty.process.send_signal(signal.SIGTERM)
            answer = job.result()
            assert (answer.status_code, answer.json()["error_code"]) == (503, "WORKER_UNHEALTHY")
            assert answer.json()["retryable"] is True
            assert response_on(upload)[0] == 503
        assert hasty.process.wait(ENDLESS) == 0
        until(lambda: not any(alive(child) for child in left))
        assert list(hasty.scratch.rglob("job-*")) == []
        line = hasty.lines()[-1]
        assert (line["code"], line["document_id"]) == ("WORKER_UNHEALTHY", answer.json()["document_id"])
        assert f"[EXTRACT] Failed: {line['document_id']}, {answer.json()['error']}\n" in hasty.log
