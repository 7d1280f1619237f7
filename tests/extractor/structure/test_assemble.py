"""What the models saw -> elements: nothing lost, nothing twice, in the order that a reader follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from docling_core.types.doc import ContentLayer, DocItemLabel

from extractor.outputs.docling_document import to_docling
from extractor.structure.assemble import assemble_page
from extractor.structure.headings import with_levels
from extractor.values.boxes import Box
from extractor.values.document import AssembledPage, PageElement
from extractor.values.outline import Heading
from extractor.values.reading import PageReading, Region, RegionKind, Rulings, TableReading
from extractor.values.words import Word

FURNITURE = ("page_header", "page_footer")


def word(text: str, left: float, top: float, line: int = 0, size: float = 10.0) -> Word:
    """A word of the text layer, five points a letter wide."""
    return Word(text, (left, top, left + 5 * len(text), top + size), line, "text_layer", size)


def sentence(text: str, left: float, top: float, line: int) -> list[Word]:
    """Words one after the other on one line."""
    words = []
    for part in text.split():
        words.append(word(part, left, top, line))
        left += 5 * len(part) + 3
    return words


def page(words: list[Word], regions: list[tuple[str, Box, float]]) -> AssembledPage:
    """A 600 by 800 page whose regions, by docling-core's labels, are read in the order given."""
    seen = tuple(
        Region(RegionKind(label, label in FURNITURE), box, score, float(order))
        for order, (label, box, score) in enumerate(regions)
    )
    return assemble_page(PageReading(1, 600.0, 800.0, tuple(words), seen, (), False))


def texts(assembled: AssembledPage) -> list[str]:
    return [element.text for element in assembled.elements]


def test_words_go_to_the_region_that_they_stand_in_in_the_models_order() -> None:
    words = sentence("left column", 50, 100, 0) + sentence("right column", 350, 100, 0)
    regions = [("text", (340.0, 90.0, 560.0, 120.0), 0.9), ("text", (40.0, 90.0, 300.0, 120.0), 0.9)]
    assert texts(page(words, regions)) == ["right column", "left column"]


def test_a_label_in_a_region_that_reaches_into_a_tables_row_is_in_that_row() -> None:
    rows = [("Meter", "Units", "Sum"), ("Day", "1506", "469.87"), ("Night", "939", "232.87"), ("", "", "702.74")]
    words = [
        word(text, left, 100 + 20 * row)
        for row, own in enumerate(rows)
        for left, text in zip((50, 200, 300), own, strict=True)
        if text
    ]
    region = Region(RegionKind("table"), (45.0, 95.0, 340.0, 168.0), 0.9, 0.0)

    def last_row(left: float, top: float, box: Box) -> list[str]:
        """The last row of the table beside a label in this region."""
        seen = (region, Region(RegionKind("footnote"), box, 0.5, 1.0))
        read = (*words, *sentence("Total due", left, top, 9))
        reading = PageReading(1, 600.0, 800.0, read, seen, (TableReading(0, (), Rulings()),), False)
        (found,) = [element.table for element in assemble_page(reading).elements if element.table is not None]
        return [cell.text for cell in found.cells if cell.row == found.rows - 1 and cell.text]

    assert last_row(190, 160, (185.0, 157.0, 240.0, 172.0)) == ["Total due", "702.74"]
    assert last_row(190, 172, (185.0, 165.0, 240.0, 185.0)) == ["702.74"], "on no row's height"
    assert last_row(350, 160, (345.0, 157.0, 400.0, 172.0)) == ["702.74"], "beside the table"


def test_words_of_a_switched_off_layer_stand_apart_from_the_line_that_they_would_be_on() -> None:
    seen, hidden = sentence("Payable now", 50, 100, 0), sentence("within a year", 110, 100, 1)
    region = [("text", (40.0, 90.0, 300.0, 120.0), 0.9)]
    assert texts(page([*seen, *hidden], region)) == ["Payable now within a year"]
    assert texts(page([*seen, *(replace(each, switched_off=True) for each in hidden)], region)) == [
        "Payable now",
        "within a year",
    ]


def test_a_word_of_two_overlapping_regions_is_in_one() -> None:
    words = sentence("only once", 50, 100, 0)
    regions = [("text", (40.0, 90.0, 300.0, 120.0), 0.9), ("text", (45.0, 92.0, 320.0, 125.0), 0.6)]
    assert texts(page(words, regions)) == ["only once"]


def test_the_text_region_on_a_picture_gets_the_words_before_the_picture() -> None:
    words = sentence("Berth 17", 100, 200, 0) + sentence("Figure label", 100, 400, 1)
    regions = [("picture", (50.0, 150.0, 500.0, 600.0), 0.9), ("text", (90.0, 190.0, 200.0, 220.0), 0.8)]
    assembled = page(words, regions)
    by_label = {element.label: element.text for element in assembled.elements}
    assert by_label == {DocItemLabel.PICTURE: "Figure label", DocItemLabel.TEXT: "Berth 17"}


def test_words_without_a_region_become_an_element_where_a_reader_meets_them() -> None:
    words = (
        sentence("first paragraph", 50, 100, 0)
        + sentence("nobody claims", 50, 150, 1)
        + sentence("this block", 50, 162, 2)
        + sentence("last paragraph", 50, 220, 3)
    )
    regions = [("text", (40.0, 90.0, 300.0, 120.0), 0.9), ("text", (40.0, 210.0, 300.0, 240.0), 0.9)]
    assert texts(page(words, regions)) == ["first paragraph", "nobody claims\nthis block", "last paragraph"]


def test_a_page_without_regions_keeps_all_its_words() -> None:
    words = sentence("4711", 50, 100, 0) + sentence("80.90", 400, 700, 1)
    assert Counter(" ".join(texts(page(words, []))).split()) == Counter(["4711", "80.90"])


def test_a_region_without_words_is_nothing_unless_it_is_a_picture() -> None:
    regions = [("text", (40.0, 90.0, 300.0, 120.0), 0.9), ("picture", (40.0, 300.0, 300.0, 500.0), 0.9)]
    assert [element.label for element in page([], regions).elements] == [DocItemLabel.PICTURE]


def test_headings_are_one_line_and_have_levels() -> None:
    words = sentence("General", 50, 50, 0) + sentence("Terms", 50, 64, 1) + sentence("1 Scope", 50, 120, 2)
    regions = [("title", (40.0, 40.0, 300.0, 80.0), 0.9), ("section_header", (40.0, 110.0, 300.0, 135.0), 0.9)]
    title, heading = page(words, regions).elements
    assert (title.text, title.level) == ("General Terms", 1)
    assert (heading.text, heading.level) == ("1 Scope", 2)


def test_headers_and_footers_are_furniture() -> None:
    words = sentence("Company", 50, 20, 0) + sentence("body", 50, 100, 1) + sentence("7", 300, 780, 2)
    regions = [
        ("page_header", (40.0, 10.0, 300.0, 40.0), 0.9),
        ("text", (40.0, 90.0, 300.0, 120.0), 0.9),
        ("page_footer", (290.0, 770.0, 320.0, 795.0), 0.9),
    ]
    assembled = page(words, regions)
    assert [element.furniture for element in assembled.elements] == [True, False, True]
    layers = [item.content_layer for item in to_docling("d", (), assembled.elements).texts]
    assert layers == [ContentLayer.FURNITURE, ContentLayer.BODY, ContentLayer.FURNITURE]


def test_boxes_hold_all_their_words() -> None:
    words = sentence("reaches out of its region", 50, 100, 0)
    (element,) = page(words, [("text", (52.0, 101.0, 180.0, 108.0), 0.9)]).elements[:1]
    for inside in words[:3]:
        assert element.box[0] <= inside.box[0]
        assert element.box[3] >= inside.box[3]


def set_in(size: float, text: str, left: float, top: float, line: int, *, bold: bool = False) -> list[Word]:
    """Words of one line in a given type."""
    return [replace(part, size=size, bold=bold) for part in sentence(text, left, top, line)]


BODY = [
    *sentence("running text of the page in its usual size,", 50, 300, 90),
    *sentence("as much of it as there is on a page that people read,", 50, 312, 91),
    *sentence("set in one type from its first line to its last.", 50, 324, 92),
]
BODY_REGION = ("text", (40.0, 290.0, 400.0, 340.0), 0.9)


def labels(words: list[Word], *regions: tuple[str, Box, float]) -> list[tuple[DocItemLabel, str]]:
    """Label and text of each element above the running text."""
    assembled = page(words + BODY, [*regions, BODY_REGION])
    return [(element.label, element.text) for element in assembled.elements[:-1]]


def test_a_large_line_is_a_heading_though_the_model_calls_it_text() -> None:
    words = set_in(14.0, "Reference frameworks", 50, 100, 0)
    assert labels(words, ("text", (40.0, 90.0, 300.0, 120.0), 0.9)) == [
        (DocItemLabel.SECTION_HEADER, "Reference frameworks")
    ]


def test_a_bold_first_line_is_parted_from_its_paragraph() -> None:
    words = set_in(10.0, "Scope of delivery", 50, 100, 0, bold=True) + sentence("The seller delivers", 50, 114, 1)
    assert labels(words, ("text", (40.0, 90.0, 300.0, 130.0), 0.9)) == [
        (DocItemLabel.SECTION_HEADER, "Scope of delivery"),
        (DocItemLabel.TEXT, "The seller delivers"),
    ]


def test_bold_sentences_amounts_and_captions_are_no_headings() -> None:
    region = ("text", (40.0, 90.0, 400.0, 120.0), 0.9)
    sentence_in_bold = set_in(10.0, "Pay within ten days.", 50, 100, 0, bold=True)
    assert labels(sentence_in_bold, region) == [(DocItemLabel.TEXT, "Pay within ten days.")]
    assert labels(set_in(14.0, "3,222.64", 50, 100, 0), region) == [(DocItemLabel.TEXT, "3,222.64")]
    caption = set_in(10.0, "Table 13.4 Typical values", 50, 100, 0, bold=True)
    assert labels(caption, region) == [(DocItemLabel.CAPTION, "Table 13.4 Typical values")]


def test_where_all_is_bold_nothing_is_a_heading_for_it() -> None:
    words = set_in(10.0, "Bold like the rest", 50, 100, 0, bold=True)
    words += [replace(part, bold=True) for part in sentence("everything on this page is bold", 50, 400, 7)] * 4
    regions = [("text", (40.0, 90.0, 300.0, 120.0), 0.9), ("text", (40.0, 390.0, 400.0, 420.0), 0.9)]
    assert DocItemLabel.SECTION_HEADER not in {element.label for element in page(words, regions).elements}


def test_a_number_that_stands_apart_belongs_to_its_heading() -> None:
    words = sentence("4", 50, 100, 0) + sentence("Basis fields", 90, 100, 0)
    regions = [
        ("section_header", (45.0, 95.0, 60.0, 115.0), 0.9),
        ("section_header", (85.0, 95.0, 200.0, 115.0), 0.9),
    ]
    assert labels(words, *regions) == [(DocItemLabel.SECTION_HEADER, "4 Basis fields")]


def heading(text: str, size: float, number: int = 1) -> PageElement:
    return PageElement(number, DocItemLabel.SECTION_HEADER, text, (0.0, 0.0, 1.0, 1.0), "text_layer", 1.0, 2, size=size)


def levels(elements: list[PageElement], outline: list[Heading]) -> dict[str, int | None]:
    (assembled,) = with_levels([AssembledPage(1, 600.0, 800.0, tuple(elements))], outline)
    return {element.text: element.level for element in assembled.elements}


def test_levels_come_from_numbers_and_sizes() -> None:
    elements = [heading("1 Scope", 14), heading("1.1 Goods", 12), heading("1.1.1 Sorts", 11), heading("Remarks", 12)]
    assert levels(elements, []) == {"1 Scope": 2, "1.1 Goods": 3, "1.1.1 Sorts": 4, "Remarks": 3}
    assert levels([heading("Large", 18), heading("Small", 12)], []) == {"Large": 2, "Small": 3}


def test_the_outline_knows_best() -> None:
    outline = [Heading("Part A", 1, 1), Heading("Deep  inside", 3, 1), Heading("Elsewhere", 1, 2)]
    found = levels([heading("Part A", 10), heading("DEEP INSIDE", 18), heading("Elsewhere", 12)], outline)
    assert (found["Part A"], found["DEEP INSIDE"]) == (2, 4)


def test_list_items_are_parted_and_keep_their_marks() -> None:
    words = [
        *sentence("Please note the following:", 50, 100, 0),
        *sentence("• first item which goes", 60, 115, 1),
        *sentence("over two lines", 68, 127, 2),
        *sentence("• second item", 60, 140, 3),
    ]
    assembled = page(words, [("text", (45.0, 95.0, 400.0, 155.0), 0.9)])
    assert [(element.label, element.level, element.text) for element in assembled.elements] == [
        (DocItemLabel.TEXT, None, "Please note the following:"),
        (DocItemLabel.LIST_ITEM, 1, "• first item which goes\nover two lines"),
        (DocItemLabel.LIST_ITEM, 1, "• second item"),
    ]
    document = to_docling("list", (), assembled.elements)
    assert [item.text for item in document.texts] == [
        "Please note the following:",
        "first item which goes\nover two lines",
        "second item",
    ]


def test_a_caption_belongs_to_the_figure_that_it_stands_by() -> None:
    words = sentence("Figure 2: the berth", 60, 305, 0) + sentence("Running text of the page.", 60, 700, 1)
    regions: list[tuple[str, Box, float]] = [
        ("picture", (50.0, 400.0, 300.0, 600.0), 0.9),
        ("picture", (50.0, 100.0, 300.0, 300.0), 0.9),
        ("caption", (55.0, 300.0, 250.0, 318.0), 0.9),
        ("text", (55.0, 695.0, 400.0, 715.0), 0.9),
    ]
    elements = page(words, regions).elements
    (caption,) = [element for element in elements if element.label == DocItemLabel.CAPTION]
    assert caption.caption_of is not None
    assert elements[caption.caption_of].box == (50.0, 100.0, 300.0, 300.0)


def test_a_ticked_box_that_was_taken_for_a_figure_stands_before_its_words() -> None:
    mark = Word("[x]", (50.0, 100.0, 60.0, 110.0), 0, "ocr", 10.0)
    label = sentence("Lost luggage", 68, 100, 1)
    regions = [("picture", (47.0, 96.0, 64.0, 112.0), 0.9), ("text", (67.0, 99.0, 140.0, 111.0), 0.9)]
    assert texts(page([mark, *label], regions)) == ["[x] Lost luggage"]
    # A figure that is more than the box stays, with the box on it.
    large = ("picture", (20.0, 80.0, 64.0, 130.0), 0.9)
    assert texts(page([mark, *label], [large, regions[1]])) == ["[x]", "Lost luggage"]


def test_a_caption_far_from_any_figure_belongs_to_none() -> None:
    words = sentence("Figure 2: the berth", 60, 505, 0)
    regions: list[tuple[str, Box, float]] = [
        ("picture", (50.0, 100.0, 300.0, 300.0), 0.9),
        ("caption", (55.0, 500.0, 250.0, 518.0), 0.9),
    ]
    elements = page(words, regions).elements
    assert [element.caption_of for element in elements] == [None, None]


def test_a_large_line_above_a_table_is_its_heading_and_a_named_one_its_caption() -> None:
    small = [replace(one, size=10.0) for one in sentence("Sales went up in all of the regions this year", 50, 300, 2)]
    for text, label in (
        ("Account statement", DocItemLabel.SECTION_HEADER),
        ("Table 4: sales", DocItemLabel.CAPTION),
    ):
        large = [replace(one, size=18.0) for one in sentence(text, 50, 100, 0)]
        regions: list[tuple[str, Box, float]] = [
            ("caption", (45.0, 95.0, 300.0, 120.0), 0.9),
            ("text", (45.0, 295.0, 500.0, 315.0), 0.9),
        ]
        assert page(large + small, regions).elements[0].label == label


def test_boxes_of_a_turned_page_are_on_the_page_as_it_is_shown() -> None:
    """The page is shown on its side, 800 wide and 600 high: what is read at (50, 100) stands at (100, 600 - 50)."""
    words = sentence("turned text", 50, 100, 0)
    seen = (Region(RegionKind("text"), (40.0, 90.0, 300.0, 120.0), 0.9, 0.0),)
    to_shown = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 600.0], [0.0, 0.0, 1.0]])
    turned = PageReading(1, 800.0, 600.0, tuple(words), seen, (), True, to_shown=to_shown)
    (element,) = assemble_page(turned).elements
    assert element.box == (90.0, 300.0, 120.0, 560.0)
    assert element.lines[0].box == (100.0, 600.0 - words[-1].box[2], 110.0, 550.0)


def test_a_label_and_its_amount_are_lines_of_their_own() -> None:
    """They stand in one line of text, apart; each has the confidence of its own words."""
    label = [replace(one, source="ocr", confidence=0.9) for one in sentence("Total due", 50, 100, 0)]
    amount = [replace(word("1,140.00", 300, 100, 1), source="ocr", confidence=0.5)]
    (element,) = page(label + amount, [("text", (40.0, 90.0, 400.0, 120.0), 0.9)]).elements
    assert element.text == "Total due 1,140.00"
    assert [(line.text, line.confidence) for line in element.lines] == [("Total due", 0.81), ("1,140.00", 0.5)]
    assert element.confidence == 0.655


def test_lines_of_a_paragraph_that_are_a_region_each_are_one_element() -> None:
    lines = ("The customer pays the price within fourteen days of the", "day on which the goods were delivered.")
    words = [each for at, line in enumerate(lines) for each in sentence(line, 50, 100 + 13 * at, at)]
    regions = [("text", (45.0, 98.0 + 13 * at, 400.0, 111.0 + 13 * at), 0.9) for at in range(2)]
    assert texts(page(words, regions)) == ["\n".join(lines)]


def test_a_region_after_the_end_of_a_sentence_is_an_element_of_its_own() -> None:
    lines = ("Place of delivery:", "Harbour 3, Ostra")
    words = [each for at, line in enumerate(lines) for each in sentence(line, 50, 100 + 13 * at, at)]
    regions = [("text", (45.0, 98.0 + 13 * at, 400.0, 111.0 + 13 * at), 0.9) for at in range(2)]
    assert texts(page(words, regions)) == list(lines)


def test_a_large_slanted_word_over_the_text_is_an_element_of_its_own_at_the_end() -> None:
    words = sentence("Total due 1,140.00 EUR", 50, 100, 0)
    stamp = Word("PAID", (60.0, 60.0, 160.0, 150.0), 5, "text_layer", 40.0)
    assert texts(page([stamp, *words], [("text", (45.0, 95.0, 300.0, 115.0), 0.9)])) == [
        "Total due 1,140.00 EUR",
        "PAID",
    ]
