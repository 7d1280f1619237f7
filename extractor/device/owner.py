"""Requests of page processes -> rows for the models -> results in the arenas.

Runs in the worker. Each task of a page process has a `Desk`: the requests that it waits for and the pictures that are
on the device for it. A picture goes up once, when the first model looks at it, by the owner's thread; what is asked of
it later finds it there. When the task ends, or its process does, its desk is closed: what waits is dropped, its
pictures are freed, and no later result reaches the arena.
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
from .arena import Arena
from .requests import CANCELLED, DONE, FAILED, OUT_OF_MEMORY, MalformedRequest, PictureRef, Request, parse
from .scheduler import Result, Scheduler, Work

# Requests of one task that may wait at the same time.
MOST_WAITING = 2000


@dataclass(slots=True)
class _Answering:
    """A request on its way: what is known of its results, in their order, and how many of its works are not done."""

    request: Request
    works: list[Work] = field(default_factory=list)
    results: dict[int, Result] = field(default_factory=dict)
    left: int = 0
    error: BaseException | None = None
    dropped: bool = False


@dataclass(slots=True)
class Desk:
    """What one task of a page process has asked for. `reply` tells the process how a request ended, and how many bytes
    its results take."""

    arena: Arena
    reply: Callable[[int, int, int], None]
    waiting: dict[int, _Answering] = field(default_factory=dict)
    pictures: dict[PictureRef, Pixels] = field(default_factory=dict)
    stopped: bool = False
    closed: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of a request that share a shape: their places among its results. They are made when the owner's thread takes
    them, for only it may touch the device."""

    places: Sequence[int]
    make: Callable[[Sequence[int]], list[Any]]

    def __len__(self) -> int:
        return len(self.places)

    def part(self, start: int, stop: int) -> list[Any]:
        """The rows from `start` to before `stop`."""
        return self.make(self.places[start:stop])


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
        parts = self._parts(desk, request)
        answering = _Answering(request, left=len(parts))
        with desk.lock:
            if desk.closed:
                return
            if request.number in desk.waiting or len(desk.waiting) >= MOST_WAITING:
                raise MalformedRequest("the number of the request is none")
            stopped = desk.stopped
            if not stopped:
                desk.waiting[request.number] = answering
        if stopped:
            desk.reply(request.number, CANCELLED, 0)
            return
        for model, key, rows in parts:

            def done(outcome: list[Result] | BaseException, rows: _Rows = rows) -> None:
                self._part_done(desk, answering, rows.places, outcome)

            answering.works.append(self._scheduler.submit(model, key, rows, done))

    def stop(self, desk: Desk) -> None:
        """Nobody waits for the task any more: answer what it waits for, and whatever it asks for from now on."""
        with desk.lock:
            desk.stopped = True
            dropped = [
                (answering, work)
                for answering in desk.waiting.values()
                for work in list(answering.works)
                if self._scheduler.cancel(work)
            ]
        for answering, _ in dropped:
            answering.dropped = True
            self._part_done(desk, answering, (), [])

    def close(self, desk: Desk) -> None:
        """The task has ended, or its process has."""
        with desk.lock:
            desk.closed = True
            for answering in desk.waiting.values():
                for work in list(answering.works):
                    self._scheduler.cancel(work)
            desk.waiting.clear()
            desk.pictures.clear()

    def _parts(self, desk: Desk, request: Request) -> list[tuple[Any, Any, _Rows]]:
        """The request's rows by their shape: the model, the rows' common key, the rows."""
        models, picture = self._models, request.picture

        def pixels() -> Pixels:
            return self._pixels(desk, picture)

        if request.model == "layout":
            return [(models.layout, (), _Rows((0,), lambda places: [LayoutRow(pixels())]))]
        if request.model == "detection":
            fit = request.fit
            assert fit is not None
            return [(models.detector, fit.canvas, _Rows((0,), lambda places: [DetectionRow(pixels(), fit)]))]
        if request.model == "tables":
            boxes = [(left, top, right, bottom) for left, top, right, bottom in request.boxes.tolist()]

            def tables(places: Sequence[int]) -> list[TableRow]:
                return [TableRow(pixels(), boxes[place]) for place in places]

            return [(models.tables, (), _Rows(range(len(boxes)), tables))]
        recogniser = models.recognisers[request.recogniser]
        of_width: dict[int, list[int]] = {}
        for place, width in enumerate(request.widths.tolist()):
            of_width.setdefault(width, []).append(place)

        def lines(places: Sequence[int]) -> list[LineRows]:
            some, width = list(places), int(request.widths[places[0]])
            parts = (request.quads[some], request.quarters[some], request.contents[some])
            return [LineRows(pixels(), *parts, width, request.scripts)]

        return [(recogniser, (width, request.scripts), _Rows(places, lines)) for width, places in of_width.items()]

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

    def _part_done(
        self, desk: Desk, answering: _Answering, places: Sequence[int], outcome: list[Result] | BaseException
    ) -> None:
        """Some of a request's rows are done; when all are, write its results into the arena, and say so."""
        request = answering.request
        with desk.lock:
            if desk.closed or desk.waiting.get(request.number) is not answering:
                return
            answering.left -= 1
            if isinstance(outcome, BaseException):
                answering.error = outcome
            else:
                # They last until the model's next batches: what waits for the others is kept.
                kept = outcome if answering.left == 0 else [result.copy() for result in outcome]
                answering.results.update(zip(places, kept, strict=True))
            if answering.left:
                return
            del desk.waiting[request.number]
            status, size = _ended(desk.arena, answering)
        desk.reply(request.number, status, size)


def _ended(arena: Arena, answering: _Answering) -> tuple[int, int]:
    """How a request has ended, and how many bytes its results take where they now are."""
    if answering.error is not None:
        return (OUT_OF_MEMORY if out_of_memory(answering.error) else FAILED), 0
    if answering.dropped:
        return CANCELLED, 0
    size = _written(arena, answering.request, [result for _, result in sorted(answering.results.items())])
    return (FAILED, 0) if size is None else (DONE, size)


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
