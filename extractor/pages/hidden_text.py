"""A page's words -> those that no reader sees, and characters that none sees: what a document says to machines only.

Runs inside a page process. Four witnesses: how the text is drawn (render mode, opacity, size, clipping; ISO 32000-2,
9.3.6 and 8.5.4), the page's picture (a word that leaves no mark in it, or all of whose ground has the text's own
colour), the page drawn without the word, and the characters themselves. The last but one is asked only where something
may hide a word and the picture cannot tell: where something filled is drawn over it later, where another word stands in
its place, where its layer may be switched off. The text layer of a scan is drawn invisibly over its image by right:
it is seen where the picture has a mark. Boxes are of the page as shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from ..values.arrays import Boxes, Mask, Measures, Pixels
from ..values.boxes import Box, area, centre, contains, union
from ..values.words import Word, boxes_of
from .drawing import Drawing, Look
from .text_layer import Origin

Reason = Literal[
    "drawn invisibly",
    "too small",
    "clipped away",
    "covered",
    "without a mark on the page",
    "in a layer switched off",
    "in an annotation's layer, which may be switched off",
    "said in place of what is drawn",
]

# Text of less than this size, in points, is not read by anyone.
MIN_SIZE = 1.0
# A word whose part of the picture varies by less than this, of 255 in each colour, leaves no mark.
MIN_CONTRAST = 20
# The ground has the text's own colour where so much of it is this near to it, of 255 in each colour.
SAME_COLOUR, SAME_COLOUR_SHARE = 12, 0.93
# Ink of less than this, of 255, is dark; a word drawn with it has such a share of dark pixels.
DARK_INK = 100
FEWEST_DARK, MOST_DARK = 0.04, 0.85
# Smaller than this, in pixels, a word's part of the picture tells nothing.
MIN_PIXELS = 4
# Two words stand in one place where they share so much of the smaller one.
SAME_PLACE = 0.4
# So many letters of a word are known again in it.
PART_OF_A_WORD = 3
# The page is drawn anew so often, at most, without some of its words.
MOST_REDRAWINGS = 8

# Where text objects stand is kept in cells of this size, in points, or in so many across the page.
SMALLEST_CELL, MOST_CELLS = 0.5, 2000

# A part of the page drawn anew, without the text objects at these addresses: (box, addresses) -> RGB.
Redraw = Callable[[Box, Sequence[int]], Pixels]

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
class Shown:
    """A page as a reader sees it: `pixels`, `scale` of them per unit; `redraw` draws a part of it at the same scale."""

    pixels: Pixels
    scale: float
    redraw: Redraw


def unseen_words(
    words: Sequence[Word], origins: Sequence[Origin], drawing: Drawing, shown: Shown, dark: Measures
) -> list[Reason | None]:
    """For each word why no reader sees it, or None. `dark` is the share of dark pixels in each word's box."""
    if not words:
        return []
    looks = looks_of(origins, drawing)
    reasons: list[Reason | None] = [
        "said in place of what is drawn" if origin.only_said else _reason(word, own, drawing, shown, share)
        for word, own, origin, share in zip(words, looks, origins, dark.tolist(), strict=True)
    ]
    boxes = boxes_of(words)
    covered = _maybe_covered(boxes, looks, drawing)
    doubtful = covered | _maybe_in_one_place(boxes) | _maybe_switched_off(looks, origins, reasons)
    doubtful[_samples_of_layers(looks, drawing)] = True
    asked: set[int] = set()
    for _ in range(2):
        now = [n for n in np.flatnonzero(doubtful).tolist() if n not in asked and reasons[n] is None and looks[n]]
        if not now:
            break
        asked.update(now)
        # Words of a scan's text layer are seen in its image.
        now = [n for n in now if not is_scan_layer(words[n], looks[n], drawing)]
        for index in _without_effect(now, boxes, origins, shown):
            hidden = covered[index] and not _layers(looks[index])
            reasons[index] = "covered" if hidden else "without a mark on the page"
        # A layer that turns out to be switched off is so for all its words.
        doubtful = _maybe_switched_off(looks, origins, reasons)
    return [
        "in a layer switched off" if reason == "without a mark on the page" and _layers(own) else reason
        for reason, own in zip(reasons, looks, strict=True)
    ]


def looks_of(origins: Sequence[Origin], drawing: Drawing) -> list[list[Look]]:
    """For each word how its text objects are drawn."""
    return [[drawing.looks[at] for at in origin.objects if at in drawing.looks] for origin in origins]


def in_layers(
    words: Sequence[Word], reasons: Sequence[Reason | None], looks: Sequence[Sequence[Look]], layered: Sequence[Box]
) -> list[Reason | None]:
    """The reasons, and one for each word that is drawn by an annotation in one of these places, whose optional content
    may be switched off. An annotation is drawn as a form."""
    if not layered:
        return list(reasons)
    return [
        "in an annotation's layer, which may be switched off"
        if reason is None and all(look.form for look in own) and any(contains(box, centre(word.box)) for box in layered)
        else reason
        for word, reason, own in zip(words, reasons, looks, strict=True)
    ]


def _layers(looks: Sequence[Look]) -> set[str]:
    return {look.layer for look in looks if look.layer is not None}


def is_scan_layer(word: Word, looks: Sequence[Look], drawing: Drawing) -> bool:
    """Whether the word is of a scan's text layer: drawn invisibly on an image, or beneath an image of the page."""
    if any(look.invisible for look in looks):
        return any(contains(box, centre(word.box)) for box in drawing.images)
    return bool(looks) and any(
        contains(box, centre(word.box)) and all(look.order < order for look in looks) for order, box in drawing.scans
    )


def _reason(word: Word, looks: Sequence[Look], drawing: Drawing, shown: Shown, dark: float) -> Reason | None:
    if any(look.invisible for look in looks) and not any(contains(box, centre(word.box)) for box in drawing.images):
        return "drawn invisibly"
    if word.size < MIN_SIZE and min(word.box[2] - word.box[0], word.box[3] - word.box[1]) < 1.5 * MIN_SIZE:
        return "too small"
    if looks and all(look.clip is not None and _apart(word.box, look.clip) for look in looks):
        return "clipped away"
    if looks and all(look.alpha < MIN_CONTRAST for look in looks) and not any(look.invisible for look in looks):
        return "without a mark on the page"
    ink = looks[0].ink if looks else None
    if FEWEST_DARK < dark < MOST_DARK and ink is not None and max(ink) < DARK_INK:
        return None  # dark text, some of whose ground is light: by far the most common, and told at once
    (height, width), scale = shown.pixels.shape[:2], shown.scale
    left, top = max(0, round(word.box[0] * scale)), max(0, round(word.box[1] * scale))
    right, bottom = min(width, round(word.box[2] * scale)), min(height, round(word.box[3] * scale))
    if min(right - left, bottom - top) < MIN_PIXELS:
        return None
    ground = shown.pixels[top:bottom, left:right]
    pixels = (right - left) * (bottom - top)
    corner: tuple[int, int, int] = tuple(ground[0, 0].tolist())
    # Nearly every word has a pixel that differs so much from the first one: the least costly thing to ask.
    like_corner = _near(ground, corner, MIN_CONTRAST - 1)
    if like_corner == pixels and int((ground.max(axis=(0, 1)) - ground.min(axis=(0, 1))).max()) < MIN_CONTRAST:
        return "without a mark on the page"
    if ink is None or (_far(ink, corner) and like_corner >= (1 - SAME_COLOUR_SHARE) * pixels):
        return None  # what is like the corner is not like the ink, and too much for the rest to be the ground
    if any(letter.isalnum() for letter in word.text) and _near(ground, ink, SAME_COLOUR) > SAME_COLOUR_SHARE * pixels:
        return "without a mark on the page"
    return None


def _near(ground: Pixels, colour: tuple[int, int, int], distance: int) -> int:
    """How many pixels differ from the colour by no more than this, in each of red, green and blue."""
    middle = np.array(colour, np.float64)
    return cv2.countNonZero(cv2.inRange(ground, middle - distance, middle + distance))


def _far(ink: tuple[int, int, int], corner: tuple[int, int, int]) -> bool:
    """Whether no pixel can be near both colours."""
    return max(abs(one - other) for one, other in zip(ink, corner, strict=True)) >= SAME_COLOUR + MIN_CONTRAST


def _maybe_covered(boxes: Boxes, looks: Sequence[Sequence[Look]], drawing: Drawing) -> Mask:
    """Whether something filled that is drawn later lies over each word's middle."""
    covered = np.zeros(len(boxes), bool)
    if not drawing.covers:
        return covered
    order = np.array([max((look.order for look in own), default=1 << 30) for own in looks])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    first = order.min()
    for cover in drawing.covers:
        if cover.order > first:
            left, top, right, bottom = cover.box
            covered |= (order < cover.order) & (left < x) & (x < right) & (top < y) & (y < bottom)
    return covered


def _maybe_in_one_place(boxes: Boxes) -> Mask:
    """Whether another word stands in each word's place. Neighbours by height and then by left side are compared, twice,
    in bands that overlap: of words in one place at least two are neighbours."""
    found = np.zeros(len(boxes), bool)
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    band = max(float(np.median(boxes[:, 3] - boxes[:, 1])), 1e-6)
    for shift in (0.0, 0.5):
        order = np.lexsort((boxes[:, 0], np.floor(middle / band + shift)))
        one, two = boxes[order[:-1]], boxes[order[1:]]
        wide = np.minimum(one[:, 2], two[:, 2]) - np.maximum(one[:, 0], two[:, 0])
        high = np.minimum(one[:, 3], two[:, 3]) - np.maximum(one[:, 1], two[:, 1])
        smaller = np.minimum(_areas(one), _areas(two))
        same = wide.clip(min=0) * high.clip(min=0) > SAME_PLACE * smaller
        found[order[:-1][same]] = found[order[1:][same]] = True
    if not found.any():
        return found
    for index in range(len(boxes)):
        found[index] = found[index] or bool((_common_areas(boxes[found], boxes[index]) > 0).sum() > 1)
    return found


def _areas(boxes: Boxes) -> Measures:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _common_areas(boxes: Boxes, box: Measures) -> Measures:
    """The area that each of the boxes shares with one."""
    wide = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    high = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    return np.asarray(wide.clip(min=0) * high.clip(min=0))


def _maybe_switched_off(
    looks: Sequence[Sequence[Look]], origins: Sequence[Origin], reasons: Sequence[Reason | None]
) -> Mask:
    """Whether each word is of a layer, a form or a text object one of whose words leaves no mark: the others may stand
    where something else has left one."""
    if "without a mark on the page" not in reasons:
        return np.zeros(len(reasons), bool)
    groups = [
        {*_layers(own), *(look.form for look in own if look.form), *origin.objects}
        for own, origin in zip(looks, origins, strict=True)
    ]
    unmarked = {
        name
        for names, reason in zip(groups, reasons, strict=True)
        for name in names
        if reason == "without a mark on the page"
    }
    return np.array([not names.isdisjoint(unmarked) for names in groups])


def _samples_of_layers(looks: Sequence[Sequence[Look]], drawing: Drawing) -> list[int]:
    """A word of each layer: they tell whether it is switched off where all its words stand on something else."""
    if not any(look.layer is not None for look in drawing.looks.values()):
        return []
    samples: dict[str, int] = {}
    for index, own in enumerate(looks):
        for name in _layers(own):
            samples.setdefault(name, index)
    return list(samples.values())[:MOST_REDRAWINGS]


def _without_effect(doubtful: Sequence[int], boxes: Boxes, origins: Sequence[Origin], shown: Shown) -> list[int]:
    """Those of the words without which the page looks the same."""
    if not doubtful:
        return []
    without: list[int] = []
    scale = shown.scale
    for group in _groups(doubtful, boxes, origins):
        region = union(_as_box(boxes[index]) for index in group)
        left, top = max(0, int(region[0] * scale)), max(0, int(region[1] * scale))
        addresses = {at: None for index in group for at in origins[index].objects}
        # Both anew: where a line of text is cut off, PDFium draws all of its letters a little differently.
        changed = (
            cv2.absdiff(shown.redraw(region, []), shown.redraw(region, list(addresses))).max(axis=2) >= MIN_CONTRAST
        )
        for index in group:
            box = np.round(boxes[index] * scale).astype(int)
            part = changed[max(0, box[1] - top) : box[3] - top, max(0, box[0] - left) : box[2] - left]
            if min(part.shape, default=0) >= MIN_PIXELS and not part.any():
                without.append(int(index))
    return without


def _as_box(sides: Measures) -> Box:
    left, top, right, bottom = sides.tolist()
    return (left, top, right, bottom)


def _groups(doubtful: Sequence[int], boxes: Boxes, origins: Sequence[Origin]) -> list[list[int]]:
    """The words in groups in none of which the text objects of two stand in one place: each is judged by itself."""
    extents: dict[tuple[int, ...], Measures] = {}
    for index, origin in enumerate(origins):
        box = extents.get(origin.objects, boxes[index])
        low, high = np.minimum(box[:2], boxes[index, :2]), np.maximum(box[2:], boxes[index, 2:])
        extents[origin.objects] = np.concatenate([low, high])
    cells = _cells(extents)
    size = np.max(list(cells.values()), axis=0)
    groups: list[list[int]] = []
    taken: list[Mask] = []
    chosen: dict[tuple[int, ...], int] = {}
    for index in doubtful:
        own = origins[index].objects
        if own not in chosen:
            left, top, right, bottom = cells[own]
            free = (n for n, held in enumerate(taken) if not held[top:bottom, left:right].any())
            chosen[own] = number = next(free, len(groups))
            if number == len(groups) and number < MOST_REDRAWINGS:
                groups.append([])
                taken.append(np.zeros((size[3], size[2]), bool))
            if number < len(groups):
                taken[number][top:bottom, left:right] = True
        if chosen[own] < len(groups):
            groups[chosen[own]].append(index)
    return groups


def _cells(extents: Mapping[tuple[int, ...], Measures]) -> dict[tuple[int, ...], list[int]]:
    """The extents in whole cells of a grid over all of them, each of one cell at least."""
    sides = np.array(list(extents.values()))
    start = sides[:, :2].min(axis=0)
    cell = max(SMALLEST_CELL, float((sides[:, 2:].max(axis=0) - start).max()) / MOST_CELLS)
    cells = np.round((sides - np.tile(start, 2)) / cell).astype(int)
    cells[:, 2:] = np.maximum(cells[:, 2:], cells[:, :2] + 1)
    return dict(zip(extents, cells.tolist(), strict=True))


def _apart(box: Box, clip: Box) -> bool:
    return box[2] <= clip[0] or box[0] >= clip[2] or box[3] <= clip[1] or box[1] >= clip[3]


def copies(words: Sequence[Word], reasons: Sequence[Reason | None]) -> list[bool]:
    """Whether each word that is not seen only repeats one that is, in its place."""
    seen = [word for word, reason in zip(words, reasons, strict=True) if reason is None]
    if not seen or len(seen) == len(words):
        return [False] * len(words)
    boxes = boxes_of(seen)
    return [reason is not None and _is_copy(word, seen, boxes) for word, reason in zip(words, reasons, strict=True)]


def _is_copy(word: Word, seen: Sequence[Word], boxes: Boxes) -> bool:
    left, top, right, bottom = word.box
    # Letters of another font stand a little apart from those that they repeat.
    near = (left - (bottom - top) / 2, top, right + (bottom - top) / 2, bottom)
    common = _common_areas(boxes, np.array(near))
    text = word.text.casefold()
    own = np.minimum(_areas(boxes), max(area(word.box), 1e-6))
    others = [seen[index] for index in np.flatnonzero(common > SAME_PLACE * own).tolist()]
    if any(text == other.text.casefold() for other in others):
        return True
    if len(text) >= PART_OF_A_WORD and any(text in other.text.casefold() for other in others):
        return True
    return bool(others) and text == "".join(other.text for other in sorted(others, key=_left)).casefold()


def _left(word: Word) -> float:
    return word.box[0]


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
