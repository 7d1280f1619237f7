"""Words of a page -> which of them are unseen and only repeat a seen word in its place. Runs in a page process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..values.arrays import Boxes
from ..values.boxes import area, areas, common_areas
from ..values.words import Word, boxes_of

# Min share of the smaller word's area for two words to stand in one place.
SAME_PLACE = 0.4
# Min letters of a word that counts as part of another.
PART_OF_A_WORD = 3


def copies(words: Sequence[Word], reasons: Sequence[str | None]) -> list[bool]:
    """For each word whether it is unseen and only repeats a seen word in its place."""
    seen = [word for word, reason in zip(words, reasons, strict=True) if reason is None]
    if not seen or len(seen) == len(words):
        return [False] * len(words)
    boxes = boxes_of(seen)
    return [reason is not None and _is_copy(word, seen, boxes) for word, reason in zip(words, reasons, strict=True)]


def _is_copy(word: Word, seen: Sequence[Word], boxes: Boxes) -> bool:
    """Whether a seen word in the word's place says the same, contains it, or several together do."""
    left, top, right, bottom = word.box
    # In another font, letters stand a little apart from those that they repeat.
    near = (left - (bottom - top) / 2, top, right + (bottom - top) / 2, bottom)
    common = common_areas(boxes, np.array(near))
    text = word.text.casefold()
    own = np.minimum(areas(boxes), max(area(word.box), 1e-6))
    others = [seen[index] for index in np.flatnonzero(common > SAME_PLACE * own).tolist()]
    if any(text == other.text.casefold() for other in others):
        return True
    if len(text) >= PART_OF_A_WORD and any(text in other.text.casefold() for other in others):
        return True
    return bool(others) and text == "".join(other.text for other in sorted(others, key=_left_edge)).casefold()


def _left_edge(word: Word) -> float:
    return word.box[0]
