"""Where the value of a label may stand."""

from __future__ import annotations

from extractor.fields.nearby import Place, places_of
from extractor.fields.printed import Phrase, PrintedPage
from tests.extractor.fields.documents import Sheet, drawn

LABELS = ("Total", "Due", "Invoice no.", "Date", "of")


def _next_label(phrase: Phrase, start: int) -> int | None:
    """Each of `LABELS` is a label, wherever its first word stands."""
    firsts = {label.split()[0] for label in LABELS}
    return next((at for at in range(start, len(phrase.words)) if phrase.words[at].text.rstrip(":") in firsts), None)


def _places(sheet: Sheet, text: str) -> list[tuple[str, str]]:
    """The relation and the words of each place of the label with this text."""
    (page,) = drawn(sheet).pages
    phrase = _phrase(page, text)
    words = [word.text for word in phrase.words]
    length = len(text.split())
    first = next(at for at in range(len(words)) if words[at : at + length] == text.split())
    return [_told(place) for place in places_of(page, phrase, (first, first + length), _next_label)]


def _phrase(page: PrintedPage, text: str) -> Phrase:
    return next(phrase for phrase in page.phrases if text in phrase.text)


def _told(place: Place) -> tuple[str, str]:
    return place.relation, " ".join(word.text for word in place.words)


def test_a_value_stands_behind_its_label() -> None:
    """The words go up to the next label of the phrase, and the colon is not one of them."""
    sheet = Sheet().text(50, 50, "Invoice no. : 123 of 01.02.2024")
    assert _places(sheet, "Invoice no.") == [("inline", "123")]


def test_a_value_stands_right_of_its_label() -> None:
    """The phrases of the row follow, the nearest first, up to the next label."""
    sheet = Sheet().text(50, 50, "Total      EUR      12.00      Due      3.00")
    assert _places(sheet, "Total") == [("right", "EUR"), ("right", "12.00")]


def test_a_value_stands_below_its_label() -> None:
    """Labels in a row have their values under them, and what is far below is not one."""
    sheet = Sheet().text(50, 50, "Date").text(150, 50, "Invoice no.").text(50, 63, "1 May 2024").text(150, 63, "77")
    sheet.text(150, 200, "other")
    assert _places(sheet, "Invoice no.") == [("below", "77")]


def test_what_is_below_another_label_is_not_this_one_s() -> None:
    """A list of labels, one below the other, ends each one's place."""
    sheet = Sheet().text(50, 50, "Total\nDue\n12.00")
    assert _places(sheet, "Total") == []
    assert _places(sheet, "Due") == [("below", "12.00")]


def test_a_table_s_column_goes_on_below_its_head() -> None:
    """All of the column's cells are places, however far below, and those beside it are not."""
    sheet = Sheet().table(
        [50, 150], 50, [["Date", "Total"], ["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"], ["e", "5"]]
    )
    assert _places(sheet, "Total") == [("column", text) for text in "12345"]
