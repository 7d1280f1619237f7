"""The Hub's files are those that the settings and the schema give, and what they offer is taken."""

from __future__ import annotations

import json

import pytest

from extractor.engine import Engine
from extractor.request import parse_request
from extractor.settings import Settings
from tools.make_hub_files import FILES, FOLDER, HIDDEN, MOST_DESCRIPTION, PRESETS, hub_page, release_tests, written

# What the Hub reads; anything else is lost.
INPUT_KEYS = {"name", "type", "description", "default", "required", "advanced", "options", "min", "max"}
TYPES = {"string", "number", "boolean", "huggingface"}


@pytest.mark.parametrize("name", FILES)
def test_are_what_the_settings_and_the_schema_give(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == written(FILES[name]()), "run `python -m tools.make_hub_files`"


def test_every_setting_is_a_field_or_is_left_out_with_a_reason() -> None:
    fields = {entry["key"].lower() for entry in hub_page()["config"]["env"]}
    assert fields | set(HIDDEN) == set(Settings.model_fields)
    assert not fields & set(HIDDEN)


def test_form_is_one_that_the_hub_shows() -> None:
    page = hub_page()
    assert len(page["description"]) <= MOST_DESCRIPTION
    for entry in page["config"]["env"]:
        assert set(entry["input"]) <= INPUT_KEYS
        assert entry["input"]["type"] in TYPES


def test_defaults_of_the_form_are_those_of_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """RunPod sets each field's value as a variable, also those that nobody touched."""
    monkeypatch.delenv("PAGE_PROCESSES", raising=False)  # what the tests' own processes are set to
    plain = Settings()
    for entry in hub_page()["config"]["env"]:
        monkeypatch.setenv(entry["key"], str(entry["input"].get("default", "")))
    assert Settings() == plain


@pytest.mark.parametrize("name", PRESETS)
def test_presets_set_what_there_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {entry["key"] for entry in hub_page()["config"]["env"]}
    for key, value in PRESETS[name].items():
        assert key.upper() in fields
        monkeypatch.setenv(key.upper(), str(value))
    settings = Settings()
    assert {key: getattr(settings, key) for key in PRESETS[name]} == PRESETS[name]


@pytest.mark.parametrize("test", release_tests()["tests"], ids=lambda test: test["name"])
def test_what_the_hub_sends_is_answered(engine: Engine, test: dict[str, object]) -> None:
    answer = engine.extract(parse_request(test["input"]), document_id="hub")
    assert answer["success"]
    assert not answer["metadata"]["partial"]
    assert json.loads(json.dumps(answer["data"]))["markdown"]
