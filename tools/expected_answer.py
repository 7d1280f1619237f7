"""What the worker has to answer to test_input.json, and how an answer differs from it.

`python -m tools.expected_answer` writes expected_answer.json beside this file. It holds what a document says and where:
no times, no device, no versions. Boxes may differ by `TOLERANCE`; every other value must be the same.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = Path(__file__).resolve().with_name("expected_answer.json")
# How far another processor's rounding may move a box of the layout model, in points.
TOLERANCE = 1.0
_OF_ELEMENTS = ("type", "level", "text", "page", "bbox", "source")
_OF_CELLS = ("row", "column", "row_span", "column_span", "text", "bbox", "header")


def run_worker(folder: Path, **environment: str) -> dict[str, Any]:
    """The answer of `python handler.py` in `folder`, whose log goes to standard error. Raises `CalledProcessError`
    where it fails."""
    run = subprocess.run(
        [sys.executable, "-u", "handler.py"],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return printed_answer(run.stdout)


def printed_answer(output: str) -> dict[str, Any]:
    """The JSON answer in the output of a local run, among the SDK's lines. Raises `ValueError` without one."""
    answer: dict[str, Any] = json.JSONDecoder().raw_decode(output[output.index("\n{") + 1 :])[0]
    return answer


def essence(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says of its document, without times, device and versions. Boxes are in points, origin top left."""
    data = answer["data"]
    return {
        "success": answer["success"],
        "document_id": answer["document_id"],
        "extraction_method": answer["extraction_method"],
        "pages": {key: answer["metadata"]["pages"][key] for key in ("total", "processed", "failed")},
        "markdown": data["markdown"],
        "elements": [{key: element[key] for key in _OF_ELEMENTS if key in element} for element in data["elements"]],
        "tables": [
            {
                **{key: table[key] for key in ("page", "bbox", "rows", "columns")},
                "cells": [{key: cell[key] for key in _OF_CELLS if key in cell} for cell in table["cells"]],
            }
            for table in data["tables"]
        ],
    }


def differences(expected: Any, given: Any, place: str = "answer") -> Iterator[str]:
    """Each difference in words, with where it is: `answer.tables[0].cells[3].text: ...`."""
    if isinstance(expected, dict) and isinstance(given, dict):
        for key in [*expected, *(key for key in given if key not in expected)]:
            if key not in given or key not in expected:
                yield f"{place}.{key}: {'missing' if key in expected else 'not expected'}"
            else:
                yield from differences(expected[key], given[key], f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(given, list):
        if len(expected) != len(given):
            yield f"{place}: {len(expected)} expected, {len(given)} given"
        for index, (one, other) in enumerate(zip(expected, given, strict=False)):
            yield from differences(one, other, f"{place}[{index}]")
    elif isinstance(expected, float) and isinstance(given, int | float):
        if not abs(expected - given) <= TOLERANCE:
            yield f"{place}: {expected} expected, {given} given"
    elif expected != given:
        if isinstance(expected, str) and isinstance(given, str) and "\n" in expected:
            lines = difflib.unified_diff(expected.split("\n"), given.split("\n"), "expected", "given", lineterm="", n=0)
            yield "\n".join([f"{place}:", *lines])
        else:
            yield f"{place}: {expected!r} expected, {given!r} given"


def expected() -> dict[str, Any]:
    """The essence of the expected answer, which `essence` gives of an answer, from expected_answer.json."""
    answer: dict[str, Any] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return answer


if __name__ == "__main__":
    said = essence(run_worker(ROOT, DEVICE="cpu"))
    EXPECTED.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
