"""A page picture, or a crop: pixels in the arena, as drawn or seen through a warp. In page processes alone.

A page that is turned or skewed is not drawn again: the models see the same pixels through the matrix, on the device.
Only what the page process looks at itself (tables' ruling lines) is warped here. Coordinates are pixels, origin top
left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import Pixels
from .boxes import Matrix

# (rows, columns) -> offset in the arena, and pixels (rows, columns, 3) to draw on.
NewPicture = Callable[[int, int], tuple[int, Pixels]]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page picture, or a crop.

    `drawn` is RGB, (rows, columns, 3), at `offset` in the arena. `matrix` (2, 3) maps its pixels to those of the
    picture as it is seen, of `shape` (rows, columns). Without a matrix it is seen as it was drawn.
    """

    drawn: Pixels
    offset: int
    matrix: Matrix | None = None
    shape: tuple[int, int] = (0, 0)

    @property
    def rows(self) -> int:
        """The height as it is seen, in pixels."""
        return int(self.drawn.shape[0]) if self.matrix is None else self.shape[0]

    @property
    def columns(self) -> int:
        """The width as it is seen, in pixels."""
        return int(self.drawn.shape[1]) if self.matrix is None else self.shape[1]

    def turned(self, quarters: int) -> PagePicture:
        """The picture turned anticlockwise by so many quarters, on the same pixels: none is copied."""
        picture = self
        for _ in range(quarters % 4):
            # The pixel (x, y) comes to (y, columns - 1 - x).
            quarter = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, picture.columns - 1.0]])
            picture = picture.warped(quarter, (picture.columns, picture.rows))
        return picture

    def warped(self, matrix: Matrix, shape: tuple[int, int]) -> PagePicture:
        """The picture seen through one more `matrix` (2, 3), in the shape (rows, columns). No pixel is copied."""
        before = np.eye(3) if self.matrix is None else np.vstack([self.matrix, [0.0, 0.0, 1.0]])
        return PagePicture(self.drawn, self.offset, (np.vstack([matrix, [0.0, 0.0, 1.0]]) @ before)[:2], shape)

    def part(self, box: tuple[int, int, int, int]) -> Pixels:
        """The pixels within a box (left, top, right, bottom) of the picture as it is seen, in pixels, origin top left.

        RGB, (height, width, 3).
        """
        left, top, right, bottom = box
        if self.matrix is None:
            return np.ascontiguousarray(self.drawn[top:bottom, left:right])
        moved = self.matrix - np.array([[0.0, 0.0, left], [0.0, 0.0, top]])
        size = (right - left, bottom - top)
        seen = cv2.warpAffine(self.drawn, moved, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(seen, np.uint8)
