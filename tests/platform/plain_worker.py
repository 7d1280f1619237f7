"""A worker without a model, on the SDK's own loop or on ours: what the SDK does by itself is seen by what this does.

Arguments: `--own-loop`, `--places N` (jobs at a time), `--unfit` (a fitness check fails), `--modifier-fails-after N`
(takes, after which the SDK is not told how many jobs to take, but an error).

A job's input: `answer` is what the handler returns, `sleep_s` for how long it waits before, `raises` the name of what
it raises, `progress` what it reports before it answers.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
from typing import Any

import runpod

from extractor.deadline import JobEnd
from extractor.doors.runpod_loop import use_loop
from extractor.settings import Settings
from extractor.telemetry import Telemetry


async def handler(job: dict[str, Any], end: JobEnd | None = None) -> Any:
    if end is not None and (error := end.error("the job was begun")) is not None:
        return error.answer(job["id"])
    wanted = job.get("input")
    print(f"begun: {job['id']}", flush=True)
    if not isinstance(wanted, dict):
        return {"error": "INVALID_INPUT: no object", "success": False, "error_code": "INVALID_INPUT"}
    if "progress" in wanted:
        runpod.serverless.progress_update(job, wanted["progress"])
        await asyncio.sleep(1)
    try:
        await asyncio.sleep(wanted.get("sleep_s", 0))
    except asyncio.CancelledError:
        print(f"cancelled: {job['id']}", flush=True)
        raise
    if "raises" in wanted:
        raise RuntimeError(wanted["raises"])
    return wanted.get("answer")


def fit() -> None:
    print("fitness checked", flush=True)


def unfit() -> None:
    raise RuntimeError("the device is not there")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--own-loop", action="store_true")
    parser.add_argument("--places", type=int, default=3)
    parser.add_argument("--unfit", action="store_true")
    parser.add_argument("--modifier-fails-after", type=int, default=-1)
    options = parser.parse_args()
    asked = itertools.count(1)

    def modifier(current: int) -> int:
        print(f"concurrency asked for at {current}", flush=True)
        if next(asked) == options.modifier_fails_after:
            raise RuntimeError("no concurrency")
        return int(options.places)

    runpod.serverless.register_fitness_check(unfit if options.unfit else fit)
    config = {"handler": handler, "concurrency_modifier": modifier}
    runpod.serverless.start(use_loop(config, Settings(), Telemetry()) if options.own_loop else config)
    print("start has returned", flush=True)


if __name__ == "__main__":
    main()
