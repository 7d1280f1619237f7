"""Headings as their lines are set: parted, joined, told from running heads and from large print that heads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from docling_core.types.doc import DocItemLabel

from extractor.structure.documents import document_of
from extractor.values.boxes import Box
from extractor.values.document import AssembledPage
from extractor.values.words import Word

from .test_assemble import BODY, BODY_REGION, labels, page, sentence, set_in

HEADING, TITLE, TEXT = DocItemLabel.SECTION_HEADER, DocItemLabel.TITLE, DocItemLabel.TEXT
Seen = tuple[str, Box, float]


def region(label: str, top: float, bottom: float, left: float = 40.0, right: float = 400.0) -> Seen:
    return (label, (left, top, right, bottom), 0.9)


@pytest.mark.parametrize(("left", "together"), [(50, True), (250, False)])
def test_a_number_on_a_line_of_its_own_belongs_to_the_heading_under_it(left: float, together: bool) -> None:
    words = set_in(18.0, "4", left, 100, 0) + set_in(14.0, "Basis fields", 50, 116, 1)
    seen = labels(words, region("section_header", 95, 113), region("section_header", 114, 130))
    assert seen == ([(HEADING, "4 Basis fields")] if together else [(HEADING, "4"), (HEADING, "Basis fields")])


class TestLinesOfOneHeading:
    """A region of a heading, whose lines may be more than one."""

    def test_in_other_sizes_are_a_heading_each_or_text(self) -> None:
        name = set_in(16.0, "Falkensee Technik", 50, 100, 0, bold=True)
        address = [*sentence("Gewerbering 9", 50, 118, 1), *sentence("01067 Dresden", 50, 130, 2)]
        assert labels(name + address, region("title", 95, 142)) == [
            (TITLE, "Falkensee Technik"),
            (TEXT, "Gewerbering 9\n01067 Dresden"),
        ]
        figure = set_in(24.0, "Optimal attempt", 50, 240, 0) + set_in(14.0, "Less time to search", 50, 266, 1)
        assert labels(figure, region("section_header", 238, 282)) == [
            (HEADING, "Optimal attempt"),
            (HEADING, "Less time to search"),
        ]

    @pytest.mark.parametrize("label", ["title", "section_header", "text"])
    @pytest.mark.parametrize(
        ("lines", "is_text"),
        [
            (("Alexis de Lattre", "35 Rue du Port", "69100 Villeurbanne"), True),
            (("Anna Berg", "Rosenweg 3", "D-74388 Talheim"), True),
            (("Miller & Sons", "14 Canal Street", "Seattle, WA 98109"), True),
            (("Miller & Sons", "14 Canal Street", "Manchester M1 3HU"), True),
            (("Annual report", "Part 3: the accounts", "Berlin 2025"), False),
            (("Rules for the use", "of land in three places", "12000 hectares"), False),
        ],
    )
    def test_that_are_an_address_are_text(self, label: str, lines: Sequence[str], is_text: bool) -> None:
        large = [word for n, text in enumerate(lines) for word in set_in(14.0, text, 50, 60 + 17 * n, n)]
        body = [replace(word, line=word.line + 10) for word in BODY]
        seen = labels([*large, *body], region(label, 55, 112), BODY_REGION)
        assert (seen[0][0] == TEXT) == is_text

    def test_in_one_size_or_after_their_number_are_one(self) -> None:
        words = set_in(16.0, "Restrictions on land", 50, 100, 0) + set_in(15.0, "in three places", 50, 118, 1)
        assert labels(words, region("title", 95, 136)) == [(TITLE, "Restrictions on land in three places")]
        words = set_in(30.0, "2", 50, 80, 0) + set_in(20.0, "The lost homeland", 50, 112, 1)
        assert labels(words, region("title", 78, 134)) == [(TITLE, "2 The lost homeland")]

    def test_recognised_ones_are_one_whatever_their_heights(self) -> None:
        words = set_in(16.0, "Popular books", 50, 100, 0) + set_in(11.0, "and papers", 50, 118, 1)
        words = [replace(word, source="ocr") for word in words]
        assert labels(words, region("title", 95, 136)) == [(TITLE, "Popular books and papers")]

    def test_that_wrap_are_one_though_the_model_calls_them_text(self) -> None:
        words = set_in(14.0, "Calculating or estimating", 50, 100, 0) + set_in(14.0, "the capacity", 50, 116, 1)
        assert labels(words, region("text", 95, 132)) == [(HEADING, "Calculating or estimating the capacity")]

    def test_that_are_a_sentence_are_text(self) -> None:
        words = set_in(10.0, "Most districts report that", 50, 240, 0, bold=True)
        words += set_in(10.0, "designations conflict.", 50, 252, 1, bold=True)
        assert labels(words, region("text", 235, 264)) == [(TEXT, "Most districts report that\ndesignations conflict.")]


class TestOverTheTitle:
    """A small heading that begins the page."""

    SERIES = set_in(11.0, "Product services", 50, 40, 0)
    REGION = region("section_header", 35, 55)

    def test_is_text(self) -> None:
        words = self.SERIES + set_in(17.0, "Key functions", 50, 60, 1)
        seen = labels(words, self.REGION, region("section_header", 58, 80))
        assert seen == [(TEXT, "Product services"), (HEADING, "Key functions")]

    def test_is_a_heading_over_text_of_its_own_or_a_heading_of_its_size(self) -> None:
        words = self.SERIES + sentence("what they are", 50, 60, 1) + set_in(17.0, "Key functions", 50, 90, 2)
        seen = labels(words, self.REGION, region("text", 58, 74), region("section_header", 85, 110))
        assert seen[0] == (HEADING, "Product services")
        seen = labels(
            self.SERIES + set_in(12.0, "Key functions", 50, 60, 1), self.REGION, region("section_header", 58, 80)
        )
        assert seen[0] == (HEADING, "Product services")


@pytest.mark.parametrize(("top", "joined"), [(97, True), (108, False)])
def test_a_raised_mark_is_of_the_heading_that_it_stands_behind(top: float, joined: bool) -> None:
    words = set_in(16.0, "Checking facts", 50, 100, 0)
    words = [replace(word, box=(*word.box[:3], 116.0)) for word in words]
    mark = Word("2", (words[-1].box[2] + 3, top, words[-1].box[2] + 8, top + 8), 1, "text_layer", 8.0)
    seen = labels([*words, mark], region("section_header", 98, 118, right=122), region("page_footer", 95, 107, 122))
    assert seen[0] == (HEADING, "Checking facts 2" if joined else "Checking facts")


def test_a_running_head_is_on_one_line_with_the_pages_number() -> None:
    name, number = set_in(16.0, "Mohave College", 50, 30, 0), set_in(10.0, "132", 500, 34, 1)
    alone = labels(name, region("page_header", 28, 50))
    assert alone == [(HEADING, "Mohave College")]
    beside = labels([*name, *number], region("page_header", 28, 50), region("page_footer", 30, 48, 490, 530))
    assert beside[0] == (DocItemLabel.PAGE_HEADER, "Mohave College")


@pytest.mark.parametrize(("size", "label"), [(20.0, HEADING), (10.0, TEXT)])
def test_a_line_over_a_table_is_its_heading_where_it_is_larger_than_the_tables_text(
    size: float, label: DocItemLabel
) -> None:
    words = set_in(size, "Three packs for every business", 50, 60, 0)
    rows = [*sentence("Pack that reads documents", 50, 120, 1), *sentence("Pack that searches them", 50, 140, 2)]
    elements = page(words + rows, [region("text", 55, 85), region("table", 110, 160)]).elements
    assert elements[0].label == label


class TestLargePrint:
    """A line larger than the text, which the model calls text."""

    TITLE = set_in(24.0, "Ownership of land", 50, 60, 0)
    DATE = set_in(15.0, "June 2023", 50, 120, 1)

    def date(self, words: list[Word], *regions: Seen) -> DocItemLabel:
        """What the date is."""
        elements = page(words, [region("text", 115, 140, right=150), *regions]).elements
        return next(element.label for element in elements if element.text == "June 2023")

    def test_that_heads_nothing_is_text(self) -> None:
        far = [
            replace(word, box=tuple(side + (300 if at % 2 else 0) for at, side in enumerate(word.box))) for word in BODY
        ]
        seen = (region("title", 55, 90), region("text", 590, 640))
        assert self.date([*self.TITLE, *self.DATE, *far], *seen) == TEXT

    def test_that_heads_text_below_or_beside_it_is_a_heading(self) -> None:
        near = sentence("what was decided in that month", 50, 150, 5)
        seen = (region("title", 55, 90), region("text", 148, 164))
        assert self.date([*self.TITLE, *self.DATE, *near], *seen) == HEADING
        beside = sentence("what was decided in that month", 200, 122, 5)
        seen = (region("title", 55, 90), region("text", 118, 138, 195, 400))
        assert self.date([*self.TITLE, *self.DATE, *beside], *seen) == HEADING

    def test_that_is_the_pages_largest_is_its_title(self) -> None:
        assert (
            self.date([*self.DATE, *sentence("Library of land law", 50, 700, 5)], region("text", 690, 720)) == HEADING
        )


class TestPageHeader:
    """What begins a page, a page header to the model."""

    @staticmethod
    def first(words: list[Word], *regions: Seen, others: tuple[AssembledPage, ...] = ()) -> tuple[DocItemLabel, bool]:
        """The label of the first page's first element, and whether it is furniture."""
        assembled = page([*words, *BODY], [*regions, BODY_REGION])
        element = document_of([assembled, *others]).printed[0]
        return element.label, element.furniture

    HEAD = sentence("Print or digital", 50, 270, 0)
    REGION = region("page_header", 265, 284)

    def test_as_large_as_its_text_and_flush_with_it_is_a_heading(self) -> None:
        assert self.first(self.HEAD, self.REGION) == (HEADING, False)

    def test_that_is_smaller_or_not_flush_or_beside_the_number_is_one(self) -> None:
        running_head = (DocItemLabel.PAGE_HEADER, True)
        assert self.first(set_in(9.0, "Print or digital", 50, 270, 0), self.REGION) == running_head
        assert self.first(sentence("Print or digital", 90, 270, 0), self.REGION) == running_head
        number = sentence("17", 300, 270, 1)
        seen = (region("page_header", 265, 284, right=200), region("page_footer", 265, 284, 290, 320))
        assert self.first([*self.HEAD, *number], *seen) == running_head

    def test_that_comes_again_on_another_page_is_one(self) -> None:
        again = replace(page([*self.HEAD, *BODY], [self.REGION, BODY_REGION]), number=2)
        assert self.first(self.HEAD, self.REGION, others=(again,)) == (DocItemLabel.PAGE_HEADER, True)
