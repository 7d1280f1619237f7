"""The TypeScript client's own tests, which `node --test` runs."""

from __future__ import annotations

import subprocess

import pytest

from .node import NPM, PACKAGE, built

pytestmark = pytest.mark.slow


@pytest.mark.skipif(NPM is None, reason="npm is not installed, and the TypeScript client is built with it")
def test_builds_and_passes_its_tests() -> None:
    built()
    run = subprocess.run([str(NPM), "test"], cwd=PACKAGE, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    assert "# fail 0" in run.stdout
