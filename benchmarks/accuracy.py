"""How well the worker reads, next to its peers: one table for each data set.

    python benchmarks/accuracy.py DATA                        the worker on every set below DATA
    python benchmarks/accuracy.py DATA --sets sroie --peers   ... on one set, with the peers that can run here
    python benchmarks/accuracy.py DATA --reuse --verbose      score what is kept in --out, and say what is wrong

DATA holds a folder for each set: odl, sroie, icdar2013. The set's module in benchmarks/sets/ explains the columns,
those in benchmarks/metrics/ define them. Seconds are wall time, one document after the other, models loaded. The
worker's answers are kept in `OUT/<set>/worker/`, the peers' output in `OUT/<set>/<peer>/`. Peers run in processes of
their own.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.answers import Document, extract, load, load_run, missing  # noqa: E402
from benchmarks.peer_runs import is_complete, load_peer_run, make_environment, run_peer  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from benchmarks.sets.data_set import WORKER, DataSet  # noqa: E402
from benchmarks.sets.icdar2013 import ICDAR2013  # noqa: E402
from benchmarks.sets.odl import ODL  # noqa: E402
from benchmarks.sets.sroie import SROIE  # noqa: E402

OUT = ROOT / "benchmarks" / "out"
SETS: dict[str, DataSet[Any]] = {"odl": ODL, "sroie": SROIE, "icdar2013": ICDAR2013}


def main() -> int:
    """Extracts, runs the peers, prints the tables. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder that holds odl/, sroie/, icdar2013/")
    parser.add_argument("--sets", default=",".join(SETS), help="which of these, with commas between (default: all)")
    parser.add_argument("--peers", action="store_true", help="run the peers of requirements/bench.txt too")
    parser.add_argument("--languages", type=lambda codes: codes.split(","), help="ocr_languages, with commas between")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N documents of each set only")
    parser.add_argument("--out", type=Path, default=OUT, help="where answers are kept (default: benchmarks/out)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--reuse", action="store_true", help="read only the documents that have no answer in --out")
    parser.add_argument("--verbose", action="store_true", help="list what is wrong, document by document")
    parser.add_argument("--markdown", action="store_true", help="print GitHub markdown")
    args = parser.parse_args()
    names = args.sets.split(",")
    if unknown := [name for name in names if name not in SETS]:
        parser.error(f"--sets: {', '.join(unknown)} is not one of {', '.join(SETS)}")
    documents: dict[str, Sequence[Document]] = {
        name: SETS[name].documents(args.data / name)[: args.limit] for name in names
    }
    if empty := [str(args.data / name) for name in names if not documents[name]]:
        parser.error(f"there are no documents in {', '.join(empty)}")

    _extract(documents, args.out, args.device, args.reuse, args.languages)
    if args.peers:
        _run_peers(documents, args.data, args.out, args.limit, args.reuse)
    for name in names:
        table, wrong = _evaluate(name, documents[name], args.data, args.out, args.peers)
        print(table.markdown() if args.markdown else table.plain())
        if args.verbose:
            print("\n".join(wrong) + "\n")
    return 0


def _extract(
    documents: dict[str, Sequence[Document]], out: Path, device: str, reuse: bool, languages: list[str] | None
) -> None:
    """Extracts the documents without an answer, with one engine for all sets."""
    waiting = {name: missing(group, out / name / WORKER) if reuse else group for name, group in documents.items()}
    if not any(waiting.values()):
        return
    from extractor.engine import Engine
    from extractor.settings import Settings

    engine = Engine.load(Settings(device=device))
    try:
        for name, group in waiting.items():
            if group:
                extract(engine, group, out / name / WORKER, languages)
    finally:
        engine.close()


def _run_peers(documents: dict[str, Sequence[Document]], data: Path, out: Path, limit: int | None, reuse: bool) -> None:
    """Runs the peers whose output is missing, one after the other."""
    waiting = [
        (name, peer)
        for name, group in documents.items()
        for peer in SETS[name].peers
        if not (reuse and is_complete(out / name / peer, [document.name for document in group]))
    ]
    if not waiting:
        return
    python = make_environment(out / "peers-venv")
    for name, peer in waiting:
        run_peer(python, peer, data / name / SETS[name].files, out / name / peer, limit)


def _evaluate(
    name: str, documents: Sequence[Document], data: Path, out: Path, with_peers: bool
) -> tuple[ResultTable, list[str]]:
    """The set's table, and what is wrong, line by line."""
    answers = {document.name: load(document.name, out / name / WORKER) for document in documents}
    peers = [load_peer_run(out / name / peer) for peer in SETS[name].peers] if with_peers else []
    ran = [peer for peer in peers if peer.unavailable is None]
    evaluation = SETS[name].evaluate(documents, answers, ran, data / name)
    blank = [figure(None)] * (len(evaluation.columns) - 1)
    absent: list[Row] = [(f"{peer.name}: not run, {peer.unavailable}", *blank) for peer in peers if peer.unavailable]
    run = load_run(out / name / WORKER)
    notes = (f"{len(documents)} documents, {run.date}, {run.engine} on {run.device}", run.hardware, _command(data))
    rows = (*evaluation.rows, *absent)
    return ResultTable(SETS[name].title, notes, evaluation.columns, rows), evaluation.wrong


def _command(data: Path) -> str:
    """The command line, with the data folder as DATA."""
    words = ("DATA" if Path(word) == data else word for word in sys.argv[1:])
    return shlex.join(["python", "benchmarks/accuracy.py", *words])


if __name__ == "__main__":
    sys.exit(main())
