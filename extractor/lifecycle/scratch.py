"""Temporary folders for jobs, inside one of the worker's own that the next worker removes where this one could not.

A worker that is killed leaves its folder behind. Each holds a lock for as long as its process lives (flock(2)), so that
a folder whose lock can be taken belongs to nobody.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .disk import writing

_PREFIX = "extractor-"
_LOCK = "lock"


class Scratch:
    """Where a worker's jobs keep their files; made when the worker starts, gone when it is closed."""

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        _remove_abandoned(parent)
        made = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}"))
        self._lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It bears its name only now: another worker that starts would take an unlocked one for abandoned.
        self._root = made.rename(parent / made.name.removeprefix("new-"))

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for one job; it is gone with all that is in it when the job is. Raises `DiskFull`."""
        with writing():
            path = Path(tempfile.mkdtemp(prefix="job-", dir=self._root))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def place(self, name: str) -> Path:
        """A folder of this name, for what outlives a job; it is gone when everything is. Raises `DiskFull`."""
        path = self._root / name
        with writing():
            path.mkdir(mode=0o700, exist_ok=True)
        return path

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._root, ignore_errors=True)
        os.close(self._lock)


def _remove_abandoned(parent: Path) -> None:
    for root in parent.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(root / _LOCK, os.O_RDWR)
        except OSError:  # another's that is just being removed
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(root, ignore_errors=True)
        finally:
            os.close(lock)
