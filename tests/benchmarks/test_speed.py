"""What the table of jobs at a time says of a load, and which shapes' first batches are measured on a GPU."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from benchmarks.first_calls import every_shape
from benchmarks.speed import LOAD, _loaded
from extractor.engine import Engine
from extractor.models.shapes import SHAPES
from tests.documents import text_pdf


def test_a_load_has_all_its_columns(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(text_pdf([["Dear reader,"]]))
    row = dict(zip(LOAD, _loaded(engine, [path], 2, 0.0, least=4), strict=True))
    assert row.pop("GPU") == "-"
    assert all(float(figure) >= 0 for figure in row.values())
    assert float(row["pages/s"]) > 0
    assert float(row["p50"]) <= float(row["p95"]) <= float(row["p99"])
    assert float(row["core-s"]) > 0
    assert float(row["longest batch"]) > 0


def test_every_shape_of_a_gpu_is_called_once() -> None:
    shapes = SHAPES["cuda"]
    expected = [("layout", (), size) for size in shapes.layout] + [("tables", (), size) for size in shapes.tables]
    expected += [("text detection", canvas, size) for canvas in shapes.canvases for size in shapes.detection]
    expected += [("recognition", (width, frozenset()), size) for width, sizes in shapes.lines for size in sizes]
    assert Counter((name, key, size) for name, key, _, size in every_shape(shapes)) == Counter(expected)
