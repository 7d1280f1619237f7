"""What the tests of the way out share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.extractor.transport.document_site import (
    Connection,
    Site,
)
from tests.loopback import serving


@pytest.fixture
def site() -> Iterator[Site]:
    played = Site()
    with serving(Connection, site=played) as played.address:
        yield played
