"""RunPod front door, in the worker: `python handler.py` serves jobs, or runs test_input.json where there is no RunPod.

Nothing heavy is imported at the top: each page process imports this module again when it starts.
"""

from __future__ import annotations

import argparse
import base64
import json
import logging
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from extractor.job import Progress
    from extractor.worker import Worker

log = logging.getLogger("extractor")


def arguments() -> argparse.ArgumentParser:
    """The options; those that begin with `rp_`, and `test_input`, are read again by RunPod's SDK."""
    parser = argparse.ArgumentParser(
        prog="handler.py",
        description="Serve RunPod's jobs where RunPod started this. Elsewhere: read the document that is named, or "
        "test_input.json, and print the answer.",
        allow_abbrev=False,
    )
    parser.add_argument("--document", type=Path, metavar="FILE", help="read a file; its answer is written beside it")
    parser.add_argument("--test_input", metavar="JSON", help="a job to run in place of test_input.json")
    local = parser.add_argument_group("RunPod's local server")
    local.add_argument("--rp_serve_api", action="store_true", help="serve /run and /runsync as RunPod does")
    local.add_argument("--rp_api_host", metavar="HOST", help="where it listens (localhost)")
    local.add_argument("--rp_api_port", type=int, metavar="PORT", help="on which port (8000)")
    local.add_argument("--rp_api_concurrency", type=int, metavar="NUMBER", help="with how many workers (1)")
    local.add_argument("--rp_log_level", choices=("ERROR", "WARN", "INFO", "DEBUG"), help="how much the SDK logs")
    local.add_argument("--rp_debugger", action="store_true", help="the SDK's debugger")
    return parser


def run() -> NoReturn:
    """Does not return: `main`, then the end of the process, whatever its threads are doing."""
    options = arguments().parse_args()

    from extractor.lifecycle.processes import leave
    from extractor.worker import Worker

    worker = Worker()
    status = 1
    try:
        status = main(worker, options)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            log.critical("%s", end.code)
    except BaseException:
        log.exception("The worker failed")
    leave(status, worker.close)


def main(worker: Worker, options: argparse.Namespace) -> int:
    """The exit status. Loads the models, then serves jobs until told to stop, or reads the file of `--document`."""
    from extractor.telemetry import start_logging

    on_runpod = "RUNPOD_WEBHOOK_GET_JOB" in os.environ
    served = on_runpod or options.rp_serve_api
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
        return serve_runpod(worker)
    try:
        worker.load()
    except ExtractionError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        return 1
    if options.document is not None:
        return run_document(worker, options.document)
    return run_locally(worker, prints=not served)


def serve_runpod(worker: Worker) -> int:
    """The exit status: 0 when told to leave, 1 for a sick worker. Serves RunPod's jobs until then."""
    from extractor.lifecycle.quick_imports import uncollected
    from extractor.lifecycle.startup import StartUp

    start_up = StartUp()
    with uncollected():
        from extractor.doors.runpod_fitness import register_fitness_checks
        from extractor.doors.runpod_handler import JobHandler
        from extractor.doors.runpod_loop import modifier, use_loop
        from extractor.doors.runpod_sdk import runpod
        from extractor.lifecycle.processes import end_forks_with_this_process
        from extractor.settings import read_settings
        from extractor.transport.metrics_push import pushed_metrics

    settings = read_settings()
    end_forks_with_this_process()
    start_up.ended("imports")
    register_fitness_checks(settings, worker, start_up)
    config = {"handler": JobHandler(worker).handle, "concurrency_modifier": modifier(worker.load, start_up.ready)}
    with pushed_metrics(settings, worker.telemetry.registry, os.environ.get("RUNPOD_POD_ID") or platform.node()):
        runpod.serverless.start(use_loop(config, settings))
    if (reason := worker.sick) is not None:
        log.error("The worker is sick and leaves: %s", reason)
        return 1
    return 0


def run_locally(worker: Worker, *, prints: bool) -> int:
    """The exit status, 0. Runs the SDK's own local server or test job.

    `prints`: each whole answer goes to standard output, for a developer's terminal. The SDK's own log cuts it short.
    """
    from extractor.doors.runpod_handler import JobHandler
    from extractor.doors.runpod_sdk import runpod

    handler = JobHandler(worker)

    async def printing(job: dict[str, Any]) -> dict[str, Any]:
        answer = await handler.handle(job)
        print(json.dumps(answer, indent=2, ensure_ascii=False), flush=True)
        return answer

    runpod.serverless.start({"handler": printing if prints else handler.handle})
    return 0


def run_document(worker: Worker, path: Path) -> int:
    """The exit status: 0 for a success, 1 for a failure. Reads the file at `path`.

    Writes the answer (`.json`) and its markdown (`.md`) next to the file.
    """
    from tqdm import tqdm

    content = base64.b64encode(path.read_bytes()).decode("ascii")
    job = {"id": path.name, "input": {"document_content_base64": content, "filename": path.name}}
    with tqdm(unit="page", desc=path.name, disable=not sys.stderr.isatty()) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.pages_total
            bar.update(progress.pages_done - bar.n)

        answer = worker.answer(job, progress=show, door="file")
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


if __name__ == "__main__":
    run()
