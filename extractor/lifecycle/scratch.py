"""Temporary folders for jobs, inside one of the worker's own. In the worker.

A worker that is killed leaves its folder behind; the next worker removes it. Each worker's folder holds a lock for as
long as the process lives (flock(2)), so a folder whose lock can be taken is abandoned.
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
    """The folder of a worker's jobs. It is made when the worker starts, and gone when it is closed.

    Raises `OSError` where it cannot be made.
    """

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        _remove_abandoned(parent)
        made = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}"))
        self._lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It gets its name only now: a worker that starts would take an unlocked folder for abandoned.
        self._root = made.rename(parent / made.name.removeprefix("new-"))

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A context with a folder for one job, which is removed with all that is in it.

        Raises `DiskFull` where there is no room for it.
        """
        with writing():
            path = Path(tempfile.mkdtemp(prefix="job-", dir=self._root))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def place(self, name: str) -> Path:
        """A folder of this name, for what outlives a job; it is gone when everything is.

        Raises `DiskFull` where there is no room for it.
        """
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
