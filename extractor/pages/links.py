"""A PDF page's link annotations -> the words that are links, and their addresses.

Runs in a page process. Only addresses that are safe to follow are kept, and none is followed here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ..values.boxes import Box, centre, contains
from ..values.words import Word
from .page_frame import PageFrame

# Max length of an address, in bytes.
MAX_ADDRESS = 2048
# Max areas of one link, one a line: more are no text.
MAX_AREAS = 100
# Schemes (RFC 3986) that open nothing on the reader's own machine; printable ASCII without spaces.
_ADDRESS = re.compile(r"(https?://|mailto:|tel:)[!-~]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """An area of the page that links to an address; `box` in points, origin top left of the page as shown."""

    box: Box
    address: str


def links_of(document: pdfium.PdfDocument, annotation: Any, frame: PageFrame) -> list[Link]:
    """The areas of a link annotation, one a line; none where it has no safe address.

    Boxes are in points, origin top left of the page as shown.
    """
    link = pdfium_c.FPDFAnnot_GetLink(annotation)
    action = pdfium_c.FPDFLink_GetAction(link) if link else None
    if not action or pdfium_c.FPDFAction_GetType(action) != pdfium_c.PDFACTION_URI:
        return []
    needed = pdfium_c.FPDFAction_GetURIPath(document.raw, action, None, 0)
    if not 1 < needed <= MAX_ADDRESS:
        return []
    buffer = ctypes.create_string_buffer(needed)
    pdfium_c.FPDFAction_GetURIPath(document.raw, action, buffer, needed)
    address = buffer.value.decode("ascii", "replace")
    if not _ADDRESS.fullmatch(address):
        return []
    return [Link(box, address) for box in _areas(link, frame)]


def _areas(link: Any, frame: PageFrame) -> list[Box]:
    """The boxes of a link: its quadrilaterals, or else its rectangle."""
    areas = []
    for number in range(min(MAX_AREAS, pdfium_c.FPDFLink_CountQuadPoints(link))):
        quad = pdfium_c.FS_QUADPOINTSF()
        if pdfium_c.FPDFLink_GetQuadPoints(link, number, quad):
            across = (quad.x1, quad.x2, quad.x3, quad.x4)
            up = (quad.y1, quad.y2, quad.y3, quad.y4)
            areas.append(frame.box(min(across), min(up), max(across), max(up)))
    if areas:
        return areas
    sides = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFLink_GetAnnotRect(link, sides):
        return []
    left, right = sorted((sides.left, sides.right))
    bottom, top = sorted((sides.bottom, sides.top))
    return [frame.box(left, bottom, right, top)]


def with_links(words: Sequence[Word], links: Sequence[Link]) -> list[Word]:
    """The words, each with the address of the link that its middle stands on; words on no link are as they were."""
    if not links:
        return list(words)
    result = []
    for word in words:
        middle = centre(word.box)
        address = next((link.address for link in links if contains(link.box, middle)), None)
        result.append(word if address is None else replace(word, link=address))
    return result
