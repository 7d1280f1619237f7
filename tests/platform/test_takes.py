"""Whatever RunPod's job-take holds: good jobs run, the others are answered where they can be, and the loop lives on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .records import FOR_EVER, Job
from .runpod import Platform
from .worker import Worker

pytestmark = pytest.mark.slow

OWN_LOOP = ("-m", "tests.platform.plain_worker", "--own-loop")
DEEP = "[" * 5000 + "]" * 5000


def good(id: str, **keys: Any) -> str:
    return json.dumps({"id": id, "input": {"answer": {"success": True, "of": id}, **keys}})


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with Platform(poll_s=600, lost_after_s=600) as running:
        yield running


@pytest.fixture(scope="module")
def worker(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    folder = tmp_path_factory.mktemp("takes")
    with Worker(platform, folder, command=(*OWN_LOOP, "--places", "3"), environment={"DRAIN_S": "1"}) as running:
        yield running


def ran(job: Job) -> bool:
    return job.state == "COMPLETED" and job.answers == [{"output": {"success": True, "of": job.id}}]


def code(job: Job) -> str:
    assert len(job.answers) == 1
    assert job.answer["error"].startswith(f"{job.output['error_code']}: ")
    return str(job.output["error_code"])


# What comes with two good jobs, and the id that it can be answered under, as a URL has it.
BAD = {
    "an empty object": ("{}", None),
    "a number": ("7", None),
    "nothing": ("null", None),
    "a list": ('[{"id": "x", "input": {}}]', None),
    "no id": ('{"input": {"answer": 1}}', None),
    "an id that is null": ('{"id": null, "input": {}}', None),
    "an id that is true": ('{"id": true, "input": {}}', None),
    "an empty id": ('{"id": "", "input": {}}', None),
    "an id that is an object": ('{"id": {"id": "x"}, "input": {}}', None),
    "an id with a line end": (r'{"id": "a\nb", "input": {}}', "a\nb"),
    "an id with a comma": ('{"id": "one,two", "input": {}}', "one,two"),
    "an id in Greek": ('{"id": "αβγ", "input": {}}', "αβγ"),
    "an id of half a surrogate pair": (r'{"id": "\ud800", "input": {}}', None),
    "no input": ('{"id": "no-input"}', "no-input"),
    "an input that is null": ('{"id": "null-input", "input": null}', "null-input"),
    "deep JSON": (f'{{"id": "deep", "input": {{"x": {DEEP}}}}}', "deep"),
    "deep JSON without an id": (DEEP, None),
}


@pytest.mark.usefixtures("worker")
class TestBatch:
    @pytest.mark.parametrize("bad", BAD)
    def test_good_jobs_run_and_what_is_wrong_is_answered_where_it_has_an_id(self, platform: Platform, bad: str) -> None:
        text, id = BAD[bad]
        first, last = f"first of {bad}".replace(" ", "-"), f"last of {bad}".replace(" ", "-")
        jobs = platform.hand_out(f"[{good(first)}, {text}, {good(last)}]".encode(), first, last, *([id] if id else []))
        for job in jobs:
            platform.finished(job.id, 20)
        assert ran(jobs[0])
        assert ran(jobs[1])
        assert [code(job) for job in jobs[2:]] == ["INVALID_INPUT"] * len(jobs[2:])

    def test_id_that_is_a_number_is_run_under_its_digits(self, platform: Platform) -> None:
        (job,) = platform.hand_out(b'[{"id": 4711, "input": {"answer": {"success": true}}}]', "4711")
        assert platform.finished(job.id, 20).state == "COMPLETED"

    def test_id_with_the_signs_of_a_url_is_answered_under_its_own_name(self, platform: Platform) -> None:
        (job,) = platform.hand_out(f"[{good('../../x?y=z#&%2e')}]".encode(), "../../x?y=z#&%2e")
        assert ran(platform.finished(job.id, 20))

    def test_key_that_no_job_has_does_no_harm(self, platform: Platform) -> None:
        odd = b'[{"id": "odd", "self": 1, "": 2, "id ": 3, "batchId": [], "input": {"answer": {"success": true}}}]'
        (job,) = platform.hand_out(odd, "odd")
        assert platform.finished(job.id, 20).state == "COMPLETED"

    def test_more_jobs_than_were_asked_for_are_all_run(self, platform: Platform) -> None:
        ids = [f"many-{number}" for number in range(12)]
        jobs = platform.hand_out(f"[{','.join(good(id, sleep_s=0.1) for id in ids)}]".encode(), *ids)
        assert all(ran(platform.finished(job.id, 30)) for job in jobs)

    def test_job_that_is_in_one_batch_twice_is_answered_once(self, platform: Platform) -> None:
        twice = good("twice", sleep_s=0.5)
        (job,) = platform.hand_out(f"[{twice}, {twice}]".encode(), "twice")
        assert ran(platform.finished(job.id, 20))
        time.sleep(1)
        assert len(job.answers) == 1

    @pytest.mark.parametrize(
        ("bad", "id"),
        [
            ('{"id": "comma", "input": {"answer": 1,}}', "comma"),
            ('{"id": "open", "input": {"answer": 1}', "open"),
            ('nonsense, {"input": }, nonsense', None),
        ],
    )
    def test_job_that_is_no_json_is_answered_where_it_has_an_id(
        self, platform: Platform, worker: Worker, bad: str, id: str | None
    ) -> None:
        first, last = f"first-{id}", f"last-{id}"
        jobs = platform.hand_out(f"[{good(first)}, {bad}, {good(last)}]".encode(), first, last, *([id] if id else []))
        for job in jobs:
            platform.finished(job.id, 20)
        assert ran(jobs[0])
        assert ran(jobs[1])
        assert [code(job) for job in jobs[2:]] == ["INTERNAL"] * len(jobs[2:])
        if id is None:
            assert worker.log.count("cannot be answered (3 in ") == 1

    def test_job_that_runs_is_not_refused_when_it_comes_again_as_no_json(self, platform: Platform) -> None:
        (job,) = platform.hand_out(f"[{good('again', sleep_s=2)}]".encode(), "again")
        assert platform.wait(lambda: job.state == "IN_PROGRESS", 20)
        platform.hand_out(b'[{"id": "again", "input": {,}}]')
        assert ran(platform.finished("again", 20))
        time.sleep(1)
        assert len(job.answers) == 1

    def test_jobs_that_came_before_the_connection_broke_are_answered(self, platform: Platform) -> None:
        body = f"[{good('whole')}, {good('cut-off', text='x' * 100)}]".encode()
        platform.takes_break_at = len(body) - 20
        try:
            whole, cut = platform.hand_out(body, "whole", "cut-off")
            assert ran(platform.finished("whole", 20))
            assert code(platform.finished("cut-off", 20)) == "INTERNAL"
        finally:
            platform.takes_break_at = None
        assert ran(whole)
        assert cut.output["retryable"]

    @pytest.mark.parametrize("between", ["][", "]\n[", "], ["], ids=["nothing", "a line end", "a comma"])
    def test_second_list_of_one_take_is_run_too(self, platform: Platform, between: str) -> None:
        ids = [f"{place}-{ord(between[1])}" for place in ("one", "two", "bad id")]
        bad = json.dumps({"id": ids[2], "input": {}})
        jobs = platform.hand_out(f"[{good(ids[0])}{between}{good(ids[1])}, {bad}]".encode(), *ids)
        for job in jobs:
            platform.finished(job.id, 20)
        assert ran(jobs[0])
        assert ran(jobs[1])
        assert code(jobs[2]) == "INVALID_INPUT"

    def test_worker_has_not_died_and_has_said_what_it_could_not_answer(
        self, platform: Platform, worker: Worker
    ) -> None:
        assert worker.process.poll() is None
        assert "Traceback" not in worker.log
        assert "\nb: " not in worker.log  # an id with a line end begins no line
        unanswerable = sum(id is None for _, id in BAD.values())
        assert worker.log.count("cannot be answered (1 in ") == unanswerable


@pytest.mark.usefixtures("worker")
class TestNothingButNonsense:
    @pytest.mark.parametrize(
        "body",
        [
            b"{}",
            b"[]",
            b"[{}]",
            b"[7, null]",
            b"",
            b"{",
            b"\xff",
            b'"text"',
            b"NaN",
            DEEP.encode(),
            b'{"id": "x"',
            b"null",
        ],
        ids=lambda body: body[:12].decode("latin-1"),
    )
    def test_is_not_asked_for_again_and_again(self, platform: Platform, body: bytes) -> None:
        platform.take_bodies_repeat = True
        try:
            before = len(platform.calls)
            platform.hand_out(body)
            time.sleep(3)
            asked = [call for call in platform.calls[before:] if call.kind.startswith("take")]
        finally:
            platform.take_bodies_repeat = False
        assert 1 <= len(asked) <= 18  # some five a second, where the answer is an empty list
        platform.hand_out(f"[{good('after')}]".encode(), "after")
        assert ran(platform.finished("after", 20))


@pytest.mark.usefixtures("worker")
class TestStops:
    def test_channel_that_says_the_same_again_and_again_is_not_asked_all_the_time(self, platform: Platform) -> None:
        platform.stops_repeat = ["a job of another worker"]
        platform.cancel(platform.submit({"answer": {}, "sleep_s": 60}, id="wakes-the-open-call"))
        try:
            before = len(platform.calls_of("stop"))
            time.sleep(3)
            asked = len(platform.calls_of("stop")) - before
            (job,) = platform.hand_out(f"[{good('stopped', sleep_s=60)}]".encode(), "stopped")
            platform.taken("stopped")
            platform.cancel("stopped")
            assert platform.wait(lambda: job.told_at < FOR_EVER, 5)
        finally:
            platform.stops_repeat = []
        assert 1 <= asked <= 18
        platform.hand_out(f"[{good('after-stops')}]".encode(), "after-stops")
        assert ran(platform.finished("after-stops", 20))


class TestLeaving:
    def test_sigterm_begins_no_job_and_answers_those_that_were_handed_out(self, tmp_path: Path) -> None:
        ids = [f"job-{number}" for number in range(12)]
        with (
            Platform(poll_s=600, lost_after_s=600) as platform,
            Worker(platform, tmp_path, command=(*OWN_LOOP, "--places", "2"), environment={"DRAIN_S": "2"}) as worker,
        ):
            body = ",".join(good(id, sleep_s=60 if id == "job-0" else 1) for id in ids)
            jobs = platform.hand_out(f"[{body}]".encode(), *ids)
            assert platform.wait(lambda: jobs[1].state == "COMPLETED", 60)
            worker.terminate()
            assert worker.ended(30) == 0
            begun = {line.removeprefix("begun: ") for line in worker.log.splitlines() if line.startswith("begun: ")}
            for job in jobs:
                assert len(job.answers) == 1, job.id
            rest = [job for job in jobs if not ran(job)]
            assert {code(job) for job in rest} == {"WORKER_UNHEALTHY"}
            assert all(job.output["retryable"] for job in rest)
            assert len(begun) <= 4
            assert sum(job.id not in begun for job in rest) >= 8

    def test_answer_that_arrives_while_it_leaves_is_not_lost(self, tmp_path: Path) -> None:
        """The body of the take comes in two halves, SIGTERM between them."""
        with (
            Platform(poll_s=600, lost_after_s=600) as platform,
            Worker(platform, tmp_path, command=(*OWN_LOOP, "--places", "2"), environment={"DRAIN_S": "2"}) as worker,
        ):
            platform.take_pause_s = 1.5
            (job,) = platform.hand_out(f"[{good('half')}]".encode(), "half")
            assert platform.wait(lambda: platform.half_sent, 60)
            worker.terminate()
            assert worker.ended(30) == 0
            assert code(job) == "WORKER_UNHEALTHY"

    def test_recycled_worker_runs_what_it_was_handed(self, tmp_path: Path) -> None:
        ids = [f"job-{number}" for number in range(7)]
        environment = {"RECYCLE_AFTER_JOBS": "2", "DRAIN_S": "30"}
        with (
            Platform(poll_s=600, lost_after_s=600) as platform,
            Worker(platform, tmp_path, command=(*OWN_LOOP, "--places", "2"), environment=environment) as worker,
        ):
            jobs = platform.hand_out(f"[{','.join(good(id, sleep_s=0.3) for id in ids)}]".encode(), *ids)
            assert worker.ended(60) == 0
            assert [job.answer["output"] for job in jobs] == [{"success": True, "of": id} for id in ids]

    def test_loop_that_fails_ends_the_worker_with_its_reason_and_status_1(self, tmp_path: Path) -> None:
        command = (*OWN_LOOP, "--places", "2", "--modifier-fails-after", "2")
        with Platform(poll_s=0.3) as platform, Worker(platform, tmp_path, command=command) as worker:
            assert worker.ended(60) == 1
            assert "RuntimeError: no concurrency" in worker.log
