"""A job -> the contract's answer: the one object that both doors use. Runs in the worker.

Nothing that brings torch is imported at the top: the HTTP door answers that the models load before torch is there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from .deadline import JobEnd
from .errors import ExtractionError, Internal, WorkerUnhealthy
from .lifecycle import docstrange_hook
from .lifecycle.quick_imports import uncollected
from .telemetry import Door, Telemetry, log_local_mode

if TYPE_CHECKING:
    from .engine import Engine
    from .formats import Arrival
    from .job import Progress

log = logging.getLogger("extractor")


def load_engine() -> Engine:
    """A new engine, with the environment's settings. DocStrange is local in this process from then on.

    Raises `WorkerUnhealthy` where it cannot be loaded, whatever the cause, and `SystemExit` where a setting is wrong.
    """
    from .settings import read_settings

    settings = read_settings()
    try:
        with uncollected():
            from .engine import Engine
            from .health import check_memory
            from .settings import PROJECT_ROOT

        try:
            check_memory(settings)
        except WorkerUnhealthy as error:  # RunPod's worker ends for it; whoever the kernel ends says no more than this
            log.warning("%s; the models are loaded all the same", error.message)
        docstrange_hook.install(str(PROJECT_ROOT))
        engine = Engine.load(settings)
        log_local_mode()
    except ExtractionError:
        raise
    except Exception as error:  # a device, a library, a disk: each has errors of its own
        log.debug("Loading failed", exc_info=True)
        raise WorkerUnhealthy(f"the models could not be loaded: {type(error).__name__}: {error}") from error
    return engine


def concurrency(engine: Engine) -> int:
    """How many jobs to work on at a time: `MAX_CONCURRENCY`, or by the device."""
    return engine.settings.max_concurrency or engine.profile.jobs or engine.page_processes


@dataclass(frozen=True, slots=True)
class _Asked:
    """A job as its door has it, and what makes its input and its document."""

    job: dict[str, Any]
    read_input: Callable[[], Any] | None
    upload: BinaryIO | None
    door: Door


class Worker:
    """This process's engine, loaded once when it is first asked for, and its counters (`telemetry`). Any thread may
    call it."""

    def __init__(self, load: Callable[[], Engine] = load_engine) -> None:
        """`load` gives the engine. It is called when the engine is first needed, and again if it raised."""
        self.telemetry = Telemetry()
        self._load = load
        self._engine: Engine | None = None
        self._loading = threading.Lock()

    def load(self) -> Engine:
        """The engine. Whoever asks while it loads waits. Raises `WorkerUnhealthy` where it cannot be loaded."""
        with self._loading:
            if self._engine is None:
                engine = self._load()
                self.telemetry.watch_device(engine.device, lambda: engine.device_busy_s)
                self._engine = engine
            return self._engine

    @property
    def is_loaded(self) -> bool:
        """Whether the engine is there."""
        return self._engine is not None

    @property
    def sick(self) -> str | None:
        """Why the worker cannot go on; None while it can. A full disk is no reason: there may be room again."""
        return "there is no engine" if self._engine is None else self._engine.vitals.sick

    def close(self) -> None:
        """Close the engine, if it is loaded. Does not wait for one that is still loading."""
        if self._engine is not None:
            self._engine.close()

    def answer(
        self,
        job: dict[str, Any],
        end: JobEnd | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        *,
        door: Door = "runpod",
        upload: BinaryIO | None = None,
        read_input: Callable[[], Any] | None = None,
    ) -> dict[str, Any]:
        """The contract's answer to the job, success or failure, made in this thread, logged and counted. Raises
        nothing.

        `progress` is called when a stage begins and after each page. Without an `end` nobody stops the job, and it
        counts as received now. `upload` is the document where the input has none. `read_input` gives the input of a job
        that does not hold it yet; it may raise an `ExtractionError`.
        """
        end = JobEnd() if end is None else end
        started = time.monotonic()
        arrivals: list[Arrival] = []
        with self.telemetry.in_flight():
            answer = self._answer(_Asked(job, read_input, upload, door), end, progress, arrivals.append)
        end.end("answered")
        self.telemetry.observe(
            answer,
            door=door,
            queue_s=started - end.received,
            total_s=time.monotonic() - end.received,
            arrival=arrivals[-1] if arrivals else None,
        )
        return answer

    def _answer(
        self, asked: _Asked, end: JobEnd, progress: Callable[[Progress], None], arrived: Callable[[Arrival], None]
    ) -> dict[str, Any]:
        from .health import diagnose
        from .request import document_id_of, parse_request
        from .transport.delivery import check_destination, deliver

        job_id, job_input = str(asked.job.get("id", "unknown")), asked.job.get("input")
        document_id = document_id_of(job_input, job_id)
        try:
            end.check("the job was begun")
            if asked.read_input is not None:
                job_input = asked.read_input()
                document_id = document_id_of(job_input, job_id)
            request = parse_request(job_input, uploaded=asked.upload is not None)
            engine = self.load()
            engine.concern(request, end)
            end.check("the job was begun")
            check_destination(request.result_url, engine.settings, end)
            with diagnose(engine):
                answer = engine.extract(
                    request,
                    document_id=document_id,
                    end=end,
                    upload=asked.upload,
                    progress=progress,
                    arrived=arrived,
                )
            answer = deliver(
                answer,
                request.result_url,
                engine.settings,
                end,
                headers=request.result_headers,
                most_bytes=None if asked.door == "runpod" else engine.settings.http_max_output_bytes,
            )
            log.info("[EXTRACT] Success: %s, Method: docstrange_local", document_id)
            return answer
        except ExtractionError as error:
            log.warning("[EXTRACT] Failed: %s, %s: %s", document_id, error.code, error.message)
            return error.answer(document_id)
        except Exception:
            log.exception("[EXTRACT] Failed: %s, INTERNAL", document_id)
            return Internal("an unexpected error; the worker's log has the details").answer(document_id)
