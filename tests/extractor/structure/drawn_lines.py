"""Lines of text that the tests draw, and whose words they can therefore place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import reportlab
from PIL import Image, ImageDraw, ImageFont

SIZE = 28
# Comes with reportlab, and knows the letters of Western Europe.
FONT = ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), SIZE)
LINES = ("Invoice 2026-0417", "Total due 3,222.64 EUR", "Größe 12 m² für Ärzte")
SHORT = ("80.90", "1,140.00", "17.10.2026", "HRB 98765", "M1 3HE", "DE02 1203", "19%", "49.90")


@dataclass(frozen=True)
class Placed:
    """A word, and from where to where it was drawn along its line, in pixels."""

    text: str
    start: float
    end: float


def placed(line: str, x: float = 60.0) -> list[Placed]:
    """Where the words of a line that starts at `x` are."""
    words, at = [], 0
    for word in line.split():
        at = line.index(word, at)
        words.append(Placed(word, x + FONT.getlength(line[:at]), x + FONT.getlength(line[: at + len(word)])))
    return words


def drawing(lines: tuple[str, ...], width: int = 520) -> Image.Image:
    """Lines 80 pixels apart, black on white, RGB; each starts at x = 60, its capitals 60 + 80n pixels from the top."""
    image = Image.new("RGB", (width, 80 * len(lines) + 80), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 80 * number), line, fill="black", font=FONT)
    return image


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """An upright rectangle as a line's quadrilateral."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32)
