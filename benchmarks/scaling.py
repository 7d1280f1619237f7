"""Cost against pages: whether a page of a long document costs more than one of a short document.

    python benchmarks/scaling.py [--pages 10,30,100,300,1000,2000] [--markdown]

Documents are running text, made here. Cost is wall time, models loaded and warm, and the part of it in which no model
ran. The exponent is the slope of log(cost) over log(pages), least squares: 1 where twice the pages cost twice as much.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from benchmarks.workload import command, loaded_engine, run, text_document  # noqa: E402


def main() -> int:
    """Measures and prints the table. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--random-weights", action="store_true", help="weights of no meaning, at the same cost")
    parser.add_argument("--pages", default="10,30,100,300,1000,2000")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    counts = [int(count) for count in args.pages.split(",")]

    rows: list[Row] = []
    totals, outside = [], []
    with loaded_engine(args.device, args.random_weights) as engine:
        run(engine, text_document(3))
        for count in counts:
            document = text_document(count)
            busy, started = engine.device_busy_s, time.perf_counter()
            answer = run(engine, document, outputs=["markdown", "elements", "tables"])
            totals.append(time.perf_counter() - started)
            outside.append(answer["metadata"]["timings_ms"]["outputs"] / 1000)
            assert answer["metadata"]["pages"]["processed"] == count
            share = (engine.device_busy_s - busy) / totals[-1]
            cost = figure(totals[-1] / count * 1000, 1), figure(outside[-1] / count * 1000, 2), figure(share, 2)
            rows.append((str(count), figure(totals[-1], 2), *cost))
        notes = (
            f"{hardware()}; {engine.device}",
            command("scaling.py"),
            f"exponent: {exponent(counts, totals):.3f} of the whole, {exponent(counts, outside):.3f} of the outputs",
        )
    columns = ("pages", "seconds", "ms a page", "outputs, ms a page", "busy")
    table = ResultTable("Cost against pages", notes, columns, tuple(rows))
    print(table.markdown() if args.markdown else table.plain())
    return 0


def exponent(counts: list[int], costs: list[float]) -> float:
    """The slope of log(cost) over log(count), least squares."""
    return float(np.polyfit(np.log(counts), np.log(costs), 1)[0])


if __name__ == "__main__":
    sys.exit(main())
