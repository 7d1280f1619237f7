"""Detected lines -> their words, by the recognisers. Runs in a page process.

A line is a quadrilateral (4, 2) in pixels of its page picture: top left, top right, bottom right, bottom left, along
the text. Results are in the page's unit, origin top left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..decoding.ctc import RecognisedWord, certainty, words_of_line
from ..device.client import DeviceClient
from ..languages import Recognition
from ..models.shapes import line_content
from ..values.arrays import Points, Quad
from ..values.boxes import Matrix
from ..values.page import Page
from ..values.page_picture import PagePicture
from ..values.words import Word
from .litres import InkedLine, with_litres
from .look_alikes import with_look_alikes_told
from .odd_numbers import with_odd_numbers_told
from .orientation import on_its_side
from .picture_refs import ref_of
from .raised_ink import with_numbers_ended

# Min legibility of a line on an image of a digital page: texture of photographs looks like letters.
MIN_IMAGE_LEGIBILITY = 0.6
# Upright text is rarely less legible than the first, upside down text never more than the second.
UNSURE, SURE = 0.8, 0.9
# Number of longest lines that tell whether a page is upside down.
SAMPLE_LINES = 6
# A line with digits and a step below this certainty is read again.
REREAD_CERTAINTY = 0.8
# Margins of the taller and the tighter crop that it is then read from, in heights of the line.
REREAD_MARGINS = (0.1, -0.08)

# A line and the page on whose picture it was found.
Found = tuple[Page, Quad]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A recognised line: its quadrilateral (4, 2) in the page's unit, origin top left, its words in reading order, and
    the quarter turns anticlockwise after which it was read."""

    quad: Points
    words: tuple[RecognisedWord, ...]
    quarters: int

    def moved(self, matrix: Matrix) -> ReadLine:
        """The line mapped by `matrix`, (3, 3), in the unit that the matrix maps to."""
        corners = np.hstack([self.quad, np.ones((4, 1))]) @ matrix.T
        return ReadLine((corners[:, :2] / corners[:, 2:]).astype(np.float64, copy=False), self.words, self.quarters)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A line to be read by one recogniser, after so many quarter turns anticlockwise."""

    picture: PagePicture
    quad: Quad
    quarters: int
    recogniser: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """The result of an attempt; `certainty` is the lowest probability of a step."""

    attempt: _Attempt
    words: list[RecognisedWord]
    certainty: float


class LineReader:
    """Reads lines with the recognisers of the device's owner. A line is given as its page and its quadrilateral in
    pixels."""

    def __init__(self, device: DeviceClient) -> None:
        self._device = device

    def recognise(self, found: Sequence[Found], recognition: Recognition, least: float) -> list[ReadLine | None]:
        """For each line what was read, in its page's unit; None where its legibility is below `least`, in [0, 1].

        A line higher than wide may be a lone digit or text on its side: all turns are tried, and all recognisers of the
        languages; the most legible reading wins. Blocks until the models are done. Raises `NoResult` where a model
        failed, `ArithmeticError` where it gave no numbers, `MemoryError` where the results do not fit into the arena.
        """
        attempts = [
            _attempts(page, quad, (0, 1, 3) if on_its_side(quad) else (0,), recognition) for page, quad in found
        ]
        best = [_most_legible(readings) for readings in self._read_lines(attempts, recognition)]
        unsure = [
            index
            for index, reading in enumerate(best)
            if _may_have_digits(reading.words) and reading.certainty < REREAD_CERTAINTY
        ]
        again = [
            [
                replace(best[index].attempt, quad=_grown_quad(best[index].attempt.quad, margin))
                for margin in REREAD_MARGINS
            ]
            for index in unsure
        ]
        words = [reading.words for reading in best]
        for index, readings in zip(unsure, self._read_lines(again, recognition), strict=True):
            words[index] = _voted([words[index], *(reading.words for reading in readings)])
        inked = [
            InkedLine(read, page.picture, quad, reading.attempt.quarters)
            for (page, quad), reading, read in zip(found, best, words, strict=True)
        ]
        return [
            ReadLine(
                (quad / page.scale).astype(np.float64),
                tuple(_told(with_numbers_ended(read, page.picture, quad, line.quarters))),
                line.quarters,
            )
            if read and legibility(read) >= least
            else None
            for (page, quad), line, read in zip(found, inked, with_litres(inked), strict=True)
        ]

    def upside_down(self, found: Sequence[Found], recognition: Recognition) -> float:
        """How much more legible the longest lines are after a turn by 180 degrees: a difference in [-1, 1].

        Blocks until the models are done. Raises as `recognise` does.
        """
        longest = sorted(found, key=lambda line: -np.ptp(line[1], axis=0).max())[:SAMPLE_LINES]
        attempts = [
            _attempts(page, quad, [turn + on_its_side(quad)], recognition) for turn in (0, 2) for page, quad in longest
        ]
        words = [_most_legible(readings).words for readings in self._read_lines(attempts, recognition)]
        as_it_is, turned_round = (
            legibility([word for line in half for word in line])
            for half in (words[: len(longest)], words[len(longest) :])
        )
        return turned_round - as_it_is

    def _read_lines(self, lines: Sequence[Sequence[_Attempt]], recognition: Recognition) -> list[list[_Reading]]:
        """The readings of each line. Attempts of one recogniser on one picture go into one request."""
        attempts = [attempt for line in lines for attempt in line]
        if not attempts:
            return [[] for _ in lines]
        quads = np.stack([attempt.quad for attempt in attempts])
        quarters = np.array([attempt.quarters % 4 for attempt in attempts], np.uint8)
        contents = line_content(quads, quarters)
        groups: dict[tuple[int, str], list[int]] = {}
        for index, attempt in enumerate(attempts):
            groups.setdefault((id(attempt.picture), attempt.recogniser), []).append(index)
        asked = []
        for (_, recogniser), some in groups.items():
            picture = ref_of(attempts[some[0]].picture)
            parts = (quads[some], quarters[some], contents[some])
            asked.append((some, self._device.read_lines(picture, recogniser, recognition.scripts, *parts)))
        readings: dict[int, _Reading] = {}
        for some, pending in asked:
            for index, steps in zip(some, self._device.lines_of(pending), strict=True):
                attempt, content = attempts[index], int(contents[index])
                words = words_of_line(steps, content, self._device.facts.symbols[attempt.recogniser])
                readings[index] = _Reading(attempt, words, certainty(steps, content))
        ordered = iter(readings[index] for index in range(len(attempts)))
        return [[next(ordered) for _ in line] for line in lines]


def _told(words: Sequence[RecognisedWord]) -> list[RecognisedWord]:
    """The words of a line, what their texts tell of them minded."""
    return with_odd_numbers_told(with_look_alikes_told(words))


def _attempts(page: Page, quad: Quad, turns: Iterable[int], recognition: Recognition) -> list[_Attempt]:
    """An attempt for each turn and each recogniser."""
    return [_Attempt(page.picture, quad, turn, name) for turn in turns for name in recognition.recognisers]


def legibility(words: Sequence[RecognisedWord]) -> float:
    """The mean legibility of the words, weighted by their lengths, in [0, 1]; 0 of no words."""
    letters = sum(len(word.text) for word in words)
    return sum(word.legibility * len(word.text) for word in words) / letters if letters else 0.0


def _most_legible(readings: Sequence[_Reading]) -> _Reading:
    """The most legible reading; the first one at a draw."""
    return max(readings, key=lambda reading: legibility(reading.words))


def _may_have_digits(words: Sequence[RecognisedWord]) -> bool:
    """Whether the line has digits, or is so short that a digit may have been taken for a letter."""
    text = "".join(word.text for word in words)
    return 0 < len(text) <= 2 or any(letter.isdigit() for letter in text)


def _grown_quad(quad: Quad, margin: float) -> Quad:
    """The quadrilateral, taller by `margin` of its height above and below."""
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 * margin
    return np.asarray(quad + np.stack([-down, -down, down, down]), np.float32)


def _voted(readings: Sequence[list[RecognisedWord]]) -> list[RecognisedWord]:
    """The reading whose text has the highest sum of legibility; the first one at a draw."""
    texts = [" ".join(word.text for word in words) for words in readings]
    support = dict.fromkeys(texts, 0.0)
    for text, words in zip(texts, readings, strict=True):
        support[text] += legibility(words)
    best = max(texts, key=lambda text: support[text])
    return readings[texts.index(best)]


def placed_lines(lines: Sequence[ReadLine], words: Sequence[Word]) -> list[Word]:
    """The lines' words, boxes in the page's unit, origin top left, their lines numbered after those of `words`."""
    first = 1 + max((word.line for word in words), default=-1)
    return [word for number, line in enumerate(lines, start=first) for word in _words_on_page(line, number)]


def _words_on_page(read: ReadLine, line: int) -> list[Word]:
    """The line's words along its quadrilateral, in reading direction."""
    # Corners of the crop as it was read: top left, top right, bottom right, bottom left.
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = np.roll(read.quad, -read.quarters, axis=0).tolist()
    size = (math.hypot(dx - ax, dy - ay) + math.hypot(cx - bx, cy - by)) / 2
    upright = read.quarters % 2 == 0
    placed = []
    for word in read.words:
        across = [ax + (bx - ax) * at for at in (word.start, word.end)]
        across += [dx + (cx - dx) * at for at in (word.start, word.end)]
        down = [ay + (by - ay) * at for at in (word.start, word.end)]
        down += [dy + (cy - dy) * at for at in (word.start, word.end)]
        box = (min(across), min(down), max(across), max(down))
        placed.append(Word(word.text, box, line, "ocr", size, upright=upright, confidence=word.confidence))
    return placed
