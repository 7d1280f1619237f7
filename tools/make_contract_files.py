"""Write schemas/answer.schema.json and schemas/input.schema.json, from the contract's models:
`python -m tools.make_contract_files`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from extractor.contract.schemas import answer_schema, input_schema

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {"answer.schema.json": answer_schema, "input.schema.json": input_schema}


def files() -> dict[Path, str]:
    """The files' texts."""
    return {
        ROOT / "schemas" / name: json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
        for name, schema in SCHEMAS.items()
    }


def main() -> int:
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
