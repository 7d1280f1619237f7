"""What is read of a picture that torch resizes and cuts, as on a GPU, is what is read of one that OpenCV does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from extractor.decoding.ctc import words_of_line
from extractor.decoding.text_boxes import text_boxes
from extractor.languages import DEFAULT_RECOGNISER
from extractor.models.layout import LayoutModel, LayoutRow
from extractor.models.line_cuts import LineCutter
from extractor.models.pictures import DevicePixels, HostPixels, Pixels
from extractor.models.shapes import SHAPES, detection_fit, line_content, line_width
from extractor.models.text_detection import DetectionRow, TextDetector
from extractor.models.text_recognition import LineRows, TextRecogniser
from extractor.settings import Settings
from tests import documents

pytestmark = pytest.mark.slow

MODELS = Settings().models_dir
CPU = torch.device("cpu")
INVOICE = np.array(documents.picture(documents.invoice_pdf(), dpi=110).rotate(1.5, expand=True, fillcolor="white"))
LEVEL = np.array([[1.0, -0.026, 12.0], [0.026, 1.0, -9.0]])


def both(picture: np.ndarray) -> tuple[Pixels, Pixels]:
    """The picture by OpenCV, and by torch, each turned level there."""
    host, device = HostPixels(picture), DevicePixels(torch.from_numpy(picture))
    height, width = picture.shape[:2]
    return host.warped(LEVEL, height, width), device.warped(LEVEL, height, width)


def lines_of(recogniser: TextRecogniser, pixels: Pixels, quads: np.ndarray) -> list[str]:
    quarters = np.zeros(len(quads), np.uint8)
    contents = line_content(quads, quarters)
    texts = []
    for index in range(len(quads)):
        part = slice(index, index + 1)
        width = line_width(SHAPES["cpu"], int(contents[index]))
        rows = LineRows(pixels, quads[part], quarters[part], contents[part], width)
        (steps,) = recogniser.start([rows]).wait()
        words = words_of_line(steps, int(contents[index]), recogniser.symbols)
        texts.append(" ".join(word.text for word in words))
    return texts


def test_lines_are_found_where_they_were_and_read_as_they_were() -> None:
    detector = TextDetector(MODELS, CPU, torch.float32, SHAPES["cpu"], None)
    cutter = LineCutter(CPU, SHAPES["cpu"], None)
    recogniser = TextRecogniser(DEFAULT_RECOGNISER, MODELS, torch.float32, cutter)
    fit = detection_fit(SHAPES["cpu"], *INVOICE.shape[:2])
    expected, found = both(INVOICE)
    maps = [detector.start([DetectionRow(pixels, fit)]).wait()[0].copy() for pixels in (expected, found)]
    quads, others = (np.stack(text_boxes(text, *INVOICE.shape[:2])) for text in maps)
    assert len(quads) == len(others) > 10
    assert np.abs(quads - others).max() <= 2
    assert lines_of(recogniser, found, quads) == lines_of(recogniser, expected, quads)


def test_regions_are_where_they_were() -> None:
    model = LayoutModel(MODELS, CPU, torch.float32, SHAPES["cpu"], None)
    expected, found = (model.start([LayoutRow(pixels)]).wait()[0].copy() for pixels in both(INVOICE))
    sure = expected[:, 1] > 0.3
    assert sure.sum() > 3
    assert (found[sure, 0] == expected[sure, 0]).all()
    # Half a pixel of the model's 800.
    assert found[sure, 2:6] == pytest.approx(expected[sure, 2:6], abs=0.5 / 800)
