"""What the README says of a job's input is what the schema says."""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, get_args

import pytest

from extractor.contract.views import Output
from extractor.models.model_set import model_set
from extractor.request import SOURCES, ExtractionRequest
from extractor.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
# How the table says that there is no default, and which defaults are a setting's.
NONE = ("none", "exactly one", "all", "none, the job's id")
FROM_SETTINGS = {"deadline_s": Settings().deadline_s}


def table() -> list[tuple[list[str], str, str]]:
    """The rows of the table of the input's keys: keys, default, meaning."""
    _, _, below = README.read_text(encoding="utf-8").partition(
        "| key of `input` | default | meaning |\n|---|---|---|\n"
    )
    rows = [line.strip("|").split("|") for line in below.split("\n\n")[0].splitlines()]
    return [(re.findall(r"`(\w+)`", keys), default.strip(), meaning.strip()) for keys, default, meaning in rows]


def test_every_key_stands_there_once_in_the_schemas_order() -> None:
    assert [key for keys, _, _ in table() for key in keys] == list(ExtractionRequest.model_fields)


def test_defaults_are_the_schemas() -> None:
    for keys, default, _ in table():
        for key in keys:
            schemas: Any = ExtractionRequest.model_fields[key].default
            if key in FROM_SETTINGS:
                assert float(default) == FROM_SETTINGS[key], key
            elif schemas is None:
                assert default in NONE, key
            else:
                assert json.loads(default.strip("`")) == schemas, key
    assert table()[0][0] == list(SOURCES)


def test_outputs_are_all_there() -> None:
    (meaning,) = (meaning for keys, _, meaning in table() if keys == ["outputs"])
    assert meaning == f"any of {', '.join(get_args(Output))}"


@pytest.mark.slow
def test_sizes_are_true() -> None:
    pinned = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    files = [Path(str(file.locate())) for name in pinned for file in distribution(name).files or ()]
    installed = sum(file.stat().st_size for file in files if file.is_file())
    models = Settings().models_dir
    weights = sum(
        path.stat().st_size for name in model_set("default").required for path in (models / name).rglob("*.safetensors")
    )
    text = README.read_text(encoding="utf-8")
    told = re.search(r"\(([\d.]+) GB installed\) and (\d+) MB of weights", text)
    assert told is not None
    assert float(told[1]) * 1e9 == pytest.approx(installed, rel=0.05)
    assert int(told[2]) * 1e6 == pytest.approx(weights, rel=0.05)
