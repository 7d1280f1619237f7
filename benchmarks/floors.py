"""Each model's batch against its floor: its operations at the rate of a large matrix product, measured beside it.

torch counts operations (two for a multiply-add). Bytes are the weights, read once a batch. The floor is the longer of
two times: operations at the measured rate, weights at the measured bandwidth.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.result_table import ResultTable, Row, figure
from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.layout import LayoutRow
from extractor.models.model_set import Models
from extractor.models.pictures import pixels_on
from extractor.models.shapes import detection_fit, line_width
from extractor.models.tables import TableRow
from extractor.models.text_detection import DetectionRow
from extractor.models.text_recognition import LineRows
from extractor.settings import Settings

# Side of the matrix product that is measured, by device.
SIDE = {"cpu": 2048, "cuda": 8192}
# Repetitions whose median counts.
REPEAT = 7


def model_costs(models_dir: Path, device: torch.device, settings: Settings, notes: tuple[str, ...]) -> ResultTable:
    """A row for each model: operations, milliseconds and floor of each item of its largest batch, on random input.

    Loads the models. Raises `WorkerUnhealthy` where they cannot be loaded.
    """
    models = Models(models_dir, device, settings)
    if device.type == "cuda":
        torch.cuda.synchronize(device)  # another stream may still be copying weights
    # As the device's owner runs them: in one thread, on a stream of its own.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_measured, models, notes).result()


def _measured(models: Models, notes: tuple[str, ...]) -> ResultTable:
    """The table of loaded models."""
    torch.set_flush_denormal(True)  # as in the thread that runs them
    device, dtype = models.device, models.dtype
    gpu = device.type == "cuda"
    with torch.cuda.stream(torch.cuda.Stream(device)) if gpu else nullcontext():
        rate, bandwidth = _ceilings(device, dtype)
        rows = [_row(name, model, batch, device, rate, bandwidth) for name, model, batch in _batches(models)]
    told = (*notes, f"{dtype}: {rate / 1e12:.2f} T operations/s in a matrix product, {bandwidth / 1e9:.0f} GB/s copied")
    columns = ("model, one batch", "batch", "G operations each", "ms each", "floor, ms each", "share of the ceiling")
    return ResultTable("Speed: models against their floor", told, columns, tuple(rows))


def _batches(models: Models) -> list[tuple[str, Any, list[Any]]]:
    """(name, model, batch of its largest size): pages of 1600x1152 pixels, lines 320 wide."""
    shapes = models.facts.shapes
    noise = np.random.default_rng(0).integers(0, 255, (1600, 1152, 3), dtype=np.uint8)
    page = pixels_on(models.device, noise)
    recogniser = models.recognisers[DEFAULT_RECOGNISER]
    width = line_width(shapes, 320)
    lines = shapes.line_batches(width)[-1]
    quad = np.array([[0, 0], [320, 0], [320, 48], [0, 48]], np.float32)
    line_rows = LineRows(
        page,
        np.repeat(quad[None], lines, axis=0),
        np.zeros(lines, np.uint8),
        np.full(lines, 320, np.int32),
        width,
    )
    return [
        ("layout, pages", models.layout, [LayoutRow(page)] * shapes.layout[-1]),
        (
            "text detection, pages",
            models.detector,
            [DetectionRow(page, detection_fit(shapes, 1600, 1152))] * shapes.detection[-1],
        ),
        ("recognition, lines", recogniser, [line_rows]),
        ("table structure, tables", models.tables, [TableRow(page, (0, 0, 1152, 1600))] * shapes.tables[-1]),
    ]


def _row(name: str, model: Any, batch: list[Any], device: torch.device, rate: float, bandwidth: float) -> Row:
    """The row of one model."""
    count = sum(len(row) if isinstance(row, LineRows) else 1 for row in batch)
    # Operations inside a graph are invisible: they are counted before it is captured.
    with FlopCounterMode(display=False) as counter:
        model.start(batch).wait()
    operations = counter.get_total_flops()
    model.warm(model.key(batch[0]), count)
    seconds = _median_seconds(lambda: model.start(batch).wait(), device)
    floor = max(operations / rate, model.weight_bytes / bandwidth)
    return (
        name,
        str(count),
        figure(operations / count / 1e9, 1),
        figure(seconds / count * 1000, 1),
        figure(floor / count * 1000, 1),
        figure(floor / seconds, 2),
    )


def _ceilings(device: torch.device, dtype: torch.dtype) -> tuple[float, float]:
    """Operations a second of a large matrix product, and bytes a second of a copy (read and written)."""
    side = SIDE[device.type]
    factor = torch.randn(side, side, device=device, dtype=dtype)
    large = torch.empty(2**28, dtype=torch.uint8, device=device)
    rate = 2 * side**3 / _median_seconds(lambda: factor @ factor, device)
    return rate, 2 * large.numel() / _median_seconds(large.clone, device)


def _median_seconds(work: Callable[[], object], device: torch.device) -> float:
    """The median time of the work, in seconds, warm, including the wait for the device."""
    times = []
    for _ in range(REPEAT + 1):
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])
