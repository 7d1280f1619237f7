"""A job -> the contract's answer: the one object that both doors use. Runs in the worker.

Nothing that brings torch is imported at the top: the HTTP door answers that the models load before torch is there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
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
    """A new engine, as the environment's settings have it; DocStrange is local in this process from then on.

    Raises `WorkerUnhealthy` where it cannot be loaded, whatever the cause.
    """
    try:
        with uncollected():
            from .engine import Engine
            from .settings import PROJECT_ROOT, Settings

        docstrange_hook.install(str(PROJECT_ROOT))
        engine = Engine.load(Settings())
        log_local_mode()
    except ExtractionError:
        raise
    except Exception as error:  # a device, a library, a disk: each has errors of its own
        log.debug("Loading failed", exc_info=True)
        raise WorkerUnhealthy(f"the models could not be loaded: {type(error).__name__}: {error}") from error
    return engine


class Worker:
    """This process's engine, loaded once, and its counters. Any thread may call it."""

    def __init__(self, load: Callable[[], Engine] = load_engine) -> None:
        """`load` gives the engine; it is called when the engine is first needed, and again where it raised."""
        self.telemetry = Telemetry()
        self._load = load
        self._engine: Engine | None = None
        self._loading = threading.Lock()

    def load(self) -> Engine:
        """The engine; who asks while it loads waits. Raises `WorkerUnhealthy` where it cannot be loaded."""
        with self._loading:
            if self._engine is None:
                engine = self._load()
                self.telemetry.watch_device(engine.device, lambda: engine.device_busy_s)
                self._engine = engine
            return self._engine

    @property
    def sick(self) -> str | None:
        """Why the worker cannot go on, if it cannot. A full disk is no such reason: it may be empty again."""
        return "there is no engine" if self._engine is None else self._engine.vitals.sick

    def close(self) -> None:
        """Close the engine, where there is one; nobody waits for one that is still being loaded."""
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
        """The job's answer, made in this thread, logged and counted. Raises nothing.

        `progress` is told when a stage begins and after each page. Without an `end` nobody stops the job, and it was
        received now; `upload` is its document, if not in its input. `read_input` gives the input of a job that does not
        hold it yet; it may raise an `ExtractionError`.
        """
        end = JobEnd() if end is None else end
        started = time.monotonic()
        arrivals: list[Arrival] = []
        with self.telemetry.in_flight():
            answer = self._answer(job, read_input, end, progress, upload, arrivals.append)
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
        self,
        job: dict[str, Any],
        read_input: Callable[[], Any] | None,
        end: JobEnd,
        progress: Callable[[Progress], None],
        upload: BinaryIO | None,
        arrived: Callable[[Arrival], None],
    ) -> dict[str, Any]:
        from .health import diagnose
        from .request import document_id_of, parse_request
        from .transport.delivery import check_destination, deliver

        job_id, job_input = str(job.get("id", "unknown")), job.get("input")
        document_id = document_id_of(job_input, job_id)
        try:
            end.check("the job was begun")
            if read_input is not None:
                job_input = read_input()
                document_id = document_id_of(job_input, job_id)
            request = parse_request(job_input, uploaded=upload is not None)
            engine = self.load()
            engine.concern(request, end)
            end.check("the job was begun")
            check_destination(request.result_url, engine.settings, end)
            with diagnose(engine):
                answer = engine.extract(
                    request,
                    document_id=document_id,
                    end=end,
                    upload=upload,
                    progress=progress,
                    arrived=arrived,
                )
            answer = deliver(answer, request.result_url, engine.settings, end)
            log.info("[EXTRACT] Success: %s, Method: docstrange_local", document_id)
            return answer
        except ExtractionError as error:
            log.warning("[EXTRACT] Failed: %s, %s: %s", document_id, error.code, error.message)
            return error.answer(document_id)
        except Exception:
            log.exception("[EXTRACT] Failed: %s, INTERNAL", document_id)
            return Internal("an unexpected error; the worker's log has the details").answer(document_id)
