"""What the clients know of the contract is what the contract says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.make_client_types import ROOT, files


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return files()


def test_made_files_are_those_of_the_schemas(made: dict[Path, str]) -> None:
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.relative_to(ROOT)}: {__doc__}"
