"""16 bits, as GPUs compute, against 32: the same regions, lines, text and tables on a page made here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from extractor.models.model_set import Models
from extractor.settings import Settings
from extractor.values.reading import PageReading
from tests import documents
from tests.drawing_tasks import ShownPage
from tests.page_readers import models_for

pytestmark = pytest.mark.slow

# A word's ends are known to two steps of the recogniser, each a sixth of the line's height: so many pixels here.
STEPS = 8
# The part of the page that is read, in pixels at 110 dpi.
PART = (70, 410, 850, 730)


@dataclass(frozen=True)
class Readings:
    """The same scan, read in both types."""

    exact: PageReading
    rounded: PageReading


# Where it does not, torch takes minutes for a page.
FLOAT16 = pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_fp16_supported(), reason="this processor does not compute in float16"
)


@pytest.fixture(scope="module", params=[pytest.param("float16", marks=FLOAT16), "bfloat16"])
def readings(request: pytest.FixtureRequest) -> Readings:
    # The table and the totals: what the types differ in is in every line of the page.
    image = np.asarray(documents.picture(documents.invoice_pdf(), dpi=110).crop(PART))
    height, width = image.shape[:2]
    page = ShownPage(image, recognise=((0.0, 0.0, float(width), float(height)),))
    read = []
    for dtype in ("float32", request.param):
        settings = Settings(dtype=dtype)
        with models_for(Models(settings.models_dir, torch.device("cpu"), settings)) as look:
            read.append(look(page))
    return Readings(*read)


def test_regions_are_the_same_within_two_pixels(readings: Readings) -> None:
    assert [region.kind for region in readings.rounded.regions] == [region.kind for region in readings.exact.regions]
    for exact, rounded in zip(readings.exact.regions, readings.rounded.regions, strict=True):
        assert rounded.box == pytest.approx(exact.box, abs=2)
        assert rounded.score == pytest.approx(exact.score, abs=0.05)


def test_text_is_the_same(readings: Readings) -> None:
    assert len(readings.exact.words) > 30
    assert [word.text for word in readings.rounded.words] == [word.text for word in readings.exact.words]
    for exact, rounded in zip(readings.exact.words, readings.rounded.words, strict=True):
        assert rounded.box[1::2] == pytest.approx(exact.box[1::2], abs=2)
        assert rounded.box[::2] == pytest.approx(exact.box[::2], abs=STEPS)


def test_tables_are_the_same(readings: Readings) -> None:
    exact, rounded = (
        [[(cell.row, cell.column, cell.row_span, cell.column_span) for cell in table.cells] for table in reading.tables]
        for reading in (readings.exact, readings.rounded)
    )
    assert max(map(len, exact)) > 20
    assert rounded == exact
