"""A PDF page -> a crop of it drawn without some of its objects: the difference is what they add.

Runs in a page process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c

from ..values.arrays import Pixels
from ..values.boxes import Box
from .text_layer import PageFrame, plain_call

_set_active = plain_call(pdfium_c.FPDFPageObj_SetIsActive, ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


def draw_without(page: Any, frame: PageFrame, scale: float, box: Box, addresses: Sequence[int]) -> Pixels:
    """The crop, RGB, at `scale` pixels per point, without the objects at these addresses of the open page.

    `box` is in points, origin top left of the page as shown. The first pixel is at `int` of the box's left and top,
    times the scale: pixels align with the page's own. Raises `MemoryError` where PDFium makes no bitmap.
    """
    left, top = max(0, int(box[0] * scale)), max(0, int(box[1] * scale))
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    width = max(1, min(size[0], int(box[2] * scale) + 1) - left)
    height = max(1, min(size[1], int(box[3] * scale) + 1) - top)
    crop = np.full((height, width, 3), 255, np.uint8)
    start = crop.ctypes.data_as(ctypes.c_void_p)
    bitmap = pdfium_c.FPDFBitmap_CreateEx(width, height, pdfium_c.FPDFBitmap_BGR, start, 3 * width)
    if not bitmap:
        raise MemoryError
    try:
        for address in addresses:
            _set_active(address, 0)
        flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_REVERSE_BYTE_ORDER
        pdfium_c.FPDF_RenderPageBitmap(bitmap, page, -left, -top, *size, 0, flags)
    finally:
        for address in addresses:
            _set_active(address, 1)
        pdfium_c.FPDFBitmap_Destroy(bitmap)
    return crop
