"""A scan sown with specks loses those that stand alone; points stay, and so do other pages as they are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractor.engine import Engine
from extractor.reading.orientation import Upright, as_shown
from extractor.reading.specks import without_specks
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from tests.documents import image_bytes
from tests.extractor.reading.test_dot_print import printed
from tests.extractor.reading.test_page_reader import read

ROWS = [("Door leaf, oak", "7", "318.00"), ("Frame, white", "4", "142.50"), ("Handles, steel", "9", "36.80")]


def bill(specks: float) -> Image.Image:
    """A bill of three columns in black and white, with a share of its pixels turned black."""
    page = Image.new("L", (1650, 1100), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(28)
    for number, row in enumerate(ROWS):
        for left, text in zip((120, 850, 1300), row, strict=True):
            draw.text((left, 200 + 70 * number), text, fill=0, font=font)
    pixels = np.where(np.asarray(page) < 128, 0, 255).astype(np.uint8)
    pixels[np.random.default_rng(5).random(pixels.shape) < specks] = 0
    return Image.fromarray(pixels).convert("RGB")


def seen(image: Image.Image) -> Upright:
    width, height = image.size
    whole = (0.0, 0.0, float(width), float(height))
    picture = PagePicture(np.ascontiguousarray(np.asarray(image)), 0)
    return as_shown(Page(1, float(width), float(height), picture, 1.0, recognise=(whole,)))


def room(rows: int, columns: int) -> tuple[int, np.ndarray]:
    return 4096, np.empty((rows, columns, 3), np.uint8)


def test_lone_specks_go_and_what_is_near_ink_stays() -> None:
    clean, sown = (np.asarray(bill(specks))[:, :, 0] < 128 for specks in (0.0, 0.005))
    left = without_specks(seen(bill(0.005)), room).page.picture.drawn[:, :, 0] < 128
    assert left[clean].all()
    assert (left & ~clean).sum() < 0.25 * (sown & ~clean).sum()


@pytest.mark.parametrize(
    "image",
    [bill(0.0), bill(0.00005), printed(2, 4), Image.new("RGB", (900, 900), "white")],
    ids=["clean", "some dust", "dot print", "blank"],
)
def test_other_pages_stay_as_they_are(image: Image.Image) -> None:
    page = seen(image)
    assert without_specks(page, room) is page


def test_single_figures_among_specks_are_read(engine: Engine) -> None:
    text = read(engine, image_bytes(bill(0.005), "PNG"))["data"]["text"]
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for label, number, price in ROWS:
        assert any(label.split()[0] in line and line.endswith(f" {number} {price}") for line in lines), lines
