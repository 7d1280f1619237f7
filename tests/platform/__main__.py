"""Run the real worker on a load of documents, as RunPod would: `python -m tests.platform --jobs DIR`.

Each file of the folder is a job; a `.json` file is a job's input as it stands. Prints a table of answers and latencies.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .runpod import Job, Platform
from .worker import Worker


def job_input(path: Path) -> Any:
    """A job's input from a file."""
    if path.suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        return content.get("input", content)
    return {"document_content_base64": base64.b64encode(path.read_bytes()).decode("ascii"), "filename": path.name}


def row(name: str, job: Job) -> str:
    """One line of the table."""
    output = job.answer.get("output", {}) if job.answers else {}
    pages = output.get("metadata", {}).get("pages", {})
    read = f"{pages.get('processed', 0)}/{pages.get('total', 0)}" if pages else "-"
    code = output.get("error_code", "") if job.answers else ""
    waited, ran = job.taken_at - job.submitted_at, job.finished_at - job.taken_at
    return f"{name[:38]:38} {job.state:10} {code:20} {read:>8} {waited:8.2f} {ran:8.2f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.platform", description=__doc__)
    parser.add_argument("--jobs", type=Path, required=True, metavar="DIR", help="a folder of documents")
    parser.add_argument("--repeat", type=int, default=1, help="run each so many times")
    parser.add_argument("--concurrency", type=int, default=0, help="jobs at a time; 0: the worker's own choice")
    parser.add_argument("--timeout", type=float, default=3600.0, help="give up after so many seconds")
    options = parser.parse_args()
    paths = sorted(path for path in options.jobs.iterdir() if path.is_file()) * options.repeat
    with tempfile.TemporaryDirectory(prefix="platform-") as folder, Platform() as platform:
        environment = {"MAX_CONCURRENCY": str(options.concurrency)}
        with Worker(platform, Path(folder), environment=environment) as worker:
            started = time.monotonic()
            names = {platform.submit(job_input(path)): path.name for path in paths}
            ready = platform.wait(lambda: any(job.deliveries for job in platform.jobs.values()), options.timeout)
            first = time.monotonic()
            if not ready:
                print(worker.log, file=sys.stderr)
                return 1
            for name in names:
                platform.finished(name, max(1.0, started + options.timeout - time.monotonic()))
            took = time.monotonic() - first
            worker.terminate()
            status = worker.ended()
    print(f"{'document':38} {'state':10} {'code':20} {'pages':>8} {'waited s':>8} {'ran s':>8}")
    jobs = [platform.jobs[name] for name in names]
    for name, job in zip(names.values(), jobs, strict=True):
        print(row(name, job))
    ran = sorted(job.finished_at - job.taken_at for job in jobs)
    print(f"{len(jobs)} jobs in {took:.1f} s, after a start of {first - started:.1f} s")
    print(
        f"a job ran {statistics.median(ran):.2f} s (median), {ran[int(0.95 * (len(ran) - 1))]:.2f} s (95th percentile)"
    )
    print(f"the worker ended with status {status}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
