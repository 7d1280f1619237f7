"""Words that are seen -> those of their letters that leave no mark on the page picture.

Runs in a page process. A clip, a mask, a pattern, a hatch or the ground may hide some letters of a word: whatever it
is, there is nothing in their place. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

import cv2
import numpy as np

from ..values.arrays import Boxes, Indices, Mask, Pixels
from ..values.boxes import Box
from ..values.words import Word
from .drawing import Look
from .hidden_text import Shown
from .page_ink import dark_shares
from .redrawn_words import MIN_CONTRAST
from .text_layer import Origin

# Min share of dark pixels of a letter's box that its own ink may not explain.
MOSTLY_DARK = 0.97
# Min share of the largest contrast of a word's letters for one of them to have a mark: those of faint text differ.
LEAST_SHARE = 0.25
# Min share of a ground that has a colour for it to be the ground's.
MOST_OF_IT = 0.5
# Max letters of a page that are looked at in the page picture.
MOST_LETTERS = 4000
# Min side of a letter's box that tells anything, in pixels.
NARROWEST = 3
# Columns and rows of a letter's box whose pixels are compared first.
SAMPLES = (5, 7)
# Share of a letter's box at each side into which its neighbours may reach; max of it, in pixels.
MARGIN, MOST_MARGIN = 0.2, 2.5
# Letters of Latin, Greek and Cyrillic scripts, kana, ideographs, Hangul and full-width Latin, whose ink is in their own
# box. Letters of other scripts may lean out of it, or have none.
_IN_THEIR_BOX = (
    *(range(0x590), range(0x1E00, 0x2000), range(0x3041, 0x30FB), range(0x3400, 0xA000), range(0xAC00, 0xD7A4)),
    range(0xFF10, 0xFF5B),
)

Colour = tuple[int, int, int]


def letters_without_mark(
    words: Sequence[Word],
    origins: Sequence[Origin],
    looks: Sequence[Sequence[Look]],
    judged: Sequence[int],
    shown: Shown,
) -> dict[int, Mask]:
    """Among the words at the indices `judged`, by index, those that lack marks of some letters; for each of its
    characters whether it has none.

    `looks`: how the text objects of each word are drawn.
    """
    pixels, scale = shown.pixels, shown.scale
    asked = [at for at in judged if len(origins[at].letters) == len(words[at].text)]
    if not asked:
        return {}
    letters = [origins[at].letters for at in asked]
    counts = np.array([len(own) for own in letters])
    firsts = np.cumsum(counts) - counts
    boxes = _own_parts(np.concatenate(letters), np.repeat([words[at].upright for at in asked], counts), scale)
    shares = dark_shares(shown.small, boxes)
    suspects = np.flatnonzero((shares == 0) | (shares >= MOSTLY_DARK))
    owners = np.searchsorted(firsts, suspects, side="right") - 1
    chosen = [
        (number, place)
        for number, place in zip(owners.tolist(), suspects.tolist(), strict=True)
        if _fills_its_box(words[asked[number]].text[place - firsts[number]]) and not origins[asked[number]].strange
    ][:MOST_LETTERS]
    if not chosen:
        return {}
    found: dict[int, Mask] = {}
    plain = _plain(boxes[[place for _, place in chosen]], pixels, scale)
    for number, _ in (chosen[at] for at in np.flatnonzero(plain).tolist()):
        if asked[number] not in found:
            own = boxes[firsts[number] : firsts[number] + counts[number]]
            every = np.array(_contrasts(own, pixels, scale))
            bare = (every >= 0) & (every < min(MIN_CONTRAST, LEAST_SHARE * every.max()))
            inks = {look.ink for look in looks[asked[number]] if look.ink is not None}
            found[asked[number]] = bare & ~_guessed(bare, own, words[asked[number]].upright, inks, shown)
    return {at: bare for at, bare in found.items() if bare.any()}


@lru_cache(maxsize=10_000)
def _fills_its_box(letter: str) -> bool:
    """Whether there is ink of a character in the middle of its own box, as far as is known."""
    return letter.isalnum() and any(ord(letter) in script for script in _IN_THEIR_BOX)


def _guessed(bare: Mask, boxes: Boxes, upright: bool, inks: Collection[Colour], shown: Shown) -> Mask:
    """For each letter without a mark whether it stands alone on a ground of its own ink, and others on both sides on
    another: text on stripes is read although a narrow letter of it falls between two of them."""
    guessed = np.zeros(len(bare), bool)
    framed = np.concatenate([[False], bare, [False]])
    for at in np.flatnonzero(bare & ~framed[:-2] & ~framed[2:]).tolist():
        left, top, right, bottom = boxes[at].tolist()
        across, down = (right - left, 0.0) if upright else (0.0, bottom - top)
        before, own, after = (
            _grounds((left + n * across, top + n * down, right + n * across, bottom + n * down), shown)
            for n in (-1, 0, 1)
        )
        guessed[at] = any(
            _are_near(own, ink).mean() > MOST_OF_IT
            and not _are_near(before, ink).all()
            and not _are_near(after, ink).all()
            for ink in inks
        )
    return guessed


def _grounds(box: Box, shown: Shown) -> Pixels:
    """The pixels in a box, (pixels, 3)."""
    left, top, right, bottom = (max(0, round(side * shown.scale)) for side in box)
    return shown.pixels[top:bottom, left:right].reshape(-1, 3)


def _are_near(pixels: Pixels, ink: Colour) -> Mask:
    """For each pixel whether it has the colour of the ink."""
    return np.asarray(np.abs(pixels.astype(int) - ink).max(axis=1) <= MIN_CONTRAST)


def _own_parts(letters: Boxes, upright: Mask, scale: float) -> Boxes:
    """The letters' boxes without what their neighbours on the line may reach into. Some boxes are as high as their
    letters' ink: their whole height is kept."""
    own = letters.copy()
    for axis, turned in ((0, upright), (1, ~upright)):
        inset = turned * np.minimum(MOST_MARGIN / scale, MARGIN * (letters[:, axis + 2] - letters[:, axis]))
        own[:, axis] += inset
        own[:, axis + 2] -= inset
    return own


def _plain(boxes: Boxes, pixels: Pixels, scale: float) -> Mask:
    """For each box whether there is no mark in it. Most marks show in a few of their pixels."""
    low, high = _inner_pixels(boxes, pixels, scale)
    plain = (high - low).min(axis=1) >= NARROWEST
    first, wide = low[plain], (high - low)[plain] - 1
    columns, rows = (
        first[:, axis, None] + wide[:, axis, None] * np.arange(count) // (count - 1)
        for axis, count in enumerate(SAMPLES)
    )
    samples = pixels[rows[:, :, None], columns[:, None, :]].reshape(len(first), SAMPLES[0] * SAMPLES[1], 3)
    plain[plain] = (samples.max(axis=1) - samples.min(axis=1)).max(axis=1) < MIN_CONTRAST
    plain[plain] = np.array(_contrasts(boxes[plain], pixels, scale)) < MIN_CONTRAST
    return np.asarray(plain)


def _inner_pixels(boxes: Boxes, pixels: Pixels, scale: float) -> tuple[Indices, Indices]:
    """The first column and row of each box's pixels, and those after its last ones, (boxes, 2) each."""
    height, width = pixels.shape[:2]
    low = np.ceil(boxes[:, :2] * scale).astype(int).clip(0)
    return low, np.floor(boxes[:, 2:] * scale).astype(int).clip(0, (width, height))


def _contrasts(boxes: Boxes, pixels: Pixels, scale: float) -> list[int]:
    """For each box the largest range of a channel in it, in 0..255; -1 where the box is too small to tell."""
    low, high = _inner_pixels(boxes, pixels, scale)
    contrasts = []
    for (left, top), (right, bottom) in zip(low.tolist(), high.tolist(), strict=True):
        if min(right - left, bottom - top) < NARROWEST:
            contrasts.append(-1)
            continue
        crop = pixels[top:bottom, left:right].reshape(-1, 3)
        least, most = cv2.reduce(crop, 0, cv2.REDUCE_MIN), cv2.reduce(crop, 0, cv2.REDUCE_MAX)
        contrasts.append(int(cv2.subtract(most, least).max()))
    return contrasts
