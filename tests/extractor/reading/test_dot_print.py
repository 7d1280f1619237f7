"""Dot matrix print whose dots stand apart from one another is read, and other pages are not touched."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractor.engine import Engine
from extractor.reading.dot_print import with_dots_joined
from extractor.reading.orientation import Upright, as_shown
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from tests.documents import image_bytes
from tests.extractor.reading.test_page_reader import read

LINES = ["DELIVERY NOTE 417722", "BR-1001 BRACKET 57.00", "HB-3621 HEX BOLT 36.00", "GOODS TOTAL 261.00"]


def printed(dot: int, pitch: int) -> Image.Image:
    """The lines from a matrix of needles: dots of so many pixels, so far from one to the next."""
    width, height = 220, 16 * len(LINES) + 12
    small = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(small)
    draw.fontmode = "1"
    for row, line in enumerate(LINES):
        draw.text((8, 8 + 16 * row), line, fill=0, font=ImageFont.load_default(12))
    needles = np.asarray(small) < 128
    page = np.full((height * pitch, width * pitch), 255, np.uint8)
    for row, column in zip(*np.nonzero(needles), strict=True):
        page[row * pitch : row * pitch + dot, column * pitch : column * pitch + dot] = 30
    return Image.fromarray(page).convert("RGB")


def seen(image: Image.Image) -> Upright:
    pixels = np.ascontiguousarray(np.asarray(image))
    width, height = image.size
    whole = (0.0, 0.0, float(width), float(height))
    return as_shown(Page(1, float(width), float(height), PagePicture(pixels, 0), 1.0, recognise=(whole,)))


def room(rows: int, columns: int) -> tuple[int, np.ndarray]:
    return 4096, np.empty((rows, columns, 3), np.uint8)


@pytest.mark.parametrize(("dot", "pitch"), [(2, 4), (3, 5), (4, 6)])
def test_separate_dots_run_into_strokes(dot: int, pitch: int) -> None:
    page = seen(printed(dot, pitch))
    joined = with_dots_joined(page, room).page.picture
    assert joined.drawn.shape == page.page.picture.drawn.shape
    ink = np.asarray(printed(dot, pitch))[:, :, 0] < 128
    # Where there was ink it is dark, and between the dots of a stroke too; the paper stays.
    assert joined.drawn[ink].mean() < 90
    assert (joined.drawn[:, :, 0] < 128).mean() > 1.5 * ink.mean()
    assert joined.drawn[:4].min() > 240


@pytest.mark.parametrize(
    "image",
    [
        printed(4, 4),  # no white between the dots
        Image.new("RGB", (900, 300), "white"),
        Image.fromarray(np.random.default_rng(3).integers(0, 2, (300, 900, 1)).repeat(3, 2).astype(np.uint8) * 255),
        Image.fromarray(np.tile(np.array([[255] * 9 + [0]], np.uint8)[..., None], (30, 90, 3))),  # hatching
    ],
    ids=["solid", "blank", "noise", "hatched"],
)
def test_other_pages_stay_as_they_are(image: Image.Image) -> None:
    page = seen(image)
    assert with_dots_joined(page, room) is page


def test_dotted_print_is_read(engine: Engine) -> None:
    text = read(engine, image_bytes(printed(2, 4), "PNG"))["data"]["text"]
    assert all(word in text for word in ("417722", "57.00", "36.00", "261.00"))
