"""What page processes of the pool's tests do: behave, hang, end, and say what no page process says."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import time

import numpy as np

from extractor import errors
from extractor.device.link import Kind
from extractor.device.requests import PictureRef, Request, packed
from extractor.page_processes.process import Answer, Function, Stage, TaskContext

LIBC = ctypes.CDLL(None)


def prepare(context: TaskContext) -> None:
    """Nothing is needed."""


def tell(value: object, context: TaskContext) -> Answer:
    """The value, and who tells it."""
    return Answer({"value": value, "pid": os.getpid()})


def sleep(seconds: float, context: TaskContext) -> Answer:
    """Sleep."""
    with context.stage(Stage.READ):
        time.sleep(seconds)
    return Answer({"pid": os.getpid()})


def spin(stage: int, context: TaskContext) -> Answer:
    """Never end, in this stage."""
    with context.stage(Stage(stage)):
        while True:
            pass


def crash(stage: int, context: TaskContext) -> Answer:
    """Read where nothing is."""
    with context.stage(Stage(stage)):
        ctypes.string_at(0)
    return Answer({})


def fail(name: str, context: TaskContext) -> Answer:
    """Raise."""
    with context.stage(Stage.ASSEMBLE):
        if name == "memory":
            raise MemoryError
        if name in ("PageTooLarge", "WorkerUnhealthy"):
            raise getattr(errors, name)("so it says")
        raise ValueError("a secret of the document")


def take(megabytes: int, context: TaskContext) -> Answer:
    """Take so much memory in blocks of 1 MB, write to each of its pages, and tell how many the kernel had to find."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    taken = [np.ones(2**20, np.uint8) for _ in range(megabytes)]
    found = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return Answer({"faults": found, "blocks": len(taken)})


def modules(names: list[str], context: TaskContext) -> Answer:
    """Which of these modules are loaded."""
    return Answer({"loaded": [name for name in names if name in sys.modules]})


def draw(shape: tuple[int, int], context: TaskContext) -> Answer:
    """Where pictures of a shape are drawn, and how many bytes of them stay in memory."""
    offset, picture = context.arena.new(*shape)
    picture.fill(7)
    return Answer({"offset": offset, "sum": int(picture[:1].sum())})


def say(messages: list[tuple[int, bytes]], context: TaskContext) -> Answer:
    """Send these messages as they are, and wait to be ended."""
    for kind, payload in messages:
        context.device.link.send(Kind(kind), payload)
    time.sleep(30)
    return Answer({})


def ask(seconds: float, context: TaskContext) -> Answer:
    """Ask for the layout of an empty picture, and take so long by the clock beside."""
    offset, picture = context.arena.new(800, 800)
    picture.fill(255)
    with context.stage(Stage.LOOK):
        pending = context.device.layout(PictureRef(offset, 800, 800))
        regions = len(context.device.regions_of(pending))
        time.sleep(seconds)
    return Answer({"regions": regions, "pid": os.getpid()})


def request_message(**changes: object) -> bytes:
    """A right request for a layout, but for these changes."""
    parts: dict[str, object] = {
        **{"number": 1, "model": "layout", "picture": PictureRef(50_335_744, 800, 800)},
        **{"reply_at": 4096, "capacity": 8400},
        **changes,
    }
    return packed(Request(**parts))  # type: ignore[arg-type]


TASKS: dict[str, Function] = {
    task.__name__: task for task in (tell, sleep, spin, crash, fail, take, modules, draw, say, ask)
}
