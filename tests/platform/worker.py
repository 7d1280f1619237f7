"""The real worker, `python handler.py`, as a subprocess against a stand-in platform; and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import psutil

from .runpod import Platform

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "STAND_IN_PLATFORM_WORKER"


class Worker:
    """A context manager; leaving it ends the worker, whatever it is doing. `folder` holds its log and temp files."""

    def __init__(
        self,
        platform: Platform,
        folder: Path,
        *,
        name: str = "worker-1",
        command: Sequence[str] = ("handler.py",),
        before: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.temporary = folder / f"{name}-tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        self.log_path = folder / f"{name}.log"
        self._mark = str(uuid.uuid4())
        self._log = self.log_path.open("ab")
        self.process = subprocess.Popen(
            [*before, sys.executable, *command],
            cwd=ROOT,
            env={
                **os.environ,
                **platform.environment(name),
                "TMPDIR": str(self.temporary),
                MARK: self._mark,
                **(environment or {}),
            },
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes():
            process.kill()
        self.process.kill()
        self.process.wait()
        self._log.close()

    @property
    def log(self) -> str:
        """All that it has printed."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def processes(self) -> list[psutil.Process]:
        """The living processes that the worker has started, itself included, also those that it no longer owns."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == self._mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def page_processes(self) -> list[psutil.Process]:
        """The processes that read pages."""
        return [process for process in self.processes() if "spawn_main" in " ".join(process.cmdline())]

    def orphans(self, within_s: float = 60.0) -> list[psutil.Process]:
        """What still lives, a moment after the worker itself has ended."""
        assert self.process.poll() is not None
        give_up = time.monotonic() + within_s
        while (left := self.processes()) and time.monotonic() < give_up:
            time.sleep(0.1)
        return left

    def left_files(self, of: str = "") -> list[str]:
        """Files in its temporary folder, or those of them whose path has `of` in it."""
        paths = (str(path.relative_to(self.temporary)) for path in self.temporary.rglob("*") if path.is_file())
        return sorted(path for path in paths if of in path)

    def terminate(self) -> None:
        """SIGTERM, as RunPod sends it before it takes a worker away."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.process.kill()

    def ended(self, timeout_s: float = 180.0) -> int:
        """Its exit status, when it has ended."""
        return self.process.wait(timeout_s)
