"""Graphs of a function for each shape, with a pool that records what it is asked for in the place of a GPU's."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
import torch

from extractor.models.graphs import Graphs, Replay, Tensors


class Repeating:
    """Does what a GPU's pool does, on a processor: a repetition writes into the results of the capture."""

    def capture(self, run: Callable[[], Tensors]) -> tuple[Replay, Tensors]:
        results = run()

        def replay() -> None:
            for result, new in zip(results, run(), strict=True):
                result.copy_(new)

        return replay, results


class Refusing:
    """A pool that captures nothing."""

    def __init__(self) -> None:
        self.asked = 0

    def capture(self, run: Callable[[], Tensors]) -> tuple[Replay, Tensors]:
        self.asked += 1
        run()
        raise RuntimeError("operation not permitted when stream is capturing")


def doubled_and_summed(values: torch.Tensor) -> Tensors:
    return values * 2, values.sum(dim=1)


def rows_of(count: int) -> Tensors:
    return (torch.zeros(count, 3),)


def graphs(pool: Repeating | Refusing | None) -> Graphs:
    return Graphs("doubling", doubled_and_summed, rows_of, pool)


def ones(values: torch.Tensor) -> None:
    values.fill_(1)


@pytest.mark.parametrize("pool", [None, Repeating(), Refusing()])
def test_the_results_are_the_functions(pool: Repeating | Refusing | None) -> None:
    doubling = graphs(pool)
    for warm in (False, True):
        if warm:
            doubling.warm(4)
        for value in (1.0, 5.0):
            doubled, summed = doubling.run(4, lambda values, value=value: values.fill_(value))
            assert doubled.tolist() == [[2 * value] * 3] * 4
            assert summed.tolist() == [3 * value] * 4


def test_a_captured_shape_has_the_same_inputs_and_results_each_time() -> None:
    doubling = graphs(Repeating())
    doubling.warm(2)
    seen = []
    first = doubling.run(2, seen.append)
    second = doubling.run(2, seen.append)
    assert seen[0] is seen[1]
    assert [one is other for one, other in zip(first, second, strict=True)] == [True, True]


def test_its_inputs_can_be_filled_inside_and_outside_of_inference_mode() -> None:
    doubling = graphs(Repeating())
    doubling.warm(2)
    kept = []
    doubling.run(2, kept.append)
    kept[0].fill_(1)
    with torch.inference_mode():
        assert doubling.run(2, ones)[1].tolist() == [3, 3]


def test_a_shape_that_is_not_warm_is_not_captured_while_somebody_waits() -> None:
    pool = Refusing()
    doubling = graphs(pool)
    assert doubling.run(2, ones)[1].tolist() == [3, 3]
    assert (pool.asked, doubling.captured) == (0, 0)


def test_each_shape_is_captured_once() -> None:
    doubling = graphs(Repeating())
    for key in (1, 2, 2, 1):
        doubling.warm(key)
    assert doubling.captured == 2
    assert doubling.input_bytes == (1 + 2) * 3 * 4


def test_what_cannot_be_captured_runs_eagerly_after_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    pool = Refusing()
    doubling = graphs(pool)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            doubling.warm(7)
            assert doubling.run(7, ones)[1].tolist() == [3] * 7
    assert (pool.asked, doubling.captured) == (1, 0)
    (warning,) = (record.getMessage() for record in caplog.records)
    assert warning.startswith("doubling: no graph for 7, it runs kernel by kernel: operation not permitted")


def test_what_a_model_raises_is_raised_at_its_first_run() -> None:
    def fails(values: torch.Tensor) -> Tensors:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        Graphs("failing", fails, rows_of, Repeating()).warm(1)


def test_a_processor_keeps_no_inputs() -> None:
    doubling = graphs(None)
    doubling.warm(3)
    doubling.run(3, ones)
    assert (doubling.captured, doubling.input_bytes) == (0, 0)
