"""What a GPU needs for each shape of the closed set, for single layers in two forms, and for copies: one table.

    python benchmarks/gpu_floor.py            the weights of MODELS_DIR, float16, a minute or two
    python benchmarks/gpu_floor.py --layers   layers and copies alone, no weights

First: the first call of a shape, its capture included, until the device is done. Host: until a batch is launched, its
pictures on the device already. Device: from begin to end of the batch there, by events. All are milliseconds a batch,
the last two the median of 20.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the checkout is not a package that is installed

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

from benchmarks.result_table import ResultTable, Row, figure  # noqa: E402
from extractor.models.convolutions import DenseWithRelu, Depthwise, Pointwise  # noqa: E402
from extractor.models.graphs import GraphPool  # noqa: E402
from extractor.models.line_cuts import LineCutter  # noqa: E402
from extractor.models.pictures import DevicePixels, pixels_on  # noqa: E402
from extractor.models.pinned import PinnedMemory, Staging  # noqa: E402
from extractor.models.shapes import LINE_HEIGHT, SHAPES, Fit  # noqa: E402
from extractor.models.text_recognition import LineRows  # noqa: E402

# Repetitions whose median counts.
REPEAT = 20
COLUMNS = ("", "first", "host", "device")
PAGE = np.random.default_rng(0).integers(0, 256, (1754, 1240, 3), dtype=np.uint8)
# (maps, channels, height, width): a large map of the detector, of the recogniser, of the layout's backbone.
MAPS = {"detection": (4, 48, 400, 312), "recognition": (32, 96, 12, 160), "layout": (16, 96, 100, 100)}


def main() -> int:
    """Measures and prints the table. Returns the exit status, 1 without a GPU."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", action="store_true", help="layers and copies alone")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        print("gpu_floor measures a GPU, and CUDA finds none here")
        return 1
    device = torch.device("cuda", torch.cuda.current_device())
    notes = [f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}"]
    torch.zeros(1, device=device)
    # A graph cannot be captured on the default stream.
    with torch.inference_mode(), torch.cuda.stream(torch.cuda.Stream(device)):
        rows = [*_layers(device), *_pictures(device), *_copies(device)]
        if not args.layers:
            rows += _models(device, notes)
    notes.append(f"{torch.cuda.max_memory_reserved() / 1e9:.1f} GB of device memory reserved at most")
    print(ResultTable("The GPU's floor", tuple(notes), COLUMNS, tuple(rows)).plain())
    return 0


def _row(name: str, run: Callable[[], object], first: Callable[[], object] | None = None) -> Row:
    """The times of `run` in milliseconds; the first call is measured, or given as `first`."""
    began = time.perf_counter()
    try:
        (first or run)()
        torch.cuda.synchronize()
        first_s = time.perf_counter() - began
        host, device = [], []
        for _ in range(REPEAT):
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            torch.cuda.synchronize()
            began = time.perf_counter()
            begin.record()
            run()
            end.record()
            host.append((time.perf_counter() - began) * 1000)
            end.synchronize()
            device.append(begin.elapsed_time(end))
    except RuntimeError as error:  # the other rows are worth having
        return (f"{name}: {str(error).splitlines()[0][:80]}", "-", "-", "-")
    return (name, figure(first_s * 1000, 1), figure(statistics.median(host), 3), figure(statistics.median(device), 3))


def _layers(device: torch.device) -> Iterator[Row]:
    """Plain convolutions, float16 and channels last, and the layers that replace them."""
    for where, (count, channels, height, width) in MAPS.items():
        maps = torch.randn(count, channels, height, width, device=device).half()
        maps = maps.contiguous(memory_format=torch.channels_last)
        layers: dict[str, tuple[nn.Module, Callable[[nn.Conv2d], nn.Module]]] = {
            "depthwise 3x3": (nn.Conv2d(channels, channels, 3, padding=1, groups=channels), Depthwise),
            "depthwise 5x5": (nn.Conv2d(channels, channels, 5, padding=2, groups=channels), Depthwise),
            "pointwise": (nn.Conv2d(channels, 2 * channels, 1), lambda one: Pointwise(one, relu=False)),
            "pointwise, relu": (nn.Conv2d(channels, 2 * channels, 1), lambda one: Pointwise(one, relu=True)),
            "dense 3x3, relu": (nn.Conv2d(channels, channels, 3, padding=1), DenseWithRelu),
        }
        for name, (plain, replaced) in layers.items():
            plain = plain.half().to(device, memory_format=torch.channels_last).requires_grad_(False)
            plainly = nn.Sequential(plain, nn.ReLU(inplace=True)) if name.endswith("relu") else plain
            yield _row(f"{where}, {name}, plain", partial(plainly, maps))
            yield _row(f"{where}, {name}, replaced", partial(replaced(plain), maps))
        # A product in the default layout, for maps from the depthwise kernel.
        weight = torch.randn(2 * channels, channels, device=device).half()
        bias = torch.randn(2 * channels, 1, device=device).half()
        planes = maps.contiguous().flatten(2)
        product = partial(torch.baddbmm, bias, weight.expand(count, -1, -1), planes)
        yield _row(f"{where}, pointwise, channels first", product)


def _pictures(device: torch.device) -> Iterator[Row]:
    """What is made of a page picture of 150 dpi on the device."""
    page = pixels_on(device, PAGE)
    yield _row("page to 800 x 800, cubic", lambda: page.fitted(800, 800, "cubic"))
    yield _row("page to 1600 x 1120, linear", lambda: page.fitted(1600, 1120, "linear"))
    yield _row("page to 600 x 424, area", lambda: page.fitted(600, 424, "area"))
    turn = np.array([[1.0, 0.02, 0.0], [-0.02, 1.0, 9.0]])
    yield _row("page deskewed", lambda: page.warped(turn, 1760, 1250))
    cutter = LineCutter(device, SHAPES["cuda"], GraphPool(device))
    for count, width in ((8, 256), (32, 960), (8, 3200)):
        lines = torch.zeros(count, 3, LINE_HEIGHT, width, dtype=torch.float16, device=device)
        yield _row(
            f"{count} lines cut out, {width} wide",
            partial(cutter.cut, [LineRows(page, *_cuts(count, width))], lines),
            partial(cutter.warm, count, width),
        )


def _cuts(count: int, width: int) -> tuple[Any, Any, Any, int]:
    """Where lines are on a picture, and their shape's width: slightly slanted ones that fill it."""
    tops = 20 + 40 * np.arange(count)
    corners = [[(30, top), (1200, top + 6), (1199, top + 34), (29, top + 28)] for top in tops]
    return np.array(corners, np.float32), np.zeros(count, np.uint8), np.full(count, width, np.int32), width


def _copies(device: torch.device) -> Iterator[Row]:
    """A page picture to the device, from three kinds of memory; a detector's map back."""
    pages = np.tile(PAGE[None], (4, 1, 1, 1))
    yield _row("4 pages up, pageable", lambda: torch.from_numpy(pages).to(device, non_blocking=True))
    registered: list[PinnedMemory] = []
    name = "4 pages up, registered (first: with registering 26 MB)"
    yield _row(
        name,
        lambda: torch.from_numpy(pages).to(device, non_blocking=True),
        lambda: registered.append(PinnedMemory(pages.reshape(-1))),
    )
    registered[0].release()
    found = torch.zeros(4, 1600, 1248, dtype=torch.uint8, device=device)
    staging = Staging(device)
    yield _row("4 maps down, pinned", lambda: staging.copy_out([found]))


def _models(device: torch.device, notes: list[str]) -> Iterator[Row]:
    """Every shape of the closed set, a model's largest first, for they share memory."""
    from extractor.languages import DEFAULT_RECOGNISER
    from extractor.models.layout import LayoutRow
    from extractor.models.model_set import Models
    from extractor.models.tables import TableRow
    from extractor.models.text_detection import DetectionRow
    from extractor.settings import Settings

    settings = Settings()
    began = time.perf_counter()
    models = Models(settings.models_dir, device, settings)
    torch.cuda.synchronize()
    notes.append(f"models loaded in {time.perf_counter() - began:.1f} s")
    page = pixels_on(device, PAGE)
    assert isinstance(page, DevicePixels)
    shapes = SHAPES["cuda"]

    def lines(size: int, width: int) -> list[Any]:
        return [LineRows(page, *_cuts(size, width))]

    jobs: list[tuple[str, Any, Hashable, int, list[Any]]] = []
    for size in reversed(shapes.layout):
        jobs.append(("layout", models.layout, (), size, [LayoutRow(page)] * size))
    for canvas in reversed(shapes.canvases):
        for size in reversed(shapes.detection):
            rows = [DetectionRow(page, Fit(canvas, *canvas))] * size
            jobs.append((f"detection {canvas[0]} x {canvas[1]}", models.detector, canvas, size, rows))
    recogniser = models.recognisers[DEFAULT_RECOGNISER]
    for width, batches in reversed(shapes.lines):
        for size in reversed(batches):
            key = (width, frozenset[str]())
            jobs.append((f"lines, {width} wide", recogniser, key, size, lines(size, width)))
    for size in reversed(shapes.tables):
        jobs.append(("tables", models.tables, (), size, [TableRow(page, (100, 100, 1100, 900))] * size))
    for name, model, key, size, rows in jobs:
        yield _row(f"{name}, by {size}", partial(model.start, rows), partial(model.warm, key, size))
    notes.append(f"{len(jobs)} shapes, {models.graph_pool.held_bytes / 1e9:.2f} GB held by their graphs")


if __name__ == "__main__":
    raise SystemExit(main())
