"""What the tests share: one engine, loaded with the real weights."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from extractor.engine import Engine
from extractor.settings import Settings

# The same examples on every run: a test that failed fails again, and none fails by chance.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The worker's engine on this machine's device."""
    loaded = Engine.load(Settings(fetch_allow_hosts=("127.0.0.1",)))
    yield loaded
    loaded.close()
