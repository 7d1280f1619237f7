"""SECURITY.md says of each limit what settings.py has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extractor.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|[^|]+\| `([A-Z_]+)`[^|]*\| ([\d,.]+)[^|]*\|", re.MULTILINE)


def limits() -> list[tuple[str, str]]:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    section = text[text.index("\n## Limits\n") :]
    return ROW.findall(section[: section.index("\n## ", 1)])


@pytest.mark.parametrize(("name", "default"), limits())
def test_default_is_the_settings_own(name: str, default: str) -> None:
    assert float(default.replace(",", "")) == Settings.model_fields[name.lower()].default


def test_every_limit_of_pages_is_listed() -> None:
    listed = {name.lower() for name, _ in limits()}
    kinds = ("max_page", "max_document", "max_fatal", "max_output", "page_cpu", "page_memory", "page_timeout", "open_")
    assert {name for name in Settings.model_fields if name.startswith(kinds)} <= listed
