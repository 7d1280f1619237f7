"""Table images -> structure: SLANet_plus, an image encoder with a decoder that writes HTML tokens and a box per cell.

Source: PaddlePaddle, SLANet_plus (PP-StructureV2, Li et al. 2022). Input 488x488, BGR, ImageNet mean and deviation,
long side fitted, padded right and bottom. transformers' class has the structure head; the cell boxes come from the
location head of the published graph, which the builder keeps beside the checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import SLANetForTableRecognition

from ..errors import WorkerUnhealthy
from ..regions import TableCell
from .checkpoint import load_checkpoint, require_numbers, weight_bytes
from .transfer import to_device

MODEL = "SLANet_plus"
SIDE = 488
# After so many decoding steps the host asks whether every table had ended; it takes what is known by then.
STEPS_BETWEEN_LOOKS = 16

_MEAN = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1)
_STD = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)

# The decoder's vocabulary (the published graph's metadata), between its start and end tokens.
TOKENS = (
    "<sos>",
    *("<thead>", "</thead>", "<tbody>", "</tbody>", "<tr>", "</tr>", "<td", ">", "</td>"),
    *(f' colspan="{count}"' for count in range(2, 21)),
    *(f' rowspan="{count}"' for count in range(2, 21)),
    "<td></td>",
    "<eos>",
)
_END = len(TOKENS) - 1
_LOCATION_HEAD = "head.loc_generator."
_CELL_TOKENS = ("<td></td>", "<td")


@dataclass(frozen=True, slots=True)
class TableInput:
    """A table's image fitted into the model's square, (3, 488, 488) float32; `scale`: model pixels per image pixel."""

    pixels: torch.Tensor
    scale: float


@dataclass(frozen=True, slots=True)
class RawTable:
    """The decoder's tokens, their probabilities, and for each step a quadrilateral relative to the model's square."""

    tokens: np.ndarray[Any, np.dtype[np.int64]]
    probabilities: np.ndarray[Any, np.dtype[np.float32]]
    quads: np.ndarray[Any, np.dtype[np.float32]]


class _Flag:
    """A truth on the device that the host learns of without waiting: what was sent is seen as soon as it is there."""

    def __init__(self, device: torch.device) -> None:
        self._gpu = device.type == "cuda"
        self._seen = torch.zeros((), dtype=torch.bool, pin_memory=self._gpu)
        self._arrived: Any = torch.cuda.Event() if self._gpu else None  # type: ignore[no-untyped-call]

    def send(self, value: torch.Tensor) -> None:
        """Have `value`, a bool on the device, copied once everything before it is done."""
        self._seen.copy_(value, non_blocking=True)
        if self._arrived is not None:
            self._arrived.record()

    def is_set(self) -> bool:
        """Whether a true value has arrived."""
        return (self._arrived is None or self._arrived.query()) and bool(self._seen)


class TableModel:
    """Reads the structure of tables; in float32 everywhere, for a small model that decides step by step, each step on
    the last one's choice."""

    def __init__(self, models_dir: Path, device: torch.device, batch_size: int) -> None:
        self.batch_size = batch_size
        self._device = device
        folder = models_dir / MODEL
        self._model = load_checkpoint(SLANetForTableRecognition, folder, device)
        self.weight_bytes = weight_bytes(self._model)
        if not (folder / "location_head.safetensors").is_file():
            raise WorkerUnhealthy(f"the weights of {MODEL} are not there: run `python -m builder`")
        weights = load_file(folder / "location_head.safetensors")
        first, second = (_LOCATION_HEAD + name for name in ("fc1", "fc2"))
        outputs, hidden = weights[f"{second}.weight"].shape
        self._location = nn.Sequential(nn.Linear(hidden, hidden), nn.Linear(hidden, outputs), nn.Sigmoid())
        self._location.load_state_dict(
            {
                f"{index}.{part}": weights[f"{layer}.{part}"]
                for index, layer in enumerate((first, second))
                for part in ("weight", "bias")
            }
        )
        self._location.eval().requires_grad_(False).to(device)

    def prepare(self, image: np.ndarray[Any, np.dtype[np.uint8]]) -> TableInput:
        """An RGB table image (height, width, 3), fitted and padded; the padding is what a mean pixel becomes: 0."""
        height, width = image.shape[:2]
        scale = SIDE / max(height, width)
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        resized = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
        padded = np.zeros((3, SIDE, SIDE), np.float32)
        bgr = resized.transpose(2, 0, 1)[::-1]
        padded[:, : size[1], : size[0]] = (bgr.astype(np.float32) / np.float32(255) - _MEAN) / _STD
        return TableInput(torch.from_numpy(padded), scale)

    def bucket(self, item: TableInput) -> int:
        """Every table has the same shape here."""
        return 0

    @torch.inference_mode()
    def infer(self, items: Sequence[TableInput]) -> list[RawTable]:
        """Decode one batch of tables, all in step, until each has ended or the decoder's limit is reached."""
        batch = to_device([item.pixels for item in items], self._device)
        memory = self._model.backbone(batch.contiguous(memory_format=torch.channels_last)).last_hidden_state.float()
        head, config = self._model.head, self._model.config
        cell = head.structure_attention_cell
        projected = cell.input_to_hidden(memory)
        state = torch.zeros(len(items), config.hidden_size, device=self._device)
        token = torch.zeros(len(items), dtype=torch.long, device=self._device)
        ended = torch.zeros(len(items), dtype=torch.bool, device=self._device)
        tokens, probabilities, states = [], [], []
        all_ended = _Flag(self._device)
        for step in range(config.max_text_length + 1):
            scores = cell.score(torch.tanh(projected + cell.hidden_to_hidden(state).unsqueeze(1)))
            context = torch.matmul(torch.softmax(scores, dim=1).transpose(1, 2), memory).squeeze(1)
            before = nn.functional.one_hot(token, config.out_channels).float()
            state = cell.rnn(torch.cat([context, before], dim=1), state)
            probability, token = torch.softmax(head.structure_generator(state), dim=1).max(dim=1)
            tokens.append(token)
            probabilities.append(probability)
            states.append(state)
            ended |= token == _END
            if all_ended.is_set():
                break
            if step % STEPS_BETWEEN_LOOKS == STEPS_BETWEEN_LOOKS - 1:
                all_ended.send(ended.all())
        quads = self._location(torch.stack(states, dim=1)).cpu().numpy()
        chosen = torch.stack(tokens, dim=1).cpu().numpy()
        certainty = torch.stack(probabilities, dim=1).cpu().numpy()
        return [RawTable(t, p, q) for t, p, q in zip(chosen, certainty, quads, strict=True)]

    def finish(self, raw: RawTable, item: TableInput) -> list[TableCell]:
        """The cells, row by row. Where two claim a place, the later one moves right, as in HTML."""
        require_numbers(raw.probabilities, raw.quads)
        cells: list[TableCell] = []
        taken: set[tuple[int, int]] = set()
        row = -1
        header = False
        steps = raw.tokens.tolist()
        steps = steps[: steps.index(_END)] if _END in steps else steps
        for step, number in enumerate(steps):
            token = TOKENS[number]
            if token in ("<thead>", "</thead>"):
                header = token == "<thead>"
            elif token == "<tr>":
                row += 1
            elif token in _CELL_TOKENS:
                spans = {"colspan": 1, "rowspan": 1}
                following = step + 1
                while token == "<td" and following < len(steps) and TOKENS[steps[following]].startswith(" "):
                    name, _, count = TOKENS[steps[following]].strip().partition("=")
                    spans[name] = int(count.strip('"'))
                    following += 1
                at, column = max(row, 0), 0
                while (at, column) in taken:
                    column += 1
                quad = raw.quads[step].reshape(4, 2) * (SIDE / item.scale)
                box = (
                    float(quad[:, 0].min()),
                    float(quad[:, 1].min()),
                    float(quad[:, 0].max()),
                    float(quad[:, 1].max()),
                )
                cells.append(
                    TableCell(
                        max(row, 0),
                        column,
                        spans["rowspan"],
                        spans["colspan"],
                        header,
                        box,
                        float(raw.probabilities[step]),
                    )
                )
                taken.update(
                    (at + down, column + right) for down in range(spans["rowspan"]) for right in range(spans["colspan"])
                )
        return cells
