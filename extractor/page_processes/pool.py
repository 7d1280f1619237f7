"""Tasks of many jobs -> page processes -> answers or failures. The worker's side.

Guarantees:

- every parser that touches a caller's bytes runs in a page process (`handle.py`), in a sandbox (`sandbox.py`), never in
  the worker, and the worker unpickles nothing that comes from one;
- a task that crashes its process, hangs it or takes too much of it fails alone, by name, and the process is replaced;
- a task whose process is ended by something else is run again;
- jobs take turns (`turns.py`);
- the time in which a task waits for the device does not count;
- when nobody waits for a task any more, its process is free within 0.1 s.

One thread starts the processes (they end with it), reads their messages, hands requests on to the device's owner and
watches their clocks. It does nothing else for a page, and sleeps until something happens.
"""

from __future__ import annotations

import json
import logging
import math
import os
import pickle
import selectors
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ..device.arena import Arena
from ..device.link import Kind
from ..device.owner import DeviceOwner, TaskRequests
from ..device.requests import MalformedRequest, packed_reply
from ..errors import Internal, WorkerUnhealthy
from ..models.facts import ModelFacts
from ..settings import Settings
from .failures import End, Failure, failure
from .handle import PageProcess, Running, Task, log_sandbox, start_process
from .process import Answer, Stage, parsed_answer
from .turns import Turns

log = logging.getLogger("extractor")

# The module that has the tasks.
TASKS = "extractor.page_processes.tasks"
# Attempts per task when its process is killed from outside (out-of-memory killer) each time.
TRIES = 3
# Seconds for which a task that nobody waits for may keep its process.
GRACE_S = 0.1
# So many processes in a row may end before they are ready; then no more are started.
MOST_FALSE_STARTS = 5
# Seconds for processes to end after they are killed.
GOODBYE_S = 2.0


class PagePool:
    """Page processes that open documents and read their pages. `introduce` it to the models before pages are read.

    Any thread may call it.
    """

    def __init__(self, settings: Settings, tasks: str = TASKS) -> None:
        """`tasks` is the module that has the tasks; each process imports it before it enters its sandbox.

        Raises `WorkerUnhealthy` where no process can be started.
        """
        self._settings = settings
        self._tasks = tasks
        self._wanted_processes = settings.page_processes or default_processes()
        self._lock = threading.RLock()
        self._turns = Turns()
        self._processes: list[PageProcess] = []
        self._arenas: list[Arena] = []
        self._owner: DeviceOwner | None = None
        self._facts: bytes | None = None
        # How many in a row ended before they were ready, and the exit status of the last one, -N by signal N.
        self._false_starts = 0
        self._last_status: int | None = None
        # When the thread wakes by itself, and whether a message waits for room on a link.
        self._wakes_at = math.inf
        self._writes_wanted = False
        self._closing = False
        self._sandbox_logged = False
        self._selector = selectors.DefaultSelector()
        self._alarm = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector.register(self._alarm, selectors.EVENT_READ)
        self._sick: WorkerUnhealthy | None = None
        self._when_sick: Callable[[str], object] = lambda _: None
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="page-processes", daemon=True)
        self._thread.start()
        started.wait()
        if self._sick is not None:
            self.close()
            raise self._sick

    def when_sick(self, call: Callable[[str], object]) -> None:
        """Have `call` called when no process can be had any more, with the reason in words."""
        with self._lock:
            self._when_sick = call
            if self._sick is not None:
                call(self._sick.message)

    @property
    def arenas(self) -> list[Arena]:
        """The processes' arenas. A process that is replaced leaves its arena to the next one."""
        return list(self._arenas)

    @property
    def pids(self) -> list[int]:
        """The process ids of the living processes."""
        with self._lock:
            return [process.handle.pid for process in self._processes if process.handle.pid is not None]

    def introduce(self, owner: DeviceOwner, facts: ModelFacts) -> None:
        """Give the processes the models' facts, and their requests an owner."""
        with self._lock:
            self._owner = owner
            self._facts = pickle.dumps(facts)
            for process in self._processes:
                process.send(Kind.FACTS, self._facts)

    def submit(self, task: Task) -> Running:
        """The task, on its way. Its `future` gets an `Answer` or a `Failure`.

        Raises `WorkerUnhealthy` where no process can be had any more.
        """
        running = Running(task)
        with self._lock:
            if self._sick is not None:
                raise self._sick
            if self._closing:
                raise WorkerUnhealthy("the worker is closing; send the job again")
            self._turns.add(running)
            self._dispatch()
        return running

    def drop(self, running: Running) -> None:
        """Give up a task that nobody waits for any more. Its future is cancelled, its process free soon."""
        with self._lock:
            if running.process is None:
                self._turns.drop(running)
            else:
                process = running.process
                if process.requests is not None and self._owner is not None:
                    self._owner.stop(process.requests)
                process.left_s = min(process.left_s, GRACE_S)
                if process.since is not None:
                    self._run_clock(process)
        running.future.cancel()

    def forget(self, document: Path) -> None:
        """Have every process close a document that no job reads any more."""
        with self._lock:
            for process in self._processes:
                process.forget(document)

    def close(self) -> None:
        """End every process, whatever it is doing. Returns when they have ended."""
        with self._lock:
            self._closing = True
            self._wake()
        self._thread.join()

    # ------------------------------------------------------------------------------------------ tasks to processes

    def _dispatch(self) -> None:
        """Hand waiting tasks to idle processes: jobs in turn, to a process that has the document open."""
        idle = [process for process in self._processes if process.is_idle]
        while idle and self._turns:
            running, process = self._turns.take(idle)
            if not running.future.cancelled():
                idle.remove(process)
                self._start_task(process, running)

    def _start_task(self, process: PageProcess, running: Running) -> None:
        task = running.task
        running.tries += 1
        running.process = process
        process.running = running
        process.end = None
        process.waiting = 0
        requests = process.requests = TaskRequests(
            process.arena, lambda *reply: self._replied(process, requests, *reply)
        )
        process.left_s = task.wall_s
        self._run_clock(process)
        if task.document is not None:
            process.documents.add(task.document)
        process.send(Kind.TASK, pickle.dumps((task.name, task.argument)))

    def _replied(self, process: PageProcess, requests: TaskRequests, number: int, status: int, size: int) -> None:
        """Pass on that one of the task's requests has ended. Called by the device's threads."""
        with self._lock:
            if process.requests is not requests:
                return  # the task has ended
            process.send(Kind.REPLY, packed_reply(number, status, size))
            process.waiting -= 1
            if process.waiting == 0:
                self._run_clock(process)

    def _run_clock(self, process: PageProcess) -> None:
        """Have the task's clock run. The thread is woken only where it would sleep too long."""
        due = process.run_clock()
        if due < self._wakes_at:
            self._wakes_at = due
            self._wake()

    def _wake(self) -> None:
        if threading.current_thread() is not self._thread:
            os.eventfd_write(self._alarm, 1)

    def _want_writes(self) -> None:
        """Note that a message waits for room. Called by any thread."""
        self._writes_wanted = True
        self._wake()

    # ------------------------------------------------------------------------------------------------- the thread

    def _run(self, started: threading.Event) -> None:
        with self._lock:
            for _ in range(self._wanted_processes):
                self._start_process()
        started.set()
        while True:
            with self._lock:
                if self._closing:
                    break
                timeout = None if self._wakes_at == math.inf else max(0.0, self._wakes_at - time.monotonic())
            for key, events in self._selector.select(timeout):
                if key.fd == self._alarm:
                    os.eventfd_read(self._alarm)
                    continue
                process, is_end = key.data
                with self._lock:
                    if is_end:
                        self._ended(process)
                    elif events & selectors.EVENT_WRITE:
                        process.flush()
                    if not is_end and events & selectors.EVENT_READ:
                        self._listen(process)
            with self._lock:
                if time.monotonic() >= self._wakes_at:
                    self._look_at_clocks()
                if self._writes_wanted:
                    self._watch_for_room()
        self._stop_all()

    def _look_at_clocks(self) -> None:
        """End the processes whose task is overdue, and set when to look again."""
        now = time.monotonic()
        self._wakes_at = math.inf
        for process in self._processes:
            due = process.overdue_at()
            if due <= now:
                process.kill(End.TIME)
            else:
                self._wakes_at = min(self._wakes_at, due)

    def _watch_for_room(self) -> None:
        """Have the selector report room on the links that have something to send."""
        living = [process for process in self._processes if process.is_connected]
        self._writes_wanted = any(process.link.unsent for process in living)
        for process in living:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if process.link.unsent else 0)
            if self._selector.get_key(process.link.descriptor).events != wanted:
                self._selector.modify(process.link.descriptor, wanted, (process, False))

    def _listen(self, process: PageProcess) -> None:
        """Handle the messages that the process has sent."""
        if not process.is_connected:
            return
        try:
            for kind, payload in process.link.receive():
                self._handle_message(process, kind, payload)
        except (EOFError, OSError):
            # When the process has ended, its task is settled.
            self._hang_up(process)
        except Exception as error:  # it is not trusted: whatever is wrong with a message ends its process
            log.error("A page process broke its rules (%s: %s); it is ended", type(error).__name__, error)
            process.kill(End.CRASH)

    def _handle_message(self, process: PageProcess, kind: Kind, payload: bytes) -> None:
        if kind is Kind.REQUEST:
            if process.running is None or process.requests is None or self._owner is None:
                raise MalformedRequest("nothing was asked of it")
            if process.waiting == 0:
                process.stop_clock()
            process.waiting += 1
            self._owner.take(process.requests, payload)
        elif kind is Kind.READY:
            self._handle_ready(process, payload)
        elif process.running is None:
            raise MalformedRequest("nothing was asked of it")
        elif kind is Kind.DONE:
            self._finished(process, parsed_answer(payload))
        elif kind is Kind.FAILED:
            how = json.loads(payload)
            self._finished(process, failure(process.running.task.subject, Stage(process.arena.stage), how))

    def _handle_ready(self, process: PageProcess, payload: bytes) -> None:
        if process.ready:
            raise MalformedRequest("it was ready")
        process.ready = True
        self._false_starts = 0
        if not self._sandbox_logged:
            self._sandbox_logged = True
            log_sandbox(**json.loads(payload))
        self._dispatch()

    def _finished(self, process: PageProcess, outcome: Answer | Failure) -> None:
        """Settle a task. Its process is free, or is replaced after its number of tasks."""
        running = self._release(process)
        process.tell_forgotten()
        process.tasks += 1
        if process.tasks >= self._settings.pages_per_process:
            process.end = End.RENEWED
            process.ready = False
            # It leaves when it finds the link closed.
            self._hang_up(process)
        self._dispatch()
        if running is not None and running.future.set_running_or_notify_cancel():
            running.future.set_result(outcome)

    def _release(self, process: PageProcess) -> Running | None:
        """The process's task, which it does not have any more."""
        running, process.running, process.since = process.running, None, None
        if process.requests is not None and self._owner is not None:
            self._owner.close(process.requests)
        process.requests = None
        if running is not None:
            running.process = None
        return running

    def _ended(self, process: PageProcess) -> None:
        """Handle the end of a process: run its task again, or settle it; start another process."""
        was_ready, process.ready = process.ready, False
        while process.end is None and process.is_connected:
            self._listen(process)  # its last messages may still be on the link
        process.handle.join()
        stage, end = process.stage(), process.ended_by()
        self._selector.unregister(process.handle.sentinel)
        self._hang_up(process)
        self._processes.remove(process)
        running = self._release(process)
        if not was_ready and process.end is None:
            self._false_starts += 1
            self._last_status = process.handle.exitcode
        if not self._closing:
            self._start_process(process.arena)
        if running is None or running.future.cancelled():
            return
        if end is End.OUTSIDE and running.tries < TRIES:
            self._turns.add_again(running)
            self._dispatch()
        elif running.future.set_running_or_notify_cancel():
            running.future.set_result(failure(running.task.subject, stage, end))

    def _start_process(self, arena: Arena | None = None) -> None:
        """Start one more process. Where none can be had any more, all waiting tasks are told."""
        try:
            if self._false_starts >= MOST_FALSE_STARTS:
                last = f"the last one with status {self._last_status}"
                raise OSError(f"{self._false_starts} ended before they were ready, {last}")
            if arena is None:
                arena = Arena()
                self._arenas.append(arena)
            process = start_process(self._settings, self._tasks, arena, self._want_writes)
        except (OSError, RuntimeError) as error:
            log.error("A page process cannot be started: %s", error)
            if not self._processes:
                self._give_up(error)
            return
        self._processes.append(process)
        self._selector.register(process.link.descriptor, selectors.EVENT_READ, (process, False))
        self._selector.register(process.handle.sentinel, selectors.EVENT_READ, (process, True))
        if self._facts is not None:
            process.send(Kind.FACTS, self._facts)

    def _give_up(self, error: BaseException) -> None:
        reason = str(error) or type(error).__name__
        self._sick = WorkerUnhealthy(f"the processes that read pages cannot be started ({reason})")
        self._when_sick(self._sick.message)
        for running in self._turns.take_all():
            if running.future.set_running_or_notify_cancel():
                running.future.set_exception(self._sick)

    def _hang_up(self, process: PageProcess) -> None:
        """Close the worker's end of the link."""
        if process.is_connected:
            self._selector.unregister(process.link.descriptor)
            process.link.close()

    def _stop_all(self) -> None:
        with self._lock:
            waiting = self._turns.take_all()
            for process in self._processes:
                process.handle.kill()
                running = self._release(process)
                if running is not None:
                    waiting.append(running)
            for process in self._processes:
                process.handle.join(GOODBYE_S)
                self._hang_up(process)
            self._processes.clear()
            for arena in self._arenas:
                arena.close()
            self._arenas.clear()
        for running in waiting:
            if running.future.set_running_or_notify_cancel():
                running.future.set_result(Failure(Internal("the worker was closed before the page was finished")))
        self._selector.close()
        os.close(self._alarm)


def default_processes() -> int:
    """The number of page processes without a setting: one more than cores, for some always wait."""
    return max(2, min(32, len(os.sched_getaffinity(0)) + 1))
