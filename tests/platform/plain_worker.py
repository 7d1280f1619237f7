"""A worker on the SDK's own loop, without a model: what the SDK does by itself is seen by what it does here.

A job's input: `answer` is what the handler returns, `sleep_s` for how long it waits before, `raises` the name of what
it raises, `progress` what it reports before it answers.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import runpod


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


def modifier(current: int) -> int:
    print(f"concurrency asked for at {current}", flush=True)
    return 3


def fit() -> None:
    print("fitness checked", flush=True)


def unfit() -> None:
    raise RuntimeError("the device is not there")


if __name__ == "__main__":
    runpod.serverless.register_fitness_check(unfit if "unfit" in sys.argv else fit)
    runpod.serverless.start({"handler": handler, "concurrency_modifier": modifier})
    print("start has returned", flush=True)
