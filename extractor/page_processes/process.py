"""A page process: runs the worker's tasks one after the other, in its sandbox. In page processes, without torch.

A task is a function of the module that has the tasks. It is called with its argument and a `TaskContext`, and returns
an `Answer`. A page lives its whole life in one task: drawn, read, assembled. Each stage has its own limit of processor
time; waiting for the device takes none.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import struct
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import IntEnum
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

import cv2
from PIL import Image

from ..device.arena import PageArena
from ..device.client import DeviceClient
from ..device.link import Kind, PageLink
from ..errors import ExtractionError
from ..lifecycle.freed_memory import keep_a_pages_memory
from ..lifecycle.quick_imports import uncollected
from . import sandbox

_LENGTH = struct.Struct("<I")


class Stage(IntEnum):
    """What a page process is doing. The worker reads it when the process ends."""

    IDLE = 0
    OPEN = 1
    READ = 2
    LOOK = 3
    ASSEMBLE = 4
    WRITE = 5
    FIELDS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task returns. `head` is plain JSON values for the worker; `blob` is bytes for whoever comes next, perhaps
    none."""

    head: Mapping[str, Any]
    blob: bytes = b""


@dataclass(slots=True)
class TaskContext:
    """What a task works with: memory for page pictures, the way to the models, its limits.

    `cpu_s` is the processor time of a stage, in seconds. `forget` closes a document that no job reads any more.
    """

    arena: PageArena
    cpu_s: float
    _device: DeviceClient | None = None
    forget: Callable[[Path], None] = lambda path: None

    @property
    def device(self) -> DeviceClient:
        """The way to the models. Raises `RuntimeError` before the worker has loaded them."""
        if self._device is None:
            raise RuntimeError("there are no models yet")
        return self._device

    @contextmanager
    def stage(self, stage: Stage, times: float = 1.0) -> Iterator[None]:
        """A context for one stage of the task, with `times` the limit of processor time (`cpu_s`). Where it is up, the
        process ends."""
        self.arena.enter(stage)
        with sandbox.processor_time(self.cpu_s * times):
            yield


Function = Callable[[Any, TaskContext], Answer]


@dataclass(frozen=True, slots=True)
class Inherited:
    """A file descriptor for a process to inherit; unpickled in that process, it is the descriptor's number there.

    It is defined here because the started process imports this module, and not the one that starts it.
    """

    number: int

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return (_detached, (DupFd(self.number),))


def _detached(inherited: Any) -> int:
    return int(inherited.detach())


def serve(link: int, arena: int, memory_bytes: int, cpu_s: float, tasks: str) -> None:
    """Serve the worker until it hangs up. `link` and `arena` are descriptors.

    `tasks` is the module that has the tasks. It is imported, and its `prepare` called, before the process enters its
    sandbox; its `TASKS` has the tasks by name. `memory_bytes` is what the process may take, `cpu_s` the seconds of
    processor time of a stage.
    """
    line, context = PageLink(link), TaskContext(PageArena(arena), cpu_s)
    with uncollected():
        module = importlib.import_module(tasks)
        module.prepare(context)
    warnings.simplefilter("ignore")
    cv2.setNumThreads(1)
    # The limit of pixels is our own, not Pillow's.
    Image.MAX_IMAGE_PIXELS = None
    keep_a_pages_memory()
    _be_quiet()
    sandbox.enter(memory_bytes)
    line.send(Kind.READY, json.dumps(asdict(sandbox.report())).encode())
    while True:
        try:
            kind, payload = line.receive()
        except EOFError:
            return
        if kind is Kind.FACTS:
            context._device = DeviceClient(line, context.arena, pickle.loads(payload))
        elif kind is Kind.FORGET:
            context.forget(Path(payload.decode()))
        elif kind is Kind.TASK:
            line.send(*_run_task(payload, module.TASKS, context))


def _be_quiet() -> None:
    """Write to the worker's log no more: image libraries have a line for each row of a damaged image."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _run_task(payload: bytes, tasks: Mapping[str, Function], context: TaskContext) -> tuple[Kind, bytes]:
    """The message that says how one task ended. The stage that it ended in stays until the next task."""
    context.arena.enter(Stage.IDLE)
    try:
        name, argument = pickle.loads(payload)
        answer = tasks[name](argument, context)
        head = json.dumps(answer.head, allow_nan=False).encode()
        message = Kind.DONE, b"".join([_LENGTH.pack(len(head)), head, answer.blob])
    except ExtractionError as error:
        message = _failed_message(code=error.code, reason=error.message)
    except MemoryError:
        message = _failed_message(memory=True)
    except Exception as error:  # whatever a parser raised belongs to the page
        message = _failed_message(name=type(error).__name__, place=_code_position(error))
    try:
        if context._device is not None:
            context._device.finish()
    finally:
        context.arena.reset()
    return message


def _failed_message(**how: Any) -> tuple[Kind, bytes]:
    return Kind.FAILED, json.dumps(how).encode()


def _code_position(error: BaseException) -> str:
    """Where in the code it was raised: a module and a line, and nothing of the document."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def parsed_answer(payload: bytes) -> Answer:
    """The answer in the payload of a DONE message. For the worker.

    Raises `ValueError` or `struct.error` where there is none.
    """
    (length,) = _LENGTH.unpack_from(payload)
    head = json.loads(payload[_LENGTH.size : _LENGTH.size + length])
    if not isinstance(head, dict):
        raise ValueError("an answer's head is a dict")
    return Answer(head, payload[_LENGTH.size + length :])
