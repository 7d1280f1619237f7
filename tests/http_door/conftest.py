"""Doors that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http_door.served import (
    MAX_DOCUMENT_BYTES,
    MAX_JSON_BYTES,
    RUNPODS_LIMIT,
    Served,
)


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door with room for two jobs, one of them at work, and small limits."""
    started = Served(
        tmp_path_factory.mktemp("served"),
        HTTP_JOBS="1",
        HTTP_WAITING_JOBS="1",
        MAX_DOCUMENT_BYTES=str(MAX_DOCUMENT_BYTES),
        HTTP_MAX_JSON_BYTES=str(MAX_JSON_BYTES),
        HTTP_BODY_TIMEOUT_S="2",
        MAX_OUTPUT_BYTES=str(RUNPODS_LIMIT),
        DRAIN_S="0.5",
        MAX_PAGES="400",
        MAX_PAGE_PIXELS="2500000",
    )
    yield started
    started.stop()


@pytest.fixture(scope="package")
def open_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door without a key, on loopback."""
    started = Served(tmp_path_factory.mktemp("open"), key=None, HTTP_JOBS="2", DRAIN_S="300")
    yield started
    started.stop()
