"""The engine: a request -> the contract's answer. The only place that knows the order of the rooms. In the worker.

Guarantees:

- each request ends in one answer or one `ExtractionError`;
- a page that fails is named with its reason, and the other pages are delivered;
- at most `pages_in_flight` pages of a job are in memory;
- a job's temporary folder is gone when the job is;
- within 0.1 s, a job that has ended (`deadline.py`) holds no page process, no file and, but for the batch that runs, no
  device.

Models and page processes belong to the engine. They are loaded once and shared by all jobs. When they cannot go on,
`vitals.sick` says why, and every job ends with `WorkerUnhealthy`.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import torch

from .deadline import JobEnd, Limit
from .device.owner import DeviceOwner
from .device.profile import PROFILES
from .device.scheduler import Scheduler
from .errors import (
    DeadlineExceeded,
    DocumentCorrupt,
    Internal,
    ModelFailure,
    PageTooComplex,
    TooManyPages,
    WorkerUnhealthy,
)
from .formats import FORMATS, Arrival, DocumentFile, identify
from .job import FailedPage, Job, JobPages, Progress, ReadPage, fields_read_of, no_fields, read_page_of
from .languages import recognition_for
from .lifecycle.freed_memory import give_freed_memory_back, keep_all_freed_memory
from .lifecycle.scratch import Scratch
from .lifecycle.vitals import Vitals
from .models.host_memory import set_switches
from .models.model_set import Models, model_set
from .models.pinned import PinnedMemory
from .models.weights import Weights, find_weights
from .outputs.metadata import metadata
from .page_processes.failures import Failure
from .page_processes.handle import Running, Task
from .page_processes.pool import PagePool
from .page_processes.process import Answer, Stage
from .page_processes.whole_tasks import PAGES_TO_WRITE, TaskName, WholeDocumentTask, WholePageTask, WriteTask
from .request import ExtractionRequest, selected_pages
from .settings import Settings
from .transport.source import fetch_document
from .values.outline import Outline, outline_of
from .values.tasks import OutlineTask, PageTask

log = logging.getLogger("extractor")

# A page's stages, as the answer's `timings_ms` names them. `outputs` comes on top.
PAGE_STAGES = ("pages", "layout", "ocr", "tables", "assemble")


class Engine:
    """Owns the models, the page processes and the device. `load` makes one, `close` ends it. Any thread may ask it.

    `settings`, `profile` (what suits the device), `weights` and `vitals` (whether it can go on) are for the doors.
    """

    def __init__(self, settings: Settings, scratch: Scratch, pages: PagePool, models: Models, weights: Weights) -> None:
        self.settings = settings
        self.vitals = Vitals()
        self.device = _device_name(models.device)
        self.models = models
        self.weights = weights
        self._recognisers = frozenset(models.recognisers)
        self._scratch = scratch
        self._pages = pages
        self._pinned: list[PinnedMemory] = []
        if models.device.type == "cuda":
            torch.cuda.synchronize()  # another stream may still be copying weights
            self._pinned = [PinnedMemory(arena.pinnable()) for arena in pages.arenas]
        needed, others = models.warm_ups()
        self._scheduler = Scheduler(
            settings.batch_wait_ms,
            models.device,
            needed_warm_ups=needed,
            warm_ups=others,
            when_idle=give_freed_memory_back,
            failed=self._model_failed,
        )
        log.info("CUDA graphs: %s", models.graphs_in_words())
        pages.when_sick(self.vitals.condemn)
        pages.introduce(DeviceOwner(models, self._scheduler), models.facts)
        self.profile = PROFILES[models.device.type]
        self._pages_in_flight = settings.pages_in_flight or self.profile.pages_in_flight

    @classmethod
    def load(cls, settings: Settings) -> Engine:
        """An engine with every model on the device, from verified files. The page processes start meanwhile.

        Raises `WorkerUnhealthy` where device, weights or page processes cannot be had.
        """
        started = time.perf_counter()
        set_switches()
        torch.set_num_threads(settings.torch_threads or len(os.sched_getaffinity(0)))
        device = _choose_device(settings)
        if device.type == "cpu":
            keep_all_freed_memory()
        with ExitStack() as unfinished:
            scratch = Scratch()
            unfinished.callback(scratch.close)
            pages = PagePool(settings)
            unfinished.callback(pages.close)
            with scratch.folder() as own:
                weights = find_weights(settings, own, model_set(settings.model_set).required)
                models = Models(weights.folder, device, settings)
            unfinished.pop_all()
        engine = cls(settings, scratch, pages, models, weights)
        loaded = ", ".join(weights.versions)
        log.info("Models loaded on %s in %.1f s: %s", engine.device, time.perf_counter() - started, loaded)
        log.info("Weights: %s", weights)
        return engine

    @property
    def device_busy_s(self) -> float:
        """How long the device has worked since the engine was loaded, in seconds."""
        return self._scheduler.busy_s

    @property
    def longest_batch_s(self) -> float:
        """The longest time of a batch since the engine was loaded, in seconds."""
        return self._scheduler.longest_batch_s

    @property
    def page_processes(self) -> int:
        """The number of page processes: pages that can be worked on at the same time."""
        return len(self._pages.arenas)

    def close(self) -> None:
        """Stop every thread and process. Jobs that still run fail."""
        self._pages.close()
        self._scheduler.close()
        for pinned in self._pinned:
            pinned.release()
        self._scratch.close()

    def concern(self, request: ExtractionRequest, end: JobEnd) -> None:
        """Have the job end at its deadline, counted from its reception, and as soon as the worker is sick."""
        end.expire_in(request.deadline_s or self.settings.deadline_s)
        self.vitals.concern(end)

    def extract(
        self,
        request: ExtractionRequest,
        *,
        document_id: str,
        end: JobEnd | None = None,
        upload: BinaryIO | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        arrived: Callable[[Arrival], None] = lambda _: None,
    ) -> dict[str, Any]:
        """The contract's success: `success`, `document_id`, `extraction_method`, `data` and `metadata`.

        `upload` is the document where the request names none. `arrived` gets the document's size, and again its format,
        as soon as each is known. Without an `end` nobody stops the job, and it counts as received now. Raises the
        `ExtractionError` that says why there is no answer.
        """
        started = time.perf_counter()
        end = JobEnd() if end is None else end
        self.concern(request, end)
        timings: dict[str, float] = {}
        recognition = recognition_for(request.ocr_languages, self._recognisers)
        with self._scratch.folder() as folder:
            end.check("the document had arrived")
            progress(Progress(0, 0, "fetch"))
            fetched = fetch_document(request, folder, self.settings, end, upload)
            timings["fetch"] = _ms_since(started)
            arrived(Arrival(fetched.size))
            log.info("[EXTRACT] Processing document (%d bytes) with LOCAL extraction", fetched.size)
            progress(Progress(0, 0, "open"))
            opening = time.perf_counter()
            document = identify(fetched.path)
            arrived(Arrival(fetched.size, document.format))
            try:
                outline = self._open(document, request, end)
                timings["open"] = _ms_since(opening)
                numbers = self._selected(request, outline)
                job = Job(request, document_id, fetched, document, outline, numbers, recognition, end)
                pages = self._read_all(job, progress)
            finally:
                self._pages.forget(document.path)
        if not pages.finished and outline.pages:
            late = DeadlineExceeded("the time was up before the first page was finished")
            raise pages.failed[0].error if pages.failed else late
        progress(Progress(pages.done, len(numbers), "outputs"))
        writing = time.perf_counter()
        data = self._data_of(job, pages)
        timings |= {stage: pages.took_ms(stage) for stage in PAGE_STAGES}
        timings["outputs"] = _ms_since(writing) + pages.took_ms("outputs")
        timings["total"] = _ms_since(started)
        end.check(late=False)  # nothing of a job that was stopped goes out
        log.info("Successfully extracted data using DocStrange (local mode)")
        return {
            "success": True,
            "document_id": document_id,
            "extraction_method": "docstrange_local",
            "data": data,
            "metadata": metadata(job, pages, timings, self.device, self.weights.versions),
        }

    def _selected(self, request: ExtractionRequest, outline: Outline) -> tuple[int, ...]:
        """The numbers, from 1, of the pages to read. Raises `InvalidInput` for a page outside the document,
        `TooManyPages`."""
        numbers = tuple(selected_pages(request.pages, outline.pages))
        most = self.settings.max_pages
        if len(numbers) > most:
            raise TooManyPages(f"{len(numbers)} pages are asked for, at most {most} are read; pass pages")
        return numbers

    def _read_all(self, job: Job, progress: Callable[[Progress], None]) -> JobPages:
        """The job's finished and failed pages. A page that the deadline cut off is in neither list."""
        total = len(job.numbers)
        waiting = deque(job.numbers)
        running: deque[tuple[int, Running | Failure]] = deque()
        pages = JobPages()
        progress(Progress(0, total))
        write = _write_task(job) if total == 1 else None
        try:
            while waiting or running:
                while waiting and len(running) < self._pages_in_flight:
                    number = waiting.popleft()
                    running.append((number, self._begin_page(job, pages, number, write)))
                number, page = running[0]
                try:
                    outcome = self._await_page(job, pages, number, page)
                except DeadlineExceeded:
                    pages.late = True
                    return pages
                running.popleft()
                if isinstance(outcome, FailedPage):
                    pages.failed.append(outcome)
                else:
                    pages.finished.append(outcome)
                progress(Progress(pages.done, total))
        finally:
            for _, page in running:
                if isinstance(page, Running):
                    self._pages.drop(page)
        return pages

    def _begin_page(self, job: Job, pages: JobPages, number: int, write: WriteTask | None) -> Running | Failure:
        """The page's task on its way; a failure where too many pages before it were fatal."""
        if len(pages.fatal) >= self.settings.max_fatal_pages:
            too_complex = all(isinstance(error, PageTooComplex) for error in pages.fatal)
            why = "took more time than they may" if too_complex else "were the end of their page process"
            reason = f"page {number} was not tried: {len(pages.fatal)} pages before it {why}"
            return Failure(PageTooComplex(reason) if too_complex else DocumentCorrupt(reason))
        request, most = job.request, self.settings
        page = PageTask(
            *(job.document.path, job.document.format, request.password, number, request.ocr),
            *(most.max_page_pixels, most.max_page_words, request.unseen_text),
        )
        task = WholePageTask(page, job.recognition, write)
        return self._submit("read_page", task, f"page {number}", most.page_timeout_s, job.end, job.document.path)

    def _await_page(self, job: Job, pages: JobPages, number: int, page: Running | Failure) -> ReadPage | FailedPage:
        """The page as read, or why it failed. Raises the error that the job ends with."""
        limit = job.end.limit("the next page was finished")
        outcome = page if isinstance(page, Failure) else self._outcome(page, limit)
        if isinstance(outcome, Failure) and outcome.stage is Stage.FIELDS:
            pages.fieldless = outcome.error
            again = self._begin_page(job, pages, number, _write_task(job, fields=False))
            outcome = again if isinstance(again, Failure) else self._outcome_of(again, limit)
        if isinstance(outcome, Answer):
            try:
                read = read_page_of(number, outcome.head, outcome.blob)
            except (KeyError, TypeError, ValueError):
                outcome = Failure(Internal(f"page {number} came back in no form that a page has"))
            else:
                self.vitals.worked()
                return read
        if outcome.fatal:
            pages.fatal.append(outcome.error)
        if isinstance(outcome.error, ModelFailure):
            self.vitals.failed()
        log.warning("page %d failed: %s: %s", number, outcome.error.code, outcome.error.message)
        return FailedPage(number, outcome.error)

    def _data_of(self, job: Job, pages: JobPages) -> dict[str, Any]:
        """The contract's `data`. Raises why it could not be written, or the error that the job ends with."""
        if len(job.numbers) == 1:
            blob, pages.fields = pages.finished[0].blob, pages.finished[0].fields
        else:
            outcome = self._written(job, pages, _write_task(job))
            if isinstance(outcome, Failure) and outcome.stage is Stage.FIELDS:
                pages.fieldless = outcome.error
                outcome = self._written(job, pages, _write_task(job, fields=False))
            if isinstance(outcome, Failure):
                raise outcome.error
            blob, pages.fields = outcome.blob, fields_read_of(outcome.head)
        data: dict[str, Any] = json.loads(blob)
        if pages.fieldless is not None:
            log.warning("the fields failed: %s: %s", pages.fieldless.code, pages.fieldless.message)
            found, pages.fields = no_fields(job.request.wanted)
            data |= found
        if FORMATS[job.document.format].may_be_form:
            data["form_fields"] = [field for page in pages.finished for field in page.form_fields]
        return data

    def _written(self, job: Job, pages: JobPages, write: WriteTask) -> Answer | Failure:
        """The document of the finished pages, written. Raises the error that the job ends with."""
        task = WholeDocumentTask(write, tuple(page.blob for page in pages.finished))
        seconds = self.settings.page_timeout_s * (1 + len(pages.finished) / PAGES_TO_WRITE)
        writing = self._submit("write_document", task, "the answer", seconds, job.end)
        # A late job still delivers the pages that it has finished.
        return self._outcome_of(writing, job.end.limit("the answer was written", late=False))

    def _submit(
        self, name: TaskName, task: object, subject: str, seconds: float, end: JobEnd, document: Path | None = None
    ) -> Running:
        return self._pages.submit(Task(name, task, subject, seconds, id(end), document))

    def _outcome_of(self, running: Running, limit: Limit) -> Answer | Failure:
        """As `_outcome`; the task is given up where the job ends before it."""
        try:
            return self._outcome(running, limit)
        finally:
            self._pages.drop(running)

    def _outcome(self, running: Running, limit: Limit) -> Answer | Failure:
        """The answer or the failure of a page process's task. Raises the error that the job ends with.

        A device that hangs is noticed here: a wait ends when a batch that begins now would count as hanging.
        """
        while not limit.wait(running.future, max(0.0, self.settings.batch_timeout_s - self._scheduler.batch_s)):
            if self._scheduler.batch_s > self.settings.batch_timeout_s:
                self.vitals.condemn("the device hangs")
        return limit.result(running.future)

    def _model_failed(self, error: BaseException) -> None:
        """Note the error of a row that failed in a batch of its own. Called by the device owner's threads."""
        log.error("a model failed (%s)", type(error).__name__, exc_info=error)
        self.vitals.raised(error)

    def _open(self, document: DocumentFile, request: ExtractionRequest, end: JobEnd) -> Outline:
        """The document's outline. Raises why it cannot be opened, or the error that the job ends with."""
        most = self.settings.max_document_pixels
        task = OutlineTask(document.path, document.format, request.password, most, bool(request.wanted))
        seconds = self.settings.open_timeout_s
        opening = self._submit("open_document", task, "the document", seconds, end, document.path)
        outcome = self._outcome_of(opening, end.limit("the document was opened"))
        if isinstance(outcome, Failure):
            raise outcome.error
        return outline_of(outcome.head)


def _write_task(job: Job, *, fields: bool = True) -> WriteTask:
    """The task that writes the job's document, with the fields that its request wants or without them."""
    request, outline = job.request, job.outline
    return WriteTask(
        tuple(request.outputs),
        request.writing,
        request.filename or job.document_id,
        outline.headings,
        request.wanted if fields else (),
        # Where there are no pages, it is the document.
        outline.embedded if fields or not outline.pages else None,
    )


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _choose_device(settings: Settings) -> torch.device:
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise WorkerUnhealthy("DEVICE is cuda, and torch sees no CUDA device")
    if settings.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", 0)


def _device_name(device: torch.device) -> str:
    return f"{device} {torch.cuda.get_device_name(device)}" if device.type == "cuda" else "cpu"
