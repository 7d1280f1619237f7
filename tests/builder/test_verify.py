"""The check names every file that is not to the byte what the manifest says, and needs no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.manifest import SETS

if TYPE_CHECKING:
    from conftest import Command

pytestmark = pytest.mark.slow

FILES = [f"{model.name}/{file.name}" for model in SETS["default"] for file in model.files]


def test_a_complete_bake_passes(builder: Command, models: Path) -> None:
    finished = builder.run(models, "verify")

    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""


def test_a_flipped_byte_and_a_missing_file_are_named(builder: Command, copied_models: Path) -> None:
    weights = copied_models / "SLANet_plus" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.unlink()
    weights.write_bytes(data)
    (copied_models / "PP-OCRv6_small_rec" / "dictionary.txt").unlink()

    finished = builder.run(copied_models, "verify")

    assert finished.returncode == 1
    missing, wrong = finished.stderr.splitlines()
    assert missing == "error: PP-OCRv6_small_rec/dictionary.txt: missing"
    assert wrong.startswith("error: SLANet_plus/model.safetensors: sha256 ")
    assert weights.read_bytes() == data, "a check repairs nothing"


def test_nothing_baked_is_every_file_missing(builder: Command, tmp_path: Path) -> None:
    finished = builder.run(tmp_path / "models", "verify")

    assert finished.returncode == 1
    assert finished.stderr.splitlines() == [
        *(f"error: {path}: missing" for path in FILES),
        "error: manifest.json: missing or not of this set",
    ]
    assert not (tmp_path / "models").exists()


def test_the_table_has_every_file(builder: Command, tmp_path: Path) -> None:
    finished = builder.run(tmp_path, "list")

    header, *lines = finished.stdout.splitlines()
    assert header.split() == ["file", "repository", "revision", "size", "sha256", "licence", "mirror"]
    assert [line.split()[0] for line in lines] == FILES


def test_the_manifest_on_disk_describes_what_is_on_disk(models: Path) -> None:
    manifest = json.loads((models / "manifest.json").read_bytes())

    assert manifest["sets"] == ["default"]
    assert [entry["path"] for entry in manifest["files"]] == FILES
    for entry in manifest["files"]:
        assert (models / entry["path"]).stat().st_size == entry["size"]
        assert entry["licence"] == "Apache-2.0"
