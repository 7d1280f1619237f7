"""The documents that the worker reads worst, on one HTML page to look at.

    python benchmarks/accuracy.py DATA --sets odl           first: its answers are what is shown
    python benchmarks/worst.py DATA                         the 12 pages with the lowest overall score
    python benchmarks/worst.py DATA --by teds --count 20    ... the lowest table scores
    python benchmarks/worst.py DATA --set sroie             the receipts with the most wrong characters

Writes `worst.html` into the folder of the answers; it needs a browser only. No engine is loaded.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.answers import load, missing, output  # noqa: E402
from benchmarks.comparison_page import Case, comparison_page  # noqa: E402
from benchmarks.metrics.page_score import PageScore  # noqa: E402
from benchmarks.metrics.text_errors import text_errors  # noqa: E402
from benchmarks.result_table import figure  # noqa: E402
from benchmarks.sets.data_set import WORKER  # noqa: E402
from benchmarks.sets.odl import MarkdownPage, page_scores  # noqa: E402
from benchmarks.sets.odl import documents as odl_documents  # noqa: E402
from benchmarks.sets.sroie import Receipt  # noqa: E402
from benchmarks.sets.sroie import documents as sroie_documents  # noqa: E402

OUT = ROOT / "benchmarks" / "out"
SCORES = ("overall", "nid", "teds", "mhs")


def main() -> int:
    """Writes the page. Returns the exit status, 0."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder that holds odl/, sroie/")
    parser.add_argument("--set", choices=("odl", "sroie"), default="odl")
    parser.add_argument("--by", choices=SCORES, default="overall", help="the score that counts, of the set odl")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--out", type=Path, default=OUT, help="where accuracy.py kept the answers")
    args = parser.parse_args()
    answers = args.out / args.set / WORKER
    if args.set == "odl":
        pages = odl_documents(args.data / "odl")
        kept = [page for page in pages if page not in missing(pages, answers)]
        cases, by = worst_pages(kept, answers, args.by, args.count), args.by
    else:
        receipts = sroie_documents(args.data / "sroie")
        kept_receipts = [receipt for receipt in receipts if receipt not in missing(receipts, answers)]
        cases, by = worst_receipts(kept_receipts, answers, args.count), "character error rate"
    if not cases:
        parser.error(f"there are no answers in {answers}: run accuracy.py first")
    target = args.out / "worst.html"
    target.write_text(comparison_page(f"{args.set}: the {len(cases)} worst by {by}", cases), encoding="utf-8")
    print(target)
    return 0


def worst_pages(pages: Sequence[MarkdownPage], answers: Path, by: str, count: int) -> list[Case]:
    """The pages with the lowest score of the kind `by`, lowest first; pages without that score are left out."""
    kept = {page.name: load(page.name, answers) for page in pages}
    readings = {name: output(answer, "markdown") for name, answer in kept.items()}
    scores = page_scores(pages, readings)
    scored = [page for page in pages if page.name in scores and getattr(scores[page.name], by) is not None]
    worst = sorted(scored, key=lambda page: float(getattr(scores[page.name], by)))[:count]
    return [
        Case(
            page.name,
            page.path,
            _described(scores[page.name]),
            page.markdown,
            readings[page.name],
            kept[page.name],
        )
        for page in worst
    ]


def _described(score: PageScore) -> str:
    """The scores in words."""
    return "  ".join(f"{name} {figure(getattr(score, name))}" for name in SCORES)


def worst_receipts(receipts: Sequence[Receipt], answers: Path, count: int) -> list[Case]:
    """The receipts with the highest character error rate, highest first."""
    cases = []
    for receipt in receipts:
        answer = load(receipt.name, answers)
        truth, text = receipt.text(), output(answer, "text")
        errors = text_errors(truth, text)
        scores = (
            f"CER {errors.character_error_rate:.3f}  WER {errors.word_error_rate:.3f}  "
            f"numbers {errors.numbers_found} of {errors.numbers}"
        )
        case = Case(receipt.name, receipt.path, scores, truth.lower(), text.lower(), answer)
        cases.append((errors.character_error_rate, case))
    return [case for _, case in sorted(cases, key=lambda pair: -pair[0])[:count]]


if __name__ == "__main__":
    sys.exit(main())
