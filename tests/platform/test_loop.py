"""The worker's own loop, where it can be seen without a platform."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from runpod.serverless.modules.worker_state import JobsProgress

from extractor.deadline import JobEnd
from extractor.device.profile import PROFILES
from extractor.doors.runpod_loop import JobLoop, modifier
from extractor.engine import Engine
from extractor.settings import Settings
from extractor.telemetry import Telemetry
from extractor.worker import concurrency


def loop(**settings: Any) -> JobLoop:
    config = {"settings": Settings(**settings), "telemetry": Telemetry(), "concurrency_modifier": lambda current: 1}
    return JobLoop(config)


def test_place_that_becomes_free_is_seen_at_once() -> None:
    """The SDK by itself sleeps a second at a time while its places are taken."""

    async def wait_for_room() -> bool:
        full = loop()
        full.job_progress.add("job-1")
        waiting = asyncio.create_task(full.set_scale())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        full.job_progress.remove("job-1")
        full.room.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        return waiting.done()

    try:
        assert asyncio.run(wait_for_room())
    finally:
        JobsProgress().clear()


def test_nothing_is_taken_once_told_to_leave() -> None:
    async def take() -> object:
        leaving = loop()
        leaving.kill_worker()
        return await leaving.jobs_fetcher(None, 1)  # no session: there is no call to make

    assert asyncio.run(take()) is None


def test_job_that_is_stopped_before_it_begins_is_not_run() -> None:
    async def stopped() -> list[str]:
        ran: list[str] = []
        tasks = loop()
        tasks.config["handler"] = lambda job: ran.append(job["id"])
        job = {"id": "job-1", "input": {}}
        await tasks.jobs_queue.put(await _taken(tasks, job))
        assert await tasks.stop_job("job-1")
        assert not await tasks.stop_job("job-2")
        await tasks.jobs_queue.get()
        await tasks.handle_job(None, job)  # type: ignore[arg-type]  # nothing is posted
        return ran

    assert asyncio.run(stopped()) == []
    assert JobsProgress().get_job_count() == 0


async def _taken(tasks: JobLoop, job: dict[str, Any]) -> dict[str, Any]:
    tasks.job_progress.add(job)
    tasks.not_begun[job["id"]] = JobEnd()
    return job


class TestConcurrency:
    @pytest.mark.parametrize(("wanted", "taken"), [(0, 2), (7, 7)])
    def test_jobs_at_a_time_on_a_cpu(
        self, engine: Engine, monkeypatch: pytest.MonkeyPatch, wanted: int, taken: int
    ) -> None:
        monkeypatch.setattr(engine, "profile", PROFILES["cpu"])
        monkeypatch.setattr(engine, "settings", engine.settings.model_copy(update={"max_concurrency": wanted}))
        assert concurrency(engine) == taken
        assert modifier(lambda: engine, lambda: None)(1) == taken

    @pytest.mark.parametrize("wanted", [0, 7])
    def test_jobs_at_a_time_on_a_gpu(self, engine: Engine, monkeypatch: pytest.MonkeyPatch, wanted: int) -> None:
        monkeypatch.setattr(engine, "profile", PROFILES["cuda"])
        monkeypatch.setattr(engine, "settings", engine.settings.model_copy(update={"max_concurrency": wanted}))
        assert concurrency(engine) == (wanted or engine.page_processes)
