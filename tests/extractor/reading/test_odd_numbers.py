"""Numbers that nobody writes so are unsure, and are not changed; others stay as sure as they were read."""

from __future__ import annotations

import pytest

from extractor.decoding.ctc import RecognisedWord
from extractor.reading.odd_numbers import UNSURE, with_odd_numbers_told


def unsure(line: str) -> list[str]:
    """The unsure words of a line that was read with certainty."""
    words = with_odd_numbers_told([RecognisedWord(text, 0.0, 1.0, 0.99, 0.99) for text in line.split()])
    assert [word.text for word in words] == line.split()
    return [word.text for word in words if word.confidence <= UNSURE]


@pytest.mark.parametrize("line", ["31,", "€31,", "-1.204,", "69.778.47", "-1,250,99", "€12.345.678.90"])
def test_numbers_that_nobody_writes_so_are_unsure(line: str) -> None:
    assert unsure(line) == [line]


def test_a_currency_beside_a_number_is_no_sentence() -> None:
    assert unsure("EUR 31,") == ["31,"]
    assert unsure("= $ 31,") == ["31,"]


@pytest.mark.parametrize(
    "line",
    [
        "31,90",
        "1.",
        "31",
        "In 2024, as before",
        "Lindenweg 7,",
        "69.778,47",
        "1,250.99",
        "1.250.990",
        "17.10.2026",
        "192.168.0.12",
        "1,2,",
    ],
)
def test_other_numbers_stay_as_sure_as_they_were(line: str) -> None:
    assert unsure(line) == []
