"""How long the words of a text layer take: PDFium, as page processes use it, next to docling-parse.

    python benchmarks/text_layers.py DATA/odl/pdfs [--limit N] [--markdown]

On the same files: each is opened and the words of all its pages are read, by one and then by the other, in processes
that have read files before; the median of three. Both give words with boxes. PDFium's come with size, weight and slant
of their font, and with whether the layer is sound.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.peer_runs import AskedPeer, make_environment  # noqa: E402
from benchmarks.result_table import ResultTable, figure  # noqa: E402
from benchmarks.workload import command  # noqa: E402

# Repetitions whose median counts.
REPEAT = 3


def main() -> int:
    """Measures and prints the table. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pdfs", type=Path, metavar="PDFS")
    parser.add_argument("--limit", type=int, metavar="N")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "out")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    peer = AskedPeer(make_environment(args.out / "peers-venv"), "docling_parse")
    if peer.unavailable is not None:
        parser.error(f"docling-parse cannot run here: {peer.unavailable}")
    ours, theirs = [], []
    for path in sorted(args.pdfs.glob("*.pdf"))[: args.limit]:
        own, other = [], []
        for _ in range(REPEAT):
            own.append(_seconds(path))
            taken = peer.seconds(path)
            if taken is not None:
                other.append(taken)
        if other:
            ours.append(statistics.median(own))
            theirs.append(statistics.median(other))
    peer.close()
    ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
    rows = tuple(
        (
            name,
            figure(statistics.median(times) * 1000, 1),
            figure(statistics.fmean(times) * 1000, 1),
            figure(times_ours, 2),
        )
        for name, times, times_ours in (
            ("PDFium (pypdfium2)", ours, 1.0),
            (f"docling-parse {peer.version}", theirs, ratio),
        )
    )
    notes = (f"{len(ours)} files; {hardware()}", command("text_layers.py"))
    columns = ("words of a file", "median, ms", "mean, ms", "times PDFium's")
    table = ResultTable("Text layer: PDFium and docling-parse", notes, columns, rows)
    print(table.markdown() if args.markdown else table.plain())
    return 0


def _seconds(path: Path) -> float:
    """PDFium's time for all words of the file, in seconds."""
    import pypdfium2 as pdfium

    from extractor.pages.text_layer import read_text_layer

    started = time.perf_counter()
    document = pdfium.PdfDocument(path)
    for page in document:
        read_text_layer(page.raw)
    document.close()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
