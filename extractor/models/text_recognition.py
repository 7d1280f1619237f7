"""Lines of text -> the best symbol of each step of 8 pixels: SVTR with CTC, PP-OCRv6 small or a PP-OCRv5 one.

In the worker. Lines are 48 pixels high. `decoding/ctc.py` reads the results. Source: PaddlePaddle, PP-OCRv6 small and
PP-OCRv5 mobile model cards; SVTR: Du et al., "SVTR: Scene Text Recognition with a Single Visual Model" (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModelForTextRecognition

from ..decoding.ctc import PIXELS_PER_STEP
from ..errors import WorkerUnhealthy
from ..languages import is_written
from .batch import Batch, closed_size, sent
from .checkpoint import InFloat32, load_checkpoint, weight_bytes
from .content import Content, see_content_only
from .convolutions import serve_on_device
from .graphs import Graphs
from .line_cuts import LineCutter
from .pictures import Pixels
from .pinned import Staging
from .shapes import LINE_HEIGHT, Batches, seen_width

# Steps whose classes are computed together, by device: so many fit into a processor's cache (5 MB); on a GPU they take
# 150 MB, twice.
STEPS_AT_A_TIME = {"cpu": 64, "cuda": 2048}

LineKey = tuple[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class LineRows:
    """Lines of one page picture or crop that become `width` pixels wide.

    - `quads` (lines, 4, 2) are their corners, in its pixels, origin top left.
    - `quarters` (lines,) are their turns anticlockwise, once they are cut out.
    - `contents` (lines,) are the pixels of the width that they fill.
    - `scripts` (ISO 15924) are those that their letters are from, any where there are none.
    """

    pixels: Pixels
    quads: np.ndarray[Any, np.dtype[np.float32]]
    quarters: np.ndarray[Any, np.dtype[np.uint8]]
    contents: np.ndarray[Any, np.dtype[np.int32]]
    width: int
    scripts: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.quads)

    def part(self, start: int, stop: int) -> LineRows:
        """The lines from `start` up to `stop`."""
        lines = slice(start, stop)
        return LineRows(
            self.pixels, self.quads[lines], self.quarters[lines], self.contents[lines], self.width, self.scripts
        )


class TextRecogniser:
    """Reads lines of text. `symbols` are its classes, by number: the blank first.

    It is on the device of its `cutter`, which may serve others, too, and has its shapes and its pool. `weight_bytes` is
    what its weights take. Raises `WorkerUnhealthy` where no weights fit.
    """

    def __init__(self, name: str, models_dir: Path, dtype: torch.dtype, cutter: LineCutter) -> None:
        device = cutter.device
        self._device = device
        self._dtype = dtype
        self._shapes = cutter.shapes
        folder = models_dir / name
        self._model = load_checkpoint(AutoModelForTextRecognition.from_config, folder, device).to(dtype)
        serve_on_device(self._model, device)
        self._content = see_content_only(self._model)
        _attend_to_content_only(self._model, self._content)
        self._classes = InFloat32(self._model.head.head)
        self.weight_bytes = weight_bytes(self._model)
        # The classes: CTC's blank, the dictionary's lines, the space; the head's last entries have no symbol.
        lines = (folder / "dictionary.txt").read_text(encoding="utf-8").split("\n")
        symbols = ["", *(lines[:-1] if lines[-1] == "" else lines), " "]
        classes = self._model.config.head_out_channels
        if len(symbols) > classes:
            raise WorkerUnhealthy(f"the dictionary of {name} does not fit its weights")
        self.symbols = (*symbols, *[""] * (classes - len(symbols)))
        self._space = len(symbols) - 1
        self._written: dict[frozenset[str], torch.Tensor] = {}
        self._graphs = Graphs(name, self._forward, self._inputs, cutter.pool)
        self._cutter = cutter
        self._staging = Staging(device)

    def key(self, row: LineRows) -> LineKey:
        """The width and the scripts: lines that share both can share a batch."""
        return row.width, row.scripts

    def batch_sizes(self, key: LineKey) -> Batches:
        """The sizes, in lines, that a batch of this width may have, ascending.

        Raises `KeyError` for a width that is not in the table of shapes.
        """
        return self._shapes.line_batches(key[0])

    @torch.inference_mode()
    def start(self, rows: Sequence[LineRows]) -> Batch:
        """A batch whose result for each line is (steps, 3) float32, a step for each 8 pixels of what is seen of it.

        The columns: the probability of the step's best symbol; the symbol's number in `symbols`, exact in a float; the
        probability of the space, which a reading may need where a blank is a little more likely.
        Where scripts are given, a step whose best symbol is of another script gets the best one of theirs, never the
        blank: what the recogniser saw is not dropped. That symbol's low probability makes such a line unsure.
        """
        width, scripts = self.key(rows[0])
        ends = list(accumulate(len(row) for row in rows))
        size = closed_size(
            self.batch_sizes((width, scripts)),
            ends[-1],
            lambda size: self._graphs.is_ready((width, size, bool(scripts))),
        )
        seen = [seen_width(int(content)) for row in rows for content in row.contents]
        seen += [width] * (size - len(seen))

        def fill(lines: torch.Tensor, sizes: torch.Tensor, written: torch.Tensor) -> None:
            sizes.copy_(torch.tensor([(LINE_HEIGHT, part) for part in seen]), non_blocking=True)
            if scripts:
                written.copy_(self._in_scripts(scripts))
            self._cutter.cut(rows, lines)

        (steps,) = self._graphs.run((width, size, bool(scripts)), fill)
        return sent(
            self._staging,
            steps[: ends[-1]],
            lambda found: [line[: part // PIXELS_PER_STEP] for line, part in zip(found, seen, strict=False)],
        )

    def warm(self, key: LineKey, size: int) -> None:
        """Prepare for batches of so many lines of this width."""
        self._cutter.warm(size, key[0])
        self._graphs.warm((key[0], size, bool(key[1])))

    def _inputs(self, shape: tuple[int, int, bool]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Empty inputs: lines (lines, 3, 48, width), the heights and widths seen of them (lines, 2), the allowed
        classes.

        The last is (classes,) bool; empty where any class may be read.
        """
        width, size, with_scripts = shape
        lines = torch.zeros(size, 3, LINE_HEIGHT, width, dtype=self._dtype, device=self._device)
        sizes = torch.tensor([(LINE_HEIGHT, width)] * size, device=self._device)
        written = torch.ones(len(self.symbols) if with_scripts else 0, dtype=torch.bool, device=self._device)
        return lines.contiguous(memory_format=torch.channels_last), sizes, written

    def _forward(self, lines: torch.Tensor, sizes: torch.Tensor, written: torch.Tensor) -> tuple[torch.Tensor]:
        self._content.within(LINE_HEIGHT, lines.shape[3], sizes)
        features = self._model.model(pixel_values=lines).last_hidden_state
        encoded = self._model.head.encoder(features).last_hidden_state
        # A step has thousands of classes: the probabilities of all steps are never in memory at once.
        steps = encoded.flatten(0, 1).split(STEPS_AT_A_TIME[self._device.type])
        best = torch.cat([self._best_symbols(some, written) for some in steps])
        return (best.view(*encoded.shape[:2], 3),)

    def _best_symbols(self, steps: torch.Tensor, written: torch.Tensor) -> torch.Tensor:
        """The probability of each step's best symbol, its number, and the probability of the space: (steps, 3)."""
        output = self._classes(steps).softmax(dim=-1)
        probabilities, symbols = output.max(dim=-1)
        if len(written):
            likely, among = torch.where(written, output, 0).max(dim=-1)
            foreign = ~written[symbols] & (symbols != 0)
            symbols, probabilities = torch.where(foreign, among, symbols), torch.where(foreign, likely, probabilities)
        return torch.stack([probabilities, symbols.float(), output[:, self._space]], dim=-1)

    def _in_scripts(self, scripts: frozenset[str]) -> torch.Tensor:
        """Which classes may stand in a text in these scripts, (classes,) bool; never the blank."""
        if scripts not in self._written:
            written = [symbol != "" and is_written(symbol, scripts) for symbol in self.symbols]
            self._written[scripts] = torch.tensor(written, device=self._device)
        return self._written[scripts]


class _ContentAttention(nn.Module):
    """SVTR's attention among a line's steps, without those of its padding."""

    def __init__(self, published: Any, content: Content) -> None:
        super().__init__()
        self.qkv, self.projection = published.qkv, published.projection
        self._heads, self._scale = published.num_heads, published.scale
        self._content = content

    def forward(self, hidden_states: torch.Tensor, **_: Any) -> tuple[torch.Tensor, None]:
        """(lines, steps, width) -> the same."""
        lines, steps, width = hidden_states.shape
        mixed = self.qkv(hidden_states).view(lines, steps, 3, self._heads, width // self._heads).permute(2, 0, 3, 1, 4)
        seen = self._content.columns(steps)
        attended = functional.scaled_dot_product_attention(
            mixed[0], mixed[1], mixed[2], attn_mask=None if seen is None else seen[:, None, None], scale=self._scale
        )
        return self.projection(attended.transpose(1, 2).reshape(lines, steps, width)), None


def _attend_to_content_only(model: Any, content: Content) -> None:
    for block in model.head.encoder.svtr_block:
        block.self_attn = _ContentAttention(block.self_attn, content)
