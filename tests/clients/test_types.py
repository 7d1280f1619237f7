"""What the clients know of the contract is what the contract says."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tools.make_client_types import PYTHON, ROOT, files


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return files()


def test_made_files_are_those_of_the_schemas(made: dict[Path, str]) -> None:
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.relative_to(ROOT)}: {__doc__}"


def test_the_client_imports_nothing_but_what_it_requires() -> None:
    """What happens to be installed beside another package need not be there tomorrow."""
    project = tomllib.loads((PYTHON.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"[<>=~! ]", line)[0] for line in project["dependencies"]}
    for path in PYTHON.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            assert {name.partition(".")[0] for name in names} <= required | sys.stdlib_module_names, path.name
