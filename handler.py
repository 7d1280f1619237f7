"""RunPod front door, in the worker: `python handler.py` serves jobs, or runs test_input.json where there is no RunPod.

Nothing heavy is imported at the top: `--help` is there at once.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from extractor.worker import Worker

log = logging.getLogger("extractor")


def arguments() -> argparse.ArgumentParser:
    """The parser of the command's options; those that begin with `rp_`, and `test_input`, are read again by RunPod's
    SDK."""
    parser = argparse.ArgumentParser(
        prog="handler.py",
        description="Serve RunPod's jobs where RunPod started this. Elsewhere: read the document that is named, or "
        "test_input.json, and print the answer.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--document", type=Path, metavar="FILE", help="read a file; its answer and its markdown are written beside it"
    )
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
    """Does not return: `main`, then the end of the process, whatever its threads are doing. Raises `SystemExit` where
    an option is wrong."""
    options = arguments().parse_args()

    from extractor.doors.door_process import serve_and_leave

    serve_and_leave(lambda worker: main(worker, options))


def main(worker: Worker, options: argparse.Namespace) -> int:
    """The exit status: 0, or 1 where the worker is sick or the document cannot be read.

    Loads the models, then serves jobs until told to stop, or reads the file of `--document`. Raises `WorkerUnhealthy`
    where the models cannot be loaded, and `SystemExit` where a setting is wrong, or on SIGTERM while they load.
    """
    on_runpod = "RUNPOD_WEBHOOK_GET_JOB" in os.environ
    served = on_runpod or options.rp_serve_api
    # At its default, DEBUG, the SDK logs every answer: the documents' text.
    os.environ.setdefault("RUNPOD_LOG_LEVEL", "INFO" if served else "WARN")
    if on_runpod:
        return serve_runpod(worker)
    if options.document is not None:
        return read_document(worker, options.document)
    worker.load()
    return run_locally(worker, prints=not served)


def serve_runpod(worker: Worker) -> int:
    """The exit status: 0 when told to leave, 1 for a sick worker. Serves RunPod's jobs until then.

    Raises `SystemExit` where a setting is wrong.
    """
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
        runpod.serverless.start(use_loop(config, settings, worker.telemetry))
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


def read_document(worker: Worker, path: Path) -> int:
    """The exit status: 0 for a success, 1 for a failure. Does what the command `zopilot` does with that file."""
    from extractor.doors.command import NothingToRead, errands, keys_of, read_files

    formats = ("json", "md")
    try:
        return read_files(worker, errands([path], None), keys_of({}, formats), formats)
    except NothingToRead as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    run()
