"""Each model's batch against its floor: its operations at the rate of a large matrix product, measured beside it.

Operations are counted by torch (two for a multiplication with its addition); bytes are the weights, read once a batch.
The floor is the longer of the two times: operations at the measured rate, weights at the measured bandwidth.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.result_table import ResultTable, Row, figure
from extractor.languages import DEFAULT_RECOGNISER

if TYPE_CHECKING:
    from extractor.engine import Engine

SIDE = {"cpu": 2048, "cuda": 8192}
REPEAT = 7


def model_costs(engine: Engine, notes: tuple[str, ...]) -> ResultTable:
    """A row for each model: one batch of its own size, on made input."""
    torch.set_flush_denormal(True)  # as in the threads that run them
    models = engine.models
    device, dtype = models.device, models.dtype
    rate, bandwidth = _ceilings(device, dtype)
    noise = np.random.default_rng(0).integers(0, 255, (1600, 1152, 3), dtype=np.uint8)
    line = np.ascontiguousarray(noise[:48, :320])
    recogniser = models.recognisers[DEFAULT_RECOGNISER]
    inputs: dict[str, tuple[Any, Any]] = {
        "layout, pages": (models.layout, models.layout.prepare(noise)),
        "text detection, pages": (models.detector, models.detector.prepare(noise)),
        "recognition, lines": (recogniser, recogniser.prepare(line)),
        "table structure, tables": (models.tables, models.tables.prepare(noise)),
    }
    rows: list[Row] = []
    for name, (model, item) in inputs.items():
        batch = [item] * model.batch_size
        with FlopCounterMode(display=False) as counter:
            model.infer(batch)
        operations = counter.get_total_flops()
        seconds = _median_seconds(lambda model=model, batch=batch: model.infer(batch), device)
        floor = max(operations / rate, model.weight_bytes / bandwidth)
        rows.append(
            (
                name,
                str(len(batch)),
                figure(operations / len(batch) / 1e9, 1),
                figure(seconds / len(batch) * 1000, 1),
                figure(floor / len(batch) * 1000, 1),
                figure(floor / seconds, 2),
            )
        )
    told = (*notes, f"{dtype}: {rate / 1e12:.2f} T operations/s in a matrix product, {bandwidth / 1e9:.0f} GB/s copied")
    columns = ("model, one batch", "batch", "G operations each", "ms each", "floor, ms each", "share of the ceiling")
    return ResultTable("Speed: models against their floor", told, columns, tuple(rows))


def _ceilings(device: torch.device, dtype: torch.dtype) -> tuple[float, float]:
    """Operations a second of a large matrix product, and bytes a second of a copy (read and written)."""
    side = SIDE[device.type]
    factor = torch.randn(side, side, device=device, dtype=dtype)
    large = torch.empty(2**28, dtype=torch.uint8, device=device)
    rate = 2 * side**3 / _median_seconds(lambda: factor @ factor, device)
    return rate, 2 * large.numel() / _median_seconds(large.clone, device)


def _median_seconds(work: Callable[[], object], device: torch.device) -> float:
    """The median time of the work, warm, the device waited for."""
    times = []
    for _ in range(REPEAT + 1):
        started = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])
