"""The models of one worker, loaded side by side onto its device."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch

from ..languages import DEFAULT_RECOGNISER, OTHER_RECOGNISERS
from ..settings import Settings
from .facts import ModelFacts
from .graphs import GraphPool
from .layout import LayoutModel
from .shapes import SHAPES
from .tables import TableModel
from .text_detection import TextDetector
from .text_recognition import TextRecogniser


class WarmModel(Protocol):
    """A model that can be prepared for a shape."""

    def batch_sizes(self, key: Any) -> tuple[int, ...]:
        """The sizes that its batches of this key have."""

    def warm(self, key: Any, size: int) -> None:
        """Prepare for batches of this size."""


class Models:
    """The models of the default set and the recognisers of other languages that are baked, on one device.

    Raises `WorkerUnhealthy` where weights of the default set are missing.
    """

    def __init__(self, models_dir: Path, device: torch.device, settings: Settings) -> None:
        dtype = serving_dtype(device, settings)
        kind = device.type if settings.shapes == "auto" else settings.shapes
        shapes = SHAPES[kind].at_most(settings.layout_batch, settings.recognition_batch)
        pool = GraphPool(device) if device.type == "cuda" else None
        self.device = device
        self.dtype = dtype
        self.graph_pool = pool
        others = [name for name in OTHER_RECOGNISERS if (models_dir / name / "model.safetensors").is_file()]
        with ThreadPoolExecutor(thread_name_prefix="load") as side_by_side:
            load = side_by_side.submit
            layout = load(LayoutModel, models_dir, device, dtype, shapes, pool)
            detector = load(TextDetector, models_dir, device, dtype, shapes, pool)
            recognisers = {
                name: load(TextRecogniser, name, models_dir, device, dtype, shapes, pool)
                for name in (DEFAULT_RECOGNISER, *others)
            }
            tables = load(TableModel, models_dir, device, shapes, pool)
        self.layout = layout.result()
        self.detector = detector.result()
        self.recognisers = {name: recogniser.result() for name, recogniser in recognisers.items()}
        self.tables = tables.result()
        self.facts = ModelFacts(
            kinds=self.layout.kinds,
            symbols={name: recogniser.symbols for name, recogniser in self.recognisers.items()},
            shapes=shapes,
        )

    def warm_ups(self) -> list[Callable[[], None]]:
        """What prepares for each shape of the set, to be called by the thread that runs the models: the largest batches
        first, into which all others fit. Nothing where batches need no preparation."""
        if self.graph_pool is None:
            return []
        recogniser = self.recognisers[DEFAULT_RECOGNISER]
        keys: list[tuple[WarmModel, Any]] = [(self.layout, ())]
        keys += [(self.detector, canvas) for canvas in sorted(self.facts.shapes.canvases, reverse=True)]
        keys += [(recogniser, (width, frozenset())) for width, _ in reversed(self.facts.shapes.lines)]
        keys.append((self.tables, ()))
        shapes = [
            (place, model, key, size)
            for model, key in keys
            for place, size in enumerate(reversed(model.batch_sizes(key)))
        ]
        # Then the smallest, for jobs that come one at a time.
        shapes.sort(key=lambda shape: (shape[0] > 0, -shape[0]))
        return [partial(model.warm, key, size) for _, model, key, size in shapes]

    def said(self) -> str:
        """What the graphs take, for the log."""
        if self.graph_pool is None:
            return "none"
        pool = self.graph_pool
        return f"{pool.captured} shapes, {pool.held_bytes >> 20} MB of the device's memory"


def serving_dtype(device: torch.device, settings: Settings) -> torch.dtype:
    """What the models compute in on the device: float16 on a GPU that is made for it (Volta and later), else float32.

    float16 has three binary digits more than bfloat16, at the same speed: on real pages the layout's boxes are ten
    times nearer to float32's. It ends at 65,504; no activation of these models comes near (below 1,000 on pages, noise
    and checkerboards). A processor is asked for either by the setting alone: float32 is the same everywhere.
    """
    if settings.dtype == "auto":
        native = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (7, 0)
        return torch.float16 if native else torch.float32
    dtype: torch.dtype = getattr(torch, settings.dtype)
    return dtype
