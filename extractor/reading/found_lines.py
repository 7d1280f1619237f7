"""Detected lines -> those that are to be read. Runs in a page process.

A line is a quadrilateral (4, 2) in pixels of its picture: top left, top right, bottom right, bottom left, along the
text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..pages.layer_trust import is_sure
from ..values.arrays import Boxes, Quad
from ..values.boxes import Box, area, centre, contains, intersection
from ..values.page import Crop, Page
from ..values.words import boxes_of

# Max room beside doubted words that is read with them, in heights of the line: a character may be lost there.
MOST_ROOM = 1.0


def lines_to_read(quads: Sequence[Quad], page: Page) -> list[Quad]:
    """The detected lines, (4, 2) in pixels, origin top left, that are in an area to recognise and not in the text layer
    already.

    Of a line that the text layer has but for doubted words, the stretches of these are left.
    """
    # Vectorised: a page may have thousands of lines and tens of thousands of words.
    sure = [word for word in page.words if is_sure(word)]
    known = boxes_of(sure)
    lefts, tops, rights, bottoms = np.ascontiguousarray(known.T)
    doubted = boxes_of([word for word in page.words if not is_sure(word)])
    result: list[Quad] = []
    for quad in quads:
        line = box_of(quad, page.scale)
        if not any(contains(box, centre(line)) for box in page.recognise):
            continue
        near = np.flatnonzero((tops < line[3]) & (bottoms > line[1]))
        across = np.minimum(rights[near], line[2]) - np.maximum(lefts[near], line[0])
        down = np.minimum(bottoms[near], line[3]) - np.maximum(tops[near], line[1])
        if float((across.clip(min=0) * down).sum()) < 0.4 * area(line):
            result.append(quad)
        else:
            result += [_stretch(quad, line, span) for span in _doubted_spans(line, known[near], doubted)]
    return result


def _doubted_spans(line: Box, known: Boxes, doubted: Boxes) -> list[tuple[float, float]]:
    """Left and right end of each run of doubted words in a line, no further than known words, in the page's unit."""
    middles = (doubted[:, :2] + doubted[:, 2:]) / 2
    inside = ((middles >= line[:2]) & (middles <= line[2:])).all(axis=1)
    room = MOST_ROOM * (line[3] - line[1])
    spans: list[tuple[float, float]] = []
    for left, _, right, _ in sorted(doubted[inside].tolist()):
        before, after = known[known[:, 2] <= left + room / 2, 2], known[known[:, 0] >= right - room / 2, 0]
        start = max([line[0], left - room, *before.tolist()])
        end = min([line[2], right + room, *after.tolist()])
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        elif start < end:
            spans.append((start, end))
    return spans


def _stretch(quad: Quad, line: Box, span: tuple[float, float]) -> Quad:
    """The part of a line's quadrilateral over this span of its box."""
    first, last = ((at - line[0]) / max(line[2] - line[0], 1e-6) for at in span)
    (top_left, top_right, bottom_right, bottom_left) = quad
    ends = [(top_left, top_right), (bottom_left, bottom_right)]
    (a, b), (d, c) = ([start + (end - start) * at for at in (first, last)] for start, end in ends)
    return np.array([a, b, c, d], np.float32)


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
    """The box around a line, in the page's unit, origin top left, for `scale` pixels per unit."""
    across, down = zip(*quad.tolist(), strict=True)
    return (min(across) / scale, min(down) / scale, max(across) / scale, max(down) / scale)
