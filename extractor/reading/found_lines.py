"""Detected lines -> those that are to be read. Runs in a page process.

A line is a quadrilateral (4, 2) in pixels of its picture: top left, top right, bottom right, bottom left, along the
text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..pages.layer_trust import is_sure
from ..values.arrays import Quad
from ..values.boxes import Box, area, centre, contains, intersection
from ..values.page import Crop, Page
from ..values.words import boxes_of


def lines_to_read(quads: Sequence[Quad], page: Page) -> list[Quad]:
    """The detected lines, in pixels, that are in an area to recognise and not in the text layer already."""
    # Vectorised: a page may have thousands of lines and tens of thousands of words.
    sure = [word for word in page.words if is_sure(word)]
    lefts, tops, rights, bottoms = np.ascontiguousarray(boxes_of(sure).T)
    result = []
    for quad in quads:
        line = box_of(quad, page.scale)
        if not any(contains(box, centre(line)) for box in page.recognise):
            continue
        near = np.flatnonzero((tops < line[3]) & (bottoms > line[1]))
        across = np.minimum(rights[near], line[2]) - np.maximum(lefts[near], line[0])
        down = np.minimum(bottoms[near], line[3]) - np.maximum(tops[near], line[1])
        if float((across.clip(min=0) * down).sum()) < 0.4 * area(line):
            result.append(quad)
    return result


def page_of_crop(crop: Crop, page: Page) -> Page:
    """The crop as a page of its own, with the words and areas on it; its origin is the crop's top left corner."""
    left, top, right, bottom = crop.box

    def moved(box: Box) -> Box:
        return (box[0] - left, box[1] - top, box[2] - left, box[3] - top)

    return Page(
        number=page.number,
        width=right - left,
        height=bottom - top,
        picture=crop.picture,
        scale=crop.scale,
        words=tuple(replace(word, box=moved(word.box)) for word in page.words if intersection(word.box, crop.box)),
        recognise=tuple(moved(box) for box in page.recognise if intersection(box, crop.box)),
    )


def box_of(quad: Quad, scale: float) -> Box:
    """The box around a line, in the page's unit, for `scale` pixels per unit."""
    across, down = zip(*quad.tolist(), strict=True)
    return (min(across) / scale, min(down) / scale, max(across) / scale, max(down) / scale)
