"""Add the weights to a software bill of materials: `python -m tools.make_sbom sbom.cdx.json` (CycloneDX, JSON).

In `make sbom`, cyclonedx-py first writes the packages of requirements.txt, with their hashes. Then this adds the models
of the default set: each file with its hash, its licence and the revision that the weights were published at.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from builder.manifest import Model, models_of
from extractor import __version__


def component(model: Model) -> dict[str, Any]:
    """A model as CycloneDX's `machine-learning-model`."""
    weights = next(file for file in model.files if file.name == "model.safetensors")
    assert weights.source is not None
    hub = weights.source.hub
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model/{model.name}",
        "name": model.name,
        "version": hub.revision,
        "licenses": [{"license": {"id": model.licence}}],
        "hashes": [{"alg": "SHA-256", "content": weights.content.sha256}],
        "properties": [
            {"name": "zopilotgpu:repository", "value": hub.repository},
            *(
                {"name": f"zopilotgpu:sha256:{file.name}", "value": file.content.sha256}
                for file in model.files
                if file is not weights
            ),
        ],
    }


def with_models(bill: dict[str, Any]) -> dict[str, Any]:
    """The bill with the worker as its subject, and with the models of the default set. `bill` is CycloneDX's JSON, and
    stays as it was."""
    worker = {"type": "application", "bom-ref": "zopilotgpu", "name": "zopilotgpu", "version": __version__}
    models = [component(model) for model in models_of(["default"])]
    return {
        **bill,
        "metadata": {**bill["metadata"], "component": worker},
        "components": [*bill["components"], *models],
    }


def main() -> int:
    """The exit status, 0. Adds the models to the file."""
    path = Path(sys.argv[1])
    bill = with_models(json.loads(path.read_text(encoding="utf-8")))
    path.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
