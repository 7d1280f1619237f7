"""Page pictures -> regions with labels and reading order: PP-DocLayoutV3, of the RT-DETR family. In the worker.

Source: PaddlePaddle, PP-DocLayoutV3 model card (33 M parameters, 25 classes, reading order by a global pointer). Input
RGB 800x800, bicubic without antialiasing, divided by 255. The mask head's polygons are not used: boxes suffice.
`decoding/regions.py` reads the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PPDocLayoutV3ForObjectDetection

from ..errors import WorkerUnhealthy
from ..values.reading import RegionKind
from .batch import Batch, closed_size, sent
from .checkpoint import load_checkpoint, weight_bytes
from .convolutions import serve_on_device
from .graphs import Capturing, Graphs
from .layout_graph import LayoutGraph
from .pictures import Pixels
from .pinned import Staging
from .shapes import Batches, Shapes

MODEL = "PP-DocLayoutV3"
SIDE = 800
# What each of the checkpoint's labels is in a document.
KINDS: dict[str, RegionKind | None] = {
    "abstract": RegionKind("text"),
    "algorithm": RegionKind("code"),
    "aside_text": RegionKind("text"),
    "chart": RegionKind("chart"),
    "content": RegionKind("document_index"),
    "display_formula": RegionKind("formula"),
    "doc_title": RegionKind("title"),
    "figure_title": RegionKind("caption"),
    "footer": RegionKind("page_footer", furniture=True),
    "footer_image": RegionKind("picture", furniture=True),
    "footnote": RegionKind("footnote"),
    "formula_number": RegionKind("text"),
    "header": RegionKind("page_header", furniture=True),
    "header_image": RegionKind("picture", furniture=True),
    "image": RegionKind("picture"),
    # A mark inside a line of text, no part of the page.
    "inline_formula": None,
    "number": RegionKind("page_footer", furniture=True),
    "paragraph_title": RegionKind("section_header"),
    "reference": RegionKind("text"),
    "reference_content": RegionKind("reference"),
    "seal": RegionKind("picture"),
    "table": RegionKind("table"),
    "text": RegionKind("text"),
    "vertical_text": RegionKind("text"),
    "vision_footnote": RegionKind("footnote"),
}


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A page picture on the device: RGB, (height, width, 3), uint8."""

    pixels: Pixels


class LayoutModel:
    """Finds the regions of pages. `kinds` says what its labels are, by number; None where one is no region.

    `weight_bytes` is what its weights take. Raises `WorkerUnhealthy` for a folder without a whole checkpoint, and for
    one with a label that is not in `KINDS`.
    """

    def __init__(
        self, models_dir: Path, device: torch.device, dtype: torch.dtype, shapes: Shapes, pool: Capturing | None
    ) -> None:
        self._device = device
        self._sizes = shapes.layout
        checkpoint = load_checkpoint(PPDocLayoutV3ForObjectDetection, models_dir / MODEL, device)
        names = {int(index): str(label) for index, label in checkpoint.config.id2label.items()}
        if unknown := sorted(set(names.values()) - set(KINDS)):
            raise WorkerUnhealthy(f"{MODEL} finds what nothing here knows: {', '.join(unknown)}")
        self.kinds = tuple(KINDS[names[index]] for index in range(len(names)))
        self._graph = LayoutGraph(checkpoint, dtype)
        serve_on_device(self._graph, device)
        self.weight_bytes = weight_bytes(self._graph)
        self._graphs = Graphs(MODEL, self._forward, self._inputs, pool)
        self._staging = Staging(device)

    def key(self, row: LayoutRow) -> tuple[()]:
        """Always the same: all pages have one shape here."""
        return ()

    def batch_sizes(self, key: tuple[()]) -> Batches:
        """The sizes, in pages, that a batch may have, ascending."""
        return self._sizes

    @torch.inference_mode()
    def start(self, rows: Sequence[LayoutRow]) -> Batch:
        """A batch whose result for each page is (queries, 7) float32.

        The columns: the number of the query's best label, its score in [0, 1], the box (centre x, centre y, width,
        height, as shares of the page), and the votes: how many other regions are read before it.
        """

        def fill(pages: torch.Tensor) -> None:
            for page, row in zip(pages, rows, strict=False):
                page.copy_(row.pixels.fitted(SIDE, SIDE, "cubic"))

        (found,) = self._graphs.run(closed_size(self._sizes, len(rows), self._graphs.is_ready), fill)
        return sent(self._staging, found[: len(rows)], list)

    def warm(self, key: tuple[()], size: int) -> None:
        """Prepare for batches of so many pages."""
        self._graphs.warm(size)

    def _inputs(self, size: int) -> tuple[torch.Tensor]:
        """Pages, (pages, 800, 800, 3) of uint8."""
        return (torch.zeros(size, SIDE, SIDE, 3, dtype=torch.uint8, device=self._device),)

    def _forward(self, pages: torch.Tensor) -> tuple[torch.Tensor]:
        # In memory the channels stay last.
        batch = pages.permute(0, 3, 1, 2).to(torch.float32).div_(255)
        logits, boxes, order = self._graph(batch)
        scores, labels = logits.max(dim=-1)
        columns = [labels.unsqueeze(-1), scores.sigmoid().unsqueeze(-1), boxes, _reading_votes(order).unsqueeze(-1)]
        return (torch.cat(columns, dim=-1),)


def _reading_votes(order_logits: torch.Tensor) -> torch.Tensor:
    """How many regions come before each one: the upper triangle of the pointer's logits, read antisymmetrically."""
    scores = torch.sigmoid(order_logits)
    ahead = scores.triu(diagonal=1).sum(dim=1)
    behind = (1.0 - scores.transpose(1, 2)).tril(diagonal=-1).sum(dim=1)
    return ahead + behind
