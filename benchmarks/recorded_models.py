"""An engine whose models answer at once, from a recording that they make themselves when they are asked first.

What is replaced is what a GPU does, no more: all between a picture's bytes on their way up and the small results on
their way down. Each transfer becomes a copy of its bytes into memory that is there already. Launching kernels is
not counted, nor is it on a GPU with graphs; nor is stacking what goes up together, to the advantage of whoever stacks.

To find an answer takes a digest of what was asked. Its processor time is noted, to be taken off what is measured.

Two designs are known: models that are given pictures made ready for them (`infer`), and models that are given a page's
picture on the device and a place on it (`start`).
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from extractor.engine import Engine

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class Recording:
    """Answers by what was asked, and what happened since the last `restart`: seconds of processor time for finding
    them, batches that a model had to be run for, bytes that went up and down. `replaces` says what is not done."""

    replaces: str
    answers: dict[bytes, Any] = field(default_factory=dict, repr=False)
    uncounted_s: float = 0.0
    missed: int = 0
    up_bytes: int = 0
    down_bytes: int = 0
    _room: Array = field(default_factory=lambda: np.zeros(2**24, np.uint8), repr=False)

    def restart(self) -> None:
        """Begin to count anew."""
        self.uncounted_s, self.missed, self.up_bytes, self.down_bytes = 0.0, 0, 0, 0

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """What the block takes of this thread's processor time is the benchmark's, not the engine's."""
        begun = time.thread_time()
        try:
            yield
        finally:
            self.uncounted_s += time.thread_time() - begun

    def up(self, array: Array) -> None:
        """The array's bytes go to the device."""
        self.up_bytes += self._copy(array)

    def down(self, answer: Any) -> None:
        """The bytes of an answer, an array or a dataclass with arrays, come back."""
        arrays = [answer] if isinstance(answer, np.ndarray) else [getattr(answer, part.name) for part in fields(answer)]
        self.down_bytes += sum(self._copy(array) for array in arrays if isinstance(array, np.ndarray))

    def _copy(self, array: Array) -> int:
        if array.nbytes > self._room.nbytes:
            with self.uncounted():
                self._room = np.zeros(array.nbytes, np.uint8)
        # In the order in which it lies in memory, as a copy engine takes it.
        flat = array.ravel(order="K")
        self._room[: array.nbytes].view(array.dtype)[:] = flat
        return array.nbytes


@contextmanager
def recorded(engine: Engine) -> Iterator[Recording]:
    """The engine's models record and answer from the recording; in the end they are as they were."""
    models = engine.models
    every = (models.layout, models.detector, models.tables, *models.recognisers.values())
    if hasattr(models.layout, "start"):
        recording = Recording("pictures on the device (pixels_on, warped) and each model's start and wait")
        undo = [_answer_starts(recording, model) for model in every] + _keep_pictures_here(recording)
    else:
        recording = Recording("each model's infer")
        undo = [_answer_inferences(recording, model) for model in every]
    try:
        yield recording
    finally:
        for restore in undo:
            restore()


def _digest(*parts: Any) -> bytes:
    """What was asked, in a few bytes."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(str((part.shape, part.strides)).encode())
            digest.update(part.ravel(order="K").data)
        elif isinstance(part, frozenset):
            digest.update(str(sorted(part)).encode())
        else:
            digest.update(part if isinstance(part, bytes) else repr(part).encode())
        digest.update(b"|")
    return digest.digest()


# ------------------------------------------------------------------- models that are given pictures made ready: infer


def _answer_inferences(recording: Recording, model: Any) -> Callable[[], None]:
    infer = model.infer
    name = type(model).__name__

    def answered(items: Sequence[Any]) -> list[Any]:
        pixels = [getattr(item, "pixels", item).numpy() for item in items]
        with recording.uncounted():
            keys = [
                _digest(name, picture, getattr(item, "scripts", frozenset()), getattr(item, "content", 0))
                for item, picture in zip(items, pixels, strict=True)
            ]
            known = all(key in recording.answers for key in keys)
        if not known:
            recording.missed += 1
            recording.answers.update(zip(keys, infer(items), strict=True))
        answers = [recording.answers[key] for key in keys]
        for picture, answer in zip(pixels, answers, strict=True):
            recording.up(picture)
            recording.down(answer)
        return answers

    model.infer = answered
    return lambda: delattr(model, "infer")


# --------------------------------------------------- models that are given a place on a picture on the device: start


@dataclass(frozen=True)
class _PictureHere:
    """A picture that is on the device, as far as the engine knows: its size, and what it is known by.

    It becomes a real one only where a model has to be run.
    """

    recording: Recording
    key: bytes
    height: int
    width: int
    make: Callable[[], Any]

    @cached_property
    def real(self) -> Any:
        """The picture as the models take it."""
        return self.make()

    def warped(self, matrix: Array, height: int, width: int) -> _PictureHere:
        """The picture where `matrix` maps it, not drawn."""
        with self.recording.uncounted():
            key = _digest("warped", self.key, matrix, height, width)
        return _PictureHere(
            self.recording, key, height, width, lambda: self.real.warped(matrix, height=height, width=width)
        )

    def fitted(self, *place: Any, **named: Any) -> Any:
        """As the picture itself gives it."""
        return self.real.fitted(*place, **named)

    def lines(self, *places: Any, **named: Any) -> Any:
        """As the picture itself gives them."""
        return self.real.lines(*places, **named)


@dataclass(frozen=True, slots=True)
class _Answered:
    """A batch that is done."""

    recording: Recording
    answers: list[Array]

    def wait(self) -> list[Array]:
        """The rows' answers."""
        for answer in self.answers:
            self.recording.down(answer)
        return self.answers


def _keep_pictures_here(recording: Recording) -> list[Callable[[], None]]:
    """Have every module that sends pictures to the device keep them here."""
    from extractor.models import pictures

    sent = pictures.pixels_on

    def pixels_on(device: Any, view: Array) -> _PictureHere:
        with recording.uncounted():
            key = _digest("picture", view)
        recording.up(view)
        return _PictureHere(recording, key, *view.shape[:2], lambda: sent(device, view))

    users = [module for module in list(sys.modules.values()) if getattr(module, "pixels_on", None) is sent]
    for module in users:
        vars(module)["pixels_on"] = pixels_on
    return [lambda: [vars(module).update(pixels_on=sent) for module in users] and None]


def _answer_starts(recording: Recording, model: Any) -> Callable[[], None]:
    start = model.start
    name = type(model).__name__

    def answered(rows: Sequence[Any]) -> _Answered:
        with recording.uncounted():
            keys = [key for row in rows for key in _row_keys(name, row)]
            known = all(key in recording.answers for key in keys)
        if not known:
            recording.missed += 1
            found = start(rows).wait()
            recording.answers.update((key, np.array(row)) for key, row in zip(keys, found, strict=True))
        return _Answered(recording, [recording.answers[key] for key in keys])

    model.start = answered
    return lambda: delattr(model, "start")


def _row_keys(name: str, row: Any) -> list[bytes]:
    """What the row is known by: one for each line of several, else one."""
    parts = {part.name: getattr(row, part.name) for part in fields(row)}
    picture = parts.pop("pixels").key
    many = {part: value for part, value in parts.items() if isinstance(value, np.ndarray)}
    one = [repr(value) if is_dataclass(value) else value for part, value in parts.items() if part not in many]
    if not many:
        return [_digest(name, picture, *one)]
    return [_digest(name, picture, *one, *line) for line in zip(*many.values(), strict=True)]
