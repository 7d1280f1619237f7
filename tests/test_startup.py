"""A start of the real worker: what it does not do, and what it says of its phases."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from extractor.lifecycle.startup import process_age_s
from extractor.settings import PROJECT_ROOT
from tests.platform.runpod import Platform
from tests.platform.worker import Worker

pytestmark = pytest.mark.slow

PHASES = ["imports", "preflight", "weights", "warm_up", "ready"]
# What is installed beside the worker's own needs, or needed for another door, another job or the builder.
NOT_NEEDED = ("docling", "docx", "easyocr", "fastapi", "onnx", "onnxruntime", "openpyxl", "pptx", "sklearn", "uvicorn")


def python(code: str) -> list[str]:
    """What a new interpreter prints, line by line."""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return run.stdout.splitlines()


def test_door_imports_nothing_heavy() -> None:
    """The page processes import it too."""
    code = "import sys, handler, server; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    (names,) = python(code)
    assert not {"torch", "transformers", "docling_core", "runpod", "numpy", "pydantic"} & set(names.split())


def test_sdk_is_imported_without_its_look_at_the_processor() -> None:
    """By itself it has py-cpuinfo run an interpreter of its own, for a second."""
    started, sdk = (
        python(
            "import sys\n"
            "programs = []\n"
            "sys.addaudithook(lambda event, args: programs.append(args[0]) if event == 'subprocess.Popen' else None)\n"
            f"import {module}\n"
            "import cpuinfo\n"
            "from runpod.serverless.utils.rp_debugger import PROCESSOR\n"
            "print(sys.executable in programs); print(PROCESSOR); print(cpuinfo.get_cpu_info.__module__)"
        )
        for module in ("extractor.doors.runpod_sdk", "runpod")
    )
    assert (started[0], sdk[0]) == ("False", "True")
    assert started[1:] == sdk[1:]


def test_worker_tells_its_phases_and_imports_what_the_first_job_needs(tmp_path: Path) -> None:
    """The worker as RunPod runs it, up to the moment in which it asks for its first job."""
    listed = tmp_path / "modules"
    code = (
        "import sys, handler\n"
        "from extractor.lifecycle.startup import StartUp\n"
        "ready = StartUp.ready\n"
        "def listing(self):\n"
        f"    open({str(listed)!r}, 'w').write(' '.join(sys.modules))\n"
        "    ready(self)\n"
        "if __name__ == '__main__':\n"
        "    StartUp.ready = listing\n"
        "    handler.run()\n"
    )
    (tmp_path / "worker.py").write_text(code, encoding="utf-8")
    environment = {"PYTHONPATH": str(PROJECT_ROOT)}
    with Platform() as platform:
        command = (str(tmp_path / "worker.py"),)
        with Worker(platform, tmp_path, command=command, environment=environment) as worker:
            assert platform.wait(lambda: platform.open_polls > 0, 180), worker.log
            taken = not platform.calls_of("take")
            log = worker.log
    assert taken
    (line,) = [line for line in log.splitlines() if '"event": "start"' in line]
    event = json.loads(line[line.index("{") :])
    assert list(event["phases_s"]) == PHASES
    assert abs(sum(event["phases_s"].values()) - event["ready_s"]) < 0.05
    assert [phase for phase in PHASES if f"[START] {phase}: " in log] == PHASES
    # Both known pages had their turn before the first job.
    assert "[EXTRACT] Processing document" in log[: log.index("[START] warm_up")]
    modules = listed.read_text(encoding="utf-8").split()
    assert "torch" in modules
    assert not set(NOT_NEEDED) & set(modules)


def test_age_of_a_process_counts_from_its_beginning() -> None:
    began = time.monotonic()
    time.sleep(0.2)
    (age,) = python(
        "import time; time.sleep(0.5); from extractor.lifecycle.startup import process_age_s; print(process_age_s())"
    )
    assert 0.5 <= float(age) <= time.monotonic() - began
    assert process_age_s() > 0.2


def test_imports_are_left_out_of_collections_for_good() -> None:
    code = (
        "import gc\n"
        "from extractor.lifecycle.quick_imports import uncollected\n"
        "with uncollected():\n"
        "    seen = gc.isenabled()\n"
        "    import pydantic\n"
        "print(seen, gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    assert python(code) == ["False True True"]
