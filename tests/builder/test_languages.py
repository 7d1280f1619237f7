"""The recognisers of other languages, which only the hub has: pinned by hash, some without a size on record."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from conftest import address

from builder.manifest import LANGUAGES, SETS, render
from builder.verify import has_manifest
from extractor.decoding.ctc import words_of_line
from extractor.languages import MODEL_SET, OTHER_RECOGNISERS
from extractor.models.line_cuts import LineCutter
from extractor.models.shapes import SHAPES
from extractor.models.text_recognition import TextRecogniser
from tests.recognisers import write_published

if TYPE_CHECKING:
    from conftest import Command, PlayedHub

pytestmark = pytest.mark.slow

FIRST = LANGUAGES[0]
CONFIG, DICTIONARY, WEIGHTS = (file.source for file in FIRST.files if file.source)
# The builder with other pins: those of the files that the test's hub has.
OTHER_PINS = """
import json, sys
from builder import manifest
from builder.__main__ import main
revision, *contents = json.loads(sys.argv[1])
manifest.SETS["languages"] = (manifest._language("eslav", revision, *(manifest.Content(*one) for one in contents)),)
sys.exit(main(sys.argv[2:]))
"""


def test_the_set_has_every_recogniser_that_the_worker_knows() -> None:
    assert {model.name for model in SETS[MODEL_SET]} == set(OTHER_RECOGNISERS)
    # The worker takes a recogniser to be whole where its weights are.
    assert all(model.files[-1].name == "model.safetensors" for model in LANGUAGES)


def test_without_a_hub_it_fails_in_one_line_and_nothing_else_is_fetched(builder: Command, tmp_path: Path) -> None:
    finished = builder.run(tmp_path / "models", "default", "languages")

    assert finished.returncode == 1
    assert finished.stderr == (
        f"error: {CONFIG.name} could not be fetched; hub: ConnectError; no package registry has it\n"
    )
    assert finished.stdout == ""
    assert not list((tmp_path / "models" / ".originals").iterdir())


def test_a_complete_default_set_does_not_miss_it(builder: Command, copied_models: Path) -> None:
    assert builder.run(copied_models, "verify").returncode == 0
    finished = builder.run(copied_models, "verify", "languages")

    assert finished.returncode == 1
    assert f"error: {FIRST.name}/model.safetensors: missing" in finished.stderr.splitlines()


def test_a_file_without_a_recorded_size_is_checked_by_its_hash(
    builder: Command, copied_models: Path, played_hub: PlayedHub
) -> None:
    config, dictionary, weights = (address(source.hub) for source in (CONFIG, DICTIONARY, WEIGHTS))
    for path in (config, dictionary, weights):
        played_hub.published[path] = b"{}"
    (copied_models / ".originals" / CONFIG.name).write_bytes(b"")
    finished = builder.run(copied_models, "languages", HF_ENDPOINT=played_hub.endpoint)

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line.startswith(f"error: {CONFIG.name}: the hub's {CONFIG.hub.repository}/config.json has 2 bytes instead")
    assert played_hub.downloads == [config]
    assert not (copied_models / FIRST.name).exists()


def test_an_earlier_set_stays_in_the_manifest(builder: Command, copied_models: Path) -> None:
    manifest = copied_models / "manifest.json"
    manifest.unlink()
    manifest.write_bytes(render(["languages"]))
    assert not has_manifest(copied_models, ["default"])
    finished = builder.run(copied_models)

    assert finished.returncode == 0, finished.stderr
    assert manifest.read_bytes() == render(["default", "languages"])
    assert has_manifest(copied_models, ["default"]) and has_manifest(copied_models, ["languages"])


def test_what_the_hub_publishes_becomes_a_recogniser_that_loads(
    builder: Command, copied_models: Path, played_hub: PlayedHub, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    symbols = list("ЖЩ0123456789abc")
    write_published(published, symbols)
    files = {path.name: path.read_bytes() for path in published.iterdir()}
    for source in (CONFIG, DICTIONARY, WEIGHTS):
        played_hub.published[address(source.hub)] = files[source.hub.path]
    lines = "\n".join(symbols).encode()
    contents = [
        (size, hashlib.sha256(data).hexdigest())
        for data, size in (
            (files["config.json"], len(files["config.json"])),
            (lines, len(lines)),
            (files["model.safetensors"], None),
        )
    ]
    pins = json.dumps([CONFIG.hub.revision, *contents])

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return builder.run_code(OTHER_PINS, copied_models, pins, *arguments, HF_ENDPOINT=played_hub.endpoint)

    finished = run("bake", "languages")
    assert finished.returncode == 0, finished.stderr
    assert f"fetching {WEIGHTS.name} from the hub: {WEIGHTS.hub.repository}" in finished.stdout
    assert run("verify", "default", "languages").returncode == 0
    manifest = json.loads((copied_models / "manifest.json").read_bytes())
    assert manifest["sets"] == ["default", "languages"]
    shapes = SHAPES["cpu"]
    cpu = torch.device("cpu")
    cutter = LineCutter(cpu, shapes, None)
    recogniser = TextRecogniser(FIRST.name, copied_models, torch.float32, cutter)
    # Its classes: the blank, the symbols, the space.
    steps = np.array([[1.0, number, 0.0] for number in (1, 0, 3, len(symbols) + 1, 15)], np.float32)
    (first, second) = words_of_line(steps, 40, recogniser.symbols)
    assert (first.text, second.text) == ("Ж0", "c")

    weights = copied_models / FIRST.name / "model.safetensors"
    whole = files["model.safetensors"]
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    damaged = run("verify", "languages")
    assert damaged.returncode == 1
    assert damaged.stderr.startswith(f"error: {FIRST.name}/model.safetensors: sha256 ")
