"""Letters in a row of boxes, one in each, as on a form -> the words that they spell. Runs in a page process.

The boxes (a comb) are alike, about as wide as tall, and hold at most one letter each. An empty box parts two words.
Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ..values.boxes import centre, median_height, union
from ..values.reading import Ruling, Rulings
from ..values.words import Word

# Min boxes of a comb; max difference of their widths, as a share; max width in text heights.
MIN_BOXES = 4
ALIKE = 0.15
WIDEST = 2.5
# Max difference of the ends of two sides of one comb, in text heights.
SAME_ENDS = 0.4


def spelled(words: Sequence[Word], rulings: Sequence[Rulings]) -> tuple[list[Word], list[Rulings]]:
    """The words, letters in combs joined at the place of the first one; and the ruling lines without the combs' sides.

    `rulings`: those of each table. Boxes and lines are in the page's unit, origin top left.
    """
    letters = [word for word in words if len(word.text) == 1]
    if len(letters) < MIN_BOXES:
        return list(words), list(rulings)
    height = median_height(word.box for word in letters)
    joined: dict[int, Word | None] = {}
    remaining: list[Rulings] = []
    for lines in rulings:
        sides: set[int] = set()
        for comb in _combs(lines.vertical, height):
            held = _letter_runs(comb, words)
            if held is None:
                continue
            sides |= {id(line) for line in comb}
            for run in held:
                if id(run[0]) not in joined:
                    joined |= {id(word): None for word in run}
                    joined[id(run[0])] = _joined_word(run)
        remaining.append(replace(lines, vertical=tuple(line for line in lines.vertical if id(line) not in sides)))
    kept = (joined.get(id(word), word) for word in words)
    return [word for word in kept if word is not None], remaining


def _combs(lines: Sequence[Ruling], height: float) -> list[list[Ruling]]:
    """The vertical lines that make combs: side by side, of one length, at equal distances."""
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


def _letter_runs(comb: Sequence[Ruling], words: Sequence[Word]) -> list[list[Word]] | None:
    """The letters by run of filled boxes; None where a box holds more than a letter, or too few are filled."""
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


def _joined_word(run: Sequence[Word]) -> Word:
    """The letters as one word, with the lowest of their confidences."""
    text = "".join(word.text for word in run)
    return replace(
        run[0], text=text, box=union(word.box for word in run), confidence=min(word.confidence for word in run)
    )
