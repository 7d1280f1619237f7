"""Requests of page processes -> rows for the models -> results in the arenas. In the worker.

Each task of a page process has its `TaskRequests`: the requests that it waits for, and the pictures that are on the
device for it. The owner's thread copies a picture to the device once, when the first model needs it; later requests
find it there. When the task or its process ends, its requests are closed: what waits is dropped, its pictures are
freed, and no later result reaches the arena.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from ..lifecycle.vitals import out_of_memory
from ..models.layout import LayoutRow
from ..models.model_set import Models
from ..models.pictures import Pixels, pixels_on
from ..models.tables import TableRow
from ..models.text_detection import DetectionRow
from ..models.text_recognition import LineRows
from .arena import KEPT_END, Arena
from .requests import CANCELLED, DONE, FAILED, OUT_OF_MEMORY, MalformedRequest, PictureRef, Request, parse
from .scheduler import Result, Scheduler, Work

# The most requests of one task that may wait at the same time.
MOST_WAITING = 2000


@dataclass(slots=True)
class _Answering:
    """A request on its way: the results so far, by their index, and the number of its works that are not done."""

    request: Request
    works: list[Work] = field(default_factory=list)
    results: dict[int, Result] = field(default_factory=dict)
    left: int = 0
    error: BaseException | None = None
    dropped: bool = False


@dataclass(slots=True)
class TaskRequests:
    """What one task of a page process has asked for.

    - `arena` has its pictures and takes its results.
    - `reply` tells the process that a request has ended: its number, its status, the bytes of its results.
    - `waiting` are the requests that have not ended, by number; `pictures` the pictures that are on the device for it.
    - `stopped`: nobody waits for the task. `closed`: it has ended.
    """

    arena: Arena
    reply: Callable[[int, int, int], None]
    waiting: dict[int, _Answering] = field(default_factory=dict)
    pictures: dict[PictureRef, Pixels] = field(default_factory=dict)
    stopped: bool = False
    closed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a request that share a shape, by their indices among its results.

    They are made when the owner's thread takes them, for only that thread may touch the device.
    """

    indices: Sequence[int]
    make: Callable[[Sequence[int]], list[Any]]

    def __len__(self) -> int:
        return len(self.indices)

    def part(self, start: int, stop: int) -> list[Any]:
        """The rows from `start` to before `stop`."""
        return self.make(self.indices[start:stop])


class DeviceOwner:
    """Takes the requests of page processes to the models, and the models' results to the arenas. Any thread may call
    it."""

    def __init__(self, models: Models, scheduler: Scheduler) -> None:
        self._models = models
        self._scheduler = scheduler
        self._device: torch.device = models.device

    def take(self, task: TaskRequests, message: bytes) -> None:
        """Queue a request; its task is told when it has ended.

        Raises `MalformedRequest` where any part of the message is wrong.
        """
        models = self._models
        request = parse(message, models.facts.shapes, models.recognisers)
        parts = self._row_groups(task, request)
        answering = _Answering(request, left=len(parts))
        with task.lock:
            if task.closed:
                return
            if request.number in task.waiting or len(task.waiting) >= MOST_WAITING:
                raise MalformedRequest("the number of the request is none")
            stopped = task.stopped
            if not stopped:
                task.waiting[request.number] = answering
        if stopped:
            task.reply(request.number, CANCELLED, 0)
            return
        for model, key, rows in parts:

            def done(outcome: list[Result] | BaseException, rows: _Rows = rows) -> None:
                self._part_done(task, answering, rows.indices, outcome)

            answering.works.append(self._scheduler.submit(model, key, rows, done))

    def stop(self, task: TaskRequests) -> None:
        """Cancel what the task waits for and whatever it asks for from now on: nobody waits for the task."""
        with task.lock:
            task.stopped = True
            dropped = [
                (answering, work)
                for answering in task.waiting.values()
                for work in list(answering.works)
                if self._scheduler.cancel(work)
            ]
        for answering, _ in dropped:
            answering.dropped = True
            self._part_done(task, answering, (), [])

    def close(self, task: TaskRequests) -> None:
        """Drop what the task waits for and free its pictures: the task has ended, or its process has."""
        with task.lock:
            task.closed = True
            for answering in task.waiting.values():
                for work in list(answering.works):
                    self._scheduler.cancel(work)
            task.waiting.clear()
            task.pictures.clear()

    def _row_groups(self, task: TaskRequests, request: Request) -> list[tuple[Any, Any, _Rows]]:
        """The request's rows by their shape: for each the model, the rows' common key, the rows."""
        models, picture = self._models, request.picture

        def pixels() -> Pixels:
            return self._pixels(task, picture)

        if request.model == "layout":
            return [(models.layout, (), _Rows((0,), lambda indices: [LayoutRow(pixels())]))]
        if request.model == "detection":
            fit = request.fit
            assert fit is not None
            return [(models.detector, fit.canvas, _Rows((0,), lambda indices: [DetectionRow(pixels(), fit)]))]
        if request.model == "tables":
            boxes = [(left, top, right, bottom) for left, top, right, bottom in request.boxes.tolist()]

            def tables(indices: Sequence[int]) -> list[TableRow]:
                return [TableRow(pixels(), boxes[index]) for index in indices]

            return [(models.tables, (), _Rows(range(len(boxes)), tables))]
        recogniser = models.recognisers[request.recogniser]
        of_width: dict[int, list[int]] = {}
        for index, width in enumerate(request.widths.tolist()):
            of_width.setdefault(width, []).append(index)

        def lines(indices: Sequence[int]) -> list[LineRows]:
            some, width = list(indices), int(request.widths[indices[0]])
            parts = (request.quads[some], request.quarters[some], request.contents[some])
            return [LineRows(pixels(), *parts, width, request.scripts)]

        return [(recogniser, (width, request.scripts), _Rows(indices, lines)) for width, indices in of_width.items()]

    def _pixels(self, task: TaskRequests, picture: PictureRef) -> Pixels:
        """The picture's pixels on the device, copied there at the first call."""
        found = task.pictures.get(picture)
        if found is None:
            if picture.matrix is None:
                view = task.arena.picture(picture.offset, picture.rows, picture.columns)
                found = pixels_on(self._device, view, KEPT_END - picture.offset)
            else:
                drawn = self._pixels(task, replace(picture, matrix=None, warped_rows=0, warped_columns=0))
                found = drawn.warped(np.array(picture.matrix).reshape(2, 3), *picture.shape)
            with task.lock:
                if not task.closed:
                    task.pictures[picture] = found
        return found

    def _part_done(
        self, task: TaskRequests, answering: _Answering, indices: Sequence[int], outcome: list[Result] | BaseException
    ) -> None:
        """Take the results of some of a request's rows. With the last ones, write all into the arena and reply."""
        request = answering.request
        with task.lock:
            if task.closed or task.waiting.get(request.number) is not answering:
                return
            answering.left -= 1
            if isinstance(outcome, BaseException):
                answering.error = outcome
            else:
                # A model's results last until its next batches: those that wait for others are copied.
                kept = outcome if answering.left == 0 else [result.copy() for result in outcome]
                answering.results.update(zip(indices, kept, strict=True))
            if answering.left:
                return
            del task.waiting[request.number]
            status, size = _status_and_size(task.arena, answering)
        task.reply(request.number, status, size)


def _status_and_size(arena: Arena, answering: _Answering) -> tuple[int, int]:
    """How a request has ended, and the bytes of its results, which are now in the arena."""
    if answering.error is not None:
        return (OUT_OF_MEMORY if out_of_memory(answering.error) else FAILED), 0
    if answering.dropped:
        return CANCELLED, 0
    size = _write_results(arena, answering.request, [result for _, result in sorted(answering.results.items())])
    return (FAILED, 0) if size is None else (DONE, size)


def _write_results(arena: Arena, request: Request, results: list[Result]) -> int | None:
    """The bytes of the results, now written one behind the other; None where there is no room for them.

    Before the results of tables stand the numbers of their steps.
    """
    parts: list[list[Result]] = [results]
    if request.model == "tables":
        parts.insert(0, [np.array([len(steps) for steps in results], np.int32)])
    if sum(result.nbytes for part in parts for result in part) > request.capacity:
        return None
    at = request.reply_at
    for part in parts:
        at = arena.write(at, part)
    return at - request.reply_at
