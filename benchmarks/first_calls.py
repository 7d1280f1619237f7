"""The first batch of each shape of the closed set on a GPU: kernels and plans, memory, a graph's capture."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from benchmarks.result_table import ResultTable, Row, figure
from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.model_set import Models
from extractor.models.shapes import Shapes
from extractor.settings import Settings

# (model's name, shape key, that key in words, batch size).
Shape = tuple[str, Any, str, int]


def every_shape(shapes: Shapes) -> Iterator[Shape]:
    """The shapes of the default model set, in the order of the models; text recognition of all scripts."""
    yield from (("layout", (), "page", size) for size in shapes.layout)
    for canvas in shapes.canvases:
        yield from (("text detection", canvas, f"{canvas[0]}x{canvas[1]}", size) for size in shapes.detection)
    for width, sizes in shapes.lines:
        yield from (("recognition", (width, frozenset()), f"48x{width}", size) for size in sizes)
    yield from (("tables", (), "table", size) for size in shapes.tables)


def first_calls(device: torch.device, dtype: str, models_dir: Path, notes: tuple[str, ...]) -> ResultTable:
    """A row for each shape: milliseconds of its first batch, of freshly loaded models. The last row is all of them.

    The notes say how much device memory is held afterwards. Raises `WorkerUnhealthy` where the models cannot be loaded.
    """
    models = Models(models_dir, device, Settings(dtype=dtype))
    torch.cuda.synchronize(device)  # another stream may still be copying weights
    by_name = {
        "layout": models.layout,
        "text detection": models.detector,
        "recognition": models.recognisers[DEFAULT_RECOGNISER],
        "tables": models.tables,
    }

    def measured() -> list[Row]:
        """In one thread, on one stream, as the device's owner runs them."""
        rows: list[Row] = []
        started = time.perf_counter()
        with torch.cuda.stream(torch.cuda.Stream(device)):
            for name, key, words, size in every_shape(models.facts.shapes):
                begun = time.perf_counter()
                by_name[name].warm(key, size)
                torch.cuda.synchronize(device)
                rows.append((f"{name}, {words}", str(size), figure((time.perf_counter() - begun) * 1000, 0)))
        return [*rows, ("all", "", figure((time.perf_counter() - started) * 1000, 0))]

    with ThreadPoolExecutor(1) as thread:
        rows = thread.submit(measured).result()
    held = f"device memory: {torch.cuda.memory_allocated(device) / 2**30:.1f} GB allocated, "
    held += f"{torch.cuda.memory_reserved(device) / 2**30:.1f} reserved"
    columns = ("first call of a shape", "batch", "ms")
    return ResultTable("Speed: first calls", (*notes, held), columns, tuple(rows))
