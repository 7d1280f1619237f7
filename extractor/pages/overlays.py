"""A page's words -> what is drawn over them and lets them show through, and the page's text that they say.

Runs in a page process. Words hide a part of what a stamp or a watermark says. It is looked for, and read, where the
page is drawn without them. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..values.boxes import Box
from ..values.words import Word, boxes_of
from .drawing import Drawing, Look
from .hidden_text import Reason
from .layer_trust import is_sure
from .page_ink import Sketch
from .text_layer import Origin

# Max images and drawings that are looked at, the largest first.
MOST_OVERLAYS = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What sure words say in full.

    `objects`: the addresses on the open page of text objects all of whose words are seen and sure. `boxes`: those of
    words of no other objects, in points, origin top left.
    """

    objects: tuple[int, ...]
    boxes: frozenset[Box]


@dataclass(frozen=True, slots=True)
class Left:
    """Where ink that no word explains is looked for. Boxes are in points, origin top left.

    `small` is the page drawn without the words whose boxes are `without`; `over` are the boxes of the overlays.
    """

    small: Sketch
    without: frozenset[Box]
    over: Sequence[Box]


NOTHING_TOLD = Told((), frozenset())


def told_by(words: Sequence[Word], origins: Sequence[Origin], reasons: Sequence[Reason | None]) -> Told:
    """What of the page's text the words say. `reasons`: why no reader sees a word, None where one does."""
    sure = [reason is None and is_sure(word) for word, reason in zip(words, reasons, strict=True)]
    others = {at for origin, is_told in zip(origins, sure, strict=True) if not is_told for at in origin.objects}
    whole = [
        is_told and bool(origin.objects) and others.isdisjoint(origin.objects)
        for origin, is_told in zip(origins, sure, strict=True)
    ]
    objects = {at: None for origin, is_told in zip(origins, whole, strict=True) if is_told for at in origin.objects}
    return Told(tuple(objects), frozenset(word.box for word, is_told in zip(words, whole, strict=True) if is_told))


def overlays(
    drawing: Drawing, words: Sequence[Word], reasons: Sequence[Reason | None], looks: Sequence[Sequence[Look]]
) -> list[Box]:
    """The boxes of images and drawings, no plain rectangles, that are drawn over words which are seen."""
    plain = set(drawing.frames)
    covers = [cover for cover in drawing.covers if cover.is_image or cover.box not in plain][:MOST_OVERLAYS]
    if not covers:
        return []
    seen = [at for at, reason in enumerate(reasons) if reason is None and looks[at]]
    order = np.array([max(look.order for look in looks[at]) for at in seen])
    boxes = boxes_of([words[at] for at in seen])
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    found = []
    for cover in covers:
        left, top, right, bottom = cover.box
        if ((order < cover.order) & (left <= x) & (x <= right) & (top <= y) & (y <= bottom)).any():
            found.append(cover.box)
    return found
