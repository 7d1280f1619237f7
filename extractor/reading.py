"""A page -> what the models see on it: regions, recognised words, table structures. Runs in page processes.

The order within a page: a digital page's layout begins on its picture, before its text layer has been read; where it
could not, its pictures are searched for text first, whose lines are read while layout runs. A scan is read and set
upright first, for layout and tables are judged by a page that stands as it is read. Everything is in the page's unit,
origin top left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .chosen_words import chosen
from .decoding.ctc import RecognisedWord, certainty, words_of_line
from .decoding.regions import regions_from
from .decoding.table_cells import table_cells
from .decoding.text_boxes import Quad, text_boxes
from .device_client import DeviceClient, NoResult, Pending
from .dot_print import with_dots_joined
from .errors import ModelFailure, OutOfMemory
from .geometry import Box, area, centre, clip, contains, grown, intersection, median_height
from .languages import Recognition
from .layer_trust import is_sure
from .models.shapes import detection_fit, line_content
from .page_picture import PagePicture
from .page_reading import PageReading, TableReading
from .pages import Page, Picture
from .raised_ink import with_numbers_ended
from .regions import TableCell
from .rulings import Ruling, Rulings, find_rulings
from .sideways import Facing, facings
from .stamps import stamps_of, without_stamps
from .text_layer import Word
from .upright import Matrix, Upright, as_shown, deskewed, on_its_side, on_their_side, skew_of, turned

# A line that stands on a picture of a digital page is text only if the recogniser is sure of it: photographs have
# texture that looks like letters.
MIN_PICTURE_LEGIBILITY = 0.6
TABLE_MARGIN = 2.0
# The least side of a table that is looked at, in pixels.
MIN_TABLE_SIDE = 8
# Upright text is hardly ever read with less certainty than this, text that is upside down hardly ever with more.
UNSURE = 0.8
# So many of the longest lines tell which way up a page is.
SAMPLE_LINES = 6
# A line with figures, one step of which is less certain than this, is read again from a taller and a tighter crop.
REREAD_CERTAINTY = 0.8
REREAD_MARGINS = (0.1, -0.08)


@dataclass(frozen=True, slots=True)
class _ReadLine:
    """A recognised line: its quadrilateral (4, 2) in the page's unit, its words, and by how many quarters it had to be
    turned anticlockwise to be read."""

    quad: np.ndarray[Any, np.dtype[np.float64]]
    words: tuple[RecognisedWord, ...]
    quarters: int

    def moved(self, matrix: Matrix) -> _ReadLine:
        """The line where `matrix` maps it."""
        corners = np.hstack([self.quad, np.ones((4, 1))]) @ matrix.T
        return _ReadLine(corners[:, :2], self.words, self.quarters)


@dataclass(frozen=True, slots=True)
class _SearchedPicture:
    """A picture of a digital page on its way through the detector: its place on the page, itself as a page."""

    box: Box
    part: Page
    found: Pending


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A line to be read by one recogniser, after so many quarter turns anticlockwise."""

    picture: PagePicture
    quad: Quad
    quarters: int
    recogniser: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What an attempt gave."""

    attempt: _Attempt
    words: list[RecognisedWord]
    certainty: float


class Reader:
    """Reads pages with models that are elsewhere."""

    def __init__(self, device: DeviceClient) -> None:
        self._device = device
        self._shapes = device.facts.shapes

    def begin(self, picture: PagePicture) -> Pending:
        """Have the layout found on the picture of a page of which no more is known yet."""
        return self._device.layout(picture.ref)

    def read(self, page: Page, recognition: Recognition, begun: Pending | None = None) -> PageReading:
        """Everything on the page. Blocks until the models are done.

        `begun` is the page's layout where it was begun on its picture, as it is shown. Raises `ModelFailure` where a
        model failed or gave no numbers, `OutOfMemory`.
        """
        try:
            return self._read(page, recognition, begun)
        except (ArithmeticError, NoResult) as error:
            if isinstance(error, NoResult) and error.out_of_memory:
                raise OutOfMemory(f"there was not enough memory for page {page.number}") from error
            raise ModelFailure(f"page {page.number} could not be read ({type(error).__name__})") from error

    def _read(self, page: Page, recognition: Recognition, begun: Pending | None) -> PageReading:
        started = time.perf_counter()
        recognised = page.is_scan
        upright = turned(as_shown(page), page.quarters)
        if recognised or page.quarters:
            begun = None
        if recognised:
            upright = with_dots_joined(upright, self._device.room_for_picture)
            upright, found = self._read_scan(upright, recognition)
            words, layout = [*upright.page.words, *found], None
        else:
            pictures = [self._search(picture, upright.page) for picture in upright.page.pictures]
            layout = begun or self.begin(upright.page.picture)
            words = list(upright.page.words)
            words += _placed_lines(self._read_pictures(pictures, recognition), words)
        words = chosen(words)
        view = upright.page
        stamps = stamps_of(words, view.picture, view.scale)
        cleared = without_stamps(view.picture, view.scale, stamps, self._device.room_for_picture)
        if layout is None or cleared is not view.picture:
            view, layout = replace(view, picture=cleared), self.begin(cleared)
        recognised_at = time.perf_counter()
        regions = regions_from(self._device.regions_of(layout), self._device.facts.labels, view.width, view.height)
        layout_at = time.perf_counter()
        tables = [table for facing in facings(view, words, regions) for table in self._structure(facing)]
        finished = time.perf_counter()
        notes = list(page.warnings)
        if upright.quarters:
            notes.append(
                f"page {page.number}: the text is turned; it was read after {upright.quarters * 90} degrees "
                "anticlockwise"
            )
        return PageReading(
            number=page.number,
            width=page.width,
            height=page.height,
            words=tuple(words),
            regions=tuple(regions),
            tables=tuple(tables),
            recognised=recognised,
            warnings=tuple(notes),
            timings_ms={
                "ocr": (recognised_at - started) * 1000,
                "layout": (layout_at - recognised_at) * 1000,
                "tables": (finished - layout_at) * 1000,
            },
            to_shown=upright.matrix if upright.quarters or upright.skew else None,
            stamps=tuple(stamp.words for stamp in stamps),
        )

    def _detect(self, page: Page) -> list[Quad]:
        """The page's lines of text that the text layer does not have, in pixels."""
        rows, columns = page.picture.rows, page.picture.columns
        found = self._device.detect(page.picture.ref, detection_fit(self._shapes, rows, columns))
        return _wanted(text_boxes(self._device.text_map_of(found), rows, columns), page)

    def _search(self, picture: Picture, page: Page) -> _SearchedPicture:
        """Have lines of text found in a picture of a digital page."""
        part = _alone(picture, page)
        longest = max(page.width, page.height) * part.scale
        fit = detection_fit(self._shapes, part.picture.rows, part.picture.columns, longest)
        return _SearchedPicture(picture.box, part, self._device.detect(part.picture.ref, fit))

    def _read_pictures(self, pictures: Sequence[_SearchedPicture], recognition: Recognition) -> list[_ReadLine]:
        """The lines that stand in the pictures of a digital page and not in its text layer."""
        found: list[tuple[Page, Quad]] = []
        to_page: list[Matrix] = []
        for picture in pictures:
            part = picture.part
            quads = text_boxes(self._device.text_map_of(picture.found), part.picture.rows, part.picture.columns)
            found += [(part, quad) for quad in _wanted(quads, part)]
            move = np.array([[1.0, 0.0, picture.box[0]], [0.0, 1.0, picture.box[1]], [0.0, 0.0, 1.0]])
            to_page += [move] * (len(found) - len(to_page))
        lines = self._recognise(found, recognition, MIN_PICTURE_LEGIBILITY)
        return [line.moved(move) for line, move in zip(lines, to_page, strict=True) if line is not None]

    def _read_scan(self, upright: Upright, recognition: Recognition) -> tuple[Upright, list[Word]]:
        """A scan set upright, whichever way it was turned, and its words."""
        least = MIN_PICTURE_LEGIBILITY if any(map(is_sure, upright.page.words)) else 0.0
        quads = self._detect(upright.page)
        if on_their_side(quads):
            upright = turned(upright, 3 if self._upside_down(upright.page, quads, recognition) else 1)
            quads = self._detect(upright.page)
        lines = self._recognise_all(upright.page, quads, recognition, least)
        read = [word for line in lines for word in line.words]
        if read and _legibility(read) < UNSURE and self._upside_down(upright.page, quads, recognition):
            upright = turned(upright, 2)
            quads = self._detect(upright.page)
            lines = self._recognise_all(upright.page, quads, recognition, least)
        level = deskewed(upright, skew_of(quads))
        forward = np.linalg.inv(level.matrix) @ upright.matrix
        return level, _placed_lines([line.moved(forward) for line in lines], level.page.words)

    def _upside_down(self, page: Page, quads: Sequence[Quad], recognition: Recognition) -> bool:
        """Whether the longest lines are read with more certainty when they are turned by 180 degrees."""
        longest = sorted(quads, key=lambda quad: -max(np.ptp(quad[:, 0]), np.ptp(quad[:, 1])))[:SAMPLE_LINES]
        attempts = [
            _attempts(page, quad, [turn + on_its_side(quad)], recognition) for turn in (0, 2) for quad in longest
        ]
        words = [_most_legible(readings).words for readings in self._read_lines(attempts, recognition)]
        as_it_is, turned_round = (
            _legibility([word for line in half for word in line])
            for half in (words[: len(longest)], words[len(longest) :])
        )
        return turned_round > as_it_is

    def _recognise_all(
        self, page: Page, quads: Sequence[Quad], recognition: Recognition, least: float
    ) -> list[_ReadLine]:
        """The lines of a page that are at least so legible."""
        lines = self._recognise([(page, quad) for quad in quads], recognition, least)
        return [line for line in lines if line is not None]

    def _recognise(
        self, found: Sequence[tuple[Page, Quad]], recognition: Recognition, least: float
    ) -> list[_ReadLine | None]:
        """What stands in each line, in its page's unit; None where it is not even so legible.

        What is higher than wide may be a lone digit or text on its side, either way, and what several recognisers
        could read may be of any one's script: the most certain reading tells.
        """
        attempts = [
            _attempts(page, quad, (0, 1, 3) if on_its_side(quad) else (0,), recognition) for page, quad in found
        ]
        best = [_most_legible(readings) for readings in self._read_lines(attempts, recognition)]
        unsure = [
            index
            for index, reading in enumerate(best)
            if _has_figures(reading.words) and reading.certainty < REREAD_CERTAINTY
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
        return [
            _ReadLine(
                (quad / page.scale).astype(np.float64),
                tuple(with_numbers_ended(read, page.picture, quad, reading.attempt.quarters)),
                reading.attempt.quarters,
            )
            if read and _legibility(read) >= least
            else None
            for (page, quad), reading, read in zip(found, best, words, strict=True)
        ]

    def _read_lines(self, lines: Sequence[Sequence[_Attempt]], recognition: Recognition) -> list[list[_Reading]]:
        """What each attempt at each line gave. Attempts by one recogniser on one picture go together."""
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
            picture = attempts[some[0]].picture.ref
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

    def _structure(self, facing: Facing) -> list[TableReading]:
        page, words = facing.page, facing.words
        found: list[tuple[int, Box, tuple[int, int, int, int]]] = []
        for index, region in enumerate(facing.regions):
            if region.label != "table":
                continue
            box = clip(grown(region.box, TABLE_MARGIN), page.width, page.height)
            left, top, right, bottom = (round(side * page.scale) for side in box)
            right, bottom = min(right, page.picture.columns), min(bottom, page.picture.rows)
            if right - left >= MIN_TABLE_SIDE and bottom - top >= MIN_TABLE_SIDE:
                found.append((index, box, (left, top, right, bottom)))
        if not found:
            return []
        asked = self._device.structure(page.picture.ref, np.array([pixels for *_, pixels in found], np.int32))
        boxes = _boxes(words)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        rulings = []
        for _, box, pixels in found:
            inside = ((middles >= box[:2]) & (middles <= box[2:])).all(axis=1)
            text_height = median_height(words[number].box for number in np.flatnonzero(inside))
            seen = find_rulings(page.picture.part(pixels), text_height * page.scale)
            rulings.append(_rulings_on_page(seen, box, page.scale))
        readings = []
        for (index, box, (left, top, right, bottom)), own, steps in zip(
            found, rulings, self._device.structures_of(asked), strict=True
        ):
            cells = tuple(_on_page(cell, box, page.scale) for cell in table_cells(steps, bottom - top, right - left))
            readings.append(TableReading(index, cells, own, facing.to_page))
        return readings


def _attempts(page: Page, quad: Quad, turns: Iterable[int], recognition: Recognition) -> list[_Attempt]:
    """The line after each of so many quarter turns anticlockwise, for each of the recognisers."""
    return [_Attempt(page.picture, quad, turn, name) for turn in turns for name in recognition.recognisers]


def _wanted(quads: Sequence[Quad], page: Page) -> list[Quad]:
    """The detected lines that are in an area to be read, and not among those that the text layer already has."""
    # A page may have thousands of lines, and tens of thousands of words: not one by one.
    sure = [word for word in page.words if is_sure(word)]
    lefts, tops, rights, bottoms = np.ascontiguousarray(_boxes(sure).T)
    wanted = []
    for quad in quads:
        line = _box(quad, page.scale)
        if not any(contains(box, centre(line)) for box in page.recognise):
            continue
        near = np.flatnonzero((tops < line[3]) & (bottoms > line[1]))
        across = np.minimum(rights[near], line[2]) - np.maximum(lefts[near], line[0])
        down = np.minimum(bottoms[near], line[3]) - np.maximum(tops[near], line[1])
        if float((across.clip(min=0) * down).sum()) < 0.4 * area(line):
            wanted.append(quad)
    return wanted


def _boxes(words: Sequence[Word]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The words' boxes, (words, 4)."""
    return np.array([word.box for word in words], np.float64).reshape(-1, 4)


def _alone(picture: Picture, page: Page) -> Page:
    """The picture as a page of its own, with the page's words and areas that are on it."""
    left, top, right, bottom = picture.box

    def moved(box: Box) -> Box:
        return (box[0] - left, box[1] - top, box[2] - left, box[3] - top)

    return Page(
        number=page.number,
        width=right - left,
        height=bottom - top,
        picture=picture.picture,
        scale=picture.scale,
        words=tuple(replace(word, box=moved(word.box)) for word in page.words if intersection(word.box, picture.box)),
        recognise=tuple(moved(box) for box in page.recognise if intersection(box, picture.box)),
    )


def _rulings_on_page(rulings: Rulings, origin: Box, scale: float) -> Rulings:
    left, top = origin[0], origin[1]
    return Rulings(
        tuple(Ruling(top + r.at / scale, left + r.start / scale, left + r.end / scale) for r in rulings.horizontal),
        tuple(Ruling(left + r.at / scale, top + r.start / scale, top + r.end / scale) for r in rulings.vertical),
    )


def _on_page(cell: TableCell, origin: Box, scale: float) -> TableCell:
    left, top, right, bottom = cell.box
    box = (origin[0] + left / scale, origin[1] + top / scale, origin[0] + right / scale, origin[1] + bottom / scale)
    return TableCell(cell.row, cell.column, cell.row_span, cell.column_span, cell.header, box, cell.confidence)


def _box(quad: Quad, scale: float) -> Box:
    across, down = zip(*quad.tolist(), strict=True)
    return (min(across) / scale, min(down) / scale, max(across) / scale, max(down) / scale)


def _legibility(words: Sequence[RecognisedWord]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.legibility * len(word.text) for word in words) / letters if letters else 0.0


def _most_legible(readings: Sequence[_Reading]) -> _Reading:
    """The most certain reading, the first one at a draw."""
    return max(readings, key=lambda reading: _legibility(reading.words))


def _has_figures(words: Sequence[RecognisedWord]) -> bool:
    """Whether there are figures in the line, or so little that a lone figure may have been taken for a letter."""
    text = "".join(word.text for word in words)
    return 0 < len(text) <= 2 or any(letter.isdigit() for letter in text)


def _grown_quad(quad: Quad, margin: float) -> Quad:
    """The line's quadrilateral, taller by `margin` of its height above and below."""
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 * margin
    return np.asarray(quad + np.stack([-down, -down, down, down]), np.float32)


def _voted(readings: Sequence[list[RecognisedWord]]) -> list[RecognisedWord]:
    """Of several readings of one line the one whose text has most support, by legibility; the first at a draw."""
    texts = [" ".join(word.text for word in words) for words in readings]
    support = dict.fromkeys(texts, 0.0)
    for text, words in zip(texts, readings, strict=True):
        support[text] += _legibility(words)
    best = max(texts, key=lambda text: support[text])
    return readings[texts.index(best)]


def _placed_lines(lines: Sequence[_ReadLine], words: Sequence[Word]) -> list[Word]:
    """The lines' words, numbered after the lines of the text layer."""
    first = 1 + max((word.line for word in words), default=-1)
    return [word for number, line in enumerate(lines, start=first) for word in _placed(line, number)]


def _placed(read: _ReadLine, line: int) -> list[Word]:
    """Words along a line's quadrilateral, in the direction in which it is read."""
    # The corners in the order of the crop that was read: top left, top right, bottom right, bottom left.
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
