"""A long page -> what the models see on it, tile by tile and put together. Runs in page processes.

Lines are found in each tile at full resolution, each line once (`seams.py`), and read from the tile that it was found
in; layout runs on each tile, and what goes over a seam is one region. A table that does is told by its words and its
rulings alone: the model's structure is made for what a page holds. Everything is in the page's unit, origin top left.
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
from .found_lines import alone, wanted
from .line_reader import MIN_IMAGE_LEGIBILITY, UNSURE, LineReader, ReadLine, legibility, placed_lines
from .orientation import Upright, as_shown, deskewed, on_their_side, skew_of, turned
from .picture_refs import ref_of
from .seams import TiledRegion, lines_once, regions_once, seams_of, widest_gap
from .seen import Seen
from .sideways import Facing
from .table_reader import drawn_rulings, upright_tables
from .unread import HardlyRead, hardly_read

# So many tiles are on their way to the models together: their maps take room.
TILES_AT_A_TIME = 6
# Two pieces of a ruling on both sides of a seam are no further apart than this, in pixels.
SAME_RULING = 3.0


@dataclass(frozen=True, slots=True)
class _Tile:
    """A tile as a page of its own, and its place on the page. `to_page`, (3, 3), maps its points there."""

    page: Page
    box: Box
    to_page: Matrix


class LongReader:
    """Reads long pages with models that are elsewhere."""

    def __init__(self, device: DeviceClient, lines: LineReader) -> None:
        self._device = device
        self._lines = lines

    def read(self, upright: Upright, recognition: Recognition) -> Seen:
        """What is on the page. Waits for the models."""
        began = time.perf_counter()
        hardly = HardlyRead()
        if upright.page.is_scan:
            upright, level, lines, hardly = self._scan(upright, recognition)
        else:
            read_lines = self._read(self._found(upright.page), recognition, MIN_IMAGE_LEGIBILITY)
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

    def _scan(self, upright: Upright, recognition: Recognition) -> tuple[Upright, Upright, list[ReadLine], HardlyRead]:
        """The page turned so that it can be read, the same without its skew, the lines of the latter, and those of its
        lines that were hardly read."""
        least = MIN_IMAGE_LEGIBILITY if any(map(is_sure, upright.page.words)) else 0.0
        found = self._found(upright.page)
        if on_their_side([quad for _, quad in found]):
            upright = turned(upright, 3 if self._upside_down(found, recognition) else 1)
            found = self._found(upright.page)
        lines = self._read(found, recognition, least)
        read = [word for line in lines if line is not None for word in line.words]
        if read and legibility(read) < UNSURE and self._upside_down(found, recognition):
            upright = turned(upright, 2)
            found = self._found(upright.page)
            lines = self._read(found, recognition, least)
        level = deskewed(upright, skew_of([quad for _, quad in found]))
        forward = np.linalg.inv(level.matrix) @ upright.matrix
        hardly = hardly_read([quad for _, quad in found], [() if line is None else line.words for line in lines])
        return upright, level, [line.moved(forward) for line in lines if line is not None], hardly

    def _found(self, page: Page) -> list[tuple[_Tile, Quad]]:
        """The lines that the text layer does not have, in pixels of the tile that each is to be read from."""
        tiles = _tiles(page)
        boxes = [tile.box for tile in tiles]
        found = [
            [(quad / tile.page.scale + tile.box[:2]).astype(np.float32) for quad in quads]
            for tile, quads in zip(tiles, self._detected(tiles, page.recognise), strict=True)
        ]
        once = lines_once(boxes, found, lambda number, box: _gap(tiles[number], box, seams_of(boxes)[0].axis))
        return [
            (tile, np.asarray((quad - tile.box[:2]) * tile.page.scale, np.float32))
            for tile, quads in zip(tiles, once, strict=True)
            for quad in quads
        ]

    def _detected(self, tiles: Sequence[_Tile], areas: Sequence[Box]) -> Iterator[list[Quad]]:
        """The lines that are found in each tile, in pixels of it."""
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
                    yield wanted(text_boxes(self._device.text_map_of(pending), *shape), tile.page)

    def _read(
        self, found: Sequence[tuple[_Tile, Quad]], recognition: Recognition, least: float
    ) -> list[ReadLine | None]:
        """The lines' words, in the page's unit; None for a line that is not even so legible."""
        lines = self._lines.recognise([(tile.page, quad) for tile, quad in found], recognition, least)
        return [
            None if line is None else line.moved(tile.to_page) for (tile, _), line in zip(found, lines, strict=True)
        ]

    def _upside_down(self, found: Sequence[tuple[_Tile, Quad]], recognition: Recognition) -> bool:
        return self._lines.upside_down([(tile.page, quad) for tile, quad in found], recognition) > 0

    def _regions(self, tiles: Sequence[_Tile]) -> list[TiledRegion]:
        """The page's regions, in reading order."""
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
                    readings.append(TableReading(index, cells, _shifted(table.rulings, tile)))
            else:
                readings.append(TableReading(index, (), _rulings(tiles[tiled.first : tiled.last + 1], words, tiled)))
        return readings


def _tiles(page: Page) -> list[_Tile]:
    """The page's tiles from its start to its end."""
    tiles = sorted(page.tiles, key=lambda tile: tile.box[0] + tile.box[1])
    return [_Tile(alone(tile, page), tile.box, _shift(tile.box[0], tile.box[1])) for tile in tiles]


def _shift(across: float, down: float) -> Matrix:
    return np.array([[1.0, 0.0, across], [0.0, 1.0, down], [0.0, 0.0, 1.0]])


def _level_tiles(upright: Upright, level: Upright) -> list[_Tile]:
    """The tiles of a page whose skew is taken away, each turned about its own middle: the rest is a shift."""
    forward = np.linalg.inv(level.matrix) @ upright.matrix
    tiles = []
    for tile in _tiles(upright.page):
        own = deskewed(as_shown(tile.page), level.skew - upright.skew)
        to_page = forward @ tile.to_page @ own.matrix
        tiles.append(_Tile(own.page, mapped(to_page, own.page.box), to_page))
    return tiles


def _gap(tile: _Tile, box: Box, axis: int) -> float:
    """Where a line in this box of the page is best cut along the axis."""
    picture, scale = tile.page.picture, tile.page.scale
    left, top, right, bottom = (round(side * scale) for side in moved(box, -tile.box[0], -tile.box[1]))
    left, top = min(max(left, 0), picture.columns - 1), min(max(top, 0), picture.rows - 1)
    right, bottom = min(max(right, left + 1), picture.columns), min(max(bottom, top + 1), picture.rows)
    at = (left, top)[axis] + widest_gap(picture.part((left, top, right, bottom)), axis)
    return tile.box[axis] + at / scale


def _on_tile(tile: _Tile, words: Sequence[Word]) -> list[Word]:
    """The words on the tile, in its unit."""
    back = np.linalg.inv(tile.to_page)
    return [replace(word, box=mapped(back, word.box)) for word in words if intersection(word.box, tile.box)]


def _shifted(rulings: Rulings, tile: _Tile) -> Rulings:
    across, down = float(tile.to_page[0, 2]), float(tile.to_page[1, 2])
    return Rulings(
        tuple(Ruling(line.at + down, line.start + across, line.end + across) for line in rulings.horizontal),
        tuple(Ruling(line.at + across, line.start + down, line.end + down) for line in rulings.vertical),
    )


def _rulings(tiles: Sequence[_Tile], words: Sequence[Word], tiled: TiledRegion) -> Rulings:
    """The lines that are drawn in a table over several tiles, each of them once."""
    found = []
    for tile in tiles:
        box = mapped(np.linalg.inv(tile.to_page), tiled.region.box)
        found.append(_shifted(drawn_rulings(tile.page, _on_tile(tile, words), box), tile))
    near = SAME_RULING / tiles[0].page.scale
    return Rulings(
        _once([line for rulings in found for line in rulings.horizontal], near),
        _once([line for rulings in found for line in rulings.vertical], near),
    )


def _once(lines: Sequence[Ruling], near: float) -> tuple[Ruling, ...]:
    """The lines, the pieces of one that several tiles have put together."""
    result: list[Ruling] = []
    for line in sorted(lines, key=lambda line: line.start):
        for place, other in enumerate(result):
            if abs(other.at - line.at) <= near and line.start <= other.end + near:
                result[place] = Ruling(other.at, other.start, max(other.end, line.end))
                break
        else:
            result.append(line)
    return tuple(sorted(result, key=lambda line: line.at))
