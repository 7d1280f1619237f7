"""A page -> what the models see on it: regions, recognised words, table structures.

The order within a page: a digital page's layout begins on its picture, before its text layer has been read; where it
could not, its pictures are searched for text first, whose lines are cut out while layout runs. A scan is read and set
upright first, for layout and tables are judged by a page that stands as it is read. Everything is in the page's unit,
origin top left.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .geometry import Box, area, centre, clip, contains, intersection, median_height
from .languages import DEFAULT_RECOGNISER, OTHER_RECOGNISERS, Recognition
from .models.layout import LayoutModel, RawLayout
from .models.ocr import DetectionInput, Quad, RawLine, RecognisedWord, TextDetector, TextRecogniser, cut_line
from .models.tables import TableModel
from .page_reading import PageReading, TableReading
from .pages import Page, Picture
from .regions import Region, TableCell
from .rulings import Ruling, Rulings, find_rulings
from .scheduler import Lane, Scheduler
from .settings import Settings
from .text_layer import Word
from .upright import Matrix, Upright, as_shown, deskewed, on_its_side, on_their_side, skew_of, turned

# A line that stands on a picture of a digital page is text only if the recogniser is sure of it: photographs have
# texture that looks like letters.
MIN_PICTURE_LEGIBILITY = 0.6
TABLE_MARGIN = 2.0
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
    prepared: DetectionInput
    raw: Future[np.ndarray[Any, np.dtype[np.float32]]]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A line on its way through one recogniser, after so many quarter turns anticlockwise."""

    recogniser: TextRecogniser
    quarters: int
    raw: Future[RawLine]

    def words(self) -> list[RecognisedWord]:
        """What was read. Blocks until the model is done; what it raises is raised here."""
        return self.recogniser.finish(self.raw.result())

    def certainty(self) -> float:
        """The recogniser's certainty of its least certain step."""
        return self.recogniser.certainty(self.raw.result())


class Models:
    """The models of the default set and the recognisers of other languages that are baked, on one device.

    Raises `WorkerUnhealthy` where weights of the default set are missing.
    """

    def __init__(self, models_dir: Path, device: torch.device, settings: Settings) -> None:
        gpu = device.type == "cuda"
        dtype = serving_dtype(device, settings)
        pages = settings.layout_batch or (16 if gpu else 1)
        lines = settings.recognition_batch or (64 if gpu else 8)
        self.device = device
        self.dtype = dtype
        others = [name for name in OTHER_RECOGNISERS if (models_dir / name / "model.safetensors").is_file()]
        with ThreadPoolExecutor(thread_name_prefix="load") as side_by_side:
            load = side_by_side.submit
            layout = load(LayoutModel, models_dir, device, dtype, pages)
            detector = load(TextDetector, models_dir, device, dtype, 8 if gpu else 1)
            recognisers = {
                name: load(TextRecogniser, name, models_dir, device, dtype, lines)
                for name in (DEFAULT_RECOGNISER, *others)
            }
            tables = load(TableModel, models_dir, device, 16 if gpu else 2)
        self.layout = layout.result()
        self.detector = detector.result()
        self.recognisers = {name: recogniser.result() for name, recogniser in recognisers.items()}
        self.tables = tables.result()


def serving_dtype(device: torch.device, settings: Settings) -> torch.dtype:
    """What the models compute in on the device: float16 on a GPU that is made for it (Volta and later), else float32.

    float16 has three binary digits more than bfloat16, at the same speed: on real pages the layout's boxes are ten
    times nearer to float32's. It ends at 65,504; no activation of these models comes near (below 1,000 on pages, noise
    and checkerboards). A processor is asked for either by the setting alone: float32 is the same everywhere.
    """
    if settings.dtype == "auto":
        native = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (7, 0)
        return torch.float16 if native else torch.float32
    dtype: torch.dtype = getattr(torch, settings.dtype)
    return dtype


class Reader:
    """Reads pages with models that a scheduler runs, on a lane of it for each job."""

    def __init__(self, models: Models, scheduler: Scheduler | Lane) -> None:
        self._models = models
        self._scheduler = scheduler

    def begin(self, image: np.ndarray[Any, np.dtype[np.uint8]]) -> Future[RawLayout]:
        """Have the layout found on the picture of a page (RGB) of which no more is known yet."""
        layout = self._models.layout
        return self._scheduler.submit(layout, layout.prepare(image))

    def read(self, page: Page, recognition: Recognition, begun: Future[RawLayout] | None = None) -> PageReading:
        """Everything on the page. Blocks until the models are done; what they raise is raised here.

        `begun` is the page's layout where it was begun on its picture, as it is shown.
        """
        started = time.perf_counter()
        models = self._models
        recognised = page.is_scan
        upright = turned(as_shown(page), page.quarters)
        if begun is not None and (recognised or page.quarters):
            begun.cancel()
            begun = None
        if recognised:
            upright, found = self._read_scan(upright, recognition)
            words = [*upright.page.words, *found]
            layout = self.begin(upright.page.image)
        else:
            pictures = [self._search(picture, upright.page) for picture in upright.page.pictures]
            layout = begun or self.begin(upright.page.image)
            words = list(upright.page.words)
            words += _placed_lines(self._read_pictures(pictures, recognition), words)
        recognised_at = time.perf_counter()
        view = upright.page
        regions = models.layout.finish(layout.result(), view.width, view.height)
        layout_at = time.perf_counter()
        tables = self._structure(view, words, regions)
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
        )

    def _detect(self, page: Page) -> list[Quad]:
        """The page's lines of text that the text layer does not have, in pixels."""
        detector = self._models.detector
        prepared = detector.prepare(page.image)
        quads = detector.finish(self._scheduler.submit(detector, prepared).result(), prepared)
        return _wanted(quads, page)

    def _search(self, picture: Picture, page: Page) -> _SearchedPicture:
        """Have lines of text found in a picture of a digital page."""
        detector = self._models.detector
        part = _alone(picture, page)
        prepared = detector.prepare_part(part.image, max(page.width, page.height) * part.scale)
        return _SearchedPicture(picture.box, part, prepared, self._scheduler.submit(detector, prepared))

    def _read_pictures(self, pictures: Sequence[_SearchedPicture], recognition: Recognition) -> list[_ReadLine]:
        """The lines that stand in the pictures of a digital page and not in its text layer."""
        found: list[tuple[Page, Quad]] = []
        to_page: list[Matrix] = []
        for picture in pictures:
            part = picture.part
            quads = self._models.detector.finish(picture.raw.result(), picture.prepared)
            found += [(part, quad) for quad in _wanted(quads, part)]
            move = np.array([[1.0, 0.0, picture.box[0]], [0.0, 1.0, picture.box[1]], [0.0, 0.0, 1.0]])
            to_page += [move] * (len(found) - len(to_page))
        lines = self._recognise(found, recognition, MIN_PICTURE_LEGIBILITY)
        return [line.moved(move) for line, move in zip(lines, to_page, strict=True) if line is not None]

    def _read_scan(self, upright: Upright, recognition: Recognition) -> tuple[Upright, list[Word]]:
        """A scan set upright, whichever way it was turned, and its words."""
        least = MIN_PICTURE_LEGIBILITY if upright.page.words else 0.0
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
        certainty = []
        for turn in (0, 2):
            waiting = [self._attempts(page, quad, [turn + on_its_side(quad)], recognition) for quad in longest]
            words = [word for attempts in waiting for word in _most_legible(attempts)[1]]
            certainty.append(_legibility(words))
        return certainty[1] > certainty[0]

    def _attempts(self, page: Page, quad: Quad, turns: Sequence[int], recognition: Recognition) -> list[_Attempt]:
        """Have the line read after each of so many quarter turns anticlockwise, by each of the recognisers."""
        recognisers = [self._models.recognisers[name] for name in recognition.recognisers]
        return [self._attempt(page, quad, turn, one, recognition) for turn in turns for one in recognisers]

    def _attempt(
        self, page: Page, quad: Quad, quarters: int, recogniser: TextRecogniser, recognition: Recognition
    ) -> _Attempt:
        crop = np.ascontiguousarray(np.rot90(cut_line(page.image, quad), quarters))
        line = recogniser.prepare(crop, recognition.scripts)
        return _Attempt(recogniser, quarters, self._scheduler.submit(recogniser, line))

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
        waiting = [
            self._attempts(page, quad, (0, 1, 3) if on_its_side(quad) else (0,), recognition) for page, quad in found
        ]
        readings = [_most_legible(attempts) for attempts in waiting]
        again = {
            index: [
                self._attempt(page, _grown_quad(quad, margin), best.quarters, best.recogniser, recognition)
                for margin in REREAD_MARGINS
            ]
            for index, ((page, quad), (best, words)) in enumerate(zip(found, readings, strict=True))
            if _has_figures(words) and best.certainty() < REREAD_CERTAINTY
        }
        lines: list[_ReadLine | None] = []
        for index, ((page, quad), (best, words)) in enumerate(zip(found, readings, strict=True)):
            if index in again:
                words = _voted([words, *(attempt.words() for attempt in again[index])])
            legible = bool(words) and _legibility(words) >= least
            place = (quad / page.scale).astype(np.float64)
            lines.append(_ReadLine(place, tuple(words), best.quarters) if legible else None)
        return lines

    def _structure(self, page: Page, words: Sequence[Word], regions: Sequence[Region]) -> list[TableReading]:
        models, submit = self._models, self._scheduler.submit
        waiting = []
        for index, region in enumerate(regions):
            if region.label != "table":
                continue
            box = clip(_grown(region.box, TABLE_MARGIN), page.width, page.height)
            left, top, right, bottom = (round(side * page.scale) for side in box)
            if right - left < 8 or bottom - top < 8:
                continue
            image = np.ascontiguousarray(page.image[top:bottom, left:right])
            prepared = models.tables.prepare(image)
            waiting.append((index, box, image, prepared, submit(models.tables, prepared)))
        readings = []
        boxes = _boxes(words)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        for index, box, image, prepared, future in waiting:
            inside = ((middles >= box[:2]) & (middles <= box[2:])).all(axis=1)
            text_height = median_height(words[number].box for number in np.flatnonzero(inside))
            rulings = _rulings_on_page(find_rulings(image, text_height * page.scale), box, page.scale)
            cells = models.tables.finish(future.result(), prepared)
            readings.append(TableReading(index, tuple(_on_page(cell, box, page.scale) for cell in cells), rulings))
        return readings


def _wanted(quads: Sequence[Quad], page: Page) -> list[Quad]:
    """The detected lines that are in an area to be read, and not among those that the text layer already has."""
    # A page may have thousands of lines, and tens of thousands of words: not one by one.
    lefts, tops, rights, bottoms = np.ascontiguousarray(_boxes(page.words).T)
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
        image=picture.image,
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


def _grown(box: Box, margin: float) -> Box:
    return (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)


def _on_page(cell: TableCell, origin: Box, scale: float) -> TableCell:
    left, top, right, bottom = cell.box
    box = (origin[0] + left / scale, origin[1] + top / scale, origin[0] + right / scale, origin[1] + bottom / scale)
    return TableCell(cell.row, cell.column, cell.row_span, cell.column_span, cell.header, box, cell.confidence)


def _box(quad: np.ndarray[Any, Any], scale: float) -> Box:
    left, top = quad.min(axis=0) / scale
    right, bottom = quad.max(axis=0) / scale
    return (float(left), float(top), float(right), float(bottom))


def _legibility(words: Sequence[RecognisedWord]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.legibility * len(word.text) for word in words) / letters if letters else 0.0


def _most_legible(attempts: Sequence[_Attempt]) -> tuple[_Attempt, list[RecognisedWord]]:
    """The attempt with the most certain reading, the first one at a draw, and its words."""
    read = [(attempt, attempt.words()) for attempt in attempts]
    return max(read, key=lambda reading: _legibility(reading[1]))


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
    top_left, top_right, bottom_right, bottom_left = np.roll(read.quad, -read.quarters, axis=0)
    top, bottom = top_right - top_left, bottom_right - bottom_left
    size = float(np.linalg.norm(bottom_left - top_left) + np.linalg.norm(bottom_right - top_right)) / 2
    placed = []
    for word in read.words:
        part = np.array(
            [
                top_left + top * word.start,
                top_left + top * word.end,
                bottom_left + bottom * word.end,
                bottom_left + bottom * word.start,
            ]
        )
        upright = read.quarters % 2 == 0
        placed.append(Word(word.text, _box(part, 1.0), line, "ocr", size, upright=upright, confidence=word.confidence))
    return placed
