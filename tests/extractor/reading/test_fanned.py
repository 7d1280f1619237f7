"""Lines that run together on a photo are set level all over the page; parallel ones stay as they are."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractor.engine import Engine
from extractor.reading.fanned import fan_of, unfanned
from extractor.reading.orientation import as_shown
from extractor.request import parse_request
from extractor.values.boxes import mapped
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word
from tests import documents

BILL = [
    ("Bollard paint", "14.20"),
    ("Rope 12 mm", "31.85"),
    ("Cleats", "9.40"),
    ("Fenders", "55.00"),
    ("Hooks", "7.15"),
]
BILL += [("TOTAL EUR", "117.60"), ("CASH", "120.00"), ("CHANGE", "2.40")]
# Where the paper's corners lie on the table: seen from one side, from straight above.
FROM_ONE_SIDE = [(110.0, 170.0), (790.0, 60.0), (870.0, 850.0), (70.0, 720.0)]
FROM_ABOVE = [(110.0, 100.0), (790.0, 100.0), (790.0, 800.0), (110.0, 800.0)]


def quads(slopes: Sequence[float], x: float = 100.0) -> list[np.ndarray]:
    """Lines 300 long and 20 high, one below the other, that fall by these slopes."""
    starts = [np.array([x, 100.0 + 60 * number]) for number in range(len(slopes))]
    along = [np.array([300.0, 300.0 * slope]) for slope in slopes]
    down = np.array([0.0, 20.0])
    return [np.array([a, a + b, a + b + down, a + down], np.float32) for a, b in zip(starts, along, strict=True)]


def test_lines_that_run_together_are_set_level() -> None:
    lines = quads([-0.08, -0.05, -0.02, 0.01, 0.04, 0.07])
    fan = fan_of(lines, np.eye(3))
    assert fan is not None
    for line in lines:
        corners = np.hstack([line, np.ones((4, 1))]) @ fan.matrix.T
        level = corners[:, 1] / corners[:, 2]
        assert abs(level[1] - level[0]) < 2


@pytest.mark.parametrize(
    "slopes",
    [[0.0] * 6, [0.05] * 6, [0.004, -0.006, 0.002, -0.003, 0.005, -0.001], [0.05, -0.04, 0.06, -0.05, 0.04, -0.06]],
    ids=["level", "askew", "uneven", "at random"],
)
def test_lines_that_are_parallel_or_tell_nothing_make_no_fan(slopes: list[float]) -> None:
    assert fan_of(quads(slopes), np.eye(3)) is None


def test_what_stands_on_the_page_goes_with_its_lines_and_leads_back() -> None:
    image = np.full((500, 800, 3), 255, np.uint8)
    word = Word("paint", (600.0, 300.0, 660.0, 320.0), 0, "text_layer", 12.0)
    upright = as_shown(Page(1, 800.0, 500.0, PagePicture(image, 0), 1.0, (word,), ((0.0, 0.0, 800.0, 500.0),)))
    fan = fan_of(quads([-0.08, -0.05, -0.02, 0.01, 0.04, 0.07]), np.eye(3))
    assert fan is not None
    level = unfanned(upright, fan, lambda rows, columns: (7, np.zeros((rows, columns, 3), np.uint8)))
    (moved,) = level.page.words
    assert moved.box != word.box
    left, top, right, bottom = mapped(level.matrix, moved.box)
    assert left <= 601 and top <= 301 and right >= 659 and bottom >= 319
    assert right - left < 80 and bottom - top < 40
    assert (level.page.picture.rows, level.page.picture.offset) == (round(level.page.height), 7)


def photo(corners: Sequence[tuple[float, float]]) -> bytes:
    """A photo of the bill, its amounts at the right edge, on a dark table."""
    paper = Image.new("RGB", (640, 620), (245, 243, 240))
    draw, font = ImageDraw.Draw(paper), ImageFont.load_default(34)
    for number, (label, amount) in enumerate(BILL):
        draw.text((25, 40 + 70 * number), label, fill=(30, 30, 35), font=font)
        draw.text((615 - font.getlength(amount), 40 + 70 * number), amount, fill=(30, 30, 35), font=font)
    own = np.array([(0, 0), (640, 0), (640, 620), (0, 620)], np.float32)
    matrix = cv2.getPerspectiveTransform(own, np.array(corners, np.float32))
    table = np.full((900, 950, 3), 70, np.uint8)
    laid = cv2.warpPerspective(
        np.asarray(paper), matrix, (950, 900), dst=table, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT
    )
    return documents.image_bytes(Image.fromarray(laid), "PNG")


@pytest.mark.parametrize("corners", [FROM_ONE_SIDE, FROM_ABOVE], ids=["from one side", "from above"])
def test_each_amount_on_a_photo_stands_with_its_own_label(engine: Engine, corners: list[tuple[float, float]]) -> None:
    encoded = base64.b64encode(photo(corners)).decode("ascii")
    answer = engine.extract(parse_request({"document_content_base64": encoded, "outputs": ["text"]}), document_id="p")
    lines = [" ".join(line.split()) for line in answer["data"]["text"].splitlines() if line.strip()]
    assert lines == [f"{label} {amount}" for label, amount in BILL]
