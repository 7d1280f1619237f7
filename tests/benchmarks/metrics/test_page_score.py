"""The overall figure is the mean of those that the page's truth allows."""

from __future__ import annotations

import pytest

from benchmarks.metrics.page_score import mean, score_page


def test_what_the_truth_has_is_what_counts() -> None:
    score = score_page("# Title\nab", "# Title\nac")
    assert score is not None
    assert score.nid == pytest.approx(2 * 9 / 20)
    assert score.teds is None
    assert score.mhs == pytest.approx(1 - 0.5 / 3)
    assert score.overall == pytest.approx((score.nid + score.mhs) / 2)


def test_a_missing_reading_scores_nothing() -> None:
    score = score_page("# Title\n<table><tr><td>1</td></tr></table>", "")
    assert score is not None
    assert (score.nid, score.teds, score.mhs, score.overall) == (0, 0, 0, 0)


def test_an_empty_truth_says_nothing() -> None:
    assert score_page(" \n", "text") is None


def test_mean_leaves_out_what_does_not_apply() -> None:
    assert mean([1.0, None, 0.5]) == 0.75
    assert mean([None]) is None
