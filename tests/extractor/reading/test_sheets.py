"""Sheets that lie on a scan: found by their edges, told from the blocks, boxes and columns of one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from extractor.reading.sheets import (
    blocks_of,
    box_around,
    in_order,
    lines_outside,
    on_their_sides,
    sheets_on,
    stands_alone,
)
from extractor.structure.assemble import assemble_page
from extractor.values.arrays import Quad
from extractor.values.boxes import Box, Matrix
from extractor.values.reading import PageReading, Region, RegionKind
from extractor.values.words import Word
from tests.receipts import BAKERY, HOTEL, PARKING, Laid, scan_of

THREE = (Laid(BAKERY, 60, 60), Laid(HOTEL, 700, 100, 90), Laid(PARKING, 80, 560, 180))


def lines_of(scan: Image.Image) -> list[Quad]:
    """The words and lines of dark print on white, as a detector would outline them."""
    ink = (np.asarray(scan.convert("L")) < 100).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(ink, np.ones((9, 9), np.uint8)))
    return [
        np.array([(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)], np.float32)
        for left, top, wide, high, _ in stats[1:count].tolist()
    ]


def lines_on(laid: Sequence[Laid], size: tuple[int, int] = (1240, 1100)) -> list[Quad]:
    return lines_of(scan_of(laid, size, frame=None))


def held(box: Box, one: Laid) -> bool:
    """Whether the box is the receipt's, which lies straight."""
    return abs(box[0] - one.left) < 12 and abs(box[1] - one.top) < 12


@pytest.mark.parametrize(("ground", "frame"), [(255, 190), (60, None), (150, None)], ids=["frames", "dark", "grey"])
@pytest.mark.parametrize("count", [2, 3])
def test_receipts_are_found_by_their_edges(ground: int, frame: int | None, count: int) -> None:
    laid = THREE[:count]
    boxes = sheets_on(np.asarray(scan_of(laid, ground=ground, frame=frame)), lines_on(laid))
    assert len(boxes) == count
    assert all(held(box, one) for box, one in zip(boxes, laid, strict=True))


def test_receipts_that_lie_askew_are_found() -> None:
    laid = (Laid(BAKERY, 60, 60, 4), Laid(HOTEL, 680, 100, -6, size=20), Laid(PARKING, 80, 560, 175))
    assert len(sheets_on(np.asarray(scan_of(laid, ground=70, frame=None)), lines_on(laid))) == 3


def page_with(boxes: Sequence[tuple[int, int, int, int]], lines: Sequence[tuple[int, int, str]]) -> Image.Image:
    image = Image.new("RGB", (1240, 1100), "white")
    draw = ImageDraw.Draw(image)
    for box in boxes:
        draw.rectangle(box, outline=(90, 90, 90), width=2)
    for left, top, text in lines:
        draw.text((left, top), text, fill="black", font_size=24)
    return image


COLUMN = [(80 + 560 * column, 80 + 40 * row, f"Line {row} of a column") for column in (0, 1) for row in range(20)]
ADDRESS = [(100, 100 + 40 * row, text) for row, text in enumerate(("Miller Ltd.", "14 Canal Street", "Manchester"))]
DATES = [(800, 100 + 40 * row, text) for row, text in enumerate(("Invoice 4711", "Date 17.10.2026", "Due 16.11.2026"))]
BODY = [(100, 400 + 40 * row, f"Item {row} of the invoice, each at its price of {row}.50") for row in range(10)]


@pytest.mark.parametrize(
    ("boxes", "lines"),
    [
        ([], COLUMN),
        ([(60, 60, 560, 900), (620, 60, 1180, 900)], [*COLUMN, *((80, 950 + 40 * n, "below both") for n in range(4))]),
        ([(80, 80, 500, 240), (780, 80, 1180, 240)], [*ADDRESS, *DATES, *BODY]),
        ([(60, 60, 620, 900), (622, 60, 1180, 900)], COLUMN),
        ([(40, 40, 1200, 1060)], [*ADDRESS, *DATES, *BODY]),
    ],
    ids=[
        "two columns",
        "columns in boxes",
        "address and dates in boxes",
        "cells of a table",
        "a frame around the page",
    ],
)
def test_a_page_with_columns_or_boxes_is_one(
    boxes: Sequence[tuple[int, int, int, int]], lines: Sequence[tuple[int, int, str]]
) -> None:
    page = page_with(boxes, lines)
    assert sheets_on(np.asarray(page), lines_of(page)) == []


def test_lines_are_one_block_across_a_receipts_gap_and_two_across_white_space() -> None:
    lines = lines_on(THREE)
    blocks = blocks_of(lines)
    assert len(blocks) == 3
    assert all(stands_alone(lines, block) for block in blocks)


def test_the_one_that_stands_on_its_side_is_told() -> None:
    (box,) = on_their_sides(lines_on(THREE))
    assert 690 < box[0] < box[2] < 980
    assert 90 < box[1] < box[3] < 560
    assert on_their_sides(lines_on((THREE[0], THREE[2]))) == []


def test_figures_under_each_other_do_not_stand_on_their_side() -> None:
    figures = [(x, 40.0 * row, x + 11, 40.0 * row + 36) for x in (100.0, 300.0, 500.0) for row in range(12)]
    assert on_their_sides([np.array([(a, b), (c, b), (c, d), (a, d)], np.float32) for a, b, c, d in figures]) == []


def test_a_block_beside_the_text_does_not_stand_alone() -> None:
    page = page_with([], [(100, 100 + 40 * row, "A line of text that goes on") for row in range(4)])
    lines = [*lines_of(page), *(np.array([(x, 90), (x + 20, 90), (x + 20, 200), (x, 200)], np.float32) for x in (70,))]
    (alone,) = [block for block in blocks_of(lines) if len(block) == 1]
    assert not stands_alone(lines, alone)


def test_what_stands_on_a_sheet_is_told_from_the_rest() -> None:
    lines = lines_on(THREE)
    rest = lines_outside(lines, [box_around(lines_on(THREE[:1]))])
    assert len(rest) == len(lines) - len(lines_on(THREE[:1]))


def test_boxes_are_read_above_before_below_and_left_before_right() -> None:
    tall, upper, lower, foot = (0, 0, 100, 500), (200, 20, 300, 200), (200, 250, 300, 480), (0, 600, 300, 700)
    assert in_order([foot, lower, upper, tall]) == [tall, upper, lower, foot]


def page_of(
    lines: Sequence[tuple[str, Box]], *, sheets: tuple[PageReading, ...] = (), shown: Matrix | None = None
) -> PageReading:
    """A page, or a sheet on it, with a line of text at each of these places."""
    words = tuple(Word(text, box, number, "ocr", 10.0) for number, (text, box) in enumerate(lines))
    regions = tuple(Region(RegionKind("text"), box, 0.9, float(order)) for order, (_, box) in enumerate(lines))
    return PageReading(1, 600, 800, words, regions, (), True, to_shown=shown, sheets=sheets)


def test_a_sheets_elements_follow_one_another_where_it_lies_and_captions_keep_their_pictures() -> None:
    # Upside down, its lines from the page's place (500, 300) upwards and to the left.
    turned = np.array([[-1.0, 0.0, 500.0], [0.0, -1.0, 300.0], [0.0, 0.0, 1.0]])
    sheet = page_of([("first", (10, 10, 90, 20)), ("second", (10, 30, 90, 40))], shown=turned)
    below = page_of([("above", (10, 10, 90, 20)), ("below", (10, 700, 90, 712))], sheets=(sheet,))
    picture = Region(RegionKind("picture"), (200, 400, 400, 600), 0.9, 0.5)
    caption = Region(RegionKind("caption"), (200, 605, 400, 617), 0.9, 0.6)
    words = (*below.words, Word("caption", (210, 606, 300, 616), 9, "ocr", 10.0))
    regions = (*below.regions, picture, caption)
    elements = assemble_page(replace(below, words=words, regions=regions)).elements
    assert [element.text for element in elements] == ["above", "first", "second", "", "caption", "below"]
    assert elements[1].box == (410, 280, 490, 290)
    assert elements[4].caption_of == 3
