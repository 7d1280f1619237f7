"""What the loop costs beside the jobs: `python -m tests.platform.turnaround`, without a model.

Jobs of half a second each, one and two at a time, on the SDK's own loop and on the worker's: seconds from the first
job's taking to the last one's answer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .runpod import Platform
from .worker import Worker

JOBS = 8
JOB_S = 0.5


def measured(places: int, own: bool, folder: Path) -> float:
    """Seconds for all jobs."""
    command = ["-m", "tests.platform.plain_worker", "--places", str(places), *(["--own-loop"] if own else [])]
    with Platform() as platform, Worker(platform, folder, command=command) as worker:
        ids = [platform.submit({"sleep_s": JOB_S, "answer": {"success": True}}) for _ in range(JOBS)]
        jobs = [platform.finished(id) for id in ids]
        worker.terminate()
        worker.ended()
    return max(job.finished_at for job in jobs) - min(job.taken_at for job in jobs)


def main() -> int:
    print(f"| {JOBS} jobs of {JOB_S} s | the SDK's loop | this worker's | no cost at all |\n|---|---:|---:|---:|")
    for places in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            seconds = [measured(places, own, Path(folder)) for own in (False, True)]
        print(f"| {places} at a time | {seconds[0]:.1f} s | {seconds[1]:.1f} s | {JOBS * JOB_S / places:.1f} s |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
