"""Receipts as they are scanned, made here: several on one page, and rolls of paper as long as they come.

Every maker is deterministic. Coordinates are pixels, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.documents import new_canvas

Row = tuple[str, str]

BAKERY = (("GREEN BAKERY", ""), ("02 May 2025", "11:07"), ("Rye loaf", "4.80"), ("Apple cake", "3.90"), ("SUM", "8.70"))
HOTEL = (("HOTEL LINDE", ""), ("Room 214", ""), ("Night", "158.00"), ("Breakfast", "24.00"), ("TOTAL", "182.00"))
PARKING = (("NORTH PARKING", ""), ("Ticket 88213", ""), ("3 h 28 min", "7.00"), ("VAT 19%", "1.12"), ("PAID", "7.00"))


@dataclass(frozen=True, slots=True)
class Laid:
    """A receipt where it lies: its top left corner, and by how many degrees anticlockwise it is turned."""

    rows: Sequence[Row]
    left: int
    top: int
    degrees: int = 0
    size: int = 26

    @property
    def text(self) -> list[str]:
        """Its lines as they are read."""
        return [f"{name} {amount}".strip() for name, amount in self.rows]


def receipt(rows: Sequence[Row], size: int = 26, frame: int | None = 190, width: int = 440) -> Image.Image:
    """A receipt of a shop, its amounts on the right; `frame` is the grey of its edge."""
    font, step = ImageFont.load_default(size), int(1.6 * size)
    image = Image.new("RGB", (width, step * len(rows) + 60), (250, 250, 250))
    draw = ImageDraw.Draw(image)
    for number, (name, amount) in enumerate(rows):
        draw.text((24, 30 + step * number), name, fill=(20, 20, 20), font=font)
        draw.text((width - 60 - font.getlength(amount), 30 + step * number), amount, fill=(20, 20, 20), font=font)
    if frame is not None:
        draw.rectangle((0, 0, image.width - 1, image.height - 1), outline=(frame, frame, frame))
    return image


def scan_of(
    laid: Sequence[Laid], size: tuple[int, int] = (1240, 1100), ground: int = 255, frame: int | None = 190
) -> Image.Image:
    """A scan on which receipts lie. A ground that is not white has a scanner's noise."""
    noise = np.random.default_rng(3).normal(0, 0 if ground == 255 else 5, (size[1], size[0], 1))
    page = Image.fromarray(np.clip(np.full((size[1], size[0], 3), ground) + noise, 0, 255).astype(np.uint8))
    for one in laid:
        paper = receipt(one.rows, one.size, frame)
        mask = Image.new("L", paper.size, 255).rotate(one.degrees, expand=True)
        page.paste(paper.rotate(one.degrees, Image.Resampling.BICUBIC, expand=True), (one.left, one.top), mask)
    return page


def roll_rows(count: int) -> list[Row]:
    """The items of a long receipt, numbered, and its total."""
    names = ("Milk", "Rye bread", "Apples", "Cheese", "Tomatoes", "Noodles", "Foil")
    items = [(f"{number:03d} {names[number % 7]}", f"{(number * 37 % 1900) / 100 + 1:.2f}") for number in range(count)]
    return [*items, ("TOTAL", "987.65")]


def roll(rows: Sequence[Row], width: int = 400, size: int = 20, step: int = 30) -> Image.Image:
    """A receipt as long as its rows need."""
    font = ImageFont.load_default(size)
    image = Image.new("RGB", (width, step * len(rows) + 40), "white")
    draw = ImageDraw.Draw(image)
    for number, (name, amount) in enumerate(rows):
        draw.text((20, 20 + step * number), name, fill="black", font=font)
        draw.text((width - 30 - font.getlength(amount), 20 + step * number), amount, fill="black", font=font)
    return image


def roll_pdf(rows: Sequence[Row], width: float = 240, step: float = 16) -> bytes:
    """The same as a page of a PDF with a text layer."""
    height = 40 + step * len(rows)
    buffer, page = new_canvas((width, height))
    page.setFont("Helvetica", 9)
    for number, (name, amount) in enumerate(rows):
        page.drawString(10, height - 30 - step * number, name)
        page.drawRightString(width - 10, height - 30 - step * number, amount)
    page.save()
    return buffer.getvalue()


def text_strip(words: Sequence[str], size: int = 40, height: int = 120) -> Image.Image:
    """One line of text, as wide as it needs."""
    font, text = ImageFont.load_default(size), " ".join(words)
    image = Image.new("RGB", (int(font.getlength(text)) + 80, height), "white")
    ImageDraw.Draw(image).text((40, (height - size) // 2), text, fill="black", font=font)
    return image
