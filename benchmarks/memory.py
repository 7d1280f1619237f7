"""Whether memory grows with the number of documents, and with the pages of one.

    python benchmarks/memory.py [--documents 300] [--pages 1000] [--range 60] [--scans] [--markdown]

Documents are made here: digital ones of one to four pages and scans of one, in turn. Memory is resident memory of the
worker and its page processes together, when no job runs, after the first 50 documents and at the end. The long document
has `--pages` pages, digital or, with `--scans`, scans of three lines; of them the first `--range` are read. Its peak is
compared with that of its first 50 pages (or a tenth).
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.resident_memory import resident, watched  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from benchmarks.workload import command, loaded_engine, mixed_documents, run, scanned, short_scans, text_document  # noqa: E402

# Documents until memory has settled; documents at the end whose median counts.
SETTLED = 50
LAST = 10


def main() -> int:
    """Measures both and prints the table. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--random-weights", action="store_true", help="weights of no meaning, at the same cost")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--range", type=int, help="how many of the pages are read (default: all)")
    parser.add_argument("--scans", action="store_true", help="the long document's pages are scans")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    kinds = mixed_documents()
    contents = [kinds["invoice"], kinds["letter"], scanned(kinds["invoice"]), kinds["statement"]]
    rows: list[Row] = []
    with loaded_engine(args.device, args.random_weights) as engine:
        notes = (f"{hardware()}; {engine.device}", command("memory.py"))
        if args.documents:
            after = []
            for content in tqdm(list(itertools.islice(itertools.cycle(contents), args.documents)), unit="document"):
                run(engine, content)
                after.append(resident())
            settled = statistics.median(after[SETTLED - LAST : SETTLED])
            end = statistics.median(after[-LAST:])
            rows += [
                (f"after {SETTLED} documents, MB", figure(settled / 1e6, 0)),
                (f"after {args.documents} documents, MB", figure(end / 1e6, 0)),
                ("growth", figure(end / settled - 1)),
            ]
        if args.pages:
            long = short_scans(args.pages) if args.scans else text_document(args.pages)
            count = args.range or args.pages
            for first in (min(SETTLED, max(1, count // 10)), count):
                started = time.perf_counter()
                with watched() as memory:
                    answer = run(engine, long, pages=f"1-{first}")
                seconds = time.perf_counter() - started
                assert answer["metadata"]["pages"]["processed"] == first
                rows += [
                    (f"peak over {first} of {args.pages} pages, MB", figure(memory.peak / 1e6, 0)),
                    (f"seconds a page over {first}", figure(seconds / first)),
                ]
    table = ResultTable("Memory", notes, ("resident, the worker and its page processes", "figure"), tuple(rows))
    print(table.markdown() if args.markdown else table.plain())
    return 0


if __name__ == "__main__":
    sys.exit(main())
