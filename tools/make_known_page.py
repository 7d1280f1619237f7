"""Write extractor/known_page/: the page that a worker reads to find out whether it is fit, and what stands on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parent.parent / "extractor" / "known_page"
SIZE = (1000, 760)
HEADING = "Harbour dues 2026"
LINES = ("Vessel Northwind, berth 17, from 03:15 to 21:40.", "Payable within 30 days of receipt.")
TABLE = (
    ("Item", "Quantity", "Amount"),
    ("Mooring", "2", "1,140.00"),
    ("Pilot", "1", "218.40"),
    ("Water", "36", "49.90"),
)
COLUMNS, TOP, ROW = (80, 460, 680, 920), 330, 70


def page() -> Image.Image:
    """The page: a heading, two lines and a ruled table."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    draw.text((80, 70), HEADING, fill="black", font=ImageFont.load_default(48))
    for index, line in enumerate(LINES):
        draw.text((80, 170 + 50 * index), line, fill="black", font=ImageFont.load_default(30))
    bottom = TOP + ROW * len(TABLE)
    for x in COLUMNS:
        draw.line((x, TOP, x, bottom), fill="black", width=3)
    for index in range(len(TABLE) + 1):
        y = TOP + ROW * index
        draw.line((COLUMNS[0], y, COLUMNS[-1], y), fill="black", width=3)
    for row, texts in enumerate(TABLE):
        for left, text in zip(COLUMNS, texts, strict=False):
            draw.text((left + 20, TOP + ROW * row + 16), text, fill="black", font=ImageFont.load_default(30))
    return image


def expected() -> str:
    """What is drawn, not what a model once read."""
    return json.dumps({"text": [HEADING, *LINES], "table": TABLE}, indent=2) + "\n"


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    page().convert("L").quantize(16).save(FOLDER / "page.png", optimize=True)
    (FOLDER / "expected.json").write_text(expected(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
