"""From the start of the worker's process to its first request for a job.

    python benchmarks/coldstart.py [--runs 5] [--cold-runs 3] [--markdown]

The real worker, `python handler.py`, in a process of its own, in production mode against a stand-in platform on
loopback. RunPod's own checks, which need the internet, are left out. The phases are from the worker's log line about
its start. "First call" is when the platform gets its first call for a job, on this side's clock, from before the
process was made. "Processor time" is that of the worker and its processes until then; on a busy machine it says more
than the clock. Warm: the files were read by a start just before. Cold: the kernel has dropped them from its cache;
where it does not, there is no figure. Figures are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.disk_cache import forget, share_in_memory  # noqa: E402
from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from tests.platform.runpod import Platform  # noqa: E402
from tests.platform.worker import Worker  # noqa: E402

PHASES = {
    "imports": "imports",
    "preflight": "preflight",
    "weights": "weights",
    "warm_up": "warm-up",
    "ready": "to the job loop",
}
LONGEST_START_S = 420.0  # RunPod's own limit
# Max share of a file that is still cached when it counts as dropped.
FORGOTTEN = 0.1


def start() -> dict[str, float]:
    """Seconds of one start, by phase, with `total`, `first call` and `processor`.

    Raises `RuntimeError` where the worker does not start in `LONGEST_START_S`.
    """
    with tempfile.TemporaryDirectory(prefix="coldstart-") as folder, Platform() as platform:
        began = time.monotonic()
        with Worker(platform, Path(folder)) as worker:
            if not platform.wait(lambda: platform.open_polls > 0, LONGEST_START_S):
                raise RuntimeError(f"the worker did not start:\n{worker.log}")
            called = time.monotonic() - began
            spent = sum(sum(process.cpu_times()) for process in worker.processes())
            lines = [line for line in worker.log.splitlines() if '"event": "start"' in line]
    event = json.loads(lines[0][lines[0].index("{") :])
    return {**event["phases_s"], "total": event["ready_s"], "first call": called, "processor": spent}


def row(name: str, runs: list[Mapping[str, float]]) -> Row:
    """A row of medians in seconds, as text, with the range of the whole."""
    if not runs:
        return (name, "0", *["not measured"] * (len(PHASES) + 4))
    values = [[run[key] for run in runs] for key in (*PHASES, "total", "first call", "processor")]
    totals = [run["total"] for run in runs]
    spread = f"{min(totals):.1f} to {max(totals):.1f}"
    return (name, str(len(runs)), *(figure(statistics.median(value), 2) for value in values), spread)


def cold_starts(count: int) -> tuple[list[Mapping[str, float]], str]:
    """Seconds of starts with dropped file caches, by phase, and a note on how they were dropped.

    No start where the kernel keeps the files.
    """
    from extractor.settings import Settings

    models = Settings().models_dir
    folders = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")]
    largest = max(models.rglob("*.safetensors"), key=lambda path: path.stat().st_size)
    runs = []
    for _ in range(count):
        how = forget([*dict.fromkeys(folders), models, ROOT / "extractor"])
        left = share_in_memory(largest)
        if left > FORGOTTEN:
            return [], f"cold: not measured, {left:.0%} of the largest weights were in memory after {how}"
        runs.append(start())
    return (
        runs,
        f"cold: the kernel was told to forget files ({how}) before each start" if runs else "cold: not asked for",
    )


def main() -> int:
    """Measures the starts and prints the table. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="starts with a warm disk cache")
    parser.add_argument("--cold-runs", type=int, default=3, help="starts with a cold one")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    start()  # warms the cache
    warm: list[Mapping[str, float]] = [start() for _ in range(args.runs)]
    cold, how = cold_starts(args.cold_runs)
    table = ResultTable(
        "Cold start, seconds",
        (hardware(), f"`python benchmarks/coldstart.py --runs {args.runs} --cold-runs {args.cold_runs}`; medians", how),
        ("disk cache", "runs", *PHASES.values(), "process to ready", "to the first call", "processor time", "range"),
        (row("warm", warm), row("cold", cold)),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0


if __name__ == "__main__":
    sys.exit(main())
