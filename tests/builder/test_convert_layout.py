"""The converted layout model sees on a drawn page what the published graph sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from transformers import PPDocLayoutV3ForObjectDetection, PPDocLayoutV3ImageProcessor

pytestmark = pytest.mark.slow

PAGE_WIDTH, PAGE_HEIGHT = 1240, 1754
MODEL_SIDE = 800
THRESHOLD = 0.3
SENTENCE = "The quarterly figures were checked against the ledger and found to agree with it. "


@pytest.fixture(scope="module")
def page() -> Image.Image:
    """An A4 page at 150 dpi: page header, title, two columns of text under headings, a ruled table, page number."""
    image = Image.new("RGB", (PAGE_WIDTH, PAGE_HEIGHT), "white")
    draw = ImageDraw.Draw(image)

    def write(x: int, y: int, text: str, size: int) -> None:
        draw.text((x, y), text, fill="black", font=ImageFont.load_default(size))

    def paragraph(x: int, y: int, lines: int) -> None:
        for line in range(lines):
            write(x, y + 28 * line, SENTENCE[line % 7 :][:52], 20)

    write(100, 50, "Annual report of the cooperative", 18)
    write(300, 130, "On the Balance of the Year", 48)
    for x in (100, 650):
        write(x, 250, "1 Findings" if x == 100 else "2 Method", 30)
        paragraph(x, 310, 9)
        paragraph(x, 600, 9)
    write(400, 900, "Table 1: Turnover by quarter", 20)
    for row in range(6):
        draw.line((150, 950 + 50 * row, 1090, 950 + 50 * row), fill="black", width=2)
        for column in range(5):
            draw.line((150 + 235 * column, 950, 150 + 235 * column, 1200), fill="black", width=2)
            if row < 5 and column < 4:
                write(170 + 235 * column, 962 + 50 * row, f"{(row + 1) * (column + 3)},{row}00", 22)
    paragraph(100, 1260, 8)
    paragraph(650, 1260, 8)
    write(610, 1690, "17", 18)
    return image


@pytest.fixture(scope="module")
def pixels(page: Image.Image, models: Path) -> torch.Tensor:
    processor = PPDocLayoutV3ImageProcessor.from_pretrained(models / "PP-DocLayoutV3")
    pixel_values: torch.Tensor = processor(images=page, return_tensors="pt")["pixel_values"]
    return pixel_values


@pytest.fixture(scope="module")
def published(pixels: torch.Tensor, models: Path) -> np.ndarray:
    """Class, score, left, top, right, bottom and order of each detection, in reading order, by the ONNX graph."""
    session = onnxruntime.InferenceSession(
        models / ".originals" / "PP-DocLayoutV3.onnx", providers=["CPUExecutionProvider"]
    )
    size = np.array([[MODEL_SIDE, MODEL_SIDE]], np.float32)
    scale = np.array([[MODEL_SIDE / PAGE_HEIGHT, MODEL_SIDE / PAGE_WIDTH]], np.float32)
    inputs = {"image": pixels.numpy(), "im_shape": size, "scale_factor": scale}
    (detections,) = session.run(["fetch_name_0"], inputs)
    found: np.ndarray = detections[detections[:, 1] > THRESHOLD]
    return found[found[:, 6].argsort()]


def test_the_detections_and_their_order_are_those_of_the_graph(
    models: Path, pixels: torch.Tensor, published: np.ndarray
) -> None:
    folder = models / "PP-DocLayoutV3"
    torch.set_num_threads(2)
    model = PPDocLayoutV3ForObjectDetection.from_pretrained(folder).eval()
    processor = PPDocLayoutV3ImageProcessor.from_pretrained(folder)
    with torch.inference_mode():
        outputs = model(pixel_values=pixels)
    (converted,) = processor.post_process_object_detection(
        outputs, threshold=THRESHOLD, target_sizes=[(PAGE_HEIGHT, PAGE_WIDTH)]
    )

    labels = [model.config.id2label[int(label)] for label in converted["labels"]]
    assert {"doc_title", "paragraph_title", "text", "table", "number"} <= set(labels), "the page is a real test"
    assert [int(label) for label in published[:, 0]] == converted["labels"].tolist()
    np.testing.assert_allclose(converted["scores"].numpy(), published[:, 1], atol=1e-3)
    np.testing.assert_allclose(converted["boxes"].numpy(), published[:, 2:6], atol=0.5)
