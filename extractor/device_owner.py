"""Requests of page processes -> rows for the models -> results in the arenas.

Runs in the worker. Each task of a page process has a `Desk`: the requests that it waits for and the pictures that are
on the device for it. A picture goes up once, when the first model looks at it, by the owner's thread; what is asked of
it later finds it there. When the task ends, or its process does, its desk is closed: what waits is dropped, its
pictures are freed, and no later result reaches the arena.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from .arena import Arena
from .device_requests import CANCELLED, DONE, FAILED, OUT_OF_MEMORY, MalformedRequest, PictureRef, Request, parse
from .models.layout import LayoutRow
from .models.model_set import Models
from .models.pictures import Pixels, pixels_on
from .models.tables import TableRow
from .models.text_detection import DetectionRow
from .models.text_recognition import LineRows
from .scheduler import Result, Scheduler, Work
from .vitals import out_of_memory

# Requests of one task that may wait at the same time.
MOST_WAITING = 2000


@dataclass(slots=True)
class Desk:
    """What one task of a page process has asked for. `reply` tells the process how a request ended, and how many bytes
    its results take."""

    arena: Arena
    reply: Callable[[int, int, int], None]
    waiting: dict[int, Work | None] = field(default_factory=dict)
    pictures: dict[PictureRef, Pixels] = field(default_factory=dict)
    stopped: bool = False
    closed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A request's rows; they are made when the owner's thread takes them, for only it may touch the device."""

    count: int
    make: Callable[[int, int], list[Any]]

    def __len__(self) -> int:
        return self.count

    def part(self, start: int, stop: int) -> list[Any]:
        """The rows from `start` to before `stop`."""
        return self.make(start, stop)


class DeviceOwner:
    """Takes page processes' requests to the models."""

    def __init__(self, models: Models, scheduler: Scheduler) -> None:
        self._models = models
        self._scheduler = scheduler
        self._device: torch.device = models.device

    def take(self, desk: Desk, message: bytes) -> None:
        """Queue a request; its desk is told when it has ended. Raises `MalformedRequest`."""
        models = self._models
        request = parse(message, models.facts.shapes, models.recognisers)
        with desk.lock:
            if desk.closed:
                return
            if request.number in desk.waiting or len(desk.waiting) >= MOST_WAITING:
                raise MalformedRequest("the number of the request is none")
            if not desk.stopped:
                desk.waiting[request.number] = None
        if desk.stopped:
            desk.reply(request.number, CANCELLED, 0)
            return
        model, key, rows = self._rows(desk, request)
        work = self._scheduler.submit(model, key, rows, lambda outcome: self._answer(desk, request, outcome))
        with desk.lock:
            if request.number in desk.waiting:
                desk.waiting[request.number] = work

    def stop(self, desk: Desk) -> None:
        """Nobody waits for the task any more: answer what it waits for, and whatever it asks for from now on."""
        with desk.lock:
            desk.stopped = True
            dropped = [
                number for number, work in desk.waiting.items() if work is not None and self._scheduler.cancel(work)
            ]
            for number in dropped:
                del desk.waiting[number]
        for number in dropped:
            desk.reply(number, CANCELLED, 0)

    def close(self, desk: Desk) -> None:
        """The task has ended, or its process has."""
        with desk.lock:
            desk.closed = True
            for work in desk.waiting.values():
                if work is not None:
                    self._scheduler.cancel(work)
            desk.waiting.clear()
            desk.pictures.clear()

    def _rows(self, desk: Desk, request: Request) -> tuple[Any, Any, _Rows]:
        """The model, the rows' common key, and the rows."""
        models, picture = self._models, request.picture

        def pixels() -> Pixels:
            return self._pixels(desk, picture)

        if request.model == "layout":
            return models.layout, (), _Rows(1, lambda start, stop: [LayoutRow(pixels())])
        if request.model == "detection":
            fit = request.fit
            assert fit is not None
            return models.detector, fit.canvas, _Rows(1, lambda start, stop: [DetectionRow(pixels(), fit)])
        if request.model == "tables":
            boxes = [(left, top, right, bottom) for left, top, right, bottom in request.boxes.tolist()]

            def tables(start: int, stop: int) -> list[TableRow]:
                return [TableRow(pixels(), box) for box in boxes[start:stop]]

            return models.tables, (), _Rows(len(boxes), tables)
        recogniser = models.recognisers[request.recogniser]

        def lines(start: int, stop: int) -> list[LineRows]:
            quads, quarters = request.quads[start:stop], request.quarters[start:stop]
            return [LineRows(pixels(), quads, quarters, request.contents[start:stop], request.width, request.scripts)]

        return recogniser, (request.width, request.scripts), _Rows(len(request.contents), lines)

    def _pixels(self, desk: Desk, picture: PictureRef) -> Pixels:
        """The picture on the device."""
        found = desk.pictures.get(picture)
        if found is None:
            if picture.matrix is None:
                found = pixels_on(self._device, desk.arena.picture(picture.offset, picture.rows, picture.columns))
            else:
                drawn = self._pixels(desk, replace(picture, matrix=None, warped_rows=0, warped_columns=0))
                found = drawn.warped(np.array(picture.matrix).reshape(2, 3), *picture.shape)
            with desk.lock:
                if not desk.closed:
                    desk.pictures[picture] = found
        return found

    def _answer(self, desk: Desk, request: Request, outcome: list[Result] | BaseException) -> None:
        """Write a request's results into the arena, and say so."""
        with desk.lock:
            if desk.closed or request.number not in desk.waiting:
                return
            del desk.waiting[request.number]
            if isinstance(outcome, BaseException):
                size, status = None, (OUT_OF_MEMORY if out_of_memory(outcome) else FAILED)
            else:
                size = _written(desk.arena, request, outcome)
                status = FAILED if size is None else DONE
        desk.reply(request.number, status, size or 0)


def _written(arena: Arena, request: Request, results: list[Result]) -> int | None:
    """Write the results one behind the other, tables behind the numbers of their steps; how many bytes they are. None
    where they are more than there is room for."""
    if request.model == "tables":
        results = [np.array([len(steps) for steps in results], np.int32), *results]
    at = request.reply_at
    if at + sum(result.nbytes for result in results) > request.reply_at + request.capacity:
        return None
    for result in results:
        at = arena.write(at, result)
    return at - request.reply_at
