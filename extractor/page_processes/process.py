"""A page process: takes tasks from the worker, one after the other, in its sandbox, and asks for forward passes.

A task is a function of the module that has the tasks, called with its argument and a `Bench`; what it gives is an
`Answer`. A page lives its whole life in one task: drawn, read, assembled. Each stage of it has its own limit of
processor time; waiting for the device takes none. Runs in page processes alone, without torch.
"""

from __future__ import annotations

import importlib
import json
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

from ..device.arena import Canvas
from ..device.client import DeviceClient
from ..device.link import Kind, PageLink
from ..errors import ExtractionError
from ..lifecycle.quick_imports import uncollected
from . import sandbox

_LENGTH = struct.Struct("<I")


class Stage(IntEnum):
    """What a page process is doing; the worker reads it where the process ends."""

    IDLE = 0
    OPEN = 1
    READ = 2
    LOOK = 3
    ASSEMBLE = 4
    WRITE = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task gives: `head` is plain JSON values, for the worker; `blob` is for whoever comes next."""

    head: Mapping[str, Any]
    blob: bytes = b""


@dataclass(slots=True)
class Bench:
    """Where a task works: room for pictures, the way to the models, and its limits."""

    canvas: Canvas
    cpu_s: float
    _device: DeviceClient | None = None
    # Lets go of a document that no job reads any more.
    forget: Callable[[Path], None] = lambda path: None

    @property
    def device(self) -> DeviceClient:
        """The way to the models. Raises `RuntimeError` before the worker has loaded them."""
        if self._device is None:
            raise RuntimeError("there are no models yet")
        return self._device

    @contextmanager
    def stage(self, stage: Stage, times: float = 1.0) -> Iterator[None]:
        """A stage of the task, within its own limit of processor time, or so many times that."""
        self.canvas.enter(stage)
        with sandbox.processor_time(self.cpu_s * times):
            yield


Function = Callable[[Any, Bench], Answer]


@dataclass(frozen=True, slots=True)
class Inherited:
    """A file descriptor that a process has when it starts, where it is a number.

    It stands here and not where processes are started, for they import the module that it is in.
    """

    number: int

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return (_detached, (DupFd(self.number),))


def _detached(inherited: Any) -> int:
    return int(inherited.detach())


def serve(link: int, arena: int, memory_bytes: int, cpu_s: float, tasks: str) -> None:
    """Serve the worker until it hangs up. `link` and `arena` are descriptors. `tasks` is the module that has the tasks:
    it is imported, and its `prepare` given the bench, before the process enters its sandbox; its `TASKS` names them."""
    line, bench = PageLink(link), Bench(Canvas(arena), cpu_s)
    with uncollected():
        module = importlib.import_module(tasks)
        module.prepare(bench)
    warnings.simplefilter("ignore")
    cv2.setNumThreads(1)
    # No image is refused before we do it.
    Image.MAX_IMAGE_PIXELS = None
    sandbox.enter(memory_bytes)
    line.send(Kind.READY, json.dumps(asdict(sandbox.report())).encode())
    while True:
        try:
            kind, payload = line.receive()
        except EOFError:
            return
        if kind is Kind.FACTS:
            bench._device = DeviceClient(line, bench.canvas, pickle.loads(payload))
        elif kind is Kind.FORGET:
            bench.forget(Path(payload.decode()))
        elif kind is Kind.TASK:
            line.send(*_outcome(payload, module.TASKS, bench))


def _outcome(payload: bytes, tasks: Mapping[str, Function], bench: Bench) -> tuple[Kind, bytes]:
    """Do one task: how it ended, as a message. The stage that it ended in stands until the next task."""
    bench.canvas.enter(Stage.IDLE)
    try:
        name, argument = pickle.loads(payload)
        answer = tasks[name](argument, bench)
        head = json.dumps(answer.head, allow_nan=False).encode()
        message = Kind.DONE, b"".join([_LENGTH.pack(len(head)), head, answer.blob])
    except ExtractionError as error:
        message = _failed(code=error.code, reason=error.message)
    except MemoryError:
        message = _failed(memory=True)
    except Exception as error:  # whatever a parser raised belongs to the page
        message = _failed(name=type(error).__name__, place=_place(error))
    try:
        if bench._device is not None:
            bench._device.finish()
    finally:
        bench.canvas.reset()
    return message


def _failed(**how: Any) -> tuple[Kind, bytes]:
    return Kind.FAILED, json.dumps(how).encode()


def _place(error: BaseException) -> str:
    """Where in the code it was raised: a module and a line, and nothing of the document."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def parsed_answer(payload: bytes) -> Answer:
    """A DONE message's payload as the answer that it is; for the worker. Raises `ValueError`."""
    (length,) = _LENGTH.unpack_from(payload)
    head = json.loads(payload[_LENGTH.size : _LENGTH.size + length])
    if not isinstance(head, dict):
        raise ValueError("an answer's head is a dict")
    return Answer(head, payload[_LENGTH.size + length :])
