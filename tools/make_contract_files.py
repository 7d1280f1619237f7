"""Write schemas/*.schema.json, the table of docs/answer.md and the outputs in README.md, from the contract's types and
its tables of words: `python -m tools.make_contract_files`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from extractor.contract.named_types import error_meaning
from extractor.contract.refusals import REFUSALS
from extractor.contract.schemas import answer_schema
from extractor.contract.views import Output
from extractor.errors import ERRORS
from extractor.request import input_schema
from extractor.values.element_types import ELEMENT_TYPES, SOURCES
from extractor.values.notices import KINDS
from extractor.values.wanted import FIELD_SOURCES

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {"answer.schema.json": answer_schema, "input.schema.json": input_schema}
README = ROOT / "README.md"
# The README's row of the key `outputs`, up to its meaning.
_OUTPUTS = re.compile(r"^(\| `outputs` \|[^|]*\| any of )[^|]*(?= \|$)", re.MULTILINE)
DOCS = ROOT / "docs" / "answer.md"
# What is below it is made.
_MADE = "<!-- made by tools.make_contract_files -->\n"


def files() -> dict[Path, str]:
    """The files' texts, by their paths."""
    texts = {
        ROOT / "schemas" / name: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
        for name, schema in SCHEMAS.items()
    }
    written, mark, _ = DOCS.read_text(encoding="utf-8").partition(_MADE)
    outputs = ", ".join(get_args(Output))
    readme = _OUTPUTS.sub(lambda row: row[1] + outputs, README.read_text(encoding="utf-8"))
    return texts | {DOCS: written + mark + table(), README: readme}


def table() -> str:
    """Every word of an answer, as a table in markdown."""
    rows = [("where", "word", "meaning", "retryable", "what to do"), ("---",) * 5, *_rows()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _rows() -> Iterator[tuple[str, str, str, str, str]]:
    for type_, meaning in ELEMENT_TYPES.items():
        yield "`elements`: `type`", f"`{type_}`", meaning, "", ""
    for source, meaning in SOURCES.items():
        yield "`elements`, `lines`: `source`", f"`{source}`", meaning, "", ""
    for said, meaning in FIELD_SOURCES.items():
        yield "`fields`: `source`", f"`{said}`", meaning, "", ""
    for notice, kind in sorted(KINDS.items()):
        yield "`notices`: `code`", f"`{notice}`", kind.when, "", kind.advice
    for error in ERRORS:
        retryable = "yes" if error.retryable else "no"
        yield (
            "`error_code`, `failed`: `code`",
            f"`{error.code}`",
            error_meaning(error).rstrip("."),
            retryable,
            error.advice,
        )
    for code, refused in REFUSALS.items():
        retryable = "yes" if refused.retryable else "no"
        yield "`error_code`, HTTP alone", f"`{code}`", refused.when.rstrip("."), retryable, refused.advice


def main() -> int:
    """The exit status, 0. Writes the files."""
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
