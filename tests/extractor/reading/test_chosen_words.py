"""A text layer in doubt and our own reading: each word once, in the better reading."""

from __future__ import annotations

from dataclasses import replace

from extractor.pages.layer_trust import UNSURE
from extractor.reading.chosen_words import chosen, without_copies
from extractor.values.words import Source, Word


def line(text: str, y: float, source: Source, confidence: float, number: int, shift: float = 0.0) -> list[Word]:
    words, x = [], 50.0 + shift
    for part in text.split():
        words.append(Word(part, (x, y, x + 6 * len(part), y + 12), number, source, 11.0, confidence=confidence))
        x += 6 * len(part) + 4
    return words


def texts(words: list[Word]) -> str:
    return " ".join(word.text for word in words)


LAYER = line("Tota1 due 912.60", 100, "text_layer", UNSURE, 0)


def test_our_certain_reading_goes_before_a_layer_in_doubt() -> None:
    assert texts(chosen([*LAYER, *line("Total due 972.60", 101, "ocr", 0.98, 1)])) == "Total due 972.60"


def test_layer_stands_where_our_reading_is_not_certain() -> None:
    assert texts(chosen([*LAYER, *line("T0lq4 duo 9?2.b0", 101, "ocr", 0.3, 1)])) == texts(LAYER)


def test_layer_stands_where_nothing_was_read() -> None:
    read = line("Another line", 300, "ocr", 0.98, 1)
    assert texts(chosen([*LAYER, *read])) == f"{texts(LAYER)} Another line"


def test_layer_that_says_what_is_not_there_stands_apart_from_what_was_read() -> None:
    foreign = [replace(word, unseen=True) for word in line("Lorem review", 100, "text_layer", UNSURE, 0)]
    read = line("Total due 972.60", 101, "ocr", 0.98, 1, shift=200)
    assert [word.switched_off for word in chosen([*foreign, *read])] == [True, True, False, False, False]
    by_chance = line("Lorem", 140, "text_layer", UNSURE, 2)
    assert [word.switched_off for word in chosen([*foreign, *by_chance, *read])] == [True] * 3 + [False] * 3
    assert chosen(foreign) == foreign, "nothing was read beside it"
    assert not any(word.switched_off for word in chosen([*LAYER, *read])), "it may be a faint word"


def test_layer_that_is_placed_roughly_is_not_there_twice() -> None:
    layer = line("Total due 972.60", 100, "text_layer", UNSURE, 0, shift=20)
    assert texts(chosen([*layer, *line("Total due 972.60", 106, "ocr", 0.98, 1)])) == "Total due 972.60"


def test_line_of_a_layer_that_stands_beside_what_it_copies_is_not_there_twice() -> None:
    layer = line("Total due 972.60", 88, "text_layer", UNSURE, 0, shift=8)
    read = line("Total due 972.60", 101, "ocr", 0.98, 1)
    assert texts(chosen([*layer, *read])) == "Total due 972.60"
    other = line("Total due 972.50", 88, "text_layer", UNSURE, 0, shift=8)
    assert texts(chosen([*other, *read])) == "Total due 972.50 Total due 972.60"


def test_sure_words_stand_whatever_was_read() -> None:
    sure = line("Total due 912.60", 100, "text_layer", 1.0, 0)
    read = line("Total due 972.60", 101, "ocr", 0.98, 1)
    assert chosen([*sure, *read]) == [*sure, *read]


def test_what_a_picture_repeats_of_live_text_is_not_there_twice() -> None:
    sure = line("Total due 912.60", 100, "text_layer", 1.0, 0)
    repeated = line("Total doe 912.60", 101, "ocr", 0.9, 1)
    stamp = line("PAID ON 3 MAY", 103, "ocr", 0.9, 2)
    assert texts(without_copies([*repeated, *stamp], sure)) == "PAID ON 3 MAY"
    assert without_copies([*repeated, *stamp], LAYER) == [*repeated, *stamp]
