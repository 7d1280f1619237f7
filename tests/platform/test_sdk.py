"""What the worker relies on in the pinned SDK, and what of it the worker's own loop is there to mend.

An upgrade that changes one of these fails here by its name: then look at `extractor/doors/runpod_loop.py` and
`handler.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import runpod
from runpod.serverless.modules import rp_http, rp_job, rp_scale

from extractor.doors.runpod_loop import JobLoop, use_loop
from extractor.settings import Settings
from extractor.telemetry import Telemetry

from .records import Call, Job, Reply
from .runpod import Platform
from .worker import Worker

pytestmark = pytest.mark.slow

POLL_S = 3.0
SCRIPT = ("-m", "tests.platform.plain_worker")


@dataclass(frozen=True)
class Run:
    """One life of a worker on the SDK's own loop, ended by SIGTERM while a job runs; its jobs by what they are for."""

    platform: Platform
    jobs: dict[str, Job]
    log: str
    status: int
    ended_at: float
    orphans: int

    def posts(self, name: str, kind: str = "done") -> list[Call]:
        return self.platform.calls_of(kind, self.jobs[name].id)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    inputs = {
        "plain": {"answer": {"success": True}},
        "failed": {"answer": {"error": "X: y", "success": False, "refresh_worker": True}},
        "raised": {"raises": "no luck"},
        "progress": {"progress": {"pages_done": 1}, "answer": {"success": True}},
        "refused": {"answer": {"success": True}},
        "broken": {"answer": {"success": True}},
        "stopped": {"sleep_s": 60},
    }
    replies = {"refused": [Reply(400)] * 9, "broken": [Reply(500)] * 9}
    with (
        Platform(poll_s=POLL_S, lost_after_s=600) as platform,
        Worker(platform, tmp_path_factory.mktemp("plain"), command=SCRIPT) as worker,
    ):
        ids = {name: platform.submit(wanted, replies=replies.get(name, ())) for name, wanted in inputs.items()}
        jobs = {name: platform.jobs[id] for name, id in ids.items()}
        platform.taken(ids["stopped"])
        assert platform.wait(lambda: any(ids["stopped"] in c.body["jobs"] for c in platform.calls_of("ping")), 30)
        # The SDK forgets the word that a job is stopped which it has taken, and whose handler has not begun.
        assert platform.wait(lambda: f"begun: {ids['stopped']}" in worker.log, 30)
        platform.cancel(ids["stopped"])
        assert platform.wait(lambda: len(platform.calls_of("done", ids["broken"])) >= 3, 60)
        last = platform.submit({"sleep_s": 2, "answer": {"last": True}})
        platform.taken(last)
        assert platform.wait(lambda: platform.open_polls == 1, 30)
        jobs["last"] = platform.jobs[last]
        worker.terminate()
        status = worker.ended()
        yield Run(platform, jobs, worker.log, status, time.monotonic(), len(worker.orphans()))


def test_the_version_that_this_was_read_from() -> None:
    assert runpod.__version__ == "1.12.0"


class TestTaking:
    def test_fitness_checks_run_before_the_first_take(self, run: Run) -> None:
        assert "fitness checked" in run.log

    def test_concurrency_is_asked_for_before_the_first_take_and_starts_at_one(self, run: Run) -> None:
        assert run.log.index("concurrency asked for at 1") < run.log.index("Started.")

    def test_several_places_are_filled_by_one_batch_call(self, run: Run) -> None:
        batches = [call for call in run.platform.calls if call.kind == "take-batch" and call.body]
        assert len(batches[0].body) == 3

    def test_pings_name_the_jobs_in_progress(self, run: Run) -> None:
        pings = run.platform.calls_of("ping")
        assert any(run.jobs["stopped"].id in call.body["jobs"] for call in pings)
        assert pings[0].body["runpod_version"] == runpod.__version__

    def test_stop_channel_cancels_the_handler_and_nothing_is_posted(self, run: Run) -> None:
        assert f"cancelled: {run.jobs['stopped'].id}" in run.log
        assert run.posts("stopped") == []

    def test_start_returns_after_sigterm_when_the_running_job_is_answered(self, run: Run) -> None:
        assert run.jobs["last"].answers == [{"output": {"last": True}}]
        assert "start has returned" in run.log
        assert run.status == 0

    def test_heartbeat_ends_with_a_worker_that_ends_in_order(self, run: Run) -> None:
        assert run.orphans == 0

    def test_failed_fitness_check_is_reported_and_ends_the_worker(self, tmp_path: Path) -> None:
        with Platform() as platform, Worker(platform, tmp_path, command=(*SCRIPT, "--unfit")) as worker:
            assert worker.ended() == 1
            (ping,) = platform.calls_of("ping")
        assert (ping.body["status"], ping.body["check"]) == ("unhealthy", "unfit")
        assert "the device is not there" in ping.body["reason"]


class TestAnswers:
    def test_answer_is_posted_as_output(self, run: Run) -> None:
        assert run.jobs["plain"].answers == [{"output": {"success": True}}]

    def test_error_and_refresh_worker_are_taken_out_of_the_answer(self, run: Run) -> None:
        assert run.jobs["failed"].answers == [{"output": {"success": False}, "error": "X: y", "stopPod": True}]

    def test_what_a_handler_raises_is_told_to_the_caller_with_its_traceback(self, run: Run) -> None:
        assert "Traceback" in run.jobs["raised"].answer["error"]

    def test_progress_goes_where_results_go_with_a_status(self, run: Run) -> None:
        assert [body for _, body in run.jobs["progress"].progress] == [{"pages_done": 1}]


class TestWhatTheOwnLoopMends:
    def test_refused_result_is_sent_once_and_lost(self, run: Run) -> None:
        assert [call.status for call in run.posts("refused")] == [400]

    def test_result_that_fails_is_sent_three_times_and_lost(self, run: Run) -> None:
        posts = run.posts("broken")
        assert [call.status for call in posts] == [500] * 3
        assert posts[-1].at - posts[0].at < 10

    def test_jobs_are_taken_after_an_answer_that_asked_for_a_fresh_worker(self, run: Run) -> None:
        assert run.jobs["last"].taken_at > run.posts("failed")[0].at

    def test_open_long_poll_is_waited_for_after_sigterm(self, run: Run) -> None:
        polls = [call.at for call in run.platform.calls if call.kind.startswith("take")]
        assert run.ended_at >= polls[-1] + POLL_S - 0.1


class TestNames:
    """The SDK's parts that the worker's own loop is built on and calls."""

    def test_start_runs_the_loop_that_it_finds_in_rp_scale(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rp_scale, "JobScaler", rp_scale.JobScaler)
        config = use_loop({"handler": print}, Settings(), Telemetry())
        assert rp_scale.JobScaler is JobLoop
        assert config["settings"] == Settings()
        source = Path(runpod.serverless.worker.__file__).read_text(encoding="utf-8")
        assert "rp_scale.JobScaler(config)" in source

    def test_loop_calls_what_is_overridden(self) -> None:
        for name in ("get_jobs", "run_jobs", "monitor_stop_signals", "set_scale", "handle_job", "stop_job", "run"):
            assert callable(getattr(rp_scale.JobScaler, name)), name
        source = Path(rp_scale.__file__).read_text(encoding="utf-8")
        for words in (
            "await self.set_scale()",
            "self.jobs_fetcher(session, jobs_needed)",
            "await self.jobs_handler(session, self.config, job)",
            "asyncio.create_task(self.handle_job(session, job))",
            "await self.stop_job(job_id)",
            "signal.signal(signal.SIGTERM, self.handle_shutdown)",
            "asyncio.run(self.run())",
        ):
            assert words in source, words

    def test_done_url_has_a_place_for_the_job(self) -> None:
        assert isinstance(rp_http.JOB_DONE_URL, str)
        assert (
            '_handle_result(\n        session, job_data, job, JOB_DONE_URL, "Results sent.", is_stream=is_stream\n'
            in (Path(rp_http.__file__).read_text(encoding="utf-8"))
        )

    def test_run_job_awaits_an_async_handler(self) -> None:
        async def handler(job: dict[str, object]) -> dict[str, object]:
            return {"success": True}

        assert asyncio.run(rp_job.run_job(handler, {"id": "x", "input": {}})) == {"output": {"success": True}}
