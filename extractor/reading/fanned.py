"""A photo taken from one side, on which lines of text run together -> the page with its lines level all over.

Runs in a page process. Turning a page levels its middle. Where paper is seen in perspective its lines meet far beside
it: those above the middle still fall, those below rise, and an amount at the right is level with another line's label.
The projection that sends that point to infinity sets all of them level (R. Hartley and A. Zisserman, Multiple View
Geometry, section 2.7: affine rectification). Lengths are the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..values.arrays import Quad
from ..values.boxes import Matrix, mapped
from ..values.page_picture import NewPicture, PagePicture
from .orientation import Upright

# Min ratio of length to height of a line that tells a fan; min number of such lines, and as many are looked at; min
# range of their slopes, without the tenths at both ends.
LONG_LINE, FEWEST_LINES, MOST_LINES, LEAST_RANGE = 2.5, 5, 100, 0.03
# Max share of what lines differ from one another that is left when the fan is taken off.
LEFT = 0.4
# Min height by which a fan moves what stands beside a line, in heights of lines.
LEAST_SHIFT = 0.3
# Max enlargement or reduction at the ends of the page, for the picture to be the same one.
MOST_STRETCH = 0.35


@dataclass(frozen=True, slots=True)
class Fan:
    """How lines fall at `x`: by `slope` + `growth` * y, in units down per unit across."""

    x: float
    slope: float
    growth: float

    @property
    def matrix(self) -> Matrix:
        """The projection that sets the lines level and keeps what stands at `x`, (3, 3)."""
        x, slope, growth = self.x, self.slope, self.growth
        return np.array(
            [[1 + growth * x, 0.0, -growth * x * x], [-slope, 1.0, slope * x], [growth, 0.0, 1 - growth * x]]
        )


def fan_of(quads: Sequence[Quad], to_level: Matrix) -> Fan | None:
    """The fan that lines make on a page, to whose unit `to_level`, (3, 3) and affine, maps each, (4, 2); None where
    they are as good as parallel, or do not tell."""
    if len(quads) < FEWEST_LINES:
        return None
    lines = np.stack(quads).astype(np.float64) @ to_level[:2, :2].T + to_level[:2, 2]
    along = (lines[:, 1] - lines[:, 0] + lines[:, 2] - lines[:, 3]) / 2
    heights = np.linalg.norm(lines[:, 3] - lines[:, 0] + lines[:, 2] - lines[:, 1], axis=1) / 2
    tells = np.flatnonzero(along[:, 0] > LONG_LINE * heights)
    tells = tells[:: 1 + len(tells) // MOST_LINES]
    if len(tells) < FEWEST_LINES:
        return None
    slopes = along[tells, 1] / along[tells, 0]
    if np.ptp(np.quantile(slopes, (0.1, 0.9))) < LEAST_RANGE:
        return None
    left, right = float(lines[:, :, 0].min()), float(lines[:, :, 0].max())
    middles, x = lines[tells].mean(axis=1), (left + right) / 2
    levels = middles[:, 1] - slopes * (middles[:, 0] - x)
    growth = _growth(levels, slopes)
    slope = float(np.median(slopes - growth * levels))
    parallel = float(np.abs(slopes - np.median(slopes)).mean())
    fanned = float(np.abs(slopes - slope - growth * levels).mean())
    shift = abs(growth) * float(np.ptp(levels)) / 2 * (right - left)
    if fanned > LEFT * parallel or shift < LEAST_SHIFT * float(np.median(heights)):
        return None
    return Fan(x, slope, growth) if abs(growth) * (right - left) / 2 <= MOST_STRETCH else None


def unfanned(upright: Upright, fan: Fan, new_picture: NewPicture) -> Upright:
    """The page with the lines of a fan level, as large as its corners need; its unit stays.

    `new_picture` gives memory for its picture, from rows and columns. Raises `MemoryError` where there is none.
    """
    page = upright.page
    left, top, right, bottom = mapped(fan.matrix, page.box)
    forward = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]]) @ fan.matrix
    rows, columns = max(1, round((bottom - top) * page.scale)), max(1, round((right - left) * page.scale))
    to_pixels = np.diag([page.scale, page.scale, 1.0])
    offset, pixels = new_picture(rows, columns)
    cv2.warpPerspective(
        page.picture.part((0, 0, page.picture.columns, page.picture.rows)),
        to_pixels @ forward @ np.linalg.inv(to_pixels),
        (columns, rows),
        dst=pixels,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    level = replace(
        page,
        picture=PagePicture(pixels, offset),
        width=right - left,
        height=bottom - top,
        words=tuple(replace(word, box=mapped(forward, word.box)) for word in page.words),
        recognise=tuple(mapped(forward, box) for box in page.recognise),
    )
    return replace(upright, page=level, matrix=upright.matrix @ np.linalg.inv(forward))


def _growth(levels: NDArray[np.float64], slopes: NDArray[np.float64]) -> float:
    """By how much slopes grow for one unit down: the median over pairs of lines that are far apart (Theil-Sen)."""
    first, second = np.triu_indices(len(levels), 1)
    down = levels[second] - levels[first]
    far = np.abs(down) >= np.ptp(levels) / 4
    return float(np.median((slopes[second] - slopes[first])[far] / down[far]))
