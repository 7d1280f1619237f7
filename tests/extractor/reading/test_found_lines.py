"""Detected lines -> those that are read: what the text layer has is not read again, but for what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from extractor.pages.layer_trust import UNSURE
from extractor.reading.found_lines import lines_to_read
from extractor.values.boxes import Box
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word

SCALE = 2.0
PICTURE = PagePicture(np.zeros((200, 800, 3), np.uint8), 0)


def word(text: str, left: float, right: float, confidence: float = 1.0) -> Word:
    return Word(text, (left, 40.0, right, 52.0), 0, "text_layer", 10.0, confidence=confidence)


def read(words: Sequence[Word], *lines: Box) -> list[list[int]]:
    """Left and right end of what is read of these lines, in the page's unit."""
    page = Page(1, 400.0, 100.0, PICTURE, SCALE, tuple(words), recognise=((0.0, 0.0, 400.0, 100.0),))
    quads = [
        np.array([box[[0, 1]], box[[2, 1]], box[[2, 3]], box[[0, 3]]], np.float32) for box in SCALE * np.array(lines)
    ]
    return [[round(quad[0, 0] / SCALE), round(quad[2, 0] / SCALE)] for quad in lines_to_read(quads, page)]


LINE: Box = (20.0, 40.0, 200.0, 52.0)


def test_a_line_that_the_text_layer_has_is_not_read() -> None:
    assert read([word("Energy", 20, 80), word("1.40", 90, 120), word("EUR", 130, 200)], LINE) == []


def test_of_a_line_with_an_amount_in_doubt_the_amount_is_read() -> None:
    words = [word("Energy", 20, 80), word("\x1b.40", 90, 120, UNSURE), word("EUR", 130, 200)]
    assert read(words, LINE) == [[80, 130]]


def test_pieces_of_one_number_are_read_together_with_what_is_lost_between_and_behind_them() -> None:
    words = [word("Meter", 20, 80), word("4", 90, 96, UNSURE), word("2", 102, 108, UNSURE)]
    assert read(words, (20.0, 40.0, 114.0, 52.0)) == [[80, 114]]


def test_amounts_in_doubt_with_words_between_them_are_read_one_by_one() -> None:
    words = [word("\x1b", 20, 40, UNSURE), word("of", 60, 120), word("the", 125, 170), word("\x1b", 180, 190, UNSURE)]
    assert read(words, LINE) == [[20, 52], [170, 200]]


def test_a_line_that_no_word_explains_is_read_whole() -> None:
    assert read([word("Energy", 300, 360)], LINE) == [[20, 200]]
