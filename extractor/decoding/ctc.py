"""What a recogniser gave for one line -> its words, in the order in which they are read.

CTC: the best symbol of each step of 8 pixels; repeats are merged, blanks dropped (Graves et al., "Connectionist
Temporal Classification", 2006). The characters are given back as they are: no clean-up changes one. Only their order
changes, where a script runs from right to left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..values.arrays import Floats
from .bidi import Letter, in_reading_order
from .numbers import require_numbers

PIXELS_PER_STEP = 8
# A gap that the recogniser wrote no space for parts words if it is this many steps wide (nearly the line's height) and
# so many times the line's usual advance; between letters, whose widths differ, it has to be wider.
GAP_STEPS = 5
GAP_ADVANCES = 2.0
LETTER_GAP_ADVANCES = 2.4
# The widest letters: one of them at a gap adds so many advances to what the gap may be.
WIDE_LETTERS = "mwMW"
WIDE_LETTER_ADVANCES = 0.8


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word of a line; `start` and `end` are where it begins and ends along the line, in [0, 1].

    `legibility` is the mean probability of its symbols, `confidence` their product: the chance that all are right.
    """

    text: str
    start: float
    end: float
    legibility: float
    confidence: float


def words_of_line(steps: Floats, content: int, symbols: Sequence[str]) -> list[RecognisedWord]:
    """The words of a line as they are read, split at spaces and at wide gaps.

    `steps`, (steps, 2): the probability of each step's best symbol and its number in `symbols`, whose first is the
    blank. `content`: how many pixels of the line are not padding.
    """
    require_numbers(steps)
    numbers = steps[:, 1].astype(np.int32)
    fires = numbers != 0
    fires[1:] &= numbers[1:] != numbers[:-1]
    at = np.flatnonzero(fires)
    groups: list[list[Letter]] = [[]]
    advances: list[int] = []
    before = -1
    for number, step, probability in zip(numbers[at].tolist(), at.tolist(), steps[at, 0].tolist(), strict=True):
        symbol = symbols[number]
        if not symbol:
            continue
        if symbol.isspace():
            groups.append([])
            before = -1
        else:
            groups[-1].append((symbol, step, probability))
            if before >= 0:
                advances.append(step - before)
            before = step
    usual = _median(advances)
    words = [word for group in groups for word in _split(group, usual)]
    return [_word(word, content) for word in in_reading_order(words)]


def certainty(steps: Floats, content: int) -> float:
    """The probability of the least certain step of the line, blanks and spaces too: what was missed shows there."""
    return float(steps[: max(1, math.ceil(content / PIXELS_PER_STEP)), 0].min())


def _median(values: list[int]) -> float:
    values.sort()
    middle = len(values) // 2
    if not values:
        return 0.0
    return float(values[middle]) if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _split(letters: list[Letter], usual: float) -> list[list[Letter]]:
    """The letters in words: between a date and a time, say, the recogniser sees the gap, but often writes no space."""
    words: list[list[Letter]] = []
    narrow = max(GAP_STEPS, GAP_ADVANCES * usual)
    last = 0
    for letter in letters:
        if not words or (letter[1] - last >= narrow and _parts_words(words[-1][-1], letter, usual)):
            words.append([])
        words[-1].append(letter)
        last = letter[1]
    return words


def _parts_words(before: Letter, letter: Letter, usual: float) -> bool:
    """Whether a gap that is wide is so for these two symbols."""
    if not (before[0].isalpha() and letter[0].isalpha()):
        return True
    wide = LETTER_GAP_ADVANCES
    wide += WIDE_LETTER_ADVANCES * ((before[0] in WIDE_LETTERS) + (letter[0] in WIDE_LETTERS))
    return letter[1] - before[1] >= wide * usual


def _word(letters: list[Letter], content: int) -> RecognisedWord:
    # A symbol fires near its middle: half a symbol's advance lies on either side of the outer ones. In a word that
    # was put into the order of reading, the outer ones may stand anywhere in it.
    characters, steps, probabilities = zip(*letters, strict=True)
    first, last = min(steps), max(steps)
    advance = (last - first) / (len(letters) - 1) if len(letters) > 1 else 2.0
    start = (first + 0.5 - advance / 2) * PIXELS_PER_STEP / content
    end = (last + 0.5 + advance / 2) * PIXELS_PER_STEP / content
    return RecognisedWord(
        "".join(characters),
        min(max(start, 0.0), 1.0),
        min(max(end, 0.0), 1.0),
        sum(probabilities) / len(letters),
        math.prod(probabilities),
    )
