"""A document's words as phrases and rows."""

from __future__ import annotations

from tests.extractor.fields.documents import Sheet, drawn


def test_a_wide_gap_parts_phrases_and_a_space_does_not() -> None:
    """A label and its value stand in one row as two phrases."""
    (page,) = drawn(Sheet().text(50, 50, "Invoice no.      4711\nDate      1 May 2024")).pages
    assert [[phrase.text for phrase in row] for row in page.rows] == [["Invoice no.", "4711"], ["Date", "1 May 2024"]]


def test_a_row_goes_across_elements_and_cells() -> None:
    """What stands at one height is a row, whatever it belongs to; a phrase knows its cell."""
    sheet = Sheet().text(50, 100, "left").table([200, 300], 100, [["a", "b"], ["1", "2"]])
    (page,) = drawn(sheet).pages
    assert [[phrase.text for phrase in row] for row in page.rows] == [["left", "a", "b"], ["1", "2"]]
    cell = page.rows[1][1].cell
    assert cell is not None and (cell.element, cell.row, cell.column, cell.header) == (1, 1, 1, False)


def test_pages_are_numbered() -> None:
    """Each sheet is a page of its own."""
    pages = drawn(Sheet().text(50, 50, "one"), Sheet().text(50, 50, "two")).pages
    assert [(page.number, page.phrases[0].text) for page in pages] == [(1, "one"), (2, "two")]


def test_cells_do_not_part_the_words_of_a_text() -> None:
    """Letters that stand a space apart are one phrase, of the first one's cell; numbers and heads are not."""
    sheet = Sheet().table([50, 78, 110], 50, [["Total", "tax", "sum"], ["Total", "taxes", "46.25"], ["1", "2", "3"]])
    (page,) = drawn(sheet).pages
    assert [[phrase.text for phrase in row] for row in page.rows] == [
        *(["Total", "tax", "sum"], ["Total taxes", "46.25"], ["1", "2", "3"])
    ]
    cell = page.rows[1][0].cell
    assert cell is not None and cell.column == 0
    (page,) = drawn(Sheet().table([50, 125, 300], 50, [["a", "b", "c"], ["Totaal excl.", "btw", "9,00"]])).pages
    assert [phrase.text for phrase in page.rows[1]] == ["Totaal excl.", "btw", "9,00"]
    (page,) = drawn(Sheet().table([50, 115, 300], 50, [["a", "b", "c"], ["Totaal excl.", "btw", "9,00"]])).pages
    assert [phrase.text for phrase in page.rows[1]] == ["Totaal excl. btw", "9,00"]


def test_cells_do_not_part_a_day_in_words() -> None:
    """Where they are a space apart: a number, a word and a year in three columns are none."""
    rows = [["le", "16", "janvier 2026"], ["May", "3,", "2026"], ["le", "16", "pages 12"]]
    (page,) = drawn(Sheet().table([50, 70, 85], 50, rows)).pages
    assert [[phrase.text for phrase in row] for row in page.rows] == [
        *(["le", "16 janvier 2026"], ["May 3, 2026"], ["le", "16", "pages 12"])
    ]
    (page,) = drawn(Sheet().table([50, 95, 300], 50, [["on", "livré:15", "x"], ["livré:15", "mai 2025", "x"]])).pages
    assert [phrase.text for phrase in page.rows[1]] == ["livré:15 mai 2025", "x"]
    (page,) = drawn(Sheet().table([50, 90, 150], 50, [["16", "janvier", "2026"]])).pages
    assert [phrase.text for phrase in page.rows[0]] == ["16", "janvier", "2026"]


def test_a_letterhead_that_was_taken_for_a_table_is_a_text() -> None:
    """None of its cells stand farther apart than words do. A table has a wider gap somewhere."""
    (page,) = drawn(Sheet().table([50, 85], 50, [["Maison", "Lefort SAS"], ["330000", "Bordeaux"]])).pages
    assert [[phrase.text for phrase in row] for row in page.rows] == [["Maison Lefort SAS"], ["330000 Bordeaux"]]
    assert all(phrase.cell is None for phrase in page.phrases)
    (page,) = drawn(Sheet().table([50, 85], 50, [["Number", "Price"], ["12", "9.50"]])).pages
    assert [[phrase.text for phrase in row] for row in page.rows] == [["Number", "Price"], ["12", "9.50"]]
