"""What a page costs the host's processor beside the GPU's work, on any machine, next to an older commit.

    python benchmarks/host_cost.py                            documents made here, against the commit before
    python benchmarks/host_cost.py DATA --against 3798ce5     real ones (DATA/odl/pdfs, DATA/sroie/img)
    python benchmarks/host_cost.py DATA --preset invoice      with the fields of a preset, against this commit without

Models answer at once, from a recording made a moment before (`recorded_models.py`): the table counts all that a page
takes beside the device's own work. Both commits are measured in one run, in turn, each in a process of its own with
page processes of its own. On a shared machine absolute figures drift by half from hour to hour; a ratio does not.
Core-milliseconds are processor time of all threads, user and system.

Pages a second: what one interpreter allows if the worker process is one (1000 / its milliseconds), and what 16 cores
allow (16,000 / those of all processes). On a GPU the lower one, or the GPU, decides.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.recorded_engine import Taken, Task  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from benchmarks.workload import command, mixed_documents, scanned  # noqa: E402

# Files of a folder that are candidates: the smallest, which are short pages; of them the first by name are taken.
SMALLEST = 70
# Kind -> number of documents, and how often each is read in a round: seconds of work, so that clocks are precise
# enough.
DOCUMENTS = {"digital page": (10, 4), "scan, 150 dpi": (4, 4), "receipt photo": (4, 4)}
# Jobs at a time; rounds of each side.
JOBS = 4
ROUNDS = 2


class Side:
    """One commit's engine, in a process of its own, and the preset whose fields it is asked for."""

    def __init__(self, name: str, checkout: Path, folder: Path, preset: str | None = None) -> None:
        self.name = name
        self.preset = preset
        # The benchmarks of this checkout, the extractor of the other one.
        (folder / "extractor").symlink_to(checkout / "extractor")
        (folder / "benchmarks").symlink_to(ROOT / "benchmarks")
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", "benchmarks.recorded_engine", ROOT / "models"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Threads of the recording wait asleep: on a shared machine they take no time from each other.
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
        )

    def begin(self, task: Task) -> None:
        """Sends the task."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(task)) + "\n")
        self._process.stdin.flush()

    def taken(self) -> Taken:
        """What the task took, once it is done. Raises `RuntimeError` where the process has ended."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name}: the engine ended ({self._process.wait()})")
        return Taken(**json.loads(line))

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._process.terminate()
        self._process.communicate()


def main() -> int:
    """Measures and prints the table. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", help="a folder with odl/pdfs and sroie/img")
    parser.add_argument("--against", default="HEAD~1", metavar="REF", help="the other commit (default: HEAD~1)")
    parser.add_argument("--preset", help="what the fields of a preset cost, instead of the other commit")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="host-cost-")))
        # Each side reads in a folder of its own.
        kinds = _documents(args.data and args.data.resolve(), folder)
        if args.preset:
            checkouts = {f"{args.preset} fields": ROOT, "none": ROOT}
        else:
            checkouts = {"this": ROOT, args.against: stack.enter_context(_checked_out(args.against, folder / "before"))}
        sides = []
        for number, (name, checkout) in enumerate(checkouts.items()):
            own = folder / str(number)
            own.mkdir()
            sides.append(Side(name, checkout, own, args.preset if number == 0 else None))
            stack.callback(sides[-1].close)
        taken = {kind: _measured(sides, kind, paths, args.rounds) for kind, paths in kinds.items()}
    result = result_of(taken, (sides[0].name, sides[1].name), (hardware(), command("host_cost.py")))
    print(result.markdown() if args.markdown else result.plain())
    return 0


def _documents(data: Path | None, folder: Path) -> dict[str, list[str]]:
    """The paths of the documents, by kind."""
    if data is None:
        from tests.photos import receipt_photo

        pdfs = list(mixed_documents().values())
        photos = []
        for table in ("wood", "stone"):
            photos.append(folder / f"{table}.jpg")
            receipt_photo(table).save(photos[-1], quality=90)
        receipts = [str(path) for path in photos]
    else:
        digital, _, photos = DOCUMENTS
        pdfs = [path.read_bytes() for path in _short(data / "odl" / "pdfs", "pdf", DOCUMENTS[digital][0])]
        receipts = [str(path) for path in _short(data / "sroie" / "img", "jpg", DOCUMENTS[photos][0])]
    contents = (pdfs, [scanned(pdf) for pdf in pdfs[: DOCUMENTS["scan, 150 dpi"][0]]])
    kinds: dict[str, list[str]] = {}
    for kind, files in zip(DOCUMENTS, contents, strict=False):
        for number, content in enumerate(files):
            path = folder / f"{kind.split(',')[0]} {number}.pdf"
            path.write_bytes(content)
            kinds.setdefault(kind, []).append(str(path))
    return {**kinds, "receipt photo": receipts}


def _short(folder: Path, ending: str, count: int) -> list[Path]:
    """The first by name of the folder's smallest files."""
    smallest = sorted(folder.glob(f"*.{ending}"), key=lambda path: path.stat().st_size)[:SMALLEST]
    return sorted(smallest)[:count]


@contextmanager
def _checked_out(reference: str, folder: Path) -> Iterator[Path]:
    """The commit's files, in a git worktree that is removed afterwards."""
    git = ["git", "-C", ROOT, "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", folder, reference], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", folder], check=True)


def _measured(sides: Sequence[Side], kind: str, paths: list[str], rounds: int) -> list[list[Taken]]:
    """What each round took on each side, in turn; both have recorded the documents before."""
    print(f"{kind}: {len(paths)} documents are recorded", file=sys.stderr)
    for side in sides:
        # With the fields, too: what a page process loads for them, it loads once.
        side.begin(Task(paths, 1, JOBS, side.preset))
    for side in sides:
        side.taken()
    taken: list[list[Taken]] = [[] for _ in sides]
    for turn in range(rounds):
        order = list(enumerate(sides))
        for number, side in order if turn % 2 == 0 else reversed(order):
            side.begin(Task(paths, DOCUMENTS[kind][1], JOBS, side.preset))
            taken[number].append(side.taken())
            pages = taken[number][-1].pages
            print(f"{kind}: {side.name}, {pages} pages read, {turn + 1} of {rounds}", file=sys.stderr)
    return taken


def result_of(
    taken: Mapping[str, Sequence[Sequence[Taken]]], names: tuple[str, str], notes: tuple[str, ...]
) -> ResultTable:
    """The table: for each kind the rounds of both sides, this commit's first. A ratio is the median over rounds."""
    rows: list[Row] = []
    told = list(notes)
    for number, name in enumerate(names):
        every = [round_ for sides in taken.values() for round_ in sides[number]]
        missed, differing = sum(one.missed for one in every), sum(one.differing for one in every)
        told.append(
            f"{name}: {every[0].replaces} answered from a recording; not in it: {missed} batches; "
            f"answers that differ from the recorded ones: {differing}"
        )
    for kind, (this, before) in taken.items():
        cells: list[str] = []
        for part in ("all_s", "worker_s"):
            own, theirs = (_milliseconds(rounds, part) for rounds in (this, before))
            ratio = statistics.median(
                getattr(one, part) / one.pages / (getattr(other, part) / other.pages)
                for one, other in zip(this, before, strict=True)
            )
            cells += [figure(own, 1), figure(theirs, 1), figure(ratio, 2)]
        allowed = [
            figure(cores * 1000 / _milliseconds(this, part), 0) for cores, part in ((1, "worker_s"), (16, "all_s"))
        ]
        pages = sum(one.pages for one in this)
        crossed = f"{sum(one.up_bytes for one in this) / pages / 1e6:.1f} / "
        crossed += f"{sum(one.down_bytes for one in this) / pages / 1e6:.2f}"
        rows.append((kind, str(pages), *cells, *allowed, crossed))
    columns = ("core-ms a page", "pages", "all", names[1], "ratio", "worker", names[1], "ratio")
    columns += ("pages/s, one interpreter", "pages/s, 16 cores", "MB up / down a page")
    return ResultTable("Host cost beside the device", tuple(told), columns, tuple(rows))


def _milliseconds(rounds: Sequence[Taken], part: str) -> float:
    """Core-milliseconds a page over all rounds."""
    return sum(getattr(one, part) for one in rounds) / sum(one.pages for one in rounds) * 1000


if __name__ == "__main__":
    sys.exit(main())
