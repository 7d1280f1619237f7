"""A page process as the worker sees it: its link, its arena, and the clock of its task. In the worker.

Nothing here has a lock: whoever calls holds the pool's.
"""

from __future__ import annotations

import logging
import math
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
from ..device.owner import TaskRequests
from ..settings import Settings
from .failures import End, Failure
from .process import Answer, Inherited, Stage, serve
from .spawning import spawned

log = logging.getLogger("extractor")


@dataclass(frozen=True, slots=True)
class Task:
    """What a page process is asked for: the name of a task and its argument, which can be pickled.

    - `subject` is what a caller reads of it ("page 3").
    - `wall_s` is its limit by the clock, in seconds, without the time in which it waits for the device.
    - Tasks of one `job` take turns with those of other jobs.
    - A process that has `document` open is preferred.
    """

    name: str
    argument: Any = field(repr=False)
    subject: str
    wall_s: float
    job: Hashable = None
    document: Path | None = None


@dataclass(slots=True)
class Running:
    """A submitted task. `future` gets its answer or its failure; `tries` is how often it has been begun.

    `process` is the page process that runs it, None while it waits.
    """

    task: Task
    future: Future[Answer | Failure] = field(default_factory=Future)
    tries: int = 0
    process: PageProcess | None = None


@dataclass(slots=True, eq=False)
class PageProcess:
    """A page process that has been started (`handle`), with its link and its arena, and the task that it runs, None for
    none.

    - `ready`: it has entered its sandbox. `tasks` is how many tasks it has been given, `documents` those it has open,
      and `forgotten` those that no job reads any more.
    - `left_s` are the seconds that its task still has, `since` when they began to run, by `time.monotonic`; None while
      they stand. `waiting` is how many requests to the device stop them.
    - `end` is why the worker ended it, None where it did not.
    """

    handle: BaseProcess
    link: WorkerLink
    arena: Arena
    ready: bool = False
    tasks: int = 0
    documents: set[Path] = field(default_factory=set)
    # Documents that no job reads any more. The process is told when it has no task.
    forgotten: list[Path] = field(default_factory=list)
    running: Running | None = None
    requests: TaskRequests | None = None
    # The task's clock: the seconds left, since when they run (None: stopped), how many requests stop it.
    left_s: float = 0.0
    since: float | None = None
    waiting: int = 0
    # Why the worker ended it, if it did.
    end: End | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it can take a task: it is ready, has none, and goes on."""
        return self.ready and self.running is None and self.end is None

    @property
    def is_connected(self) -> bool:
        """Whether the worker's end of the link is open."""
        return self.link.descriptor >= 0

    # ---------------------------------------------------------------------------------------------------- the clock

    def run_clock(self) -> float:
        """When the task's time is up, in seconds of `time.monotonic`. The clock runs from now on."""
        self.since = time.monotonic()
        return self.since + self.left_s

    def stop_clock(self) -> None:
        """Stop the task's clock: its waiting for the device does not count."""
        if self.since is not None:
            self.left_s -= time.monotonic() - self.since
            self.since = None

    def overdue_at(self) -> float:
        """When the task's time is up, in seconds of `time.monotonic`; infinite while the clock stands, or after
        `kill`."""
        return math.inf if self.since is None or self.end is not None else self.since + self.left_s

    # ----------------------------------------------------------------------------------------------------- the link

    def send(self, kind: Kind, payload: bytes) -> None:
        """Send a message, now or when there is room. A process that has ended gets none."""
        with suppress(OSError):  # it has ended; its end decides about its task
            self.link.send(kind, payload)

    def flush(self) -> None:
        """Send what waits for room."""
        with suppress(OSError):  # it has ended
            self.link.flush()

    def forget(self, document: Path) -> None:
        """Have the process close a document that no job reads any more, as soon as it has no task."""
        if document in self.documents:
            self.documents.remove(document)
            self.forgotten.append(document)
            if self.running is None:
                self.tell_forgotten()

    def tell_forgotten(self) -> None:
        """Tell the process which documents it need not keep open."""
        for document in self.forgotten:
            self.send(Kind.FORGET, str(document).encode())
        self.forgotten.clear()

    # ------------------------------------------------------------------------------------------------------ the end

    def kill(self, why: End) -> None:
        """End the process, and its task with it."""
        self.end = why
        self.since = None
        self.handle.kill()

    def stage(self) -> Stage:
        """The stage that its task is in, or was in when the process ended. The process itself says which."""
        number = self.arena.stage
        return Stage(number) if number in set(Stage) else Stage.IDLE

    def ended_by(self) -> End:
        """Why it has ended: the worker's own reason, or else by its exit code."""
        if self.end is not None:
            return self.end
        code = self.handle.exitcode
        if code == -signal.SIGPROF:
            return End.PROCESSOR_TIME
        if code in (-signal.SIGKILL, -signal.SIGTERM):
            return End.OUTSIDE
        return End.CRASH


def start_process(settings: Settings, tasks: str, arena: Arena, want_writes: Callable[[], None]) -> PageProcess:
    """A new page process that draws into the arena.

    `tasks` is the module that has the tasks. `want_writes` is called, by any thread, when a message waits for room on
    the link. Raises `OSError` or `RuntimeError` where no process can be started.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        link, memory = Inherited(theirs.fileno()), Inherited(arena.descriptor)
        limits = (settings.page_memory_mb * 2**20, settings.page_cpu_s)
        try:
            handle = spawned(serve, link, memory, *limits, tasks)
        except BaseException:
            ours.close()
            raise
    return PageProcess(handle, WorkerLink(ours.detach(), want_writes), arena)


def log_sandbox(memory_bytes: int, filtered: bool) -> None:
    """Log one line for the operator: what page processes may do."""
    memory = f"{memory_bytes // 2**20} MB of memory each"
    if filtered:
        log.info("Page processes are caged: %s, no network, no programs (seccomp)", memory)
    else:
        log.warning("Page processes are caged: %s; the kernel grants no filter, so the NETWORK IS OPEN to them", memory)
