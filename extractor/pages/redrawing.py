"""A page, drawn again without some of its objects: what they add to it is what differs.

Runs inside a page process.
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
    """What is in the box, RGB, at `scale` pixels per point, without the objects at these addresses of the open page.

    The first pixel is the one that `int` makes of the box's left and top: the page's own pixels stay where they are.
    """
    left, top = max(0, int(box[0] * scale)), max(0, int(box[1] * scale))
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    width = max(1, min(size[0], int(box[2] * scale) + 1) - left)
    height = max(1, min(size[1], int(box[3] * scale) + 1) - top)
    picture = np.full((height, width, 3), 255, np.uint8)
    start = picture.ctypes.data_as(ctypes.c_void_p)
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
    return picture
