"""How the text objects of a page's words are drawn, as arrays: asked once for all words, and not for each.

Runs in a page process. A word has a look for each of its text objects, and most pages are drawn with few kinds of look.
Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import chain, repeat
from typing import overload

import numpy as np

from ..values.arrays import Boxes, Indices, Mask
from .drawing import Drawing, Look
from .text_layer import Origin

# The order of a word that has no look: after all that is drawn.
AFTER_ALL = 1 << 30


class WordLooks(Sequence[list[Look]]):
    """For each word the looks of its text objects, in the order of its origin's objects."""

    def __init__(self, origins: Sequence[Origin], looks: Mapping[int, Look]) -> None:
        self._origins, self._known = origins, looks
        self._all = list(looks.values())
        numbers = dict(zip(looks, range(len(looks)), strict=True))
        objects = [origin.objects for origin in origins]
        found = np.array(list(map(numbers.get, chain.from_iterable(objects), repeat(-1))), np.int64)
        words = np.repeat(np.arange(len(objects)), list(map(len, objects)))
        # For each pair of a word and a look of it: the word's index, and the look's.
        self._words, self._looks = words[found >= 0], found[found >= 0]
        self.has_any: Mask = np.bincount(self._words, minlength=len(objects)) > 0
        self._has_unknown: Mask = np.bincount(words[found < 0], minlength=len(objects)) > 0

    def __len__(self) -> int:
        return len(self._origins)

    @overload
    def __getitem__(self, index: int) -> list[Look]: ...

    @overload
    def __getitem__(self, index: slice) -> list[list[Look]]: ...

    def __getitem__(self, index: int | slice) -> list[Look] | list[list[Look]]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return [self._known[at] for at in self._origins[index].objects if at in self._known]

    def with_any(self, is_such: Callable[[Look], bool]) -> Mask:
        """For each word whether one of its looks is such."""
        such = np.fromiter(map(is_such, self._all), bool, len(self._all))
        return self._words_of(such[self._looks]) if such.any() else np.zeros(len(self), bool)

    def leaving(self, boxes: Boxes) -> Mask:
        """For each word whether a clip of its looks leaves not all of its box, (words, 4), in points, origin top
        left."""
        left, top = boxes[:, :2].min(axis=0).tolist()
        right, bottom = boxes[:, 2:].max(axis=0).tolist()
        sides = np.full((len(self._all), 4), (-np.inf, -np.inf, np.inf, np.inf))
        inside = False
        for at, look in enumerate(self._all):
            clip = look.clip
            if clip is None or (clip[0] <= left and clip[1] <= top and clip[2] >= right and clip[3] >= bottom):
                continue
            sides[at] = clip
            inside = True
        if not inside:
            return np.zeros(len(self), bool)
        kept, own = sides[self._looks], boxes[self._words]
        beyond = (own[:, :2] < kept[:, :2]) | (own[:, 2:] > kept[:, 2:])
        return self._words_of(np.asarray(beyond.any(axis=1)))

    def several(self, kind: Callable[[Look], Hashable]) -> Mask:
        """For each word whether its looks are of more than one kind, an object without a look being of one, too."""
        mixed = self.has_any & self._has_unknown
        numbers: dict[Hashable, int] = {}
        kinds = np.array([numbers.setdefault(kind(look), len(numbers)) for look in self._all], np.int64)
        if len(numbers) < 2:
            return mixed
        # A word is of several kinds where two neighbours among its looks are.
        differ = (np.diff(kinds[self._looks]) != 0) & (np.diff(self._words) == 0)
        return mixed | self._words_of(np.concatenate([[False], differ]))

    def orders(self) -> tuple[Indices, Indices]:
        """For each word the places in drawing order of the first and of the last of its looks, `AFTER_ALL` without
        one."""
        orders = np.array([look.order for look in self._all], np.int64)[self._looks]
        first, last = np.full(len(self), AFTER_ALL, np.int64), np.full(len(self), AFTER_ALL, np.int64)
        if len(orders):
            starts = np.flatnonzero(np.diff(self._words, prepend=-1))
            words = self._words[starts]
            first[words], last[words] = np.minimum.reduceat(orders, starts), np.maximum.reduceat(orders, starts)
        return first, last

    def _words_of(self, pairs: Mask) -> Mask:
        """For each word whether one of its pairs is among these."""
        return np.bincount(self._words[pairs], minlength=len(self)) > 0


def looks_of(origins: Sequence[Origin], drawing: Drawing) -> WordLooks:
    """For each word how its text objects are drawn, in the order of its origin's objects."""
    return WordLooks(origins, drawing.looks)
