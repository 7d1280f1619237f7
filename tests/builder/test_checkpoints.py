"""Every baked checkpoint loads into its class with nothing missing, unexpected or misshapen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoImageProcessor,
    PPDocLayoutV3ForObjectDetection,
    PPOCRV6SmallDetForObjectDetection,
    PPOCRV6SmallRecForTextRecognition,
    PreTrainedModel,
    SLANetForTableRecognition,
)

pytestmark = pytest.mark.slow

CLASSES: dict[str, type[PreTrainedModel]] = {
    "PP-DocLayoutV3": PPDocLayoutV3ForObjectDetection,
    "PP-OCRv6_small_det": PPOCRV6SmallDetForObjectDetection,
    "PP-OCRv6_small_rec": PPOCRV6SmallRecForTextRecognition,
    "SLANet_plus": SLANetForTableRecognition,
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_checkpoint_loads_completely(name: str, models: Path) -> None:
    model, report = CLASSES[name].from_pretrained(models / name, output_loading_info=True)

    assert {kind: list(names) for kind, names in report.items()} == {kind: [] for kind in report}
    assert {"missing_keys", "unexpected_keys", "mismatched_keys"} <= set(report)
    assert model.config.architectures == [CLASSES[name].__name__]
    for key, tensor in model.state_dict().items():
        assert not tensor.is_floating_point() or (tensor.dtype == torch.float32 and tensor.isfinite().all()), key


@pytest.mark.parametrize("name", ["PP-DocLayoutV3", "PP-OCRv6_small_det", "SLANet_plus"])
def test_an_image_processor_loads_beside_it(name: str, models: Path) -> None:
    declared = json.loads((models / name / "preprocessor_config.json").read_bytes())
    processor = AutoImageProcessor.from_pretrained(models / name)

    assert type(processor).__name__ == declared["image_processor_type"]
    assert {side: getattr(processor.size, side) for side in declared["size"]} == declared["size"]
    assert list(processor.image_mean) == declared["image_mean"]


def test_the_dictionary_has_a_symbol_for_each_class_but_blank_and_space(models: Path) -> None:
    folder = models / "PP-OCRv6_small_rec"
    symbols = (folder / "dictionary.txt").read_text(encoding="utf-8").split("\n")
    classes = json.loads((folder / "config.json").read_bytes())["head_out_channels"]

    assert len(symbols) + 2 == classes
    assert len(set(symbols)) == len(symbols)
