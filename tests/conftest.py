"""What the tests share: one engine, loaded with the real weights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from extractor.engine import Engine
from extractor.settings import Settings


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The worker's engine on this machine's device."""
    loaded = Engine.load(Settings(fetch_allow_hosts=("127.0.0.1",)))
    yield loaded
    loaded.close()
