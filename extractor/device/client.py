"""A page process's way to the models: a request goes to the device's owner, its results come back in the arena.

In page processes, without torch. Nothing is computed here. A page asks for several things at once and takes the results
as it needs them; `Pending.result` waits for the worker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import Internal
from ..models.facts import ModelFacts
from ..models.shapes import Fit, line_width, seen_width
from ..values.arrays import Pixels
from .arena import PageArena
from .link import Kind, PageLink
from .requests import (
    CANCELLED,
    LAYOUT_NUMBERS,
    LINE_NUMBERS,
    OUT_OF_MEMORY,
    PIXELS_PER_STEP,
    TABLE_NUMBERS,
    PictureRef,
    Request,
    packed,
    parsed_reply,
    reply_bytes,
)

Numbers = np.ndarray[Any, np.dtype[np.float32]]


class NoResult(Exception):
    """A model failed on the request. The worker's log has the cause; `out_of_memory` says whether it was memory."""

    def __init__(self, *, out_of_memory: bool) -> None:
        super().__init__()
        self.out_of_memory = out_of_memory


@dataclass(frozen=True, slots=True)
class Pending:
    """A request whose results have not been taken yet."""

    device: DeviceClient
    request: Request

    def result(self) -> bytes:
        """The bytes of its results; can be taken once. Waits for them.

        Raises `NoResult` where there are none, and `Internal` where the page's job has ended.
        """
        return self.device.wait(self.request)


class DeviceClient:
    """Asks for forward passes, for one page after the other. Coordinates are pixels of the picture, origin top left.

    What asks raises `MemoryError` where the arena has no room for the results. What takes results waits for them.
    """

    def __init__(self, link: PageLink, arena: PageArena, facts: ModelFacts) -> None:
        self.facts = facts
        self.link = link
        self._arena = arena
        self._number = 0
        self._waiting: set[int] = set()
        self._ended: dict[int, tuple[int, int]] = {}
        # Requests whose results are not taken yet, and still need their memory in the arena.
        self._untaken: set[int] = set()

    def room_for_picture(self, rows: int, columns: int) -> tuple[int, Pixels]:
        """The offset and the pixels of one more picture of the page, (rows, columns, 3) uint8.

        Raises `MemoryError` where none fits in the arena.
        """
        return self._arena.new(rows, columns)

    def layout(self, picture: PictureRef) -> Pending:
        """The pending regions of a picture; `regions_of` reads them. Raises `MemoryError` where the arena has no room
        for them."""
        return self._ask(Request(0, "layout", picture, 0, 0))

    def regions_of(self, pending: Pending) -> Numbers:
        """The layout model's numbers, (queries, 7) float32; see `LayoutModel.start`.

        Waits for them. Raises `NoResult` where the model failed, `Internal` where the page's job has ended.
        """
        return np.frombuffer(pending.result(), np.float32).reshape(-1, LAYOUT_NUMBERS)

    def detect(self, picture: PictureRef, fit: Fit) -> Pending:
        """The pending map of the text on a picture, fitted to its canvas; `text_map_of` reads it.

        Raises `MemoryError` where the arena has no room for it.
        """
        return self._ask(Request(0, "detection", picture, 0, 0, fit=fit))

    def text_map_of(self, pending: Pending) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The probability of text in 255ths, (fit.height, fit.width) uint8.

        Waits for it. Raises `NoResult` where the detector failed, `Internal` where the page's job has ended.
        """
        fit = pending.request.fit
        assert fit is not None
        return np.frombuffer(pending.result(), np.uint8).reshape(fit.height, fit.width)

    def read_lines(
        self,
        picture: PictureRef,
        recogniser: str,
        scripts: frozenset[str],
        quads: np.ndarray[Any, np.dtype[np.float32]],
        quarters: np.ndarray[Any, np.dtype[np.uint8]],
        contents: np.ndarray[Any, np.dtype[np.int32]],
    ) -> Pending:
        """The pending reading of lines; `lines_of` reads it.

        `quads` (lines, 4, 2) in pixels of the picture, origin top left; `quarters` (lines,) turns anticlockwise;
        `contents` (lines,) the widths in pixels at 48 pixels of height; `scripts` those of the letters, any where there
        are none. Raises `MemoryError` where the arena has no room for the results.
        """
        widths = np.array([line_width(self.facts.shapes, content) for content in contents.tolist()], np.int32)
        return self._ask(
            Request(
                *(0, "lines", picture, 0, 0),
                recogniser=recogniser,
                scripts=scripts,
                quads=quads,
                quarters=quarters,
                contents=contents,
                widths=widths,
            )
        )

    def lines_of(self, pending: Pending) -> list[Numbers]:
        """For each line (steps, 3) float32: each step's probability, the number of its symbol, the space's probability.

        Waits for them. Raises `NoResult` where the recogniser failed, `Internal` where the page's job has ended.
        """
        steps = [seen_width(content) // PIXELS_PER_STEP for content in pending.request.contents.tolist()]
        found = np.frombuffer(pending.result(), np.float32).reshape(-1, LINE_NUMBERS)
        return np.split(found, np.cumsum(steps)[:-1])

    def structure(self, picture: PictureRef, boxes: np.ndarray[Any, np.dtype[np.int32]]) -> Pending:
        """The pending structure of tables; `structures_of` reads it.

        `boxes` (tables, 4) are left, top, right, bottom in pixels of the picture, origin top left. Raises `MemoryError`
        where the arena has no room for the results.
        """
        return self._ask(Request(0, "tables", picture, 0, 0, boxes=boxes))

    def structures_of(self, pending: Pending) -> list[Numbers]:
        """For each table its decoder's steps, (steps, 10) float32; see `TableModel.start`.

        Waits for them. Raises `NoResult` where the model failed, `Internal` where the page's job has ended.
        """
        result = pending.result()
        count = len(pending.request.boxes)
        lengths = np.frombuffer(result, np.int32, count)
        steps = np.frombuffer(result, np.float32, offset=4 * count).reshape(-1, TABLE_NUMBERS)
        return np.split(steps, np.cumsum(lengths)[:-1])

    def _ask(self, request: Request) -> Pending:
        self._number += 1
        capacity = reply_bytes(request)
        room = self._arena.room_for_reply(capacity)
        request = replace(request, number=self._number, reply_at=room, capacity=capacity)
        self._waiting.add(request.number)
        self._untaken.add(request.number)
        self.link.send(Kind.REQUEST, packed(request))
        return Pending(self, request)

    def wait(self, request: Request) -> bytes:
        """The bytes of a request's results. Waits for them.

        Raises `NoResult` where the model failed, and `Internal` where the page's job has ended.
        """
        while request.number in self._waiting:
            self._take()
        status, size = self._ended.pop(request.number)
        if status == CANCELLED:
            raise Internal("the page's job has ended")
        if status:
            raise NoResult(out_of_memory=status == OUT_OF_MEMORY)
        reply = self._arena.reply(request.reply_at, size)
        self._untaken.discard(request.number)
        if not self._untaken:
            self._arena.free_replies()
        return reply

    def finish(self) -> None:
        """Wait for all that was asked for and not taken. The arena is free for the next page afterwards.

        Raises `Internal` where the worker sends anything but replies, `EOFError` where it is gone.
        """
        while self._waiting:
            self._take()
        self._ended.clear()
        self._untaken.clear()

    def _take(self) -> None:
        kind, payload = self.link.receive()
        if kind is not Kind.REPLY:
            raise Internal("a page process was told something out of turn")
        number, status, size = parsed_reply(payload)
        self._waiting.discard(number)
        self._ended[number] = (status, size)
