"""A worker that cannot load leaves and says why, through every door."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
ENDLESS = 300.0
# Less address space than torch's library needs: what goes wrong is none of our own errors.
CRAMPED = ("prlimit", "--as=1500000000")


def run_door(door: str, *before: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, sys.executable, door],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=ENDLESS,
        check=False,
    )


@pytest.mark.parametrize("door", ["server.py", "handler.py"])
def test_worker_that_cannot_load_says_why_in_one_line_and_leaves(door: str) -> None:
    run = run_door(door, *CRAMPED, environment={**os.environ, "PORT": "0"})
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if "WORKER_UNHEALTHY" in line]
    assert "WORKER_UNHEALTHY: the models could not be loaded: ImportError: " in said
    assert "Traceback" not in run.stderr


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
