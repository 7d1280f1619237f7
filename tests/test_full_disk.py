"""A disk without room: its jobs are answered as retryable, none is taken until there is room, the worker lives on."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.lifecycle.disk import shortage
from tests.http_door.served import RECEIPT, Served, base64_of, until
from tests.platform.runpod import Platform
from tests.platform.test_worker import CHEAP, LETTER, job
from tests.platform.worker import Worker

pytestmark = pytest.mark.slow

MIB = 2**20
# A disk of 40 MB for temporary files, and nothing else of its own.
SMALL_DISK = (
    *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
    *('mount -t tmpfs -o size=40m none "$TMPDIR" && exec "$@"', "sh"),
)


@contextlib.contextmanager
def filled(process: int, temporary: Path) -> Iterator[None]:
    """The process's disk, full for as long as the context lasts."""
    filler = Path(f"/proc/{process}/root{temporary}/filler")
    try:
        with filler.open("wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(MIB))
        yield
    finally:
        filler.unlink()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    started = Served(tmp_path_factory.mktemp("disk"), before=SMALL_DISK, DRAIN_S="1")
    yield started
    started.stop()


class TestHttp:
    @pytest.mark.parametrize("size", [30, 80], ids=["copied", "spooled"])
    def test_document_that_does_not_fit_is_for_another_try(self, served: Served, size: int) -> None:
        answer = served.upload(RECEIPT + bytes(size * MIB))
        assert (answer.status_code, answer.json()["error_code"]) == (503, "WORKER_UNHEALTHY")
        assert answer.json()["error"] == "WORKER_UNHEALTHY: the worker's disk is full; send the job again"
        assert answer.json()["retryable"] is True
        assert int(answer.headers["retry-after"]) > 0
        until(served.idle)
        assert served.upload(RECEIPT).status_code == 200
        assert served.process.poll() is None

    def test_json_that_does_not_fit_is_for_another_try(self, served: Served) -> None:
        answer = served.extract({"document_content_base64": base64_of(RECEIPT + bytes(22 * MIB))})
        assert (answer.status_code, answer.json()["error_code"]) == (503, "WORKER_UNHEALTHY")
        assert served.upload(RECEIPT).status_code == 200

    def test_full_disk_is_said_and_no_job_is_taken_until_there_is_room(self, served: Served) -> None:
        with filled(served.process.pid, served.scratch):
            health = served.client.get("/health")
            assert (health.status_code, health.json()["status"]) == (503, "disk_full")
            assert served.client.get("/ping").status_code == 503
            answer = served.upload(RECEIPT)
            assert (answer.status_code, answer.json()["error_code"]) == (503, "WORKER_UNHEALTHY")
            assert answer.json()["retryable"] is True
            assert re.search(r"ERROR No jobs are taken: the disk .* is full: \d MB of 40 MB are free", served.log)
        assert served.client.get("/health").json()["status"] == "ready"
        assert served.upload(RECEIPT).status_code == 200
        assert "Jobs are taken again" in served.log
        assert "Traceback" not in served.log


class TestRunPod:
    def test_jobs_wait_in_the_queue_until_there_is_room(self, tmp_path: Path) -> None:
        environment = {**CHEAP, "MAX_CONCURRENCY": "1"}
        with (
            Platform(poll_s=1, lost_after_s=600) as platform,
            Worker(platform, tmp_path, before=SMALL_DISK, environment=environment) as worker,
        ):
            assert platform.finished(platform.submit(job(LETTER))).state == "COMPLETED"
            large = platform.finished(platform.submit(job(LETTER + bytes(41 * MIB))))
            assert (large.output["error_code"], large.output["retryable"]) == ("WORKER_UNHEALTHY", True)
            assert "stopPod" not in large.answer
            with filled(worker.process.pid, worker.temporary):
                time.sleep(1.5)  # an open poll ends
                waiting = platform.submit(job(LETTER))
                time.sleep(3)
                assert platform.jobs[waiting].state == "IN_QUEUE"
            assert platform.finished(waiting).state == "COMPLETED"
            assert "No jobs are taken: the disk for temporary files is full" in worker.log
            worker.terminate()
            assert worker.ended(60) == 0


def test_room_is_what_is_wanted_or_a_tenth_of_a_small_disk(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    free_mb, whole_mb = disk.f_bavail * disk.f_frsize / MIB, disk.f_blocks * disk.f_frsize / MIB
    assert shortage(0, tmp_path) is None
    assert shortage(min(int(free_mb), 64), tmp_path) is None
    assert (shortage(10**9, tmp_path) is None) == (free_mb >= whole_mb / 10)
