"""A page's words -> those that no reader sees, and characters that none sees: what a document says to machines only.

Runs inside a page process. Four witnesses: how the text is drawn (render mode, opacity, size, clipping; ISO 32000-2,
9.3.6 and 8.5.4), what is drawn over it later, the page's picture (a word that leaves no mark in it, or all of whose
ground has the text's own colour), and the characters themselves. The text layer of a scan is drawn invisibly over its
picture by right: it is seen where the picture has a mark.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
import pypdfium2.raw as pdfium_c

from .geometry import Box, area, centre, contains
from .text_layer import PageFrame, Word

Reason = Literal["drawn invisibly", "too small", "clipped away", "covered", "without a mark on the page"]
Picture = np.ndarray[Any, np.dtype[np.uint8]]

# Text of less than this size, in points, is not read by anyone.
MIN_SIZE = 1.0
# A word whose part of the picture varies by less than this, of 255 in each colour, leaves no mark.
MIN_CONTRAST = 20
# The ground has the text's own colour where so much of it is this near to it, of 255 in each colour.
SAME_COLOUR, SAME_COLOUR_SHARE = 12, 0.93
# Smaller than this, in pixels, a word's part of the picture tells nothing.
MIN_PIXELS = 4
# A picture that covers this share of the page is a scan; the text beneath it is its text layer.
SCAN_SHARE = 0.6
# Objects of a page that are looked at, those in form objects included, and how deep forms go.
MOST_OBJECTS = 50_000
MOST_COVERS = 2000
MOST_DEPTH = 8

_INVISIBLE_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
_FILLED_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_FILL, pdfium_c.FPDF_TEXTRENDERMODE_FILL_CLIP})

# Control characters; overrides, embeddings and isolates of the direction of writing; what has no width; tags. Joiners
# and direction marks are part of writing in many scripts: they are counted between Latin letters and figures only.
_CHARACTERS: dict[str, re.Pattern[str]] = {
    "control": re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]"),
    "direction override": re.compile(r"[\u202a-\u202e\u2066-\u2069]"),
    "zero width": re.compile(
        r"[\u200b\u2060-\u2064\ufeff\u180e]|(?<=[!-~])[\u200c-\u200f\u061c](?=[!-~])|(?<=[!-~])[\ufe00-\ufe0f]{2,}"
    ),
    "tag": re.compile(r"[\U000e0000-\U000e007f]|[\U000e0100-\U000e01ef]{2,}|(?<=[!-~])[\U000e0100-\U000e01ef]"),
}


@dataclass(frozen=True, slots=True)
class _Look:
    """How a text object is drawn: `ink` is its colour, where it has one; `order` its place among the page's objects."""

    invisible: bool
    ink: tuple[int, int, int] | None
    order: int
    clip: Box | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn on a page: the look of each text object, by its address, and what lies opaque over the page."""

    looks: dict[int, _Look]
    covers: tuple[tuple[int, Box], ...]
    pictures: tuple[Box, ...]


def read_drawing(page: Any, frame: PageFrame, pictures: Sequence[Box]) -> Drawing:
    """How the page's texts are drawn. `pictures` are the boxes of its images."""
    looks: dict[int, _Look] = {}
    covers: list[tuple[int, Box]] = []
    whole = frame.width * frame.height
    left = MOST_OBJECTS
    for order in range(min(pdfium_c.FPDFPage_CountObjects(page), MOST_OBJECTS)):
        top = pdfium_c.FPDFPage_GetObject(page, order)
        waiting = [(top, 0)]
        while waiting and left > 0:
            left -= 1
            item, depth = waiting.pop()
            kind = pdfium_c.FPDFPageObj_GetType(item)
            if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
                looks[_address(item)] = _look(item, order, frame if depth == 0 else None)
            elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < MOST_DEPTH:
                count = min(pdfium_c.FPDFFormObj_CountObjects(item), left)
                waiting += [(pdfium_c.FPDFFormObj_GetObject(item, n), depth + 1) for n in range(count)]
        box = _cover(top, frame)
        if box is not None and area(box) < SCAN_SHARE * whole:
            covers.append((order, box))
    covers = sorted(covers, key=lambda cover: -area(cover[1]))[:MOST_COVERS]
    return Drawing(looks, tuple(covers), tuple(pictures))


def unseen_words(
    words: Sequence[Word], objects: Sequence[tuple[int, ...]], drawing: Drawing, image: Picture, scale: float
) -> list[Reason | None]:
    """For each word why no reader sees it, or None. `objects` are the addresses of each word's text objects."""
    if not words:
        return []
    looks = [[drawing.looks[address] for address in own if address in drawing.looks] for own in objects]
    covered = _covered(words, looks, drawing)
    return [
        _reason(word, own, beneath, drawing, image, scale)
        for word, own, beneath in zip(words, looks, covered, strict=True)
    ]


def _reason(
    word: Word, looks: Sequence[_Look], covered: bool, drawing: Drawing, image: Picture, scale: float
) -> Reason | None:
    if any(look.invisible for look in looks) and not any(contains(box, centre(word.box)) for box in drawing.pictures):
        return "drawn invisibly"
    if word.size < MIN_SIZE and min(word.box[2] - word.box[0], word.box[3] - word.box[1]) < 1.5 * MIN_SIZE:
        return "too small"
    if looks and all(look.clip is not None and _apart(word.box, look.clip) for look in looks):
        return "clipped away"
    if covered:
        return "covered"
    height, width = image.shape[:2]
    left, top = max(0, round(word.box[0] * scale)), max(0, round(word.box[1] * scale))
    right, bottom = min(width, round(word.box[2] * scale)), min(height, round(word.box[3] * scale))
    if min(right - left, bottom - top) < MIN_PIXELS:
        return None
    ground = image[top:bottom, left:right]
    pixels = (right - left) * (bottom - top)
    corner: tuple[int, int, int] = tuple(ground[0, 0].tolist())
    # Nearly every word has a pixel that differs so much from the first one: the least costly thing to ask.
    like_corner = _near(ground, corner, MIN_CONTRAST - 1)
    if like_corner == pixels and int((ground.max(axis=(0, 1)) - ground.min(axis=(0, 1))).max()) < MIN_CONTRAST:
        return "without a mark on the page"
    ink = looks[0].ink if looks else None
    if ink is None or (_far(ink, corner) and like_corner >= (1 - SAME_COLOUR_SHARE) * pixels):
        return None  # what is like the corner is not like the ink, and too much for the rest to be the ground
    if any(letter.isalnum() for letter in word.text) and _near(ground, ink, SAME_COLOUR) > SAME_COLOUR_SHARE * pixels:
        return "without a mark on the page"
    return None


def _near(ground: Picture, colour: tuple[int, int, int], distance: int) -> int:
    """How many pixels differ from the colour by no more than this, in each of red, green and blue."""
    middle = np.array(colour, np.float64)
    return cv2.countNonZero(cv2.inRange(ground, middle - distance, middle + distance))


def _far(ink: tuple[int, int, int], corner: tuple[int, int, int]) -> bool:
    """Whether no pixel can be near both colours."""
    return max(abs(one - other) for one, other in zip(ink, corner, strict=True)) >= SAME_COLOUR + MIN_CONTRAST


def _covered(words: Sequence[Word], looks: Sequence[Sequence[_Look]], drawing: Drawing) -> list[bool]:
    """Whether something opaque that is drawn later lies over each word's middle."""
    order = np.array([max((look.order for look in own), default=MOST_OBJECTS) for own in looks])
    x, y = np.array([centre(word.box) for word in words]).T
    covered = np.zeros(len(words), bool)
    for later, (left, top, right, bottom) in drawing.covers:
        covered |= (order < later) & (left < x) & (x < right) & (top < y) & (y < bottom)
    return [bool(value) for value in covered]


def _look(item: Any, order: int, frame: PageFrame | None) -> _Look:
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(item)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    coloured = pdfium_c.FPDFPageObj_GetFillColor(item, red, green, blue, alpha) and mode in _FILLED_MODES
    ink = (red.value, green.value, blue.value) if coloured and alpha.value > 0 else None
    invisible = mode in _INVISIBLE_MODES or (bool(coloured) and alpha.value == 0)
    return _Look(invisible, ink, order, None if frame is None else _clip(item, frame))


def _cover(item: Any, frame: PageFrame) -> Box | None:
    """What the object hides: an opaque picture, or a filled rectangle."""
    kind = pdfium_c.FPDFPageObj_GetType(item)
    if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        drawn = pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke) and fill.value != pdfium_c.FPDF_FILLMODE_NONE
        if not drawn or pdfium_c.FPDFPath_CountSegments(item) > 6:
            return None
        pdfium_c.FPDFPageObj_GetFillColor(item, red, green, blue, alpha)
        if alpha.value < 255:
            return None
    elif kind != pdfium_c.FPDF_PAGEOBJ_IMAGE:
        return None
    if pdfium_c.FPDFPageObj_HasTransparency(item):
        return None
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return None
    box = frame.box(left.value, bottom.value, right.value, top.value)
    clip = _clip(item, frame)
    if clip is None:
        return box
    return (max(box[0], clip[0]), max(box[1], clip[1]), min(box[2], clip[2]), min(box[3], clip[3]))


def _clip(item: Any, frame: PageFrame) -> Box | None:
    """The box around what the object's clipping leaves of it; None where nothing clips it."""
    path = pdfium_c.FPDFPageObj_GetClipPath(item)
    count = pdfium_c.FPDFClipPath_CountPaths(path) if path else -1
    result: Box | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(count, MOST_DEPTH)):
        points = []
        for step in range(min(pdfium_c.FPDFClipPath_CountPathSegments(path, index), 1000)):
            segment = pdfium_c.FPDFClipPath_GetPathSegment(path, index, step)
            if segment and pdfium_c.FPDFPathSegment_GetPoint(segment, x, y):
                points.append((x.value, y.value))
        if not points:
            continue
        across, down = [point[0] for point in points], [point[1] for point in points]
        box = frame.box(min(across), min(down), max(across), max(down))
        if result is not None:
            box = (max(box[0], result[0]), max(box[1], result[1]), min(box[2], result[2]), min(box[3], result[3]))
        result = box
    return result


def _apart(box: Box, clip: Box) -> bool:
    return box[2] <= clip[0] or box[0] >= clip[2] or box[3] <= clip[1] or box[1] >= clip[3]


def _address(item: Any) -> int:
    return ctypes.addressof(item.contents) if item else 0


def unseen_characters(words: Sequence[Word]) -> Counter[str]:
    """How many characters of each kind that a reader does not see are in the words."""
    text = "\n".join(word.text for word in words)
    if text.isascii() and text.isprintable():
        return Counter()
    found = Counter({kind: len(pattern.findall(text.replace("\n", " "))) for kind, pattern in _CHARACTERS.items()})
    return +found


def without_unseen_characters(words: Sequence[Word]) -> list[Word]:
    """The words without those characters; a word that is nothing else is gone."""
    kept = []
    for word in words:
        text = word.text
        for pattern in _CHARACTERS.values():
            text = pattern.sub("", text)
        if text:
            kept.append(word if text == word.text else replace(word, text=text))
    return kept
