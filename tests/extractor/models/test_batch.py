"""Which size of a shape a batch takes: one that is prepared, so that no job waits for a plan or a graph."""

from __future__ import annotations

import pytest

from extractor.models.batch import closed_size

SIZES = (1, 4, 16)


@pytest.mark.parametrize(
    ("rows", "ready", "size"),
    [
        (1, {1, 4, 16}, 1),
        (2, {1, 4, 16}, 4),
        (16, {1, 4, 16}, 16),
        (1, {16}, 16),
        (2, {1, 16}, 16),
        (1, {4, 16}, 4),
        # None can be had: the one that pads least.
        (2, set(), 4),
        (2, {1}, 4),
    ],
)
def test_it_is_the_smallest_that_is_ready(rows: int, ready: set[int], size: int) -> None:
    assert closed_size(SIZES, rows, ready.__contains__) == size


def test_more_rows_than_the_largest_are_no_batch() -> None:
    with pytest.raises(IndexError):
        closed_size(SIZES, 17, lambda _: True)
