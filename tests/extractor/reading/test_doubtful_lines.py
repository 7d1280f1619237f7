"""What the detector is not sure of: the real models read it where it is legible."""

from __future__ import annotations

import base64

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from extractor.engine import Engine
from extractor.request import parse_request
from tests.documents import image_bytes

SIZE, ROW = 30, 66
PRICES = (
    ("Roast pork", "18", "40"),
    ("Sausages", "7", "20"),
    ("Pie", "5", "95"),
    ("Ham", "11", "11"),
    ("Rice", "2", "71"),
)


def price_list(share: float, lift: float) -> Image.Image:
    """Names and prices; the cents of a price in so much smaller type, so much higher."""
    image, top = Image.new("L", (560, 60 + ROW * len(PRICES)), 245), 30
    draw, font, small = ImageDraw.Draw(image), ImageFont.load_default(SIZE), ImageFont.load_default(int(SIZE * share))
    for name, whole, cents in PRICES:
        draw.text((30, top), name, font=font, fill=40)
        draw.text((460 - font.getlength(whole + ","), top), whole + ",", font=font, fill=40)
        draw.text((460 if share == 1 else 463, top - SIZE * lift), cents, font=small, fill=40)
        top += ROW
    return image.filter(ImageFilter.GaussianBlur(0.6))


@pytest.mark.parametrize(("share", "lift"), [(0.62, 0.1), (0.5, 0), (1, 0)])
def test_prices_are_read_whether_their_cents_are_raised_or_not(engine: Engine, share: float, lift: float) -> None:
    content = base64.b64encode(image_bytes(price_list(share, lift), "PNG")).decode("ascii")
    request = parse_request({"document_content_base64": content, "outputs": ["text"]})
    text = engine.extract(request, document_id="prices")["data"]["text"]
    assert text.split() == " ".join(f"{name} {whole},{cents}" for name, whole, cents in PRICES).split()
