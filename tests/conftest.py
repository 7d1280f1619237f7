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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the engine is slow: it waits for the models."""
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The worker's engine on this machine's device."""
    loaded = Engine.load(Settings(fetch_allow_hosts=("127.0.0.1",)))
    yield loaded
    loaded.close()
