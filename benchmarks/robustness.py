"""Broken, odd and encrypted documents: each must end in a result or a typed error, and the worker must live.

    python benchmarks/robustness.py FOLDER [--deadline 10] [--verbose] [--markdown]

Every file of FOLDER goes through one engine, one after the other, with every output. After the last, the invoice of
test_input.json must be read as before the first. A document of many pages stops at the deadline with its finished
pages: that is a result. Memory is the worker's resident memory when idle after that invoice, before and afterwards, and
the peak of a page process. A page process beyond the usual number is one that was restarted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.hostile_runs import MB, Trial  # noqa: E402
from benchmarks.result_table import ResultTable, figure  # noqa: E402
from tests.documents import invoice_pdf  # noqa: E402


def main() -> int:
    """Runs every file and prints the outcomes. Exit status 1 where anything ended otherwise."""
    from extractor.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--deadline", type=float, default=10.0, help="seconds for each document")
    parser.add_argument("--verbose", action="store_true", help="say what became of each file")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    outcomes: Counter[str] = Counter()
    seconds: list[float] = []
    peak = 0
    with Trial(Settings(), [invoice_pdf()]) as trial:
        watch = trial.watch
        before, at_first = trial.memory_when_idle(), len(watch.seen)
        for path in tqdm(sorted(args.folder.iterdir()), unit="file", disable=not sys.stderr.isatty()):
            outcome = trial.give(path.read_bytes(), deadline_s=args.deadline)
            outcomes[outcome.name] += 1
            seconds.append(outcome.seconds)
            peak = max(peak, outcome.process_peak)
            if args.verbose:
                print(f"{path.name}: {outcome.name}, {outcome.seconds:.1f} s", flush=True)
        alive, after, device = trial.lives, trial.memory_when_idle(), trial.engine.device
    table = ResultTable(
        f"Robustness: {outcomes.total()} files",
        (
            f"{hardware()}; {device}",
            "command: python benchmarks/robustness.py FOLDER " + " ".join(sys.argv[2:]),
            f"the worker {'lives, and reads the invoice as before' if alive else 'IS DEAD'} afterwards",
            f"worker, MB: {figure(before / MB, 0)} before, {figure(after / MB, 0)} afterwards; "
            f"largest page process {figure(peak / MB, 0)}; started anew: {len(watch.seen) - at_first}",
            f"seconds a file: median {figure(statistics.median(seconds), 1)}, most {figure(max(seconds), 1)}",
        ),
        ("outcome", "files"),
        tuple((outcome, str(count)) for outcome, count in outcomes.most_common()),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0 if alive and not any(outcome.startswith("UNTYPED") for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
