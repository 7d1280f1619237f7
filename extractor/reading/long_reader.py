"""A long page -> what the models see on it, tile by tile, and put together. Runs in a page process.

Lines are detected in each tile at full resolution, kept once (`seams.py`), and read from their tile. Layout runs on
each tile; a region over a seam is one region. A table over a seam has no structure from the model, which expects a
whole table: only words and rulings. Boxes are in the page's unit, origin top left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..decoding.regions import regions_from
from ..decoding.text_boxes import text_boxes
from ..device.client import DeviceClient
from ..languages import Recognition
from ..models.shapes import detection_fit
from ..pages.layer_trust import is_sure
from ..values.arrays import Quad
from ..values.boxes import Box, Matrix, intersection, mapped, moved
from ..values.page import Page
from ..values.reading import Region, Ruling, Rulings, TableReading
from ..values.words import Word
from .chosen_words import chosen
from .found_lines import lines_to_read, page_of_crop
from .line_reader import MIN_IMAGE_LEGIBILITY, UNSURE, LineReader, ReadLine, legibility, placed_lines
from .orientation import Upright, as_shown, deskewed, on_their_side, skew_of, turned
from .picture_refs import ref_of
from .seams import TiledRegion, lines_once, regions_once, seams_of, widest_gap
from .seen import Seen
from .sideways import Facing
from .table_reader import drawn_rulings, upright_tables
from .unread import HardlyRead, hardly_read

# Max tiles in flight to the models: their maps take memory.
TILES_AT_A_TIME = 6
# Max distance of two pieces of one ruling beside a seam, in pixels.
SAME_RULING = 3.0


@dataclass(frozen=True, slots=True)
class _Tile:
    """A tile as a page of its own, and its box on the page. `to_page`, (3, 3), maps its points there."""

    page: Page
    box: Box
    to_page: Matrix


class LongReader:
    """Reads long pages with the models of the device's owner: an upright page in, all that is seen on it out."""

    def __init__(self, device: DeviceClient, lines: LineReader) -> None:
        self._device = device
        self._lines = lines

    def read(self, upright: Upright, recognition: Recognition) -> Seen:
        """What is on the page; boxes are of the page set upright, in its unit, origin top left.

        Blocks until the models are done. Raises `NoResult` where a model failed, `ArithmeticError` where it gave no
        numbers, `MemoryError` where pictures or results do not fit into the arena.
        """
        began = time.perf_counter()
        hardly = HardlyRead()
        if upright.page.is_scan:
            upright, level, lines, hardly = self._read_scan(upright, recognition)
        else:
            read_lines = self._read(self._lines_found(upright.page), recognition, MIN_IMAGE_LEGIBILITY)
            level, lines = upright, [line for line in read_lines if line is not None]
        words = chosen([*level.page.words, *placed_lines(lines, level.page.words)])
        read = time.perf_counter()
        tiles = _level_tiles(upright, level)
        regions = self._regions(tiles)
        found = time.perf_counter()
        tables = self._tables(tiles, words, regions)
        times = (read - began, found - read, time.perf_counter() - found)
        seen = tuple(tiled.region for tiled in regions)
        return Seen(level, tuple(words), seen, tuple(tables), times, hardly=hardly)

    def _read_scan(
        self, upright: Upright, recognition: Recognition
    ) -> tuple[Upright, Upright, list[ReadLine], HardlyRead]:
        """The page turned upright, the same without its skew, the lines of the latter, and its hardly read lines."""
        least = MIN_IMAGE_LEGIBILITY if any(map(is_sure, upright.page.words)) else 0.0
        found = self._lines_found(upright.page)
        if on_their_side([quad for _, quad in found]):
            upright = turned(upright, 3 if self._upside_down(found, recognition) else 1)
            found = self._lines_found(upright.page)
        lines = self._read(found, recognition, least)
        read = [word for line in lines if line is not None for word in line.words]
        if read and legibility(read) < UNSURE and self._upside_down(found, recognition):
            upright = turned(upright, 2)
            found = self._lines_found(upright.page)
            lines = self._read(found, recognition, least)
        level = deskewed(upright, skew_of([quad for _, quad in found]))
        forward = np.linalg.inv(level.matrix) @ upright.matrix
        hardly = hardly_read([quad for _, quad in found], [() if line is None else line.words for line in lines])
        return upright, level, [line.moved(forward) for line in lines if line is not None], hardly

    def _lines_found(self, page: Page) -> list[tuple[_Tile, Quad]]:
        """The lines not in the text layer, each with its tile, in pixels of the tile."""
        tiles = _tiles(page)
        boxes = [tile.box for tile in tiles]
        found = [
            [(quad / tile.page.scale + tile.box[:2]).astype(np.float32) for quad in quads]
            for tile, quads in zip(tiles, self._lines_by_tile(tiles, page.recognise), strict=True)
        ]
        once = lines_once(boxes, found, lambda number, box: _best_cut(tiles[number], box, seams_of(boxes)[0].axis))
        return [
            (tile, np.asarray((quad - tile.box[:2]) * tile.page.scale, np.float32))
            for tile, quads in zip(tiles, once, strict=True)
            for quad in quads
        ]

    def _lines_by_tile(self, tiles: Sequence[_Tile], areas: Sequence[Box]) -> Iterator[list[Quad]]:
        """The lines of each tile that are to be read, in pixels of the tile."""
        for first in range(0, len(tiles), TILES_AT_A_TIME):
            some = tiles[first : first + TILES_AT_A_TIME]
            asked = [
                self._device.detect(
                    ref_of(picture), detection_fit(self._device.facts.shapes, picture.rows, picture.columns)
                )
                if any(intersection(area, tile.box) for area in areas)
                else None
                for tile in some
                for picture in [tile.page.picture]
            ]
            for tile, pending in zip(some, asked, strict=True):
                if pending is None:
                    yield []
                else:
                    shape = (tile.page.picture.rows, tile.page.picture.columns)
                    yield lines_to_read(text_boxes(self._device.text_map_of(pending), *shape), tile.page)

    def _read(
        self, found: Sequence[tuple[_Tile, Quad]], recognition: Recognition, least: float
    ) -> list[ReadLine | None]:
        """The lines in the page's unit; None for those below the legibility `least`."""
        lines = self._lines.recognise([(tile.page, quad) for tile, quad in found], recognition, least)
        return [
            None if line is None else line.moved(tile.to_page) for (tile, _), line in zip(found, lines, strict=True)
        ]

    def _upside_down(self, found: Sequence[tuple[_Tile, Quad]], recognition: Recognition) -> bool:
        """Whether the page is more legible after a turn by 180 degrees."""
        return self._lines.upside_down([(tile.page, quad) for tile, quad in found], recognition) > 0

    def _regions(self, tiles: Sequence[_Tile]) -> list[TiledRegion]:
        """The page's regions in reading order."""
        found: list[list[Region]] = []
        for first in range(0, len(tiles), TILES_AT_A_TIME):
            some = tiles[first : first + TILES_AT_A_TIME]
            asked = [self._device.layout(ref_of(tile.page.picture)) for tile in some]
            for tile, pending in zip(some, asked, strict=True):
                numbers, kinds = self._device.regions_of(pending), self._device.facts.kinds
                own = regions_from(numbers, kinds, tile.page.width, tile.page.height)
                found.append([replace(region, box=mapped(tile.to_page, region.box)) for region in own])
        return regions_once([tile.box for tile in tiles], found)

    def _tables(
        self, tiles: Sequence[_Tile], words: Sequence[Word], regions: Sequence[TiledRegion]
    ) -> list[TableReading]:
        """The readings of the table regions; the model's cells only for tables inside one tile."""
        readings = []
        for index, tiled in enumerate(regions):
            if tiled.region.kind.label != "table":
                continue
            if tiled.first == tiled.last:
                tile = tiles[tiled.first]
                inside = _on_tile(tile, words)
                region = replace(tiled.region, box=mapped(np.linalg.inv(tile.to_page), tiled.region.box))
                for table in upright_tables(self._device, Facing(tile.page, inside, [region])):
                    cells = tuple(replace(cell, box=mapped(tile.to_page, cell.box)) for cell in table.cells)
                    readings.append(TableReading(index, cells, _rulings_on_page(table.rulings, tile)))
            else:
                readings.append(
                    TableReading(index, (), _rulings_over_tiles(tiles[tiled.first : tiled.last + 1], words, tiled))
                )
        return readings


def _tiles(page: Page) -> list[_Tile]:
    """The page's tiles in order along it."""
    tiles = sorted(page.tiles, key=lambda tile: tile.box[0] + tile.box[1])
    return [_Tile(page_of_crop(tile, page), tile.box, _translation(tile.box[0], tile.box[1])) for tile in tiles]


def _translation(across: float, down: float) -> Matrix:
    """The matrix of a shift."""
    return np.array([[1.0, 0.0, across], [0.0, 1.0, down], [0.0, 0.0, 1.0]])


def _level_tiles(upright: Upright, level: Upright) -> list[_Tile]:
    """The tiles of a deskewed page: each is turned about its own centre, the rest is a shift."""
    forward = np.linalg.inv(level.matrix) @ upright.matrix
    tiles = []
    for tile in _tiles(upright.page):
        own = deskewed(as_shown(tile.page), level.skew - upright.skew)
        to_page = forward @ tile.to_page @ own.matrix
        tiles.append(_Tile(own.page, mapped(to_page, own.page.box), to_page))
    return tiles


def _best_cut(tile: _Tile, box: Box, axis: int) -> float:
    """Where a line in this box of the page is best cut along the axis, in the page's unit."""
    picture, scale = tile.page.picture, tile.page.scale
    left, top, right, bottom = (round(side * scale) for side in moved(box, -tile.box[0], -tile.box[1]))
    left, top = min(max(left, 0), picture.columns - 1), min(max(top, 0), picture.rows - 1)
    right, bottom = min(max(right, left + 1), picture.columns), min(max(bottom, top + 1), picture.rows)
    at = (left, top)[axis] + widest_gap(picture.part((left, top, right, bottom)), axis)
    return tile.box[axis] + at / scale


def _on_tile(tile: _Tile, words: Sequence[Word]) -> list[Word]:
    """The words on the tile, in its unit, origin its top left corner."""
    back = np.linalg.inv(tile.to_page)
    return [replace(word, box=mapped(back, word.box)) for word in words if intersection(word.box, tile.box)]


def _rulings_on_page(rulings: Rulings, tile: _Tile) -> Rulings:
    """The tile's rulings on the page."""
    across, down = float(tile.to_page[0, 2]), float(tile.to_page[1, 2])
    return Rulings(
        tuple(Ruling(line.at + down, line.start + across, line.end + across) for line in rulings.horizontal),
        tuple(Ruling(line.at + across, line.start + down, line.end + down) for line in rulings.vertical),
    )


def _rulings_over_tiles(tiles: Sequence[_Tile], words: Sequence[Word], tiled: TiledRegion) -> Rulings:
    """The rulings of a table over several tiles, each once."""
    found = []
    for tile in tiles:
        box = mapped(np.linalg.inv(tile.to_page), tiled.region.box)
        found.append(_rulings_on_page(drawn_rulings(tile.page, _on_tile(tile, words), box), tile))
    near = SAME_RULING / tiles[0].page.scale
    return Rulings(
        _joined_rulings([line for rulings in found for line in rulings.horizontal], near),
        _joined_rulings([line for rulings in found for line in rulings.vertical], near),
    )


def _joined_rulings(lines: Sequence[Ruling], near: float) -> tuple[Ruling, ...]:
    """The rulings, pieces of one line from several tiles joined."""
    result: list[Ruling] = []
    for line in sorted(lines, key=lambda line: line.start):
        for index, other in enumerate(result):
            if abs(other.at - line.at) <= near and line.start <= other.end + near:
                result[index] = Ruling(other.at, other.start, max(other.end, line.end))
                break
        else:
            result.append(line)
    return tuple(sorted(result, key=lambda line: line.at))
