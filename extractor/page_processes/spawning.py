"""A page process's start, without the program that the worker runs in. In the worker.

`multiprocessing` has each process that it spawns import the program's main module again: what the process is to call
might be there. Nothing of a page process is, and a script that does not ask for its `__name__` would run once more in
each of them. Source: `multiprocessing.spawn` of Python 3.11, which makes what a new process is told.
"""

from __future__ import annotations

from multiprocessing import spawn
from multiprocessing.context import SpawnProcess
from typing import Any

# By this name its start is known, and another's is as it was.
_NAME = "zopilot-page-process"
_MAIN_MODULE = ("init_main_from_name", "init_main_from_path")
_told_to_all = spawn.get_preparation_data


def spawned(target: Any, *arguments: Any) -> SpawnProcess:
    """A process that calls `target`, started. Raises `OSError` or `RuntimeError` where none can be started."""
    process = SpawnProcess(target=target, args=arguments, name=_NAME, daemon=True)
    process.start()
    return process


def _told(name: str) -> dict[str, Any]:
    told: dict[str, Any] = _told_to_all(name)
    if name == _NAME:
        for key in _MAIN_MODULE:
            told.pop(key, None)
    return told


spawn.get_preparation_data = _told
