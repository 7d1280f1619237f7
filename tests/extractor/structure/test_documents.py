"""Pages and bookmarks -> the document: levels, joined tables, ids and each element's words."""

from __future__ import annotations

import pickle

import numpy as np
from docling_core.types.doc import DocItemLabel

from extractor.structure.assemble import assemble_page
from extractor.structure.documents import document_of
from extractor.values.boxes import Box, Matrix
from extractor.values.document import AssembledPage, PageElement, Tie
from extractor.values.outline import Heading
from extractor.values.reading import PageReading, Region, RegionKind, Rulings, TableCell, TableReading
from extractor.values.words import Word, WordPart
from tests.extractor.structure.test_continued_tables import FIRST, HEAD, SECOND, piece
from tests.extractor.structure.test_pairs import placed


def page(words: list[Word], to_shown: Matrix | None = None, table: TableReading | None = None) -> AssembledPage:
    """A page with a text, or a table, in its upper part."""
    kind = RegionKind("text" if table is None else "table")
    regions = (Region(kind, (40.0, 90.0, 500.0, 200.0), 0.9, 0),)
    tables = () if table is None else (table,)
    return assemble_page(PageReading(1, 600.0, 800.0, tuple(words), regions, tables, False, to_shown=to_shown))


def said(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def heading(number: int, text: str) -> PageElement:
    box: Box = (50.0, 20.0, 100.0, 30.0)
    return PageElement(number, DocItemLabel.SECTION_HEADER, text, box, "text_layer", 0.9, 2, size=12.0)


def test_levels_and_tables_are_decided_once() -> None:
    first = AssembledPage(1, 600.0, 800.0, (heading(1, "Berths"), piece(1, [HEAD, *FIRST], 600)))
    second = AssembledPage(2, 600.0, 800.0, (piece(2, [HEAD, *SECOND], 60), heading(2, "Cranes")))
    document = document_of([first, second], [Heading("Berths", 1, 1), Heading("Cranes", 3, 2)])
    assert [(size.number, size.width, size.height) for size in document.pages] == [(1, 600.0, 800.0), (2, 600.0, 800.0)]
    assert [element.level for element in document.printed] == [2, None, None, 4]
    assert document.printed[1].table is not None
    assert document.printed[1].table.rows == 1 + len(FIRST) + len(SECOND)
    assert [named.id for named in document.elements] == ["e0", "e1", "e2", "e3"]
    assert [named.ties for named in document.elements] == [(), (), (Tie("continues", "e1"),), ()]


def test_labels_values_and_check_boxes_have_ids_of_their_own() -> None:
    words = placed((50, 100, "Name:"), (200, 100, "Ada Byron"), (50, 120, "Town:"), (200, 120, "Bonn am Rhein"))
    boxes = placed((50, 150, "\u2611 paid"))
    regions = (
        Region(RegionKind("text"), (40.0, 95.0, 500.0, 140.0), 0.9, 0),
        Region(RegionKind("text"), (40.0, 145.0, 500.0, 170.0), 0.9, 1),
    )
    reading = PageReading(1, 600.0, 800.0, (*words, *boxes), regions, (), False)
    document = document_of([assemble_page(reading)])
    assert [(named.id, named.element.text, said(named.element.words)) for named in document.elements[:4]] == [
        ("e0", "Name:", "Name:"),
        ("e1", "Ada Byron", "Ada Byron"),
        ("e2", "Town:", "Town:"),
        ("e3", "Bonn am Rhein", "Bonn am Rhein"),
    ]
    box = document.elements[-1]
    assert (box.id, box.selected, box.label, box.ties) == ("e5", True, "paid", (Tie("part_of", "e4"),))
    assert said(document.printed[1].words) == "\u2611 paid"


def test_every_word_is_kept_in_one_element_line_by_line() -> None:
    words = placed((50, 120, "second line"), (50, 100, "first line"), (300, 700, "a stray"))
    elements = page(words).elements
    assert [said(element.words) for element in elements] == ["first line second line", "a stray"]
    assert [" ".join(element.text.split()) for element in elements] == [said(element.words) for element in elements]


def test_a_page_crosses_to_another_process_as_it_is() -> None:
    parts = (WordPart(2, True, False, True),)
    word = Word("Sum1", (50, 100, 90, 112), 3, "ocr", 9.0, True, True, False, 0.7, parts, "https://a.example")
    assembled = page([word, *placed((50, 140, "plain"))])
    back = pickle.loads(pickle.dumps(assembled))
    assert back == assembled
    assert word in {word for element in back.elements for word in element.words}


def test_words_are_on_the_page_as_it_is_shown() -> None:
    words = placed((50, 100, "turned about"))
    upside_down = np.array([[-1.0, 0.0, 600.0], [0.0, -1.0, 800.0], [0.0, 0.0, 1.0]])
    (element,) = page(words, to_shown=upside_down).elements
    assert [word.box for word in element.words] == [
        (600 - right, 800 - bottom, 600 - left, 800 - top) for left, top, right, bottom in (word.box for word in words)
    ]


def test_words_that_are_shown_by_a_quarter_turn_run_up_or_down() -> None:
    words = placed((50, 100, "turned"))
    quarter = np.array([[0.0, -1.0, 600.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    (element,) = page(words, to_shown=quarter).elements
    assert [(word.box, word.upright) for word in element.words] == [((488.0, 50.0, 500.0, 80.0), False)]


def test_words_of_a_table_that_is_printed_sideways_are_on_the_page() -> None:
    """Points of the table as it is read, mapped to the page by a quarter turn."""
    to_page = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 600.0], [0.0, 0.0, 1.0]])
    words = [
        Word("Date", (100.0, 150.0, 110.0, 180.0), 0, "ocr", 10.0, upright=False),
        Word("Sum", (100.0, 100.0, 110.0, 120.0), 0, "ocr", 10.0, upright=False),
        Word("1.1.", (120.0, 150.0, 130.0, 180.0), 1, "ocr", 10.0, upright=False),
        Word("9.50", (120.0, 100.0, 130.0, 120.0), 1, "ocr", 10.0, upright=False),
    ]
    cells = tuple(
        TableCell(row, column, 1, 1, False, (420 + 60 * column, 95 + 20 * row, 475 + 60 * column, 115 + 20 * row), 0.9)
        for row in range(2)
        for column in range(2)
    )
    (element,) = page(words, table=TableReading(0, cells, Rulings(), to_page)).elements
    assert element.table is not None
    assert {word.text: word.box for word in element.words} == {word.text: word.box for word in words}
    assert not any(word.upright for word in element.words)
