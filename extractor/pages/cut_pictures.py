"""A PDF page's images -> the boxes of those whose data ends before their last row. Runs in a page process.

PDFium draws what there is and says nothing; the rest is black, grey or not drawn at all, one colour up to an edge. Only
an image with such an edge is asked about its data; JPEG 2000 and JBIG2 say themselves how long they are. CCITT is asked
in `cut_contents.py`. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

import ctypes
import io
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from PIL import Image

from ..values.arrays import Pixels
from ..values.boxes import Box, area, union
from ..values.notices import Notice
from ..values.page import Crop
from .image_ends import IMAGE_ERRORS, ends_early, is_neutral
from .pdf_page import PdfPage
from .stream_ends import jbig2_ends_early, jpeg2000_ends_early

# Min share of the page of an image that is asked; max number of them.
LARGE, MOST = 0.02, 8
# Side of a corner that is looked at, in pixels of the page picture; its distance from the image's edge.
CORNER, INSET = 3, 1
# Bits of a channel; channels of the colour spaces that have more than one. An ICC profile's are not told.
_BITS = (1, 2, 4, 8, 16)
_CHANNELS = {
    pdfium_c.FPDF_COLORSPACE_DEVICERGB: 3,
    pdfium_c.FPDF_COLORSPACE_CALRGB: 3,
    pdfium_c.FPDF_COLORSPACE_LAB: 3,
    pdfium_c.FPDF_COLORSPACE_ICCBASED: 3,
    pdfium_c.FPDF_COLORSPACE_DEVICECMYK: 4,
}
# A progressive JPEG's frame, and within how many bytes it is looked for.
_PROGRESSIVE, _HEAD = b"\xff\xc2", 1 << 16
_OF_ANY_CHANNELS = (pdfium_c.FPDF_COLORSPACE_DEVICEN, pdfium_c.FPDF_COLORSPACE_PATTERN)
_FAX = frozenset({"CCITTFaxDecode", "CCF"})


def cut_notes(page: PdfPage, shown: Crop) -> list[Notice]:
    """A notice of the images on the page, drawn in `shown`, whose data ends early; none where there are none."""
    least = LARGE * area(page.box)
    large = sorted(
        (found for found in page.drawing.pictures if area(found[1]) >= least), key=lambda found: -area(found[1])
    )
    cut = [box for item, box in large[:MOST] if _is_cut(page.handle, item, _sides(shown, box))]
    if not cut:
        return []
    number = page.task.number
    told = f"page {number}: the data of {len(cut)} image(s) ends early: a part of each is missing in the file"
    return [Notice("DATA_MISSING", told, number, union(cut))]


def _sides(shown: Crop, box: Box) -> list[Pixels]:
    """The four sides of the box in the page picture, a little inside of it."""
    pixels, scale = shown.picture.drawn, shown.scale
    left, top, right, bottom = (round(side * scale) for side in box)
    inner = pixels[top + INSET : bottom - INSET, left + INSET : right - INSET]
    return [inner[:1], inner[-1:], inner[:, :1], inner[:, -1:]] if inner.size else []


def _is_cut(page: Any, item: int, sides: list[Pixels]) -> bool:
    """Whether the data of the image at this address ends before its last row."""
    image = ctypes.cast(item, pdfium_c.FPDF_PAGEOBJECT)
    last = _last_filter(image)
    if last in _FAX:
        return False
    if last == "JBIG2Decode":
        return jbig2_ends_early(_encoded(image))
    if last == "JPXDecode":
        return jpeg2000_ends_early(_encoded(image))
    flat = any(map(_is_flat, sides))
    if last in ("DCTDecode", "DCT"):
        return _is_cut_jpeg(image, sides)
    return flat and _lacks_rows(page, image)


def _is_flat(pixels: Pixels) -> bool:
    return bool(pixels.size) and int(np.ptp(pixels.reshape(-1, 3), axis=0).max()) == 0


def _is_cut_jpeg(image: Any, sides: list[Pixels]) -> bool:
    """Whether a JPEG ends early. It is asked if it is progressive, or has a corner that may be without data."""
    content = _encoded(image)
    corners = [part for side in sides for part in (side[:CORNER, :CORNER], side[-CORNER:, -CORNER:])]
    try:
        if _PROGRESSIVE not in content[:_HEAD] and not any(map(is_neutral, corners)):
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as header:
                # What is neutral in four inks is drawn in some other colour, all of it the same.
                inks = header.mode == "CMYK"
            if not inks or not any(map(_is_flat, corners)):
                return False
        return ends_early(content, "JPEG")
    except IMAGE_ERRORS:
        return False  # of a kind that PDFium alone reads


def _lacks_rows(page: Any, image: Any) -> bool:
    """Whether there are fewer bytes than the image's rows take, with any number of bits that it may have."""
    known = pdfium_c.FPDF_IMAGEOBJ_METADATA()
    if not pdfium_c.FPDFImageObj_GetImageMetadata(image, page, known) or known.colorspace in _OF_ANY_CHANNELS:
        return False
    size = pdfium_c.FPDFImageObj_GetImageDataDecoded(image, None, 0)
    rows = [-(-known.width * bits // 8) for bits in _bits_of_a_pixel(known.bits_per_pixel, known.colorspace)]
    usual, *others = rows
    return size < usual * known.height and not any(0 <= size - row * known.height <= row for row in others)


def _bits_of_a_pixel(drawn: int, space: int) -> list[int]:
    """The bits that a pixel may have in the data, the most usual first. `drawn`: those that PDFium draws it with."""
    channels = _CHANNELS.get(space, 1) if drawn > 8 or space != pdfium_c.FPDF_COLORSPACE_ICCBASED else 1
    found = [
        bits * channels for bits in _BITS if (1 if bits * channels == 1 else 8 if bits * channels <= 8 else 24) == drawn
    ]
    return sorted(found, key=lambda bits: (bits > 8 * channels, -bits)) or [0]


def _last_filter(image: Any) -> str:
    """The name of the filter that is the image's own, "" without one."""
    count = pdfium_c.FPDFImageObj_GetImageFilterCount(image)
    if count < 1:
        return ""
    buffer = ctypes.create_string_buffer(32)
    pdfium_c.FPDFImageObj_GetImageFilter(image, count - 1, buffer, len(buffer))
    return buffer.value.decode("latin-1")


def _encoded(image: Any) -> bytes:
    """The data of an image that PDFium hands out as it is encoded: a JPEG, a JPEG 2000."""
    buffer = ctypes.create_string_buffer(pdfium_c.FPDFImageObj_GetImageDataDecoded(image, None, 0))
    size = pdfium_c.FPDFImageObj_GetImageDataDecoded(image, buffer, len(buffer))
    return buffer.raw[:size]
