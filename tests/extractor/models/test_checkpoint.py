"""A checkpoint's file is what the model has, all of it, as transformers' own loader would have it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForTextRecognition,
    PPDocLayoutV3ForObjectDetection,
    PPOCRV6SmallDetForObjectDetection,
    SLANetForTableRecognition,
)

from extractor.errors import WorkerUnhealthy
from extractor.models.checkpoint import LargestOfFour, fold_batch_norm, load_checkpoint
from extractor.settings import Settings
from tests import documents

pytestmark = pytest.mark.slow

MODELS = Settings().models_dir
CPU = torch.device("cpu")


def values(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Every weight and buffer by its name, also those that stand for another."""
    return {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers(remove_duplicate=False)),
    }


# How each is built without weights, and as it was published.
CHECKPOINTS: dict[str, tuple[Any, Any]] = {
    "PP-DocLayoutV3": (PPDocLayoutV3ForObjectDetection, PPDocLayoutV3ForObjectDetection),
    "PP-OCRv6_small_det": (PPOCRV6SmallDetForObjectDetection, PPOCRV6SmallDetForObjectDetection),
    "PP-OCRv6_small_rec": (AutoModelForTextRecognition.from_config, AutoModelForTextRecognition),
    "SLANet_plus": (SLANetForTableRecognition, SLANetForTableRecognition),
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_is_what_transformers_loads(name: str) -> None:
    build, published = CHECKPOINTS[name]
    expected = published.from_pretrained(MODELS / name, local_files_only=True).eval()
    fold_batch_norm(expected)
    loaded = load_checkpoint(build, MODELS / name, CPU)
    assert type(loaded) is type(expected)
    assert not loaded.training
    assert loaded.config._attn_implementation == expected.config._attn_implementation
    ours, theirs = values(loaded), values(expected)
    assert ours.keys() == theirs.keys()
    for key, value in theirs.items():
        assert ours[key].dtype == value.dtype, key
        assert torch.equal(ours[key], value), key


@pytest.mark.parametrize(("name", "height"), [("PP-OCRv6_small_det", 480), ("PP-OCRv6_small_rec", 48)])
@torch.inference_mode()
def test_what_was_folded_and_replaced_computes_the_same(name: str, height: int) -> None:
    build, published = CHECKPOINTS[name]
    loaded = load_checkpoint(build, MODELS / name, CPU)
    kinds = {type(module) for module in loaded.modules()}
    assert torch.nn.BatchNorm2d not in kinds
    assert torch.nn.MaxPool2d not in kinds
    picture = documents.picture(documents.invoice_pdf()).resize((320, 480)).crop((0, 0, 320, height))
    pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
    expected = published.from_pretrained(MODELS / name, local_files_only=True).eval()(pixel_values=pixels)
    result = loaded(pixel_values=pixels.contiguous(memory_format=torch.channels_last)).last_hidden_state
    torch.testing.assert_close(result, expected.last_hidden_state, atol=2e-4, rtol=0)


def test_pooling_by_comparison_is_pooling() -> None:
    torch.manual_seed(3)
    maps = torch.randn(2, 5, 8, 7).contiguous(memory_format=torch.channels_last)
    maps[1, 2, 3, 4] = torch.nan
    expected = torch.nn.MaxPool2d(kernel_size=2, stride=1, ceil_mode=True)(maps)
    torch.testing.assert_close(LargestOfFour()(maps), expected, atol=0, rtol=0, equal_nan=True)


@pytest.mark.parametrize("change", ["one-too-few", "one-too-many", "another-shape", "cut"])
def test_file_that_does_not_fit_is_refused(tmp_path: Path, change: str) -> None:
    folder = Path(shutil.copytree(MODELS / "SLANet_plus", tmp_path / "SLANet_plus"))
    path = folder / "model.safetensors"
    weights = load_file(path)
    name = next(name for name in weights if name.endswith(".weight"))
    if change == "one-too-few":
        del weights[name]
    elif change == "one-too-many":
        weights["another"] = torch.zeros(1)
    elif change == "another-shape":
        weights[name] = torch.zeros(3, 3)
    save_file(weights, path)
    if change == "cut":
        path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(WorkerUnhealthy, match="the weights of SLANet_plus do not fit their model: run"):
        load_checkpoint(SLANetForTableRecognition, folder, CPU)
