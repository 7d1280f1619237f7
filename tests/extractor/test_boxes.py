"""Pairs of boxes that touch, found without comparing each with each."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.values import boxes
from extractor.values.boxes import touching

Pair = tuple[int, int]


def some_boxes(count: int, longest: float, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    starts = chance.integers(0, 60, (count, 2)).astype(float)
    return np.concatenate([starts, starts + chance.integers(0, longest, (count, 2))], axis=1)


def compared(some: np.ndarray, others: np.ndarray) -> list[Pair]:
    ahead = (some[:, None, :2] <= others[None, :, 2:]).all(axis=2)
    behind = (some[:, None, 2:] >= others[None, :, :2]).all(axis=2)
    return sorted(map(tuple, np.argwhere(ahead & behind).tolist()))


def found(some: np.ndarray, others: np.ndarray) -> list[Pair]:
    parts = touching(some, others)
    return sorted(pair for own, theirs in parts for pair in zip(own.tolist(), theirs.tolist(), strict=True))


@pytest.mark.parametrize("longest", [1, 5, 70])
def test_pairs_are_those_that_a_comparison_of_all_finds(longest: int) -> None:
    some, others = some_boxes(90, longest, 1), some_boxes(70, 30, 2)
    assert found(some, others) == compared(some, others)


def test_bars_across_are_compared_by_their_height() -> None:
    words = some_boxes(200, 6, 3)
    starts = [9.0 * n for n in range(8)]
    bars = np.array([(0.0, at, 80.0, at + 2) for at in starts] + [(at, 0.0, at + 2, 80.0) for at in starts])
    assert found(words, bars) == compared(words, bars)


def test_pairs_come_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "MOST_PAIRS", 40)
    some, others = some_boxes(30, 50, 4), some_boxes(25, 50, 5)
    parts = list(touching(some, others))
    assert len(parts) > 10
    assert max(len(own) for own, _ in parts) <= 40
    assert found(some, others) == compared(some, others)


@pytest.mark.parametrize(("count", "other"), [(0, 4), (4, 0), (0, 0)])
def test_no_pairs_of_nothing(count: int, other: int) -> None:
    assert found(some_boxes(count, 9, 6), some_boxes(other, 9, 7)) == []
