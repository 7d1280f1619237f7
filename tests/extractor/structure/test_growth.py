"""Four times the words, four times the work: pages made so that the geometry would compare everything with everything,
and documents so that what goes over their pages would.

Work is counted in calls, which are the same on every machine; comparing all with all would be sixteen times the work.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pytest
from docling_core.types.doc import DocItemLabel

from extractor.outputs.views import render
from extractor.reading.found_lines import lines_to_read
from extractor.reading.rulings import find_rulings
from extractor.structure.assemble import assemble_page
from extractor.structure.documents import document_of
from extractor.structure.lists import DEEPEST
from extractor.values.document import AssembledPage, PageElement
from extractor.values.outline import Heading
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.reading import PageReading, Region, RegionKind, Ruling, Rulings, TableCell, TableReading
from extractor.values.words import Word

from .test_continued_tables import piece

pytestmark = pytest.mark.slow

MOST = 7.0
Answer = TypeVar("Answer")


def word(text: str, x: float, y: float, line: int, width: float = 20, height: float = 8) -> Word:
    return Word(text, (x, y, x + width, y + height), line, "text_layer", height)


def page(words: list[Word], *regions: Region, tables: tuple[TableReading, ...] = ()) -> PageReading:
    return PageReading(1, 600, 1_000_000, tuple(words), regions, tables, False)


def whole(label: str, words: list[Word]) -> Region:
    return Region(RegionKind(label), (0, 0, 600, max(found.box[3] for found in words) + 10), 0.9, 0)


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
    regions = [Region(RegionKind("caption"), (19, 19 + 30 * n, 60, 30 + 30 * n), 0.9, n) for n in range(count)]
    return page(words, *regions[:100])


def columns(count: int) -> PageReading:
    words = [word(f"{n}", 20 + 60 * (n % 8), 20 + 12 * (n // 8), n // 8) for n in range(count)]
    region = whole("table", words)
    cells = tuple(TableCell(0, c, 1, 1, True, (20 + 60 * c, 15, 70 + 60 * c, 30), 0.9) for c in range(8))
    return page(words, region, tables=(TableReading(0, cells, Rulings()),))


def stacked(count: int) -> PageReading:
    """Tables of a head and three rows below one another, each over other columns than the one above."""
    words = []
    for n in range(count // 4):
        table, row = divmod(n, 4)
        for column in range(4):
            text = f"Head{column}" if row == 0 else f"{n}"
            words.append(word(text, 20 + 60 * column + 30 * (table % 2), 20 + 90 * table + 14 * row, n))
    return page(words, whole("table", words), tables=(TableReading(0, (), Rulings()),))


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


def table_of_pages(count: int) -> list[AssembledPage]:
    """A table of ten rows a page, its head repeated on each: one table over all of them."""
    rows = [["Date", "Text", "Amount"], *([f"{n}.1.", "Rent", f"{n}.00"] for n in range(9))]
    return [AssembledPage(n, 600.0, 800.0, (piece(n, rows, 60),)) for n in range(1, count + 1)]


def headings_of_pages(count: int) -> list[AssembledPage]:
    """Pages of headings, each in a size of its own."""
    box = (20.0, 20.0, 80.0, 30.0)

    def headings(n: int) -> tuple[PageElement, ...]:
        label = DocItemLabel.SECTION_HEADER
        return tuple(PageElement(n, label, f"Part {n}", box, "text_layer", 1.0, size=n + k) for k in range(8))

    return [AssembledPage(n, 600.0, 800.0, headings(n)) for n in range(1, count + 1)]


def calls_in(function: Callable[[], Answer]) -> tuple[Answer, int]:
    """What the function returns, and how many functions are called meanwhile."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        return function(), calls
    finally:
        sys.setprofile(None)


def work(reading: PageReading) -> int:
    """How many functions are called while the page is assembled."""
    assembled, calls = calls_in(lambda: assemble_page(reading))
    told = sum(len(element.text.split()) for element in assembled.elements)
    assert told >= len(reading.words)
    return calls


@pytest.mark.parametrize("make", [prose, strays, heap, dashes, counted, captions, columns, stacked, ruled, one_row])
def test_work_grows_with_the_words(make: Callable[[int], PageReading]) -> None:
    assert work(make(1600)) <= MOST * work(make(400))


@pytest.mark.parametrize("make", [table_of_pages, headings_of_pages])
def test_work_on_a_document_grows_with_its_pages(make: Callable[[int], list[AssembledPage]]) -> None:
    def put_together(count: int) -> int:
        pages = make(count)
        outline = [Heading(f"Part {n}", 1, n) for n in range(count)]
        result, calls = calls_in(lambda: document_of(pages, outline))
        assert len(result.pages) == count
        assert sum(element.continues is not None for element in result.printed) in (0, count - 1)
        return calls

    assert put_together(80) <= MOST * put_together(20)


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


def test_detected_lines_meet_all_words_at_once() -> None:
    def meet(count: int) -> int:
        words = tuple(word("tiny", n % 600, n // 600, 0, 0.5, 0.5) for n in range(count))
        image = np.empty((0, 0, 3), np.uint8)
        scan = Page(1, 600, 1000, PagePicture(image, 0), 1.0, words, ((0, 0, 600, 1000),))
        quads = [np.array([[9, y], [99, y], [99, y + 9], [9, y + 9]], np.float32) for y in range(0, 900, 10)]
        found, calls = calls_in(lambda: lines_to_read(quads, scan))
        assert len(found) == len(quads)
        return calls

    assert meet(1600) <= 1.5 * meet(400) + 4 * 1600


def test_stairs_of_a_list_are_not_climbed_for_ever() -> None:
    words = [
        found
        for n in range(400)
        for found in (word("\u2022", 5 + n, 5 + 2 * n, n, 0.5, 1), word(f"stair{n}", 6 + n, 5 + 2 * n, n, 9, 1))
    ]
    assembled = assemble_page(page(words, whole("text", words)))
    assert max(element.level or 0 for element in assembled.elements) == DEEPEST
    told = render(document_of([assembled]), ["markdown", "text", "html", "docling"])
    assert all(f"stair{n}" in told[view] for n in range(400) for view in ("markdown", "text", "html"))
