"""RunPod front door: `python handler.py` serves jobs, or runs test_input.json where there is no RunPod.

Nothing heavy is imported at the top: the page processes import this module again when they start.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import functools
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

if TYPE_CHECKING:
    from extractor.deadline import JobEnd
    from extractor.engine import Engine
    from extractor.formats import Arrival
    from extractor.job import Progress
    from extractor.telemetry import Door, Telemetry

log = logging.getLogger("extractor")

# More than are ever taken at a time: a stopped job's thread may live a moment longer than its job.
MOST_JOBS = 128


@functools.cache
def load_engine() -> Engine:
    """The worker's one engine. Raises `WorkerUnhealthy` where it cannot be loaded, whatever the cause."""
    from extractor.errors import ExtractionError, WorkerUnhealthy
    from extractor.lifecycle.quick_imports import uncollected

    try:
        with uncollected():
            from extractor.docstrange_local import LocalDocumentExtractor
            from extractor.engine import Engine
            from extractor.settings import Settings

        engine = Engine.load(Settings())
        LocalDocumentExtractor(engine)
    except ExtractionError:
        raise
    except Exception as error:  # a device, a library, a disk: each has errors of its own
        log.debug("Loading failed", exc_info=True)
        raise WorkerUnhealthy(f"the models could not be loaded: {type(error).__name__}: {error}") from error
    telemetry().watch_device(engine.device, lambda: engine.device_busy_s)
    return engine


def sick() -> str | None:
    """Why the worker cannot go on, if it cannot. A full disk is no such reason: it may be empty again."""
    return load_engine().vitals.sick if load_engine.cache_info().currsize else "there is no engine"


@functools.cache
def job_threads() -> ThreadPoolExecutor:
    """Where jobs run. Not asyncio's own threads: it would wait for one that hangs before the worker may end."""
    return ThreadPoolExecutor(MOST_JOBS, thread_name_prefix="job")


@functools.cache
def telemetry() -> Telemetry:
    """The worker's one set of counters."""
    from extractor.telemetry import Telemetry

    return Telemetry()


async def handler(job: dict[str, Any], end: JobEnd | None = None) -> dict[str, Any]:
    """One RunPod job -> the contract's answer. Never raises, except to pass a cancellation on.

    `end` comes from a loop that knows when the job was received, and ends it; without one it was received now.
    """
    from extractor.deadline import JobEnd
    from extractor.doors.runpod_loop import ProgressReports

    end = JobEnd() if end is None else end
    async with ProgressReports(job) as reports:
        run = functools.partial(answer_job, job, end, reports.report)
        try:
            answer = await asyncio.get_running_loop().run_in_executor(job_threads(), run)
        except asyncio.CancelledError:
            end.end("stopped")
            raise
    if answer.get("error_code") == "WORKER_UNHEALTHY" and sick() is not None:
        answer["refresh_worker"] = True
    return answer


def answer_job(
    job: dict[str, Any],
    end: JobEnd | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    *,
    door: Door = "runpod",
    upload: BinaryIO | None = None,
) -> dict[str, Any]:
    """One job -> its answer, in this thread. `progress` is told when a stage begins and after each page.

    Without an `end` nobody stops the job, and it was received now; `upload` is its document, if not in its input. The
    answer is logged and counted.
    """
    from extractor.deadline import JobEnd

    end = JobEnd() if end is None else end
    started = time.monotonic()
    arrivals: list[Arrival] = []
    with telemetry().in_flight():
        answer = _answer(job, end, progress, upload, arrivals.append)
    end.end("answered")
    telemetry().observe(
        answer,
        door=door,
        queue_s=started - end.received,
        total_s=time.monotonic() - end.received,
        arrival=arrivals[-1] if arrivals else None,
    )
    return answer


def _answer(
    job: dict[str, Any],
    end: JobEnd,
    progress: Callable[[Progress], None],
    upload: BinaryIO | None,
    arrived: Callable[[Arrival], None],
) -> dict[str, Any]:
    from extractor.errors import ExtractionError, Internal
    from extractor.health import diagnose
    from extractor.request import document_id_of, parse_request
    from extractor.transport.delivery import check_destination, deliver

    job_input = job.get("input")
    document_id = document_id_of(job_input, str(job.get("id", "unknown")))
    try:
        end.check("the job was begun")
        request = parse_request(job_input, uploaded=upload is not None)
        engine = load_engine()
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


def run_document(path: Path) -> int:
    """Run the worker on a file, write the answer and its markdown next to it, and return the exit status."""
    from tqdm import tqdm

    content = base64.b64encode(path.read_bytes()).decode("ascii")
    job = {"id": path.name, "input": {"document_content_base64": content, "filename": path.name}}
    with tqdm(unit="page", desc=path.name, disable=not sys.stderr.isatty()) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.pages_total
            bar.update(progress.pages_done - bar.n)

        answer = answer_job(job, progress=show, door="file")
    answer_path = path.with_name(path.name + ".json")
    answer_path.write_text(json.dumps(answer, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"answer:   {answer_path}")
    if not answer["success"]:
        print(answer["error"], file=sys.stderr)
        return 1
    markdown_path = path.with_name(path.name + ".md")
    markdown_path.write_text(answer["data"]["markdown"], encoding="utf-8")
    print(f"markdown: {markdown_path}")
    return 0


async def printing_handler(job: dict[str, Any]) -> dict[str, Any]:
    """As `handler`, for a developer's terminal: prints the whole answer, which the SDK's own log cuts short."""
    answer = await handler(job)
    print(json.dumps(answer, indent=2, ensure_ascii=False), flush=True)
    return answer


def serve_runpod() -> int:
    """Serve RunPod's jobs until told to leave; 1 where the worker is sick.

    The models load as one of the fitness checks, so that RunPod is told why a worker cannot serve.
    """
    from extractor.lifecycle.quick_imports import uncollected
    from extractor.lifecycle.startup import StartUp

    start_up = StartUp()
    with uncollected():
        from extractor.doors.runpod_loop import modifier, use_loop
        from extractor.doors.runpod_sdk import runpod
        from extractor.health import register_fitness_checks
        from extractor.lifecycle.processes import end_forks_with_this_process
        from extractor.settings import Settings

    settings = Settings()
    end_forks_with_this_process()
    start_up.ended("imports")
    register_fitness_checks(settings, load_engine, start_up)
    config = {"handler": handler, "concurrency_modifier": modifier(load_engine, start_up.ready)}
    runpod.serverless.start(use_loop(config, settings))
    if (reason := sick()) is not None:
        log.error("The worker is sick and leaves: %s", reason)
        return 1
    return 0


def close_engine() -> None:
    """Close the engine, where there is one."""
    if load_engine.cache_info().currsize:
        load_engine().close()


def main() -> int:
    """Load the models, then serve jobs until told to stop."""
    from extractor.telemetry import start_logging

    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--document", type=Path)
    options, rest = parser.parse_known_args()
    on_runpod = "RUNPOD_WEBHOOK_GET_JOB" in os.environ
    served = on_runpod or "--rp_serve_api" in rest
    # At its default, DEBUG, the SDK logs every answer: the documents' text.
    os.environ.setdefault("RUNPOD_LOG_LEVEL", "INFO" if served else "WARN")
    start_logging()

    if options.document is not None and not options.document.is_file():
        print(f"{options.document}: there is no such file", file=sys.stderr)
        return 1

    from extractor.errors import ExtractionError
    from extractor.lifecycle.processes import end_on_sigterm

    end_on_sigterm()
    if on_runpod:
        return serve_runpod()
    try:
        load_engine()
    except ExtractionError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        return 1
    if options.document is not None:
        return run_document(options.document)
    from extractor.doors.runpod_sdk import runpod

    runpod.serverless.start({"handler": handler if served else printing_handler})
    return 0


def run() -> NoReturn:
    """`main`, and then the end, whatever threads are still doing."""
    from extractor.lifecycle.processes import leave

    status = 1
    try:
        status = main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        log.exception("The worker failed")
    leave(status, close_engine)


if __name__ == "__main__":
    run()
