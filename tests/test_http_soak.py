"""A short soak of the HTTP door: each kind of request; `python -m tests.http_soak` runs long ones."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.http_soak import KINDS, soak

pytestmark = pytest.mark.slow


def test_every_request_has_its_true_answer_and_the_memory_stays(tmp_path: Path) -> None:
    table = io.StringIO()
    assert soak(len(KINDS) + 11, 4, 5, table, tmp_path), table.getvalue()
