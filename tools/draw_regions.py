"""Draw a document's elements on its first page: `python tools/draw_regions.py ANSWER.json DOCUMENT.pdf OUT.png`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pypdfium2 as pdfium
from PIL import ImageDraw, ImageFont

SCALE = 1.5
COLOURS = {
    "title": "#c0392b",
    "section_header": "#c0392b",
    "table": "#8e44ad",
    "picture": "#16a085",
    "chart": "#16a085",
    "caption": "#d35400",
    "page_header": "#7f8c8d",
    "page_footer": "#7f8c8d",
}


def draw_regions(answer: Path, document: Path, out: Path) -> None:
    """Write page 1 of the document to `out`, a PNG, with a box around each element, numbered in reading order.

    `answer`: the file of the worker's answer, with its elements.
    """
    page = pdfium.PdfDocument(document)[0]
    image = page.render(scale=SCALE).to_pil().convert("RGB")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(13)
    for element in json.loads(answer.read_text(encoding="utf-8"))["data"]["elements"]:
        if element["page"] != 1:
            continue
        left, top, right, bottom = (side * SCALE for side in element["bbox"])
        colour = COLOURS.get(element["type"], "#2980b9")
        draw.rectangle((left - 3, top - 2, right + 3, bottom + 2), outline=colour, width=2)
        label = f"{element['order'] + 1} {element['type']}"
        width = font.getlength(label) + 8
        draw.rectangle((right + 3 - width, top - 18, right + 3, top - 2), fill=colour)
        draw.text((right + 7 - width, top - 17), label, fill="white", font=font)
    image.save(out)


if __name__ == "__main__":
    draw_regions(*(Path(argument) for argument in sys.argv[1:4]))
