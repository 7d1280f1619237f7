"""The pair that this project was born from: torch and torchvision must match, or no RT-DETR model loads."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torchvision.ops import nms
from transformers import RTDetrImageProcessor

ROOT = Path(__file__).resolve().parent.parent
LOCKED = {  # what is pinned: where it is said what it is for
    "requirements.txt": "requirements/worker.in",
    **{
        f"requirements/{name}.txt": f"requirements/{name}.in"
        for name in ("docstrange", "builder", "dev", "mirror", "setup")
    },
}
PINNED = re.compile(r"[\w.\-]+(\[[\w,]+\])?==\S+ \\\n\s+--hash=sha256:[0-9a-f]{64}")


def test_torchvision_operators_run() -> None:
    boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]])
    assert nms(boxes, torch.tensor([0.8, 0.9, 0.7]), 0.5).tolist() == [1, 2]


def test_rt_detr_processor_prepares_a_page() -> None:
    page = torch.zeros(3, 100, 80, dtype=torch.uint8)
    assert RTDetrImageProcessor()(page, return_tensors="pt")["pixel_values"].shape == (1, 3, 640, 640)


def test_every_requirement_is_pinned_and_hashed() -> None:
    for name in LOCKED:
        entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", (ROOT / name).read_text()).strip())
        assert entries
        for entry in entries:
            assert re.match(r"[\w.\-]+(\[[\w,]+\])?==\S+ \\\n\s+--hash=sha256:[0-9a-f]{64}", entry), entry.split("\n")[
                0
            ]


def test_every_direct_requirement_has_its_reason() -> None:
    for name in LOCKED.values():
        lines = (ROOT / name).read_text().splitlines()
        for before, line in zip(["", *lines], lines, strict=False):
            if line and not line.startswith(("#", "-r", "-c")):
                assert before.startswith("# "), f"{name}: {line} has no reason"
