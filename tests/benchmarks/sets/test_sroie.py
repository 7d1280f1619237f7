"""Whether the lines that the worker is least sure of are the wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.metrics.text_rows import TextLine
from benchmarks.sets.sroie import Receipt, lines_text, worst_tenth
from tests.benchmarks.documents import answer, refused

TRUE = [TextLine(f"LINE {n}", (10.0, 20.0 * n, 90.0, 20.0 * n + 16)) for n in range(20)]


def line(n: int, text: str, confidence: float) -> dict[str, Any]:
    return {"text": text, "bbox": [12.0, 20.0 * n + 1, 88.0, 20.0 * n + 15], "confidence": confidence}


def worst(*lines: dict[str, Any]) -> float | None:
    receipt = Receipt("one", Path("one.jpg"), tuple(TRUE))
    return worst_tenth([receipt], {"one": answer(lines=list(lines))})


def test_the_two_least_sure_lines_of_twenty_hold_one_of_two_wrong_ones() -> None:
    lines = [line(n, f"Line{n}", 0.9) for n in range(18)]
    assert worst(*lines, line(18, "LINE I8", 0.3), line(19, "LINE 16", 0.99)) == 0.5


def test_spaces_and_case_are_not_wrong() -> None:
    assert worst(*(line(n, f"li ne{n}", 0.9) for n in range(20))) is None


def test_a_piece_of_a_true_line_is_right_and_what_is_nowhere_is_wrong() -> None:
    lines = [line(n, f"LINE {n}", 0.9) for n in range(18)]
    piece = {"text": "18", "bbox": [70.0, 361.0, 88.0, 375.0], "confidence": 0.1}
    lost = {"text": "stamp", "bbox": [200.0, 361.0, 260.0, 375.0], "confidence": 0.2}
    assert worst(*lines, piece, lost) == 1.0


def test_a_refused_receipt_has_no_lines() -> None:
    assert worst_tenth([Receipt("one", Path("one.jpg"), tuple(TRUE))], {"one": refused()}) is None


def test_the_workers_lines_are_put_into_rows_as_the_truth_is() -> None:
    amount = {"text": "9.00", "bbox": [60.0, 41.0, 88.0, 55.0], "confidence": 0.9}
    lines = [amount, line(1, "first", 0.9), {**line(2, "second", 0.9), "bbox": [12.0, 40.0, 50.0, 54.0]}]
    assert lines_text(answer(lines=lines)) == "first\nsecond 9.00"
    assert lines_text(refused()) == ""
