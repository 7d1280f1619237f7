"""A bake ends with the same files however it was interrupted, and does nothing where there is nothing to do."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.manifest import DETECTION_WEIGHTS, LAYOUT_GRAPH, RECOGNITION_WEIGHTS, TABLE_GRAPH

if TYPE_CHECKING:
    from conftest import Command, PlayedHub

pytestmark = pytest.mark.slow

DETECTION = Path("PP-OCRv6_small_det/model.safetensors")
RECOGNITION = Path("PP-OCRv6_small_rec/model.safetensors")


def test_a_second_bake_downloads_and_converts_nothing(builder: Command, copied_models: Path, tmp_path: Path) -> None:
    finished = builder.run(
        copied_models,
        PATH=str(tmp_path),
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9",
    )

    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == "models: 4 models, 13 files, 172 MB verified\n"
    assert finished.stderr == ""


def test_a_killed_bake_goes_on_where_it_was(builder: Command, copied_models: Path, played_hub: PlayedHub) -> None:
    for name in (DETECTION, RECOGNITION, "manifest.json"):
        (copied_models / name).unlink()
    for source in (DETECTION_WEIGHTS, RECOGNITION_WEIGHTS):
        (copied_models / ".originals" / source.name).unlink()
    played_hub.paused.add(RECOGNITION_WEIGHTS.name)
    process = builder.start(copied_models, HF_ENDPOINT=played_hub.endpoint)
    assert played_hub.half_sent.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    checked = builder.run(copied_models, "verify")
    assert checked.returncode == 1
    assert checked.stderr.splitlines() == [
        f"error: {DETECTION}: missing",
        f"error: {RECOGNITION}: missing",
        "error: manifest.json: missing or not of this set",
    ]

    played_hub.paused.clear()
    played_hub.resume.set()
    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint)
    assert finished.returncode == 0, finished.stderr
    # What was whole before the kill was not fetched again.
    assert played_hub.downloads == [DETECTION_WEIGHTS.name, RECOGNITION_WEIGHTS.name, RECOGNITION_WEIGHTS.name]
    assert builder.run(copied_models, "verify").returncode == 0
    assert not list(copied_models.rglob("*.part")) and not (copied_models / ".unfinished").exists()


def test_a_damaged_file_is_made_again(builder: Command, models: Path, copied_models: Path) -> None:
    whole = (models / DETECTION).read_bytes()
    flipped = bytes([whole[0] ^ 1]) + whole[1:]
    replace(copied_models / DETECTION, flipped)
    replace(copied_models / RECOGNITION, (models / RECOGNITION).read_bytes()[:1_000_000])
    replace(copied_models / "PP-OCRv6_small_det" / "model.safetensors.part", whole[:1000])
    replace(copied_models / ".unfinished" / f"{DETECTION_WEIGHTS.name}.part", whole[:1000])

    finished = builder.run(copied_models)

    assert finished.returncode == 0, finished.stderr
    flipped_line, truncated_line, summary = finished.stdout.splitlines()
    assert flipped_line.startswith(f"{DETECTION}: sha256 ") and flipped_line.endswith("making it again")
    assert truncated_line == f"{RECOGNITION}: 1000000 bytes instead of 21204736: making it again"
    assert summary.startswith("models: ")
    assert (copied_models / DETECTION).read_bytes() == whole
    assert (copied_models / RECOGNITION).read_bytes() == (models / RECOGNITION).read_bytes()
    assert not list(copied_models.rglob("*.part")) and not (copied_models / ".unfinished").exists()


def test_a_damaged_original_is_not_used(builder: Command, copied_models: Path, played_hub: PlayedHub) -> None:
    (copied_models / DETECTION).unlink()
    replace(copied_models / ".originals" / DETECTION_WEIGHTS.name, b"half a download")

    finished = builder.run(copied_models, HF_ENDPOINT=played_hub.endpoint)

    assert finished.returncode == 0, finished.stderr
    assert played_hub.downloads == [DETECTION_WEIGHTS.name]
    assert builder.run(copied_models, "verify").returncode == 0


def test_an_unreachable_hub_is_one_line_and_the_mirror_takes_over(
    builder: Command, models: Path, copied_models: Path
) -> None:
    (copied_models / ".originals" / TABLE_GRAPH.name).unlink()
    for name in ("model.safetensors", "location_head.safetensors"):
        (copied_models / "SLANet_plus" / name).unlink()

    finished = builder.run(copied_models)

    assert finished.returncode == 0, finished.stderr
    about_the_hub = [line for line in finished.stdout.splitlines() if "hub" in line]
    assert about_the_hub == ["hub not reachable (ConnectError): using the package-registry mirror"]
    for path in (models / "SLANet_plus").iterdir():
        assert (copied_models / "SLANet_plus" / path.name).read_bytes() == path.read_bytes()


def test_when_both_routes_fail_the_error_has_both_causes(builder: Command, copied_models: Path, tmp_path: Path) -> None:
    (copied_models / ".originals" / LAYOUT_GRAPH.name).unlink()
    (copied_models / "PP-DocLayoutV3" / "model.safetensors").unlink()

    finished = builder.run(copied_models, PATH=str(tmp_path))

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line == (
        "error: PP-DocLayoutV3.onnx could not be fetched; hub: ConnectError; "
        "mirror: npm zheleme-ocr-modles-layout: npm is not installed"
    )


def test_two_bakes_at_once_take_turns(builder: Command, copied_models: Path, played_hub: PlayedHub) -> None:
    (copied_models / DETECTION).unlink()
    (copied_models / ".originals" / DETECTION_WEIGHTS.name).unlink()
    played_hub.paused.add(DETECTION_WEIGHTS.name)
    first = builder.start(copied_models, HF_ENDPOINT=played_hub.endpoint)
    assert played_hub.half_sent.wait(60)
    second = builder.start(copied_models, HF_ENDPOINT=played_hub.endpoint)
    assert second.stdout is not None
    assert second.stdout.readline() == "another bake is at work in this folder: waiting for it\n"
    played_hub.resume.set()

    assert first.wait(60) == 0 and second.wait(60) == 0
    assert played_hub.downloads == [DETECTION_WEIGHTS.name]
    first.communicate(), second.communicate()


def test_originals_are_discarded_on_request(builder: Command, copied_models: Path) -> None:
    finished = builder.run(copied_models, "bake", "default", "--discard-originals")

    assert finished.returncode == 0, finished.stderr
    assert not (copied_models / ".originals").exists()
    assert builder.run(copied_models, PATH="").returncode == 0


def test_an_unknown_set_is_refused_by_name(builder: Command, tmp_path: Path) -> None:
    finished = builder.run(tmp_path / "models", "large")

    assert finished.returncode == 1
    assert finished.stderr == "error: there is no model set 'large'; there is: default, languages\n"
    assert not (tmp_path / "models").exists()


def replace(path: Path, data: bytes) -> None:
    """Put other bytes at `path`, leaving alone whatever shares its old ones."""
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(data)
