"""Which shapes the models run in, and what size a picture or a line becomes to fit one. The one table; no torch here.

cuDNN builds a plan at the first run of each shape, 100 ms and more, and a CUDA graph is one shape's: on a GPU every
batch is padded to one of the few shapes below. What padding costs there is time alone. The detector and the recognisers
are kept from seeing it (`content.py`), so that they give what they would give without it; layout and tables are squares
anyway; and rows that fill a batch up are thrown away.

- Detection: a page of 150 dpi becomes 1600 high; A4 1120 wide, Letter 1248, a receipt 544 to 1000.
- Lines: content is padded to the next width; the median is near 400, one in a hundred is wider than 1600.
- Batches: beyond some eight lines, four tables or one page time grows with their number, so that few sizes suffice.

A processor has no plans and no time for padding: its table has every width and every size in the steps in which the
models take them, and batches as small as they come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# The sides of what the detector sees are in steps of 32: it halves them five times.
DETECTION_STEP = 32
# The detector was trained on text of some ten to forty pixels; a page's small print needs its long side this long.
MAX_DETECTION_SIDE = 1600
MIN_DETECTION_SIDE = 736
LINE_HEIGHT = 48
# What a recogniser sees of a line ends a little after it, in these steps, as it did in training.
LINE_STEP = 64
MIN_LINE_WIDTH = 192
MAX_LINE_WIDTH = 3200

Canvas = tuple[int, int]
Batches = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """Batch sizes are ascending; canvases are (height, width); `lines` are widths, ascending, each with its batches."""

    layout: Batches
    canvases: tuple[Canvas, ...]
    detection: Batches
    lines: tuple[tuple[int, Batches], ...]
    tables: Batches

    def line_batches(self, width: int) -> Batches:
        """The batch sizes for lines of one of the widths."""
        return dict(self.lines)[width]

    def at_most(self, layout: int, lines: int) -> Shapes:
        """With batches of so many pages and lines at most; 0 leaves them."""
        return replace(
            self,
            layout=_at_most(self.layout, layout),
            lines=tuple((width, _at_most(batches, lines)) for width, batches in self.lines),
        )


SHAPES = {
    "cuda": Shapes(
        layout=(1, 2, 4, 8, 16),
        canvases=((640, 640), (960, 960), (1600, 736), (736, 1600), (1600, 1248), (1248, 1600), (1600, 1600)),
        detection=(1, 4),
        lines=(*((width, (8, 32)) for width in (256, 448, 640, 960, 1600)), (MAX_LINE_WIDTH, (8,))),
        tables=(1, 4, 16),
    ),
    "cpu": Shapes(
        layout=(1,),
        canvases=tuple(
            (height, width)
            for height in range(DETECTION_STEP, MAX_DETECTION_SIDE + 1, DETECTION_STEP)
            for width in range(DETECTION_STEP, MAX_DETECTION_SIDE + 1, DETECTION_STEP)
        ),
        detection=(1,),
        lines=tuple((width, tuple(range(1, 9))) for width in range(MIN_LINE_WIDTH, MAX_LINE_WIDTH + 1, LINE_STEP)),
        tables=(1, 2),
    ),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """What a picture becomes for the detector: its size there, and the canvas whose top left corner it fills."""

    canvas: Canvas
    height: int
    width: int


def detection_fit(shapes: Shapes, height: int, width: int, longest: float | None = None) -> Fit:
    """How the detector sees a picture of this size in pixels.

    A page's short side is enlarged, its long side reduced, and its sides are rounded to the detector's steps.
    `longest` is for a picture that is part of a page: the page's long side at the part's scale. It becomes what it
    would be if the whole page were reduced.
    """
    if longest is None:
        ratio = max(1.0, MIN_DETECTION_SIDE / min(height, width))
        ratio = min(ratio, MAX_DETECTION_SIDE / max(height, width))
        tall, wide = (
            max(DETECTION_STEP, round(side * ratio / DETECTION_STEP) * DETECTION_STEP) for side in (height, width)
        )
    else:
        ratio = min(1.0, MAX_DETECTION_SIDE / max(longest, height, width))
        tall, wide = (max(1, round(side * ratio)) for side in (height, width))
    canvas = min(
        (canvas for canvas in shapes.canvases if tall <= canvas[0] and wide <= canvas[1]), key=lambda c: c[0] * c[1]
    )
    return Fit(canvas, tall, wide)


def line_content(
    quads: np.ndarray[Any, np.dtype[np.float32]], quarters: np.ndarray[Any, np.dtype[np.uint8]] | int
) -> np.ndarray[Any, np.dtype[np.int32]]:
    """How wide the lines in quadrilaterals (lines, 4, 2) are when they are 48 pixels high, after so many quarter turns
    anticlockwise each; or the line in one, (4, 2). Longer ones than the widest shape are squeezed into it."""
    widths, heights = cut_sizes(quads)
    sideways = np.asarray(quarters) % 2 == 1
    along, across = np.where(sideways, heights, widths), np.where(sideways, widths, heights)
    content: np.ndarray[Any, np.dtype[np.int32]] = np.ceil(LINE_HEIGHT * along / across).astype(np.int32)
    return content.clip(1, MAX_LINE_WIDTH)


def cut_sizes(
    quads: np.ndarray[Any, np.dtype[np.float32]],
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """The widths and heights of the upright rectangles that quadrilaterals (..., 4, 2) are cut out as, in pixels."""
    sides = np.linalg.norm(quads - np.roll(quads, -1, axis=-2), axis=-1)
    # Of the sides 0: top, 1: right, 2: bottom, 3: left, the longer one of each pair.
    longer = np.rint(np.maximum(sides[..., :2], sides[..., 2:]))
    sizes = np.maximum(1, longer).astype(np.int64)
    return sizes[..., 0], sizes[..., 1]


def seen_width(content: int) -> int:
    """How much of a line of this width a recogniser sees, a multiple of the step: what follows the content is zeros."""
    return max(MIN_LINE_WIDTH, math.ceil(content / LINE_STEP) * LINE_STEP)


def line_width(shapes: Shapes, content: int) -> int:
    """The width of the shape that a line goes into."""
    seen = seen_width(content)
    return next(width for width, _ in shapes.lines if width >= seen)


def _at_most(batches: Batches, most: int) -> Batches:
    return tuple(sorted({min(size, most) for size in batches})) if most else batches
