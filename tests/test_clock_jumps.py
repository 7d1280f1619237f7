"""A file of one's own, while the wall clock jumps by years, back and forth: nothing waits by it, and nothing that is
measured shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
JUMPING = """
import itertools, sys, time
told, jumps = time.time, itertools.cycle((3e8, -3e8, 0.0))
time.time = lambda: told() + next(jumps)
sys.argv[:] = ["handler.py", *sys.argv[1:]]
import handler
if __name__ == "__main__":
    handler.run()
"""


def test_job_is_read_and_measured_as_if_it_stood_still(tmp_path: Path) -> None:
    document = tmp_path / "my receipt.pdf"
    document.write_bytes(documents.text_pdf([["Receipt 4711", "Total 80.90"]]))
    run = subprocess.run(
        [sys.executable, "-c", JUMPING, "--document", str(document)],
        cwd=ROOT,
        env={**os.environ, "DEADLINE_S": "300"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "4711" in (tmp_path / "my receipt.pdf.md").read_text(encoding="utf-8")
    answer = json.loads((tmp_path / "my receipt.pdf.json").read_text(encoding="utf-8"))
    assert answer["success"] is True
    assert "4711" in answer["data"]["markdown"]
    assert all(0 <= value < 600_000 for value in answer["metadata"]["timings_ms"].values())
