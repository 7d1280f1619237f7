"""The tables on a page -> their structure, by the model, and their ruling lines. Runs in a page process.

Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..decoding.table_cells import table_cells
from ..device.client import DeviceClient
from ..values.boxes import Box, PixelBox, clip, grown, median_height
from ..values.page import Page
from ..values.reading import Region, Rulings, TableReading
from ..values.words import Word, boxes_of
from .picture_refs import ref_of
from .rulings import find_rulings
from .shaded_heads import with_shaded_head
from .sideways import Facing, facings

# Margin around a table's crop, in the page's unit.
TABLE_MARGIN = 2.0
# Min side of a table that is looked at, in pixels.
MIN_TABLE_SIDE = 8


def table_readings(
    device: DeviceClient, page: Page, words: Sequence[Word], regions: Sequence[Region]
) -> list[TableReading]:
    """The structures of the page's table regions, each as it stands; boxes in the page's unit, origin top left.

    Blocks until the model is done. Raises `NoResult` where it failed, `ArithmeticError` where it gave no numbers,
    `MemoryError` where its results do not fit into the arena.
    """
    return [table for facing in facings(page, words, regions) for table in upright_tables(device, facing)]


def upright_tables(device: DeviceClient, facing: Facing) -> list[TableReading]:
    """The structures of the tables that are upright on the page; boxes in its unit, origin top left.

    Blocks until the model is done. Raises `NoResult` where it failed, `ArithmeticError` where it gave no numbers,
    `MemoryError` where its results do not fit into the arena.
    """
    page, words, regions = facing.page, facing.words, facing.regions
    found: list[tuple[int, Box, PixelBox]] = []
    for index, region in enumerate(regions):
        if region.kind.label != "table":
            continue
        box, pixels = _table_box(page, region.box)
        if _is_large_enough(pixels):
            found.append((index, box, pixels))
    if not found:
        return []
    asked = device.structure(ref_of(page.picture), np.array([pixels for *_, pixels in found], np.int32))
    rulings = [_crop_rulings(page, words, box, pixels) for _, box, pixels in found]
    readings = []
    for (index, box, (left, top, right, bottom)), own, steps in zip(
        found, rulings, device.structures_of(asked), strict=True
    ):
        cells = table_cells(steps, bottom - top, right - left, box[:2], page.scale)
        cells = with_shaded_head(cells, page.picture.part((left, top, right, bottom)), box[:2], page.scale)
        readings.append(TableReading(index, tuple(cells), own, facing.to_page))
    return readings


def drawn_rulings(page: Page, words: Sequence[Word], box: Box) -> Rulings:
    """The ruling lines in a box of the page, in the page's unit, origin top left; none where the box is too small."""
    box, pixels = _table_box(page, box)
    return _crop_rulings(page, words, box, pixels) if _is_large_enough(pixels) else Rulings()


def _table_box(page: Page, box: Box) -> tuple[Box, PixelBox]:
    """The box with a margin, and the same in whole pixels of the page picture."""
    box = clip(grown(box, TABLE_MARGIN), page.width, page.height)
    left, top, right, bottom = (round(side * page.scale) for side in box)
    return box, (left, top, min(right, page.picture.columns), min(bottom, page.picture.rows))


def _is_large_enough(pixels: PixelBox) -> bool:
    """Whether a table of this size is looked at."""
    left, top, right, bottom = pixels
    return right - left >= MIN_TABLE_SIDE and bottom - top >= MIN_TABLE_SIDE


def _crop_rulings(page: Page, words: Sequence[Word], box: Box, pixels: PixelBox) -> Rulings:
    """The ruling lines of a crop of the page picture."""
    boxes = boxes_of(words)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((middles >= box[:2]) & (middles <= box[2:])).all(axis=1)
    text_height = median_height(words[number].box for number in np.flatnonzero(inside).tolist())
    return find_rulings(page.picture.part(pixels), text_height, box[:2], page.scale)
