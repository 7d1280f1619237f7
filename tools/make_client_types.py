"""Write what the clients know of the contract, from schemas/ and the errors: `python -m tools.make_client_types`.

The Python client's types are made here; the TypeScript client's by `npm run types` in clients/typescript, from the same
schemas. The codes that are worth another try are made here for both.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from extractor.errors import ERRORS

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / "clients" / "python" / "zopilot_client"
TYPESCRIPT = ROOT / "clients" / "typescript" / "src"
MADE = "Made by `python -m tools.make_client_types`; not to be edited."
_OPTIONS = (
    *("--input-file-type", "jsonschema", "--output-model-type", "typing.TypedDict", "--target-python-version", "3.11"),
    *("--use-schema-description", "--use-field-description", "--use-typed-nullable-map-values"),
    *("--enum-field-as-literal", "all", "--formatters", "builtin"),
    # Closed ones are no part of Python 3.11: the package would need another one for a type that no checker asks for.
    "--no-use-closed-typed-dict",
)


def job_input() -> dict[str, Any]:
    """The schema of a job's input with all its keys optional: a client has the document beside them."""
    schema: dict[str, Any] = json.loads((ROOT / "schemas" / "input.schema.json").read_text(encoding="utf-8"))
    kept = {key: value for key, value in schema.items() if key not in ("oneOf", "additionalProperties")}
    return {**kept, "title": "JobInput", "description": "What one job asks for."}


def python_types(schema: dict[str, Any], source: str, path: Path) -> str:
    """A module of TypedDicts, as ruff writes it at that path. Raises `CalledProcessError` where ruff fails."""
    header = f'"""The types of schemas/{source}. {MADE}"""'
    made = _said(
        [sys.executable, "-m", "datamodel_code_generator", *_OPTIONS, "--custom-file-header", header],
        json.dumps(schema),
    )
    for verb in (("check", "--select", "F401,I,UP007", "--fix", "--quiet"), ("format", "--quiet")):
        made = _said([sys.executable, "-m", "ruff", *verb, "--stdin-filename", str(path), "-"], made)
    return made


def _said(command: list[str], given: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, input=given, stdout=subprocess.PIPE, text=True).stdout


def retryable_codes() -> list[str]:
    """The contract's codes that are worth another try, whatever is behind them."""
    never = {error.code for error in ERRORS if not error.retryable}
    return sorted({error.code for error in ERRORS} - never)


def files() -> dict[Path, str]:
    """The files' texts, by their paths."""
    answer = json.loads((ROOT / "schemas" / "answer.schema.json").read_text(encoding="utf-8"))
    python = "".join(f'        "{code}",\n' for code in retryable_codes())
    typescript = "".join(f'  "{code}",\n' for code in retryable_codes())
    return {
        PYTHON / "answer.py": python_types(answer, "answer.schema.json", PYTHON / "answer.py"),
        PYTHON / "job_input.py": python_types(job_input(), "input.schema.json", PYTHON / "job_input.py"),
        PYTHON / "codes.py": f'"""The codes that are worth another try, where nothing else says so.\n\n{MADE}\n"""\n\n'
        f"RETRYABLE_CODES = frozenset(\n    {{\n{python}    }}\n)\n",
        TYPESCRIPT / "codes.ts": f"// The codes that are worth another try, where nothing else says so.\n// {MADE}\n"
        f"export const RETRYABLE_CODES: ReadonlySet<string> = new Set([\n{typescript}]);\n",
    }


def main() -> int:
    """The exit status, 0. Writes the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
