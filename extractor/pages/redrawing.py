"""A PDF page -> a crop of it drawn without some of its objects, or with others: the difference is what they add.

Runs in a page process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2.raw as pdfium_c

from ..values.arrays import Grey, Pixels
from ..values.boxes import Box
from .page_frame import PageFrame
from .plain_calls import plain_call

_set_active = plain_call(pdfium_c.FPDFPageObj_SetIsActive, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


@dataclass(frozen=True, slots=True)
class Redrawing:
    """Draws crops of an open page, RGB, at `scale` pixels per point.

    Boxes are in points, origin top left of the page as shown. The first pixel of a crop is at `int` of the box's left
    and top, times the scale: pixels align with the page's own. Colours blend with what is drawn
    beneath them, not with the paper: the page is an isolated group (ISO 32000-2, 11.4.7).

    `items`: the addresses of all that the page draws; `pixels`: the page picture, RGB, (rows, columns, 3). Every method
    that draws raises `MemoryError` where PDFium makes no bitmap.
    """

    page: Any
    frame: PageFrame
    scale: float
    items: Sequence[int]
    pixels: Pixels

    def as_shown(self, box: Box) -> Pixels:
        """The crop of the page picture, RGB, (rows, columns, 3), not a copy. `box` is in points, origin top left."""
        left, top, width, height = self._place(box)
        return self.pixels[top : top + height, left : left + width]

    def without(self, box: Box, addresses: Sequence[int]) -> Pixels:
        """The crop, RGB, (rows, columns, 3), without the objects at these addresses of the open page.

        `box` is in points, origin top left. Raises `MemoryError` where PDFium makes no bitmap.
        """
        with left_out(addresses):
            return self._crop(box)

    def alone(self, box: Box, addresses: Sequence[int], grounds: Sequence[int] = (255, 0)) -> Grey:
        """For each pixel of the crop, (rows, columns), how much nothing but the objects at these addresses changes it,
        in 0..255.

        They are drawn on white and on black: whatever their colour, on one of them they show. Where their colour is
        known, one of the `grounds` may do. `box` is in points, origin top left. Raises `MemoryError` where PDFium makes
        no bitmap.
        """
        own = set(addresses)
        with left_out([item for item in self.items if item not in own]):
            drawn = [(self._crop(box, ground), ground) for ground in grounds]
        marks = [largest_channel(255 - crop if ground else crop) for crop, ground in drawn]
        return np.asarray(np.maximum.reduce(marks), np.uint8)

    def letters(self, box: Box, text: Sequence[int], addresses: Sequence[int], ink: int) -> Pixels:
        """The crop, RGB, (rows, columns, 3), with text that only clips (ISO 32000-2, 9.3.6) filled with a grey, 0..255,
        and without the objects at these addresses.

        `box` is in points, origin top left. Raises `MemoryError` where PDFium makes no bitmap.
        """
        objects = [ctypes.cast(at, pdfium_c.FPDF_PAGEOBJECT) for at in text]
        try:
            for item in objects:
                pdfium_c.FPDFTextObj_SetTextRenderMode(item, pdfium_c.FPDF_TEXTRENDERMODE_FILL)
                # Its colour is never drawn.
                pdfium_c.FPDFPageObj_SetFillColor(item, ink, ink, ink, 255)
            return self.without(box, addresses)
        finally:
            for item in objects:
                pdfium_c.FPDFTextObj_SetTextRenderMode(item, pdfium_c.FPDF_TEXTRENDERMODE_CLIP)

    def _size(self) -> tuple[int, int]:
        """The page's width and height in pixels."""
        return max(1, round(self.frame.width * self.scale)), max(1, round(self.frame.height * self.scale))

    def _place(self, box: Box) -> tuple[int, int, int, int]:
        """The left, top, width and height of a crop in pixels."""
        left, top = max(0, int(box[0] * self.scale)), max(0, int(box[1] * self.scale))
        most = self._size()
        width = max(1, min(most[0], int(box[2] * self.scale) + 1) - left)
        return left, top, width, max(1, min(most[1], int(box[3] * self.scale) + 1) - top)

    def _crop(self, box: Box, ground: int = 255) -> Pixels:
        left, top, width, height = self._place(box)
        crop = np.full((height, width, 3), ground, np.uint8)
        start = crop.ctypes.data_as(ctypes.c_void_p)
        bitmap = pdfium_c.FPDFBitmap_CreateEx(width, height, pdfium_c.FPDFBitmap_BGR, start, 3 * width)
        if not bitmap:
            raise MemoryError
        try:
            flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
            pdfium_c.FPDF_RenderPageBitmap(bitmap, self.page, -left, -top, *self._size(), 0, flags)
        finally:
            pdfium_c.FPDFBitmap_Destroy(bitmap)
        return crop


def largest_channel(pixels: Pixels) -> Grey:
    """The largest of each pixel's three channels, (rows, columns)."""
    # Much faster than a maximum over an axis of three.
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


@contextmanager
def left_out(addresses: Sequence[int]) -> Iterator[None]:
    """A context in which the objects at these addresses of the open page are not drawn."""
    try:
        for address in addresses:
            _set_active(address, 0)
        yield
    finally:
        for address in addresses:
            _set_active(address, 1)
