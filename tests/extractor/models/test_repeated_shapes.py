"""The models with inputs and results that stay where they are, as graphs have them: each batch as if it were the first.

A pool that repeats a shape's function takes a GPU's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.layout import LayoutModel, LayoutRow
from extractor.models.line_cuts import LineCutter
from extractor.models.pictures import pixels_on
from extractor.models.shapes import SHAPES, Fit
from extractor.models.tables import TableModel, TableRow
from extractor.models.text_detection import DetectionRow, TextDetector
from extractor.models.text_recognition import LineRows, TextRecogniser
from extractor.settings import Settings
from tests import documents
from tests.extractor.structure.drawn_lines import LINES, drawing

from .test_graphs import Repeating
from .test_tables import ruled_table

pytestmark = pytest.mark.slow

MODELS, CPU, SHAPES_THERE = Settings().models_dir, torch.device("cpu"), SHAPES["cuda"]


def lines(*numbers: int) -> LineRows:
    """Lines of the drawing."""
    picture = pixels_on(CPU, np.asarray(drawing(LINES)))
    tops = 56 + 80 * np.array(numbers, np.float32)[:, None]
    quads = np.stack([np.hstack([tops * 0 + x, tops + y]) for x, y in ((56, 0), (440, 0), (440, 40), (56, 40))], axis=1)
    count = len(numbers)
    return LineRows(picture, quads, np.zeros(count, np.uint8), np.full(count, 461, np.int32), 512)


def table(rows: int, columns: int) -> TableRow:
    image = ruled_table(rows, columns)
    return TableRow(pixels_on(CPU, np.asarray(image)), (0, 0, image.width, image.height))


def text(number: int, height: int, width: int) -> DetectionRow:
    image = drawing(LINES[number : number + 1], width=600)
    return DetectionRow(pixels_on(CPU, np.asarray(image)), Fit((416, 640), height, width))


def recogniser(cutter: LineCutter) -> TextRecogniser:
    return TextRecogniser(DEFAULT_RECOGNISER, MODELS, torch.float32, cutter)


def page(crop: int) -> LayoutRow:
    image = documents.picture(documents.invoice_pdf(), dpi=60)
    return LayoutRow(pixels_on(CPU, np.asarray(image)[crop:]))


# How a model is loaded with a pool; two batches of one shape; the shape's key and size.
CASES: dict[str, Any] = {
    "layout": (
        lambda pool: LayoutModel(MODELS, CPU, torch.float32, SHAPES_THERE, pool),
        [[page(0)], [page(200)]],
        ((), 1),
    ),
    "detection": (
        lambda pool: TextDetector(MODELS, CPU, torch.float32, SHAPES_THERE, pool),
        [[text(0, 160, 608), text(1, 416, 640)], [text(2, 160, 320), text(0, 96, 480), text(1, 160, 608)]],
        ((416, 640), 4),
    ),
    "lines": (
        lambda pool: recogniser(LineCutter(CPU, SHAPES_THERE, pool)),
        [[lines(0, 1), lines(2)], [lines(2, 1)]],
        ((512, frozenset()), 8),
    ),
    "tables": (
        lambda pool: TableModel(MODELS, CPU, SHAPES_THERE, pool),
        [[table(7, 3), table(2, 2)], [table(2, 2), table(1, 3), table(3, 4)]],
        ((), 4),
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Iterator[Any]:
    yield CASES[request.param]


def test_a_batch_sees_nothing_of_the_one_before(case: Any) -> None:
    load, batches, (key, size) = case
    alone, repeated = load(None), load(Repeating())
    repeated.warm(key, size)
    expected = [[result.copy() for result in alone.start(batch).wait()] for batch in batches]
    for number in (*range(len(batches)), 0):
        assert {repeated.key(row) for row in batches[number]} == {key}
        for result, one in zip(repeated.start(batches[number]).wait(), expected[number], strict=True):
            assert np.array_equal(result, one)


def test_recognisers_that_share_a_cutter_see_nothing_of_each_other() -> None:
    _, batches, (key, size) = CASES["lines"]
    cutter = LineCutter(CPU, SHAPES_THERE, Repeating())
    alone = recogniser(LineCutter(CPU, SHAPES_THERE, None))
    sharing = [recogniser(cutter) for _ in batches]
    for one in sharing:
        one.warm(key, size)
    begun = [one.start(batch) for one, batch in zip(sharing, batches, strict=True)]
    for batch, found in zip(batches, begun, strict=True):
        for result, expected in zip(found.wait(), alone.start(batch).wait(), strict=True):
            assert np.array_equal(result, expected)
