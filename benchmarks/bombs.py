"""Small files that are large, deep or slow inside: each must end in its code, in time and in memory.

    python benchmarks/bombs.py [--only TEXT] [--markdown]

The bombs of tests/bombs.py are made here and given to one engine with the worker's own limits. Seconds are the job's
time on a warm engine: all of it, and all less the time in which a model ran, for a bomb that is read costs its models
as any page does (half a second on a GPU, several on a CPU). On a busy machine, compare the processor time of the page
processes: they are ended at `PAGE_CPU_S`, once for opening and once for the page. Memory is the most that the largest
page process had resident, and the growth of the worker meanwhile. The goal is 5 s (outside the models) and 1 GB. After
the last bomb, the invoice of test_input.json must still be read completely.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.hostile_runs import MB, Outcome, Trial  # noqa: E402
from benchmarks.result_table import ResultTable, figure  # noqa: E402
from tests.bombs import BOMBS  # noqa: E402
from tests.documents import invoice_pdf  # noqa: E402

MOST_SECONDS, MOST_MB = 5.0, 1000.0


def main() -> int:
    """Runs every bomb and prints its outcome. Exit status 1 where one ended otherwise, too late or too large."""
    from extractor.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only the bombs whose name holds this")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    rows, bad = [], []
    with Trial(Settings(), [invoice_pdf()]) as trial:
        names = [name for name in BOMBS if args.only in name]
        for name in tqdm(names, unit="bomb", disable=not sys.stderr.isatty()):
            bomb = BOMBS[name]
            content = bomb.make()
            outcome = trial.give(content, deadline_s=600, pages=bomb.pages)
            if not _as_it_should(outcome, frozenset(bomb.ends)):
                bad.append(name)
            rows.append(_row(name, len(content), outcome))
        alive, device = trial.lives, trial.engine.device
    table = ResultTable(
        f"Bombs: {len(rows)}",
        (
            f"{hardware()}; {device}",
            "command: python benchmarks/bombs.py " + " ".join(sys.argv[1:]),
            f"not as it should be: {', '.join(bad) or 'none'}",
            f"the worker {'lives, and reads the invoice as before' if alive else 'IS DEAD'}",
        ),
        (
            "bomb",
            "bytes",
            "outcome",
            "seconds",
            "outside the models",
            "page process, CPU s",
            "page process, MB",
            "worker grew, MB",
        ),
        tuple(rows),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0 if alive and not bad else 1


def _as_it_should(outcome: Outcome, expected: frozenset[str]) -> bool:
    """Whether the outcome is one of those expected."""
    small = max(outcome.process_peak, outcome.worker_growth) <= MOST_MB * MB
    name = "result" if outcome.name.startswith("result") and not outcome.codes else outcome.name
    ended = name in expected or (bool(outcome.codes) and outcome.codes <= expected)
    return ended and small and outcome.seconds - outcome.model_seconds <= MOST_SECONDS


def _row(name: str, size: int, outcome: Outcome) -> tuple[str, ...]:
    """The table's row of one bomb."""
    codes = f" ({', '.join(sorted(outcome.codes))})" if outcome.codes else ""
    return (
        name,
        str(size),
        outcome.name + codes,
        figure(outcome.seconds, 1),
        figure(outcome.seconds - outcome.model_seconds, 1),
        figure(outcome.process_cpu, 1),
        figure(outcome.process_peak / MB, 0),
        figure(outcome.worker_growth / MB, 0),
    )


if __name__ == "__main__":
    sys.exit(main())
