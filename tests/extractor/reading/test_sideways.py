"""A table that is printed sideways on an upright page is read the way it stands."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from extractor.engine import Engine
from extractor.reading.sideways import quarters_of
from extractor.request import parse_request
from extractor.values.words import Word
from tests import documents

ROWS = [
    ("Item", "Description", "Unit", "Min. qty", "Price EUR"),
    ("A-1001", "Steel bracket, zinc plated", "pcs", "12", "4.75"),
    ("A-1002", "Hex bolt M8 x 40", "pcs", "200", "0.18"),
    ("B-2310", "Cable duct 40x60 grey", "m", "15", "11.20"),
    ("C-0450", "Mounting labour", "h", "6", "68.00"),
]
LEFTS = (0, 70, 240, 310, 400, 480)
STEP = 20


def page(degrees: int, ruled: bool) -> bytes:
    """A letter with the table between its paragraphs, turned anticlockwise."""
    buffer, canvas = documents.new_canvas()
    canvas.setFont("Helvetica", 10)
    canvas.drawString(50, 790, "Annex 2 to the framework contract between the parties named on page one.")
    canvas.drawString(50, 776, "The price list is printed across the page for reasons of space.")
    canvas.drawString(50, 60, "Signed in duplicate. Each party has received one copy of this annex.")
    canvas.saveState()
    canvas.translate(*((240, 160) if degrees == 90 else (340, 660) if degrees == 270 else (60, 600)))
    canvas.rotate(degrees)
    for row, texts in enumerate(ROWS):
        canvas.setFont("Helvetica-Bold" if row == 0 else "Helvetica", 9)
        for left, text in zip(LEFTS, texts, strict=False):
            canvas.drawString(left + 4, -STEP * row - 14, text)
    if ruled:
        for row in range(len(ROWS) + 1):
            canvas.line(0, -STEP * row, LEFTS[-1], -STEP * row)
        for left in LEFTS:
            canvas.line(left, 0, left, -STEP * len(ROWS))
    canvas.restoreState()
    canvas.save()
    return buffer.getvalue()


def read(engine: Engine, content: bytes) -> dict[str, Any]:
    request = {"document_content_base64": base64.b64encode(content).decode("ascii"), "outputs": ["tables", "text"]}
    data: dict[str, Any] = engine.extract(parse_request(request), document_id="sideways")["data"]
    return data


@pytest.mark.parametrize(("degrees", "ruled"), [(90, True), (270, False), (0, True)])
def test_its_rows_are_those_of_its_reader(engine: Engine, degrees: int, ruled: bool) -> None:
    data = read(engine, page(degrees, ruled))
    (table,) = data["tables"]
    rows = [["" for _ in range(table["columns"])] for _ in range(table["rows"])]
    for cell in table["cells"]:
        rows[cell["row"]][cell["column"]] = cell["text"]
    assert [tuple(row) for row in rows] == ROWS
    assert "\t".join(ROWS[1]) in data["text"]
    # Boxes are the page's: a row runs up it, or down.
    first, last = (next(cell["bbox"] for cell in table["cells"] if cell["text"] == text) for text in ("A-1001", "4.75"))
    along = {90: first[1] - last[1], 270: last[1] - first[1], 0: last[0] - first[0]}[degrees]
    assert along == pytest.approx(LEFTS[4], abs=15)


def word(text: str, x: float, y: float, line: int, upright: bool = False) -> Word:
    return Word(text, (x, y, x + 10, y + 8 * len(text)), line, "text_layer", 10.0, upright=upright)


def test_the_order_of_words_tells_which_way() -> None:
    upwards = [
        word("Steel", 10, 400, 1),
        word("bracket", 10, 330, 1),
        word("Hex", 30, 400, 2),
        word("bolt", 30, 340, 2),
    ]
    assert quarters_of(upwards) == 3
    assert quarters_of(upwards[::-1]) == 1
    cells = [word(text, x, y, line) for line, (text, x, y) in enumerate([("A", 10, 0), ("4", 10, 90), ("B", 30, 0)])]
    assert quarters_of(cells) == 1


def test_a_table_with_turned_heads_stands_upright() -> None:
    heads = [word(text, 20.0 * n, 10, n) for n, text in enumerate(("Monday", "Tuesday"))]
    body = [word(str(1000 + n), 20.0 * (n % 2), 100.0 + 12 * (n // 2), 2 + n, upright=True) for n in range(8)]
    assert quarters_of([*heads, *body]) == 0
