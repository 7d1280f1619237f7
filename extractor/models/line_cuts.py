"""Lines of text on pictures -> pictures of lines, of one shape for all of a batch. In the worker.

Each line is cut out as an upright rectangle (bicubic, the picture's edge repeated), turned anticlockwise by its
quarters, and made 48 pixels high and as wide as its content (linear). Zeros follow on its right.

On a processor OpenCV cuts line by line (`HostPixels.lines`). On a GPU three steps do it for a batch, whatever its lines
and pictures: a graph says which points of the pictures are needed, each picture is sampled there, a graph makes lines
of the samples. The thread that launches them waits for the interpreter's lock at each call: a page's lines would take
fifty calls for each of their shapes, now they take two, and a batch seven.

Source: OpenCV, imgproc, `warpPerspective` and `resize`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import torch

from .graphs import Capturing, Graphs
from .pictures import Floats, HostPixels, to_grid
from .shapes import LINE_HEIGHT, Shapes, cut_sizes

Table = np.ndarray[Any, np.dtype[np.float32]]

# Numbers of a line in a batch's table.
_COLUMNS = 12


class Cuts(Protocol):
    """Lines on one picture; `len` is their number. See `LineRows`."""

    @property
    def pixels(self) -> Any:
        """The picture, on the device of the cutter."""

    @property
    def quads(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """(lines, 4, 2): top left, top right, bottom right, bottom left, along the text, in the picture's pixels."""

    @property
    def quarters(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """(lines,): turns anticlockwise."""

    @property
    def contents(self) -> np.ndarray[Any, np.dtype[np.int32]]:
        """(lines,): the pixels of a shape's width that they fill."""

    def __len__(self) -> int:
        """How many there are."""


class LineCutter:
    """Cuts lines out of pictures, for batches of these shapes: with OpenCV of `HostPixels`, with torch's own operations
    of those in a device's memory.

    `pool` captures the graphs. The shapes share the memory for points and samples: one runs after the other. It takes
    hundreds of megabytes: all recognisers of a device share a cutter.
    """

    def __init__(self, device: torch.device, shapes: Shapes, pool: Capturing | None) -> None:
        self.device = device
        self.shapes = shapes
        self.pool = pool
        # Each pixel of a line is made of two columns and two rows.
        self._numbers = 4 * LINE_HEIGHT * max(width * size for width, sizes in shapes.lines for size in sizes)
        self._aims = Graphs("lines' points", _aim, self._aim_inputs, pool)
        self._mixes = Graphs("lines' pixels", _mix, self._mix_inputs, pool)

    def cut(self, rows: Sequence[Cuts], lines: torch.Tensor) -> None:
        """Write the lines of all rows, one behind the other, into the first of `lines` (lines, 3, 48, width); in
        [-1, 1]. What is in the others is undefined."""
        if isinstance(rows[0].pixels, HostPixels):
            for row, part in _parts(rows, lines):
                part.copy_(row.pixels.lines(row.quads, row.quarters, row.contents, lines.shape[3]))
            return
        shape = (lines.shape[0], lines.shape[3])
        table = torch.from_numpy(_line_table(rows, shape[0]))
        self._aims.run(shape, lambda places, points: places.copy_(table, non_blocking=True))
        grids = _view(self._points, 2, shape).permute(0, 2, 3, 1)

        def sample(places: torch.Tensor, samples: torch.Tensor) -> None:
            places.copy_(table, non_blocking=True)
            for (row, part), (_, grid) in zip(_parts(rows, samples), _parts(rows, grids), strict=True):
                part.copy_(row.pixels.sampled(grid))

        (cut,) = self._mixes.run(shape, sample)
        lines.copy_(cut)

    def warm(self, size: int, width: int) -> None:
        """Prepare for batches of so many lines of this width."""
        self._aims.warm((size, width))
        self._mixes.warm((size, width))

    @cached_property
    def _points(self) -> torch.Tensor:
        return torch.zeros(2 * self._numbers, device=self.device)

    @cached_property
    def _samples(self) -> torch.Tensor:
        return torch.zeros(3 * self._numbers, device=self.device)

    def _aim_inputs(self, shape: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
        """The table of a batch's lines, of ones, and where their points go: (lines, 2, 2 x 48, 2 x width)."""
        return torch.ones(shape[0], _COLUMNS, device=self.device), _view(self._points, 2, shape)

    def _mix_inputs(self, shape: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
        """The table of a batch's lines, of ones, and their samples: (lines, 3, 2 x 48, 2 x width)."""
        return torch.ones(shape[0], _COLUMNS, device=self.device), _view(self._samples, 3, shape)


def _parts(rows: Sequence[Cuts], lines: torch.Tensor) -> Iterator[tuple[Cuts, torch.Tensor]]:
    """The rows, each with its part of the batch's lines."""
    start = 0
    for row in rows:
        yield row, lines[start : start + len(row)]
        start += len(row)


def _view(memory: torch.Tensor, channels: int, shape: tuple[int, int]) -> torch.Tensor:
    """The memory's beginning, as numbers of the four neighbours of each pixel: (lines, channels, 2 x 48, 2 x width).

    Of rows and columns, those before each pixel stand first, then those after it.
    """
    size, width = shape
    numbers = memory[: size * channels * 4 * LINE_HEIGHT * width]
    return numbers.view(size, channels, 2 * LINE_HEIGHT, 2 * width)


def _aim(places: torch.Tensor, points: torch.Tensor) -> tuple[()]:
    """Write the points of each line's picture that its pixels are made of, in [-1, 1] from edge to edge: x, then y.

    `places` (lines, 12) is `_line_table`'s, `points` is (lines, 2, 2 x 48, 2 x width).
    """
    matrices = places[:, :9].view(-1, 3, 3)
    columns, _ = _columns(places, points.shape[-1] // 2)
    rows, _ = _rows(places)
    # (lines, 3, 1, columns), then (lines, 3, rows, columns): each point times its line's matrix.
    seen = torch.addcmul(matrices[:, :, 2, None], matrices[:, :, 0, None], columns[:, None])[:, :, None]
    seen = torch.addcmul(seen, matrices[:, :, 1, None, None], rows[:, None, :, None])
    torch.div(seen[:, :2], seen[:, 2:], out=points)
    return ()


def _mix(places: torch.Tensor, samples: torch.Tensor) -> tuple[torch.Tensor]:
    """Lines of the samples: (lines, 3, 48, width), float32 in [-1, 1], channels last in memory.

    `places` (lines, 12) is `_line_table`'s, `samples` (lines, 3, 2 x 48, 2 x width) are in [0, 255].
    """
    width = samples.shape[-1] // 2
    _, between_columns = _columns(places, width)
    _, between_rows = _rows(places)
    # Whole numbers in between, as in bytes; each pixel of the line is a mixture of two rows and two columns.
    cut = samples.round().clamp_(0, 255).view(-1, 3, 2, LINE_HEIGHT, 2, width)
    mixed = torch.lerp(cut[:, :, 0], cut[:, :, 1], between_rows[:, None, :, None, None])
    mixed = torch.lerp(mixed[..., 0, :], mixed[..., 1, :], between_columns[:, None, None, :])
    inside = torch.arange(width, device=places.device) < places[:, 9, None]
    mixed = mixed.round_().div_(127.5).sub_(1).mul_(inside[:, None, None])
    return (mixed.contiguous(memory_format=torch.channels_last),)


def _columns(places: torch.Tensor, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The neighbours of each line's columns; see `_neighbours`."""
    return _neighbours(torch.arange(width, device=places.device), places[:, 10, None], places[:, 9, None])


def _rows(places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The neighbours of each line's rows; see `_neighbours`."""
    return _neighbours(torch.arange(LINE_HEIGHT, device=places.device), places[:, 11, None], LINE_HEIGHT)


def _neighbours(
    places: torch.Tensor, native: torch.Tensor, resized: torch.Tensor | int
) -> tuple[torch.Tensor, torch.Tensor]:
    """For resized pixels, the pixels before and after each (lines, 2 x places), and how far between them it is.

    The pixels at `places` are on lines of `native` (lines, 1) pixels that become `resized` long. The distance, (lines,
    places), is in [0, 1] from the one before.
    """
    at = ((places + 0.5) * (native / resized) - 0.5).clamp_(min=0)
    before = torch.minimum(at.floor(), native - 1)
    after = torch.minimum(before + 1, native - 1)
    return torch.cat([before, after], dim=1), at - before


def _line_table(rows: Sequence[Cuts], size: int) -> Table:
    """What the device must know of each line, (size, 12); the last line is repeated to fill a batch up.

    The matrix (3 x 3) from the pixels of its turned rectangle to points of its picture, in [-1, 1]; the width of its
    content; the width and height of its turned rectangle.
    """
    quads, quarters, contents = (
        np.concatenate([getattr(row, part) for row in rows]) for part in ("quads", "quarters", "contents")
    )
    counts = [len(row) for row in rows]
    to_grids = np.repeat([to_grid(row.pixels.width, row.pixels.height) for row in rows], counts, axis=0)
    widths, heights = cut_sizes(quads)
    to_rectangle = np.zeros((len(quads), 3, 3))
    to_rectangle[:, 0, 0], to_rectangle[:, 1, 1], to_rectangle[:, 2, 2] = 1 / widths, 1 / heights, 1
    turned = _UNTURNED[quarters % 4]
    unturned = turned[:, 0] + turned[:, 1] * (widths - 1)[:, None, None] + turned[:, 2] * (heights - 1)[:, None, None]
    sideways = quarters % 2 == 1
    table = np.empty((len(quads), _COLUMNS), np.float32)
    matrices = to_grids @ _from_square(quads) @ to_rectangle @ unturned
    table[:, :9] = matrices.reshape(-1, 9)
    table[:, 9] = contents
    table[:, 10] = np.where(sideways, heights, widths)
    table[:, 11] = np.where(sideways, widths, heights)
    return np.concatenate([table, np.repeat(table[-1:], size - len(table), axis=0)])


# By quarter turns anticlockwise: the matrix (3, 3) from pixels of the turned rectangle to those of the unturned one. It
# is a sum: the first part, plus the second times the last column's index, plus the third times the last row's.
_UNTURNED: Floats = np.array(
    [
        [[[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]],
        [[[0, -1, 0], [1, 0, 0], [0, 0, 1]], [[0, 0, 1], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]],
        [[[-1, 0, 0], [0, -1, 0], [0, 0, 1]], [[0, 0, 1], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, 0, 0]]],
        [[[0, 1, 0], [-1, 0, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, 0, 0]]],
    ],
    np.float64,
)


def _from_square(quads: np.ndarray[Any, np.dtype[np.float32]]) -> Floats:
    """(lines, 3, 3): the matrix from the square from (0, 0) to (1, 1) to each quadrilateral.

    One without an area is treated as a parallelogram. Source: Heckbert, "Fundamentals of Texture Mapping and Image
    Warping", 1989, 2.2.3.
    """
    corners = quads.astype(np.float64)
    first, second, third, fourth = (corners[:, index] for index in range(4))
    along, down = second - third, fourth - third
    bend = first - second + third - fourth
    area = along[:, 0] * down[:, 1] - down[:, 0] * along[:, 1]
    area = np.where(area == 0, np.inf, area)
    matrices = np.empty((len(quads), 3, 3))
    matrices[:, 2, 0] = (bend[:, 0] * down[:, 1] - down[:, 0] * bend[:, 1]) / area
    matrices[:, 2, 1] = (along[:, 0] * bend[:, 1] - bend[:, 0] * along[:, 1]) / area
    matrices[:, 2, 2] = 1
    matrices[:, :2, 0] = second - first + matrices[:, 2, 0, None] * second
    matrices[:, :2, 1] = fourth - first + matrices[:, 2, 1, None] * fourth
    matrices[:, :2, 2] = first
    return matrices
