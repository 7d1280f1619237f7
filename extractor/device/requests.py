"""What a page process asks of the device: four kinds of request, as messages and as values. In both processes.

A request names a picture in the arena (a page picture or a crop), what a model is to see of it, and where in the arena
its results go. A page process is not trusted. On the worker's side `parse` is the only way in: model, shape, offset,
count and every number are checked before anything is looked at. Whatever is wrong raises `MalformedRequest`, and the
page process that sent it is ended.

A message is the length of a JSON head, the head, and the arrays' bytes. Coordinates are pixels, origin top left of the
picture as it is after its warp.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..models.shapes import Fit, Shapes
from .arena import ARENA_BYTES, HEADER_BYTES, PICTURES_START

Matrix = tuple[float, float, float, float, float, float]
Model = Literal["layout", "detection", "lines", "tables"]

# The most of a picture's side, drawn or warped, and of a warped picture's area, in pixels: a page on its corner.
MOST_SIDE = 20_000
MOST_PIXELS = 3600 * 3600 * 2
# The most lines and tables of one request, and the most pixels of its lines, as a multiple of the picture's.
MOST_LINES = 4000
MOST_TABLES = 100
MOST_PICTURES_OF_LINES = 16
# How far outside the picture a line's corner may be, as a multiple of its longer side.
FAR = 2.0
# How many numbers a model gives for a region, for a step of a line, for a step of a table's decoder.
LAYOUT_NUMBERS, LINE_NUMBERS, TABLE_NUMBERS = 7, 3, 10
# More regions than the layout model looks for.
MOST_REGIONS = 300
# A recogniser's step, in pixels of a line 48 pixels high.
PIXELS_PER_STEP = 8
# The longest table: the decoder's steps.
TABLE_STEPS = 501
# The most scripts of one request; no language has as many. Each is a code of four letters.
MOST_SCRIPTS = 16

_LENGTH = struct.Struct("<I")
_REPLY = struct.Struct("<IBI")


class MalformedRequest(ValueError):
    """A request that no sound page process makes."""


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture in the arena, a page picture or a crop: RGB, (rows, columns, 3), at `offset`.

    `matrix` (2x3, row by row, forward, in pixels) warps it to (warped_rows, warped_columns, 3), where there is one.
    """

    offset: int
    rows: int
    columns: int
    matrix: Matrix | None = None
    warped_rows: int = 0
    warped_columns: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) as a model sees it, in pixels."""
        return (self.rows, self.columns) if self.matrix is None else (self.warped_rows, self.warped_columns)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `number` tells a page process's requests apart. Coordinates are pixels of the picture, origin top
    left.

    - The results go to the offset `reply_at`, and have at most `capacity` bytes.
    - `fit`, of a detection: the size of the picture there.
    - Of lines: `quads` (lines, 4, 2); `quarters`, turns anticlockwise; `contents`, the lines' widths in pixels at 48
      pixels of height; `widths`, those of the shapes that they go into; `scripts`, those of their letters, any where
      there are none.
    - `boxes`, of tables: (tables, 4), left, top, right, bottom.
    """

    number: int
    model: Model
    picture: PictureRef
    reply_at: int
    capacity: int
    fit: Fit | None = None
    recogniser: str = ""
    scripts: frozenset[str] = frozenset()
    quads: np.ndarray[Any, np.dtype[np.float32]] = field(default_factory=lambda: np.empty((0, 4, 2), np.float32))
    quarters: np.ndarray[Any, np.dtype[np.uint8]] = field(default_factory=lambda: np.empty(0, np.uint8))
    contents: np.ndarray[Any, np.dtype[np.int32]] = field(default_factory=lambda: np.empty(0, np.int32))
    widths: np.ndarray[Any, np.dtype[np.int32]] = field(default_factory=lambda: np.empty(0, np.int32))
    boxes: np.ndarray[Any, np.dtype[np.int32]] = field(default_factory=lambda: np.empty((0, 4), np.int32))


def reply_bytes(request: Request) -> int:
    """The most bytes that the request's results can take."""
    if request.model == "layout":
        return MOST_REGIONS * LAYOUT_NUMBERS * 4
    if request.model == "detection":
        assert request.fit is not None
        return int(request.fit.height * request.fit.width)
    if request.model == "lines":
        return int(request.widths.sum()) // PIXELS_PER_STEP * LINE_NUMBERS * 4
    # The number of steps varies: it stands before the steps of each table.
    return len(request.boxes) * (4 + TABLE_STEPS * TABLE_NUMBERS * 4)


def packed(request: Request) -> bytes:
    """The request as a message; `parse` reads it."""
    picture = request.picture
    head: dict[str, Any] = {
        "number": request.number,
        "model": request.model,
        "picture": [picture.offset, picture.rows, picture.columns],
        "reply": [request.reply_at, request.capacity],
    }
    if picture.matrix is not None:
        head["warp"] = [*picture.matrix, picture.warped_rows, picture.warped_columns]
    arrays: list[np.ndarray[Any, Any]] = []
    if request.model == "detection":
        assert request.fit is not None
        head["fit"] = [*request.fit.canvas, request.fit.height, request.fit.width]
    elif request.model == "lines":
        head |= {
            "recogniser": request.recogniser,
            "scripts": sorted(request.scripts),
            "count": len(request.contents),
        }
        arrays = [request.quads, request.contents, request.widths, request.quarters]
    elif request.model == "tables":
        head["count"] = len(request.boxes)
        arrays = [request.boxes]
    text = json.dumps(head).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *(array.tobytes() for array in arrays)])


def parse(payload: bytes, shapes: Shapes, recognisers: Collection[str]) -> Request:
    """The request in a message, with every part checked, for models of these shapes and these recognisers.

    Raises `MalformedRequest` where any is wrong.
    """
    try:
        return _parse(payload, shapes, recognisers)
    except MalformedRequest:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, struct.error) as error:
        raise MalformedRequest(f"not a request ({type(error).__name__})") from None


def _parse(payload: bytes, shapes: Shapes, recognisers: Collection[str]) -> Request:
    (length,) = _LENGTH.unpack_from(payload)
    head = json.loads(payload[_LENGTH.size : _LENGTH.size + length])
    arrays = memoryview(payload)[_LENGTH.size + length :]
    picture = _parse_picture(head)
    reply_at, capacity = _natural_number(head["reply"][0]), _natural_number(head["reply"][1])
    _require(reply_at >= HEADER_BYTES and reply_at % 8 == 0 and reply_at + capacity <= PICTURES_START, "reply")
    parts: dict[str, Any] = {}
    model = head["model"]
    if model == "detection":
        parts["fit"] = _parse_fit(head["fit"], shapes)
    elif model == "lines":
        parts |= _parse_lines(head, arrays, picture, shapes, recognisers)
    elif model == "tables":
        parts["boxes"] = _parse_boxes(head, arrays, picture)
    else:
        _require(model == "layout", "model")
    request = Request(_natural_number(head["number"]), model, picture, reply_at, capacity, **parts)
    _require(request.number < 2**32 and capacity >= reply_bytes(request), "room for the reply")
    return request


def _parse_picture(head: Mapping[str, Any]) -> PictureRef:
    offset, rows, columns = (_natural_number(number) for number in head["picture"])
    _require(0 < rows <= MOST_SIDE and 0 < columns <= MOST_SIDE, "picture's size")
    _require(offset >= PICTURES_START and offset + rows * columns * 3 <= ARENA_BYTES, "picture's place")
    if "warp" not in head:
        return PictureRef(offset, rows, columns)
    *numbers, warped_rows, warped_columns = head["warp"]
    a, b, c, d, e, f = (_finite_number(number) for number in numbers)
    height, width = _natural_number(warped_rows), _natural_number(warped_columns)
    _require(0 < height <= MOST_SIDE and 0 < width <= MOST_SIDE, "warped picture's size")
    _require(height * width <= MOST_PIXELS, "warped picture's size")
    # The matrix can be inverted: one of nearly no area would be a division by zero.
    _require(1e-3 < abs(a * e - b * d) < 1e3, "warp")
    return PictureRef(offset, rows, columns, (a, b, c, d, e, f), height, width)


def _parse_fit(numbers: Any, shapes: Shapes) -> Fit:
    tall, wide, height, width = (_natural_number(number) for number in numbers)
    _require((tall, wide) in shapes.canvases, "canvas")
    _require(0 < height <= tall and 0 < width <= wide, "fit")
    return Fit((tall, wide), height, width)


def _parse_lines(
    head: Mapping[str, Any], arrays: memoryview, picture: PictureRef, shapes: Shapes, recognisers: Collection[str]
) -> dict[str, Any]:
    count = _natural_number(head["count"])
    _require(0 < count <= MOST_LINES, "number of lines")
    _require(isinstance(head["recogniser"], str) and head["recogniser"] in recognisers, "recogniser")
    scripts = head["scripts"]
    _require(isinstance(scripts, list) and len(scripts) <= MOST_SCRIPTS, "scripts")
    _require(all(isinstance(script, str) and len(script) == 4 for script in scripts), "scripts")
    _require(len(arrays) == count * (32 + 4 + 4 + 1), "length")
    quads = np.frombuffer(arrays, np.float32, count * 8).reshape(count, 4, 2)
    contents = np.frombuffer(arrays, np.int32, count, count * 32)
    widths = np.frombuffer(arrays, np.int32, count, count * 36)
    quarters = np.frombuffer(arrays, np.uint8, count, count * 40)
    _require({width for width, _ in shapes.lines}.issuperset(widths.tolist()), "width of lines")
    rows, columns = picture.shape
    # NaN fails every comparison.
    far = FAR * max(rows, columns)
    _require(bool(quads.min() >= -far) and bool(quads.max() <= max(rows, columns) + far), "line's corners")
    across, down = (
        np.abs(quads[:, [0, 3, 0, 1]] - quads[:, [1, 2, 3, 2]]).sum(axis=2).T.reshape(2, 2, count).max(axis=1)
    )
    pixels = float((across * down).sum())
    _require(pixels <= MOST_PICTURES_OF_LINES * max(rows * columns, 10_000), "lines' pixels")
    _require(contents.min() > 0 and bool((contents <= widths).all()) and quarters.max() < 4, "lines")
    return {
        "recogniser": head["recogniser"],
        "scripts": frozenset(scripts),
        "widths": widths,
        "quads": quads,
        "contents": contents,
        "quarters": quarters,
    }


def _parse_boxes(
    head: Mapping[str, Any], arrays: memoryview, picture: PictureRef
) -> np.ndarray[Any, np.dtype[np.int32]]:
    count = _natural_number(head["count"])
    _require(0 < count <= MOST_TABLES, "number of tables")
    _require(len(arrays) == count * 16, "length")
    boxes = np.frombuffer(arrays, np.int32).reshape(count, 4)
    rows, columns = picture.shape
    _require(bool((boxes[:, :2] >= 0).all()) and bool((boxes[:, 2:] <= (columns, rows)).all()), "table's box")
    _require(bool((boxes[:, 2:] > boxes[:, :2]).all()), "table's box")
    return boxes


def _natural_number(value: Any) -> int:
    _require(type(value) is int and 0 <= value < 2**40, "number")
    return int(value)


def _finite_number(value: Any) -> float:
    _require(type(value) in (int, float) and math.isfinite(value) and abs(value) < 1e6, "number")
    return float(value)


def _require(right: bool, what: str) -> None:
    if not right:
        raise MalformedRequest(f"the {what} is none")


# How a request ended, as its reply says.
DONE, FAILED, OUT_OF_MEMORY, CANCELLED = 0, 1, 2, 3


def packed_reply(number: int, status: int, size: int) -> bytes:
    """The reply to a request as a message: how it ended (`DONE` is well), and how many bytes its results take."""
    return _REPLY.pack(number, status, size)


def parsed_reply(payload: bytes) -> tuple[int, int, int]:
    """The number of a reply's request, how it ended (`DONE` is well), and how many bytes its results take. For the page
    process."""
    number, status, size = _REPLY.unpack(payload)
    return number, status, size
