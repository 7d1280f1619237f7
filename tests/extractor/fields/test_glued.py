"""Words between which a space was lost, and words that one was put into."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from extractor.fields.parsing import typed_values
from extractor.fields.read import FieldsReading, read_fields
from extractor.wanted.fields import wanted_fields
from tests.extractor.fields.documents import Sheet, document_of, drawn
from tests.extractor.fields.parsing.styles import UNKNOWN, line


def _read(*lines: str) -> FieldsReading:
    """A receipt with these lines above its total."""
    sheet = Sheet(width=220).text(20, 20, "Harbour Stores Ltd\n14 Canal Street\nManchester M1 3HE")
    for number, printed in enumerate(lines):
        sheet.text(20, 80 + 15 * number, printed)
    sheet.text(20, 140, "Tea").right(200, 140, "4.50").text(20, 160, "Total").right(200, 160, "4.50")
    return read_fields(document_of(sheet), wanted_fields(preset="receipt"))


@pytest.mark.parametrize(
    "line",
    [
        *("31/12/202413:17", "31/12/2413:17", "31/12/2024,13:17", "31/12/2024-13:17", "2024-12-31T13:17"),
        *("Date:31/12/202413:17", "31dec202413:17", "Date:31/12/2024 Time:13:17", "31/12/2024 13:17h"),
    ],
)
def test_a_day_and_a_time_in_one_word_are_two_values(line: str) -> None:
    """Each has its own part of the word as its evidence."""
    reading = _read(line)
    assert (reading.values["date"], reading.values["time"]) == ("2024-12-31", "13:17")
    day, time = reading.fields["date"], reading.fields["time"]
    assert day["bbox"][2] <= time["bbox"][0]
    assert "13:17" not in day["raw"] and "/" not in time["raw"] and ":" not in day["raw"]


def test_the_box_of_a_part_is_its_share_of_the_word() -> None:
    reading = _read("31/12/202413:17")
    assert reading.fields["date"]["raw"] == "31/12/2024" and reading.fields["time"]["raw"] == "13:17"
    assert reading.fields["date"]["bbox"] == [20, 80, 68.75, 90]
    assert reading.fields["time"]["bbox"] == [71.25, 80, 95, 90]


def test_a_label_and_an_amount_in_one_word() -> None:
    values = _read("VAT:0.75", "Subtotal:3.75")
    assert values.fields["net_total"]["raw"] == "3.75" and values.fields["tax_total"]["raw"] == "0.75"


@pytest.mark.parametrize("word", ["25/12/201899:23", "Mix:1:5", "Art:4711", "http://a.example", "1:20", "A:b:3.50"])
def test_a_word_that_is_one_stays_one(word: str) -> None:
    (phrase,) = drawn(Sheet().text(0, 0, word)).phrases
    assert phrase.text == word and len(phrase.words) == 1


def _torn(gap: float) -> FieldsReading:
    """A receipt whose day was recognised as two words, so far apart."""
    sheet = Sheet(width=220, source="ocr").text(20, 80, "31/1 2/2024")
    (element,) = sheet.elements
    first, second = element.words
    left = first.box[2] + gap
    second = replace(second, box=(left, second.box[1], left + 30, second.box[3]))
    sheet.elements[0] = replace(element, words=(first, second))
    sheet.text(120, 80, "18:17").text(20, 160, "Total").right(200, 160, "4.50")
    return read_fields(document_of(sheet), wanted_fields(preset="receipt"))


def test_a_day_that_was_torn_in_two_is_one() -> None:
    """Its two words touch; with a space between them they are no day."""
    reading = _torn(0.0)
    assert (reading.values["date"], reading.values["time"]) == ("2024-12-31", "18:17")
    assert reading.fields["date"]["raw"] == "31/1 2/2024"
    assert _torn(5.0).values["date"] is None


def test_a_rate_that_was_torn_in_two_is_one() -> None:
    """Digits touch; an amount behind a bracket, or a space away, is another."""
    (word,) = line("22%")
    torn = [replace(word, text="2", box=(0, 0, 10, 10)), replace(word, text="2%", box=(10.5, 0, 20, 10))]
    assert [typed.value for typed in typed_values("percent", torn, UNKNOWN)] == ["22"]
    apart = [torn[0], replace(torn[1], box=(13, 0, 23, 10))]
    assert [typed.value for typed in typed_values("percent", apart, UNKNOWN)] == ["2", "2"]


def test_a_day_in_words_may_be_set_wide() -> None:
    """As letters of one width are; a number that is farther off is another phrase's."""
    assert _wide(0.9) == "2024-12-31"
    assert _wide(1.1) is None


def _wide(gap: float) -> Any:
    """The day of a receipt whose first number stands so many heights before the month."""
    sheet = Sheet(width=220).text(20, 80, "31 de diciembre de 2024")
    (element,) = sheet.elements
    first, *others = element.words
    right = others[0].box[0] - 10 * gap
    first = replace(first, box=(right - 10, 80, right, 90))
    sheet.elements[0] = replace(element, words=(first, *others))
    return read_fields(document_of(sheet), wanted_fields(preset="receipt")).values["date"]
