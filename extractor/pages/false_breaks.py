"""Characters and letters of a text page -> the same without line breaks between letters that stand in one line.

Runs in a page process. PDFium takes a page for one of vertical text where its words cover more of its height than of
its width, as in a table of short columns, and then ends a line behind each text object: behind each letter, where a
generator places them one by one. Letters on one baseline that adjoin are of one word; if they stand a space apart, of
one line. A letter with an accent is taller than its font, and one with a tail lower: of its top and its bottom, one
is enough. Boxes are in points, origin top left of the page as shown.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .characters import BREAK, SPACE, Characters, Letters

# Max difference of the tops or of the bottoms of letters on one baseline, in points; of the others, in font sizes. Max
# gap, and max overlap, of letters of one word; max gap of words of one line; in font sizes.
LEVEL = 0.05
ACCENT = 0.3
ADJOINING, OVERLAPPING = 0.1, 0.1
SPACED = 0.35


def without_false_breaks(found: Characters, letters: Letters) -> tuple[Characters, Letters]:
    """The characters, such a break gone where the letters beside it adjoin, and a space where they stand a space apart;
    and the letters at their new places."""
    positions, boxes = letters.positions, letters.boxes
    steps = np.abs(np.diff(boxes[:, [1, 3]], axis=0))
    level = (np.diff(positions) > 1) & (steps.min(axis=1, initial=np.inf) <= LEVEL)
    before = np.flatnonzero(level)
    if not len(before):
        return found, letters
    sizes = np.array([letters.fonts[at].size for at in before.tolist()])
    gaps = (boxes[before + 1, 0] - boxes[before, 2]) / np.maximum(sizes, 1e-6)
    breaks = np.concatenate([[0], np.cumsum(found.kinds == BREAK)])
    first, last = positions[before] + 1, positions[before + 1]
    near = (breaks[last] - breaks[first] == last - first) & (gaps >= -OVERLAPPING) & (gaps <= SPACED)
    near &= steps[before].max(axis=1) <= np.maximum(ACCENT * sizes, LEVEL)
    if not near.any():
        return found, letters
    kept = np.ones(len(found.kinds), bool)
    kinds, codes = found.kinds.copy(), found.codes.copy()
    for start, end, gap in zip(first[near].tolist(), last[near].tolist(), gaps[near].tolist(), strict=True):
        kept[start if gap <= ADJOINING else start + 1 : end] = False
        if gap > ADJOINING:
            kinds[start], codes[start] = SPACE, ord(" ")
    places = np.cumsum(kept) - 1
    characters = replace(
        found,
        index=found.index[kept],
        codes=codes[kept],
        kinds=kinds[kept],
        unmapped=found.unmapped[kept],
        strange=found.strange[kept],
    )
    return characters, replace(letters, positions=places[positions])
