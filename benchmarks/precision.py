"""What float16, in which GPUs compute, changes against float32 on real pages; or bfloat16.

    python benchmarks/precision.py DATA [--dtype float16|bfloat16] [--limit N] [--markdown]

DATA holds odl/pdfs and sroie/img. Layout: regions of both (score over the model's threshold), matched by the nearest
box; the largest difference of a side, in pixels of the model's square input. Text: lines that the float32 detector
finds on the receipts, read by both from the same crop, so that a difference is the recogniser's. On a processor without
such arithmetic this is slow, and gives the same.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from benchmarks.workload import command  # noqa: E402

if TYPE_CHECKING:
    from extractor.models.model_set import Models
    from extractor.models.pictures import Pixels

# Max distance of two regions that are one; of two that agree; in pixels.
SAME_REGION = 16.0
WITHIN = 2.0


def main() -> int:
    """Compares and prints the table. Returns the exit status, 0."""
    from extractor.decoding.regions import regions_from
    from extractor.languages import DEFAULT_RECOGNISER
    from extractor.models.layout import LayoutRow
    from extractor.models.model_set import Models
    from extractor.models.pictures import pixels_on
    from extractor.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--limit", type=int, metavar="N")
    parser.add_argument("--dtype", choices=("float16", "bfloat16"), default="float16")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    device = torch.device(args.device)
    torch.set_flush_denormal(True)  # as in the threads that run them
    exact, rounded = (Models(Settings().models_dir, device, Settings(dtype=dtype)) for dtype in ("float32", args.dtype))
    rows: list[Row] = []

    found = [0, 0]
    other_label = 0
    apart: list[float] = []
    for page in _pages(sorted((args.data / "odl" / "pdfs").glob("*.pdf"))[: args.limit]):
        row = LayoutRow(pixels_on(device, page))
        both = [
            regions_from(models.layout.start([row]).wait()[0], models.facts.kinds, 800, 800)
            for models in (exact, rounded)
        ]
        found = [count + len(regions) for count, regions in zip(found, both, strict=True)]
        for region in both[0]:
            nearest = min(both[1], key=lambda other: _distance(region.box, other.box), default=None)
            if nearest is not None and _distance(region.box, nearest.box) < SAME_REGION:
                apart.append(_distance(region.box, nearest.box))
                other_label += nearest.kind != region.kind
    rows += [
        (f"regions, float32 / {args.dtype}", f"{found[0]} / {found[1]}"),
        ("of these found by both", str(len(apart))),
        ("with another label", str(other_label)),
        ("side's difference, median, pixels", figure(float(np.median(apart)), 3)),
        ("side's difference, 99 %, pixels", figure(float(np.percentile(apart, 99)), 3)),
        (f"within {WITHIN:g} pixels", figure(float(np.mean(np.array(apart) <= WITHIN)), 4)),
    ]

    lines = same = 0
    for path in tqdm(sorted((args.data / "sroie" / "img").glob("*.jpg"))[: args.limit], unit="receipt"):
        with Image.open(path) as photo:
            pixels = pixels_on(device, np.asarray(photo.convert("RGB")))
        for texts in _texts(pixels, exact, rounded, DEFAULT_RECOGNISER):
            lines += 1
            same += texts[0] == texts[1]
    rows += [("lines of text", str(lines)), ("with the same text", figure(same / lines, 4))]
    notes = (f"{hardware()}; {device}", command("precision.py"))
    table = ResultTable(f"{args.dtype} against float32", notes, ("measure", "figure"), tuple(rows))
    print(table.markdown() if args.markdown else table.plain())
    return 0


def _pages(paths: Sequence[Path]) -> Iterator[np.ndarray]:
    """The first page of each PDF, drawn as layout sees it."""
    import pypdfium2 as pdfium

    for path in tqdm(paths, unit="page"):
        document = pdfium.PdfDocument(path)
        yield np.asarray(document[0].render(scale=2).to_pil().convert("RGB"))
        document.close()


def _distance(a: Sequence[float], b: Sequence[float]) -> float:
    """The largest difference of a side."""
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


def _texts(pixels: Pixels, exact: Models, rounded: Models, name: str) -> Iterator[tuple[str, str]]:
    """Each line's text by both recognisers."""
    from extractor.decoding.ctc import words_of_line
    from extractor.decoding.text_boxes import text_boxes
    from extractor.models.shapes import detection_fit, line_content, line_width
    from extractor.models.text_detection import DetectionRow
    from extractor.models.text_recognition import LineRows

    shapes = exact.facts.shapes
    fit = detection_fit(shapes, pixels.height, pixels.width)
    text_map = exact.detector.start([DetectionRow(pixels, fit)]).wait()[0]
    for quad in text_boxes(text_map, pixels.height, pixels.width):
        content = line_content(quad[None], 0)
        width = line_width(shapes, int(content[0]))
        row = LineRows(pixels, quad[None], np.zeros(1, np.uint8), content, width, frozenset())
        read = []
        for models in (exact, rounded):
            steps = models.recognisers[name].start([row]).wait()[0]
            words = words_of_line(steps, int(content[0]), models.facts.symbols[name])
            read.append(" ".join(word.text for word in words))
        yield read[0], read[1]


if __name__ == "__main__":
    sys.exit(main())
