"""Recognisers that a test makes: whole checkpoints of PP-OCRv5's class, as the builder bakes them, weights by chance.

They read nothing right; a bias on the head's symbols makes one that is as sure of a symbol as the test wants.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from transformers import PPOCRV5MobileRecConfig, PPOCRV5MobileRecForTextRecognition

# How the published ones narrow a line, 48 pixels high, to one row of steps of 8 pixels.
BLOCKS = [
    [[3, 16, 32, 1, False]],
    [[3, 32, 64, 1, False], [3, 64, 64, 1, False]],
    [[3, 64, 128, [2, 1], False], [3, 128, 128, 1, False]],
    [[3, 128, 256, [1, 2], False], *([[5, 256, 256, 1, False]] * 4)],
    [[5, 256, 512, [2, 1], True], [5, 512, 512, 1, True], [5, 512, 512, [2, 1], False], [5, 512, 512, 1, False]],
]


def write_recogniser(folder: Path, dictionary: Sequence[str], logits: Mapping[str, float] | None = None) -> None:
    """Save a recogniser of these symbols.

    With `logits`, its head has no weights: whatever it sees, each step gets these symbols with these logits, the blank
    as `""`, all others 0.
    """
    symbols = ["", *dictionary, " "]
    backbone = {
        "model_type": "pp_lcnet_v3",
        "scale": 0.25,
        "divisor": 16,
        "block_configs": BLOCKS,
        "out_features": ["stage2", "stage3", "stage4", "stage5"],
    }
    torch.manual_seed(0)
    config = PPOCRV5MobileRecConfig(head_out_channels=len(symbols), backbone_config=backbone)
    model = PPOCRV5MobileRecForTextRecognition(config).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    # Weights by chance alone would give every symbol the same probability.
    torch.nn.init.normal_(model.head.head.weight, std=20)
    if logits is not None:
        torch.nn.init.zeros_(model.head.head.weight)
        torch.nn.init.zeros_(model.head.head.bias)
        for symbol, logit in logits.items():
            model.head.head.bias.data[symbols.index(symbol)] = logit
    model.save_pretrained(folder)
    (folder / "dictionary.txt").write_text("\n".join(dictionary), encoding="utf-8")


def write_published(folder: Path, dictionary: Sequence[str]) -> None:
    """Save one as the hub has it, its dictionary among its processor's settings."""
    write_recogniser(folder, dictionary)
    (folder / "dictionary.txt").unlink()
    processor = {"model_type": "pp_ocrv5_mobile_rec", "character_list": ["blank", *dictionary, " "]}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor, ensure_ascii=False), encoding="utf-8")
