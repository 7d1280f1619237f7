"""A page that is drawn and keeps where each field's value stands. Lengths are PDF points, from the page's top left."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import reportlab
from PIL import Image, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

Box = tuple[float, float, float, float]
Json = Any

# A font's rise and fall, as shares of its size: the box of a word.
ASCENT, DESCENT = 0.8, 0.2
SCAN_DPI = 150
# The one font here that has the letters of every language.
_VERA = Path(reportlab.__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Made:
    """A made document: the file, what to ask for, and what `data.fields` should say, with boxes and pages."""

    pdf: bytes
    asked: dict[str, Json]
    fields: dict[str, Json]

    def scanned(self, seed: int = 0) -> bytes:
        """The same document as a PDF of pictures with noise, with the same boxes."""
        noise = np.random.default_rng(seed)
        document = pdfium.PdfDocument(self.pdf)
        pages = []
        for number in range(len(document)):
            picture = document[number].render(scale=SCAN_DPI / 72).to_pil().convert("L")
            picture = picture.filter(ImageFilter.GaussianBlur(0.6))
            grain = noise.normal(0, 9, (picture.height, picture.width))
            pages.append(Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)))
        buffer = io.BytesIO()
        pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=SCAN_DPI, quality=70)
        return buffer.getvalue()


@dataclass
class Sheet:
    """Pages to draw on, with the fields drawn so far."""

    font: str = "Helvetica"
    size: tuple[float, float] = A4
    fields: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.font == "Vera" and "Vera" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont("Vera", _VERA / "Vera.ttf"))
            pdfmetrics.registerFont(TTFont("Vera-Bold", _VERA / "VeraBd.ttf"))
        self._buffer = io.BytesIO()
        self._canvas = canvas.Canvas(self._buffer, pagesize=self.size, invariant=1)
        self.page = 1

    def pdf(self) -> bytes:
        """The file, when all is drawn."""
        self._canvas.save()
        return self._buffer.getvalue()

    def next_page(self) -> None:
        """Begin another page."""
        self._canvas.showPage()
        self.page += 1

    def width(self, text: str, size: float = 9, bold: bool = False) -> float:
        """The text's width."""
        return float(pdfmetrics.stringWidth(text, self._face(bold), size))

    def text(self, x: float, y: float, text: str, *, size: float = 9, bold: bool = False, align: str = "left") -> Box:
        """Draw a text with its base line at `y`; its box."""
        width = self.width(text, size, bold)
        x -= {"left": 0.0, "right": width, "center": width / 2}[align]
        self._canvas.setFont(self._face(bold), size)
        self._canvas.drawString(x, self.size[1] - y, text)
        return (x, y - ASCENT * size, x + width, y + DESCENT * size)

    def line(self, left: float, top: float, right: float, bottom: float, width: float = 0.5) -> None:
        """Draw a ruling line."""
        self._canvas.setLineWidth(width)
        self._canvas.line(left, self.size[1] - top, right, self.size[1] - bottom)

    def shade(self, left: float, top: float, right: float, bottom: float) -> None:
        """Fill a box with a light grey."""
        self._canvas.setFillGray(0.88)
        self._canvas.rect(left, self.size[1] - bottom, right - left, bottom - top, stroke=0, fill=1)
        self._canvas.setFillGray(0)

    def say(self, path: str, value: Json, *boxes: Box, likeness: str = "exact", row: int | None = None) -> None:
        """Keep that the field says this, and where; each time that it is printed is a place. `row`: in a list of objects."""
        fields, key = self.fields, path
        if row is not None:
            name, _, key = path.partition(".")
            objects = self.fields.setdefault(name, [])
            while len(objects) <= row:
                objects.append({})
            fields = objects[row]
        leaf = fields.setdefault(key, {"value": value, "likeness": likeness, "places": []})
        if boxes:
            lefts, tops, rights, bottoms = zip(*boxes, strict=True)
            box = (min(lefts), min(tops), max(rights), max(bottoms))
            leaf["places"].append({"page": self.page, "box": box})

    def _face(self, bold: bool) -> str:
        if not bold:
            return {"Times": "Times-Roman"}.get(self.font, self.font)
        return f"{self.font}-Bold"


def dice_of(*seeds: object) -> random.Random:
    """Random choices that are the same each time."""
    return random.Random(" ".join(map(str, seeds)))
