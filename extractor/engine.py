"""The engine: a request -> the contract's answer. The only place that knows the order of the rooms.

Guarantees: one answer or one `ExtractionError` for each request; a page that fails is named with its reason while the
others are delivered; at most `pages_in_flight` pages of a job are in memory; the job's temporary folder is gone when
the job is. Models and processes belong to the engine, are loaded once, and are shared by all jobs.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch

from . import __version__
from .assemble import AssembledPage, assemble_page
from .errors import (
    Cancelled,
    DeadlineExceeded,
    ExtractionError,
    Internal,
    ModelFailure,
    TooManyPages,
    WorkerUnhealthy,
)
from .formats import DocumentFile, identify
from .headings import with_levels
from .joining import join_tables
from .languages import Recognition, recognition_for
from .outputs import render
from .pages import FailedPage, Outline, PagePool
from .reading import Models, Reader
from .request import ExtractionRequest, selected_pages
from .scheduler import Scheduler
from .settings import Settings
from .source import FetchedDocument, fetch_document

log = logging.getLogger("extractor")

LOW_CONFIDENCE = 0.8


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; given to its caller after each page."""

    pages_done: int
    pages_total: int


@dataclass(frozen=True, slots=True)
class _ReadPage:
    """A finished page: its elements, whether it was recognised, what there is to warn of, and its stage times."""

    page: AssembledPage
    recognised: bool
    warnings: tuple[str, ...]
    timings_ms: dict[str, float]


@dataclass(slots=True)
class _Job:
    """One request on its way."""

    request: ExtractionRequest
    fetched: FetchedDocument
    document: DocumentFile
    outline: Outline
    recognition: Recognition
    cancelled: Callable[[], bool]
    deadline: float


class Engine:
    """Models, page processes and the device's owner; `load` makes one, `close` ends it."""

    def __init__(self, settings: Settings, models: Models, versions: dict[str, str]) -> None:
        self.settings = settings
        self.device = _device_name(models.device)
        self.models = models
        self._versions = versions
        self._recognisers = frozenset(models.recognisers)
        self._pages = PagePool(settings)
        self._scheduler = Scheduler(settings.batch_wait_ms)
        self._reader = Reader(models, self._scheduler)
        # On a CPU the models are the bottleneck: more pages at a time would only make each of them wait.
        self._pages_in_flight = settings.pages_in_flight or (8 if models.device.type == "cuda" else 2)
        self._threads = ThreadPoolExecutor(self._pages_in_flight, thread_name_prefix="page")

    @classmethod
    def load(cls, settings: Settings) -> Engine:
        """Load every model onto the device. Raises `WorkerUnhealthy` where that cannot be done."""
        started = time.perf_counter()
        torch.set_num_threads(settings.torch_threads or len(os.sched_getaffinity(0)))
        device = _choose_device(settings)
        versions = _model_versions(settings.models_dir)
        engine = cls(settings, Models(settings.models_dir, device, settings), versions)
        log.info("Models loaded on %s in %.1f s: %s", engine.device, time.perf_counter() - started, ", ".join(versions))
        return engine

    @property
    def device_busy_s(self) -> float:
        """How long models have been running since the engine was loaded, in seconds."""
        return self._scheduler.busy_s

    def close(self) -> None:
        """Stop every thread and process; jobs still running fail."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._scheduler.close()
        self._pages.close()

    def extract(
        self,
        request: ExtractionRequest,
        *,
        document_id: str,
        upload: BinaryIO | None = None,
        received: float | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> dict[str, Any]:
        """Read the document and answer as the contract says (a success), or raise an `ExtractionError`.

        `upload` is the document where the request names none. The deadline counts from `received`, a time of
        `time.monotonic`, or else from now.
        """
        started = time.perf_counter()
        deadline = (time.monotonic() if received is None else received) + (
            request.deadline_s or self.settings.deadline_s
        )
        timings: dict[str, float] = {}
        recognition = recognition_for(request.ocr_languages, self._recognisers)
        folder = Path(tempfile.mkdtemp(prefix="job-"))
        try:
            fetched = fetch_document(request, folder, self.settings, upload)
            timings["fetch"] = _since(started)
            log.info("[EXTRACT] Processing document (%d bytes) with LOCAL extraction", fetched.size)
            opening = time.perf_counter()
            document = identify(fetched)
            outline = self._pages.open(document, request.password)
            timings["open"] = _since(opening)
            job = _Job(request, fetched, document, outline, recognition, cancelled, deadline)
            numbers = selected_pages(request.pages, outline.pages)
            if len(numbers) > self.settings.max_pages:
                raise TooManyPages(
                    f"{len(numbers)} pages are asked for, at most {self.settings.max_pages} are read; pass pages"
                )
            finished, failed, partial = self._read_all(job, numbers, progress)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if not finished:
            raise failed[0].error if failed else DeadlineExceeded("the time was up before the first page was finished")
        for stage in ("pages", "layout", "ocr", "tables", "assemble"):
            timings[stage] = sum(page.timings_ms.get(stage, 0.0) for page in finished)
        rendering = time.perf_counter()
        pages = join_tables(with_levels([read.page for read in finished], outline.headings))
        data = render(pages, request.outputs, furniture=request.furniture, name=request.filename or document_id)
        timings["outputs"] = _since(rendering)
        timings["total"] = _since(started)
        log.info("Successfully extracted data using DocStrange (local mode)")
        return {
            "success": True,
            "document_id": document_id,
            "extraction_method": "docstrange_local",
            "data": data,
            "metadata": self._metadata(job, numbers, finished, failed, partial, timings),
        }

    def _read_all(
        self, job: _Job, numbers: Sequence[int], progress: Callable[[Progress], None]
    ) -> tuple[list[_ReadPage], list[FailedPage], bool]:
        """The finished pages and the failed ones, in order, and whether the deadline cut the job short."""
        waiting = deque(numbers)
        running: deque[Future[_ReadPage | FailedPage]] = deque()
        finished: list[_ReadPage] = []
        failed: list[FailedPage] = []
        try:
            while waiting or running:
                while waiting and len(running) < self._pages_in_flight:
                    running.append(self._threads.submit(self._read_one, job, waiting.popleft()))
                if job.cancelled():
                    raise Cancelled("the job was stopped")
                try:
                    outcome = running[0].result(timeout=min(0.5, max(0.0, job.deadline - time.monotonic())))
                except TimeoutError:
                    if time.monotonic() >= job.deadline:
                        return finished, failed, True
                    continue
                running.popleft()
                if isinstance(outcome, FailedPage):
                    failed.append(outcome)
                else:
                    finished.append(outcome)
                progress(Progress(len(finished) + len(failed), len(numbers)))
        finally:
            for future in running:
                future.cancel()
        return finished, failed, False

    def _read_one(self, job: _Job, number: int) -> _ReadPage | FailedPage:
        if job.cancelled() or time.monotonic() >= job.deadline:
            return FailedPage(number, DeadlineExceeded(f"page {number} was not started in time"))
        started = time.perf_counter()
        future = self._pages.read(job.document, number, job.request.password, job.request.ocr)
        page = self._pages.outcome(future, number)
        if isinstance(page, FailedPage):
            log.warning("page %d failed: %s", number, page.error.code)
            return page
        paged = _since(started)
        try:
            reading = self._reader.read(page, job.recognition)
            assembling = time.perf_counter()
            assembled = assemble_page(reading)
        except ExtractionError as error:
            return FailedPage(number, error)
        except Exception as error:  # a page fails alone, by name; the log has the cause
            log.exception("page %d failed", number)
            return FailedPage(number, ModelFailure(f"page {number} could not be read ({type(error).__name__})"))
        timings = {**reading.timings_ms, "pages": paged, "assemble": _since(assembling)}
        return _ReadPage(assembled, reading.recognised, reading.warnings, timings)

    def _metadata(
        self,
        job: _Job,
        numbers: Sequence[int],
        finished: Sequence[_ReadPage],
        failed: Sequence[FailedPage],
        late: bool,
        timings: dict[str, float],
    ) -> dict[str, Any]:
        warnings = [warning for read in finished for warning in read.warnings]
        if late:
            missing = len(numbers) - len(finished) - len(failed)
            warnings.append(f"the deadline was reached: {missing} page(s) were not read")
        confidences = {read.page.number: _confidence(read.page) for read in finished}
        return {
            "processing_mode": "local",
            "cloud_enabled": False,
            "format": job.document.format,
            "sha256": job.fetched.sha256,
            "bytes": job.fetched.size,
            "pages": {
                "total": job.outline.pages,
                "processed": len(finished),
                "failed": [
                    {"page": page.number, "code": page.error.code, "reason": page.error.message} for page in failed
                ],
            },
            "partial": late or bool(failed),
            "ocr_pages": [read.page.number for read in finished if read.recognised],
            "confidence": {
                "mean": round(statistics.fmean(confidences.values()), 4),
                "low_pages": [number for number, value in confidences.items() if value < LOW_CONFIDENCE],
            },
            "device": self.device,
            "models": self._versions,
            "timings_ms": {stage: round(value, 1) for stage, value in timings.items()},
            "warnings": warnings,
            "worker_version": __version__,
        }


def _confidence(page: AssembledPage) -> float:
    """The page's confidence: that of its elements, weighed by their text; 1 for an empty page."""
    weights = [(element.confidence, len(element.text)) for element in page.elements if element.text]
    total = sum(weight for _, weight in weights)
    return sum(value * weight for value, weight in weights) / total if total else 1.0


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _choose_device(settings: Settings) -> torch.device:
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise WorkerUnhealthy("DEVICE is cuda, and torch sees no CUDA device")
    if settings.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", 0)


def _device_name(device: torch.device) -> str:
    return f"{device} {torch.cuda.get_device_name(device)}" if device.type == "cuda" else "cpu"


def _model_versions(models_dir: Path) -> dict[str, str]:
    """Model -> the revision that its weights were published at, from the builder's manifest."""
    try:
        manifest = json.loads((models_dir / "manifest.json").read_text(encoding="utf-8"))
        files = [file for file in manifest["files"] if file["path"].endswith("/model.safetensors")]
        return {file["path"].split("/")[0]: str(file["revision"]) for file in files}
    except FileNotFoundError:
        raise WorkerUnhealthy("the models are not there: run `python -m builder`") from None
    except (KeyError, TypeError, ValueError) as error:
        raise Internal(f"models/manifest.json cannot be read ({type(error).__name__})") from error
