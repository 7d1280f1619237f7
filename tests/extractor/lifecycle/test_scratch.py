"""Temporary folders: gone with their job, and with a worker that could not remove them itself."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from extractor.lifecycle.scratch import Scratch
from extractor.settings import PROJECT_ROOT

KILLED = """
import os, signal
from extractor.lifecycle.scratch import Scratch
with Scratch().folder() as folder:
    (folder / "document").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_folder_is_gone_with_its_job(here: Path) -> None:
    scratch = Scratch()
    with pytest.raises(ValueError, match="no"), scratch.folder() as folder:
        (folder / "document").write_text("x")
        raise ValueError("no")
    assert not folder.exists()
    scratch.close()
    assert list(here.iterdir()) == []


def test_what_a_killed_worker_left_is_removed_and_a_living_ones_is_not(here: Path) -> None:
    living = Scratch()
    with living.folder() as folder:
        killed = subprocess.run(
            [sys.executable, "-c", KILLED], cwd=PROJECT_ROOT, env={"TMPDIR": str(here)}, check=False, timeout=60
        )
        assert killed.returncode == -signal.SIGKILL
        assert len(list(here.iterdir())) == 2
        other = Scratch()
        assert folder.exists()
        assert len(list(here.iterdir())) == 2
    other.close()
    living.close()
    assert list(here.iterdir()) == []
