"""The requests of one task: its picture goes up once, and nothing that it asked for outlives it.

The models are the real ones. A test holds the detector where its next batch begins, until it has asked for the rest.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from extractor.device.arena import HEADER_BYTES, PICTURES_START, Arena
from extractor.device.owner import DeviceOwner, TaskRequests
from extractor.device.requests import CANCELLED, DONE, MalformedRequest, PictureRef, Request, packed
from extractor.device.scheduler import Scheduler
from extractor.engine import Engine
from extractor.models.shapes import Fit, detection_fit
from tests.networks import network_of

PATIENCE_S = 60.0
SIDE = 64
MAP_BYTES = SIDE * SIDE


@dataclass
class Asking:
    """A task of a page process, and what it is told: a request's number, how it ended, the bytes of its results."""

    owner: DeviceOwner
    arena: Arena
    fit: Fit
    told: queue.Queue[tuple[int, int, int]] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.task = TaskRequests(self.arena, lambda *reply: self.told.put(reply))

    def ask(self, number: int, place: int) -> None:
        """Ask for the text on the picture. The results go to this place of the arena, counted from the first."""
        picture, reply_at = PictureRef(PICTURES_START, SIDE, SIDE), HEADER_BYTES + place * MAP_BYTES
        self.owner.take(self.task, packed(Request(number, "detection", picture, reply_at, MAP_BYTES, fit=self.fit)))

    def hear(self) -> tuple[int, int, int]:
        return self.told.get(timeout=PATIENCE_S)


@pytest.fixture
def owner(engine: Engine) -> Iterator[DeviceOwner]:
    scheduler = Scheduler(0.0, engine.models.device)
    yield DeviceOwner(engine.models, scheduler)
    scheduler.close()


@pytest.fixture
def begin(engine: Engine, owner: DeviceOwner, arena: Arena) -> Callable[[], Asking]:
    """Begins a task."""
    fit = detection_fit(engine.models.facts.shapes, SIDE, SIDE, longest=SIDE)
    return lambda: Asking(owner, arena, fit)


@pytest.fixture
def arena() -> Iterator[Arena]:
    """With noise for a picture, and a mark wherever a result may go."""
    made = Arena()
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    made.picture(PICTURES_START, SIDE, SIDE)[:] = noise
    made.memory[HEADER_BYTES : HEADER_BYTES + 4 * MAP_BYTES] = b"\xff" * 4 * MAP_BYTES
    yield made
    made.close()


def is_written(arena: Arena, place: int) -> bool:
    """Whether a result was written there; 255 is none."""
    start = HEADER_BYTES + place * MAP_BYTES
    return arena.memory[start : start + MAP_BYTES] != b"\xff" * MAP_BYTES


@dataclass
class Gate:
    """Holds a model's batches; `batches` is how many have begun."""

    batches: int = 0
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


@contextmanager
def gated(model: object) -> Iterator[Gate]:
    """The model, whose batches stand still until the gate is open."""
    gate = Gate()

    def stand(*_: Any) -> None:
        gate.batches += 1
        gate.entered.set()
        assert gate.opened.wait(PATIENCE_S)

    hook = network_of(model).register_forward_pre_hook(stand)
    try:
        yield gate
    finally:
        gate.opened.set()
        hook.remove()


def test_a_picture_is_brought_to_the_device_once(begin: Callable[[], Asking], arena: Arena) -> None:
    task = begin()
    task.ask(1, place=0)
    assert task.hear() == (1, DONE, MAP_BYTES)
    (brought,) = task.task.pictures.values()
    task.ask(2, place=1)
    assert task.hear() == (2, DONE, MAP_BYTES)
    assert [there is brought for there in task.task.pictures.values()] == [True]
    assert is_written(arena, 0)
    assert is_written(arena, 1)


def test_what_a_task_waits_for_ends_with_it(
    engine: Engine, owner: DeviceOwner, begin: Callable[[], Asking], arena: Arena
) -> None:
    """Its process may be dead, and the next one has its arena: what runs is not written, what waits is not run."""
    first, second = begin(), begin()
    with gated(engine.models.detector) as gate:
        first.ask(1, place=0)
        assert gate.entered.wait(PATIENCE_S)
        first.ask(2, place=1)
        owner.close(first.task)
        first.ask(3, place=2)
        second.ask(1, place=3)
        gate.opened.set()
        assert second.hear() == (1, DONE, MAP_BYTES)
        assert gate.batches == 2
    assert first.told.empty()
    assert not first.task.waiting
    assert not first.task.pictures
    assert [is_written(arena, place) for place in range(4)] == [False, False, False, True]


def test_what_nobody_waits_for_is_cancelled(
    engine: Engine, owner: DeviceOwner, begin: Callable[[], Asking], arena: Arena
) -> None:
    held, stopped = begin(), begin()
    with gated(engine.models.detector) as gate:
        held.ask(1, place=0)
        assert gate.entered.wait(PATIENCE_S)
        stopped.ask(1, place=1)
        owner.stop(stopped.task)
        assert stopped.hear() == (1, CANCELLED, 0)
        stopped.ask(2, place=2)
        assert stopped.hear() == (2, CANCELLED, 0)
        gate.opened.set()
        assert held.hear() == (1, DONE, MAP_BYTES)
    assert [is_written(arena, place) for place in range(3)] == [True, False, False]


def test_a_task_asks_for_so_much_at_a_time(
    engine: Engine, begin: Callable[[], Asking], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extractor.device.owner.MOST_WAITING", 2)
    task = begin()
    with gated(engine.models.detector) as gate:
        task.ask(1, place=0)
        with pytest.raises(MalformedRequest, match="number"):
            task.ask(1, place=1)
        task.ask(2, place=1)
        with pytest.raises(MalformedRequest, match="number"):
            task.ask(3, place=2)
        gate.opened.set()
        assert {task.hear()[0], task.hear()[0]} == {1, 2}
    task.ask(3, place=2)
    assert task.hear() == (3, DONE, MAP_BYTES)
