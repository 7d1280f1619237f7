"""The clock of a device and the memory that its results go to, on a processor."""

from __future__ import annotations

import logging
import time

import numpy as np
import pytest
import torch

from extractor.models.device_clock import DeviceClock
from extractor.models.pinned import PinnedMemory, Staging

CPU = torch.device("cpu")


class TestDeviceClock:
    def test_a_processor_is_busy_for_as_long_as_the_call_takes(self) -> None:
        clock = DeviceClock(CPU)
        for length in (0.02, 0.05):
            with clock.batch():
                time.sleep(length)
        time.sleep(0.05)
        assert 0.07 <= clock.busy_s < 0.11
        assert 0.05 <= clock.longest_s <= clock.busy_s

    def test_a_batch_that_fails_counts(self) -> None:
        clock = DeviceClock(CPU)
        with pytest.raises(ZeroDivisionError), clock.batch():
            time.sleep(0.01)
            raise ZeroDivisionError
        assert clock.busy_s >= 0.01


class Stream:
    """Streams of a GPU: an event is stamped with what is next in `times`, and has passed once `now` is there."""

    def __init__(self, *times: float) -> None:
        self.times = list(times)
        self.now = 0.0

    def event(self) -> Event:
        return Event(self)


class Event:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._ms = 0.0

    def record(self) -> None:
        self._ms = self._stream.times.pop(0)

    def query(self) -> bool:
        return self._ms <= self._stream.now

    def elapsed_time(self, end: Event) -> float:
        assert self.query() and end.query(), "not there yet"
        return end._ms - self._ms


class TestAGpusClock:
    def clock(self, *times: float) -> tuple[DeviceClock, Stream]:
        """The clock after batches that begin and end at these times, in milliseconds, were launched at once."""
        stream = Stream(*times)
        clock = DeviceClock(torch.device("cuda"), stream.event)
        for _ in range(len(times) // 2):
            with clock.batch():
                pass
        return clock, stream

    def test_what_is_under_way_does_not_count_and_is_not_waited_for(self) -> None:
        clock, stream = self.clock(10, 30, 30, 70, 500, 510)
        assert clock.busy_s == 0
        stream.now = 69
        assert clock.busy_s == pytest.approx(0.020)
        stream.now = 600
        assert clock.busy_s == pytest.approx(0.070)
        assert clock.longest_s == pytest.approx(0.040)

    @pytest.mark.parametrize(
        ("times", "busy"),
        [
            ((0, 50, 20, 70), 0.070),
            ((0, 50, 20, 40), 0.050),
            ((0, 50, 20, 40, 45, 60), 0.060),
        ],
    )
    def test_batches_of_two_streams_at_once_count_once(self, times: tuple[float, ...], busy: float) -> None:
        clock, stream = self.clock(*times)
        stream.now = 1000
        assert clock.busy_s == pytest.approx(busy)


class TestStaging:
    def test_a_processors_results_are_where_they_were_computed(self) -> None:
        results = [torch.rand(3, 4), torch.arange(5)]
        copies, arrival = Staging(CPU).copy_out(results)
        arrival.synchronize()
        assert [copy is result for copy, result in zip(copies, results, strict=True)] == [True, True]


class TestPinnedMemory:
    @pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU's driver does pin it")
    def test_what_cannot_be_pinned_is_said_once_and_stays_as_it_was(self, caplog: pytest.LogCaptureFixture) -> None:
        buffer = np.arange(1 << 16, dtype=np.uint8)
        with caplog.at_level(logging.WARNING):
            memory = PinnedMemory(buffer)
            memory.release()
        (warning,) = (record.getMessage() for record in caplog.records)
        assert warning.startswith("65536 bytes could not be pinned")
        assert buffer[258] == 2
