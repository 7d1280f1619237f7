"""Broken, odd and encrypted documents: each must end in a result or a typed error, and the worker must live.

    python benchmarks/robustness.py FOLDER [--deadline 10] [--verbose] [--markdown]

Every file of FOLDER goes through one engine, one after the other; after the last, the invoice of test_input.json must
still be read whole. A document of many pages stops at the deadline with its finished pages: that is a result.
"""

from __future__ import annotations

import argparse
import base64
import sys
from collections import Counter
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

from benchmarks.hardware import hardware  # noqa: E402
from benchmarks.result_table import ResultTable  # noqa: E402
from tests.documents import invoice_pdf  # noqa: E402


def main() -> int:
    """Run every file and print what became of them. Exit status 1 where anything ended otherwise."""
    from extractor.engine import Engine
    from extractor.errors import ExtractionError
    from extractor.request import parse_request
    from extractor.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--deadline", type=float, default=10.0, help="seconds for each document")
    parser.add_argument("--verbose", action="store_true", help="say what became of each file")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()

    engine = Engine.load(Settings(page_timeout_s=args.deadline))
    outcomes: Counter[str] = Counter()

    def run(content: bytes, deadline: float) -> str:
        encoded = base64.b64encode(content).decode("ascii")
        request = parse_request({"document_content_base64": encoded, "deadline_s": deadline})
        try:
            pages = engine.extract(request, document_id="robustness")["metadata"]["pages"]
        except ExtractionError as error:
            return error.code
        except Exception as error:
            return f"UNTYPED {type(error).__name__}"
        return "result, with failed pages" if pages["failed"] else "result"

    try:
        for path in tqdm(sorted(args.folder.iterdir()), unit="file", disable=not sys.stderr.isatty()):
            outcome = run(path.read_bytes(), args.deadline)
            outcomes[outcome] += 1
            if args.verbose:
                print(f"{path.name}: {outcome}", flush=True)
        alive = run(invoice_pdf(), 600.0) == "result"
    finally:
        engine.close()
    table = ResultTable(
        f"Robustness: {outcomes.total()} files",
        (f"{hardware()}; {engine.device}", f"the worker {'lives' if alive else 'IS DEAD'} afterwards"),
        ("outcome", "files"),
        tuple((outcome, str(count)) for outcome, count in outcomes.most_common()),
    )
    print(table.markdown() if args.markdown else table.plain())
    return 0 if alive and not any(outcome.startswith("UNTYPED") for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
