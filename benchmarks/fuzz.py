"""Documents broken at random: none may end or block the worker, or end in an error that is not typed.

    python benchmarks/fuzz.py [--minutes 5] [--seed 1] [--seeds FOLDER] [--engine-every 0] [--keep FOLDER]

Starts from documents made here (and the files of FOLDER). They are changed as bytes (bits, numbers, pieces cut out,
doubled, exchanged with another document's) and in their structure (inside a PDF's deflated streams, which are packed
again). Each goes through a job's steps in one page process: identify, open, read the first two pages. The same seed
makes the same documents. Every Nth also goes through the whole engine (`--engine-every`). A crash of the page process
is an outcome. It is a failure where the error is not typed, where the wall clock ended it, or where the page processes
had to be restarted. `--keep` stores documents that failed, crashed, or raised an unforeseen exception of a parser.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.hostile_runs import Watch, run  # noqa: E402
from benchmarks.result_table import ResultTable  # noqa: E402
from tests import bombs, documents  # noqa: E402

if TYPE_CHECKING:
    from extractor.engine import Engine
    from tests.page_readers import PageReaders

# Pages that are read of each document.
PAGES = 2
# Max size of a seed document, in bytes.
LARGEST_SEED = 300_000
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_NUMBER = re.compile(rb"-?\d+(\.\d+)?")
_NAME = re.compile(rb"/[A-Za-z0-9]+")
NUMBERS = (b"0", b"-1", b"1", b"65535", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"1e99", b"0.00001")
PIECES = (b"\x00" * 16, b"\xff" * 16, b"<<" * 50, b"[" * 50, b"(" * 50, b"%", b"endobj", b"endstream", b"null", b"R ")


def own_documents() -> list[bytes]:
    """Small documents like those of the worker's tests, as bytes."""
    prose = [f"Entry {n}: the harbour office lists vessel number {n} at berth {n + 3}." for n in range(6)]
    text = documents.text_pdf([prose, prose[:2]])
    picture = documents.text_image(["Receipt 4711", "Total 80.90"], 14)
    frames = {"save_all": True, "append_images": [picture.rotate(180)]}
    images = [documents.image_bytes(picture, name) for name in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")]
    images += [documents.image_bytes(picture, name, **frames) for name in ("TIFF", "GIF", "PNG", "WEBP", "MPO")]
    images += [
        documents.image_bytes(picture.convert(mode), "TIFF", compression=packing)
        for mode, packing in (("1", "group4"), ("L", "tiff_lzw"), ("RGB", "jpeg"), ("CMYK", "packbits"), ("F", None))
    ]
    images += [documents.image_bytes(Image.new("I;16", (40, 30), 9000), "PNG")]
    images += [documents.image_bytes(picture.convert("P"), "PNG", transparency=0)]
    pdfs = [
        text,
        documents.invoice_pdf(),
        documents.encrypted(text, ""),
        documents.rotated(text, 90),
        documents.scanned_pdf(documents.text_pdf([prose[:2]]), 30),
        documents.mapped_pdf([["a", "fi", "\ud83d\ude00", " ", "b"]]),
        bombs.nested_forms_pdf(3, 2),
        bombs.pattern_pdf().replace(b"0.001", b"40"),
        bombs.shading_pdf().replace(b"sin cos exch sin cos exch " * 19990, b""),
        bombs.jpeg2000_pdf().replace(b"30000", b"64"),
        bombs.fax_pdf().replace(b"60000", b"64"),
        bombs.annotations_pdf(5),
        bombs.bookmarks_pdf(5),
        bombs.million_pages_pdf((3, 3)),
    ]
    return [*pdfs, *images]


def mutated(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """The document, changed in one to six ways. `others`: documents to take pieces from."""
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        ways = [_bits, _bytes_over, _cut_out, _doubled, _put_in, _cut_off, _exchanged, _numbers, _names]
        if content.count(b"endstream"):
            ways += [_inside_a_stream] * 6
        content = chance.choice(ways)(content, others, chance)
    return content


def _span(content: bytes, chance: random.Random, longest: int = 200) -> tuple[int, int]:
    """A random span of the content, at most so long: start and end."""
    first = chance.randrange(len(content) + 1)
    return first, min(len(content), first + chance.randrange(1, longest))


def _bits(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """Some bits flipped."""
    changed = bytearray(content)
    for _ in range(min(len(changed), chance.randrange(1, 20))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _bytes_over(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A span overwritten."""
    first, last = _span(content, chance, 16)
    return content[:first] + chance.randbytes(last - first) + content[last:]


def _cut_out(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A span removed."""
    first, last = _span(content, chance)
    return content[:first] + content[last:]


def _doubled(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A span doubled."""
    first, last = _span(content, chance)
    return content[:last] + content[first:last] * chance.choice((1, 1, 2, 100)) + content[last:]


def _put_in(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A piece inserted."""
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(PIECES) + content[at:]


def _cut_off(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """The end removed."""
    return content[: chance.randrange(len(content) // 2, len(content) + 1)] if content else content


def _exchanged(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A span exchanged with another document's."""
    other = chance.choice(others)
    first, last = _span(other, chance, 2000)
    at = chance.randrange(len(content) + 1)
    return content[:at] + other[first:last] + content[at + chance.choice((0, last - first)) :]


def _replaced(pattern: re.Pattern[bytes], content: bytes, choices: Sequence[bytes], chance: random.Random) -> bytes:
    """A match of the pattern replaced by one of the choices."""
    found = list(pattern.finditer(content))
    if not found:
        return content
    match = chance.choice(found)
    return content[: match.start()] + chance.choice(choices) + content[match.end() :]


def _numbers(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A number replaced."""
    return _replaced(_NUMBER, content, NUMBERS, chance)


def _names(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A PDF name replaced."""
    names = _NAME.findall(content)
    return _replaced(_NAME, content, names, chance) if names else content


def _inside_a_stream(content: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A deflated stream changed inside and packed again."""
    match = chance.choice(list(_STREAM.finditer(content)) or [None])
    if match is None:
        return content
    inside = match[1]
    try:
        plain = zlib.decompressobj().decompress(inside, 2_000_000)
    except zlib.error:
        plain = None
    ways = (_bits, _bytes_over, _cut_out, _doubled, _put_in, _numbers, _numbers, _names)
    changed = chance.choice(ways)(inside if plain is None else plain, others, chance)
    packed = changed if plain is None else zlib.compress(changed)
    return content[: match.start(1)] + packed + content[match.end(1) :]


def outcome_of(readers: PageReaders, path: Path) -> str:
    """How the document ends: its pages' outcomes, or its error's code; `FAILURE` where it must not end so."""
    from extractor.errors import ExtractionError
    from extractor.formats import identify
    from extractor.page_processes.failures import Failure

    started = time.perf_counter()
    try:
        document = identify(path)
        outline = readers.open(document, None)
        ends = []
        for number in range(1, min(outline.pages, PAGES) + 1):
            page = readers.read(document, number)
            if not isinstance(page, Failure):
                ends.append("read")
                continue
            ends.append(_named(page.error))
            if page.fatal:
                break
        found = max(ends, key=ends.count, default="no pages") if "read" not in ends else "read"
        found = next((end for end in ends if end.startswith(("FAILURE", "crash"))), found)
    except ExtractionError as error:
        found = _named(error)
    except Exception as error:
        return f"FAILURE untyped {type(error).__name__}: {error}"
    return found if time.perf_counter() - started < 90 else "FAILURE hang"


def _named(error: Exception) -> str:
    """How the error counts: by its code, as a crash, or as a `FAILURE`."""
    message = str(error)
    code = str(getattr(error, "code", ""))
    if "takes too long" in message or "in time" in message or code in ("INTERNAL", "WORKER_UNHEALTHY"):
        return f"FAILURE {code} {message}"
    if "crashes the reader" in message:
        return "crash of the page process"
    if "processor time" in message:
        return "out of processor time"
    caught = re.search(r"\((\w+)\)$", message)
    return f"{code}, foreseen by no one ({caught[1]})" if caught and "cannot be" in message else code


@dataclass
class Outcomes:
    """Counts of outcomes; failures are listed, and their documents written to the folder `keep`."""

    keep: Path | None
    counted: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def note(self, name: str, outcome: str, content: bytes) -> None:
        """Counts one document."""
        self.counted[outcome.split(":")[0]] += 1
        if outcome.startswith(("FAILURE", "UNTYPED")):
            self.failures.append(f"{name}: {outcome}")
        if outcome.startswith(("FAILURE", "UNTYPED", "crash")) or "foreseen by no one" in outcome:
            print(f"{name}: {outcome}", file=sys.stderr, flush=True)
            if self.keep is not None:
                self.keep.mkdir(parents=True, exist_ok=True)
                (self.keep / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


@dataclass(frozen=True)
class Worker:
    """One page process, and the whole engine if wanted, both watched."""

    readers: PageReaders
    engine: Engine | None
    watch: Watch

    @classmethod
    def start(cls, *, with_engine: bool) -> Worker:
        """A worker with low limits, so that documents end soon."""
        from extractor.engine import Engine
        from extractor.settings import Settings
        from tests.page_readers import PageReaders

        settings = Settings(page_processes=1, page_cpu_s=2, page_timeout_s=45, open_timeout_s=45, page_memory_mb=400)
        engine = Engine.load(settings) if with_engine else None
        return cls(PageReaders(settings), engine, Watch(0.1))

    def read(self, content: bytes) -> str:
        """How the document ends in the page process."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "document")
            path.write_bytes(content)
            return outcome_of(self.readers, path)

    def close(self) -> None:
        """Ends the processes."""
        self.watch.stop()
        self.readers.pool.close()
        if self.engine is not None:
            self.engine.close()


def _break_documents(args: argparse.Namespace, seeds: Sequence[bytes], worker: Worker, outcomes: Outcomes) -> int:
    """Breaks documents until the time is up. Returns how many."""
    end = time.monotonic() + 60 * args.minutes
    index = 0
    while time.monotonic() < end:
        chance = random.Random(f"{args.seed}-{index}")
        content = mutated(chance.choice(seeds), seeds, chance)
        outcomes.note(str(index), worker.read(content), content)
        if worker.engine is not None and index % args.engine_every == 0:
            ended = run(worker.engine, worker.watch, content, deadline_s=20, ocr="never", pages=None)
            outcomes.note(f"{index}, engine", f"engine: {ended.name}" if ended.typed else ended.name, content)
        index += 1
    return index


def main() -> int:
    """Breaks documents and prints how they ended. Exit status 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=Path, help="a folder of further documents to start from")
    parser.add_argument("--engine-every", type=int, default=0, help="give every Nth document to the whole engine too")
    parser.add_argument("--keep", type=Path, help="a folder for what failed or crashed")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    seeds = own_documents()
    if args.seeds is not None:
        files = sorted(path for path in args.seeds.iterdir() if path.stat().st_size <= LARGEST_SEED)
        seeds += [path.read_bytes() for path in files]
    worker, outcomes = Worker.start(with_engine=args.engine_every > 0), Outcomes(args.keep)
    try:
        broken = _break_documents(args, seeds, worker, outcomes)
        alive = worker.read(documents.invoice_pdf()) == "read"
    finally:
        worker.close()
    table = ResultTable(
        f"Fuzzing: {broken} documents from {len(seeds)}, seed {args.seed}",
        (
            hardware(),
            "command: python benchmarks/fuzz.py " + " ".join(sys.argv[1:]),
            f"failures: {len(outcomes.failures)}; page processes seen: {len(worker.watch.seen)}",
            f"the worker {'lives' if alive else 'IS DEAD'} afterwards",
        ),
        ("outcome", "documents"),
        tuple((outcome, str(count)) for outcome, count in outcomes.counted.most_common()),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0 if alive and not outcomes.failures else 1


if __name__ == "__main__":
    sys.exit(main())
