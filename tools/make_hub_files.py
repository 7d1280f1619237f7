"""Write .runpod/hub.json and .runpod/tests.json, from the settings and the schema: `python -m tools.make_hub_files`.

Every setting is a field of the Hub's form, but for those that `HIDDEN` names with the reason. Presets are for cards of
16, 24 and 48 GB. Their batches follow from the memory; they have not been measured on the cards.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from extractor.request import ExtractionRequest
from extractor.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".runpod"

DESCRIPTION = (
    "Reads invoices, receipts, statements and contracts (PDF, scans, photos) on your own GPU: markdown, elements with "
    "boxes, tables. Local models only, no cloud behind it."
)
MOST_DESCRIPTION = 191
# What the image's torch (built for CUDA 12.8) runs on: drivers of that version and of later ones.
CUDA_VERSIONS = ["12.8", "12.9", "13.0"]
# RunPod's pools of 16, 24 and 48 GB. The first is tried first.
GPU_POOLS = ["AMPERE_24", "ADA_24", "AMPERE_16", "AMPERE_48", "ADA_48_PRO"]
TEST_GPU = "NVIDIA GeForce RTX 4090"
# Unpacked: packages of 8 GB, weights of 0.2 GB, and room for documents of 200 MB each.
DISK_GB = 20

# Weights take 0.2 GB, and the models run in a closed set of shapes: these limits are for small cards. Jobs at a time
# keep the page processes busy, which are as many as the machine has cores.
PRESETS: dict[str, dict[str, int]] = {
    "16 GB (RTX A4000, RTX 2000 Ada)": {
        "layout_batch": 8,
        "recognition_batch": 32,
        "pages_in_flight": 16,
        "max_concurrency": 8,
    },
    "24 GB (RTX 3090, L4, RTX 4090)": {
        "layout_batch": 16,
        "recognition_batch": 32,
        "pages_in_flight": 32,
        "max_concurrency": 16,
    },
    "48 GB (A40, RTX A6000, L40S)": {
        "layout_batch": 16,
        "recognition_batch": 32,
        "pages_in_flight": 32,
        "max_concurrency": 24,
    },
}

# Settings that are no field of the form, and why.
HIDDEN = {
    **dict.fromkeys(("models_dir", "ssl_cert_file"), "a place in the image, which its build decides"),
    **dict.fromkeys(
        (
            "bind_address",
            "port",
            "zopilot_gpu_api_key",
            "http_jobs",
            "http_waiting_jobs",
            "http_max_json_bytes",
            "http_max_output_bytes",
            "http_body_timeout_s",
            "http_keep_s",
            "http_keep_mb",
            "http_keep_jobs",
            "webhook_secret",
            "webhook_max_bytes",
        ),
        "of the HTTP door; a worker of RunPod's queue has none",
    ),
    "max_output_bytes": "RunPod's own limit; over it, a result is lost without a word",
    **dict.fromkeys(
        ("pages_per_process", "max_fatal_pages", "batch_wait_ms", "torch_threads"),
        "how the worker works inside; the default is right on every card",
    ),
    **dict.fromkeys(
        ("min_memory_mb", "min_device_memory_mb", "batch_timeout_s", "post_timeout_s", "post_retry_s"),
        "when a worker is sick, and how long results are posted: a promise, no taste",
    ),
    **dict.fromkeys(
        ("fetch_connect_timeout_s", "fetch_read_timeout_s", "fetch_retries", "fetch_backoff_s"),
        "parts of fetch_total_timeout_s",
    ),
}
# What a first look at the form shows; the rest is below "advanced".
_PLAIN = ("max_pages", "max_document_bytes", "deadline_s")
_ACRONYMS = {"cpu": "CPU", "url": "URL", "id": "ID"}
_UNITS = {"s": "seconds", "ms": "milliseconds", "mb": "MB", "bytes": "bytes", "pixels": "pixels"}


def hub_page() -> dict[str, Any]:
    """The content of hub.json as JSON values: the worker's page on the Hub."""
    env = [_field(name, field) for name, field in Settings.model_fields.items() if name not in HIDDEN]
    return {
        "title": "ZopilotGPU: documents to data, locally",
        "description": DESCRIPTION,
        "type": "serverless",
        "category": "language",
        "config": {
            "runsOn": "GPU",
            "containerDiskInGb": DISK_GB,
            "gpuCount": 1,
            "gpuIds": ",".join(GPU_POOLS),
            "allowedCudaVersions": CUDA_VERSIONS,
            "presets": [
                {"name": name, "defaults": {key.upper(): value for key, value in defaults.items()}}
                for name, defaults in PRESETS.items()
            ],
            "env": env,
        },
    }


def release_tests() -> dict[str, Any]:
    """The content of tests.json as JSON values: the jobs that the Hub sends to a new release, which has to answer with
    status 200.

    None has a wrong input: RunPod does not say whether a job that fails as it should is answered so.
    """
    pages = (ROOT / "extractor" / "known_pages" / "pages.pdf").read_bytes()
    inputs: dict[str, dict[str, Any]] = {
        "invoice": json.loads((ROOT / "test_input.json").read_text(encoding="utf-8"))["input"],
        "digital_page_and_scan": {
            "document_content_base64": base64.b64encode(pages).decode("ascii"),
            "filename": "pages.pdf",
            "outputs": ["markdown", "lines", "csv"],
        },
    }
    for job_input in inputs.values():
        ExtractionRequest.model_validate(job_input)
    return {
        # The first one waits for the worker's start.
        "tests": [
            {"name": name, "input": job_input, "timeout": timeout}
            for (name, job_input), timeout in zip(inputs.items(), (300_000, 60_000), strict=True)
        ],
        "config": {"gpuTypeId": TEST_GPU, "gpuCount": 1, "env": [], "allowedCudaVersions": CUDA_VERSIONS},
    }


def _field(name: str, field: FieldInfo) -> dict[str, Any]:
    """A setting as a field of the form. The Hub has no type for secrets: their description says where to keep them."""
    kinds = _kinds(field.annotation)
    number = bool({int, float} & set(kinds))
    described = field.description or ""
    if SecretStr in kinds:
        described += "; keep it in a RunPod secret and write {{ RUNPOD_SECRET_name }} here"
    form: dict[str, Any] = {
        "name": _title(name),
        "type": "number" if number else "string",
        "description": described[0].upper() + described[1:],
        "required": False,
        "advanced": name not in _PLAIN,
    }
    if isinstance(field.default, float) and field.default.is_integer():
        form["default"] = int(field.default)
    elif isinstance(field.default, int | float | str | Path):
        form["default"] = str(field.default) if isinstance(field.default, Path) else field.default
    options = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
    if options:
        form["options"] = [{"label": value, "value": value} for value in options]
    for limit in field.metadata if number else ():
        # More than is a limit too: the form has no other.
        for bound, key in (("ge", "min"), ("gt", "min"), ("le", "max")):
            if hasattr(limit, bound):
                form[key] = getattr(limit, bound)
    return {"key": name.upper(), "input": form}


def _kinds(annotation: Any) -> list[Any]:
    """The types that a setting may have, but for none at all."""
    if get_origin(annotation) in (Union, UnionType):
        return [kind for kind in get_args(annotation) if kind is not NoneType]
    return [annotation]


def _title(name: str) -> str:
    """`page_timeout_s` -> `Page timeout (seconds)`."""
    words = name.split("_")
    unit = f" ({_UNITS[words.pop()]})" if words[-1] in _UNITS and len(words) > 1 else ""
    shown = " ".join(_ACRONYMS.get(word, word) for word in words)
    return shown[0].upper() + shown[1:] + unit


def written(content: dict[str, Any]) -> str:
    """A file's text: the content as indented JSON."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


FILES = {"hub.json": hub_page, "tests.json": release_tests}


def main() -> int:
    """The exit status, 0. Writes the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (FOLDER / name).write_text(written(content()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
