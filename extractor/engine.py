"""The engine: a request -> the contract's answer. The only place that knows the order of the rooms.

Guarantees: one answer or one `ExtractionError` for each request; a page that fails is named with its reason while the
others are delivered; at most `pages_in_flight` pages of a job are in memory; the job's temporary folder is gone when
the job is. A job that is stopped, or whose time is up, holds neither the device nor a page process nor a file any more
within a tenth of a second, but for the batch that runs. Models and processes belong to the engine, are loaded once, and
are shared by all jobs; when they are beyond mending, `vitals.sick` says so and every job ends with `WorkerUnhealthy`.
"""

from __future__ import annotations

import logging
import os
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_futures
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar

import torch
from pebble import ProcessExpired

from . import __version__, cage
from .assemble import AssembledPage, assemble_page
from .errors import (
    Cancelled,
    DeadlineExceeded,
    DocumentCorrupt,
    ExtractionError,
    Internal,
    ModelFailure,
    OutOfMemory,
    PageTooLarge,
    TooManyPages,
    WorkerUnhealthy,
)
from .formats import Arrival, DocumentFile, identify
from .headings import with_levels
from .host_memory import give_freed_memory_back, keep_freed_memory, set_switches
from .joining import join_tables
from .languages import Recognition, recognition_for
from .models.layout import RawLayout
from .outputs import render
from .page_reading import PageReading
from .pages import FailedPage, Outline, Page, PageInPassing, PagePool, ended_from_outside
from .reading import Models, Reader
from .request import ExtractionRequest, selected_pages
from .scheduler import Scheduler
from .scratch import Scratch
from .settings import Settings
from .source import FetchedDocument, fetch_document
from .vitals import Vitals, out_of_memory
from .weights import Weights, find_weights

log = logging.getLogger("extractor")

LOW_CONFIDENCE = 0.8
# How long a stopped job goes unnoticed, in seconds.
WATCH_S = 0.1
# How often a page is read where something beside it ends its process each time.
PAGE_TRIES = 3

Stage = Literal["fetch", "open", "pages", "outputs"]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; given to its caller when a stage begins and after each page.

    Before the stage `pages` no page is known, and `pages_total` is 0.
    """

    pages_done: int
    pages_total: int
    stage: Stage = "pages"


@dataclass(frozen=True, slots=True)
class _ReadPage:
    """A finished page: its elements, whether it was recognised, what there is to warn of, and its stage times."""

    page: AssembledPage
    recognised: bool
    warnings: tuple[str, ...]
    timings_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Limits:
    """When a job has to end: its caller stops it, its time is up, the worker is sick, or its answer is on its way."""

    cancelled: Callable[[], bool]
    deadline: float
    vitals: Vitals
    ended: threading.Event

    @property
    def over(self) -> bool:
        """Whether nobody waits for this job's pages any more."""
        return self.ended.is_set() or self.late or self.vitals.sick is not None or self.cancelled()

    @property
    def late(self) -> bool:
        """Whether the job's time is up."""
        return time.monotonic() >= self.deadline

    def check(self) -> None:
        """Raise `Cancelled` or `WorkerUnhealthy` where it applies."""
        if self.vitals.sick is not None:
            raise WorkerUnhealthy(f"{self.vitals.sick}; send the job again")
        if self.cancelled():
            raise Cancelled("the job was stopped")

    def wait(self, future: Future[Any], what: str) -> None:
        """Wait until the future is done. Raises as `check` does, and `DeadlineExceeded`, naming `what` took so long."""
        while not wait_for_futures([future], WATCH_S).done:
            try:
                self.check()
                if self.late:
                    raise DeadlineExceeded(f"the time was up before {what}")
            except ExtractionError:
                future.cancel()
                raise

    def result(self, future: Future[Value], what: str) -> Value:
        """The future's result, when `wait` has ended."""
        self.wait(future, what)
        return future.result()


@dataclass(slots=True)
class _Job:
    """One request on its way."""

    request: ExtractionRequest
    fetched: FetchedDocument
    document: DocumentFile
    outline: Outline
    recognition: Recognition
    limits: _Limits
    reader: Reader
    fatal_pages: int = 0


class Engine:
    """Models, page processes and the device's owner; `load` makes one, `close` ends it."""

    def __init__(self, settings: Settings, scratch: Scratch, pages: PagePool, models: Models, weights: Weights) -> None:
        self.settings = settings
        self.vitals = Vitals()
        self.device = _device_name(models.device)
        self.models = models
        self.weights = weights
        self._recognisers = frozenset(models.recognisers)
        self._scratch = scratch
        self._pages = pages
        # On a CPU the models are the bottleneck: more pages at a time would only make each of them wait. A GPU wants
        # two batches of pages from one job, and as many from others.
        gpu = models.device.type == "cuda"
        self._scheduler = Scheduler(settings.batch_wait_ms, models.device, give_freed_memory_back)
        self._pages_in_flight = settings.pages_in_flight or (32 if gpu else 2)
        self._threads = ThreadPoolExecutor(self._pages_in_flight * (2 if gpu else 1), thread_name_prefix="page")

    @classmethod
    def load(cls, settings: Settings) -> Engine:
        """Load every model onto the device, from verified files, while the page processes start.

        Raises `WorkerUnhealthy` where that cannot be done.
        """
        started = time.perf_counter()
        set_switches()
        torch.set_num_threads(settings.torch_threads or len(os.sched_getaffinity(0)))
        device = _choose_device(settings)
        if device.type == "cpu":
            keep_freed_memory()
        with ExitStack() as unfinished:
            scratch = Scratch()
            unfinished.callback(scratch.close)
            pages = PagePool(settings, prepared=(assemble_page.__module__,))
            unfinished.callback(pages.close)
            with scratch.folder() as own:
                weights = find_weights(settings, own)
                models = Models(weights.folder, device, settings)
            unfinished.pop_all()
        engine = cls(settings, scratch, pages, models, weights)
        loaded = ", ".join(weights.versions)
        log.info("Models loaded on %s in %.1f s: %s", engine.device, time.perf_counter() - started, loaded)
        log.info("Weights: %s", weights)
        return engine

    @property
    def device_busy_s(self) -> float:
        """How long models have been running since the engine was loaded, in seconds."""
        return self._scheduler.busy_s

    @property
    def free_device_memory(self) -> int | None:
        """Bytes of the GPU's memory that nobody uses; None on a CPU."""
        device = self.models.device
        return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else None

    def close(self) -> None:
        """Stop every thread and process; jobs still running fail."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pages.close()
        self._scheduler.close()
        self._scratch.close()

    def extract(
        self,
        request: ExtractionRequest,
        *,
        document_id: str,
        upload: BinaryIO | None = None,
        received: float | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        arrived: Callable[[Arrival], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Read the document and answer as the contract says (a success), or raise an `ExtractionError`.

        `upload` is the document where the request names none; `arrived` is told of the document as soon as something is
        known of it. The deadline counts from `received`, a time of `time.monotonic`, or else from now.
        """
        started = time.perf_counter()
        deadline = (time.monotonic() if received is None else received) + (
            request.deadline_s or self.settings.deadline_s
        )
        limits = _Limits(cancelled, deadline, self.vitals, threading.Event())
        lane = self._scheduler.lane()
        timings: dict[str, float] = {}
        recognition = recognition_for(request.ocr_languages, self._recognisers)
        with self._scratch.folder() as folder:
            try:
                limits.check()
                progress(Progress(0, 0, "fetch"))
                fetched = self._fetch(request, folder, upload, limits)
                timings["fetch"] = _since(started)
                arrived(Arrival(fetched.size))
                log.info("[EXTRACT] Processing document (%d bytes) with LOCAL extraction", fetched.size)
                progress(Progress(0, 0, "open"))
                opening = time.perf_counter()
                document = identify(fetched)
                arrived(Arrival(fetched.size, document.format))
                outline = self._open(document, request.password, limits)
                timings["open"] = _since(opening)
                numbers = selected_pages(request.pages, outline.pages)
                if len(numbers) > self.settings.max_pages:
                    raise TooManyPages(
                        f"{len(numbers)} pages are asked for, at most {self.settings.max_pages} are read; pass pages"
                    )
                job = _Job(request, fetched, document, outline, recognition, limits, Reader(self.models, lane))
                finished, failed, partial = self._read_all(job, numbers, progress)
            finally:
                limits.ended.set()
                lane.close()
        if not finished:
            raise failed[0].error if failed else DeadlineExceeded("the time was up before the first page was finished")
        for stage in ("pages", "layout", "ocr", "tables", "assemble"):
            timings[stage] = sum(page.timings_ms.get(stage, 0.0) for page in finished)
        progress(Progress(len(finished) + len(failed), len(numbers), "outputs"))
        rendering = time.perf_counter()
        pages = join_tables(with_levels([read.page for read in finished], outline.headings))
        data = render(
            pages,
            request.outputs,
            furniture=request.furniture,
            name=request.filename or document_id,
            csv_formulas=request.csv_formulas,
        )
        timings["outputs"] = _since(rendering)
        timings["total"] = _since(started)
        limits.check()  # nothing of a stopped job goes out
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
        progress(Progress(0, len(numbers)))
        try:
            while waiting or running:
                while waiting and len(running) < self._pages_in_flight:
                    running.append(self._threads.submit(self._read_one, job, waiting.popleft()))
                try:
                    outcome = job.limits.result(running[0], "the next page was finished")
                except DeadlineExceeded:
                    return finished, failed, True
                finally:
                    self._watch_device()
                running.popleft()
                job.limits.check()
                if isinstance(outcome, FailedPage):
                    if isinstance(outcome.error, DeadlineExceeded):
                        return finished, failed, True
                    failed.append(outcome)
                else:
                    finished.append(outcome)
                progress(Progress(len(finished) + len(failed), len(numbers)))
        finally:
            for future in running:
                future.cancel()
        return finished, failed, False

    def _watch_device(self) -> None:
        if self._scheduler.batch_s > self.settings.batch_timeout_s:
            self.vitals.condemn("the device hangs")

    def _fetch(
        self, request: ExtractionRequest, folder: Path, upload: BinaryIO | None, limits: _Limits
    ) -> FetchedDocument:
        """The document, in a thread that is left behind where the job ends before a slow server does."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="fetch")
        future = thread.submit(fetch_document, request, folder, self.settings, upload, lambda: limits.over)
        thread.shutdown(wait=False)
        return limits.result(future, "the document had arrived")

    def _open(self, document: DocumentFile, password: str | None, limits: _Limits) -> Outline:
        """Open the document; again where something beside it ended its process."""
        for _ in range(PAGE_TRIES - 1):
            try:
                return self._open_once(document, password, limits)
            except Internal:
                continue
        return self._open_once(document, password, limits)

    def _open_once(self, document: DocumentFile, password: str | None, limits: _Limits) -> Outline:
        try:
            return self._pages.open(document, password, lambda future: limits.wait(future, "the document was opened"))
        except WorkerUnhealthy as error:
            self.vitals.condemn(error.message)
            raise

    def _read_one(self, job: _Job, number: int) -> _ReadPage | FailedPage:
        started = time.perf_counter()
        try:
            page, begun = self._page(job, number)
            if isinstance(page, FailedPage):
                if begun is not None:
                    begun.cancel()
                job.fatal_pages += page.fatal
                log.warning("page %d failed: %s", number, page.error.code)
                return page
            paged = _since(started)
            reading = self._reading(job, page, begun)
            if isinstance(reading, FailedPage):
                return reading
            assembling = time.perf_counter()
            work = self._in_process(
                job, number, lambda: self._pages.work(assemble_page, reading), lambda future: future
            )
            assembled = work.result()
        except CancelledError:
            return FailedPage(number, DeadlineExceeded(f"page {number} was not finished in time"))
        except ExtractionError as error:
            return FailedPage(number, error)
        except Exception as error:  # a page fails alone, by name; the log has the cause
            log.exception("page %d failed", number)
            fatal = isinstance(error, (TimeoutError, ProcessExpired))
            job.fatal_pages += fatal
            return FailedPage(number, _not_assembled(number, error), fatal)
        timings = {**reading.timings_ms, "pages": paged, "assemble": _since(assembling)}
        return _ReadPage(assembled, reading.recognised, reading.warnings, timings)

    def _page(self, job: _Job, number: int) -> tuple[Page | FailedPage, Future[RawLayout] | None]:
        """The page from its process, and its layout where that could begin before the page had been read."""
        if job.fatal_pages >= self.settings.max_fatal_pages:
            reason = (
                f"page {number} was not tried: {job.fatal_pages} pages before it were the end of their page process"
            )
            return FailedPage(number, DocumentCorrupt(reason)), None
        request = job.request
        begun: list[Future[RawLayout]] = []
        passing = self._in_process(
            job,
            number,
            lambda: self._pages.read(job.document, number, request.password, request.ocr, request.unseen_text),
            lambda passing: passing.future,
            lambda passing: begun.extend(self._begun(job, passing)),
        )
        return self._pages.outcome(passing, number), begun[-1] if begun else None

    @staticmethod
    def _begun(job: _Job, passing: PageInPassing) -> list[Future[RawLayout]]:
        """The page's layout, begun, where its picture comes before the page has been read."""
        while not passing.buffer.is_told(WATCH_S):
            if passing.future.done() or job.limits.over:
                return []
        picture = passing.buffer.early_picture()
        return [] if picture is None else [job.reader.begin(picture)]

    def _in_process(
        self,
        job: _Job,
        number: int,
        ask: Callable[[], Value],
        future_of: Callable[[Value], Future[Any]],
        meanwhile: Callable[[Value], None] = lambda _: None,
    ) -> Value:
        """What a page process was asked for, once it is done; asked again where something beside the page ended
        the process. Raises `DeadlineExceeded` where nobody waits for it any more."""
        for attempt in range(1, PAGE_TRIES + 1):
            if job.limits.over:
                raise DeadlineExceeded(f"page {number} was not started in time")
            try:
                asked = ask()
            except WorkerUnhealthy as error:
                self.vitals.condemn(error.message)
                raise
            meanwhile(asked)
            while not wait_for_futures([future_of(asked)], WATCH_S).done:
                if job.limits.over:
                    future_of(asked).cancel()
                    raise DeadlineExceeded(f"page {number} was not finished in time")
            if attempt == PAGE_TRIES or not _ended_from_outside(future_of(asked)):
                break
        return asked

    def _reading(self, job: _Job, page: Page, begun: Future[RawLayout] | None) -> PageReading | FailedPage:
        """What the models see on the page."""
        try:
            reading = job.reader.read(page, job.recognition, begun)
        except (CancelledError, ExtractionError):
            raise
        except Exception as error:  # a page fails alone, by name; the log has the cause
            log.exception("page %d: a model failed", page.number)
            self.vitals.failed(error)
            if out_of_memory(error):
                return FailedPage(page.number, OutOfMemory(f"there was not enough memory for page {page.number}"))
            return FailedPage(
                page.number, ModelFailure(f"page {page.number} could not be read ({type(error).__name__})")
            )
        self.vitals.worked()
        return reading

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
            "models": self.weights.versions,
            "timings_ms": {stage: round(value, 1) for stage, value in timings.items()},
            "warnings": warnings,
            "worker_version": __version__,
        }


def _confidence(page: AssembledPage) -> float:
    """The page's confidence: that of its elements, weighed by their text; 1 for an empty page."""
    weights = [(element.confidence, len(element.text)) for element in page.elements if element.text]
    total = sum(weight for _, weight in weights)
    return sum(value * weight for value, weight in weights) / total if total else 1.0


def _ended_from_outside(future: Future[Any]) -> bool:
    """Whether something other than the page ended its process, or it went down with the whole pool."""
    error = None if future.cancelled() else future.exception()
    return isinstance(error, BrokenProcessPool) or (isinstance(error, ProcessExpired) and ended_from_outside(error))


def _not_assembled(number: int, error: Exception) -> ExtractionError:
    """What a caller reads of a page that was read and could not be put together."""
    if isinstance(error, TimeoutError) or (isinstance(error, ProcessExpired) and error.exitcode == cage.OUT_OF_TIME):
        return DocumentCorrupt(f"page {number} takes too long to put together")
    if isinstance(error, MemoryError):
        return PageTooLarge(f"page {number} takes more memory than a page may have")
    return Internal(f"page {number} could not be put together ({type(error).__name__})")


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
