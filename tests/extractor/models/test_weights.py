"""Which files are loaded: baked ones that were verified, or a volume's where they are the very same."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.manifest import SETS, render
from extractor.engine import Engine
from extractor.errors import WorkerUnhealthy
from extractor.models.model_set import MODEL_SETS
from extractor.models.weights import PINNED, find_weights
from extractor.settings import Settings

pytestmark = pytest.mark.slow

BAKED = Settings().models_dir
DEFAULT = {model.name for model in SETS["default"]}
TABLES = "SLANet_plus"
HEAD = "location_head.safetensors"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The worker's own folder."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def baked(folder: Path, *models: str) -> Path:
    """A folder with the baked files of some models, to be changed, and the manifest of all."""
    folder.mkdir(parents=True)
    for name in DEFAULT:
        if name in models:
            shutil.copytree(BAKED / name, folder / name)
        else:
            (folder / name).symlink_to(BAKED / name)
    shutil.copy(BAKED / "manifest.json", folder)
    return folder


def network_volume(volume: Path, model: str) -> Path:
    """A network volume that the builder filled; the model's folder on it."""
    return Path(shutil.copytree(BAKED / model, volume / "models" / model))


def cached_model(volume: Path, model: str) -> Path:
    """A cached model, as the hub's cache has it: links to blobs."""
    hub = volume / "huggingface-cache" / "hub" / "models--acme--zopilotgpu-weights"
    folder = hub / "snapshots" / ("0" * 40) / model
    folder.mkdir(parents=True)
    (hub / "blobs").mkdir()
    for path in (BAKED / model).iterdir():
        shutil.copy(path, hub / "blobs" / path.name)
        (folder / path.name).symlink_to(Path("../../../blobs") / path.name)
    return folder


def flip(path: Path) -> None:
    """Change one bit of a file's last byte."""
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_pins_are_those_of_the_builder() -> None:
    assert PINNED.read_bytes() == render(list(SETS)), "run `python -m tools.make_pinned_weights`"


def test_what_each_set_requires_is_what_the_builder_bakes_for_it() -> None:
    assert {name: set(made.required) for name, made in MODEL_SETS.items()} == {"default": DEFAULT}


def test_a_set_that_there_is_none_of_is_told() -> None:
    with pytest.raises(WorkerUnhealthy, match="MODEL_SET=docstring is none of default"):
        Engine.load(Settings(model_set="docstring"))


class TestBaked:
    def test_are_loaded_from_where_they_are(self, own: Path, tmp_path: Path) -> None:
        found = find_weights(Settings(models_volume=tmp_path / "none"), own, DEFAULT)
        assert found.folder == BAKED
        assert set(found.versions) >= DEFAULT
        assert found.from_volume == ()
        assert not list(own.iterdir())

    def test_changed_missing_and_no_manifest(self, own: Path, tmp_path: Path) -> None:
        models = baked(tmp_path / "models", TABLES)
        settings = Settings(models_dir=models, models_volume=tmp_path / "none")
        assert str(find_weights(settings, own, DEFAULT)).startswith("13 files, 172 MB")
        flip(models / TABLES / HEAD)
        with pytest.raises(WorkerUnhealthy, match=rf"{TABLES}/{HEAD} is not the file that was baked"):
            find_weights(settings, own, DEFAULT)
        (models / TABLES / HEAD).unlink()
        with pytest.raises(WorkerUnhealthy, match=rf"{TABLES}/{HEAD} is not there"):
            find_weights(settings, own, DEFAULT)
        (models / "manifest.json").write_text("{}", encoding="utf-8")
        with pytest.raises(WorkerUnhealthy, match="cannot be read"):
            find_weights(settings, own, DEFAULT)

    def test_none_and_no_volume_says_what_to_do(self, own: Path, tmp_path: Path) -> None:
        with pytest.raises(WorkerUnhealthy, match=r"run `python -m builder` .* neither in MODELS_DIR nor on a volume"):
            find_weights(Settings(models_dir=tmp_path, models_volume=tmp_path), own, DEFAULT)


class TestVolume:
    @pytest.mark.parametrize("put", [network_volume, cached_model])
    def test_the_very_same_files_go_before_the_baked_ones(
        self, own: Path, tmp_path: Path, put: Callable[[Path, str], Path]
    ) -> None:
        folder = put(tmp_path / "volume", TABLES)
        found = find_weights(Settings(models_volume=tmp_path / "volume"), own, DEFAULT)
        assert found.from_volume == (TABLES,)
        assert str(found).startswith("13 files, 172 MB")
        flip(folder / HEAD)  # after they were verified
        assert (found.folder / TABLES / HEAD).read_bytes() == (BAKED / TABLES / HEAD).read_bytes()
        assert {path.name for path in found.folder.iterdir()} >= DEFAULT

    @pytest.mark.parametrize(
        ("damage", "reason"),
        [
            pytest.param(flip, r"its sha256 is \w{12}, not 8d56049725ff", id="changed"),
            pytest.param(Path.unlink, "it is missing", id="missing"),
            pytest.param(lambda path: os.truncate(path, 1000), "its size is not 271800 bytes", id="cut"),
        ],
    )
    def test_another_file_is_one_warning_and_the_baked_ones_win(
        self,
        own: Path,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        damage: Callable[[Path], object],
        reason: str,
    ) -> None:
        damage(network_volume(tmp_path / "volume", TABLES) / HEAD)
        with caplog.at_level(logging.WARNING):
            found = find_weights(Settings(models_volume=tmp_path / "volume"), own, DEFAULT)
        assert (found.folder, found.from_volume) == (BAKED, ())
        (warning,) = caplog.messages
        assert warning.startswith(f"{TABLES}/{HEAD} on the volume: it")
        assert re.search(reason, warning)
        assert str(tmp_path) not in warning

    def test_image_without_weights_takes_what_is_pinned_and_nothing_else(self, own: Path, tmp_path: Path) -> None:
        volume = tmp_path / "volume"
        for model in DEFAULT:
            network_volume(volume, model)
        engine = Engine.load(Settings(models_dir=tmp_path / "none", models_volume=volume))
        engine.close()
        assert set(engine.weights.from_volume) == DEFAULT == set(engine.weights.versions)
        (own / "again").mkdir()
        # A manifest on the volume says nothing: who can change a file there can change its hash too.
        (volume / "models" / "manifest.json").write_text(json.dumps({"files": []}), encoding="utf-8")
        flip(volume / "models" / TABLES / HEAD)
        with pytest.raises(WorkerUnhealthy, match=f"{TABLES} is neither in MODELS_DIR nor on a volume"):
            find_weights(Settings(models_dir=tmp_path / "none", models_volume=volume), own / "again", DEFAULT)
