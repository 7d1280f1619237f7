"""The real worker in RunPod's production loop: every job gets one true answer, and nothing is left of a worker."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from extractor.settings import PROJECT_ROOT
from tests import documents

from .records import Job, Reply
from .runpod import NEVER, Platform
from .worker import Worker

pytestmark = pytest.mark.slow

RECEIPT = documents.image_bytes(documents.text_image(["Receipt 4711"]), "PNG")
LETTER = documents.text_pdf([["Dear Ms Gray,", "the rent for May is 1,250.00."]])
LONG = documents.text_pdf([[f"Sheet {number}"] for number in range(60)])
CHEAP = {"OMP_NUM_THREADS": "1", "TORCH_THREADS": "1"}
FAULTY = ("-m", "tests.platform.faulty_worker")


def job(document: bytes, **keys: Any) -> dict[str, Any]:
    return {"document_content_base64": base64.b64encode(document).decode("ascii"), **keys}


def codes(worker: Worker, id: str) -> list[str]:
    """How the job ended each time that it was logged and counted."""
    lines = [json.loads(line) for line in worker.log.splitlines() if line.startswith('{"event": "job"')]
    return [line["code"] for line in lines if line["document_id"] == id]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with Platform(lost_after_s=600) as running:
        yield running


@pytest.fixture(scope="module")
def worker(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One worker for the tests that it survives."""
    environment = {**CHEAP, "MAX_CONCURRENCY": "3", "POST_TIMEOUT_S": "3", "DRAIN_S": "1"}
    environment["MAX_OUTPUT_BYTES"] = "30000"
    with Worker(platform, tmp_path_factory.mktemp("shared"), environment=environment) as running:
        yield running


@pytest.mark.usefixtures("worker")
class TestAnswers:
    def test_what_the_document_says(self, platform: Platform) -> None:
        ids = [platform.submit(job(document)) for document in (RECEIPT, LETTER)]
        receipt, letter = (platform.finished(id) for id in ids)
        assert receipt.state == letter.state == "COMPLETED"
        assert receipt.output["document_id"] == ids[0]
        assert receipt.output["data"]["markdown"].strip() == "Receipt 4711"
        assert "1,250.00" in letter.output["data"]["markdown"]
        assert len(receipt.answers) == len(letter.answers) == 1

    def test_fields_that_were_asked_for(self, platform: Platform) -> None:
        asked = {"preset": "invoice", "fields": {"favourite_colour": {"required": True}}}
        recursive = {"json_schema": {"type": "object", "properties": {"total": {"$ref": "#"}}}}
        ids = [platform.submit(job(LETTER, **keys)) for keys in (asked, recursive)]
        done, refused = (platform.finished(id) for id in ids)
        assert done.state == "COMPLETED"
        assert done.output["data"]["values"].keys() == done.output["data"]["fields"].keys()
        assert "favourite_colour" in done.output["metadata"]["missing_fields"]
        assert refused.output["error_code"] == "INVALID_INPUT"
        assert refused.answer["error"].endswith("properties.total.$ref: the schema is recursive")

    def test_bad_document_is_a_failed_job_with_a_code(self, platform: Platform) -> None:
        done = platform.finished(platform.submit(job(b"just a text", document_id="mine")))
        assert done.state == "FAILED"
        assert done.answer["error"].startswith("UNSUPPORTED_FORMAT: ")
        assert done.output["error_code"] == "UNSUPPORTED_FORMAT"
        assert (done.output["retryable"], done.output["document_id"]) == (False, "mine")

    @pytest.mark.parametrize("job_input", [None, [], "x", 7, {}, {"document_id": "\ud800", "x\udfff": 1}], ids=repr)
    def test_input_that_is_no_request(self, platform: Platform, job_input: object) -> None:
        done = platform.finished(platform.submit(job_input))
        assert done.output["error_code"] == "INVALID_INPUT"

    def test_answer_over_the_limit_with_nowhere_to_go_is_said(self, platform: Platform) -> None:
        every = ["markdown", "text", "html", "elements", "lines", "tables", "csv", "docling"]
        done = platform.finished(platform.submit(job(documents.invoice_pdf(), outputs=every)))
        assert done.output["error_code"] == "OUTPUT_TOO_LARGE"
        assert "pass result_url" in done.answer["error"]


REPLIES = {
    "refused-then-fails": [Reply(400), Reply(500)],
    "fails-longer-than-the-sdk-tries": [Reply(500)] * 4,
    "never-answered": [Reply(503, NEVER)],
    "stays-refused": [Reply(400)] * 3,
}


@pytest.fixture(scope="module")
def deliveries(platform: Platform, worker: Worker) -> dict[str, Job]:
    """What became of jobs whose results the platform does not take at once: all at the same time."""
    ids = {name: platform.submit(job(RECEIPT), replies=replies) for name, replies in REPLIES.items()}
    return {name: platform.finished(id) for name, id in ids.items()}


@pytest.mark.usefixtures("worker")
class TestDelivery:
    @pytest.mark.parametrize("name", [name for name in REPLIES if name != "stays-refused"])
    def test_result_that_is_not_taken_is_sent_again(
        self, platform: Platform, deliveries: dict[str, Job], name: str
    ) -> None:
        done = deliveries[name]
        assert done.state == "COMPLETED"
        assert len(done.answers) == done.deliveries == 1
        statuses = [reply.status for reply in REPLIES[name]]
        assert [call.status for call in platform.calls_of("done", done.id)] == [*statuses, 200]

    def test_result_that_stays_refused_becomes_an_error_for_the_caller(self, deliveries: dict[str, Job]) -> None:
        done = deliveries["stays-refused"]
        assert done.state == "FAILED"
        assert done.output["error_code"] == "DELIVERY_FAILED"
        assert done.output["retryable"] is False
        assert "status 400" in done.answer["error"]

    def test_job_that_is_delivered_twice_at_a_time_is_answered_once(self, platform: Platform) -> None:
        id = platform.submit(job(LONG, pages="1-4"))
        platform.taken(id)
        platform.deliver_again(id)
        done = platform.finished(id)
        assert done.deliveries == 2
        assert len(done.answers) == 1  # and the last test of this worker looks again, when it has ended


@pytest.mark.usefixtures("worker")
class TestProgress:
    def test_updates_are_in_order_apart_and_never_after_the_answer(self, platform: Platform) -> None:
        done = platform.finished(platform.submit(job(LONG, pages="1-8")))
        times = [at for at, _ in done.progress]
        updates = [update for _, update in done.progress]
        assert len(updates) >= 2
        assert set(updates[-1]) == {"pages_done", "pages_total", "stage"}
        assert [u["pages_done"] for u in updates] == sorted(u["pages_done"] for u in updates)
        assert all(u["pages_total"] == 8 for u in updates if u["stage"] == "pages")
        assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))
        kinds = [call.kind for call in platform.calls if call.job == done.id and call.kind in ("progress", "done")]
        assert kinds == ["progress"] * len(updates) + ["done"]

    def test_answer_waits_for_the_update_that_is_on_its_way(self, platform: Platform) -> None:
        platform.progress_delay_s = 8.0
        try:
            done = platform.finished(platform.submit(job(LONG, pages="1-2")))
        finally:
            platform.progress_delay_s = 0.0
        assert done.finished_at >= done.progress[-1][0] + 8.0 - 0.1
        assert done.late_progress == 0

    def test_short_job_sends_none(self, platform: Platform) -> None:
        assert platform.finished(platform.submit(job(b"just a text"))).progress == []


class TestStopping:
    def test_stopped_job_lets_go_and_posts_nothing(self, platform: Platform, worker: Worker) -> None:
        stopped = platform.submit(job(documents.merged(*[LONG] * 5)))
        platform.taken(stopped)
        assert platform.wait(lambda: bool(platform.jobs[stopped].progress), 60)
        assert worker.left_files(of="job-") != []
        platform.cancel(stopped)
        other = platform.finished(platform.submit(job(RECEIPT)))
        assert other.state == "COMPLETED"
        assert worker.left_files(of="job-") == []
        assert platform.jobs[stopped].answered_after_cancel == 0
        assert platform.calls_of("done", stopped) == []
        assert codes(worker, stopped) == ["CANCELLED"]

    def test_killed_page_processes_cost_no_job(self, platform: Platform, worker: Worker) -> None:
        running = platform.submit(job(LONG, pages="1-4"))
        platform.taken(running)
        killed = worker.page_processes()
        assert killed
        for process in killed:
            process.kill()
        done = platform.finished(running)
        assert done.output["metadata"]["pages"]["failed"] == []
        for process in worker.page_processes():  # and once more, while they idle
            process.kill()
        time.sleep(0.5)
        assert platform.finished(platform.submit(job(RECEIPT))).state == "COMPLETED"

    def test_sigterm_answers_what_cannot_be_finished_in_time(self, platform: Platform, worker: Worker) -> None:
        """The last of the shared worker."""
        long = platform.submit(job(documents.merged(*[LONG] * 5)))
        # The answer to a take that is still on its way when the worker leaves is for RunPod to hand out again.
        assert platform.wait(lambda: bool(platform.jobs[long].progress), 180)
        worker.terminate()
        assert worker.ended() == 0
        done = platform.finished(long)
        assert (done.output["error_code"], done.output["retryable"]) == ("WORKER_UNHEALTHY", True)
        assert codes(worker, long) == ["WORKER_UNHEALTHY"]
        assert f"[EXTRACT] Failed: {long}, {done.answer['error']}\n" in worker.log
        assert done.answer["error"].endswith("; send the job again")
        assert worker.orphans() == []
        assert worker.left_files() == []
        waiting = platform.submit(job(RECEIPT))
        time.sleep(1)
        assert platform.jobs[waiting].state == "IN_QUEUE"
        assert all(job.late_progress == 0 for job in platform.jobs.values())
        assert [job.id for job in platform.jobs.values() if len(job.answers) > 1] == []


class TestEnds:
    def test_sick_device_is_said_and_the_worker_leaves(self, tmp_path: Path) -> None:
        faults = tmp_path / "faults"
        environment = {**CHEAP, "FAULTS": str(faults), "MAX_CONCURRENCY": "1"}
        with (
            Platform(lost_after_s=600) as platform,
            Worker(platform, tmp_path, command=FAULTY, environment=environment) as worker,
        ):
            assert platform.finished(platform.submit(job(RECEIPT))).state == "COMPLETED"
            faults.write_text("memory")
            done = platform.finished(platform.submit(job(LETTER)))
            assert (done.output["error_code"], done.output["retryable"]) == ("OUT_OF_MEMORY", True)
            faults.write_text("wrong")
            done = platform.finished(platform.submit(job(LETTER)))
            assert done.output["error_code"] == "MODEL_FAILURE"
            assert platform.finished(platform.submit(job(LETTER))).state == "COMPLETED"
            faults.write_text("sticky")
            sick, waiting = platform.submit(job(LETTER)), platform.submit(job(LETTER))
            done = platform.finished(sick)
            assert done.output["error_code"] == "WORKER_UNHEALTHY"
            assert done.answer["stopPod"] is True
            assert worker.ended() == 1
            assert worker.orphans() == []
            assert platform.jobs[waiting].state == "IN_QUEUE"

    def test_worker_with_wrong_weights_reports_itself_and_takes_nothing(self, tmp_path: Path) -> None:
        models = tmp_path / "models"
        shutil.copytree(PROJECT_ROOT / "models", models, ignore=shutil.ignore_patterns(".*"))
        with (models / "PP-OCRv6_small_rec" / "dictionary.txt").open("ab") as file:
            file.write(b"!")
        with Platform() as platform, Worker(platform, tmp_path, environment={"MODELS_DIR": str(models)}) as worker:
            waiting = platform.submit(job(RECEIPT))
            assert worker.ended() == 1
            (ping,) = platform.calls_of("ping")
            assert (ping.body["status"], ping.body["check"]) == ("unhealthy", "models")
            assert "dictionary.txt is not the file that was baked" in ping.body["reason"]
            assert platform.jobs[waiting].deliveries == 0
            assert worker.orphans() == []

    def test_worker_is_recycled_after_its_jobs(self, tmp_path: Path) -> None:
        environment = {**CHEAP, "RECYCLE_AFTER_JOBS": "2", "MAX_CONCURRENCY": "1"}
        with Platform() as platform, Worker(platform, tmp_path, environment=environment) as worker:
            ids = [platform.submit(job(b"just a text")) for _ in range(3)]
            assert worker.ended() == 0
            answers = [platform.jobs[id].answers for id in ids]
            assert [len(answer) for answer in answers] == [1, 1, 0]
            assert "stopPod" not in answers[0][0]
            assert answers[1][0]["stopPod"] is True
            assert platform.jobs[ids[2]].state == "IN_QUEUE"

    @pytest.mark.parametrize("loaded", [False, True], ids=["while-it-loads", "when-it-serves"])
    def test_first_process_of_a_container_ends_on_sigterm(self, tmp_path: Path, loaded: bool) -> None:
        alone = ("unshare", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child")
        with Platform(poll_s=600) as platform, Worker(platform, tmp_path, before=alone, environment=CHEAP) as worker:
            first = _first_process(worker)
            if loaded:
                assert platform.finished(platform.submit(job(b"just a text"))).state == "FAILED"
                assert platform.wait(lambda: platform.open_polls == 1, 30)  # which it does not wait for
            else:
                assert _until(lambda: any("torch" in m.path for m in first.memory_maps()))
            first.terminate()
            assert worker.ended(30) == (0 if loaded else 143)
            assert worker.orphans() == []


def _until(true: Any, patience_s: float = 60.0) -> bool:
    give_up = time.monotonic() + patience_s
    while not true() and time.monotonic() < give_up:
        time.sleep(0.05)
    return bool(true())


def _first_process(worker: Worker) -> psutil.Process:
    """What is process 1 where the worker lives."""
    unshare = psutil.Process(worker.process.pid)
    assert _until(lambda: any("handler.py" in child.cmdline() for child in unshare.children()))
    return unshare.children()[0]


def test_a_folder_of_documents_gives_a_table(tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(LETTER)
    (tmp_path / "job.json").write_text(json.dumps({"input": job(b"just a text")}))
    run = subprocess.run(
        [sys.executable, "-m", "tests.platform", "--jobs", str(tmp_path)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert "letter.pdf" in run.stdout
    assert "UNSUPPORTED_FORMAT" in run.stdout
    assert "2 jobs in" in run.stdout
