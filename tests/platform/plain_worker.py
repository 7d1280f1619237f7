"""A worker without a model, on the SDK's own loop or on ours: what the SDK does by itself is seen by what this does.

Arguments: `--own-loop`, `--places N` (jobs at a time), `--unfit` (a fitness check fails).

A job's input: `answer` is what the handler returns, `sleep_s` for how long it waits before, `raises` the name of what
it raises, `progress` what it reports before it answers.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import runpod

from extractor.runpod_loop import use_loop
from extractor.settings import Settings


async def handler(job: dict[str, Any]) -> Any:
    wanted = job["input"]
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
    options = parser.parse_args()

    def modifier(current: int) -> int:
        print(f"concurrency asked for at {current}", flush=True)
        return int(options.places)

    runpod.serverless.register_fitness_check(unfit if options.unfit else fit)
    config = {"handler": handler, "concurrency_modifier": modifier}
    runpod.serverless.start(use_loop(config, Settings()) if options.own_loop else config)
    print("start has returned", flush=True)


if __name__ == "__main__":
    main()
