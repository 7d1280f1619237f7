"""An open PDF page -> its page picture and crops, in the arena. Runs in a page process.

A page is drawn only when it is asked for, at the resolution that the next stage needs. Boxes are in points, origin top
left of the page as shown.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

from ..device.arena import PageArena
from ..errors import Internal, PageTooLarge
from ..values.boxes import Box, clip, grown
from ..values.page import Crop
from ..values.page_picture import PagePicture
from .page_frame import PageFrame
from .resolution import layout_scale, recognition_scale, tiles_in_points

# Margin around a crop, in points: letters may touch its edge.
CROP_MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class PageRenderer:
    """Draws one page, RGB, into the arena. `handle` is PDFium's.

    Every drawing raises `PageTooLarge` for more than `max_pixels`, `MemoryError` where it does not fit into the arena,
    and `Internal` where PDFium makes no bitmap.
    """

    handle: Any
    frame: PageFrame
    arena: PageArena
    max_pixels: int

    @property
    def whole(self) -> Box:
        """The page's own box, in points, origin top left as shown."""
        return (0.0, 0.0, self.frame.width, self.frame.height)

    @property
    def tiles(self) -> list[Box]:
        """The tiles of a long page, in points, origin top left as shown; none where it is read as a whole."""
        return tiles_in_points(self.frame.width, self.frame.height)

    @property
    def layout_scale(self) -> float:
        """Pixels per point that layout and tables need."""
        return layout_scale(self.frame.width, self.frame.height)

    @property
    def recognition_scale(self) -> float:
        """Pixels per point that recognition needs."""
        return recognition_scale(self.frame.width, self.frame.height)

    def draw_page(self, *, fine: bool) -> Crop:
        """The whole page as a crop: `fine` for recognition, else for layout. A long page is always drawn for layout.

        Raises `PageTooLarge`, `MemoryError` or `Internal`, as every drawing.
        """
        return self._crop(self.whole, self.recognition_scale if fine and not self.tiles else self.layout_scale)

    def draw_tiles(self, *, fine: bool) -> tuple[Crop, ...]:
        """The tiles of a long page, in order along it: `fine` for recognition, else for layout.

        Raises `PageTooLarge`, `MemoryError` or `Internal`, as every drawing.
        """
        scale = self.recognition_scale if fine else self.layout_scale
        return tuple(self._crop(box, scale) for box in self.tiles)

    def draw_crop(self, box: Box) -> Crop:
        """A crop of the page for the recogniser, with a margin around `box`, which is in points, origin top left.

        Raises `PageTooLarge`, `MemoryError` or `Internal`, as every drawing.
        """
        return self._crop(clip(grown(box, CROP_MARGIN), self.frame.width, self.frame.height), self.recognition_scale)

    def _crop(self, box: Box, scale: float) -> Crop:
        return Crop(box, self._draw(box, scale), scale)

    def _draw(self, box: Box, scale: float) -> PagePicture:
        """The pixels of the box, at `scale` pixels per point."""
        left, top = (round(side * scale) for side in box[:2])
        width, height = (max(1, round(side * scale) - start) for side, start in zip(box[2:], (left, top), strict=True))
        if width * height > self.max_pixels:
            raise PageTooLarge(f"the page would have {width}x{height} pixels; at most {self.max_pixels} are read")
        offset, pixels = self.arena.new(height, width)
        start = pixels.ctypes.data_as(ctypes.c_void_p)
        bitmap = pdfium_c.FPDFBitmap_CreateEx(width, height, pdfium_c.FPDFBitmap_BGR, start, 3 * width)
        if not bitmap:
            raise Internal("the page's picture could not be made")
        try:
            pixels.fill(255)
            flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
            size = (max(1, round(self.frame.width * scale)), max(1, round(self.frame.height * scale)))
            pdfium_c.FPDF_RenderPageBitmap(bitmap, self.handle, -left, -top, *size, 0, flags)
        finally:
            pdfium_c.FPDFBitmap_Destroy(bitmap)
        return PagePicture(pixels, offset)
