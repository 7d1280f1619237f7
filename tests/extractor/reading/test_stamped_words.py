"""Words under a stamp, read with its ink and without: each is there once, in the more certain reading."""

from __future__ import annotations

from dataclasses import replace

from extractor.reading.stamped_words import UNSURE, bared
from extractor.values.words import Word


def word(text: str, left: float, line: int, confidence: float = 0.9, source: str = "ocr") -> Word:
    return Word(text, (left, 10.0, left + 40.0, 20.0), line, source, 10.0, confidence=confidence)  # type: ignore[arg-type]


STAMP = word("PAID", 100.0, 1)
LINES = [(195.0, 8.0, 245.0, 22.0)]


def test_a_hidden_word_is_added() -> None:
    again = word("4.95", 200.0, 2)
    assert bared([word("Paper", 0.0, 0), STAMP], [again], {1}, LINES) == [word("Paper", 0.0, 0), STAMP, again]


def test_the_more_certain_reading_is_taken() -> None:
    spoilt, again = word("4.05", 200.0, 0, 0.5), word("4.95", 200.0, 2)
    assert bared([spoilt, STAMP], [again], {1}, LINES) == [STAMP, again]
    sound, worse = word("4.95", 200.0, 0), word("4.05", 200.0, 2, 0.5)
    assert bared([sound, STAMP], [worse], {1}, LINES) == [sound, STAMP]


def test_a_word_of_the_text_layer_stays() -> None:
    layer, again = word("4.95", 200.0, 0, 0.7, "text_layer"), word("4.05", 200.0, 2)
    assert bared([layer, STAMP], [again], {1}, LINES) == [layer, STAMP]


def test_what_a_stamp_swallowed_comes_once() -> None:
    """The stamp's line was read with a figure beneath it, whose box is as tall as the stamp."""
    figure, again = Word("4.95", (190.0, 0.0, 240.0, 60.0), 1, "ocr", 40.0, confidence=0.9), word("4.95", 200.0, 2)
    assert bared([STAMP, figure], [again], {0}, LINES) == [STAMP, again]
    other = Word("12.00", (190.0, 0.0, 240.0, 60.0), 1, "ocr", 40.0, confidence=0.9)
    assert bared([STAMP, other], [again], {0}, LINES) == [STAMP, other, again]


def test_a_stamps_word_over_what_was_read_again_is_unsure() -> None:
    over, again = Word("PAID02", (190.0, 0.0, 260.0, 60.0), 1, "ocr", 40.0, confidence=0.9), word("928,02", 200.0, 2)
    assert bared([over], [again], {0}, LINES) == [replace(over, confidence=UNSURE), again]
    assert bared([STAMP], [again], {0}, LINES) == [STAMP, again]
