"""Write extractor/known_pages/: a document that a worker reads to find out whether it is fit, and what is on it.

A PDF of two pages: one with a text layer, and a scan with a table. Between them they use every model. They are small,
for they are read at each start.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

FOLDER = Path(__file__).resolve().parent.parent / "extractor" / "known_pages"
# The scan's width and height in pixels, of which two are a point of the PDF.
SIZE = (760, 720)
HEADING = "Harbour dues 2026"
LINES = ("Vessel Northwind, berth 17, 03:15 to 21:40.", "Payable within 30 days of receipt.")
TABLE = (
    ("Item", "Quantity", "Amount"),
    ("Mooring", "2", "1,140.00"),
    ("Pilot", "1", "218.40"),
)
COLUMNS, TOP, ROW = (60, 300, 480, 700), 330, 70


def lines() -> list[tuple[int, int, str, int]]:
    """Each line of text: its first letter's left and top, its text and size; in pixels of the scan, origin top left."""
    return [(60, 70, HEADING, 48), *((60, 170 + 50 * index, line, 30) for index, line in enumerate(LINES))]


def scan() -> Image.Image:
    """The scan's page picture, grey, `SIZE` pixels: a heading, two lines and a ruled table."""
    image = Image.new("L", SIZE, "white")
    draw = ImageDraw.Draw(image)
    for left, top, text, size in lines():
        draw.text((left, top), text, fill="black", font=ImageFont.load_default(size))
    bottom = TOP + ROW * len(TABLE)
    for x in COLUMNS:
        draw.line((x, TOP, x, bottom), fill="black", width=3)
    for y in range(TOP, bottom + 1, ROW):
        draw.line((COLUMNS[0], y, COLUMNS[-1], y), fill="black", width=3)
    for row, cells in enumerate(TABLE):
        for left, text in zip(COLUMNS, cells, strict=False):
            draw.text((left + 20, TOP + ROW * row + 16), text, fill="black", font=ImageFont.load_default(30))
    return image


def document() -> bytes:
    """The bytes of the PDF."""
    width, height = (side / 2 for side in SIZE)
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(width, height), invariant=True)
    for left, top, text, size in lines():
        canvas.setFont("Helvetica", size / 2)
        canvas.drawString(left / 2, height - top / 2 - size / 2, text)
    canvas.showPage()
    canvas.drawImage(ImageReader(scan()), 0, 0, width, height)
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def expected() -> str:
    """The JSON of what is drawn, not of what a model once read: the lines of each page, and the scan's table."""
    return json.dumps({"text": [HEADING, *LINES], "table": TABLE}, indent=2) + "\n"


def main() -> int:
    """The exit status, 0. Writes the files."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "pages.pdf").write_bytes(document())
    (FOLDER / "expected.json").write_text(expected(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
