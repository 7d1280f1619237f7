"""Tiles of a long page: each line and each region of the page once, whatever the tiles have seen of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from extractor.pages.long_pages import MOST_TILES, tiles_of
from extractor.reading.seams import lines_once, regions_once, widest_gap
from extractor.values.arrays import Quad
from extractor.values.boxes import Box
from extractor.values.reading import Region, RegionKind

# Two tiles of a roll, and of a strip: they share 200 units.
DOWN: list[Box] = [(0, 0, 400, 1000), (0, 800, 400, 1800)]
ACROSS: list[Box] = [(0, 0, 1000, 300), (800, 0, 1800, 300)]


def quad(left: float, top: float, right: float, bottom: float, fall: float = 0.0) -> Quad:
    """A line; it falls by so much from its left end to its right one."""
    return np.array([(left, top), (right, top + fall), (right, bottom + fall), (left, bottom)], np.float32)


def spans(lines: list[list[Quad]], axis: int) -> list[list[tuple[float, float]]]:
    return [[(float(line[:, axis].min()), float(line[:, axis].max())) for line in tile] for tile in lines]


def never(tile: int, box: Box) -> float:
    raise AssertionError("no line runs through the seam")


def test_of_a_line_that_both_tiles_have_whole_one_is_kept() -> None:
    found = [[quad(10, 850, 300, 875), quad(10, 950, 300, 975)], [quad(10, 851, 300, 876), quad(10, 949, 300, 974)]]
    assert spans(lines_once(DOWN, found, never), 1) == [[(850, 875)], [(949, 974)]]


def test_of_a_line_that_is_cut_in_one_tile_the_other_ones_is_kept() -> None:
    found = [[quad(10, 985, 300, 1000), quad(10, 790, 300, 815)], [quad(10, 985, 300, 1010), quad(10, 800, 300, 815)]]
    assert spans(lines_once(DOWN, found, never), 1) == [[(790, 815)], [(985, 1010)]]


def test_lines_close_to_each_other_are_not_one() -> None:
    rows = [quad(10, top, 300, top + 27) for top in range(810, 990, 25)]
    once = lines_once(DOWN, [rows, rows], never)
    assert sorted(span for tile in spans(once, 1) for span in tile) == [(top, top + 27) for top in range(810, 990, 25)]


def test_a_line_that_one_tile_alone_has_is_kept() -> None:
    assert spans(lines_once(DOWN, [[quad(10, 900, 90, 925)], [quad(200, 900, 300, 925)]], never), 0) == [
        [(10, 90)],
        [(200, 300)],
    ]


def test_what_two_tiles_part_differently_is_taken_from_one() -> None:
    name, amount, both = quad(10, 850, 120, 875), quad(300, 850, 380, 875), quad(10, 850, 380, 875)
    assert spans(lines_once(DOWN, [[name, amount], [both]], never), 0) == [[(10, 120), (300, 380)], []]


def test_a_line_that_runs_through_a_seam_is_parted_at_its_gap() -> None:
    found = [[quad(20, 40, 1000, 80), quad(20, 160, 990, 200)], [quad(800, 40, 1700, 80), quad(802, 160, 1700, 200)]]
    gaps: list[Box] = []

    def gap(tile: int, box: Box) -> float:
        gaps.append(box)
        return 880.0 + 10 * len(gaps)

    once = lines_once(ACROSS, found, gap)
    assert spans(once, 0) == [[(20, 890), (20, 900)], [(890, 1700), (900, 1700)]]
    assert gaps == [(800, 40, 1000, 80), (800, 160, 1000, 200)]


def test_a_line_that_falls_is_parted_along_itself() -> None:
    found = [[quad(0, 40, 1000, 80, fall=20)], [quad(800, 56, 1800, 96, fall=20)]]
    (before,), (after,) = lines_once(ACROSS, found, lambda tile, box: 900.0)
    assert before.tolist() == [[0, 40], [900, 58], [900, 98], [0, 80]]
    assert after.tolist() == [[900, 58], [1800, 76], [1800, 116], [900, 98]]


def test_a_line_over_three_tiles_is_three() -> None:
    tiles: list[Box] = [(0, 0, 1000, 300), (800, 0, 1800, 300), (1600, 0, 2600, 300)]
    found = [[quad(20, 40, 1000, 80)], [quad(800, 40, 1800, 80)], [quad(1600, 40, 2500, 80)]]
    assert spans(lines_once(tiles, found, lambda tile, box: (box[0] + box[2]) / 2), 0) == [
        [(20, 900)],
        [(900, 1700)],
        [(1700, 2500)],
    ]


def test_a_line_is_cut_in_its_widest_gap() -> None:
    picture = np.full((40, 200, 3), 240, np.uint8)
    for start in (0, 20, 60, 80, 160):
        picture[8:32:3, start : start + 15] = 20
    assert widest_gap(picture, 0) == pytest.approx(127, abs=2)
    assert widest_gap(picture.transpose(1, 0, 2), 1) == pytest.approx(127, abs=2)


def region(label: str, box: Box, order: float = 0.0) -> Region:
    return Region(RegionKind(label), box, 0.9, order)


def test_a_region_over_a_seam_is_one_and_the_others_are_there_once() -> None:
    first = [
        region("table", (10, 100, 390, 1000), 1),
        region("doc_title", (10, 10, 390, 60)),
        region("text", (10, 930, 390, 990), 2),
    ]
    second = [region("table", (12, 800, 388, 1500), 0), region("text", (10, 1600, 390, 1650), 1)]
    seen = [
        (tiled.region.kind.label, tiled.region.box, tiled.first, tiled.last)
        for tiled in regions_once(DOWN, [first, second])
    ]
    assert seen == [
        ("table", (10, 100, 390, 1500), 0, 1),
        ("doc_title", (10, 10, 390, 60), 0, 0),
        ("text", (10, 1600, 390, 1650), 1, 1),
    ]


def test_regions_beside_each_other_on_a_seam_stay_apart() -> None:
    first = [region("text", (10, 700, 190, 1000)), region("text", (210, 700, 390, 1000))]
    second = [region("text", (10, 800, 190, 1200)), region("text", (210, 800, 390, 1300))]
    assert [tiled.region.box for tiled in regions_once(DOWN, [first, second])] == [
        (10, 700, 190, 1200),
        (210, 700, 390, 1300),
    ]


@pytest.mark.parametrize("size", [(576, 9608), (576, 57_600), (20_000, 400), (60, 60_000), (1200, 5000)], ids=str)
def test_tiles_cover_a_long_page_and_overlap(size: tuple[int, int]) -> None:
    tiles = tiles_of(*size)
    axis = 0 if size[0] > size[1] else 1
    assert tiles[0][axis] == 0
    assert tiles[-1][axis + 2] == max(size)
    assert 1 < len(tiles) <= MOST_TILES
    assert all(after[axis] + 0.29 * min(size) <= before[axis + 2] for before, after in pairwise(tiles))
    assert all(tile[1 - axis] == 0 and tile[3 - axis] == min(size) for tile in tiles)


@pytest.mark.parametrize(
    "size", [(1654, 2339), (600, 1800), (576, 1200), (2100, 546), (120, 760), (20_000, 10), (1, 1)], ids=str
)
def test_a_page_of_common_proportions_or_a_small_one_is_read_whole(size: tuple[int, int]) -> None:
    assert tiles_of(*size) == []
