"""Hostile jobs without end, good ones among them: every good one right, the memory flat.

    python benchmarks/soak.py [--jobs 3300] [--malformed FOLDER] [--seed 1] [--markdown]

One engine, one job after the other; one in eleven is good: the invoice, a page of text and a scan, whose whole answer
has to be, but for ids and times, what it was the first time. The others are broken at random (`benchmarks/fuzz.py`),
bombs that are quickly made, and the files of FOLDER, read with a deadline of two seconds. Every job must end in a
result or in an error of the contract. The worker's resident memory is looked at after each good job: flat means that
the median of the last tenth is no more than 5 % over that of the second tenth (the first fills the caches).
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.fuzz import mutated, own_documents  # noqa: E402
from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.hostile_runs import MB, Watch, run  # noqa: E402
from benchmarks.result_table import ResultTable, figure  # noqa: E402
from tests import bombs, documents  # noqa: E402

GOOD_EVERY = 11
LARGEST_FILE = 300_000
MOST_GROWTH = 1.05
PROSE = [f"Entry {n}: the harbour office lists vessel number {n} at berth {n + 3}." for n in range(8)]


def main() -> int:
    """Run the jobs and print what became of them. Exit status 1 where one was wrong, untyped, or the memory grew."""
    from extractor.engine import Engine
    from extractor.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=3300)
    parser.add_argument("--malformed", type=Path, help="a folder of broken documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    good = [
        documents.invoice_pdf(),
        documents.text_pdf([PROSE]),
        documents.image_bytes(documents.text_image(["Receipt 4711", "Total 80.90"]), "PNG"),
    ]
    seeds = own_documents()
    if args.malformed is not None:
        files = sorted(path for path in args.malformed.iterdir() if path.stat().st_size <= LARGEST_FILE)
        seeds += [path.read_bytes() for path in files]
    hostile_bombs = [
        bombs.xml_entities(),
        bombs.nested_forms_pdf(),
        bombs.million_pages_pdf(),
        bombs.form_in_itself_pdf(),
        bombs.tiff_loop(),
        bombs.gif(),
        bombs.bmp(),
        bombs.fax_pdf(),
        bombs.tiff(20000, 20000),
    ]
    # Shorter limits make the hostile jobs cheap; they end in the same way.
    engine = Engine.load(Settings(page_cpu_s=2, page_memory_mb=300))
    watch = Watch(0.1)
    outcomes: Counter[str] = Counter()
    untyped: list[str] = []
    wrong = 0
    memory: list[int] = []
    started = time.monotonic()
    try:
        right = [_said(run(engine, watch, content, deadline_s=600).answer) for content in good]
        for index in tqdm(range(args.jobs), unit="job", disable=not sys.stderr.isatty()):
            chance = random.Random(f"{args.seed}-{index}")
            if index % GOOD_EVERY == 0:
                which = index // GOOD_EVERY % len(good)
                answer = run(engine, watch, good[which], deadline_s=600).answer
                wrong += right[which] is None or _said(answer) != right[which]
                memory.append(watch.worker())
                continue
            kind = chance.random()
            if kind < 0.05:
                content = chance.choice(hostile_bombs)
            elif kind < 0.2:
                content = chance.choice(seeds)
            else:
                content = mutated(chance.choice(seeds), seeds, chance)
            # Most stop before the models: what is looked at here is how they are opened and how they end.
            pages = "1" if chance.random() < 0.5 else "999"
            outcome = run(engine, watch, content, deadline_s=2, ocr="never", pages=pages)
            outcomes[outcome.name] += 1
            if not outcome.typed:
                untyped.append(f"{index}: {outcome.name}")
    finally:
        watch.stop()
        engine.close()
    tenth = max(1, len(memory) // 10)
    first, last = statistics.median(memory[tenth : 2 * tenth] or memory), statistics.median(memory[-tenth:])
    flat = last <= MOST_GROWTH * first
    table = ResultTable(
        f"Soak: {args.jobs} jobs, {len(memory)} of them good",
        (
            f"{hardware()}; {engine.device}; {(time.monotonic() - started) / 60:.0f} minutes",
            "command: python benchmarks/soak.py " + " ".join(sys.argv[1:]),
            f"good jobs that were wrong: {wrong}; untyped: {', '.join(untyped) or 'none'}",
            f"worker, MB: second tenth {figure(first / MB, 0)}, last tenth {figure(last / MB, 0)}, "
            f"most {figure(max(memory) / MB, 0)}: {'flat' if flat else 'IT GROWS'}",
            f"page processes seen: {len(watch.seen)}",
        ),
        ("outcome of a hostile job", "jobs"),
        tuple((outcome, str(count)) for outcome, count in outcomes.most_common()),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0 if flat and not wrong and not untyped else 1


def _said(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """What an answer says, without its times."""
    if answer is None:
        return None
    metadata = {key: value for key, value in answer["metadata"].items() if key != "timings_ms"}
    return {"data": answer["data"], "metadata": metadata}


if __name__ == "__main__":
    sys.exit(main())
