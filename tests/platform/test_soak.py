"""A short soak: every kind of job and every fault; `python -m tests.platform.soak` runs long ones."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from .soak import BEREFT, soak

pytestmark = pytest.mark.slow


def test_every_job_has_one_true_answer_and_nothing_is_left(tmp_path: Path) -> None:
    table = io.StringIO()
    assert soak(20, 4, seed=3, out=table, folder=tmp_path), table.getvalue()
    assert "| SIGTERM | 1 |" in table.getvalue()
    assert "| SIGKILL | 1 |" in table.getvalue()
    bereft = re.search(rf"\| {BEREFT} \| (\d+) \|", table.getvalue())
    assert bereft
    assert int(bereft[1]) >= 2
    assert "| an odd take |" in table.getvalue()
