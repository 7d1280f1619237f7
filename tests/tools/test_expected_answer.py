"""The answer that the image's build asks for is the one that test_input.json gets, and any other is a difference."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tools.expected_answer import TOLERANCE, differences, expected

Answer = dict[str, Any]


def with_change(change: Callable[[Answer], object]) -> list[str]:
    """The differences of a changed answer."""
    answer = copy.deepcopy(expected())
    change(answer)
    return list(differences(expected(), answer))


def test_the_same_answer_has_no_difference() -> None:
    assert with_change(lambda answer: None) == []


def test_a_box_may_move_by_the_tolerance_alone() -> None:
    def move(answer: Answer, by: float) -> None:
        answer["elements"][1]["bbox"][2] += by

    assert with_change(lambda answer: move(answer, 0.9 * TOLERANCE)) == []
    (difference,) = with_change(lambda answer: move(answer, 1.1 * TOLERANCE))
    assert difference.startswith("answer.elements[1].bbox[2]: ")


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            lambda answer: answer.update(markdown=answer["markdown"].replace("3,222.64", "3,222.84")),
            "answer.markdown:\n--- expected\n+++ given\n@@ -26 +26 @@\n-Total due 3,222.64\n+Total due 3,222.84",
        ),
        (
            lambda answer: answer["tables"][0]["cells"][9].update(text="95.0"),
            "answer.tables[0].cells[9].text: ",
        ),
        (lambda answer: answer["elements"].pop(), "answer.elements: "),
        (lambda answer: answer["pages"]["failed"].append({"page": 1}), "answer.pages.failed: 0 expected, 1 given"),
        (lambda answer: answer.pop("tables"), "answer.tables: missing"),
        (
            lambda answer: next(each for each in answer["elements"] if each["level"]).update(level=None),
            "answer.elements[",
        ),
        (lambda answer: answer["elements"][0]["bbox"].__setitem__(0, float("nan")), "answer.elements[0].bbox[0]: "),
    ],
)
def test_anything_else_that_changes_is_a_difference(change: Callable[[Answer], object], difference: str) -> None:
    (found,) = with_change(change)
    assert found.startswith(difference)
