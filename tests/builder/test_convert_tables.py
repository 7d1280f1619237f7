"""The converted table model reads a drawn table as the published graph does, and so does the cell-location head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image, ImageDraw, ImageFont
from safetensors.torch import load_file
from transformers import SLANetForTableRecognition

pytestmark = pytest.mark.slow

SIDE = 488
ROWS, COLUMNS = 5, 4
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
END = 49
CELL = 48
"""The token `<td></td>`; its index is the vocabulary's, in the graph's own metadata."""


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """A ruled table of 5 rows and 4 columns as the model wants it: (1, 3, 488, 488), BGR, normalised, padded below."""
    image = Image.new("RGB", (SIDE, 260), "white")
    draw = ImageDraw.Draw(image)
    for row in range(ROWS + 1):
        draw.line((4, 4 + 50 * row, 484, 4 + 50 * row), fill="black", width=2)
    for column in range(COLUMNS + 1):
        draw.line((4 + 120 * column, 4, 4 + 120 * column, 254), fill="black", width=2)
    for row in range(ROWS):
        for column in range(COLUMNS):
            text = f"Quarter {column}" if row == 0 else f"{row}{column},{row}5"
            draw.text((14 + 120 * column, 18 + 50 * row), text, fill="black", font=ImageFont.load_default(18))
    padded = np.zeros((SIDE, SIDE, 3), np.float32)
    padded[: image.height] = (np.asarray(image)[:, :, ::-1] / 255 - MEAN) / DEVIATION
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None])


@pytest.fixture(scope="module")
def published(pixels: np.ndarray, models: Path) -> tuple[np.ndarray, np.ndarray]:
    """What the ONNX graph gives at each step: cell corners (steps, 8) and token probabilities (steps, 50)."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        models / ".originals" / "SLANet_plus.onnx", options, providers=["CPUExecutionProvider"]
    )
    corners, probabilities = session.run(None, {"x": pixels})
    return corners[0], probabilities[0]


@pytest.fixture(scope="module")
def converted(pixels: np.ndarray, models: Path) -> tuple[np.ndarray, np.ndarray]:
    """The same from the checkpoint: the class for the tokens, the location head on the class's own hidden states."""
    torch.set_num_threads(2)
    model = SLANetForTableRecognition.from_pretrained(models / "SLANet_plus").eval()
    hidden_states: list[torch.Tensor] = []
    model.head.structure_generator.register_forward_pre_hook(lambda module, inputs: hidden_states.append(inputs[0]))
    head = load_file(models / "SLANet_plus" / "location_head.safetensors")
    with torch.inference_mode():
        probabilities = model(pixel_values=torch.from_numpy(pixels)).last_hidden_state
        corners = torch.cat(hidden_states)
        for layer in ("fc1", "fc2"):
            weight, bias = head[f"head.loc_generator.{layer}.weight"], head[f"head.loc_generator.{layer}.bias"]
            corners = torch.nn.functional.linear(corners, weight, bias)
    return corners.sigmoid().numpy(), probabilities[0].numpy()


def test_the_structure_is_that_of_the_graph(
    published: tuple[np.ndarray, np.ndarray], converted: tuple[np.ndarray, np.ndarray]
) -> None:
    tokens = converted[1].argmax(-1)
    steps = len(tokens)

    assert tokens[-1] == END
    assert (tokens == CELL).sum() == ROWS * COLUMNS, "the table is a real test"
    np.testing.assert_array_equal(tokens, published[1][:steps].argmax(-1))
    np.testing.assert_allclose(converted[1], published[1][:steps], atol=1e-4)


def test_the_cells_are_where_the_graph_sees_them(
    published: tuple[np.ndarray, np.ndarray], converted: tuple[np.ndarray, np.ndarray]
) -> None:
    corners, probabilities = converted
    cells = probabilities.argmax(-1) == CELL

    np.testing.assert_allclose(corners, published[0][: len(corners)], atol=1e-4)
    # ... and that is where they were drawn: the first cell is the top left one, 120 by 50 pixels.
    left, top, _, _, right, bottom, _, _ = corners[cells][0] * SIDE
    np.testing.assert_allclose([left, top, right, bottom], [4, 4, 124, 54], atol=15)
