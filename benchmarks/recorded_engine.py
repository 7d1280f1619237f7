"""One side of `host_cost.py`, in a process of its own: an engine with recorded models that reads what it is told.

    python -m benchmarks.recorded_engine MODELS        from a folder where `extractor` is the one to be measured

A line of standard input is a `Task`, a line of standard output a `Taken`, both JSON.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.core_time import core_seconds

if TYPE_CHECKING:
    from benchmarks.recorded_models import Recording
    from extractor.engine import Engine

# Page processes, and pages of a job in flight.
PAGE_PROCESSES = 2
PAGES_IN_FLIGHT = 8


@dataclass(frozen=True, slots=True)
class Task:
    """Read these documents so many times, so many at a time, with the fields of a preset where it names one."""

    paths: list[str]
    times: int
    jobs: int
    preset: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a task took: seconds of processor time of the worker process and of all processes, without the benchmark's
    own.

    Also bytes that would have crossed to the device and back, batches that a model had to be run for, and answers that
    differ from the recording. The last two have to be 0, or the figures mean nothing.
    """

    pages: int
    worker_s: float
    all_s: float
    up_bytes: int
    down_bytes: int
    missed: int
    differing: int
    replaces: str


def main() -> int:
    """Carries out tasks until there are no more."""
    from benchmarks.recorded_models import recorded
    from extractor.engine import Engine
    from extractor.settings import Settings

    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else is printed is none
    _use_shapes_of_gpu()
    settings = Settings(
        device="cpu",
        layout_batch=16,
        recognition_batch=64,
        models_dir=Path(sys.argv[1]),
        page_processes=PAGE_PROCESSES,
        pages_in_flight=PAGES_IN_FLIGHT,
        # No page process is replaced: that costs seconds, in one round and not in the other.
        pages_per_process=1_000_000,
    )
    engine = Engine.load(settings)
    seen: dict[str, str] = {}
    try:
        with recorded(engine) as recording:
            for line in sys.stdin:
                taken = carry_out(engine, recording, Task(**json.loads(line)), seen)
                print(json.dumps(asdict(taken)), file=replies, flush=True)
    finally:
        engine.close()
    return 0


def _use_shapes_of_gpu() -> None:
    """Sets a GPU's closed set of shapes, with fewer and larger batches."""
    with suppress(ModuleNotFoundError):
        from extractor.models.shapes import SHAPES

        SHAPES["cpu"] = SHAPES["cuda"]


def carry_out(engine: Engine, recording: Recording, task: Task, seen: dict[str, str]) -> Taken:
    """What reading the documents took. `seen`: the answer to each from its first time on."""
    from extractor.request import parse_request

    def read(path: str) -> dict[str, Any]:
        return engine.extract(requests[path], document_id="benchmark")

    # The caller's own work is not the worker's.
    requests = {
        path: parse_request(
            {
                "document_content_base64": base64.b64encode(Path(path).read_bytes()).decode("ascii"),
                "outputs": ["markdown"],
                "deadline_s": 86400,
                **({"preset": task.preset} if task.preset else {}),
            }
        )
        for path in task.paths
    }
    recording.restart()
    worker, others = core_seconds()
    with ThreadPoolExecutor(task.jobs) as pool:
        answers = list(pool.map(read, task.paths * task.times))
    worker_then, others_then = core_seconds()
    worker = worker_then - worker - recording.uncounted_s
    others = others_then - others
    texts = [(path, answer["data"]["markdown"]) for path, answer in zip(task.paths * task.times, answers, strict=True)]
    return Taken(
        pages=sum(answer["metadata"]["pages"]["processed"] for answer in answers),
        worker_s=worker,
        all_s=worker + others,
        up_bytes=recording.up_bytes,
        down_bytes=recording.down_bytes,
        missed=recording.missed,
        differing=sum(seen.setdefault(path, text) != text for path, text in texts),
        replaces=recording.replaces,
    )


if __name__ == "__main__":
    sys.exit(main())
