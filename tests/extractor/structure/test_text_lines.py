"""Words -> lines as a reader sees them: words of real PDFs, and words placed by hand where it matters exactly where."""

from __future__ import annotations

import random

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest

from extractor.pages.text_layer import read_text_layer
from extractor.structure.text_lines import group_lines, make_line
from extractor.values.boxes import Box
from extractor.values.words import Source, Word
from tests import documents

LEFT = ("Hafenstrasse 21", "20457 Hamburg", "VAT ID DE123456789")
RIGHT = ("Invoice 2026-0417", "Due 16.11.2026", "Total 80.90")


def words_of(pdf: bytes) -> list[Word]:
    """The words of the PDF's first page."""
    document = pdfium.PdfDocument(pdf)
    page = pdfium_c.FPDF_LoadPage(document.raw, 0)
    try:
        return read_text_layer(page).words
    finally:
        pdfium_c.FPDF_ClosePage(page)
        document.close()


def word(
    text: str, box: Box, line: int = 0, source: Source = "text_layer", size: float = 10.0, upright: bool = True
) -> Word:
    """A word placed by hand."""
    return Word(text, box, line, source, size, upright=upright)


def texts(words: list[Word]) -> list[str]:
    return [line.text for line in group_lines(words)]


def two_columns(rows: int, gap: float, drop: float = 0.0) -> list[Word]:
    """Two columns of words 10 high, 14 apart; the right one `gap` to the right and `drop` lower; each its own lines."""
    left = [word(f"left{n}", (72, 100 + 14 * n, 112, 110 + 14 * n), n) for n in range(rows)]
    top = 100 + drop
    right = [word(f"right{n}", (112 + gap, top + 14 * n, 160 + gap, top + 10 + 14 * n), rows + n) for n in range(rows)]
    return left + right


class TestPdf:
    @pytest.mark.parametrize("first", ["left", "right"])
    def test_columns_at_one_height_are_one_line_a_row_from_left_to_right(self, first: str) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        columns = [(72, LEFT), (360, RIGHT)] if first == "left" else [(360, RIGHT), (72, LEFT)]
        for x, lines in columns:
            for index, line in enumerate(lines):
                page.drawString(x, 700 - 14 * index, line)
        page.save()
        expected = [f"{left} {right}" for left, right in zip(LEFT, RIGHT, strict=True)]
        assert texts(words_of(buffer.getvalue())) == expected

    def test_superscripts_and_subscripts_stay_in_their_line(self) -> None:
        buffer, page = documents.new_canvas()
        text = page.beginText(72, 700)
        for part, size, rise in (
            ("Floor area 120 m", 11, 0),
            ("2", 7, 4),
            (" of C", 11, 0),
            ("14", 7, -2),
            (" stock", 11, 0),
        ):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(part)
        text.setFont("Helvetica", 6)
        text.setRise(5)
        text.textOut(" 3)")
        page.drawText(text)
        page.setFont("Helvetica", 11)
        page.drawString(72, 686, "The next line")
        page.save()
        assert texts(words_of(buffer.getvalue())) == ["Floor area 120 m2 of C14 stock 3)", "The next line"]

    def test_lines_whose_boxes_touch_stay_apart(self) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        for index in range(6):
            page.drawString(72, 700 - 10 * index, f"Position {index}")
            page.drawRightString(400, 700 - 10 * index, f"{index}.00")
        page.save()
        assert texts(words_of(buffer.getvalue())) == [f"Position {index} {index}.00" for index in range(6)]

    def test_right_to_left_lines_start_at_the_right(self) -> None:
        # Glyphs are drawn from left to right; numbers keep their direction inside Hebrew.
        shown = [list("םלוע םולש"), [*"לקש", " ", *"1140", " ", *"םוכס"]]
        assert texts(words_of(documents.mapped_pdf(shown))) == ["שלום עולם", "סכום 1140 שקל"]

    def test_turned_text_is_read_along_itself(self) -> None:
        buffer, page = documents.new_canvas()
        page.setFont("Helvetica", 11)
        page.drawString(72, 400, "Statement")
        page.saveState()
        page.translate(40, 300)
        page.rotate(90)
        page.drawString(0, 0, "Received 17 October")
        page.drawString(0, -13, "by post, stamp 4")
        page.restoreState()
        page.drawString(120, 400, "of account")
        page.save()
        assert texts(words_of(buffer.getvalue())) == ["Statement of account", "Received 17 October", "by post, stamp 4"]


class TestPlacedWords:
    @pytest.mark.parametrize("gap", [2.0, 30.0, 300.0])
    @pytest.mark.parametrize("drop", [-3.0, 0.0, 3.0])
    def test_pieces_of_one_row_are_one_line_however_far_apart(self, gap: float, drop: float) -> None:
        assert texts(two_columns(4, gap, drop)) == [f"left{n} right{n}" for n in range(4)]

    def test_row_between_two_rows_is_a_line_of_its_own(self) -> None:
        assert texts(two_columns(2, 30.0, drop=7.0)) == ["left0", "right0", "left1", "right1"]

    def test_order_of_the_stream_lines_does_not_matter(self) -> None:
        words = two_columns(5, 30.0)
        expected = texts(words)
        for seed in range(20):
            shuffled = random.Random(seed).sample(words, len(words))
            assert texts(shuffled) == expected

    def test_words_of_different_stream_lines_in_one_row_are_merged(self) -> None:
        words = [
            word("80.90", (150, 99.5, 180, 109.5), 9),
            word("Total", (72, 100, 98, 110), 4),
            word("due", (101, 100.5, 120, 110.5), 5),
        ]
        assert texts(words) == ["Total due 80.90"]

    def test_word_in_the_gap_of_a_stream_line_stands_between_its_words(self) -> None:
        words = [
            word("2026-0417", (72, 100, 120, 110), 0),
            word("80.90", (400, 100, 430, 110), 0),
            word("Consulting", (200, 100, 260, 110), 1),
        ]
        assert texts(words) == ["2026-0417 Consulting 80.90"]

    def test_recognised_words_stand_in_the_row_of_the_text_layers(self) -> None:
        words = [word("Berth", (72, 100, 100, 110)), word("17", (103, 100, 115, 111), source="ocr")]
        assert texts(words) == ["Berth 17"]

    def test_kerned_words_keep_the_order_of_their_stream(self) -> None:
        kerned = [
            word("AV", (72, 100, 88, 110)),
            word("AT", (86.5, 100, 102, 110)),
            word("To", (100, 100, 112, 110), line=1),
            word("Ty", (110, 100, 122, 110), line=1),
        ]
        assert texts(kerned) == ["AV AT To Ty"]
        assert texts(kerned[2:] + kerned[:2]) == ["AV AT To Ty"]

    def test_small_mark_belongs_to_the_line_that_it_overlaps(self) -> None:
        words = [
            word("area", (72, 100, 96, 112)),
            word("2", (97, 98, 101, 105), line=1, size=6),
            word("above", (72, 86, 100, 98), line=2),
        ]
        assert texts(words) == ["above", "area 2"]

    def test_text_printed_over_itself_does_not_become_one_line(self) -> None:
        words = [word("DRAFT", (72, 100, 112, 110)), word("Total", (73, 101, 110, 111), line=1)]
        assert texts(words) == ["DRAFT", "Total"]

    def test_every_word_is_in_exactly_one_line(self) -> None:
        dice = random.Random(7)
        words = []
        for number in range(300):
            left, top = dice.uniform(0, 500), dice.uniform(0, 700)
            box = (left, top, left + dice.uniform(0, 60), top + dice.uniform(0, 20))
            words.append(word(f"w{number}", box, dice.randrange(60), upright=dice.random() < 0.8))
        lines = group_lines(words)
        assert sorted(one.text for line in lines for one in line.words) == sorted(one.text for one in words)

    def test_line_has_the_box_and_the_size_of_its_words(self) -> None:
        line = make_line(
            [
                word("Totals", (72, 100, 98, 110), size=10),
                word("incl.", (101, 96, 120, 112), size=12),
                word("2", (121, 98, 124, 104), size=6),
            ]
        )
        assert line.box == (72, 96, 124, 112)
        assert line.size == 10
        assert line.text == "Totals incl. 2"

    def test_no_words_are_no_lines(self) -> None:
        assert group_lines([]) == []


def test_what_is_typed_over_a_blank_is_on_the_line_of_its_label() -> None:
    label = Word("Tenant:", (50.0, 100.0, 85.0, 110.0), 0, "text_layer", 10.0)
    blank = Word("__________", (90.0, 100.0, 190.0, 110.0), 0, "text_layer", 10.0)
    value = Word("Lindqvist", (95.0, 97.0, 140.0, 107.0), 1, "text_layer", 10.0)
    assert [line.text for line in group_lines([label, blank, value])] == ["Tenant: __________ Lindqvist"]


def test_what_stands_over_a_text_is_a_line_of_its_own() -> None:
    label = Word("Tenant:", (50.0, 100.0, 85.0, 110.0), 0, "text_layer", 10.0)
    name = Word("Habermann", (90.0, 100.0, 190.0, 110.0), 0, "text_layer", 10.0)
    other = Word("Lindqvist", (95.0, 96.0, 140.0, 106.0), 1, "text_layer", 10.0)
    assert len(group_lines([label, name, other])) == 2
