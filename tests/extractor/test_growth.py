"""Four times the words, four times the work: pages made so that the geometry would compare everything with everything.

Work is counted in calls, which are the same on every machine; comparing all with all would be sixteen times the work.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

import numpy as np
import pytest

from extractor.assemble import assemble_page
from extractor.models.layout import Region
from extractor.models.tables import TableCell
from extractor.reading import PageReading, TableReading
from extractor.rulings import Ruling, Rulings, find_rulings
from extractor.text_layer import Word

MOST = 7.0


def word(text: str, x: float, y: float, line: int, width: float = 20, height: float = 8) -> Word:
    return Word(text, (x, y, x + width, y + height), line, "text_layer", height)


def page(words: list[Word], *regions: Region, tables: tuple[TableReading, ...] = ()) -> PageReading:
    return PageReading(1, 600, 1_000_000, tuple(words), regions, tables, False)


def whole(label: str, words: list[Word]) -> Region:
    return Region(label, (0, 0, 600, max(found.box[3] for found in words) + 10), 0.9, 0)


def prose(count: int) -> PageReading:
    words = [word("berth", 20 + 25 * (n % 20), 20 + 12 * (n // 20), n // 20) for n in range(count)]
    return page(words, whole("text", words))


def strays(count: int) -> PageReading:
    return page([word("stray", 20 + 60 * (n % 9), 20 + 40 * (n // 9), n) for n in range(count)])


def heap(count: int) -> PageReading:
    chance = random.Random(1)
    words = [word("heap", 100 + chance.random() * 10, 100 + chance.random() * 30, n) for n in range(count)]
    return page(words, whole("text", words))


def dashes(count: int) -> PageReading:
    words = [
        found for n in range(count // 2) for found in (word("-", 20, 20 + 12 * n, n, 4), word("x", 40, 20 + 12 * n, n))
    ]
    return page(words, whole("text", words))


def counted(count: int) -> PageReading:
    words = [
        found
        for n in range(count // 2)
        for found in (word(f"{n % 9}.", 20 + 40 * (n % 5), 20 + 12 * n, n, 8), word("x", 300, 20 + 12 * n, n))
    ]
    return page(words, whole("text", words))


def captions(count: int) -> PageReading:
    words = [word("Table 1", 20, 20 + 30 * n, n) for n in range(count)]
    regions = [Region("figure_title", (19, 19 + 30 * n, 60, 30 + 30 * n), 0.9, n) for n in range(count)]
    return page(words, *regions[:100])


def columns(count: int) -> PageReading:
    words = [word(f"{n}", 20 + 60 * (n % 8), 20 + 12 * (n // 8), n // 8) for n in range(count)]
    region = whole("table", words)
    cells = tuple(TableCell(0, c, 1, 1, True, (20 + 60 * c, 15, 70 + 60 * c, 30), 0.9) for c in range(8))
    return page(words, region, tables=(TableReading(0, cells, Rulings()),))


def ruled(count: int) -> PageReading:
    words = [word(f"{n}", 20 + 60 * (n % 8), 20 + 14 * (n // 8), n // 8) for n in range(count)]
    rows = count // 8
    lines = Rulings(
        tuple(Ruling(17 + 14 * n, 15, 495) for n in range(rows + 1)),
        tuple(Ruling(15 + 60 * n, 17, 17 + 14 * rows) for n in range(9)),
    )
    return page(words, whole("table", words), tables=(TableReading(0, (), lines),))


def one_row(count: int) -> PageReading:
    words = [word("x", 20 + 1.5 * n, 20, 0, 1) for n in range(count)]
    return page(words, whole("table", words), tables=(TableReading(0, (), Rulings()),))


def work(reading: PageReading) -> int:
    """How many functions are called while the page is assembled."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        assembled = assemble_page(reading)
    finally:
        sys.setprofile(None)
    told = sum(len(element.text.split()) for element in assembled.elements)
    assert told >= len(reading.words)
    return calls


@pytest.mark.parametrize("make", [prose, strays, heap, dashes, counted, captions, columns, ruled, one_row])
def test_work_grows_with_the_words(make: Callable[[int], PageReading]) -> None:
    assert work(make(1600)) <= MOST * work(make(400))


def test_hatching_is_no_table() -> None:
    image = np.full((3000, 1200, 3), 255, np.uint8)
    for top in range(0, 3000, 7):
        for left in range(top % 40, 1200, 40):
            image[top, left : left + 32] = 0
    assert find_rulings(image, 8.0) == Rulings()


def test_squared_paper_is_text() -> None:
    words = [word(f"{n}", 20 + 60 * (n % 8), 20 + 14 * (n // 8), n // 8) for n in range(160)]
    lines = Rulings(
        tuple(Ruling(15 + 4 * n, 15, 495) for n in range(120)), tuple(Ruling(15 + 4 * n, 15, 495) for n in range(120))
    )
    (element,) = assemble_page(page(words, whole("table", words), tables=(TableReading(0, (), lines),))).elements
    assert len(element.text.split()) == 160
    assert element.table is None or element.table.rows * element.table.columns <= 400
