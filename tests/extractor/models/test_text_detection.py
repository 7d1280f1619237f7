"""Detection of text, on images that the test draws; what the padding of a canvas changes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from extractor.decoding.text_boxes import text_boxes
from extractor.models.pictures import pixels_on
from extractor.models.shapes import SHAPES, Fit, detection_fit
from extractor.models.text_detection import DetectionRow, TextDetector
from extractor.settings import Settings
from tests import documents
from tests.extractor.structure.drawn_lines import LINES, SIZE, drawing, placed
from tests.networks import network_of

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
GPU_SHAPES = SHAPES["cuda"]


@pytest.fixture(scope="module")
def detector() -> TextDetector:
    """With the shapes of a GPU."""
    return TextDetector(Settings().models_dir, CPU, torch.float32, GPU_SHAPES, None)


def detection_row(image: Image.Image, fit: Fit | None = None) -> DetectionRow:
    return DetectionRow(pixels_on(CPU, np.asarray(image)), fit or detection_fit(GPU_SHAPES, image.height, image.width))


def test_each_line_is_found_where_it_was_drawn(detector: TextDetector) -> None:
    image = drawing(LINES)
    (text,) = detector.start([detection_row(image)]).wait()
    quads = sorted(text_boxes(text, image.height, image.width), key=lambda line: float(line[:, 1].mean()))
    assert len(quads) == len(LINES)
    for number, (line, drawn) in enumerate(zip(quads, LINES, strict=True)):
        words = placed(drawn)
        assert line[[0, 3], 0] == pytest.approx(words[0].start, abs=8)
        assert line[[1, 2], 0] == pytest.approx(words[-1].end, abs=8)
        assert line[[0, 1], 1] == pytest.approx(60 + 80 * number, abs=10)
        assert line[[2, 3], 1] == pytest.approx(60 + 80 * number + SIZE, abs=10)


class TestCanvas:
    """A picture on a canvas that is larger than it."""

    @pytest.mark.parametrize("canvas", [(320, 480), (480, 448), (640, 640), (320, 960)], ids=str)
    def test_the_map_is_that_of_the_picture_alone(self, detector: TextDetector, canvas: tuple[int, int]) -> None:
        image = documents.picture(documents.invoice_pdf(), dpi=60).crop((0, 0, 448, 320))
        (alone,) = detector.start([detection_row(image, Fit((320, 448), 320, 448))]).wait()
        (padded,) = detector.start([detection_row(image, Fit(canvas, 320, 448))]).wait()
        assert padded.shape == alone.shape == (320, 448)
        assert alone.max() > 200
        # By rounding: averages are summed in another order.
        assert np.abs(padded.astype(int) - alone).max() <= 1
        assert np.mean(padded != alone) < 0.001

    def test_a_picture_does_not_depend_on_its_company(self, detector: TextDetector) -> None:
        small, large = drawing(LINES[:1], width=300), drawing(LINES)
        fits = [Fit((416, 640), 160, 288), Fit((416, 640), 320, 512)]
        rows = [detection_row(image, fit) for image, fit in zip((small, large), fits, strict=True)]
        together = detector.start(rows).wait()
        for row, text in zip(rows, together, strict=True):
            (alone,) = detector.start([row]).wait()
            assert text.shape == (row.fit.height, row.fit.width)
            assert np.abs(text.astype(int) - alone).max() <= 1

    def test_a_part_of_any_size_is_read_as_with_its_edge_repeated(self, detector: TextDetector) -> None:
        image = drawing(LINES[:1], width=301)
        repeated = np.pad(np.asarray(image), ((0, 0), (0, 19), (0, 0)), mode="edge")
        whole = detection_row(Image.fromarray(repeated), Fit((160, 320), 160, 320))
        (part,) = detector.start([detection_row(image, Fit((416, 640), 160, 301))]).wait()
        (expected,) = detector.start([whole]).wait()
        assert part.shape == (160, 301)
        assert np.abs(part.astype(int) - expected[:, :301]).max() <= 1

    def test_a_later_picture_of_the_shape_sees_nothing_of_an_earlier_one(self, detector: TextDetector) -> None:
        row = detection_row(drawing(LINES[:1], width=300), Fit((416, 640), 160, 288))
        before = detector.start([row]).wait()[0].copy()
        detector.start([detection_row(Image.new("RGB", (640, 416), "black"), Fit((416, 640), 416, 640))]).wait()
        assert np.array_equal(detector.start([row]).wait()[0], before)


def test_batches_are_of_closed_sizes(detector: TextDetector) -> None:
    seen: list[torch.Size] = []
    hook = network_of(detector).register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs["pixel_values"].shape), with_kwargs=True
    )
    fit = Fit((416, 640), 64, 64)
    for count in (1, 3):
        maps = detector.start([detection_row(Image.new("RGB", (64, 64)), fit)] * count).wait()
        assert [text.shape for text in maps] == [(64, 64)] * count
    hook.remove()
    assert seen == [(1, 3, 416, 640), (4, 3, 416, 640)]


def test_a_model_that_gives_no_numbers_is_told_of(detector: TextDetector) -> None:
    """Not an empty page."""
    head = network_of(detector).get_submodule("head")
    hook = head.register_forward_hook(lambda _, __, maps: maps.index_fill_(2, torch.tensor(5), torch.nan))
    try:
        (text,) = detector.start([detection_row(Image.new("RGB", (64, 64)), Fit((416, 640), 64, 64))]).wait()
    finally:
        hook.remove()
    with pytest.raises(ArithmeticError, match="not finite"):
        text_boxes(text, 64, 64)
