"""RunPod on this machine, with the real worker behind it.

`python -m tests.platform --serve` takes jobs as RunPod does, at /v2/endpoint/run and the like, until it is ended: any
client of RunPod's works against it. `python -m tests.platform --jobs DIR` runs a load of documents: each file of the
folder is a job; a `.json` file is a job's input as it stands. Prints a table of answers and latencies.
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

from .records import Job
from .runpod import API_KEY, Platform
from .serving import serve
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
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--jobs", type=Path, metavar="DIR", help="run a folder of documents")
    mode.add_argument("--serve", action="store_true", help="serve callers")
    parser.add_argument("--repeat", type=int, default=1, help="jobs: run each so many times")
    parser.add_argument("--concurrency", type=int, default=0, help="jobs: so many at once; 0: the worker's own choice")
    parser.add_argument("--timeout", type=float, default=3600.0, help="jobs: give up after so many seconds")
    parser.add_argument("--port", type=int, default=8008, help="serve: on this port of 127.0.0.1 (0: a free one)")
    parser.add_argument("--api-key", default=API_KEY, help="serve: the key that callers must have")
    parser.add_argument("--workers", type=int, default=1, help="serve: so many workers")
    options = parser.parse_args()
    return serve(options.port, options.api_key, options.workers) if options.serve else run_jobs(options)


def run_jobs(options: argparse.Namespace) -> int:
    """Run a folder of documents. Returns 1 where no worker came to take them."""
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
