"""Answers -> what operators see: one JSON line a job in the log, and Prometheus counters and histograms. In the worker.

Both come from one `JobRecord`, so that they cannot contradict each other. Neither holds text of the document, a URL, a
header, a password or a file's name. The caller's `document_id` is in the line alone, never a label.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import Any, Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from . import __version__
from .errors import ErrorCode
from .formats import Arrival

Door = Literal["runpod", "http", "file"]

OK = "OK"
_SERVING: tuple[Door, ...] = ("runpod", "http")
JOB_LOGGER = "extractor.job"
log = logging.getLogger(JOB_LOGGER)

_JOB_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_STAGE_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0)
_BYTES = (10e3, 100e3, 500e3, 1e6, 5e6, 10e6, 50e6, 100e6, 200e6)
_PAGES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What operators know of one answered job. Times are milliseconds, numbers of pages counts.

    `code` is the error's, or `OK`; `door` where the job came in. `queue_ms` is how long the job waited for its turn;
    `total_ms` is from its reception to its answer. The stages are the answer's own `timings_ms`: pages are read at the
    same time, so a stage's sum may be more than the time that passed. What is unknown is None: a failure has no pages,
    and neither bytes nor format where no document arrived.
    """

    document_id: str
    door: Door
    code: str
    partial: bool
    format: str | None
    bytes: int | None
    pages_total: int | None
    pages_processed: int | None
    pages_failed: int | None
    ocr_pages: int | None
    queue_ms: float
    total_ms: float
    stages_ms: Mapping[str, float]
    device: str | None
    worker_version: str = __version__
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))

    def line(self) -> str:
        """The record as JSON: one line of ASCII."""
        return json.dumps({"event": "job", **dataclasses.asdict(self)}, allow_nan=False)


def job_record(
    answer: Mapping[str, Any],
    *,
    door: Door,
    queue_ms: float,
    total_ms: float,
    device: str | None,
    arrival: Arrival | None = None,
) -> JobRecord:
    """The record of a contract's answer, a success or a failure. `arrival`: the document, which a failure does not
    describe. `queue_ms`, `total_ms`: as in the record."""
    metadata = answer.get("metadata", {})
    pages = metadata.get("pages", {})
    return JobRecord(
        document_id=answer["document_id"],
        door=door,
        code=OK if answer["success"] else answer["error_code"],
        partial=metadata.get("partial", False),
        format=metadata.get("format", arrival and arrival.format),
        bytes=metadata.get("bytes", arrival and arrival.size),
        pages_total=pages.get("total"),
        pages_processed=pages.get("processed"),
        pages_failed=len(pages["failed"]) if pages else None,
        ocr_pages=len(metadata["ocr_pages"]) if metadata else None,
        queue_ms=round(queue_ms, 1),
        total_ms=round(total_ms, 1),
        stages_ms={stage: value for stage, value in metadata.get("timings_ms", {}).items() if stage != "total"},
        device=device,
    )


class Telemetry:
    """The worker's counters, in a registry of their own, and its log of jobs."""

    def __init__(self) -> None:
        disable_created_metrics()  # else each counter has a second series, its start time
        self.registry = CollectorRegistry()
        self._device: str | None = None
        self._jobs = Counter(
            "zopilot_jobs",
            "Answered jobs by door and code (OK or the error's).",
            ("door", "code"),
            registry=self.registry,
        )
        # From nought: a series that begins at one has no increase, and no alert would see the first of its kind.
        for door, code in product(_SERVING, (OK, *get_args(ErrorCode))):
            self._jobs.labels(door, code)
        self._partial = Counter("zopilot_partial_jobs", "Answers that lack pages.", registry=self.registry)
        self._in_flight = Gauge("zopilot_jobs_in_flight", "Jobs that are being worked on.", registry=self.registry)
        self._pages = Counter("zopilot_pages", "Pages by how they ended.", ("outcome",), registry=self.registry)
        self._ocr_pages = Counter("zopilot_ocr_pages", "Pages with recognised text.", registry=self.registry)
        self._seconds = Histogram(
            "zopilot_job_seconds",
            "From reception to answer.",
            ("outcome",),
            buckets=_JOB_SECONDS,
            registry=self.registry,
        )
        self._queue = Histogram(
            "zopilot_queue_seconds", "From reception to start.", buckets=_JOB_SECONDS, registry=self.registry
        )
        self._stages = Histogram(
            "zopilot_stage_seconds",
            "A job's time in each stage, summed over its pages.",
            ("stage",),
            buckets=_STAGE_SECONDS,
            registry=self.registry,
        )
        self._bytes = Histogram(
            "zopilot_document_bytes",
            "Size of documents that arrived.",
            ("format",),
            buckets=_BYTES,
            registry=self.registry,
        )
        self._requests = Counter(
            "zopilot_http_requests", "HTTP requests by route and status.", ("route", "status"), registry=self.registry
        )
        self._webhooks = Counter(
            "zopilot_webhooks", "Webhooks by whether they were taken in the end.", ("outcome",), registry=self.registry
        )
        for outcome in ("told", "given_up"):
            self._webhooks.labels(outcome)
        self._not_run = Counter(
            "zopilot_jobs_not_run",
            "What RunPod handed out and could not be run: refused by an answer, or without an id to answer.",
            ("outcome",),
            registry=self.registry,
        )
        for outcome in ("refused", "unanswerable"):
            self._not_run.labels(outcome)
        self._page_counts = Histogram(
            "zopilot_document_pages", "Pages of documents read.", buckets=_PAGES, registry=self.registry
        )

    def watch_device(self, device: str, busy_s: Callable[[], float]) -> None:
        """Name the device in every job's record, and count the seconds of its work, which `busy_s` gives."""
        self._device = device
        info = Info("zopilot_worker", "The worker.", registry=self.registry)
        info.info({"device": device, "version": __version__})
        self.registry.register(_DeviceClock(busy_s))

    def in_flight(self) -> AbstractContextManager[None]:
        """A context; while it lasts, a job counts as being worked on."""
        return self._in_flight.track_inprogress()

    def observe(
        self, answer: Mapping[str, Any], *, door: Door, queue_s: float, total_s: float, arrival: Arrival | None = None
    ) -> JobRecord:
        """The record of one answer and of the document that arrived for it, logged and counted. Times are seconds."""
        record = job_record(
            answer,
            door=door,
            queue_ms=queue_s * 1000,
            total_ms=total_s * 1000,
            device=self._device,
            arrival=arrival,
        )
        log.info(record.line())
        self._count(record)
        return record

    def count_request(self, route: str, status: int) -> None:
        """Count an HTTP request that was answered."""
        self._requests.labels(route, str(status)).inc()

    def count_webhook(self, outcome: Literal["told", "given_up"]) -> None:
        """Count a webhook that was taken, or is tried no more."""
        self._webhooks.labels(outcome).inc()

    def count_not_run(self, refused: int, unanswerable: int) -> None:
        """Count what RunPod handed out and no job was run of."""
        self._not_run.labels("refused").inc(refused)
        self._not_run.labels("unanswerable").inc(unanswerable)

    def exposition(self) -> bytes:
        """Every metric, in Prometheus' text format."""
        return generate_latest(self.registry)

    def _count(self, record: JobRecord) -> None:
        self._jobs.labels(record.door, record.code).inc()
        self._partial.inc(record.partial)
        self._seconds.labels("success" if record.code == OK else "failure").observe(record.total_ms / 1000)
        self._queue.observe(record.queue_ms / 1000)
        for stage, value in record.stages_ms.items():
            self._stages.labels(stage).observe(value / 1000)
        self._pages.labels("processed").inc(record.pages_processed or 0)
        self._pages.labels("failed").inc(record.pages_failed or 0)
        self._ocr_pages.inc(record.ocr_pages or 0)
        if record.bytes is not None:
            self._bytes.labels(record.format or "unknown").observe(record.bytes)
        if record.pages_total is not None:
            self._page_counts.observe(record.pages_total)


class _DeviceClock(Collector):
    """The engine's own count of busy seconds, read at each scrape."""

    def __init__(self, busy_s: Callable[[], float]) -> None:
        self._busy_s = busy_s

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(
            "zopilot_device_busy_seconds", "How long models have been running.", value=self._busy_s()
        )


class LineFormatter(logging.Formatter):
    """Formats a job's JSON bare, everything else with time and level.

    Each message stays one line, whatever a caller's id contains.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as text: a job's JSON as it is, anything else as `formatMessage` gives it."""
        return record.getMessage() if record.name == JOB_LOGGER else super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The message with time and level, its control characters escaped, so that it stays one line."""
        return "".join(
            character if character.isprintable() else ascii(character)[1:-1]
            for character in super().formatMessage(record)
        )


def log_local_mode() -> None:
    """Log the two lines by which operators know that this process reads with local models alone."""
    process = logging.getLogger("extractor")
    process.info("DocStrange initialized: mode=local, cloud_mode=False")
    process.info("CRITICAL: GPU will use LOCAL neural models ONLY, NO cloud API calls")


def start_logging(level: int = logging.INFO) -> None:
    """Send the process's log to stderr, from `level` upwards; its first line says which version this is.

    Once: a door that another command has opened finds the log as it was left.
    """
    if logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("extractor").info("ZopilotGPU %s", __version__)
