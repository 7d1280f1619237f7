"""The operators' files: alert rules and the dashboard load, and ask for nothing but what the worker counts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from extractor import errors
from extractor.telemetry import Telemetry

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "ops" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "ops" / "dashboard.json").read_text(encoding="utf-8"))
QUERIES = [rule["expr"] for rule in RULES] + [
    target["expr"].replace("$__rate_interval", "5m") for panel in DASHBOARD["panels"] for target in panel["targets"]
]
CODES = {"OK", *(value.code for value in vars(errors).values() if isinstance(value, type) and hasattr(value, "code"))}


@pytest.fixture(scope="module")
def counted() -> set[str]:
    """The names of all metrics, as Prometheus stores them."""
    telemetry = Telemetry()
    telemetry.watch_device("cpu", lambda: 1.0)
    names = set()
    for family in telemetry.registry.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}
        names |= {family.name + suffix for suffix in suffixes.get(family.type, ("",))}
    return names


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_promql_of_metrics_that_there_are(query: str, counted: set[str]) -> None:
    promql_parser.parse(query)
    asked = set(re.findall(r"zopilot_\w+", query))
    assert asked and asked <= counted


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_of_codes_or_outcomes_sees_the_first_of_them(rule: dict[str, Any]) -> None:
    """A series that begins at one has no increase: those that a rule names are there before anything happens."""
    said = Telemetry().exposition().decode()
    for metric, label, named in re.findall(r'(zopilot_\w+)\{(code|outcome)=~?"([^"]+)"', rule["expr"]):
        for value in named.split("|"):
            assert re.search(rf'^{metric}{{[^}}]*{label}="{value}"[^}}]*}} 0.0$', said, re.MULTILINE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_codes_that_there_are_and_is_explained(rule: dict[str, Any]) -> None:
    codes = [code for found in re.findall(r'code!?=~?"([^"]+)"', rule["expr"]) for code in found.split("|")]
    assert set(codes) <= CODES
    assert rule["annotations"]["summary"] and rule["labels"]["severity"] in {"critical", "warning"}
    assert f"| `{rule['alert']}` |" in PAGE


def test_every_metric_is_on_the_dashboard(counted: set[str]) -> None:
    shown = set(re.findall(r"zopilot_\w+", " ".join(QUERIES)))
    missing = {name for name in counted if not name.endswith(("_sum", "_count"))} - shown
    assert not {name for name in missing if not name.startswith("zopilot_stage_seconds")}


def test_the_dashboards_panels_have_room_and_names_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)
