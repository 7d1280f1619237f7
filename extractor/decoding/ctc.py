"""A recogniser's result for one line -> its words, in reading order. Runs in a page process.

CTC decoding: the best symbol of each step of 8 pixels; repeats are merged, blanks dropped (Graves et al.,
"Connectionist Temporal Classification", 2006). Characters are returned unchanged: no clean-up. Only their order
changes, in scripts that run from right to left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..values.arrays import Floats
from .bidi import Letter, in_reading_order
from .numbers import require_numbers

# Min probability of a space that parts words although a blank was more likely: the recogniser underrates narrow spaces.
# In a number it needs more, and between letters and digits, as ids have them: one in two would be two wrong ones.
FAINT_SPACE, FAINT_SPACE_IN_NUMBER = 0.1, 0.3
# The same behind a point with so many digits behind it: that may be an item's place in a list, and then its number.
FAINT_SPACE_BEHIND_POINT = 0.05
NUMBER_DIGITS = 4
# Between letters with such a space beside the next letter too: a word whose letters are set apart.
SPACED_OUT = 0.02
_OF_NUMBERS = frozenset("0123456789.,")
# From here on letters are as wide as high, and hardly any text in them has spaces.
_FIRST_WIDE = "\u2e80"
# Width of a step of the recogniser, in pixels of the line's crop.
PIXELS_PER_STEP = 8
# Min gap that parts words although no space was recognised: in steps (5 are nearly the line's height), in the line's
# usual advances, and in advances between two letters, whose widths differ.
GAP_STEPS = 5
GAP_ADVANCES = 2.0
LETTER_GAP_ADVANCES = 2.4
# The widest letters; advances that each of them at a gap adds to the min gap.
WIDE_LETTERS = "mwMW"
WIDE_LETTER_ADVANCES = 0.8


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word of a line; `start` and `end` are its ends along the line, in [0, 1] of its length.

    `legibility`: the mean probability of its symbols, in [0, 1]. `confidence`: their product, the chance that all are
    right.
    """

    text: str
    start: float
    end: float
    legibility: float
    confidence: float


def words_of_line(steps: Floats, content: int, symbols: Sequence[str]) -> list[RecognisedWord]:
    """The words of a line in reading order, split at spaces, at likely spaces and at wide gaps.

    `steps`, (steps, 3): the probability of each step's best symbol, its index in `symbols`, whose first is the blank,
    and the probability of a space. `content`: pixels of the line that are not padding. Raises `ArithmeticError` where
    the model gave no numbers.
    """
    require_numbers(steps)
    numbers = steps[:, 1].astype(np.int32)
    fires = numbers != 0
    fires[1:] &= numbers[1:] != numbers[:-1]
    at = np.flatnonzero(fires)
    # The most that speaks for a space from each symbol up to the next.
    spaces = np.maximum.reduceat(steps[:, 2], at).tolist() if len(at) else []
    groups: list[list[Letter]] = [[]]
    advances: list[int] = []
    before = -1
    read = [symbols[number] for number in numbers[at].tolist()]
    for index, (symbol, step, probability, space) in enumerate(
        zip(read, at.tolist(), steps[at, 0].tolist(), [0.0, *spaces], strict=False)
    ):
        if not symbol:
            continue
        if symbol.isspace():
            groups.append([])
            before = -1
            continue
        if before >= 0:
            advances.append(step - before)
            if space >= FAINT_SPACE_BEHIND_POINT and _is_faint_space(groups[-1][-1][0], read[index:], space):
                beside = max(spaces[index], spaces[index - 2] if index > 1 else 0.0)
                if not (groups[-1][-1][0].isalpha() and symbol.isalpha() and beside >= SPACED_OUT):
                    groups.append([])
        groups[-1].append((symbol, step, probability))
        before = step
    usual = _median(advances)
    words = [word for group in groups for word in _split_at_gaps(group, usual)]
    return [_recognised_word(word, content) for word in in_reading_order(words)]


def certainty(steps: Floats, content: int) -> float:
    """The lowest probability of a step of the line, in [0, 1], blanks and spaces included: missed symbols show there.

    `steps`, (steps, 3), as `words_of_line` takes them; `content`: pixels of the line that are not padding.
    """
    return float(steps[: max(1, math.ceil(content / PIXELS_PER_STEP)), 0].min())


def _median(values: list[int]) -> float:
    """The median; 0 of no values. Sorts them."""
    values.sort()
    middle = len(values) // 2
    if not values:
        return 0.0
    return float(values[middle]) if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _split_at_gaps(letters: list[Letter], usual: float) -> list[list[Letter]]:
    """The letters in words. Between a date and a time, say, the recogniser sees the gap but often writes no space."""
    words: list[list[Letter]] = []
    narrow = max(GAP_STEPS, GAP_ADVANCES * usual)
    last = 0
    for letter in letters:
        if not words or (letter[1] - last >= narrow and _is_word_gap(words[-1][-1], letter, usual)):
            words.append([])
        words[-1].append(letter)
        last = letter[1]
    return words


def _is_faint_space(before: str, behind: Sequence[str], space: float) -> bool:
    """Whether a space of this probability, which is less than a blank's, parts a symbol from those behind it."""
    if max(before, behind[0]) >= _FIRST_WIDE:
        return False
    number = behind[:NUMBER_DIGITS]
    if before == "." and len(number) == NUMBER_DIGITS and all(symbol.isdigit() for symbol in number):
        return space >= FAINT_SPACE_BEHIND_POINT
    in_number = before in _OF_NUMBERS and behind[0] in _OF_NUMBERS
    in_id = before.isalnum() and behind[0].isalnum() and before.isdigit() != behind[0].isdigit()
    return space >= (FAINT_SPACE_IN_NUMBER if in_number or in_id else FAINT_SPACE)


def _is_word_gap(before: Letter, letter: Letter, usual: float) -> bool:
    """Whether a wide gap is wide for the two symbols beside it."""
    if not (before[0].isalpha() and letter[0].isalpha()):
        return True
    wide = LETTER_GAP_ADVANCES
    wide += WIDE_LETTER_ADVANCES * ((before[0] in WIDE_LETTERS) + (letter[0] in WIDE_LETTERS))
    return letter[1] - before[1] >= wide * usual


def _recognised_word(letters: list[Letter], content: int) -> RecognisedWord:
    """The letters as a word with its place along the line."""
    # A symbol fires near its middle: half an advance lies outside the outer symbols. Reading order may place the outer
    # symbols anywhere in the word.
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
