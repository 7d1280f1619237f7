"""The tables on a page -> their structure, by the model and by the lines that are drawn. Runs in page processes.

Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..decoding.table_cells import table_cells
from ..device.client import DeviceClient
from ..values.boxes import Box, clip, grown, median_height
from ..values.page import Page
from ..values.reading import Region, Rulings, TableReading
from ..values.words import Word, boxes_of
from .picture_refs import ref_of
from .rulings import find_rulings
from .sideways import Facing, facings

TABLE_MARGIN = 2.0
# The least side of a table that is looked at, in pixels.
MIN_TABLE_SIDE = 8

PixelBox = tuple[int, int, int, int]


def table_readings(
    device: DeviceClient, page: Page, words: Sequence[Word], regions: Sequence[Region]
) -> list[TableReading]:
    """The structure of the page's regions that are tables, each as it stands. Waits for the model."""
    return [table for facing in facings(page, words, regions) for table in upright_tables(device, facing)]


def upright_tables(device: DeviceClient, facing: Facing) -> list[TableReading]:
    """The structure of the tables that stand upright on a page. Waits for the model."""
    page, words, regions = facing.page, facing.words, facing.regions
    found: list[tuple[int, Box, PixelBox]] = []
    for index, region in enumerate(regions):
        if region.kind.label != "table":
            continue
        box, pixels = _place(page, region.box)
        if _is_large_enough(pixels):
            found.append((index, box, pixels))
    if not found:
        return []
    asked = device.structure(ref_of(page.picture), np.array([pixels for *_, pixels in found], np.int32))
    rulings = [_seen_rulings(page, words, box, pixels) for _, box, pixels in found]
    readings = []
    for (index, box, (left, top, right, bottom)), own, steps in zip(
        found, rulings, device.structures_of(asked), strict=True
    ):
        cells = table_cells(steps, bottom - top, right - left, box[:2], page.scale)
        readings.append(TableReading(index, tuple(cells), own, facing.to_page))
    return readings


def drawn_rulings(page: Page, words: Sequence[Word], box: Box) -> Rulings:
    """The lines that are drawn in a box of the page, where its words are these."""
    box, pixels = _place(page, box)
    return _seen_rulings(page, words, box, pixels) if _is_large_enough(pixels) else Rulings()


def _place(page: Page, box: Box) -> tuple[Box, PixelBox]:
    """The box with a margin, and the same in whole pixels of the page's picture."""
    box = clip(grown(box, TABLE_MARGIN), page.width, page.height)
    left, top, right, bottom = (round(side * page.scale) for side in box)
    return box, (left, top, min(right, page.picture.columns), min(bottom, page.picture.rows))


def _is_large_enough(pixels: PixelBox) -> bool:
    left, top, right, bottom = pixels
    return right - left >= MIN_TABLE_SIDE and bottom - top >= MIN_TABLE_SIDE


def _seen_rulings(page: Page, words: Sequence[Word], box: Box, pixels: PixelBox) -> Rulings:
    boxes = boxes_of(words)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((middles >= box[:2]) & (middles <= box[2:])).all(axis=1)
    text_height = median_height(words[number].box for number in np.flatnonzero(inside).tolist())
    return find_rulings(page.picture.part(pixels), text_height, box[:2], page.scale)
