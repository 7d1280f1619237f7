"""Character, word and number errors, counted by hand and against the textbook's recursion."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from benchmarks.metrics.text_errors import TextErrors, numbers, text_errors


def distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Levenshtein's distance, row by row."""
    previous = list(range(len(b) + 1))
    for at, left in enumerate(a, 1):
        current = [at]
        for index, right in enumerate(b, 1):
            current.append(min(previous[index] + 1, current[-1] + 1, previous[index - 1] + (left != right)))
        previous = current
    return previous[-1]


def test_a_wrong_digit_is_one_character_one_word_and_one_number() -> None:
    errors = text_errors("TOTAL\n12.50", "Total  12.80")
    assert (errors.character_edits, errors.characters) == (1, 11)
    assert (errors.word_edits, errors.words) == (1, 2)
    assert (errors.numbers_found, errors.numbers, errors.numbers_read) == (0, 1, 1)
    assert errors.character_error_rate == pytest.approx(1 / 11)
    assert errors.word_error_rate == 0.5
    assert errors.number_recall == errors.number_precision == 0


def test_numbers_keep_their_dots_and_commas_and_are_counted_each_time() -> None:
    assert numbers("rm 1,234.50 at 12:44, no. 7.") == {"1,234.50": 1, "12": 1, "44": 1, "7": 1}
    errors = text_errors("5.90 5.90 0.33 7", "5.90 5.90 5.90 0.33 1")
    assert errors.numbers_found == 3
    assert errors.number_recall == pytest.approx(3 / 4)
    assert errors.number_precision == pytest.approx(3 / 5)


def test_rates_of_several_texts_weigh_characters_alike() -> None:
    total = text_errors("ab", "xy") + text_errors("abcdefgh", "abcdefgh")
    assert total.character_error_rate == pytest.approx(2 / 10)
    assert total.word_error_rate == pytest.approx(1 / 2)


def test_an_unread_text_is_all_wrong_and_an_empty_truth_has_no_rate() -> None:
    nothing = text_errors("a 1", "")
    assert (nothing.character_error_rate, nothing.word_error_rate, nothing.number_recall) == (1, 1, 0)
    assert TextErrors().character_error_rate == 0


@pytest.mark.parametrize("seed", range(20))
def test_edits_are_levenshteins_distance(seed: int) -> None:
    randomness = random.Random(seed)
    truth, reading = (
        " ".join("".join(randomness.choices("ab1", k=randomness.randint(1, 3))) for _ in range(6)) for _ in range(2)
    )
    errors = text_errors(truth, reading)
    assert errors.character_edits == distance(truth, reading)
    assert errors.word_edits == distance(truth.split(), reading.split())
