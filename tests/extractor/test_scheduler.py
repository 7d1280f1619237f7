"""The device's owner: which items share a batch, in which order, and what a failing batch takes with it.

The models here are small ones that square numbers; a gate holds their first batch until the test has queued the rest.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import torch

from extractor.errors import Cancelled
from extractor.scheduler import Scheduler

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Number:
    """An item: `shape` is what its batch must have in common."""

    value: int
    shape: str = "small"


class Squares:
    """Squares numbers; remembers each batch and the threads that ran them."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.batches: list[list[Number]] = []
        self.threads: set[int] = set()
        self.running = 0
        self.most_running = 0

    def bucket(self, item: Number) -> str:
        return item.shape

    def infer(self, items: Sequence[Number]) -> list[int]:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.threads.add(threading.get_ident())
        self.batches.append(list(items))
        results = self.results(items)
        self.running -= 1
        return results

    def results(self, items: Sequence[Number]) -> list[int]:
        return [item.value**2 for item in items]

    def values(self) -> list[list[int]]:
        return [[item.value for item in batch] for batch in self.batches]


class NarrowSquares(Squares):
    """Squares that run out of memory where a batch has more than `fits` items."""

    def __init__(self, batch_size: int, fits: int) -> None:
        super().__init__(batch_size)
        self.fits = fits

    def results(self, items: Sequence[Number]) -> list[int]:
        if len(items) > self.fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return super().results(items)


class GatedSquares(Squares):
    """Squares that stand still in each batch until the gate is open."""

    def __init__(self, batch_size: int) -> None:
        super().__init__(batch_size)
        self.entered = threading.Event()
        self.gate = threading.Event()

    def results(self, items: Sequence[Number]) -> list[int]:
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        return super().results(items)


class FailingSquares(Squares):
    """Squares that cannot do negative numbers."""

    def __init__(self, batch_size: int, error: BaseException) -> None:
        super().__init__(batch_size)
        self.error = error

    def results(self, items: Sequence[Number]) -> list[int]:
        if any(item.value < 0 for item in items):
            raise self.error
        return super().results(items)


class ForgetfulSquares(Squares):
    """Squares that forget one result of a batch that has a negative number in it."""

    def results(self, items: Sequence[Number]) -> list[int]:
        results = super().results(items)
        return results[1:] if any(item.value < 0 for item in items) else results


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    running = Scheduler(wait_ms=2.0)
    yield running
    running.close()


def hold(scheduler: Scheduler, model: GatedSquares) -> None:
    """Have the owner stand in a batch of its own until the model's gate is opened."""
    scheduler.submit(model, Number(0, "held"))
    assert model.entered.wait(PATIENCE_S)


class TestBatches:
    def test_each_item_gets_its_own_result_whoever_asks(self, scheduler: Scheduler) -> None:
        models = [Squares(4), Squares(7)]

        def job(offset: int) -> None:
            asked = [(models[n % 2], Number(offset + n, "ABC"[n % 3])) for n in range(60)]
            futures = [(item, scheduler.submit(model, item)) for model, item in asked]
            assert [future.result(PATIENCE_S) for _, future in futures] == [item.value**2 for item, _ in futures]

        with ThreadPoolExecutor(6) as jobs:
            for done in [jobs.submit(job, 1000 * number) for number in range(6)]:
                done.result()
        for model in models:
            assert sum(len(batch) for batch in model.batches) == 180
            assert all(len({item.shape for item in batch}) == 1 for batch in model.batches)
            assert max(len(batch) for batch in model.batches) <= model.batch_size

    def test_only_one_thread_runs_models_and_one_at_a_time(self, scheduler: Scheduler) -> None:
        models = [Squares(2), Squares(3)]
        with ThreadPoolExecutor(4) as jobs:
            asked = jobs.map(lambda n: scheduler.submit(models[n % 2], Number(n)).result(PATIENCE_S), range(80))
            assert list(asked) == [n**2 for n in range(80)]
        assert len(models[0].threads | models[1].threads) == 1
        assert threading.get_ident() not in models[0].threads
        assert {model.most_running for model in models} == {1}

    def test_what_waits_is_batched_up_to_the_models_size(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        futures = [scheduler.submit(model, Number(n)) for n in range(1, 11)]
        model.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(1, 11)]
        assert model.values() == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]

    def test_shapes_are_not_mixed_even_if_batches_stay_small(self, scheduler: Scheduler) -> None:
        model = GatedSquares(8)
        hold(scheduler, model)
        futures = [scheduler.submit(model, Number(n, "wide" if n % 2 else "tall")) for n in range(1, 7)]
        model.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(1, 7)]
        assert model.values() == [[0], [1, 3, 5], [2, 4, 6]]

    def test_models_are_not_mixed(self, scheduler: Scheduler) -> None:
        first, second = GatedSquares(8), Squares(8)
        hold(scheduler, first)
        futures = [scheduler.submit((first, second)[n % 2], Number(n)) for n in range(1, 5)]
        first.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [1, 4, 9, 16]
        assert first.values() == [[0], [2, 4]]
        assert second.values() == [[1, 3]]

    def test_full_batch_does_not_wait_and_part_of_one_does(self) -> None:
        patient = Scheduler(wait_ms=3_600_000)
        model = Squares(2)
        try:
            futures = [patient.submit(model, Number(n)) for n in (1, 2, 3, 4)]
            assert [future.result(PATIENCE_S) for future in futures] == [1, 4, 9, 16]
            waiting = patient.submit(model, Number(5))
            patient.submit(model, Number(6, "other"))
            assert patient.submit(model, Number(7)).result(PATIENCE_S) == 49
            assert waiting.result(PATIENCE_S) == 25
        finally:
            patient.close()
        assert model.values() == [[1, 2], [3, 4], [5, 7]]

    def test_part_of_a_batch_does_not_wait_for_ever(self, scheduler: Scheduler) -> None:
        assert scheduler.submit(Squares(64), Number(5)).result(PATIENCE_S) == 25


class TestFairness:
    def test_second_job_goes_before_what_the_first_adds_later(self, scheduler: Scheduler) -> None:
        model = GatedSquares(2)
        hold(scheduler, model)
        futures = [scheduler.submit(model, Number(n, "first job")) for n in (1, 2, 3, 4)]
        futures += [scheduler.submit(model, Number(n, "second job")) for n in (11, 12)]
        futures += [scheduler.submit(model, Number(n, "first job")) for n in (5, 6, 7)]
        model.gate.set()
        for future in futures:
            future.result(PATIENCE_S)
        assert model.values() == [[0], [1, 2], [3, 4], [11, 12], [5, 6], [7]]

    def test_a_full_batch_does_not_overtake_an_older_item(self, scheduler: Scheduler) -> None:
        model = GatedSquares(2)
        impatient = Scheduler(wait_ms=0)
        try:
            hold(impatient, model)
            futures = [impatient.submit(model, Number(1, "second job"))]
            futures += [impatient.submit(model, Number(n, "first job")) for n in (2, 3, 4, 5)]
            model.gate.set()
            for future in futures:
                future.result(PATIENCE_S)
        finally:
            impatient.close()
        assert model.values() == [[0], [1], [2, 3], [4, 5]]

    def test_items_of_two_jobs_share_a_batch(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        futures = [scheduler.submit(model, Number(n)) for n in (1, 2)]
        with ThreadPoolExecutor(1) as second_job:
            futures += second_job.submit(lambda: [scheduler.submit(model, Number(n)) for n in (11, 12)]).result()
        model.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [1, 4, 121, 144]
        assert model.values() == [[0], [1, 2, 11, 12]]


class TestFailures:
    @pytest.mark.parametrize("error", [ValueError("no"), MemoryError(), SystemExit(3)], ids=lambda e: type(e).__name__)
    def test_item_that_makes_a_model_raise_fails_alone(self, scheduler: Scheduler, error: BaseException) -> None:
        gate, model = GatedSquares(1), FailingSquares(2, error)
        hold(scheduler, gate)
        futures = [scheduler.submit(model, Number(n)) for n in (1, 2, 3, -4, 5, 6)]
        gate.gate.set()
        assert [future.exception(PATIENCE_S) for future in futures] == [None, None, None, error, None, None]
        assert [futures[n].result() for n in (0, 1, 2, 4, 5)] == [1, 4, 9, 25, 36]
        assert scheduler.submit(model, Number(7)).result(PATIENCE_S) == 49

    def test_batch_that_does_not_fit_is_halved_and_the_size_remembered(self, scheduler: Scheduler) -> None:
        gate, model = GatedSquares(1), NarrowSquares(8, fits=3)
        hold(scheduler, gate)
        futures = [scheduler.submit(model, Number(n)) for n in range(8)]
        gate.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(8)]
        assert [len(batch) for batch in model.batches] == [8, 4, 2, 2, 4, 2, 2]
        again = GatedSquares(1)
        hold(scheduler, again)
        futures = [scheduler.submit(model, Number(n)) for n in range(5)]
        again.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(5)]
        assert [len(batch) for batch in model.batches[7:]] == [2, 2, 1]

    def test_item_that_never_fits_fails_alone_as_out_of_memory(self, scheduler: Scheduler) -> None:
        gate, model = GatedSquares(1), NarrowSquares(4, fits=0)
        hold(scheduler, gate)
        futures = [scheduler.submit(model, Number(n)) for n in (1, 2)]
        gate.gate.set()
        assert all(isinstance(future.exception(PATIENCE_S), torch.OutOfMemoryError) for future in futures)
        assert scheduler.submit(gate, Number(3)).result(PATIENCE_S) == 9

    def test_item_whose_result_a_model_forgets_fails_alone(self, scheduler: Scheduler) -> None:
        gate, model = GatedSquares(1), ForgetfulSquares(2)
        hold(scheduler, gate)
        futures = [scheduler.submit(model, Number(n)) for n in (-1, 2)]
        gate.gate.set()
        assert isinstance(futures[0].exception(2.0), RuntimeError)
        assert futures[1].result(2.0) == 4
        assert scheduler.submit(model, Number(3)).result(2.0) == 9

    def test_item_whose_caller_has_gone_is_not_run(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        futures = [scheduler.submit(model, Number(n)) for n in (1, 2, 3)]
        assert futures[1].cancel()
        model.gate.set()
        assert [futures[n].result(PATIENCE_S) for n in (0, 2)] == [1, 9]
        assert model.values() == [[0], [1, 3]]


class TestLane:
    def test_closed_lane_drops_its_own_items_and_no_others(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        stopped, other = scheduler.lane(), scheduler.lane()
        dropped = [stopped.submit(model, Number(n)) for n in (1, 2)]
        kept = other.submit(model, Number(3))
        stopped.close()
        for future in dropped:
            with pytest.raises(CancelledError):
                future.result(0)
        model.gate.set()
        assert kept.result(PATIENCE_S) == 9
        assert model.values() == [[0], [3]]
        with pytest.raises(Cancelled):
            stopped.submit(model, Number(4))

    def test_how_long_a_batch_has_been_running_is_known(self, scheduler: Scheduler) -> None:
        model = GatedSquares(1)
        hold(scheduler, model)
        assert scheduler.batch_s > 0
        model.gate.set()
        assert scheduler.submit(model, Number(2)).result(PATIENCE_S) == 4
        scheduler.close()
        assert scheduler.batch_s == 0


class TestIdle:
    def test_an_owner_that_has_nothing_to_do_says_so_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("extractor.scheduler.IDLE_S", 0.02)
        told: queue.Queue[str] = queue.Queue()
        scheduler = Scheduler(wait_ms=2.0, when_idle=lambda: told.put("idle"))
        try:
            for number in range(3):
                assert told.get(timeout=PATIENCE_S) == "idle"
                with pytest.raises(queue.Empty):
                    told.get(timeout=0.2)
                assert scheduler.submit(Squares(1), Number(number)).result(PATIENCE_S) == number**2
        finally:
            scheduler.close()


class TestClose:
    def test_what_runs_is_finished_and_what_waits_is_cancelled(self) -> None:
        scheduler = Scheduler(wait_ms=2.0)
        model = GatedSquares(1)
        running = scheduler.submit(model, Number(3))
        assert model.entered.wait(PATIENCE_S)
        waiting = [scheduler.submit(model, Number(n, shape)) for n in (4, 5) for shape in ("small", "large")]
        with ThreadPoolExecutor(1) as other:
            closed = other.submit(scheduler.close)
            for future in waiting:
                with pytest.raises(CancelledError):
                    future.result(PATIENCE_S)
            model.gate.set()
            closed.result(PATIENCE_S)
        assert running.result(PATIENCE_S) == 9
        assert model.values() == [[3]]

    def test_closed_scheduler_takes_nothing(self) -> None:
        scheduler = Scheduler(wait_ms=2.0)
        scheduler.close()
        with pytest.raises(RuntimeError, match="closed"):
            scheduler.submit(Squares(1), Number(1))
        scheduler.close()
