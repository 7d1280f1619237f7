"""Jobs that each start the next one, what they took, and what a GPU's driver says meanwhile."""

from __future__ import annotations

import threading
import time

import pypdfium2 as pdfium
import pytest
import torch

from benchmarks.closed_loop import closed_loop, quantile
from benchmarks.gpu_use import read_looks, watched
from benchmarks.workload import long_document
from tests.documents import text_pdf


def test_work_goes_round_at_least_so_many_times() -> None:
    loop = closed_loop(["a", "b"], str.upper, jobs=1, seconds=0.0, least=5)
    assert loop.done == ["A", "B", "A", "B", "A"]


def test_work_goes_on_for_so_long() -> None:
    assert closed_loop([0.01], time.sleep, jobs=3, seconds=0.2, least=1).wall_s >= 0.2


def test_so_many_jobs_run_at_a_time() -> None:
    meeting = threading.Barrier(3)
    loop = closed_loop([10.0], lambda timeout: meeting.wait(timeout), jobs=3, seconds=0.0, least=6)
    assert sorted(loop.done) == [0, 0, 1, 1, 2, 2]


def test_what_a_job_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        closed_loop([0], lambda value: 1 // value, jobs=2, seconds=0.0, least=4)


def test_processor_time_is_that_of_all_threads() -> None:
    def spin(seconds: float) -> None:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass

    assert 0.2 <= closed_loop([0.1], spin, jobs=2, seconds=0.0, least=2).core_s < 5


def test_quantiles_are_values_that_were_there() -> None:
    values = [float(value) for value in range(200, 0, -1)]
    assert [quantile(values, part) for part in (0.5, 0.95, 0.99)] == [100.5, 190.0, 198.0]
    assert quantile([7.0], 0.99) == 7.0


def test_a_processor_has_no_gpu_use() -> None:
    with watched(torch.device("cpu")) as use:
        pass
    assert use.usual is None


def test_looks_at_a_gpu_are_shares_and_a_line_cut_off_is_none() -> None:
    assert read_looks("7\n100\n[N/A]\n 62\n8") == [0.07, 1.0, 0.62]


def test_a_long_document_repeats_the_pages_of_short_ones() -> None:
    document = pdfium.PdfDocument(long_document([text_pdf([["one"], ["two"]]), text_pdf([["three"]])], 4))
    assert [page.get_textpage().get_text_range() for page in document] == ["one", "two", "three", "one"]
