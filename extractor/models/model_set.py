"""Sets of models by name, and the models of one worker, loaded at the same time onto its device. In the worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch

from ..errors import WorkerUnhealthy
from ..languages import DEFAULT_RECOGNISER, OTHER_RECOGNISERS
from ..settings import Settings
from . import layout, tables, text_detection
from .facts import ModelFacts
from .graphs import Capturing, GraphPool
from .layout import LayoutModel
from .line_cuts import LineCutter
from .shapes import SHAPES, Shapes
from .tables import TableModel
from .text_detection import TextDetector
from .text_recognition import TextRecogniser

# Lines of any scripts have the same shapes.
_SOME_SCRIPTS = frozenset({"Latn"})


class WarmModel(Protocol):
    """A model that can be prepared for a shape."""

    def batch_sizes(self, key: Any) -> tuple[int, ...]:
        """The sizes, in rows, that its batches of this key may have, ascending."""

    def warm(self, key: Any, size: int) -> None:
        """Prepare for batches of this size, in rows. Raises what the model raises."""


@dataclass(frozen=True, slots=True)
class ModelSet:
    """The models that read a document together: a class for each task, and the folders of their weights.

    The folders in `required` must be there. The first of `recognisers` reads where no language is asked for; the others
    are loaded where their folders are. Each class raises `WorkerUnhealthy` where its weights do not fit.
    """

    layout: Callable[[Path, torch.device, torch.dtype, Shapes, Capturing | None], LayoutModel]
    detector: Callable[[Path, torch.device, torch.dtype, Shapes, Capturing | None], TextDetector]
    recogniser: Callable[[str, Path, torch.dtype, LineCutter], TextRecogniser]
    tables: Callable[[Path, torch.device, Shapes, Capturing | None], TableModel]
    required: tuple[str, ...]
    recognisers: tuple[str, ...]


MODEL_SETS: dict[str, ModelSet] = {
    "default": ModelSet(
        layout=LayoutModel,
        detector=TextDetector,
        recogniser=TextRecogniser,
        tables=TableModel,
        required=(layout.MODEL, text_detection.MODEL, DEFAULT_RECOGNISER, tables.MODEL),
        recognisers=(DEFAULT_RECOGNISER, *OTHER_RECOGNISERS),
    )
}


def model_set(name: str) -> ModelSet:
    """The set of that name. Raises `WorkerUnhealthy` where there is none."""
    if name not in MODEL_SETS:
        raise WorkerUnhealthy(f"MODEL_SET={name} is none of {', '.join(MODEL_SETS)}")
    return MODEL_SETS[name]


class Models:
    """The models of the set that the settings name, loaded on one device, with what page processes know of them
    (`facts`).

    `recognisers` are by name, the default one first. `graph_pool` is None on a processor. Raises `WorkerUnhealthy`
    where there is no such set, or weights that it requires are missing.
    """

    def __init__(self, models_dir: Path, device: torch.device, settings: Settings) -> None:
        made = model_set(settings.model_set)
        dtype = serving_dtype(device, settings)
        kind = device.type if settings.shapes == "auto" else settings.shapes
        shapes = SHAPES[kind].at_most(settings.layout_batch, settings.recognition_batch)
        pool = GraphPool(device) if device.type == "cuda" else None
        self.device = device
        self.dtype = dtype
        self.graph_pool = pool
        cutter = LineCutter(device, shapes, pool)
        default, *others = made.recognisers
        others = [name for name in others if (models_dir / name / "model.safetensors").is_file()]
        with ThreadPoolExecutor(thread_name_prefix="load") as side_by_side:
            load = side_by_side.submit
            regions = load(made.layout, models_dir, device, dtype, shapes, pool)
            detector = load(made.detector, models_dir, device, dtype, shapes, pool)
            recognisers = {name: load(made.recogniser, name, models_dir, dtype, cutter) for name in (default, *others)}
            structure = load(made.tables, models_dir, device, shapes, pool)
        self.layout = regions.result()
        self.detector = detector.result()
        self.recognisers = {name: recogniser.result() for name, recogniser in recognisers.items()}
        self.tables = structure.result()
        self.facts = ModelFacts(
            kinds=self.layout.kinds,
            symbols={name: recogniser.symbols for name, recogniser in self.recognisers.items()},
            shapes=shapes,
        )

    def warm_ups(self) -> tuple[list[Callable[[], None]], list[Callable[[], None]]]:
        """The calls that prepare the set's shapes, for the thread that runs the models; none on a processor.

        The first ones prepare the largest batch of each kind of shape, which all batches fit into. Then come the other
        sizes, the smallest first, for jobs that come one at a time, and last the shapes of jobs that name languages:
        lines of chosen scripts, for each recogniser.
        """
        if self.graph_pool is None:
            return [], []
        recogniser = next(iter(self.recognisers.values()))
        keys: list[tuple[WarmModel, Any]] = [(self.layout, ())]
        keys += [(self.detector, canvas) for canvas in sorted(self.facts.shapes.canvases, reverse=True)]
        keys += [(recogniser, (width, frozenset())) for width, _ in reversed(self.facts.shapes.lines)]
        keys.append((self.tables, ()))
        largest: list[Callable[[], None]] = [
            partial(model.warm, key, model.batch_sizes(key)[-1]) for model, key in keys
        ]
        others = [
            (place, partial(model.warm, key, size))
            for model, key in keys
            for place, size in enumerate(model.batch_sizes(key)[:-1])
        ]
        others.sort(key=lambda other: other[0])
        of_languages: list[Callable[[], None]] = [
            partial(recogniser.warm, (width, _SOME_SCRIPTS), size)
            for recogniser in self.recognisers.values()
            for width, sizes in reversed(self.facts.shapes.lines)
            for size in reversed(sizes)
        ]
        return largest, [warm_up for _, warm_up in others] + of_languages

    def graphs_in_words(self) -> str:
        """What the graphs take, in words for the log: their number and the megabytes of device memory; `none` on a
        processor."""
        if self.graph_pool is None:
            return "none"
        pool = self.graph_pool
        return f"{pool.captured} shapes, {pool.held_bytes >> 20} MB of the device's memory"


def serving_dtype(device: torch.device, settings: Settings) -> torch.dtype:
    """What the models compute in on the device: float16 on a GPU that is made for it (Volta and later), else float32.

    float16 has three binary digits more than bfloat16, at the same speed: on real pages the layout's boxes are ten
    times nearer to float32's. It ends at 65,504; no activation of these models comes near (below 1,000 on pages, noise
    and checkerboards). On a processor only the setting `dtype` chooses anything but float32, which is the same
    everywhere.
    """
    if settings.dtype == "auto":
        native = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (7, 0)
        return torch.float16 if native else torch.float32
    dtype: torch.dtype = getattr(torch, settings.dtype)
    return dtype
