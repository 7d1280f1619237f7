"""Letters in boxes -> words."""

from __future__ import annotations

from extractor.structure.comb_boxes import spelled
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

from .test_tables import word

PITCH = 15.0


def comb(text: str, boxes: int, tall: float = 20.0) -> tuple[list[Word], Rulings]:
    words = [word(letter, 5 + PITCH * at, 5) for at, letter in enumerate(text) if letter != " "]
    return words, Rulings(vertical=tuple(Ruling(PITCH * at, 0.0, tall) for at in range(boxes + 1)))


def texts(words: list[Word], lines: Rulings) -> list[str]:
    return [each.text for each in spelled(words, [lines])[0]]


def test_letters_in_boxes_are_one_word() -> None:
    words, lines = comb("0001284,60", 12)
    kept, (left,) = spelled(words, [lines])
    assert [each.text for each in kept] == ["0001284,60"]
    assert left == Rulings(), "the boxes' sides part no columns"


def test_an_empty_box_parts_two_words() -> None:
    assert texts(*comb("UND SOHN", 10)) == ["UND", "SOHN"]


def test_a_row_of_numbers_in_boxes_is_a_row() -> None:
    words, lines = comb("12345", 5)
    words[2] = word("10", 2 + PITCH * 2, 5)
    assert texts(words, lines) == ["1", "2", "10", "4", "5"]


def test_a_grid_of_single_figures_is_a_grid() -> None:
    words, lines = comb("12345", 5, tall=40.0)
    words += [word(letter, 5 + PITCH * at, 25) for at, letter in enumerate("67890")]
    assert len(texts(words, lines)) == 10


def test_wide_boxes_are_columns() -> None:
    words = [word(letter, 5 + 60 * at, 5) for at, letter in enumerate("12345")]
    lines = Rulings(vertical=tuple(Ruling(60.0 * at, 0.0, 20.0) for at in range(6)))
    assert len(texts(words, lines)) == 5
