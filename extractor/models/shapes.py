"""Which shapes the models run in, and what size a page picture, a crop or a line becomes to fit one.

The one table of shapes. In both processes, without torch. cuDNN builds a plan at the first run of each shape, 100 ms
and more, and a CUDA graph is one shape's. So on a GPU every batch is padded to one of the few shapes below. Padding
costs time there, and nothing else: the detector and the recognisers are kept from seeing it (`content.py`), layout and
tables are squares anyway, and rows that only fill a batch up are thrown away.

- Detection: a page becomes 1600 long; A4 1120 wide, Letter 1248, a receipt 544 to 960, a slide 896 high. Padding costs
  1.11 times the pixels on pages, 1.14 on receipts, 2.0 on the few crops of digital pages.
- Lines: the widths that cost the least over the lines of receipts and scans. Half of these are narrower than 256, a
  tenth wider than 1472: 1.21 times the pixels. Twice as many widths would save 0.06 and split batches.
- Batches: above eight lines, four tables or one page the time grows with their number (H100): few sizes suffice.

A processor has no plans and no time for padding. Its table has every width and every size in the models' own steps, and
batches as small as they come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# The detector's input has sides in steps of 32: it halves them five times.
DETECTION_STEP = 32
# The detector was trained on text of some ten to forty pixels; a page's small print needs its long side this long.
MAX_DETECTION_SIDE = 1600
MIN_DETECTION_SIDE = 736
LINE_HEIGHT = 48
# A recogniser sees a little more than the line, up to the next of these steps, as it did in training.
LINE_STEP = 64
MIN_LINE_WIDTH = 192
MAX_LINE_WIDTH = 3200

Canvas = tuple[int, int]
Batches = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shapes:
    """The closed set of shapes of a kind of device, in pixels and rows.

    `layout`, `detection` and `tables` are batch sizes, ascending. `canvases` are (height, width). `lines` are widths,
    ascending, each with its batch sizes.
    """

    layout: Batches
    canvases: tuple[Canvas, ...]
    detection: Batches
    lines: tuple[tuple[int, Batches], ...]
    tables: Batches

    def line_batches(self, width: int) -> Batches:
        """The batch sizes for lines of this width. Raises `KeyError` for a width that is not in the table."""
        return dict(self.lines)[width]

    def at_most(self, layout: int, lines: int) -> Shapes:
        """These shapes with batches of at most so many pages and lines; 0 sets no limit of either."""
        return replace(
            self,
            layout=_at_most(self.layout, layout),
            lines=tuple((width, _at_most(batches, lines)) for width, batches in self.lines),
        )


SHAPES = {
    "cuda": Shapes(
        layout=(1, 2, 4, 8, 16),
        canvases=(
            *((416, 640), (640, 960)),  # crops of digital pages
            *((1600, 736), (1600, 960)),  # receipts
            *((1600, 1248), (1248, 1600), (960, 1600)),  # pages upright and on their side, slides
            (1600, 1600),
        ),
        detection=(1, 4),
        lines=(*((width, (8, 32)) for width in (256, 512, 960, 1472, 1792)), (MAX_LINE_WIDTH, (8,))),
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
    """The size, in pixels, of a picture or crop for the detector, and the canvas whose top left corner it fills."""

    canvas: Canvas
    height: int
    width: int


def detection_fit(shapes: Shapes, height: int, width: int, longest: float | None = None) -> Fit:
    """The size at which the detector sees a page picture or crop of this size in pixels, and its canvas.

    A page's short side is enlarged, its long side reduced, and its sides are rounded to the detector's steps. `longest`
    is for a crop: the page's long side at the crop's scale. The crop becomes what it would be if the whole page were
    reduced.
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
    """How wide lines are when they are 48 pixels high, in pixels: (lines,), or one number for one line.

    `quads` is (lines, 4, 2), or (4, 2) for one line; each is turned anticlockwise by its `quarters`. Lines longer than
    the widest shape are squeezed into it.
    """
    widths, heights = cut_sizes(quads)
    sideways = np.asarray(quarters) % 2 == 1
    along, across = np.where(sideways, heights, widths), np.where(sideways, widths, heights)
    content: np.ndarray[Any, np.dtype[np.int32]] = np.ceil(LINE_HEIGHT * along / across).astype(np.int32)
    return content.clip(1, MAX_LINE_WIDTH)


def cut_sizes(
    quads: np.ndarray[Any, np.dtype[np.float32]],
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
    """The widths and heights, whole pixels (...), of the upright rectangles that quadrilaterals (..., 4, 2) are cut out
    as."""
    sides = np.linalg.norm(quads - np.roll(quads, -1, axis=-2), axis=-1)
    # Of the sides 0: top, 1: right, 2: bottom, 3: left, the longer one of each pair.
    longer = np.rint(np.maximum(sides[..., :2], sides[..., 2:]))
    sizes = np.maximum(1, longer).astype(np.int64)
    return sizes[..., 0], sizes[..., 1]


def seen_width(content: int) -> int:
    """How many pixels of a line of this width a recogniser sees: a multiple of the step. Zeros follow the content."""
    return max(MIN_LINE_WIDTH, math.ceil(content / LINE_STEP) * LINE_STEP)


def line_width(shapes: Shapes, content: int) -> int:
    """The width, in pixels, of the shape that a line of this width goes into."""
    seen = seen_width(content)
    return next(width for width, _ in shapes.lines if width >= seen)


def _at_most(batches: Batches, most: int) -> Batches:
    return tuple(sorted({min(size, most) for size in batches})) if most else batches
