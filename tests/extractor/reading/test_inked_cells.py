"""Check boxes alone in the cells of a ruled table on a scan; other ink in a cell that is not read is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from extractor.engine import Engine
from extractor.reading.inked_cells import with_boxes_in_cells
from extractor.reading.rulings import find_rulings
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.reading import TableReading
from extractor.values.words import Word
from tests.documents import image_bytes
from tests.extractor.reading.test_inked_boxes import INK, Scan, cross, fill_inside
from tests.extractor.reading.test_page_reader import read

LEFT, TOP, ROW, COLUMNS = 60, 90, 70, (60, 360, 500, 820)
Mark = Callable[[ImageDraw.ImageDraw, int, int], None]


def nothing(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """An empty cell."""


def empty_box(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.rectangle((x, y, x + 28, y + 28), outline=INK, width=2)


def ticked_box(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    empty_box(draw, x, y)
    cross(draw, x, y)


def filled_box(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    empty_box(draw, x, y)
    fill_inside(draw, x, y)


def long_tick(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A pen's tick without a box."""
    draw.line((x - 10, y + 10, x + 4, y + 26, x + 60, y - 6), fill=(20, 30, 140), width=4)


def speck(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.ellipse((x, y, x + 4, y + 4), fill=INK)


def table(*marks: Mark, lines: bool = True) -> tuple[Scan, tuple[float, float, float, float]]:
    """A ruled table with a label and a mark in each row, and its box."""
    scan = Scan()
    foot = TOP + ROW * len(marks)
    for y in range(TOP, foot + 1, ROW):
        scan.draw.line((COLUMNS[0], y, COLUMNS[-1], y), fill=INK, width=2)
    for x in COLUMNS if lines else COLUMNS[::3]:
        scan.draw.line((x, TOP, x, foot), fill=INK, width=2)
    for number, mark in enumerate(marks):
        y = TOP + ROW * number + 20
        scan.text(f"Ladder {number}", LEFT + 20, y)
        mark(scan.draw, 416, y)
    return scan, (50.0, 80.0, 830.0, foot + 10.0)


def told(scan: Scan, box: tuple[float, float, float, float]) -> tuple[list[str], int]:
    """The texts of the boxes found, from top to bottom, and the number of cells that were not read."""
    pixels = scan.pixels()
    left, top, right, bottom = (int(side) for side in box)
    rulings = find_rulings(pixels[top:bottom, left:right], 34.0, (box[0], box[1]))
    page = Page(1, 900.0, 700.0, PagePicture(pixels, 0), 1.0)
    words, unread = with_boxes_in_cells(page, scan.words, [TableReading(0, (), rulings)])
    found = sorted((word for word in words if word.text.startswith("[")), key=lambda word: word.box[1])
    return [word.text for word in found], len(unread)


@pytest.mark.parametrize("chosen", [ticked_box, filled_box])
def test_boxes_that_were_not_found_are_told(chosen: Mark) -> None:
    assert told(*table(empty_box, chosen, empty_box)) == (["[ ]", "[x]", "[ ]"], 0)


def test_what_was_read_in_place_of_a_box_goes() -> None:
    scan, box = table(empty_box, ticked_box)
    scan.words.append(Word("\u0107", (416.0, 100.0, 446.0, 150.0), 90, "ocr", 50.0, confidence=0.9))
    # One sign for both, on the line between them.
    scan.words.append(Word("\u51b5", (418.0, 108.0, 442.0, 212.0), 91, "ocr", 50.0, confidence=0.9))
    assert told(scan, box) == (["[ ]", "[x]"], 0)


def test_other_ink_is_told_as_not_read_and_empty_cells_and_specks_are_not() -> None:
    assert told(*table(long_tick, nothing, speck, long_tick)) == ([], 2)


def test_cells_that_lines_do_not_close_and_those_with_words_are_not_looked_at() -> None:
    assert told(*table(long_tick, long_tick, lines=False)) == ([], 0)
    scan, box = table(long_tick, nothing)
    scan.words.append(Word("AM", (410.0, 106.0, 466.0, 142.0), 90, "ocr", 36.0))
    assert told(scan, box) == ([], 0)


def test_a_letter_in_a_box_stays() -> None:
    scan, box = table(empty_box, empty_box)
    scan.draw.text((424, 110), "K", fill=INK)
    scan.words.append(Word("K", (420.0, 106.0, 440.0, 142.0), 90, "ocr", 36.0))
    assert told(scan, box) == (["[ ]"], 0)


def test_a_scanned_table_tells_marks_that_were_not_read(engine: Engine) -> None:
    scan, _ = table(nothing, long_tick, nothing)
    for number, word in enumerate(("Fit", "Unfit", "Fit")):
        scan.text(word, 520, TOP + ROW * number + 20)
    metadata = read(engine, image_bytes(Image.fromarray(scan.pixels()), "PNG"))["metadata"]
    notices = [notice for notice in metadata["notices"] if notice["code"] == "TEXT_NOT_READ"]
    assert [notice["message"] for notice in notices] == ["page 1: 1 cell(s) of tables with marks that were not read"]
    assert notices[0]["bbox"] == pytest.approx([360, 160, 500, 230], abs=4)
