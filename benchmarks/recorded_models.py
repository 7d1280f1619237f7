"""An engine whose models answer at once, from a recording that they make when first asked.

Only the GPU's work is replaced: all between a picture's bytes on their way up and the small results on their way down.
Each transfer is a copy of its bytes into existing memory. Kernel launches are not counted, as on a GPU with graphs; nor
is stacking of what goes up together, which favours designs that stack.

Finding an answer takes a digest of the request. Its processor time is noted, to be subtracted.

Two designs are supported: models that get prepared pictures (`infer`), and models that get a page picture on the device
and a place on it (`start`).
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from extractor.engine import Engine

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(slots=True)
class Recording:
    """Answers by request, and counts since the last `restart`.

    Counts: seconds of processor time for finding answers, batches that a model had to be run for, bytes up and down.
    `replaces`: what is not done.
    """

    replaces: str
    answers: dict[bytes, Any] = field(default_factory=dict, repr=False)
    uncounted_s: float = 0.0
    missed: int = 0
    up_bytes: int = 0
    down_bytes: int = 0
    _room: Array = field(default_factory=lambda: np.zeros(2**24, np.uint8), repr=False)

    def restart(self) -> None:
        """Resets the counts."""
        self.uncounted_s, self.missed, self.up_bytes, self.down_bytes = 0.0, 0, 0, 0

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """The block's processor time, of this thread, counts as the benchmark's."""
        begun = time.thread_time()
        try:
            yield
        finally:
            self.uncounted_s += time.thread_time() - begun

    def up(self, array: Array) -> None:
        """Copies the array's bytes as if to the device."""
        self.up_bytes += self._copy(array)

    def down(self, answer: Any) -> None:
        """Copies the bytes of an answer, an array or a dataclass of arrays, as if from the device."""
        arrays = [answer] if isinstance(answer, np.ndarray) else [getattr(answer, part.name) for part in fields(answer)]
        self.down_bytes += sum(self._copy(array) for array in arrays if isinstance(array, np.ndarray))

    def _copy(self, array: Array) -> int:
        """Copies the bytes into existing memory. Returns their number."""
        if array.nbytes > self._room.nbytes:
            with self.uncounted():
                self._room = np.zeros(array.nbytes, np.uint8)
        # In memory order, as a copy engine takes it.
        flat = array.ravel(order="K")
        self._room[: array.nbytes].view(array.dtype)[:] = flat
        return array.nbytes


@contextmanager
def recorded(engine: Engine) -> Iterator[Recording]:
    """A context with the recording of an engine, whose models answer from it inside the block and are restored
    afterwards."""
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
    """The request in a few bytes."""
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
    """Makes a model with `infer` answer from the recording. Returns how to restore it."""
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
    """A picture that the engine takes to be on the device: its size and its key.

    It becomes a real one only where a model has to be run.
    """

    recording: Recording
    key: bytes
    height: int
    width: int
    make: Callable[[], Any]

    @cached_property
    def real(self) -> Any:
        """The picture as models take it."""
        return self.make()

    def warped(self, matrix: Array, height: int, width: int) -> _PictureHere:
        """The picture mapped by `matrix`, not drawn."""
        with self.recording.uncounted():
            key = _digest("warped", self.key, matrix, height, width)
        return _PictureHere(
            self.recording, key, height, width, lambda: self.real.warped(matrix, height=height, width=width)
        )


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
    """Makes every module that sends pictures to the device keep them here. Returns how to restore them."""
    from extractor.models import pictures

    sent = pictures.pixels_on

    def pixels_on(device: Any, view: Array, *_: int) -> _PictureHere:
        with recording.uncounted():
            key = _digest("picture", view)
        recording.up(view)
        return _PictureHere(recording, key, *view.shape[:2], lambda: sent(device, view))

    users = [module for module in list(sys.modules.values()) if getattr(module, "pixels_on", None) is sent]
    for module in users:
        vars(module)["pixels_on"] = pixels_on
    return [lambda: [vars(module).update(pixels_on=sent) for module in users] and None]


def _answer_starts(recording: Recording, model: Any) -> Callable[[], None]:
    """Makes a model with `start` answer from the recording. Returns how to restore it."""
    start = model.start
    name = type(model).__name__

    def answered(rows: Sequence[Any]) -> _Answered:
        with recording.uncounted():
            keys = [key for row in rows for key in _row_keys(name, row)]
            known = all(key in recording.answers for key in keys)
        if not known:
            recording.missed += 1
            found = start([replace(row, pixels=row.pixels.real) for row in rows]).wait()
            recording.answers.update((key, np.array(row)) for key, row in zip(keys, found, strict=True))
        return _Answered(recording, [recording.answers[key] for key in keys])

    model.start = answered
    return lambda: delattr(model, "start")


def _row_keys(name: str, row: Any) -> list[bytes]:
    """The keys of a row: one for each of several lines, else one."""
    parts = {part.name: getattr(row, part.name) for part in fields(row)}
    picture = parts.pop("pixels").key
    many = {part: value for part, value in parts.items() if isinstance(value, np.ndarray)}
    one = [repr(value) if is_dataclass(value) else value for part, value in parts.items() if part not in many]
    if not many:
        return [_digest(name, picture, *one)]
    return [_digest(name, picture, *one, *line) for line in zip(*many.values(), strict=True)]
