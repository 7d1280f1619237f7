"""A page -> what the models see on it: regions, recognised words, table structures.

The order within a page: layout and text detection start together; lines are recognised when they are found; tables
when the layout is known. Everything is in the page's unit, origin top left.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .geometry import Box, area, centre, clip, contains, intersection
from .models.layout import LayoutModel, Region
from .models.ocr import Quad, RecognisedWord, TextDetector, TextRecogniser
from .models.tables import TableCell, TableModel
from .pages import Page
from .rulings import Ruling, Rulings, find_rulings
from .scheduler import Scheduler
from .settings import Settings
from .text_layer import Word

# A line that stands on a picture of a digital page is text only if the recogniser is sure of it: photographs have
# texture that looks like letters.
MIN_PICTURE_LINE_CONFIDENCE = 0.6
TABLE_MARGIN = 2.0


@dataclass(frozen=True, slots=True)
class TableReading:
    """The structure of one table: `region` is its place in the page's regions; all boxes are in the page's unit."""

    region: int
    cells: tuple[TableCell, ...]
    rulings: Rulings


@dataclass(frozen=True, slots=True)
class PageReading:
    """All that is known of a page when the models are done. `words` are the text layer's and the recognised ones."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    regions: tuple[Region, ...]
    tables: tuple[TableReading, ...]
    recognised: bool
    warnings: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)


class Models:
    """The models of the default set, on one device. Raises `WorkerUnhealthy` where weights are missing."""

    def __init__(self, models_dir: Path, device: torch.device, settings: Settings) -> None:
        gpu = device.type == "cuda"
        pages = settings.layout_batch or (16 if gpu else 1)
        lines = settings.recognition_batch or (64 if gpu else 8)
        self.device = device
        self.layout = LayoutModel(models_dir, device, pages)
        self.detector = TextDetector(models_dir, device, 8 if gpu else 1)
        self.recogniser = TextRecogniser(models_dir, device, lines)
        self.tables = TableModel(models_dir, device, 16 if gpu else 2)


class Reader:
    """Reads pages with models that a scheduler runs."""

    def __init__(self, models: Models, scheduler: Scheduler) -> None:
        self._models = models
        self._scheduler = scheduler

    def read(self, page: Page) -> PageReading:
        """Everything on the page. Blocks until the models are done; what they raise is raised here."""
        started = time.perf_counter()
        models, submit = self._models, self._scheduler.submit
        layout: Future[Any] = submit(models.layout, models.layout.prepare(page.image))
        words = list(page.words)
        recognised_at = started
        if page.recognise:
            words += self._recognise(page)
            recognised_at = time.perf_counter()
        regions = models.layout.finish(layout.result(), page.width, page.height)
        layout_at = time.perf_counter()
        tables = self._structure(page, words, regions)
        finished = time.perf_counter()
        return PageReading(
            number=page.number,
            width=page.width,
            height=page.height,
            words=tuple(words),
            regions=tuple(regions),
            tables=tuple(tables),
            recognised=any(area(box) > 0.5 * area(page.box) for box in page.recognise),
            warnings=page.warnings,
            timings_ms={
                "ocr": (recognised_at - started) * 1000,
                "layout": (layout_at - recognised_at) * 1000,
                "tables": (finished - layout_at) * 1000,
            },
        )

    def _recognise(self, page: Page) -> list[Word]:
        models, submit = self._models, self._scheduler.submit
        prepared = models.detector.prepare(page.image)
        quads = models.detector.finish(submit(models.detector, prepared).result(), prepared)
        wanted = [quad for quad in quads if self._wanted(_box(quad, page.scale), page)]
        lines = [models.recogniser.prepare(page.image, quad) for quad in wanted]
        found = [submit(models.recogniser, line) for line in lines]
        first_line = 1 + max((word.line for word in page.words), default=-1)
        words: list[Word] = []
        for number, (quad, future) in enumerate(zip(wanted, found, strict=True)):
            read = models.recogniser.finish(future.result())
            if not read or (page.words and _confidence(read) < MIN_PICTURE_LINE_CONFIDENCE):
                continue
            words += _placed(read, quad, page.scale, first_line + number)
        return words

    @staticmethod
    def _wanted(line: Box, page: Page) -> bool:
        """Whether a detected line is in an area to be read, and not one that the text layer already has."""
        if not any(contains(box, centre(line)) for box in page.recognise):
            return False
        own = area(line)
        return sum(intersection(word.box, line) for word in page.words) < 0.4 * own

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
        for index, box, image, prepared, future in waiting:
            heights = sorted(word.box[3] - word.box[1] for word in words if contains(box, centre(word.box)))
            text_height = heights[len(heights) // 2] * page.scale if heights else 0.0
            rulings = _rulings_on_page(find_rulings(image, text_height), box, page.scale)
            cells = models.tables.finish(future.result(), prepared)
            readings.append(TableReading(index, tuple(_on_page(cell, box, page.scale) for cell in cells), rulings))
        return readings


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


def _box(quad: Quad, scale: float) -> Box:
    left, top = quad.min(axis=0) / scale
    right, bottom = quad.max(axis=0) / scale
    return (float(left), float(top), float(right), float(bottom))


def _confidence(words: Sequence[RecognisedWord]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters


def _placed(words: Sequence[RecognisedWord], quad: Quad, scale: float, line: int) -> list[Word]:
    """Words along a line's quadrilateral; text that was turned to be read runs down its left side."""
    across = float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2
    down = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
    upright = down < 1.5 * across
    placed = []
    for word in words:
        if upright:
            top, bottom = quad[1] - quad[0], quad[2] - quad[3]
            part = np.array(
                [
                    quad[0] + top * word.start,
                    quad[0] + top * word.end,
                    quad[3] + bottom * word.end,
                    quad[3] + bottom * word.start,
                ]
            )
        else:
            # The crop was turned a quarter anticlockwise: what was its right side is read first, from the top right.
            left, right = quad[3] - quad[0], quad[2] - quad[1]
            part = np.array(
                [
                    quad[0] + left * word.start,
                    quad[0] + left * word.end,
                    quad[1] + right * word.end,
                    quad[1] + right * word.start,
                ]
            )
        size = (down if upright else across) / scale
        placed.append(
            Word(word.text, _box(part, scale), line, "ocr", size, upright=upright, confidence=word.confidence)
        )
    return placed
