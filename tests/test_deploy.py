"""docs/deploy.md says what the settings, the presets, the Hub's files and the cost table say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extractor.settings import Settings
from tools.cost_table import PAGES_PER_S, PRICES_PER_S, cost_of_1000_pages, cost_of_a_wake, table
from tools.make_hub_files import CUDA_VERSIONS, DISK_GB, PRESETS

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "deploy.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \| (\S+) \| [^|]+ \|$", re.MULTILINE)


@pytest.mark.parametrize(("name", "default"), ROW.findall(TEXT))
def test_default_is_the_settings_own(name: str, default: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PAGE_PROCESSES", raising=False)  # what the tests' own processes are set to
    plain = Settings()
    monkeypatch.setenv(name, default)
    assert getattr(Settings(), name.lower()) == getattr(plain, name.lower())


def test_settings_are_listed() -> None:
    assert len(ROW.findall(TEXT)) > 10


def test_presets_are_those_of_the_hub() -> None:
    rows = re.findall(r"^ *\| (\d+ GB) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", TEXT, re.MULTILINE)
    keys = ("layout_batch", "recognition_batch", "pages_in_flight", "max_concurrency")
    listed = {card: dict(zip(keys, map(int, figures), strict=True)) for card, *figures in rows}
    assert listed == {name.split(" (")[0]: preset for name, preset in PRESETS.items()}


def test_cuda_and_disk_are_those_of_the_hub() -> None:
    assert ", ".join(CUDA_VERSIONS) in TEXT
    assert f"Container disk: {DISK_GB} GB" in TEXT


def test_cost_table_is_the_tools() -> None:
    assert table(PAGES_PER_S, PRICES_PER_S).markdown().split("\n\n")[-1] in TEXT
    assert cost_of_1000_pages(pages_per_s=10.0, price_per_s=0.0002) == pytest.approx(0.02)
    assert cost_of_a_wake(start_s=10.0, idle_s=5.0, price_per_s=0.0002) == pytest.approx(0.003)
