"""A page process as the worker sees it: its line, its arena, and the clock of the task that it does.

Runs in the worker. Nothing here has a lock: the pool's is held by whoever calls.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ..device.arena import Arena
from ..device.link import Kind, WorkerLink
from ..device.owner import Desk
from ..settings import Settings
from .failures import End, Failure
from .process import Answer, Inherited, Stage, serve

log = logging.getLogger("extractor")


@dataclass(frozen=True, slots=True)
class Task:
    """What a page process is asked for: a task's name and its argument, which can be pickled.

    `subject` is what a caller reads of it ("page 3"); tasks of one `job` take turns with those of others; a process
    that has `document` open is preferred. `wall_s` does not count the time in which the task waits for the device.
    """

    name: str
    argument: Any = field(repr=False)
    subject: str
    wall_s: float
    job: Hashable = None
    document: Path | None = None


@dataclass(slots=True)
class Running:
    """A task on its way; `future` has its answer or its failure."""

    task: Task
    future: Future[Answer | Failure] = field(default_factory=Future)
    tries: int = 0
    process: PageProcess | None = None


@dataclass(slots=True, eq=False)
class PageProcess:
    """A page process that has been started, and the task that it does."""

    handle: BaseProcess
    link: WorkerLink
    arena: Arena
    ready: bool = False
    tasks: int = 0
    documents: set[Path] = field(default_factory=set)
    # Documents that no job reads any more; it is told when it has nothing to do.
    forgotten: list[Path] = field(default_factory=list)
    running: Running | None = None
    desk: Desk | None = None
    # Seconds that are left of the task's time, since when they run, and how many requests stop them.
    left_s: float = 0.0
    since: float | None = None
    waiting: int = 0
    # Why we ended it, where we did.
    end: End | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it can take a task."""
        return self.ready and self.running is None and self.end is None

    @property
    def is_connected(self) -> bool:
        """Whether our end of the line is open."""
        return self.link.descriptor >= 0

    # ---------------------------------------------------------------------------------------------------- the clock

    def run_clock(self) -> float:
        """The task's time runs from now on; when it is up, as a time of `time.monotonic`."""
        self.since = time.monotonic()
        return self.since + self.left_s

    def stop_clock(self) -> None:
        """The task's time stands still: waiting for the device is nobody's time."""
        if self.since is not None:
            self.left_s -= time.monotonic() - self.since
            self.since = None

    def overdue_at(self) -> float:
        """When the task's time is up, as a time of `time.monotonic`; never where it stands still, or we ended it."""
        return math.inf if self.since is None or self.end is not None else self.since + self.left_s

    # ----------------------------------------------------------------------------------------------------- the line

    def send(self, kind: Kind, payload: bytes) -> None:
        """Send a message, now or when there is room."""
        with suppress(OSError):  # its end is on its way, and tells what becomes of its task
            self.link.send(kind, payload)

    def flush(self) -> None:
        """Send what waits for room."""
        with suppress(OSError):  # its end is on its way
            self.link.flush()

    def forget(self, document: Path) -> None:
        """No job reads the document any more; the process is told when it does no task."""
        if document in self.documents:
            self.documents.remove(document)
            self.forgotten.append(document)
            if self.running is None:
                self.tell_forgotten()

    def tell_forgotten(self) -> None:
        """Tell it which documents it need not keep open."""
        for document in self.forgotten:
            self.send(Kind.FORGET, str(document).encode())
        self.forgotten.clear()

    # ------------------------------------------------------------------------------------------------------ the end

    def kill(self, why: End) -> None:
        """End it, and its task with it."""
        self.end = why
        self.since = None
        self.handle.kill()

    def stage(self) -> Stage:
        """The stage that its task is in, or was in when it ended."""
        told = self.arena.stage
        return Stage(told) if told in set(Stage) else Stage.IDLE

    def ended_by(self) -> End:
        """Why it has ended: what we say, or else its exit code."""
        if self.end is not None:
            return self.end
        code = self.handle.exitcode
        if code == -signal.SIGPROF:
            return End.PROCESSOR_TIME
        if code in (-signal.SIGKILL, -signal.SIGTERM):
            return End.OUTSIDE
        return End.CRASH


def start_process(settings: Settings, tasks: str, arena: Arena, want_writes: Callable[[], None]) -> PageProcess:
    """A new process that draws into the arena.

    `tasks` is the module that has the tasks; `want_writes` is called, by any thread, when a message waits for room on
    the line.

    Raises `OSError` or `RuntimeError` where none can be started.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        line, memory = Inherited(theirs.fileno()), Inherited(arena.descriptor)
        limits = (settings.page_memory_mb * 2**20, settings.page_cpu_s)
        try:
            handle = multiprocessing.get_context("spawn").Process(
                target=serve, args=(line, memory, *limits, tasks), name="page-process", daemon=True
            )
            handle.start()
        except BaseException:
            ours.close()
            raise
    return PageProcess(handle, WorkerLink(ours.detach(), want_writes), arena)


def log_sandbox(memory_bytes: int, filtered: bool) -> None:
    """One line for the operator: what page processes may do."""
    memory = f"{memory_bytes // 2**20} MB of memory each"
    if filtered:
        log.info("Page processes are caged: %s, no network, no programs (seccomp)", memory)
    else:
        log.warning("Page processes are caged: %s; the kernel grants no filter, so the NETWORK IS OPEN to them", memory)
