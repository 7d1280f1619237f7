"""Tasks that wait for a process: jobs take turns, and the tasks of one job keep their order. In the worker.

Nothing here has a lock: whoever calls holds the pool's.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence

from .handle import PageProcess, Running


class Turns:
    """The queues of the jobs: their tasks that wait for a process. The job whose turn it is stands first."""

    def __init__(self) -> None:
        self._queues: OrderedDict[Hashable, deque[Running]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._queues)

    def add(self, running: Running) -> None:
        """Have the task wait behind those of its job."""
        self._queues.setdefault(running.task.job, deque()).append(running)

    def add_again(self, running: Running) -> None:
        """Have the task wait before those of its job, to be run once more."""
        self._queues.setdefault(running.task.job, deque()).appendleft(running)

    def drop(self, running: Running) -> None:
        """Take the task out, if it waits."""
        job = running.task.job
        waiting = self._queues.get(job)
        if waiting is not None and running in waiting:
            waiting.remove(running)
            if not waiting:
                del self._queues[job]

    def take(self, idle: Sequence[PageProcess]) -> tuple[Running, PageProcess]:
        """The next task, and the process for it: the one of `idle` that has its document open, or else the first.

        The next job has its turn then. Raises `StopIteration` where no task waits, `IndexError` where no process is
        idle.
        """
        job, waiting = next(iter(self._queues.items()))
        running = waiting.popleft()
        if waiting:
            self._queues.move_to_end(job)
        else:
            del self._queues[job]
        return running, next((one for one in idle if running.task.document in one.documents), idle[0])

    def take_all(self) -> list[Running]:
        """Every task that waited; none waits any more."""
        waiting = [running for queue in self._queues.values() for running in queue]
        self._queues.clear()
        return waiting
