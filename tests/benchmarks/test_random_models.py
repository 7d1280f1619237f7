"""Weights of no meaning, in folders that the worker takes for a model set."""

from __future__ import annotations

import pytest

from benchmarks.workload import loaded_engine, run, text_document

pytestmark = pytest.mark.slow


def test_the_engine_loads_them_and_reads_a_page() -> None:
    with loaded_engine("cpu", random_weights=True, page_processes=1) as engine:
        answer = run(engine, text_document(1), outputs=["text"])
    assert "cleared at 03:15 by the harbour office" in answer["data"]["text"]
