"""What RunPod's callers see of their jobs, on the stand-in platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from .by_hand import ByHand
from .callers import ENDPOINT, Limits
from .runpod import API_KEY, Platform

LIMITS = Limits(run_bytes=2000, runsync_bytes=4000, wait_ms=(1, 300_000), stream_s=0.05)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform(limits=LIMITS, lost_after_s=600) as running:
        yield running


@pytest.fixture
def worker(platform: Platform) -> Iterator[ByHand]:
    with ByHand(platform) as by_hand:
        yield by_hand


@pytest.fixture
def caller(platform: Platform) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {API_KEY}"}
    with httpx.Client(base_url=f"{platform.url}/{ENDPOINT}", headers=headers, timeout=60, trust_env=False) as client:
        yield client


def run(caller: httpx.Client, **body: Any) -> str:
    """Queue a job; its id."""
    response = caller.post("/run", json={"input": {}, **body})
    assert response.json()["status"] == "IN_QUEUE"
    return str(response.json()["id"])


def until(caller: httpx.Client, job: str, true: Callable[[httpx.Response], bool]) -> httpx.Response:
    """The job's status when it is as it must become."""
    while not true(response := caller.get(f"/status/{job}")):
        pass
    return response


def test_life_of_a_job(caller: httpx.Client, worker: ByHand) -> None:
    id = run(caller, input={"document_url": "https://example.com/a.pdf"})
    assert caller.get(f"/status/{id}").json() == {"id": id, "status": "IN_QUEUE"}
    job = worker.take()
    assert job == {"id": id, "input": {"document_url": "https://example.com/a.pdf"}}
    assert "output" not in caller.get(f"/status/{id}").json()
    worker.report(job, {"pages_done": 1, "pages_total": 3})
    seen = caller.get(f"/status/{id}").json()
    assert (seen["status"], seen["output"]) == ("IN_PROGRESS", {"pages_done": 1, "pages_total": 3})
    worker.answer(job, output={"success": True})
    seen = caller.get(f"/status/{id}").json()
    assert (seen["status"], seen["output"], seen["workerId"]) == ("COMPLETED", {"success": True}, "by-hand")
    assert seen["delayTime"] >= 0
    assert seen["executionTime"] >= 0
    assert "error" not in seen


def test_what_a_worker_calls_error_fails_the_job_and_the_rest_is_output(caller: httpx.Client, worker: ByHand) -> None:
    id = run(caller)
    worker.answer(worker.take(), error="PASSWORD_REQUIRED: ...", output={"error_code": "PASSWORD_REQUIRED"})
    seen = caller.get(f"/status/{id}").json()
    assert (seen["status"], seen["error"]) == ("FAILED", "PASSWORD_REQUIRED: ...")
    assert seen["output"] == {"error_code": "PASSWORD_REQUIRED"}


def test_runsync_waits_for_as_long_as_it_is_asked_to(caller: httpx.Client, worker: ByHand, platform: Platform) -> None:
    early = caller.post("/runsync", params={"wait": 1}, json={"input": {}}).json()
    assert early["status"] == "IN_QUEUE"
    worker.answer(worker.take(), output=1)
    assert caller.get(f"/status-sync/{early['id']}").json()["output"] == 1
    assert caller.post("/runsync", params={"wait": 300_001}, json={"input": {}}).status_code == 400
    assert caller.post("/runsync", params={"wait": "long"}, json={"input": {}}).status_code == 400


def test_stream_gives_each_chunk_once(caller: httpx.Client, worker: ByHand) -> None:
    id = run(caller)
    job = worker.take()
    for chunk in "ab":
        worker.stream(job, chunk)
    assert caller.get(f"/stream/{id}").json()["stream"] == [{"output": "a"}, {"output": "b"}]
    assert caller.get(f"/stream/{id}").json() == {"status": "IN_PROGRESS", "stream": []}
    worker.answer(job, output=[])
    assert caller.post(f"/stream/{id}").json() == {"status": "COMPLETED", "stream": []}


def test_cancelled_job_stops_where_it_is(caller: httpx.Client, worker: ByHand) -> None:
    id = run(caller)
    job = worker.take()
    assert caller.post(f"/cancel/{id}").json()["status"] == "CANCELLED"
    assert worker.stopped() == [id]
    worker.answer(job, output={"late": True})
    seen = caller.get(f"/status/{id}").json()
    assert (seen["status"], "output" in seen) == ("CANCELLED", False)
    waiting = run(caller)
    assert caller.post("/purge-queue").json() == {"removed": 1, "status": "completed"}
    assert caller.get(f"/status/{waiting}").json()["status"] == "CANCELLED"


@pytest.mark.parametrize("taken", [False, True], ids=["it-waits", "it-runs"])
def test_job_that_takes_longer_than_its_policy_allows(caller: httpx.Client, worker: ByHand, taken: bool) -> None:
    id = run(caller, policy={"executionTimeout": 10} if taken else {"ttl": 10})
    if taken:
        worker.take()
    seen = until(caller, id, lambda response: response.json()["status"] == "TIMED_OUT")
    assert "output" not in seen.json()
    if taken:
        assert worker.stopped() == [id]


def test_answers_are_forgotten() -> None:
    limits = Limits(run_kept_s=0.2, runsync_kept_s=0.0, wait_ms=(1, 1000))
    headers = {"Authorization": API_KEY}
    with Platform(limits=limits) as platform, ByHand(platform) as by_hand:
        base = f"{platform.url}/{ENDPOINT}"
        with httpx.Client(base_url=base, headers=headers, timeout=60, trust_env=False) as caller:
            id = run(caller)
            by_hand.answer(by_hand.take(), output=1)
            assert caller.get(f"/status/{id}").status_code == 200
            assert until(caller, id, lambda response: response.status_code != 200).status_code == 404
            sync = caller.post("/runsync", params={"wait": 1}, json={"input": {}}).json()["id"]
            by_hand.answer(by_hand.take(), output=1)
            assert caller.get(f"/status/{sync}").status_code == 404


@pytest.mark.parametrize(("route", "most"), [("/run", 2000), ("/runsync", 4000)])
def test_request_over_the_limit_is_refused(caller: httpx.Client, platform: Platform, route: str, most: int) -> None:
    body = b'{"input": "%s"}'
    fitting = body % (b"x" * (most + 2 - len(body)))
    assert len(fitting) == most
    assert caller.post(route, params={"wait": 1}, content=fitting).status_code == 200
    assert caller.post(route, content=fitting + b" ").status_code == 413
    assert len(platform.jobs) == 1


def test_limits_are_runpods() -> None:
    limits = Limits()
    assert (limits.run_bytes, limits.runsync_bytes) == (10 * 2**20, 20 * 2**20)
    assert (limits.run_kept_s, limits.runsync_kept_s) == (1800, 60)


def test_who_is_not_let_in(caller: httpx.Client) -> None:
    for key in ("", "Bearer wrong", "Bearer"):
        assert caller.get("/health", headers={"Authorization": key}).status_code == 401
    assert caller.get("/health", headers={"Authorization": API_KEY}).status_code == 200
    assert caller.get("/status/no-such-job").status_code == 404
    assert caller.post("/run", json={"document_url": "https://example.com"}).status_code == 400
    assert caller.post("/run", content=b"{").status_code == 400


def test_health_counts_jobs_and_workers(caller: httpx.Client, worker: ByHand) -> None:
    for posted in ({"output": 1}, {"error": "no"}):
        run(caller)
        worker.answer(worker.take(), **posted)
    run(caller)
    worker.take()
    run(caller)
    health = caller.get("/health").json()
    assert health["jobs"] == {"completed": 1, "failed": 1, "inProgress": 1, "inQueue": 1, "retried": 0}
    assert (health["workers"]["running"], health["workers"]["idle"]) == (1, 0)
