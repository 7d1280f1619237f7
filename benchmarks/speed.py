"""How fast the worker reads, stage by stage, next to its peers and to what the machine could do at best.

    python benchmarks/speed.py                                    documents made here: digital, and their pictures
    python benchmarks/speed.py --pdfs DATA/odl/pdfs --limit 20    real ones
    python benchmarks/speed.py --images DATA/sroie/img --peers    receipts, next to easyocr and rapidocr
    python benchmarks/speed.py --device cuda --random-weights     where the real weights cannot be had
    python benchmarks/speed.py --jobs 16 --seconds 30 --pages 70  under load, and one document of 70 pages
    python benchmarks/speed.py --device cuda --first-calls        each shape's first batch on a GPU, nothing else

Tables: documents one after the other, each read by the worker and then by each peer, so that a busy machine is busy for
both (`times the worker's`: the median over documents of a peer's time over the worker's); the worker alone with 1, 4
and 8 jobs at a time in a closed loop; a page's time by stage; each model against its floor.

Columns: pages/s is pages over wall time, models loaded and warm. p50, p95 and p99 are a document's seconds. Busy is the
share of time in which the device worked, by the engine's clock; GPU is the same by its driver (median of polls). Core-s
are seconds of processor time a page, of all processes. The longest batch, in milliseconds, is since the engine was
loaded. A floor is the time of a model's multiplications at the rate of a large matrix product, measured here and now.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.closed_loop import closed_loop, quantile  # noqa: E402
from benchmarks.first_calls import first_calls  # noqa: E402
from benchmarks.floors import model_costs  # noqa: E402
from benchmarks.gpu_use import watched  # noqa: E402
from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.peer_runs import AskedPeer, make_environment  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from benchmarks.workload import (  # noqa: E402
    command,
    loaded_engine,
    long_document,
    mixed_documents,
    models_folder,
    run,
    scanned,
)

if TYPE_CHECKING:
    from extractor.engine import Engine

PEERS = {
    "digital": ("docling", "docstrange"),
    "scanned": ("docling", "docstrange"),
    "images": ("easyocr", "rapidocr", "docstrange"),
}
# Peers that are dependencies of the worker; the others have an environment of their own.
IN_OUR_ENVIRONMENT = ("docstrange",)
LOAD = ("pages/s", "p50", "p95", "p99", "busy", "GPU", "core-s", "longest batch")
STAGES = ("pages", "layout", "ocr", "tables", "assemble", "outputs")


@dataclass(frozen=True, slots=True)
class Reading:
    """One document read: its seconds, its pages, and milliseconds by stage (waiting for the device included)."""

    seconds: float
    pages: int
    stages: dict[str, float]


def main() -> int:
    """Measures and prints the tables. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--dtype", choices=("auto", "float32", "float16", "bfloat16"), default="auto")
    parser.add_argument("--random-weights", action="store_true", help="weights of no meaning, at the same cost")
    parser.add_argument("--pdfs", type=Path, help="a folder of digital PDFs in place of those that are made here")
    parser.add_argument("--images", type=Path, help="a folder of photos or scans, read as they are")
    parser.add_argument("--kinds", default="digital,scanned", help="of the PDFs: digital, scanned or both")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N files of each folder only")
    parser.add_argument("--jobs", default="1,4,8", help="how many jobs at a time (default: 1,4,8; none: an empty text)")
    parser.add_argument("--seconds", type=float, default=0.0, help="for so long, each number of jobs (default: once)")
    parser.add_argument("--pages", type=int, metavar="N", help="one document of N pages of each kind of PDF, too")
    parser.add_argument("--first-calls", action="store_true", help="what each shape's first batch takes on a GPU")
    parser.add_argument("--repeat", type=int, default=1, help="how often the documents are read in each measurement")
    parser.add_argument("--peers", action="store_true", help="next to the peers of requirements/bench.txt")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "out")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    if args.first_calls:
        if args.device != "cuda":
            parser.error("first calls are a GPU's: --device cuda")
        with models_folder(args.random_weights) as folder:
            notes = (f"{hardware()}; cuda", command("speed.py"))
            table = first_calls(torch.device("cuda", 0), args.dtype, folder, notes)
        print(table.markdown() if args.markdown else table.plain())
        return 0
    kinds = _documents(args.pdfs, args.images, args.limit, args.kinds.split(","), args.out / "speed")
    python = make_environment(args.out / "peers-venv") if args.peers else None
    tables = []
    with loaded_engine(args.device, args.random_weights, dtype=args.dtype) as engine:
        notes = (f"{hardware()}; {engine.device}", command("speed.py"))
        for files in kinds.values():
            _read(engine, files[0])
        for kind, files in kinds.items():
            peers = _warm_peers(python, kind, files[0]) if python else []
            tables.append(_side_by_side(engine, kind, files * args.repeat, peers, notes))
            for peer in peers:
                peer.close()
        jobs = [int(count) for count in args.jobs.split(",") if count]
        tables.append(_concurrent(engine, kinds, jobs, args.repeat, args.seconds, notes))
        if args.pages:
            tables.append(_long(engine, kinds, args.pages, args.seconds, args.out / "speed", notes))
        tables.append(model_costs(engine.settings.models_dir, engine.models.device, engine.settings, notes))
    for table in tables:
        print(table.markdown() if args.markdown else table.plain())
    return 0


def _documents(
    pdfs: Path | None, images: Path | None, limit: int | None, wanted: Sequence[str], folder: Path
) -> dict[str, list[Path]]:
    """The paths of the documents by kind: digital PDFs, the same pages as images, images."""
    if images is not None and pdfs is None:
        return {"images": sorted(path for path in images.iterdir() if path.suffix in (".jpg", ".png"))[:limit]}
    kinds: dict[str, list[Path]] = {kind: [] for kind in wanted}
    if pdfs is not None:
        contents = {path.stem: path.read_bytes() for path in sorted(pdfs.glob("*.pdf"))[:limit]}
    else:
        contents = mixed_documents()
    for name, content in contents.items():
        for kind in wanted:
            made = scanned(content) if kind == "scanned" else content
            path = folder / kind / f"{name}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made)
            kinds[kind].append(path)
    return kinds


def _read(engine: Engine, path: Path) -> Reading:
    """The document, read by the engine."""
    started = time.perf_counter()
    metadata = run(engine, path.read_bytes())["metadata"]
    return Reading(time.perf_counter() - started, metadata["pages"]["processed"], metadata["timings_ms"])


def _warm_peers(python: Path, kind: str, first: Path) -> list[AskedPeer]:
    """The peers for documents of this kind, each warmed up with one."""
    own = Path(sys.executable)
    peers = [AskedPeer(own if peer in IN_OUR_ENVIRONMENT else python, peer) for peer in PEERS[kind]]
    for peer in peers:
        if peer.unavailable is None:
            peer.seconds(first)
    return peers


def _side_by_side(
    engine: Engine, kind: str, files: Sequence[Path], peers: Sequence[AskedPeer], notes: tuple[str, ...]
) -> ResultTable:
    """The table of the worker and its peers, document by document in turn."""
    readings: list[Reading] = []
    busy = engine.device_busy_s
    theirs: dict[str, list[float | None]] = {peer.name: [] for peer in peers}
    outside: list[float] = []
    for path in files:
        before = engine.device_busy_s
        readings.append(_read(engine, path))
        outside.append(readings[-1].seconds - (engine.device_busy_s - before))
        for peer in peers:
            if peer.unavailable is None:
                theirs[peer.name].append(peer.seconds(path))
    seconds = [reading.seconds for reading in readings]
    pages = [reading.pages for reading in readings]
    share = (engine.device_busy_s - busy) / sum(seconds)
    rows: list[Row] = [("this worker", *_speed(seconds, sum(pages)), "1.00", figure(share, 2))]
    for peer in peers:
        if peer.unavailable is not None:
            rows.append((f"{peer.name}: not run, {peer.unavailable}", *["-"] * 5))
            continue
        taken = theirs[peer.name]
        both = [(time, own, count) for time, own, count in zip(taken, seconds, pages, strict=True) if time is not None]
        ratio = statistics.median(time / own for time, own, _ in both)
        speed = _speed([time for time, _, _ in both], sum(count for _, _, count in both))
        rows.append((f"{peer.name} {peer.version}", *speed, figure(ratio, 2), "-"))
    per_page = [time / count * 1000 for time, count in zip(outside, pages, strict=True)]
    parts = [f"{stage} {sum(r.stages.get(stage, 0.0) for r in readings) / sum(pages):.0f}" for stage in STAGES]
    told = (
        *notes,
        f"milliseconds a page, of which the stages wait for the device: {', '.join(parts)}",
        f"outside the models: {statistics.median(per_page):.0f} ms a page (median), {sum(outside) / sum(seconds):.3f} "
        "of the time",
    )
    columns = ("one job at a time", "pages/s", "p50", "p95", "times the worker's", "busy")
    return ResultTable(f"Speed: {kind}, {len(files)} documents, {sum(pages)} pages", told, columns, tuple(rows))


def _speed(seconds: Sequence[float], pages: int) -> Row:
    """Pages a second, and the median and 95th percentile of a document's seconds."""
    return figure(pages / sum(seconds), 2), *(figure(quantile(seconds, part), 3) for part in (0.5, 0.95))


def _concurrent(
    engine: Engine,
    kinds: dict[str, list[Path]],
    jobs: Sequence[int],
    repeat: int,
    seconds: float,
    notes: tuple[str, ...],
) -> ResultTable:
    """The table of the worker with several jobs at a time; at least as many documents as give each job its share."""
    rows = [
        (
            f"{kind}, {count} at a time",
            *_loaded(engine, files, count, seconds, least=max(len(files) * repeat, 2 * count)),
        )
        for (kind, files), count in itertools.product(kinds.items(), jobs)
    ]
    return ResultTable("Speed: jobs at a time", notes, ("", *LOAD), tuple(rows))


def _long(
    engine: Engine, kinds: dict[str, list[Path]], pages: int, seconds: float, folder: Path, notes: tuple[str, ...]
) -> ResultTable:
    """The table of one document of so many pages, one job at a time; the kind's pages repeat."""
    rows: list[Row] = []
    for kind, files in kinds.items():
        if files[0].suffix != ".pdf":
            continue
        path = folder / f"{kind} {pages}.pdf"
        path.write_bytes(long_document([file.read_bytes() for file in files], pages))
        rows.append((f"{kind}, {pages} pages", *_loaded(engine, [path], 1, seconds, least=1)))
    return ResultTable("Speed: one document of many pages", notes, ("", *LOAD), tuple(rows))


def _loaded(engine: Engine, files: Sequence[Path], jobs: int, seconds: float, *, least: int) -> Row:
    """The columns of `LOAD`."""
    busy = engine.device_busy_s
    with watched(engine.models.device) as use:
        loop = closed_loop(files, lambda path: _read(engine, path), jobs=jobs, seconds=seconds, least=least)
    pages = sum(reading.pages for reading in loop.done)
    each = [reading.seconds for reading in loop.done]
    return (
        figure(pages / loop.wall_s, 2),
        *(figure(quantile(each, part), 3) for part in (0.5, 0.95, 0.99)),
        figure((engine.device_busy_s - busy) / loop.wall_s, 2),
        figure(use.usual, 2),
        figure(loop.core_s / pages, 3),
        figure(engine.longest_batch_s * 1000, 0),
    )


if __name__ == "__main__":
    sys.exit(main())
