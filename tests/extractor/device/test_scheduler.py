"""The device's owner: which rows share a batch, in which order, and what a failing batch takes with it.

The models here are small ones that square numbers; a gate holds their first batch until the test has queued the rest.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch

from extractor.device.scheduler import Scheduler, Work

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Number:
    """A row: `shape` is what its batch must have in common."""

    value: int
    shape: str = "small"


@dataclass(frozen=True)
class Numbers:
    """The rows of one request."""

    rows: tuple[Number, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, start: int, stop: int) -> tuple[Number, ...]:
        return self.rows[start:stop]


@dataclass(frozen=True)
class Done:
    """A batch that is done."""

    results: list[np.ndarray]

    def wait(self) -> list[np.ndarray]:
        return self.results


class Squares:
    """Squares numbers; remembers each batch and the threads that ran them."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.batches: list[list[Number]] = []
        self.threads: set[int] = set()
        self.running = 0
        self.most_running = 0

    def batch_sizes(self, key: str) -> tuple[int, ...]:
        return (*(size for size in (1, 2, 4, 8, 64) if size < self.batch_size), self.batch_size)

    def start(self, items: Sequence[Number]) -> Done:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.threads.add(threading.get_ident())
        self.batches.append(list(items))
        results = self.results(items)
        self.running -= 1
        return Done([np.array([result]) for result in results])

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


def owner(wait_ms: float = 2.0, **keys: Any) -> Scheduler:
    return Scheduler(wait_ms, torch.device("cpu"), **keys)


def ask(scheduler: Scheduler, model: Squares, *rows: Number) -> tuple[Work, Future[list[int]]]:
    """Have the numbers squared, as one request."""
    told: Future[list[int]] = Future()

    def done(outcome: list[np.ndarray] | BaseException) -> None:
        if isinstance(outcome, BaseException):
            told.set_exception(outcome)
        else:
            told.set_result([int(result[0]) for result in outcome])

    return scheduler.submit(model, rows[0].shape, Numbers(rows), done), told


class One:
    """A request of a single number."""

    def __init__(self, scheduler: Scheduler, model: Squares, number: Number) -> None:
        self.work, self._told = ask(scheduler, model, number)

    def result(self, timeout: float) -> int:
        (square,) = self._told.result(timeout)
        return square

    def exception(self, timeout: float) -> BaseException | None:
        return self._told.exception(timeout)

    def done(self) -> bool:
        return self._told.done()


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    running = owner()
    yield running
    running.close()


def hold(scheduler: Scheduler, model: GatedSquares) -> None:
    """Have the owner stand in a batch of its own until the model's gate is opened."""
    One(scheduler, model, Number(0, "held"))
    assert model.entered.wait(PATIENCE_S)


class TestBatches:
    def test_each_item_gets_its_own_result_whoever_asks(self, scheduler: Scheduler) -> None:
        models = [Squares(4), Squares(7)]

        def job(offset: int) -> None:
            asked = [(models[n % 2], Number(offset + n, "ABC"[n % 3])) for n in range(60)]
            futures = [(item, One(scheduler, model, item)) for model, item in asked]
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
            asked = jobs.map(lambda n: One(scheduler, models[n % 2], Number(n)).result(PATIENCE_S), range(80))
            assert list(asked) == [n**2 for n in range(80)]
        assert len(models[0].threads | models[1].threads) == 1
        assert threading.get_ident() not in models[0].threads
        assert {model.most_running for model in models} == {1}

    def test_what_waits_is_batched_up_to_the_models_size(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        futures = [One(scheduler, model, Number(n)) for n in range(1, 11)]
        model.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(1, 11)]
        assert model.values() == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]

    def test_shapes_are_not_mixed_even_if_batches_stay_small(self, scheduler: Scheduler) -> None:
        model = GatedSquares(8)
        hold(scheduler, model)
        futures = [One(scheduler, model, Number(n, "wide" if n % 2 else "tall")) for n in range(1, 7)]
        model.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(1, 7)]
        assert model.values() == [[0], [1, 3, 5], [2, 4, 6]]

    def test_models_are_not_mixed(self, scheduler: Scheduler) -> None:
        first, second = GatedSquares(8), Squares(8)
        hold(scheduler, first)
        futures = [One(scheduler, (first, second)[n % 2], Number(n)) for n in range(1, 5)]
        first.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [1, 4, 9, 16]
        assert first.values() == [[0], [2, 4]]
        assert second.values() == [[1, 3]]

    def test_full_batch_does_not_wait_and_part_of_one_does(self) -> None:
        patient = owner(3_600_000)
        model = Squares(2)
        try:
            futures = [One(patient, model, Number(n)) for n in (1, 2, 3, 4)]
            assert [future.result(PATIENCE_S) for future in futures] == [1, 4, 9, 16]
            waiting = One(patient, model, Number(5))
            One(patient, model, Number(6, "other"))
            assert One(patient, model, Number(7)).result(PATIENCE_S) == 49
            assert waiting.result(PATIENCE_S) == 25
        finally:
            patient.close()
        assert model.values() == [[1, 2], [3, 4], [5, 7]]

    def test_what_would_pad_a_batch_to_more_than_twice_is_run_in_smaller_ones(self, scheduler: Scheduler) -> None:
        model = GatedSquares(64)
        hold(scheduler, model)
        asked = [One(scheduler, model, Number(n)) for n in range(1, 12)]
        model.gate.set()
        assert [one.result(PATIENCE_S) for one in asked] == [n**2 for n in range(1, 12)]
        assert [len(batch) for batch in model.batches] == [1, 8, 3]

    def test_part_of_a_batch_does_not_wait_for_ever(self, scheduler: Scheduler) -> None:
        assert One(scheduler, Squares(64), Number(5)).result(PATIENCE_S) == 25


class TestFairness:
    def test_second_job_goes_before_what_the_first_adds_later(self, scheduler: Scheduler) -> None:
        model = GatedSquares(2)
        hold(scheduler, model)
        futures = [One(scheduler, model, Number(n, "first job")) for n in (1, 2, 3, 4)]
        futures += [One(scheduler, model, Number(n, "second job")) for n in (11, 12)]
        futures += [One(scheduler, model, Number(n, "first job")) for n in (5, 6, 7)]
        model.gate.set()
        for future in futures:
            future.result(PATIENCE_S)
        assert model.values() == [[0], [1, 2], [3, 4], [11, 12], [5, 6], [7]]

    def test_a_full_batch_does_not_overtake_an_older_item(self, scheduler: Scheduler) -> None:
        model = GatedSquares(2)
        impatient = owner(0)
        try:
            hold(impatient, model)
            futures = [One(impatient, model, Number(1, "second job"))]
            futures += [One(impatient, model, Number(n, "first job")) for n in (2, 3, 4, 5)]
            model.gate.set()
            for future in futures:
                future.result(PATIENCE_S)
        finally:
            impatient.close()
        assert model.values() == [[0], [1], [2, 3], [4, 5]]

    def test_items_of_two_jobs_share_a_batch(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        futures = [One(scheduler, model, Number(n)) for n in (1, 2)]
        with ThreadPoolExecutor(1) as second_job:
            futures += second_job.submit(lambda: [One(scheduler, model, Number(n)) for n in (11, 12)]).result()
        model.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [1, 4, 121, 144]
        assert model.values() == [[0], [1, 2, 11, 12]]


class TestFailures:
    @pytest.mark.parametrize("error", [ValueError("no"), MemoryError(), SystemExit(3)], ids=lambda e: type(e).__name__)
    def test_item_that_makes_a_model_raise_fails_alone(self, scheduler: Scheduler, error: BaseException) -> None:
        gate, model = GatedSquares(1), FailingSquares(2, error)
        hold(scheduler, gate)
        futures = [One(scheduler, model, Number(n)) for n in (1, 2, 3, -4, 5, 6)]
        gate.gate.set()
        assert [future.exception(PATIENCE_S) for future in futures] == [None, None, None, error, None, None]
        assert [futures[n].result(PATIENCE_S) for n in (0, 1, 2, 4, 5)] == [1, 4, 9, 25, 36]
        assert One(scheduler, model, Number(7)).result(PATIENCE_S) == 49

    def test_batch_that_does_not_fit_is_halved_and_the_size_remembered(self, scheduler: Scheduler) -> None:
        gate, model = GatedSquares(1), NarrowSquares(8, fits=3)
        hold(scheduler, gate)
        futures = [One(scheduler, model, Number(n)) for n in range(8)]
        gate.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(8)]
        assert [len(batch) for batch in model.batches] == [8, 4, 4, 2, 2, 2, 2]
        again = GatedSquares(1)
        hold(scheduler, again)
        futures = [One(scheduler, model, Number(n)) for n in range(5)]
        again.gate.set()
        assert [future.result(PATIENCE_S) for future in futures] == [n**2 for n in range(5)]
        assert [len(batch) for batch in model.batches[7:]] == [2, 2, 1]

    def test_item_that_never_fits_fails_alone_as_out_of_memory(self, scheduler: Scheduler) -> None:
        gate, model = GatedSquares(1), NarrowSquares(4, fits=0)
        hold(scheduler, gate)
        futures = [One(scheduler, model, Number(n)) for n in (1, 2)]
        gate.gate.set()
        assert all(isinstance(future.exception(PATIENCE_S), torch.OutOfMemoryError) for future in futures)
        assert One(scheduler, gate, Number(3)).result(PATIENCE_S) == 9

    def test_item_whose_result_a_model_forgets_fails_alone(self, scheduler: Scheduler) -> None:
        gate, model = GatedSquares(1), ForgetfulSquares(2)
        hold(scheduler, gate)
        futures = [One(scheduler, model, Number(n)) for n in (-1, 2)]
        gate.gate.set()
        assert isinstance(futures[0].exception(2.0), RuntimeError)
        assert futures[1].result(2.0) == 4
        assert One(scheduler, model, Number(3)).result(2.0) == 9

    def test_work_that_is_cancelled_while_it_waits_is_not_run(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        asked = [One(scheduler, model, Number(n)) for n in (1, 2, 3)]
        assert scheduler.cancel(asked[1].work)
        model.gate.set()
        assert [asked[n].result(PATIENCE_S) for n in (0, 2)] == [1, 9]
        assert model.values() == [[0], [1, 3]]
        assert not asked[1].done()
        assert not scheduler.cancel(asked[0].work)


class TestRows:
    def test_a_request_of_many_rows_is_split_and_put_together_again(self, scheduler: Scheduler) -> None:
        model = GatedSquares(4)
        hold(scheduler, model)
        _, long = ask(scheduler, model, *(Number(n) for n in range(1, 7)))
        _, short = ask(scheduler, model, Number(7), Number(8))
        model.gate.set()
        assert long.result(PATIENCE_S) == [n**2 for n in range(1, 7)]
        assert short.result(PATIENCE_S) == [49, 64]
        assert model.values() == [[0], [1, 2, 3, 4], [5, 6, 7, 8]]

    def test_a_row_that_fails_takes_its_request_with_it_and_no_other(self, scheduler: Scheduler) -> None:
        gate, model, told = GatedSquares(1), FailingSquares(4, ValueError("no")), []
        listening = owner(failed=told.append)
        try:
            hold(listening, gate)
            _, wrong = ask(listening, model, Number(1), Number(-2))
            _, right = ask(listening, model, Number(3), Number(4))
            gate.gate.set()
            assert right.result(PATIENCE_S) == [9, 16]
            assert isinstance(wrong.exception(PATIENCE_S), ValueError)
        finally:
            listening.close()
        assert [type(error) for error in told] == [ValueError]


class TestClock:
    def test_how_long_a_batch_has_been_running_is_known(self, scheduler: Scheduler) -> None:
        model = GatedSquares(1)
        hold(scheduler, model)
        assert scheduler.batch_s > 0
        model.gate.set()
        assert One(scheduler, model, Number(2)).result(PATIENCE_S) == 4
        scheduler.close()
        assert scheduler.batch_s == 0

    def test_the_longest_batch_is_known_when_it_is_over(self, scheduler: Scheduler) -> None:
        model = GatedSquares(1)
        hold(scheduler, model)
        assert scheduler.longest_batch_s == 0
        held = scheduler.batch_s
        model.gate.set()
        assert One(scheduler, model, Number(2)).result(PATIENCE_S) == 4
        scheduler.close()
        assert scheduler.longest_batch_s >= held


class TestIdle:
    def test_an_owner_that_has_nothing_to_do_says_so_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("extractor.device.scheduler.IDLE_S", 0.02)
        told: queue.Queue[str] = queue.Queue()
        scheduler = owner(when_idle=lambda: told.put("idle"))
        try:
            for number in range(3):
                assert told.get(timeout=PATIENCE_S) == "idle"
                with pytest.raises(queue.Empty):
                    told.get(timeout=0.2)
                assert One(scheduler, Squares(1), Number(number)).result(PATIENCE_S) == number**2
        finally:
            scheduler.close()


class TestPreparing:
    """An owner's warm-ups: before it serves, and when it has nothing to do."""

    @pytest.fixture(params=[60.0, 0.0], ids=["before", "idle"])
    def before(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
        monkeypatch.setattr("extractor.device.scheduler.WARM_UP_S", request.param)
        monkeypatch.setattr("extractor.device.scheduler.PAUSE_S", 0.0)
        return bool(request.param)

    @staticmethod
    def raising(error: BaseException) -> Callable[[], None]:
        def warm_up() -> None:
            raise error

        return warm_up

    def test_a_shape_without_memory_is_left_and_the_others_are_prepared(
        self, before: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        told: queue.Queue[str] = queue.Queue()
        short = self.raising(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"))
        scheduler = owner(warm_ups=[short, lambda: told.put("prepared")], failed=lambda _: told.put("failed"))
        try:
            assert told.get(timeout=PATIENCE_S) == "prepared"
            assert One(scheduler, Squares(1), Number(3)).result(PATIENCE_S) == 9
        finally:
            scheduler.close()
        assert told.empty()
        assert "no memory to prepare" in caplog.text

    def test_it_serves_when_what_is_needed_is_prepared(self, before: bool) -> None:
        told: list[str] = []
        done = threading.Event()

        def last() -> None:
            told.append("other")
            done.set()

        scheduler = owner(needed_warm_ups=[lambda: told.append("needed")] * 3, warm_ups=[last])
        try:
            assert told[:3] == ["needed"] * 3
            assert done.wait(PATIENCE_S)
            assert told[3:] == ["other"]
        finally:
            scheduler.close()

    def test_it_is_done_in_the_thread_that_runs_models(self, before: bool) -> None:
        """A graph, and what is planned for it, belong to the thread that captured it."""
        threads: queue.Queue[int] = queue.Queue()

        def note() -> None:
            threads.put(threading.get_ident())

        scheduler, model = owner(needed_warm_ups=[note], warm_ups=[note]), Squares(1)
        try:
            prepared = {threads.get(timeout=PATIENCE_S) for _ in range(2)}
            assert One(scheduler, model, Number(3)).result(PATIENCE_S) == 9
        finally:
            scheduler.close()
        assert prepared == model.threads

    def test_any_other_error_ends_the_start_or_is_told_and_the_owner_goes_on(self, before: bool) -> None:
        error = RuntimeError("CUDA error: an illegal memory access was encountered")
        told: queue.Queue[BaseException] = queue.Queue()
        if before:
            with pytest.raises(RuntimeError) as raised:
                owner(warm_ups=[self.raising(error)])
            assert raised.value is error
            return
        scheduler = owner(warm_ups=[self.raising(error)], failed=told.put)
        try:
            assert told.get(timeout=PATIENCE_S) is error
            assert One(scheduler, Squares(1), Number(3)).result(PATIENCE_S) == 9
        finally:
            scheduler.close()


class TestClose:
    def test_what_runs_is_finished_and_what_waits_is_dropped(self) -> None:
        scheduler = owner()
        model = GatedSquares(1)
        running = One(scheduler, model, Number(3))
        assert model.entered.wait(PATIENCE_S)
        waiting = [One(scheduler, model, Number(n, shape)) for n in (4, 5) for shape in ("small", "large")]
        with ThreadPoolExecutor(1) as other:
            closed = other.submit(scheduler.close)
            for future in waiting:
                assert isinstance(future.exception(PATIENCE_S), RuntimeError)
            model.gate.set()
            closed.result(PATIENCE_S)
        assert running.result(PATIENCE_S) == 9
        assert model.values() == [[3]]

    def test_closed_scheduler_takes_nothing(self) -> None:
        scheduler = owner()
        scheduler.close()
        with pytest.raises(RuntimeError, match="closed"):
            One(scheduler, Squares(1), Number(1))
        scheduler.close()
