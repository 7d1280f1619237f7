"""A worker that cannot load leaves and says why, through every door."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from extractor.lifecycle.process_limits import MIN_DESCRIPTORS, MIN_THREADS
from tests.http_door.served import RECEIPT
from tests.platform.runpod import Platform

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
ENDLESS = 300.0
# Less address space than torch's library needs: what goes wrong is none of our own errors.
CRAMPED = ("prlimit", "--as=1500000000")


def run_door(
    door: str, *before: str, environment: dict[str, str], arguments: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, door, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )


# A user whom no limit spares, and who has no process yet.
NOBODY = ("setpriv", "--reuid=54399", "--regid=54399", "--clear-groups")
# A door, and whether RunPod started it: its loop imports more before the models are loaded.
DOORS = [("server.py", False), ("handler.py", False), ("handler.py", True)]


@pytest.mark.parametrize("most", [6, 12, MIN_DESCRIPTORS - 1])
@pytest.mark.parametrize(("door", "on_runpod"), [*DOORS, ("container.py", False)])
def test_worker_that_may_open_too_few_files_says_so_and_leaves(door: str, on_runpod: bool, most: int) -> None:
    environment = {**os.environ, "PORT": "0", **(Platform().environment("worker-1") if on_runpod else {})}
    run = run_door(door, "prlimit", f"--nofile={most}", environment=environment)
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if "WORKER_UNHEALTHY" in line]
    assert f"WORKER_UNHEALTHY: only {most} files may be open at a time (ulimit -n), {MIN_DESCRIPTORS} are" in said
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become a user without processes")
@pytest.mark.parametrize(("door", "on_runpod"), DOORS)
def test_worker_that_may_start_too_few_threads_says_so_and_leaves(door: str, on_runpod: bool) -> None:
    environment = {**os.environ, "PORT": "0", **(Platform().environment("worker-1") if on_runpod else {})}
    run = run_door(door, "prlimit", f"--nproc={MIN_THREADS}", *NOBODY, environment=environment)
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if "WORKER_UNHEALTHY" in line]
    assert re.search(rf"WORKER_UNHEALTHY: only \d threads can be started .*, {MIN_THREADS} are needed", said)
    assert "Traceback" not in run.stderr


def test_command_that_may_open_too_few_files_says_so(tmp_path: Path) -> None:
    run = run_door("zopilot.py", "prlimit", "--nofile=12", environment={**os.environ}, arguments=["README.md"])
    assert run.returncode == 2
    assert run.stderr.startswith("zopilot: WORKER_UNHEALTHY: only 12 files may be open at a time")
    assert len(run.stderr.splitlines()) == 1


def test_worker_that_may_open_just_enough_files_reads(tmp_path: Path) -> None:
    (tmp_path / "receipt.png").write_bytes(RECEIPT)
    limit = ("prlimit", f"--nofile={MIN_DESCRIPTORS}")
    run = run_door("zopilot.py", *limit, environment={**os.environ}, arguments=[str(tmp_path / "receipt.png")])
    assert run.returncode == 0, run.stderr
    assert "4711" in (tmp_path / "receipt.png.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("door", "on_runpod"), DOORS)
def test_worker_that_cannot_load_says_why_in_one_line_and_leaves(door: str, on_runpod: bool) -> None:
    environment = {**os.environ, "PORT": "0", **(Platform().environment("worker-1") if on_runpod else {})}
    run = run_door(door, *CRAMPED, environment=environment)
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if "WORKER_UNHEALTHY" in line]
    assert re.search("WORKER_UNHEALTHY: the (models could not be loaded|worker failed): ImportError: ", said)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("wanted_mb", "warned"), [("900000000", 1), ("0", 0)])
def test_worker_with_little_memory_says_so_before_it_loads(tmp_path: Path, wanted_mb: str, warned: int) -> None:
    """If it is too little, the kernel ends the worker, which can say nothing then."""
    environment = {**os.environ, "MODELS_DIR": str(tmp_path), "MIN_MEMORY_MB": wanted_mb}
    run = run_door("handler.py", environment=environment)
    assert run.returncode == 1
    assert run.stderr.count("at least 900000000 are needed; the models are loaded all the same") == warned
    assert "the models are not there" in run.stderr.splitlines()[-1]


@pytest.fixture
def small_container(tmp_path: Path) -> Iterator[Path]:
    """A control group that may have 2 GB of memory. Skips where none can be made (it takes root, and a cgroup v1 or a
    v2 that hands memory down)."""
    for root, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = Path(root) / f"zopilot-{tmp_path.name}-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                if (group / limit).is_file():
                    (group / limit).write_text(str(2 * 10**9))
                    yield group
                    return
            finally:
                while (group / "cgroup.procs").is_file() and (group / "cgroup.procs").read_text():
                    time.sleep(0.05)
                group.rmdir()
    pytest.skip("no control group with a limit of memory can be made here")


def test_worker_reads_a_scan_in_a_container_of_two_gigabytes(small_container: Path, tmp_path: Path) -> None:
    (tmp_path / "receipt.png").write_bytes(RECEIPT)
    entering = ("sh", "-c", f'echo $$ > {small_container}/cgroup.procs && exec "$@"', "sh")
    environment = {**os.environ, "PAGE_PROCESSES": "1"}
    run = run_door("zopilot.py", *entering, environment=environment, arguments=[str(tmp_path / "receipt.png")])
    assert run.returncode == 0, run.stderr
    assert "4711" in (tmp_path / "receipt.png.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("door", ["server.py", "handler.py"])
def test_worker_that_is_told_to_leave_at_its_first_line_leaves(door: str) -> None:
    """A container's first process would not: the signal has no default there."""
    started = subprocess.Popen(
        [sys.executable, door], cwd=ROOT, env={**os.environ, "PORT": "0"}, stderr=subprocess.PIPE, text=True
    )
    assert started.stderr is not None
    with started:
        assert "ZopilotGPU" in started.stderr.readline()
        started.terminate()
        assert started.wait(ENDLESS) == 128 + signal.SIGTERM
        assert "Traceback" not in started.stderr.read()


@pytest.mark.parametrize("door", ["server.py", "handler.py"])
def test_worker_whose_temporary_folder_is_not_there_says_so_and_leaves(door: str, tmp_path: Path) -> None:
    run = run_door(door, environment={**os.environ, "PORT": "0", "TMPDIR": str(tmp_path / "none")})
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if "WORKER_UNHEALTHY" in line]
    assert "WORKER_UNHEALTHY: TMPDIR is no folder that this worker can write to" in said
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("door", ["server.py", "handler.py"])
@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"MAX_PAGES": "s3cret"}, "MAX_PAGES: Input should be a valid integer"),
        (
            {"DEVICE": "s3cret", "DRAIN_S": "-1"},
            "DEVICE: Input should be 'auto', 'cpu' or 'cuda'; DRAIN_S: Input should",
        ),
        ({"FETCH_ALLOW_NETWORKS": "s3cret"}, "FETCH_ALLOW_NETWORKS: "),
        ({"BUCKET_SECRET_ACCESS_KEY": "s3cret"}, "set all of BUCKET_ENDPOINT_URL, BUCKET_ACCESS_KEY_ID and "),
    ],
)
def test_wrong_setting_is_named_in_one_line(door: str, setting: dict[str, str], said: str) -> None:
    run = run_door(door, environment={**os.environ, **setting})
    assert run.returncode == 1
    _, line = run.stderr.splitlines()
    assert said in line
    assert "s3cret" not in line
