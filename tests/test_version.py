"""A worker says which build it is: in its answers, at its door, in its counters, and in its log's first line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from extractor import __version__, version_of
from extractor.telemetry import Telemetry

ROOT = Path(__file__).resolve().parent.parent
COMMIT = "3f2c1ab91d22c0ffee5e0123456789abcdef0123"
BUILD = {"WORKER_VERSION": "v1.4.0", "WORKER_REVISION": COMMIT}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **BUILD, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    ("version", "revision", "said"),
    [
        ("v1.4.0", COMMIT, "1.4.0+3f2c1ab91d22"),
        ("1.4.0", "unknown", "1.4.0"),
        ("vega", COMMIT[:7], "vega+3f2c1ab"),
        ("feature/new door\r\nX: 1", "unknown", "feature-new-door-X-1"),
        ("dev", COMMIT, "0.1.0+3f2c1ab91d22"),
        ("", "", "0.1.0"),
    ],
)
def test_is_the_builds_own(version: str, revision: str, said: str) -> None:
    assert version_of(version, revision) == said


def test_is_in_answers_and_counters() -> None:
    """All of them have it from the package."""
    said = run("-c", "import extractor, extractor.outputs.metadata as m; print(extractor.__version__, m.__version__)")
    assert said.stdout.split() == ["1.4.0+3f2c1ab91d22"] * 2
    telemetry = Telemetry()
    telemetry.watch_device("cpu", lambda: 0.0)
    assert f'zopilot_worker_info{{device="cpu",version="{__version__}"}} 1.0' in telemetry.exposition().decode()


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        (("handler.py", "--document", "not-there.pdf"), {}),
        (("server.py",), {"BIND_ADDRESS": "0.0.0.0", "ZOPILOT_GPU_API_KEY": ""}),
    ],
    ids=["handler", "server"],
)
def test_is_the_logs_first_line(command: tuple[str, ...], environment: dict[str, str]) -> None:
    ended = run(*command, **environment)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[0].endswith("INFO ZopilotGPU 1.4.0+3f2c1ab91d22")
