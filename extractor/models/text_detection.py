"""Page inputs and crops -> maps of where text is: the DBNet detector of PP-OCRv6 small. In the worker.

`decoding/text_boxes.py` finds the lines. Source: PaddlePaddle, PP-OCRv6 small model card; DB: Liao et al., "Real-time
Scene Text Detection with Differentiable Binarization" (2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional
from transformers import PPOCRV6SmallDetForObjectDetection

from ..decoding.text_boxes import NOT_A_NUMBER
from .batch import Batch, closed_size, sent
from .checkpoint import load_checkpoint, weight_bytes
from .content import see_content_only
from .convolutions import serve_on_device
from .graphs import Capturing, Graphs
from .pictures import Pixels
from .pinned import Staging
from .shapes import DETECTION_STEP, Batches, Canvas, Fit, Shapes

MODEL = "PP-OCRv6_small_det"
# ImageNet's mean and deviation. The published preprocessing lists them for blue, green, red and has the first be red's,
# then turns the channels round.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """A page picture or crop on the device, RGB, and the size in pixels that it becomes for the detector."""

    pixels: Pixels
    fit: Fit


class TextDetector:
    """Finds text on page inputs and crops: a map of its probability for each, in 255ths.

    `weight_bytes` is what its weights take. Raises `WorkerUnhealthy` where they are not there.
    """

    def __init__(
        self, models_dir: Path, device: torch.device, dtype: torch.dtype, shapes: Shapes, pool: Capturing | None
    ) -> None:
        self._device = device
        self._dtype = dtype
        self._sizes = shapes.detection
        self._model = load_checkpoint(PPOCRV6SmallDetForObjectDetection, models_dir / MODEL, device).to(dtype)
        serve_on_device(self._model, device)
        self._content = see_content_only(self._model)
        self.weight_bytes = weight_bytes(self._model)
        self._mean = torch.tensor(_MEAN, device=device).view(1, 3, 1, 1)
        self._deviation = torch.tensor(_DEVIATION, device=device).view(1, 3, 1, 1)
        self._graphs = Graphs(MODEL, self._forward, self._inputs, pool)
        self._staging = Staging(device)

    def key(self, row: DetectionRow) -> Canvas:
        """The canvas: inputs on one canvas can share a batch."""
        return row.fit.canvas

    def batch_sizes(self, key: Canvas) -> Batches:
        """The sizes, in pictures, that a batch on this canvas may have, ascending."""
        return self._sizes

    @torch.inference_mode()
    def start(self, rows: Sequence[DetectionRow]) -> Batch:
        """A batch whose result for each row is a map, (fit.height, fit.width) uint8.

        It is the probability of text, from 0 to 254 for 0 to 1 (in 255ths), and `NOT_A_NUMBER` where the model gave
        none.
        """
        canvas = rows[0].fit.canvas
        fits = [row.fit for row in rows]
        contents = [_whole_steps(fit) for fit in fits]
        size = closed_size(self._sizes, len(rows), lambda size: self._graphs.is_ready((canvas, size)))
        contents += [canvas] * (size - len(rows))

        def fill(inputs: torch.Tensor, sizes: torch.Tensor) -> None:
            sizes.copy_(torch.tensor(contents), non_blocking=True)
            for target, row, (tall, wide) in zip(inputs, rows, contents, strict=False):
                _fit_into(row, target[:tall, :wide])

        (maps,) = self._graphs.run((canvas, size), fill)
        return sent(
            self._staging,
            maps[: len(rows)],
            lambda found: [page[: fit.height, : fit.width] for page, fit in zip(found, fits, strict=True)],
        )

    def warm(self, key: Canvas, size: int) -> None:
        """Prepare for batches of so many pictures on this canvas."""
        self._graphs.warm((key, size))

    def _inputs(self, shape: tuple[Canvas, int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Empty inputs: (inputs, H, W, 3) uint8, and the sizes of their contents (inputs, 2)."""
        canvas, size = shape
        inputs = torch.zeros(size, *canvas, 3, dtype=torch.uint8, device=self._device)
        return inputs, torch.tensor([canvas] * size, device=self._device)

    def _forward(self, inputs: torch.Tensor, sizes: torch.Tensor) -> tuple[torch.Tensor]:
        self._content.within(inputs.shape[1], inputs.shape[2], sizes)
        # In memory the channels stay last.
        batch = inputs.flip(-1).permute(0, 3, 1, 2).to(torch.float32)
        batch = batch.div_(255).sub_(self._mean).div_(self._deviation).to(self._dtype)
        maps = self._model(pixel_values=batch).last_hidden_state[:, 0].float()
        scaled = maps.mul_(255).round_().clamp_(max=NOT_A_NUMBER - 1).nan_to_num_(nan=NOT_A_NUMBER)
        return (scaled.to(torch.uint8),)


def _whole_steps(fit: Fit) -> Canvas:
    """The height and width of the content, rounded up to the detector's steps."""
    return -(-fit.height // DETECTION_STEP) * DETECTION_STEP, -(-fit.width // DETECTION_STEP) * DETECTION_STEP


def _fit_into(row: DetectionRow, target: torch.Tensor) -> None:
    """Resize a page picture or crop into `target`, (height, width, 3). Its last pixels are repeated where that is
    larger."""
    fit, pixels = row.fit, row.pixels
    shrunk = max(fit.height, fit.width) / max(pixels.height, pixels.width)
    resized = pixels.fitted(fit.height, fit.width, "linear" if shrunk >= 0.5 else "area")
    below, right = target.shape[0] - fit.height, target.shape[1] - fit.width
    if below or right:
        planes = resized.permute(2, 0, 1).to(torch.float32)[None]
        resized = functional.pad(planes, (0, right, 0, below), mode="replicate")[0].permute(1, 2, 0)
    target.copy_(resized)
