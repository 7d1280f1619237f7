"""Hostile jobs in a long run, good ones among them: every good one right, the memory flat.

    python benchmarks/soak.py [--jobs 3300] [--malformed FOLDER] [--seed 1] [--markdown]

One engine, one job after the other. One in eleven is good: the invoice, a page of text or a scan. Its whole answer,
except ids and times, has to be what it was the first time. The others are of the kinds of `KINDS`, most of which a
parser reads. Every job must end in a result or an error of the contract; the table counts the outcomes of each kind.
The worker's resident memory is sampled after each good job. Flat means: the median of the last tenth is at most 5 %
over that of the second tenth (the first fills the caches).
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.fuzz import mutated, own_documents  # noqa: E402
from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.hostile_runs import MB, Outcome, Trial  # noqa: E402
from benchmarks.result_table import ResultTable, figure  # noqa: E402
from tests import bombs, documents  # noqa: E402

# Of so many jobs one is good.
GOOD_EVERY = 11
# Max size of a document that hostile ones are made of, in bytes.
LARGEST_FILE = 300_000
# Max ratio of memory at the end to memory at the start.
MOST_GROWTH = 1.05
PROSE = [f"Entry {n}: the harbour office lists vessel number {n} at berth {n + 3}." for n in range(8)]
SIGNATURES = (b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\0", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"BM")
REQUESTS: tuple[dict[str, Any], ...] = (
    {"pages": "999"},
    {"pages": "0"},
    {"password": "x" * 2000},
    {"outputs": ["secrets"]},
    {"headers": {"Host": "inside"}},
    {"document_content_base64": "no base64"},
    {"filename": "a\x00\r\nb" * 10},
    {"document_id": "a\nb"},
)


@dataclass(frozen=True, slots=True)
class Job:
    """A document and further keys of its request."""

    content: bytes
    keys: dict[str, Any] = field(default_factory=dict)


# Kind -> its share of the hostile jobs. `_job` says what a job of a kind is.
KINDS: dict[str, float] = {
    "broken at random": 0.50,
    "a broken file as it is": 0.15,
    "cut off": 0.10,
    "bomb": 0.08,
    "noise behind a signature": 0.05,
    "bad request": 0.05,
    "no time": 0.04,
    "wrong password": 0.03,
}
# Bombs that are made quickly.
BOMBS: tuple[Callable[[], bytes], ...] = (
    bombs.xml_entities,
    bombs.nested_forms_pdf,
    bombs.million_pages_pdf,
    bombs.form_in_itself_pdf,
    bombs.shading_pdf,
    bombs.annotations_pdf,
    lambda: bombs.annotations_pdf(3000),
    bombs.many_words_pdf,
    bombs.tiff_loop,
    bombs.gif,
    bombs.bmp,
    bombs.fax_pdf,
    lambda: bombs.tiff(20000, 20000),
)


def _job(kind: str, seeds: Sequence[bytes], chance: random.Random) -> Job:
    """A hostile job of this kind."""
    content = chance.choice(seeds)
    if kind == "broken at random":
        return Job(mutated(content, seeds, chance))
    if kind == "cut off":
        return Job(content[: chance.randrange(len(content))])
    if kind == "bomb":
        return Job(chance.choice(BOMBS)())
    if kind == "noise behind a signature":
        return Job(chance.choice(SIGNATURES) + chance.randbytes(chance.randrange(1, 20_000)))
    if kind == "bad request":
        return Job(content, chance.choice(REQUESTS))
    if kind == "no time":
        return Job(content, {"deadline_s": 10 ** chance.uniform(-3, 0)})
    if kind == "wrong password":
        pdf = documents.encrypted(documents.text_pdf([PROSE]), "sesame")
        return Job(pdf, chance.choice(({}, {"password": "wrong"}, {"password": ""})))
    return Job(content)


@dataclass
class Seen:
    """The outcomes: of hostile jobs by kind, with those outside the contract; of good ones how many were wrong.

    Also the worker's resident bytes after each good job.
    """

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: {kind: Counter() for kind in KINDS})
    untyped: list[str] = field(default_factory=list)
    wrong: int = 0
    memory: list[int] = field(default_factory=list)

    def hostile(self, index: int, kind: str, outcome: Outcome) -> None:
        """Records a hostile job's outcome."""
        self.outcomes[kind][outcome.name] += 1
        if not outcome.typed:
            self.untyped.append(f"{index}: {outcome.name}")

    @property
    def tenths(self) -> list[float]:
        """The median of each tenth of the run, in bytes; every sample where there are fewer than ten."""
        parts = min(10, len(self.memory))
        edges = [len(self.memory) * part // parts for part in range(parts + 1)]
        return [float(statistics.median(self.memory[edges[part] : edges[part + 1]])) for part in range(parts)]

    @property
    def flat(self) -> bool:
        """Whether memory stayed within `MOST_GROWTH`."""
        return self.tenths[-1] <= MOST_GROWTH * self.tenths[min(1, len(self.tenths) - 1)]


def _seeds(malformed: Path | None) -> list[bytes]:
    """The documents that hostile ones are made of: the benchmark's own, and those of the folder."""
    if malformed is None:
        return own_documents()
    files = sorted(path for path in malformed.iterdir() if 0 < path.stat().st_size <= LARGEST_FILE)
    return own_documents() + [path.read_bytes() for path in files]


def _give_all(args: argparse.Namespace, trial: Trial, good: int) -> Seen:
    """The outcomes of all jobs, one after the other; `good` is the number of good documents."""
    seen, seeds = Seen(), _seeds(args.malformed)
    for index in tqdm(range(args.jobs), unit="job", disable=not sys.stderr.isatty()):
        if index % GOOD_EVERY == 0:
            seen.wrong += not trial.reads(index // GOOD_EVERY % good)
            seen.memory.append(trial.watch.worker())
            continue
        chance = random.Random(f"{args.seed}-{index}")
        (kind,) = chance.choices(list(KINDS), KINDS.values())
        job = _job(kind, seeds, chance)
        # One page, without recognition: what is tested is how documents are opened and how they end.
        keys = {"deadline_s": 4, "ocr": "never", "pages": "1", **job.keys}
        seen.hostile(index, kind, trial.give(job.content, **keys))
    return seen


def main() -> int:
    """Runs the jobs and prints the outcomes. Exit status 1 where one was wrong or untyped, or memory grew."""
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
    started = time.monotonic()
    # Lower limits make hostile jobs cheap; they end in the same way.
    with Trial(Settings(page_cpu_s=2, page_memory_mb=300), good, 0.1) as trial:
        seen = _give_all(args, trial, len(good))
        device, processes = trial.engine.device, len(trial.watch.seen)
    table = ResultTable(
        f"Soak: {args.jobs} jobs, {len(seen.memory)} of them good",
        (
            f"{hardware()}; {device}; {(time.monotonic() - started) / 60:.0f} minutes",
            "command: python benchmarks/soak.py " + " ".join(sys.argv[1:]),
            f"good jobs that were wrong: {seen.wrong}; untyped: {', '.join(seen.untyped) or 'none'}",
            f"worker, MB, by tenths of the run: {', '.join(figure(value / MB, 0) for value in seen.tenths)}; "
            f"most {figure(max(seen.memory) / MB, 0)}: {'flat' if seen.flat else 'IT GROWS'}",
            f"page processes seen: {processes}",
        ),
        ("hostile jobs", "jobs", "how they ended"),
        tuple(
            (kind, str(ended.total()), ", ".join(f"{name} {count}" for name, count in ended.most_common()))
            for kind, ended in seen.outcomes.items()
        ),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0 if seen.flat and not seen.wrong and not seen.untyped else 1


if __name__ == "__main__":
    sys.exit(main())
