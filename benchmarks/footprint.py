"""What a page costs besides the models, and what a long document costs in memory.

    python benchmarks/footprint.py [--pages 100] [--repeat 7] [--markdown]

Both documents are made here: the one-page invoice of test_input.json, and a digital PDF of `--pages` pages. "Outside
the models" is a job's wall time less the time in which a model ran, warm, median of `--repeat` jobs. Memory is resident
memory of the worker and its page processes together, sampled ten times a second; their shared pages count in each.
"""

from __future__ import annotations

import argparse
import base64
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.result_table import ResultTable, figure  # noqa: E402
from tests.documents import invoice_pdf, text_pdf  # noqa: E402

LINE = "Row {row} of page {page}: pallet {row}{page}, 1,286.40 kg, berth 17, cleared at 03:15 by the harbour office."


def main() -> int:
    """Measure both and print the table."""
    from extractor.engine import Engine
    from extractor.request import parse_request
    from extractor.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    engine = Engine.load(Settings())

    def run(pdf: bytes) -> dict[str, Any]:
        content = base64.b64encode(pdf).decode("ascii")
        request = parse_request({"document_content_base64": content, "deadline_s": 3600})
        return engine.extract(request, document_id="footprint")

    try:
        run(invoice_pdf())
        totals, outside = [], []
        for _ in range(args.repeat):
            busy = engine.device_busy_s
            totals.append(run(invoice_pdf())["metadata"]["timings_ms"]["total"])
            outside.append(totals[-1] - (engine.device_busy_s - busy) * 1000)
        idle = _resident()
        long = text_pdf([[LINE.format(page=page, row=row) for row in range(40)] for page in range(1, args.pages + 1)])
        started = time.perf_counter()
        answer, peak = _watched(lambda: run(long))
        seconds = time.perf_counter() - started
        assert answer["metadata"]["pages"]["processed"] == args.pages
    finally:
        engine.close()
    share = statistics.median(part / total for part, total in zip(outside, totals, strict=True))
    table = ResultTable(
        "Footprint",
        (f"{hardware()}; {engine.device}", "command: python benchmarks/footprint.py " + " ".join(sys.argv[1:])),
        ("measure", "figure"),
        (
            ("one digital page, warm, ms", figure(statistics.median(totals), 0)),
            ("outside the models, ms", figure(statistics.median(outside), 0)),
            ("outside the models, share", figure(share)),
            ("resident after one page, MB", figure(idle / 1e6, 0)),
            (f"peak over {args.pages} pages, MB", figure(peak / 1e6, 0)),
            (f"seconds a page over {args.pages} pages", figure(seconds / args.pages, 2)),
        ),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0


def _resident() -> int:
    """Resident bytes of this process and all below it."""
    total = 0
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _watched(work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], int]:
    """What the work gives, and the most memory that was resident meanwhile."""
    done = threading.Event()
    peak = _resident()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.1):
            peak = max(peak, _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return work(), peak
    finally:
        done.set()
        watcher.join()


if __name__ == "__main__":
    sys.exit(main())
