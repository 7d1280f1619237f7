"""The detector's map -> quadrilaterals of lines, as transformers' processor for it finds them."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from transformers.models.pp_ocrv5_server_det import PPOCRV5ServerDetImageProcessor

from extractor.decoding.text_boxes import NOT_A_NUMBER, found_boxes, text_boxes
from extractor.models.pictures import pixels_on
from extractor.models.shapes import SHAPES, Fit
from extractor.models.text_detection import DetectionRow, TextDetector
from extractor.settings import Settings
from tests import documents


def published(text: np.ndarray, height: int, width: int) -> list[np.ndarray]:
    """What the processor finds in the same map."""
    found = PPOCRV5ServerDetImageProcessor().post_process_object_detection(
        SimpleNamespace(last_hidden_state=torch.from_numpy(text.astype(np.float32) / 255)[None, None]),
        threshold=0.3,
        box_threshold=0.6,
        unclip_ratio=1.5,
        max_candidates=4000,
        target_sizes=[torch.tensor([height, width])],
    )
    return list(found[0]["boxes"].numpy().reshape(-1, 4, 2).astype(np.float32))


def same(found: list[np.ndarray], expected: list[np.ndarray]) -> bool:
    """Whether the quadrilaterals are the same, corner by corner, within a pixel."""
    return len(found) == len(expected) and all(
        np.abs(one - other).max() <= 1 for one, other in zip(found, expected, strict=True)
    )


@pytest.mark.slow
def test_lines_of_a_page_are_those_of_the_processor() -> None:
    """Upright and turned by so many degrees."""
    cpu = torch.device("cpu")
    detector = TextDetector(Settings().models_dir, cpu, torch.float32, SHAPES["cpu"], None)
    page = documents.picture(documents.invoice_pdf(), dpi=80)
    for degrees in (0, 3, 45):
        image = np.asarray(page.rotate(degrees, expand=True, fillcolor="white"))
        fit = Fit((960, 960), 960, 960)
        (text,) = detector.start([DetectionRow(pixels_on(cpu, image), fit)]).wait()
        found = text_boxes(text, *image.shape[:2])
        assert len(found) > 30
        assert same(found, published(text, *image.shape[:2]))


@pytest.mark.parametrize("seed", range(6))
def test_rectangles_at_all_angles_are_those_of_the_processor(seed: int) -> None:
    chance = np.random.default_rng(seed)
    text = np.zeros((640, 800), np.uint8)
    for _ in range(60):
        middle, size = chance.uniform((0, 0), (800, 640)), chance.uniform((2, 2), (120, 30))
        corners = cv2.boxPoints((middle.tolist(), size.tolist(), float(chance.uniform(-90, 90))))
        cv2.fillPoly(text, [corners.astype(np.int32)], int(chance.integers(100, 255)))
    text = cv2.blur(text, (3, 3))
    found = text_boxes(text, 1500, 1000)
    assert len(found) > 10
    assert same(found, published(text, 1500, 1000))


def test_map_without_text_has_no_lines() -> None:
    assert text_boxes(np.full((320, 640), 70, np.uint8), 160, 320) == []
    assert text_boxes(np.full((1, 1), 70, np.uint8), 160, 320) == []


def test_lines_are_in_pixels_of_the_picture() -> None:
    text = np.zeros((320, 640), np.uint8)
    text[100:120, 200:400] = 240
    (line,) = text_boxes(text, 160, 320)
    # Half the size of the map, and a little wider than the shrunk text that the model marks.
    assert line.mean(axis=0) == pytest.approx([150, 55], abs=1)
    assert 100 <= np.ptp(line[:, 0]) <= 125
    assert 10 <= np.ptp(line[:, 1]) <= 35


def test_a_map_with_what_is_no_number_is_refused() -> None:
    text = np.zeros((32, 32), np.uint8)
    text[7, 7] = NOT_A_NUMBER
    with pytest.raises(ArithmeticError, match="not finite"):
        text_boxes(text, 32, 32)


@pytest.mark.parametrize(
    ("score", "kinds"), [(0.9, (1, 0)), (0.62, (1, 0)), (0.58, (0, 1)), (0.42, (0, 1)), (0.35, (0, 0))]
)
def test_what_may_be_a_line_is_found_apart_from_the_lines(score: float, kinds: tuple[int, int]) -> None:
    text = np.zeros((160, 320), np.uint8)
    text[40:60, 100:180] = round(255 * score)
    found = found_boxes(text, 160, 320)
    assert (len(found.lines), len(found.doubtful)) == kinds
    assert same(text_boxes(text, 160, 320), found.lines)
