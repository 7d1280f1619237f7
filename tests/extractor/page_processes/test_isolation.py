"""A page that fails in a stage is a failed page with a name; the others, and other jobs, notice nothing.

The models are the real ones, in an engine of this module's own; what is broken in them is a weight.
"""

from __future__ import annotations

import base64
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from extractor import errors
from extractor.deadline import JobEnd
from extractor.engine import Engine
from extractor.health import diagnose
from extractor.job import Progress
from extractor.languages import DEFAULT_RECOGNISER
from extractor.request import parse_request
from extractor.settings import Settings
from tests import documents
from tests.networks import first_layer_of, networks_of
from tests.scratch_folders import job_folders

pytestmark = pytest.mark.slow

TEXT = documents.text_pdf([["Receipt 4711, Total 80.90"]])
SCAN = documents.image_bytes(documents.text_image(["Receipt 4711", "Total 80.90"]), "PNG")
SCANNED = documents.scanned_pdf(TEXT, dpi=100)
MIXED = {
    "detector": documents.merged(TEXT, SCANNED),
    "recogniser": documents.merged(TEXT, SCANNED),
    "tables": documents.merged(TEXT, documents.invoice_pdf()),
}


@pytest.fixture(scope="module")
def own_engine() -> Iterator[Engine]:
    """An engine whose models and processes may be broken."""
    loaded = Engine.load(Settings(page_timeout_s=4, max_concurrency=2))
    yield loaded
    loaded.close()


@pytest.fixture
def healthy(own_engine: Engine) -> Engine:
    own_engine.vitals.worked()
    assert own_engine.vitals.sick is None
    return own_engine


def extract(engine: Engine, document: bytes, **keys: Any) -> dict[str, Any]:
    content = base64.b64encode(document).decode("ascii")
    return engine.extract(parse_request({"document_content_base64": content, **keys}), document_id="under-test")


def model(engine: Engine, stage: str) -> object:
    """The model of a stage."""
    return engine.models.recognisers[DEFAULT_RECOGNISER] if stage == "recogniser" else getattr(engine.models, stage)


@contextmanager
def broken(model: object, how: str) -> Iterator[None]:
    """The model without numbers in its weights, or with weights of which none has its shape."""
    whole = [(weight, weight.data) for network in networks_of(model) for weight in network.parameters()]
    assert whole
    for weight, data in whole:
        weight.data = torch.full_like(data, float("nan")) if how == "nan" else data.reshape(-1)[:1]
    try:
        yield
    finally:
        for weight, data in whole:
            weight.data = data


class TestModels:
    @pytest.mark.parametrize("how", ["nan", "raises"])
    @pytest.mark.parametrize("stage", ["detector", "recogniser", "tables"])
    def test_page_fails_by_name_and_the_other_is_delivered(self, healthy: Engine, stage: str, how: str) -> None:
        with broken(model(healthy, stage), how):
            answer = extract(healthy, MIXED[stage])
        (failed,) = answer["metadata"]["pages"]["failed"]
        assert (failed["page"], failed["code"]) == (2, "MODEL_FAILURE")
        assert "page 2" in failed["reason"]
        assert answer["metadata"]["partial"] is True
        assert "80.90" in answer["data"]["markdown"]

    @pytest.mark.parametrize("how", ["nan", "raises"])
    def test_document_of_which_no_page_can_be_read_is_a_model_failure(self, healthy: Engine, how: str) -> None:
        with broken(healthy.models.layout, how), pytest.raises(errors.ModelFailure):
            extract(healthy, TEXT)
        assert "80.90" in extract(healthy, TEXT)["data"]["markdown"]

    def test_not_enough_memory_is_said_as_such(self, healthy: Engine) -> None:
        def hungry(*_: Any) -> None:
            torch.empty(2**50, dtype=torch.uint8)

        hook = first_layer_of(healthy.models.layout).register_forward_pre_hook(hungry)
        try:
            with pytest.raises(errors.OutOfMemory):
                extract(healthy, TEXT)
        finally:
            hook.remove()
        assert healthy.vitals.sick is None


class TestPageProcesses:
    def test_page_that_hangs_fails_alone_while_another_job_runs(self, healthy: Engine) -> None:
        heavy = documents.merged(TEXT, documents.heavy_pdf(400_000), TEXT)
        with ThreadPoolExecutor(2) as jobs:
            hanging, other = jobs.submit(extract, healthy, heavy), jobs.submit(extract, healthy, TEXT)
            answer = hanging.result()
            assert other.result()["metadata"]["pages"]["failed"] == []
        (failed,) = answer["metadata"]["pages"]["failed"]
        assert (failed["page"], failed["code"]) == (2, "PAGE_TOO_COMPLEX")
        assert [page["page"] for page in answer["data"]["pages"]] == [1, 3]

    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_killed_process_costs_no_page(self, healthy: Engine, number: int) -> None:
        killed = threading.Event()

        def kill(progress: Progress) -> None:
            if progress.pages_done == 1 and not killed.is_set():
                killed.set()
                for process in multiprocessing.active_children():
                    os.kill(process.pid or 0, number)

        content = base64.b64encode(documents.text_pdf([[f"Sheet {n}"] for n in range(4)])).decode("ascii")
        request = parse_request({"document_content_base64": content})
        answer = healthy.extract(request, document_id="x", progress=kill)
        assert killed.is_set()
        assert answer["metadata"]["pages"] == {"total": 4, "processed": 4, "failed": []}


class TestLimits:
    def test_stopped_job_lets_go_of_a_slow_page(self, healthy: Engine) -> None:
        """Its page would take four seconds more; its folder and its process are free before that."""
        end, reading = JobEnd(), threading.Event()
        content = base64.b64encode(documents.heavy_pdf(400_000)).decode("ascii")
        request = parse_request({"document_content_base64": content})

        def progress(now: Progress) -> None:
            if now.stage == "pages":
                reading.set()

        with ThreadPoolExecutor(1) as jobs:
            job = jobs.submit(healthy.extract, request, document_id="x", end=end, progress=progress)
            assert reading.wait(30)
            time.sleep(0.3)
            end.end("stopped")
            with pytest.raises(errors.Cancelled):
                job.result()
            assert job_folders() == []
        assert "80.90" in extract(healthy, TEXT)["data"]["markdown"]

    def test_deadline_while_a_document_is_opened_or_read(self, healthy: Engine) -> None:
        with pytest.raises(errors.DeadlineExceeded, match="before"):
            extract(healthy, documents.heavy_pdf(400_000), deadline_s=1)


class TestSickness:
    def test_models_that_fail_on_a_known_page_too_make_a_sick_worker(self) -> None:
        sick = Engine.load(Settings())
        try:
            with broken(model(sick, "recogniser"), "nan"):
                for _ in range(2):
                    with pytest.raises(errors.ModelFailure), diagnose(sick):
                        extract(sick, SCAN)
                with pytest.raises(errors.WorkerUnhealthy), diagnose(sick):
                    extract(sick, SCAN)
            with pytest.raises(errors.WorkerUnhealthy):
                extract(sick, TEXT)
        finally:
            sick.close()

    def test_documents_on_which_models_fail_do_not_end_a_healthy_worker(self, healthy: Engine) -> None:
        for _ in range(4):
            with pytest.raises(errors.ModelFailure), diagnose(healthy), broken(model(healthy, "recogniser"), "raises"):
                extract(healthy, SCAN)
        assert healthy.vitals.sick is None
        assert "80.90" in extract(healthy, TEXT)["data"]["markdown"]

    def test_page_processes_that_cannot_be_started_again_make_a_sick_worker(self) -> None:
        others = set(multiprocessing.active_children())
        sick = Engine.load(Settings())
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

        def exhaust(progress: Progress) -> None:
            """End the page processes, and leave this one without a file descriptor for new ones."""
            if progress.stage == "pages":
                resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
                for process in set(multiprocessing.active_children()) - others:
                    process.kill()

        content = base64.b64encode(TEXT).decode("ascii")
        try:
            with pytest.raises(errors.WorkerUnhealthy):
                sick.extract(parse_request({"document_content_base64": content}), document_id="x", progress=exhaust)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert sick.vitals.sick is not None
            with pytest.raises(errors.WorkerUnhealthy):
                extract(sick, TEXT)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            sick.close()
