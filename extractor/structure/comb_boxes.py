"""Letters in a row of boxes, one in each, as a form has them -> the words that they spell.

Such boxes are as wide as they are tall, all alike, and hold no more than a letter each. An empty box parts two words.
Boxes are in the page's unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..values.boxes import centre, median_height, union
from ..values.reading import Ruling, Rulings
from ..values.words import Word

# So many boxes in a row make a comb; they differ by no more than this share of their width, and are no wider than this
# many text heights.
MIN_BOXES = 4
ALIKE = 0.15
WIDEST = 2.5
# Lines that begin and end this near to each other, in text heights, are sides of boxes of one row.
SAME_ENDS = 0.4


def spelled(words: Sequence[Word], rulings: Sequence[Rulings]) -> tuple[list[Word], list[Rulings]]:
    """The words, those in combs joined, at the place of their first letter; and the lines without the combs' sides."""
    letters = [word for word in words if len(word.text) == 1]
    if len(letters) < MIN_BOXES:
        return list(words), list(rulings)
    height = median_height(word.box for word in letters)
    joined: dict[int, Word | None] = {}
    left: list[Rulings] = []
    for lines in rulings:
        sides: set[int] = set()
        for comb in _combs(lines.vertical, height):
            held = _held(comb, words)
            if held is None:
                continue
            sides |= {id(line) for line in comb}
            for run in held:
                if id(run[0]) not in joined:
                    joined |= {id(word): None for word in run}
                    joined[id(run[0])] = _word(run)
        left.append(replace(lines, vertical=tuple(line for line in lines.vertical if id(line) not in sides)))
    kept = (joined.get(id(word), word) for word in words)
    return [word for word in kept if word is not None], left


def _combs(lines: Sequence[Ruling], height: float) -> list[list[Ruling]]:
    """Lines side by side, all alike and at equal distances."""
    combs: list[list[Ruling]] = []
    for line in sorted(lines, key=lambda line: (round(line.start / max(height, 1e-6)), line.at)):
        comb = combs[-1] if combs else []
        alike = bool(comb) and max(abs(line.start - comb[-1].start), abs(line.end - comb[-1].end)) <= SAME_ENDS * height
        pitch = line.at - comb[-1].at if comb else 0.0
        even = len(comb) < 2 or abs(pitch - (comb[1].at - comb[0].at)) <= ALIKE * pitch
        if alike and even and 0 < pitch <= WIDEST * height:
            comb.append(line)
        else:
            combs.append([line])
    return [comb for comb in combs if len(comb) > MIN_BOXES]


def _held(comb: Sequence[Ruling], words: Sequence[Word]) -> list[list[Word]] | None:
    """The letters by run of filled boxes; None where a box holds more than a letter, or hardly one is filled."""
    top, bottom = comb[0].start, comb[0].end
    row = [word for word in words if top <= centre(word.box)[1] <= bottom]
    runs: list[list[Word]] = [[]]
    filled = 0
    for before, after in pairwise(comb):
        inside = [word for word in row if before.at <= centre(word.box)[0] < after.at]
        if len(inside) > 1 or any(len(word.text) > 1 for word in inside):
            return None
        filled += len(inside)
        if inside:
            runs[-1].append(inside[0])
        else:
            runs.append([])
    return [run for run in runs if run] if filled >= MIN_BOXES else None


def _word(run: Sequence[Word]) -> Word:
    text = "".join(word.text for word in run)
    return replace(
        run[0], text=text, box=union(word.box for word in run), confidence=min(word.confidence for word in run)
    )
