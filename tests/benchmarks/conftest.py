"""What the tests of the benchmarks' commands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.documents import make_odl, make_sroie


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Data of two sets, and the answers and peers' output that are kept for them."""
    data, out = tmp_path / "data", tmp_path / "out"
    make_odl(data, out)
    make_sroie(data, out)
    return data, out
