"""The default model set with random weights: for machines that the real ones cannot reach.

The folder is as `python -m builder` makes it, from the same configurations. A model's time does not depend on its
weights, but its results do: hardly a region, and no line of text. So layout is measured as it is; a page's other stages
are not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    AutoConfig,
    PPDocLayoutV3ForObjectDetection,
    PPOCRV6SmallDetForObjectDetection,
    PPOCRV6SmallRecForTextRecognition,
    SLANetForTableRecognition,
)

CONFIGS = Path(__file__).resolve().parent.parent / "builder" / "configs"
CLASSES = {
    "PP-DocLayoutV3": PPDocLayoutV3ForObjectDetection,
    "PP-OCRv6_small_det": PPOCRV6SmallDetForObjectDetection,
    "PP-OCRv6_small_rec": PPOCRV6SmallRecForTextRecognition,
    "SLANet_plus": SLANetForTableRecognition,
}
# Values of a cell's location: SLANet_plus has a head of two layers for it, which transformers' class lacks.
CELL_VALUES = 8


def write_random_models(folder: Path) -> None:
    """Writes the four models' folders and the manifest."""
    torch.manual_seed(0)
    files = []
    for name, model_class in CLASSES.items():
        target = folder / name
        shutil.copytree(CONFIGS / name, target)
        model = model_class(AutoConfig.from_pretrained(target)).eval()
        # With the class's current tensor names, as the builder writes them, not those of older checkpoints.
        model.save_pretrained(target, save_original_format=False)
        if name == "PP-OCRv6_small_rec":
            symbols = (chr(0x4E00 + number) for number in range(model.config.head_out_channels - 3))
            (target / "dictionary.txt").write_text("\n".join(symbols) + "\n", encoding="utf-8")
        if name == "SLANet_plus":
            hidden = model.config.hidden_size
            shapes = {"fc1.weight": (hidden, hidden), "fc1.bias": (hidden,)}
            shapes |= {"fc2.weight": (CELL_VALUES, hidden), "fc2.bias": (CELL_VALUES,)}
            head = {f"head.loc_generator.{part}": torch.randn(shape) for part, shape in shapes.items()}
            save_file(head, target / "location_head.safetensors")
        files += [
            {
                "path": f"{name}/{path.name}",
                "size": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "revision": "random",
            }
            for path in sorted(target.iterdir())
        ]
    (folder / "manifest.json").write_text(json.dumps({"files": files}), encoding="utf-8")
