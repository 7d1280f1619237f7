"""NID on texts whose longest common subsequence can be counted by hand."""

from __future__ import annotations

import pytest

from benchmarks.metrics.nid import nid


@pytest.mark.parametrize(
    ("truth", "reading", "expected"),
    [
        ("abc", "abc", 1.0),
        ("abc", "abd", 2 * 2 / 6),
        ("abcd", "ab", 2 * 2 / 6),
        ("a  b\n\nc", "a b c", 1.0),
        # The columns in the wrong order: one of them is out of place.
        ("left right", "right left", 2 * 5 / 20),
        ("abc", "", 0.0),
    ],
)
def test_nid_is_twice_the_common_text_over_both_lengths(truth: str, reading: str, expected: float) -> None:
    assert nid(truth, reading) == pytest.approx(expected)
