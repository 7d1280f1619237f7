"""Whether there is room for a job's files, and the error of a job where there is none. In the worker.

Documents are spooled, downloaded and copied to the folder for temporary files. A full disk there is no fault of a
document, and a new process would not help. So the job gets a retryable error, and no other is taken until there is room
again.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import WorkerUnhealthy

_MIB = 2**20
_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskFull(WorkerUnhealthy):
    """There is no room for the job's files on the worker's disk; the job may be tried again elsewhere."""

    def __init__(self, message: str = "the worker's disk is full; send the job again") -> None:
        super().__init__(message)


@contextmanager
def writing() -> Iterator[None]:
    """A context around whatever writes a job's files. Raises `DiskFull` where the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from error
        raise


def shortage(wanted_mb: int, folder: Path | None = None) -> str | None:
    """Why no job should be begun now, in words; None where there is room in `folder`, by default that of temporary
    files.

    There is room where `wanted_mb` MiB are free or, on a small disk, a tenth of it.
    """
    disk = os.statvfs(folder or tempfile.gettempdir())
    free, whole = disk.f_bavail * disk.f_frsize // _MIB, disk.f_blocks * disk.f_frsize // _MIB
    if free < min(wanted_mb, whole / 10):
        return f"the disk for temporary files is full: {free} MB of {whole} MB are free"
    if disk.f_files and not disk.f_favail:
        return "the disk for temporary files is full: it holds no further file"
    return None
