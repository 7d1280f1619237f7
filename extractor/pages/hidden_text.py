"""A page's words -> which of them no reader sees; `unseen_characters.py` looks at their characters.

Runs in a page process. Three witnesses are asked in turn. First, how the text is drawn: render mode, opacity, size,
clipping (ISO 32000-2, 9.3.6 and 8.5.4). Second, the page picture: a word without a mark, or all of whose ground has the
text's colour. Third, the page drawn without the word, where the picture cannot tell: something filled is drawn over the
word, another word stands in its place, or its layer may be off.

A scan's text layer is drawn invisibly by design: its words are seen where the picture has a mark. Boxes are in points,
origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from ..values.arrays import Mask, Measures, Pixels
from ..values.boxes import Box, areas, centre, contains
from ..values.words import Word
from .drawing import Drawing, Look
from .laid_out import LaidOut, cell_side, inner_boxes, is_busy
from .page_ink import Sketch, dark_shares
from .redrawing import Redrawing
from .redrawn_words import (
    LEGIBLE,
    MIN_CONTRAST,
    MIN_PIXELS,
    MOST_REDRAWINGS,
    drawn_again,
    painted_through,
    without_effect,
)
from .text_layer import Origin
from .typed_notes import TypedNote

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

_Verdict = Reason | Literal["doubtful"] | None

# Min font size that anyone reads, in points.
MIN_SIZE = 1.0
# Max width or height of a word of two letters or more that is crushed until nobody reads it, in points; and of the mean
# width of its letters, which are narrower than such a share of their height, too.
CRUSHED, NARROW = 0.5, 0.1
# Max distance of a channel from the ink, in 0..255; min share of such pixels for the ground to have its colour.
SAME_COLOUR, SAME_COLOUR_SHARE = 12, 0.93
# Max distance of a channel from the ink, in 0..255, of the pixel of a small or thin letter that is most like it.
FAINT = 150
# Dark ink is below this, in 0..255. Min and max share of dark pixels of a word drawn with it.
DARK_INK = 100
FEWEST_DARK, MOST_DARK = 0.04, 0.85
# Max share of a word's box with the colour of its text where the picture tells that it is seen.
MOST_OWN_COLOUR = 0.5
# Min share of a word's box that thin things hide together.
HATCHED = 0.5


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a reader sees it: the page picture, RGB, (rows, columns, 3), its pixels per point, a sketch of it, and
    crops of it without some objects."""

    pixels: Pixels
    scale: float
    small: Sketch
    crops: Redrawing


def unseen_words(page: LaidOut, drawing: Drawing, shown: Shown) -> list[Reason | None]:
    """For each word of the page the reason why no reader sees it; None where one does.

    Raises `MemoryError` where PDFium makes no bitmap of a crop.
    """
    words, origins, looks = page.words, page.origins, page.looks
    dark = dark_shares(shown.small, page.boxes)
    plain = _plainly_seen(page, dark)
    verdicts: dict[int, _Verdict] = {
        index: _verdict(words[index], looks[index], drawing, shown, float(dark[index]))
        for index in np.flatnonzero(~plain).tolist()
    }
    for index, origin in enumerate(origins if drawing.said else ()):
        if origin.only_said:
            verdicts[index] = "said in place of what is drawn"
    reasons: list[Reason | None] = [None] * len(words)
    for index, verdict in verdicts.items():
        reasons[index] = None if verdict == "doubtful" else verdict
    covered = page.marks.covered | _hatched(page, shown)
    doubtful = covered | _maybe_switched_off(looks, origins, reasons) | _doubtful(page, drawing, shown)
    doubtful[[index for index, verdict in verdicts.items() if verdict == "doubtful"]] = True
    covers = [*drawing.covers, *drawing.thin]
    # Letters that only clip are seen where something is painted through them.
    clipping = looks.has_any & ~looks.with_any(lambda look: not look.stencil)
    stencils = [index for index in np.flatnonzero(clipping).tolist() if reasons[index]]
    for index in painted_through(stencils, page, covers, shown.crops):
        reasons[index] = None
    asked: set[int] = set(stencils)
    for _ in range(2):
        unsettled = np.flatnonzero(doubtful & looks.has_any).tolist()
        now = [index for index in unsettled if index not in asked and reasons[index] is None]
        if not now:
            break
        asked.update(now)
        # Words of a scan's text layer are seen in its image.
        now = [n for n in now if not is_scan_layer(words[n], looks[n], drawing)]
        for index in without_effect(now, page, shown.crops):
            hidden = covered[index] and not _layers(looks[index])
            reasons[index] = "covered" if hidden else "without a mark on the page"
        # A layer that turns out to be switched off is so for all its words.
        doubtful = _maybe_switched_off(looks, origins, reasons)
    unmarked = [n for n, reason in enumerate(reasons) if reason in ("covered", "without a mark on the page")]
    again = list(drawing.looks.keys() - {at for origin in origins for at in origin.objects}) if unmarked else []
    for index in drawn_again(unmarked, page, again, shown.crops) if again else ():
        reasons[index] = None
    for index in unmarked:
        if reasons[index] == "without a mark on the page" and _layers(looks[index]):
            reasons[index] = "in a layer switched off"
    return reasons


def _doubtful(page: LaidOut, drawing: Drawing, shown: Shown) -> Mask:
    """For each word whether how it is drawn, or what is drawn in its place, may hide it."""
    doubtful = page.in_one_place | page.looks.with_any(lambda look: look.blended or look.veiled)
    if any(look.layer is not None or look.group for look in drawing.looks.values()):
        doubtful[_samples(page.looks)] = True
    return np.asarray(doubtful | _among_other_marks(page, drawing, shown))


def typed_words(notes: Sequence[TypedNote], pixels: Pixels, scale: float) -> list[tuple[Word, Reason | None]]:
    """The words of notes that are not drawn in the page picture, each with the reason why no reader would see it; None
    where one would.

    `pixels`: the page picture, RGB, `scale` pixels per point. Boxes are in points, origin top left. What a second
    note says in the same place is there once. They are in no picture, so that what is drawn over them is known by its
    place alone.
    """
    found = [(word, note, _reason_of_typed(word, note, pixels, scale)) for note in notes for word in note.words]
    once = {(word.text, word.box, reason): (word, note, reason) for word, note, reason in reversed(found)}
    return [
        (word, reason or ("covered" if note.is_covered(word) else None))
        for word, note, reason in reversed(once.values())
    ]


def _reason_of_typed(word: Word, note: TypedNote, pixels: Pixels, scale: float) -> Reason | None:
    """Why a word of a note is not seen, None where it is."""
    if word.size < MIN_SIZE:
        return "too small"
    if note.opacity * 255 < MIN_CONTRAST:
        return "without a mark on the page"
    left, top, right, bottom = (round(side * scale) for side in word.box)
    ground = pixels[top : max(top + 1, bottom), left : max(left + 1, right)]
    if note.ground is not None:
        ground = np.full((1, 1, 3), note.ground, np.uint8)
    like_ink = _near_count(ground, note.ink, SAME_COLOUR) if ground.size else 0
    if like_ink > SAME_COLOUR_SHARE * ground[..., 0].size:
        return "without a mark on the page"
    return "in an annotation's layer, which may be switched off" if note.layered else None


def in_layers(
    words: Sequence[Word], reasons: Sequence[Reason | None], looks: Sequence[Sequence[Look]], layered: Sequence[Box]
) -> list[Reason | None]:
    """The reasons, with one added for each seen word inside an annotation of optional content, which may be off.

    `layered`: the boxes of these annotations, in points, origin top left. A flattened annotation is drawn as a form
    XObject: only words in forms count.
    """
    if not layered:
        return list(reasons)
    return [
        "in an annotation's layer, which may be switched off"
        if reason is None and all(look.form for look in own) and any(contains(box, centre(word.box)) for box in layered)
        else reason
        for word, reason, own in zip(words, reasons, looks, strict=True)
    ]


def may_be_scan(drawing: Drawing) -> bool:
    """Whether any text of the page can be a scan's text layer."""
    return bool(drawing.scans) or (bool(drawing.images) and any(look.invisible for look in drawing.looks.values()))


def _layers(looks: Sequence[Look]) -> set[str]:
    """The optional content groups of the looks."""
    return {look.layer for look in looks if look.layer is not None}


def is_scan_layer(word: Word, looks: Sequence[Look], drawing: Drawing) -> bool:
    """Whether the word is of a scan's text layer: drawn invisibly on an image, or beneath an image of the page."""
    if any(look.invisible for look in looks):
        return any(contains(box, centre(word.box)) for box in drawing.images)
    return bool(looks) and any(
        contains(box, centre(word.box)) and all(look.order < order for look in looks) for order, box in drawing.scans
    )


def _plainly_seen(page: LaidOut, dark: Measures) -> Mask:
    """For each word whether `_verdict` says at once that it is seen: dark text on a lighter ground, of objects that
    nothing else speaks against. By far most words are."""
    looks, narrow = page.looks, (page.boxes[:, 2:] - page.boxes[:, :2]).min(axis=1)
    usual = (dark > FEWEST_DARK) & (dark < MOST_DARK) & (narrow >= 1.5 * MIN_SIZE)
    return np.asarray(usual & looks.has_any & ~looks.with_any(_may_be_unseen) & ~page.clipped)


def _may_be_unseen(look: Look) -> bool:
    """Whether text that is drawn so is not sure to be darker than its ground."""
    return look.ink is None or not _is_dark(look.ink) or look.invisible or look.alpha < MIN_CONTRAST


def _is_dark(ink: tuple[int, int, int]) -> bool:
    """Whether a sketch shows the ink dark: by its brightness (ITU-R BT.601)."""
    red, green, blue = ink
    return 0.299 * red + 0.587 * green + 0.114 * blue < DARK_INK


def _verdict(word: Word, looks: Sequence[Look], drawing: Drawing, shown: Shown, dark: float) -> _Verdict:
    """Why a word is not seen, by its look and the page picture; None where it is seen, as far as they tell."""
    if any(look.invisible for look in looks) and not any(contains(box, centre(word.box)) for box in drawing.images):
        return "drawn invisibly"
    if word.size < MIN_SIZE and min(word.box[2] - word.box[0], word.box[3] - word.box[1]) < 1.5 * MIN_SIZE:
        return "too small"
    if len(word.text) > 1 and word.text.isalnum() and _is_crushed(word):
        return "too small"
    if looks and all(look.clip is not None and _is_cut_off(word, look.clip) for look in looks):
        return "clipped away"
    if looks and all(look.alpha < MIN_CONTRAST for look in looks) and not any(look.invisible for look in looks):
        return "without a mark on the page"
    ink = looks[0].ink if looks else None
    if FEWEST_DARK < dark < MOST_DARK and ink is not None and _is_dark(ink):
        return None  # dark text on a lighter ground: by far the most common case, decided at once
    (height, width), scale = shown.pixels.shape[:2], shown.scale
    left, top = max(0, round(word.box[0] * scale)), max(0, round(word.box[1] * scale))
    right, bottom = min(width, round(word.box[2] * scale)), min(height, round(word.box[3] * scale))
    if min(right - left, bottom - top) < MIN_PIXELS:
        return None
    ground = shown.pixels[top:bottom, left:right]
    pixels = (right - left) * (bottom - top)
    corner: tuple[int, int, int] = tuple(ground[0, 0].tolist())
    # The cheapest test first: nearly every word has a pixel that differs this much from the first one.
    like_corner = _near_count(ground, corner, MIN_CONTRAST - 1)
    if like_corner == pixels and int((ground.max(axis=(0, 1)) - ground.min(axis=(0, 1))).max()) < MIN_CONTRAST:
        return "without a mark on the page"
    if ink is None:
        return None
    if _are_far_colours(ink, corner) and like_corner >= (1 - MOST_OWN_COLOUR) * pixels:
        # Most pixels are like the corner and none of those like the ink: the ground is another colour. Where none is
        # even remotely like the ink, a glyph may have painted over itself.
        return None if _near_count(ground, ink, FAINT) else "doubtful"
    like_ink = _near_count(ground, ink, SAME_COLOUR)
    if any(letter.isalnum() for letter in word.text) and like_ink > SAME_COLOUR_SHARE * pixels:
        return "without a mark on the page"
    return "doubtful" if like_ink > MOST_OWN_COLOUR * pixels else None


def _is_crushed(word: Word) -> bool:
    """Whether the word, or each of its letters, is so narrow that nobody reads it."""
    sides = word.box[2] - word.box[0], word.box[3] - word.box[1]
    along, across = sides if word.upright else sides[::-1]
    return min(sides) < CRUSHED or along < min(CRUSHED, NARROW * across) * len(word.text)


def _near_count(ground: Pixels, colour: tuple[int, int, int], distance: int) -> int:
    """The number of pixels within this distance of the colour in each channel."""
    middle = np.array(colour, np.float64)
    return cv2.countNonZero(cv2.inRange(ground, middle - distance, middle + distance))


def _are_far_colours(ink: tuple[int, int, int], corner: tuple[int, int, int]) -> bool:
    """Whether no pixel can be near both colours."""
    return max(abs(one - other) for one, other in zip(ink, corner, strict=True)) >= SAME_COLOUR + MIN_CONTRAST


def _hatched(page: LaidOut, shown: Shown) -> Mask:
    """For each word whether much of its box is under thin things, as it is under a hatch of them."""
    hatched = page.marks.under >= HATCHED * areas(page.boxes)
    if not hatched.any():
        return hatched
    free = _empty_grid(shown)
    for left, top, right, bottom in np.floor(np.maximum(page.marks.thin, 0) * free.scale).astype(int).tolist():
        free.grey[top : max(top + 1, bottom), left : max(left + 1, right)] = 0
    hatched[hatched] = dark_shares(free, page.boxes[hatched]) >= HATCHED
    return hatched


def _among_other_marks(page: LaidOut, drawing: Drawing, shown: Shown) -> Mask:
    """For each word whether the mark in its place may be another object's: not of a plain ground all around it.

    On a page of very many objects, one word of each form, font and colour is taken.
    """
    if not is_busy(drawing):
        return page.marks.among
    free = _empty_grid(shown)
    for boxes, thickness in ((drawing.blots, cv2.FILLED), (drawing.frames, 1)):
        for left, top, right, bottom in np.floor(np.array(boxes).reshape(-1, 4) * free.scale).astype(int).tolist():
            cv2.rectangle(free.grey, (left, top), (right, bottom), 0, thickness)
    firsts: dict[object, int] = {}
    for index in np.flatnonzero(dark_shares(free, inner_boxes(page.boxes)) > 0).tolist():
        kind = [(look.form, look.ink) for look in page.looks[index][:1]]
        firsts.setdefault((*kind, page.origins[index].font), index)
    found = np.zeros(len(page.words), bool)
    found[list(firsts.values())[:MOST_REDRAWINGS]] = True
    return found


def _empty_grid(shown: Shown) -> Sketch:
    """A sketch of the page with nothing on it."""
    height, width = (side / shown.scale for side in shown.pixels.shape[:2])
    scale = 1 / cell_side(width, height)
    return Sketch(np.full((max(1, round(height * scale)), max(1, round(width * scale))), 255, np.uint8), scale)


def _maybe_switched_off(
    looks: Sequence[Sequence[Look]], origins: Sequence[Origin], reasons: Sequence[Reason | None]
) -> Mask:
    """For each word whether a word of its layer, form or text object leaves no mark.

    The word itself may stand where something else leaves a mark.
    """
    if "without a mark on the page" not in reasons:
        return np.zeros(len(reasons), bool)
    groups = [
        {*_layers(own), *(at for look in own for at in (look.form, look.group) if at), *origin.objects}
        for own, origin in zip(looks, origins, strict=True)
    ]
    unmarked = {
        name
        for names, reason in zip(groups, reasons, strict=True)
        for name in names
        if reason == "without a mark on the page"
    }
    return np.array([not names.isdisjoint(unmarked) for names in groups])


def _samples(looks: Sequence[Sequence[Look]]) -> list[int]:
    """One word of each layer, and of each form that is drawn as a group.

    Redrawn without it, such a form tells whether it is seen, whatever its words stand on.
    """
    samples: dict[str | int, int] = {}
    for index, own in enumerate(looks):
        for look in own:
            if look.layer is not None:
                samples.setdefault(look.layer, index)
            if look.group:
                samples.setdefault(look.group, index)
    return list(samples.values())[:MOST_REDRAWINGS]


def _is_cut_off(word: Word, clip: Box) -> bool:
    """Whether the clip leaves nothing of the word, or too little of the height of its letters."""
    left, top, right, bottom = word.box
    wide, high = min(right, clip[2]) - max(left, clip[0]), min(bottom, clip[3]) - max(top, clip[1])
    if wide <= 0 or high <= 0:
        return True
    return high < LEGIBLE * (bottom - top) if word.upright else wide < LEGIBLE * (right - left)
