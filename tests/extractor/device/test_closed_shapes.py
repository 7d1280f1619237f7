"""Documents read with a GPU's set of shapes, on whatever is here: no model is given any other shape."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw, ImageFont

from extractor.engine import Engine
from extractor.models.shapes import SHAPES
from extractor.request import parse_request
from extractor.settings import Settings
from tests import documents
from tests.photos import receipt_photo

pytestmark = pytest.mark.slow

GPU = SHAPES["cuda"]
# Each model by the first of its modules that sees the whole batch, and the shapes that it may see.
CLOSED = {
    "LayoutGraph": {(size, 3, 800, 800) for size in GPU.layout},
    "PPOCRV6SmallDetForObjectDetection": {(size, 3, *canvas) for size in GPU.detection for canvas in GPU.canvases},
    "PPOCRV6SmallRecModel": {(size, 3, 48, width) for width, sizes in GPU.lines for size in sizes},
    "SLANetBackbone": {(size, 3, 488, 488) for size in GPU.tables},
}


@contextmanager
def shapes_seen(engine: Engine) -> Iterator[dict[str, set[tuple[int, ...]]]]:
    """The shapes that each of the models is given within the block."""
    seen: dict[str, set[tuple[int, ...]]] = defaultdict(set)

    def look(module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        pictures = next(value for value in (*args, *kwargs.values()) if isinstance(value, torch.Tensor))
        seen[type(module).__name__].add(tuple(pictures.shape))

    models = engine.models
    served = (models.layout, models.detector, models.tables, *models.recognisers.values())
    networks = [part for model in served for part in vars(model).values() if isinstance(part, torch.nn.Module)]
    parts = {part for network in networks for part in network.modules() if type(part).__name__ in CLOSED}
    assert {type(part).__name__ for part in parts} == set(CLOSED)
    hooks = [part.register_forward_pre_hook(look, with_kwargs=True) for part in parts]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


@pytest.fixture(scope="module")
def gpu_like() -> Iterator[Engine]:
    loaded = Engine.load(Settings(shapes="cuda"))
    yield loaded
    loaded.close()


def banner(width: int, height: int, size: int) -> bytes:
    """A line of text, as wide as its picture, which is wider than any canvas."""
    image = Image.new("RGB", (width, height), "white")
    text = " ".join(f"berth {number}" for number in range(100, 100 + width // (4 * size)))
    ImageDraw.Draw(image).text((8, 20), text, fill="black", font=ImageFont.load_default(size))
    return documents.image_bytes(image, "PNG")


def scanned_totals() -> bytes:
    """The lower half of the invoice as a scan: the last lines of its table, and the totals."""
    page = documents.picture(documents.invoice_pdf(), dpi=150)
    return documents.image_bytes(page.crop((0, page.height * 2 // 5, page.width, page.height * 13 // 20)), "PNG")


def extract(engine: Engine, content: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode("ascii")
    return engine.extract(parse_request({"document_content_base64": encoded}), document_id="shapes")


def test_the_set_is_small() -> None:
    assert sum(len(shapes) for shapes in CLOSED.values()) <= 40


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(documents.invoice_pdf(), "3,222.64", id="digital"),
        pytest.param(scanned_totals(), "3,222.64", id="scan"),
        pytest.param(documents.image_bytes(receipt_photo("wood"), "JPEG", quality=85), "", id="photo"),
        # In one piece, and in tiles along it.
        pytest.param(banner(2000, 600, 18), "", id="longer than any shape"),
        pytest.param(banner(1700, 140, 48), "", id="longer than any page"),
    ],
)
def test_no_other_shape_reaches_a_model(gpu_like: Engine, content: bytes, said: str) -> None:
    with shapes_seen(gpu_like) as seen:
        answer = extract(gpu_like, content)
    assert said in answer["data"]["markdown"]
    assert seen["LayoutGraph"]
    for model, shapes in seen.items():
        assert shapes <= CLOSED[model], model
