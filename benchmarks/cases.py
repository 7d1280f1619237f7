"""How many small documents with known right values are read right, by kind, and how many line items of invoices.

    python benchmarks/cases.py FOLDER [NAME ...]      all of FOLDER, or the documents whose names begin so

FOLDER holds NAME.pdf (png, jpg, tif) with NAME.json beside it. A json with `line_items` is an invoice
(benchmarks/metrics/line_items.py), any other a case (benchmarks/metrics/case.py); its `input` holds further keys of the
job. A case's kind is the number that its name begins with: `03b-two-stamps` is of kind `03`. Mistakes are listed before
the tables. The exit status is 0 if all is right.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.metrics.case import wrong_in  # noqa: E402
from benchmarks.metrics.line_items import found_items  # noqa: E402

if TYPE_CHECKING:
    from extractor.engine import Engine

# The outputs that are asked for.
OUTPUTS = ["text", "elements", "tables"]


def main() -> int:
    """Reads the documents and prints the results. Exit status 0 if all is right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("names", nargs="*", metavar="NAME", help="what the names begin with (default: all)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    args = parser.parse_args()
    truths = [path for path in sorted(args.folder.glob("*.json")) if path.stem.startswith(tuple(args.names) or "")]
    if not truths:
        parser.error(f"there are no such documents in {args.folder}")
    from extractor.engine import Engine
    from extractor.settings import Settings

    engine = Engine.load(Settings(device=args.device))
    try:
        return _run(engine, truths)
    finally:
        engine.close()


def _run(engine: Engine, truths: list[Path]) -> int:
    """Reads all documents, prints the report, returns the exit status."""
    cases: dict[str, Counter[bool]] = {}
    items: Counter[str] = Counter()
    for path in truths:
        truth = json.loads(path.read_text(encoding="utf-8"))
        wanted = truth.get("line_items")
        if wanted is None and not {"about", "rows", "contains", "in_order"} & truth.keys():
            continue  # an invoice none of whose items is printed
        answer = _answer(engine, path, truth.get("input", {}))
        if wanted is None:
            wrong = wrong_in(truth, answer)
            cases.setdefault(_kind(path.stem), Counter())[not wrong] += 1
        else:
            found = found_items(wanted, answer["data"]["tables"] if answer["success"] else [])
            items.update(items=len(found), amount=sum(one for one, _ in found), whole=sum(one for _, one in found))
            wrong = [item["description"] for item, (_, whole) in zip(wanted, found, strict=True) if not whole]
        if wrong:
            print(f"{path.stem}: {'; '.join(wrong[:3])}", flush=True)
    _report(cases, items)
    right = sum(count[True] for count in cases.values())
    return 0 if right == sum(map(Counter.total, cases.values())) and items["whole"] == items["items"] else 1


def _answer(engine: Engine, truth: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The worker's answer about one document."""
    from extractor.errors import ExtractionError
    from extractor.request import parse_request

    document = next(path for path in truth.parent.glob(f"{truth.stem}.*") if path.suffix != ".json")
    content = base64.b64encode(document.read_bytes()).decode("ascii")
    job = {"document_content_base64": content, "filename": document.name, "outputs": OUTPUTS, **options}
    try:
        return engine.extract(parse_request(job), document_id=truth.stem)
    except ExtractionError as error:
        return error.answer(truth.stem)


def _kind(name: str) -> str:
    """The number that a name begins with, with the letter before it if there is one."""
    found = re.match(r"[a-z]?\d+", name)
    return found[0] if found else name


def _report(cases: dict[str, Counter[bool]], items: Counter[str]) -> None:
    """Prints the tables."""
    if cases:
        print("\nkind  right  cases")
        for kind, count in sorted(cases.items()):
            print(f"{kind:<4}  {count[True]:>5}  {count.total():>5}")
        right = sum(count[True] for count in cases.values())
        print(f"all   {right:>5}  {sum(map(Counter.total, cases.values())):>5}")
    if items["items"]:
        amount, whole = items["amount"] / items["items"], items["whole"] / items["items"]
        print(f"\n{items['items']} line items: {amount:.3f} with their amount in one row, {whole:.3f} whole")


if __name__ == "__main__":
    sys.exit(main())
