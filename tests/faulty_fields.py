"""The worker's own tasks, but that looking for fields goes wrong, in the way that the first field's name says."""

from __future__ import annotations

import ctypes
from typing import Any

from extractor.page_processes import tasks
from extractor.page_processes.process import Answer, Function, Stage, TaskContext
from extractor.page_processes.whole_tasks import TaskName

prepare = tasks.prepare


def _go_wrong(how: str) -> None:
    if how == "raises":
        raise ValueError("a secret of the document")
    if how == "memory":
        raise MemoryError
    if how == "crashes":
        ctypes.string_at(0)
    while how == "spins":
        pass


def _faulty(function: Function) -> Function:
    def task(argument: Any, context: TaskContext) -> Answer:
        write = getattr(argument, "write", None)
        if write is not None and write.wanted:
            with context.stage(Stage.FIELDS):
                _go_wrong(write.wanted[0].name)
        return function(argument, context)

    return task


TASKS: dict[TaskName, Function] = {name: _faulty(function) for name, function in tasks.TASKS.items()}
