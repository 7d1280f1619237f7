"""What the tests share: one engine, loaded with the real weights; and how they are shared out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

from extractor.engine import Engine
from extractor.settings import Settings
from tests.networks import network_of, remember

if TYPE_CHECKING:
    from xdist.scheduler.protocol import Scheduling

# The processes that the tests start, and there are hundreds, share what one of them has compiled.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Two page processes for each of these workers, however many cores there are: one reads while the other waits, and each
# costs a second to start.
os.environ.setdefault("PAGE_PROCESSES", "2")

# The same examples on every run: a test that failed fails again, and none fails by chance.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the engine is slow: it waits for the models."""
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


# Whose modules share servers, or a folder that is built in.
TOGETHER = ("tests/http_door/", "tests/clients/")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Which tests run in one process, where there are several: those of a module, and those of a folder above."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
            return folder or str(super()._split_scope(nodeid))

    # As they are collected: the longest tests are alone in their modules, and would else be left to the end.
    config.option.loadscopereorder = False
    return Scheduler(config, log)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The worker's engine on this machine's device. It finds the layout of a page once, however many tests read it."""
    loaded = Engine.load(Settings(fetch_allow_hosts=("127.0.0.1",)))
    if loaded.models.device.type == "cpu":  # where a page takes a second
        remember(network_of(loaded.models.layout))
    yield loaded
    loaded.close()
