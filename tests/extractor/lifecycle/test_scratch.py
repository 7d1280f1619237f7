"""Temporary folders: gone with their job, and with a worker that could not remove them itself."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from extractor.errors import WorkerUnhealthy
from extractor.lifecycle.disk import DiskFull, shortage, writing
from extractor.lifecycle.scratch import Scratch
from extractor.settings import PROJECT_ROOT

KILLED = """
import os, signal
from extractor.errors import WorkerUnhealthy
from extractor.lifecycle.disk import DiskFull, shortage, writing
from extractor.lifecycle.scratch import Scratch
with Scratch().folder() as folder:
    (folder / "document").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
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


def test_folder_that_a_cleaner_removed_is_there_again_for_the_next_job(here: Path) -> None:
    scratch = Scratch()
    with scratch.folder() as folder:
        shutil.rmtree(folder.parent)
    with scratch.folder() as folder:
        (folder / "document").write_text("x")
        other = Scratch()  # the new folder is locked like the first one
        assert folder.exists()
    assert scratch.place("answers").is_dir()
    other.close()
    scratch.close()
    assert list(here.iterdir()) == []


def test_lost_disk_is_said_and_is_for_another_try(here: Path) -> None:
    scratch = Scratch()
    assert shortage(0) is None
    shutil.rmtree(here)
    assert shortage(0) == "the folder for temporary files is gone"
    with pytest.raises(DiskFull, match="cannot write temporary files"), scratch.folder():
        pass
    here.mkdir()
    assert shortage(0) is None
    with scratch.folder() as folder:
        assert folder.is_dir()
    scratch.close()


@pytest.mark.parametrize("number", [errno.EROFS, errno.EIO])
def test_disk_that_fails_is_for_another_try(number: int) -> None:
    with pytest.raises(DiskFull), writing():
        raise OSError(number, "")


@pytest.mark.parametrize("what", ["nothing", "a file"])
def test_folder_that_was_asked_for_is_used_or_the_worker_leaves(
    here: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    asked = here / "asked"
    if what == "a file":
        asked.write_text("x")
    monkeypatch.setenv("TMPDIR", str(asked))
    with pytest.raises(WorkerUnhealthy, match="TMPDIR is no folder that this worker can write to"):
        Scratch()
