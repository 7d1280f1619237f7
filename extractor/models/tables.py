"""Tables -> their structure: SLANet_plus, an image encoder with a decoder that writes HTML tokens and a box per cell.

In the worker. Source: PaddlePaddle, SLANet_plus (PP-StructureV2, Li et al. 2022). Input 488x488, BGR, ImageNet mean and
deviation, long side fitted, padded right and bottom. transformers' class has the structure head. The cell boxes come
from the location head of the published graph, which the builder keeps beside the checkpoint. `decoding/table_cells.py`
reads the results.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from transformers import SLANetForTableRecognition

from ..decoding.table_cells import END
from ..errors import WorkerUnhealthy
from ..values.boxes import PixelBox
from .batch import Batch, closed_size, sent
from .checkpoint import load_checkpoint, weight_bytes
from .convolutions import serve_on_device
from .graphs import Capturing, Graphs
from .pictures import Pixels
from .pinned import Staging
from .shapes import Batches, Shapes

MODEL = "SLANet_plus"
SIDE = 488
# Decoding steps in a chunk; after each chunk the host learns whether every table has ended.
STEPS_AT_A_TIME = 16
# How many chunks the device is ahead of what the host knows, so that it need not wait for the host.
CHUNKS_AHEAD = {"cpu": 0, "cuda": 1}
# The positions that the decoder attends to: the encoder halves the square's sides five times.
POSITIONS = 16 * 16

# Blue, green, red.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_LOCATION_HEAD = "head.loc_generator."


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table: its box in a page crop on the device, (left, top, right, bottom), whole pixels, origin top left."""

    pixels: Pixels
    box: PixelBox


class TableModel:
    """Reads the structure of tables, in float32 everywhere. `weight_bytes` is what its weights take.

    It is small, and decides step by step, each step on the last one's choice. Raises `WorkerUnhealthy` where its
    weights are not there.
    """

    def __init__(self, models_dir: Path, device: torch.device, shapes: Shapes, pool: Capturing | None) -> None:
        self._device = device
        self._sizes = shapes.tables
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
        self._mean = torch.tensor(_MEAN, device=device).view(1, 3, 1, 1)
        self._deviation = torch.tensor(_DEVIATION, device=device).view(1, 3, 1, 1)
        serve_on_device(self._model.backbone, device)
        self._encoding = Graphs(MODEL, self._encode, self._encoder_inputs, pool)
        self._decoding = Graphs(f"{MODEL}'s decoder", self._decode, self._decoder_inputs, pool)
        self._staging = Staging(device)

    def key(self, row: TableRow) -> tuple[()]:
        """Always the same: all tables have one shape here."""
        return ()

    def batch_sizes(self, key: tuple[()]) -> Batches:
        """The sizes, in tables, that a batch may have, ascending."""
        return self._sizes

    @torch.inference_mode()
    def start(self, rows: Sequence[TableRow]) -> Batch:
        """A batch whose result for each table is (steps, 10) float32.

        The columns: the token, its probability, and the corners of a quadrilateral as shares of the model's square. The
        last step is that of the end token, unless the decoder's limit came first. All tables are decoded together until
        each has ended: most of that is waited for here, `CHUNKS_AHEAD` chunks late.
        """
        size = closed_size(self._sizes, len(rows), self._decoding.is_ready)
        fitted = [_fitted_size(row.box) for row in rows]
        # An empty crop for each row that only fills the batch up.
        contents = torch.tensor(fitted + [(0, 0)] * (size - len(rows)))

        def draw(crops: torch.Tensor, sizes: torch.Tensor) -> None:
            sizes.copy_(contents, non_blocking=True)
            for crop, row, (tall, wide) in zip(crops, rows, fitted, strict=False):
                crop[:tall, :wide].copy_(row.pixels.fitted(tall, wide, "linear", row.box))

        seen = self._encoding.run(size, draw)
        decoded = torch.cat(list(self._decoded(size, len(rows), seen)), dim=1)[:, : self._limit]
        return sent(self._staging, decoded[: len(rows)], lambda tables: [_until_end(table) for table in tables])

    def _decoded(self, size: int, tables: int, seen: tuple[torch.Tensor, ...]) -> Iterator[torch.Tensor]:
        """Chunks of steps of a batch, (tables, steps, 10), until each of its first `tables` has ended."""
        before = self._beginning(size)
        flags: deque[_HostFlag] = deque()
        for _ in range(-(-self._limit // STEPS_AT_A_TIME)):

            def go_on(*inputs: torch.Tensor, before: tuple[torch.Tensor, ...] = before) -> None:
                for place, value in zip(inputs, (*seen, *before), strict=True):
                    place.copy_(value)

            chunk, state, token, ended = self._decoding.run(size, go_on)
            before = (state, token, ended)
            yield chunk.clone()
            flags.append(_HostFlag(ended[:tables].all()))
            if len(flags) > CHUNKS_AHEAD[self._device.type] and flags.popleft().value():
                return

    def warm(self, key: tuple[()], size: int) -> None:
        """Prepare for batches of so many tables."""
        self._encoding.warm(size)
        self._decoding.warm(size)

    @property
    def _limit(self) -> int:
        """The most steps that a table may take."""
        return int(self._model.config.max_text_length) + 1

    def _encoder_inputs(self, size: int) -> tuple[torch.Tensor, ...]:
        """Empty inputs: crops (tables, 488, 488, 3) uint8, and the sizes of their contents (tables, 2)."""
        return (
            torch.zeros(size, SIDE, SIDE, 3, dtype=torch.uint8, device=self._device),
            torch.zeros(size, 2, dtype=torch.long, device=self._device),
        )

    def _beginning(self, size: int) -> tuple[torch.Tensor, ...]:
        """The decoder's state before its first step: (tables, width), the previous token, whether each has ended."""
        state = torch.zeros(size, self._model.config.hidden_size, device=self._device)
        token = torch.zeros(size, dtype=torch.long, device=self._device)
        return state, token, torch.zeros(size, dtype=torch.bool, device=self._device)

    def _decoder_inputs(self, size: int) -> tuple[torch.Tensor, ...]:
        """Empty inputs: what `_encode` gives, then what `_beginning` gives."""
        width, hidden = self._model.config.post_conv_out_channels, self._model.config.hidden_size
        seen = [torch.zeros(size, POSITIONS, channels, device=self._device) for channels in (width, hidden)]
        return *seen, *self._beginning(size)

    def _encode(self, crops: torch.Tensor, contents: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The encoded crops: as the decoder reads them, and projected for its attention."""
        batch = crops.flip(-1).permute(0, 3, 1, 2).to(torch.float32)
        batch = batch.div_(255).sub_(self._mean).div_(self._deviation)
        # The padding is 0, as a mean pixel.
        places = torch.arange(SIDE, device=crops.device)
        rows, columns = (places < contents[:, side, None] for side in (0, 1))
        batch.mul_((rows[:, :, None] & columns[:, None]).unsqueeze(1))
        memory = self._model.backbone(batch).last_hidden_state.float()
        return memory, self._model.head.structure_attention_cell.input_to_hidden(memory)

    def _decode(
        self,
        memory: torch.Tensor,
        projected: torch.Tensor,
        state: torch.Tensor,
        token: torch.Tensor,
        ended: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """One chunk of steps, (tables, steps, 10); then the state, the last token, whether each table has ended."""
        head, classes = self._model.head, self._model.config.out_channels
        cell = head.structure_attention_cell
        tokens, probabilities, states = [], [], []
        for _ in range(STEPS_AT_A_TIME):
            scores = cell.score(torch.tanh(projected + cell.hidden_to_hidden(state).unsqueeze(1)))
            context = torch.matmul(torch.softmax(scores, dim=1).transpose(1, 2), memory).squeeze(1)
            before = nn.functional.one_hot(token, classes).float()
            state = cell.rnn(torch.cat([context, before], dim=1), state)
            probability, token = torch.softmax(head.structure_generator(state), dim=1).max(dim=1)
            ended = ended | (token == END)
            tokens.append(token.float())
            probabilities.append(probability)
            states.append(state)
        quads = self._location(torch.stack(states, dim=1))
        chosen = torch.stack([torch.stack(tokens, dim=1), torch.stack(probabilities, dim=1)], dim=2)
        return torch.cat([chosen, quads], dim=2), state, token, ended


class _HostFlag:
    """Device-to-host boolean, copied asynchronously."""

    def __init__(self, value: torch.Tensor) -> None:
        gpu = value.device.type == "cuda"
        self._value = torch.empty((), dtype=torch.bool, pin_memory=gpu)
        self._value.copy_(value, non_blocking=True)
        self._arrived: Any = None
        if gpu:
            self._arrived = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
            self._arrived.record()

    def value(self) -> bool:
        """The boolean. Waits for its copy, and for nothing after it."""
        if self._arrived is not None:
            self._arrived.synchronize()
        return bool(self._value)


def _fitted_size(box: PixelBox) -> tuple[int, int]:
    """The height and the width of a table in the model's square, in pixels."""
    height, width = box[3] - box[1], box[2] - box[0]
    scale = SIDE / max(height, width)
    return max(1, int(height * scale)), max(1, int(width * scale))


def _until_end(steps: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A table's steps up to its end token."""
    ends = np.flatnonzero(steps[:, 0] == END)
    return steps[: ends[0] + 1] if len(ends) else steps
