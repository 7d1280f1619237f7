"""An open PDF page -> where user space lies on the page as shown: points, origin top left. Runs in a page process."""

from __future__ import annotations

from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c

from ..values.arrays import Boxes
from ..values.boxes import Box


class PageFrame:
    """PDF user space of one page -> the page as shown: points, origin top left, y downwards, /Rotate applied.

    `width`, `height`: of the page as shown. `left`, `bottom`, `right`, `top`: its crop box in user space. `rotation`:
    quarter turns clockwise.
    """

    def __init__(self, page: pdfium_c.FPDF_PAGE) -> None:
        bounds = pdfium_c.FS_RECTF()
        if not pdfium_c.FPDF_GetPageBoundingBox(page, bounds):
            bounds.left, bounds.bottom = 0.0, 0.0
            bounds.right, bounds.top = pdfium_c.FPDF_GetPageWidthF(page), pdfium_c.FPDF_GetPageHeightF(page)
        self.left, self.right = sorted((bounds.left, bounds.right))
        self.bottom, self.top = sorted((bounds.bottom, bounds.top))
        self.rotation = pdfium_c.FPDFPage_GetRotation(page) % 4
        turned = self.rotation in (1, 3)
        self.width = self.top - self.bottom if turned else self.right - self.left
        self.height = self.right - self.left if turned else self.top - self.bottom

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of user space as a box of the page as shown: points, origin top left."""
        if self.rotation == 0:
            return (left - self.left, self.top - top, right - self.left, self.top - bottom)
        if self.rotation == 1:
            return (bottom - self.bottom, left - self.left, top - self.bottom, right - self.left)
        if self.rotation == 2:
            return (self.right - right, bottom - self.bottom, self.right - left, top - self.bottom)
        return (self.top - top, self.right - right, self.top - bottom, self.right - left)

    def boxes(self, sides: Boxes) -> Boxes:
        """Rectangles of user space, (n, 4) left, bottom, right, top, as boxes of the page as shown."""
        columns: Any = sides.T
        return np.stack(self.box(*columns), axis=1)
