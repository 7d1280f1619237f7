"""The worker without a door: one engine, loaded when it is first needed, and an answer to every job."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from extractor.engine import Engine
from extractor.errors import WorkerUnhealthy
from extractor.lifecycle.vitals import Vitals
from extractor.worker import Worker
from tests import documents

LETTER = base64.b64encode(documents.text_pdf([["Dear Ms Gray,"]])).decode("ascii")


def job(**keys: Any) -> dict[str, Any]:
    return {"id": "job-1", "input": {"document_content_base64": LETTER, **keys}}


def test_who_asks_while_the_engine_loads_waits_for_that_one(engine: Engine) -> None:
    loads, begun, go_on = list[Engine](), threading.Event(), threading.Event()

    def load() -> Engine:
        loads.append(engine)
        begun.set()
        assert go_on.wait(60)
        return engine

    worker = Worker(load)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(worker.load)
        assert begun.wait(60)
        second = threads.submit(worker.load)
        assert worker.sick == "there is no engine"
        go_on.set()
        assert (first.result(60), second.result(60)) == (engine, engine)
    assert worker.load() is engine
    assert loads == [engine]
    assert worker.sick is None


def test_who_closes_while_the_engine_loads_does_not_wait() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def load() -> Engine:
        begun.set()
        assert go_on.wait(60)
        raise WorkerUnhealthy("the device is gone")

    worker = Worker(load)
    with ThreadPoolExecutor(1) as threads:
        loading = threads.submit(worker.load)
        assert begun.wait(60)
        worker.close()
        assert not loading.done()
        go_on.set()
        with pytest.raises(WorkerUnhealthy):
            loading.result(60)


def test_job_of_a_worker_that_cannot_load_is_answered_and_the_next_one_tries_again(engine: Engine) -> None:
    tries = iter([WorkerUnhealthy("the device is gone"), engine])

    def load() -> Engine:
        outcome = next(tries)
        if isinstance(outcome, WorkerUnhealthy):
            raise outcome
        return outcome

    worker = Worker(load)
    refused = worker.answer(job())
    assert (refused["error_code"], refused["retryable"]) == ("WORKER_UNHEALTHY", True)
    assert worker.sick == "there is no engine"
    read = worker.answer(job(outputs=["markdown"]))
    assert "Dear Ms Gray," in read["data"]["markdown"]


def test_job_is_counted_by_its_door(engine: Engine) -> None:
    worker = Worker(lambda: engine)
    worker.answer(job(ocr="often"), door="http")
    worker.answer(job(outputs=["text"]), door="file")
    counted = worker.telemetry.exposition().decode()
    assert 'zopilot_jobs_total{code="INVALID_INPUT",door="http"} 1.0' in counted
    assert 'zopilot_jobs_total{code="OK",door="file"} 1.0' in counted
    assert f'zopilot_worker_info{{device="{engine.device}"' in counted


def test_is_sick_as_its_engine_is(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "vitals", Vitals())
    worker = Worker(lambda: engine)
    worker.load()
    engine.vitals.condemn("the device hangs")
    assert worker.sick == "the device hangs"
    assert worker.answer(job())["error"] == "WORKER_UNHEALTHY: the device hangs; send the job again"
