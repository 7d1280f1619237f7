"""Page processes and the worker: each task ends in one true way, whatever its process does."""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path

import pytest

from extractor.device.link import Kind
from extractor.device.owner import DeviceOwner
from extractor.device.scheduler import Scheduler
from extractor.engine import Engine
from extractor.errors import DocumentCorrupt, Internal, PageTooComplex, PageTooLarge, WorkerUnhealthy
from extractor.formats import DocumentFile
from extractor.page_processes.failures import Failure
from extractor.page_processes.handle import Running, Task
from extractor.page_processes.pool import PagePool
from extractor.page_processes.process import Answer, Stage
from extractor.settings import Settings
from tests import documents
from tests.page_readers import page_readers
from tests.pool_tasks import request_message

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def pool() -> Iterator[PagePool]:
    running = PagePool(Settings(page_processes=1, page_cpu_s=0.5), tasks="tests.pool_tasks")
    yield running
    running.close()


@pytest.fixture(scope="module")
def asking(engine: Engine) -> Iterator[PagePool]:
    """A process that may ask for forward passes."""
    scheduler = Scheduler(2.0, engine.models.device)
    running = PagePool(Settings(page_processes=1), tasks="tests.pool_tasks")
    running.introduce(DeviceOwner(engine.models, scheduler), engine.models.facts)
    yield running
    running.close()
    scheduler.close()


def begin(pool: PagePool, name: str, argument: object = None, job: object = None, wall_s: float = 60.0) -> Running:
    return pool.submit(Task(name, argument, "page 3", wall_s, job))  # type: ignore[arg-type]


def outcome(pool: PagePool, name: str, argument: object = None, wall_s: float = 60.0) -> Answer | Failure:
    return begin(pool, name, argument, wall_s=wall_s).future.result(PATIENCE_S)


def answer(pool: PagePool, name: str, argument: object = None) -> Answer:
    told = outcome(pool, name, argument)
    assert isinstance(told, Answer), told
    return told


def failure(pool: PagePool, name: str, argument: object = None, wall_s: float = 60.0) -> Failure:
    failed = outcome(pool, name, argument, wall_s)
    assert isinstance(failed, Failure), failed
    return failed


def until(condition: object, what: str) -> None:
    patience = time.monotonic() + PATIENCE_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < patience, what
        time.sleep(0.01)


class TestEnds:
    def test_answers_come_from_another_process_that_has_no_models(self, pool: PagePool) -> None:
        told = answer(pool, "tell", [1, "two"])
        assert told.head["value"] == [1, "two"]
        assert told.head["pid"] in pool.pids
        assert answer(pool, "modules", ["torch", "transformers"]).head["loaded"] == []

    @pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt(3) is glibc's")
    def test_what_one_page_takes_is_there_for_the_next_one(self, pool: PagePool) -> None:
        faults = [answer(pool, "take", 24).head["faults"] for _ in range(4)]
        assert min(faults) < 300, "24 MB are 6,144 pages of 4 KB"

    def test_nor_has_one_that_reads_documents(self, tmp_path: Path) -> None:
        document = DocumentFile(tmp_path / "document", "pdf")
        document.path.write_bytes(documents.text_pdf([["Receipt 4711"]]))
        with page_readers(Settings(page_processes=1)) as readers:
            assert readers.open(document, None).pages == 1
            (pid,) = readers.pool.pids
            mapped = Path(f"/proc/{pid}/maps").read_text()
        assert "pdfium" in mapped
        assert "libtorch" not in mapped

    @pytest.mark.parametrize(
        ("stage", "words"),
        [
            (Stage.OPEN, "page 3 takes too much processor time to open"),
            (Stage.LOOK, "page 3 takes too much processor time to read"),
            (Stage.ASSEMBLE, "page 3 takes too much processor time to put together"),
        ],
    )
    def test_processor_time_ends_with_the_stages_name(self, pool: PagePool, stage: Stage, words: str) -> None:
        failed = failure(pool, "spin", int(stage))
        assert (type(failed.error), failed.error.message, failed.fatal) == (PageTooComplex, words, True)

    def test_what_hangs_is_ended_and_the_next_task_is_done(self, pool: PagePool) -> None:
        failed = failure(pool, "sleep", 30.0, wall_s=0.3)
        assert (type(failed.error), failed.fatal) == (PageTooComplex, True)
        assert failed.error.message == "page 3 takes too long to read"
        assert answer(pool, "tell", 1).head["value"] == 1

    def test_what_crashes_fails_alone(self, pool: PagePool) -> None:
        failed = failure(pool, "crash", int(Stage.READ))
        assert (type(failed.error), failed.error.message) == (DocumentCorrupt, "page 3 crashes the reader")
        assert failed.fatal
        assert answer(pool, "tell", 1).head["value"] == 1

    def test_what_raises_costs_no_process(self, pool: PagePool, caplog: pytest.LogCaptureFixture) -> None:
        before = answer(pool, "tell").head["pid"]
        assert isinstance(failure(pool, "fail", "memory").error, PageTooLarge)
        told = failure(pool, "fail", "PageTooLarge").error
        assert (type(told), told.message) == (PageTooLarge, "so it says")
        ours = failure(pool, "fail", "ValueError")
        assert (type(ours.error), ours.fatal) == (Internal, False)
        assert ours.error.message == "page 3 could not be put together (ValueError)"
        assert "pool_tasks.py" in caplog.text
        assert "secret" not in caplog.text
        assert answer(pool, "tell").head["pid"] == before

    def test_a_page_process_does_not_speak_for_the_worker(self, pool: PagePool) -> None:
        assert isinstance(failure(pool, "fail", "WorkerUnhealthy").error, Internal)

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_a_task_whose_process_is_ended_from_outside_is_done_again(self, pool: PagePool, number: int) -> None:
        running = begin(pool, "sleep", 0.5)
        until(lambda: running.process is not None, "it begins")
        (pid,) = pool.pids
        os.kill(pid, number)
        again = running.future.result(PATIENCE_S)
        assert isinstance(again, Answer)
        assert again.head["pid"] != pid

    def test_a_task_that_is_ended_from_outside_each_time_is_lost(self, pool: PagePool) -> None:
        running = begin(pool, "sleep", 30.0)
        for tries in (1, 2, 3):
            until(lambda tries=tries: running.tries == tries and running.process is not None, "it begins")
            os.kill(pool.pids[0], signal.SIGKILL)
        lost = running.future.result(PATIENCE_S)
        assert isinstance(lost, Failure)
        assert isinstance(lost.error, Internal)

    def test_closing_ends_everything_and_says_so(self) -> None:
        running = PagePool(Settings(page_processes=1), tasks="tests.pool_tasks")
        waiting = [begin(running, "sleep", 60.0) for _ in range(2)]
        (pid,) = running.pids
        running.close()
        for one in waiting:
            ended = one.future.result(1)
            assert isinstance(ended, Failure)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


class TestStart:
    def test_processes_that_end_before_they_are_ready_are_told_with_how(self) -> None:
        told: list[str] = []
        pool = PagePool(Settings(page_processes=1), tasks="tests.tasks_that_are_not_there")
        try:
            pool.when_sick(told.append)
            until(lambda: told, "nobody was told")
            assert told[0].endswith("cannot be started (5 ended before they were ready, the last one with status 1)")
            with pytest.raises(WorkerUnhealthy, match="the last one with status 1"):
                begin(pool, "answer")
        finally:
            pool.close()


class TestTurns:
    def test_jobs_take_turns(self, pool: PagePool) -> None:
        order: list[str] = []
        held = begin(pool, "sleep", 0.2)
        waiting = [begin(pool, "tell", name, job=name[0]) for name in ("a1", "a2", "a3", "b1", "c1")]
        for running in waiting:
            running.future.add_done_callback(lambda done: order.append(done.result().head["value"]))
        for running in (held, *waiting):
            running.future.result(PATIENCE_S)
        assert order == ["a1", "b1", "c1", "a2", "a3"]

    def test_what_nobody_waits_for_is_dropped(self, pool: PagePool) -> None:
        held, waiting = begin(pool, "sleep", 30.0), begin(pool, "tell", "never")
        until(lambda: held.process is not None, "it begins")
        for running in (waiting, held):
            pool.drop(running)
            with pytest.raises(CancelledError):
                running.future.result(0)
        assert answer(pool, "tell", "next").head["value"] == "next"

    def test_processes_are_renewed_without_threads_left_behind(self) -> None:
        running = PagePool(Settings(page_processes=1, pages_per_process=2), tasks="tests.pool_tasks")
        try:
            pids, arenas = {answer(running, "tell").head["pid"] for _ in range(2)}, running.arenas
            threads = threading.active_count()
            pids |= {answer(running, "tell").head["pid"] for _ in range(6)}
            assert len(pids) == 4
            # A GPU's driver has pinned them, once.
            assert running.arenas == arenas
            assert threading.active_count() == threads
        finally:
            running.close()


class TestMemory:
    def test_pictures_of_page_after_page_are_in_the_same_place(self, pool: PagePool) -> None:
        first, second = (answer(pool, "draw", (1000, 700)).head for _ in range(2))
        assert first == second

    def test_a_page_that_needs_more_than_there_is_room_for_is_too_large(self, pool: PagePool) -> None:
        assert isinstance(failure(pool, "draw", (20_000, 3000)).error, PageTooLarge)
        assert answer(pool, "draw", (10, 10)).head["sum"] == 10 * 3 * 7

    def test_a_document_is_let_go_of_when_its_job_ends(self, tmp_path: Path) -> None:
        path = tmp_path / "document"
        path.write_bytes(documents.text_pdf([["Receipt 4711"]]))
        with page_readers(Settings(page_processes=1)) as readers:
            readers.open(DocumentFile(path, "pdf"), None)
            (pid,) = readers.pool.pids

            def held() -> bool:
                for link in Path(f"/proc/{pid}/fd").iterdir():
                    with suppress(FileNotFoundError):  # it was closed meanwhile
                        if str(link.readlink()) == str(path):
                            return True
                return False

            assert held()
            readers.pool.forget(path)
            until(lambda: not held(), "it is closed")


class TestDevice:
    def test_waiting_for_the_device_is_nobodys_time(self, asking: PagePool) -> None:
        told = outcome(asking, "ask", 0.0, wall_s=0.25)
        assert isinstance(told, Answer)
        assert told.head["regions"] == 300

    def test_but_what_it_does_beside_is(self, asking: PagePool) -> None:
        assert "takes too long" in failure(asking, "ask", 30.0, wall_s=0.25).error.message

    @pytest.mark.parametrize(
        "message",
        [
            pytest.param((Kind.REQUEST, b""), id="nothing"),
            pytest.param((Kind.REQUEST, b"\xff\xff\xff\xff{}"), id="a length that is not there"),
            pytest.param((Kind.REQUEST, request_message(reply_at=0)), id="a reply over the header"),
            pytest.param((Kind.DONE, b"\x00"), id="an answer that is none"),
            pytest.param((Kind.FAILED, b"[]"), id="a failure that is none"),
            pytest.param((Kind.READY, b"{}"), id="ready again"),
            pytest.param((Kind.TASK, b""), id="a task for the worker"),
            pytest.param((Kind.REQUEST, bytes(2**20 + 1)), id="too long"),
        ],
    )
    def test_who_breaks_the_rules_is_ended_and_the_worker_goes_on(
        self, asking: PagePool, message: tuple[Kind, bytes]
    ) -> None:
        failed = failure(asking, "say", [(int(message[0]), message[1])])
        assert failed.error.message == "page 3 crashes the reader"
        assert isinstance(outcome(asking, "ask", 0.0), Answer)

    def test_a_process_that_ends_while_it_waits_frees_its_place(self, asking: PagePool) -> None:
        failed = failure(asking, "say", [(int(Kind.REQUEST), request_message()), (int(Kind.REQUEST), b"")])
        assert failed.fatal
        told = [outcome(asking, "ask", 0.0) for _ in range(3)]
        assert all(isinstance(one, Answer) and one.head["regions"] == 300 for one in told)
