"""The bill of materials has every weight that the image has, by its hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builder.manifest import models_of
from tools.make_sbom import main


def test_models_are_added_to_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sbom.cdx.json"
    package = {"type": "library", "name": "torch", "version": "2.10.0"}
    path.write_text(json.dumps({"bomFormat": "CycloneDX", "metadata": {}, "components": [package]}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["make_sbom", str(path)])
    assert main() == 0
    bill = json.loads(path.read_text(encoding="utf-8"))
    first, *models = bill["components"]
    assert first == package
    listed = json.dumps(models)
    for model in models_of(["default"]):
        assert model.name in {one["name"] for one in models}
        for file in model.files:
            assert file.content.sha256 in listed
    assert bill["metadata"]["component"]["name"] == "zopilotgpu"
