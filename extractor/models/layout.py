"""Page images -> regions with labels and reading order: PP-DocLayoutV3, of the RT-DETR family.

Source: PaddlePaddle, PP-DocLayoutV3 model card (33 M parameters, 25 classes, reading order by a global pointer). Input
RGB 800x800, bicubic without antialiasing, divided by 255. The mask head's polygons are not used: boxes suffice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from transformers import PPDocLayoutV3ForObjectDetection

from ..geometry import area, clip
from ..regions import Region
from .checkpoint import load_checkpoint, require_numbers, weight_bytes
from .layout_graph import LayoutGraph
from .transfer import to_device

MODEL = "PP-DocLayoutV3"
SIDE = 800
MIN_SCORE = 0.3


@dataclass(frozen=True, slots=True)
class RawLayout:
    """What the model says of one page: `scores` (queries, labels), `boxes` (queries, 4: centre and size, relative to
    the page) and `votes` (queries: how many others are read before this one)."""

    scores: np.ndarray[Any, np.dtype[np.float32]]
    boxes: np.ndarray[Any, np.dtype[np.float32]]
    votes: np.ndarray[Any, np.dtype[np.float32]]


class LayoutModel:
    """Finds the regions of pages."""

    def __init__(self, models_dir: Path, device: torch.device, dtype: torch.dtype, batch_size: int) -> None:
        self.batch_size = batch_size
        self._device = device
        checkpoint = load_checkpoint(PPDocLayoutV3ForObjectDetection, models_dir / MODEL, device)
        self._labels = {int(index): str(label) for index, label in checkpoint.config.id2label.items()}
        self._graph = LayoutGraph(checkpoint, dtype)
        self.weight_bytes = weight_bytes(self._graph)

    def prepare(self, image: np.ndarray[Any, np.dtype[np.uint8]]) -> torch.Tensor:
        """An RGB image (height, width, 3) as the model's input: uint8, (3, 800, 800)."""
        resized = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        return torch.from_numpy(resized).permute(2, 0, 1)

    def bucket(self, item: torch.Tensor) -> int:
        """Every page has the same shape here."""
        return 0

    @torch.inference_mode()
    def infer(self, items: Sequence[torch.Tensor]) -> list[RawLayout]:
        """Run one batch."""
        batch = to_device(items, self._device)
        batch = batch.to(torch.float32).div_(255).contiguous(memory_format=torch.channels_last)
        logits, boxes, order = self._graph(batch)
        # One transfer from the device.
        found = torch.cat([logits.sigmoid(), boxes, _votes(order).unsqueeze(-1)], dim=-1).cpu().numpy()
        return [RawLayout(page[:, :-5], page[:, -5:-1], page[:, -1]) for page in found]

    def finish(self, raw: RawLayout, width: float, height: float) -> list[Region]:
        """The regions of a page of this size, in reading order. Each query speaks for its best label only."""
        require_numbers(raw.scores, raw.boxes, raw.votes)
        labels = raw.scores.argmax(axis=1)
        best = raw.scores.max(axis=1)
        regions = []
        for query in np.flatnonzero(best >= MIN_SCORE):
            x, y, w, h = (float(value) for value in raw.boxes[query])
            box = clip(
                ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height), width, height
            )
            if area(box) > 0:
                regions.append(
                    Region(self._labels[int(labels[query])], box, float(best[query]), float(raw.votes[query]))
                )
        return sorted(regions, key=lambda region: region.order)


def _votes(order_logits: torch.Tensor) -> torch.Tensor:
    """How many regions precede each one: the upper triangle of the pointer's logits, read antisymmetrically."""
    scores = torch.sigmoid(order_logits)
    ahead = scores.triu(diagonal=1).sum(dim=1)
    behind = (1.0 - scores.transpose(1, 2)).tril(diagonal=-1).sum(dim=1)
    return ahead + behind
