"""A table's cells and its picture -> the cells, those of first rows on a ground of their own marked as header.

Runs in a page process. Many tables tell their head by its ground alone. Where the model marks no header, the first rows
are one if their ground differs from that of every row below. Grounds that alternate tell nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..values.arrays import Pixels
from ..values.reading import TableCell
from .rulings import MIN_STEP

# Max rows of a head; min rows below it.
MOST_ROWS = 2
FEWEST_BELOW = 2
# Share of a row's height, in its middle, that shows its ground: boxes of the model drift.
MIDDLE = 0.5


def with_shaded_head(
    cells: Sequence[TableCell], crop: Pixels, corner: tuple[float, float], scale: float
) -> list[TableCell]:
    """The cells with `header` set, boxes in the page's unit, origin top left.

    `crop`: the table's picture, RGB, (rows, columns, 3), `scale` pixels per unit, from `corner`, (x, y), on.
    """
    count = max((cell.row + cell.row_span for cell in cells), default=0)
    if any(cell.header for cell in cells) or count <= FEWEST_BELOW:
        return list(cells)
    grounds = [_ground(row, cells, crop, corner[1], scale) for row in range(count)]
    most = min(MOST_ROWS, count - FEWEST_BELOW)
    head = next((rows for rows in range(1, most + 1) if _is_unlike(grounds[:rows], grounds[rows:])), 0)
    return [replace(cell, header=cell.row + cell.row_span <= head) for cell in cells]


def _ground(row: int, cells: Sequence[TableCell], crop: Pixels, top: float, scale: float) -> NDArray[np.float64] | None:
    """The usual colour (RGB) in the middle of a row of cells; None where no cell is of this row alone."""
    boxes = [cell.box for cell in cells if cell.row == row and cell.row_span == 1]
    if not boxes:
        return None
    upper, lower = (statistics.median(box[side] for box in boxes) for side in (1, 3))
    room = (1 - MIDDLE) / 2 * (lower - upper)
    first, last = round((upper + room - top) * scale), round((lower - room - top) * scale)
    band = crop[max(0, first) : max(first + 1, last)]
    return np.median(band.reshape(-1, 3), axis=0) if band.size else None


def _is_unlike(head: Sequence[NDArray[np.float64] | None], body: Sequence[NDArray[np.float64] | None]) -> bool:
    """Whether each ground of the head is known, and differs from all known ones below."""
    below = [ground for ground in body if ground is not None]
    return bool(below) and all(
        ground is not None and all(np.abs(ground - other).max() >= MIN_STEP for other in below) for ground in head
    )
