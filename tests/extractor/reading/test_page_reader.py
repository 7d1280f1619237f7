"""Scans as people make them: turned, skewed, faint, with a lone digit; the real models read them through the engine."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from extractor.engine import Engine
from extractor.request import parse_request
from tests.documents import image_bytes, new_canvas
from tests.drawing_tasks import ShownPage
from tests.page_readers import models_for
from tests.photos import RECEIPT, Table, receipt_photo, table_photo

LINES = (
    "Northwind Tooling GmbH",
    "Invoice number 2026-0417",
    "Cutting fluid, 20 litres",
    "Delivered on 14.11.2026",
    "Net amount 1,140.00 EUR",
    "Payment within 30 days",
)
SIZE = 30
WIDTH, HEIGHT = 900, 700


def letter() -> Image.Image:
    """A page of six lines, as a scanner sees it."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    for number, text in enumerate(LINES):
        draw.text((120, 90 + 90 * number), text, fill="black", font=ImageFont.load_default(SIZE))
    return image


def read(engine: Engine, content: bytes) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode("ascii")
    request = parse_request({"document_content_base64": encoded, "outputs": ["text", "lines", "elements"]})
    return engine.extract(request, document_id="scan")


def lines_of(answer: dict[str, Any]) -> list[str]:
    return [line for line in answer["data"]["text"].splitlines() if line]


def centre_of(answer: dict[str, Any], text: str) -> tuple[float, float]:
    """The middle of the line with this text on the page as it is shown."""
    (line,) = [line for line in answer["data"]["lines"] if line["text"] == text]
    left, top, right, bottom = line["bbox"]
    return ((left + right) / 2, (top + bottom) / 2)


def drawn_at(number: int) -> tuple[float, float]:
    """The middle of a line of the letter, roughly."""
    return 120 + ImageFont.load_default(SIZE).getlength(LINES[number]) / 2, 90 + 90 * number + SIZE / 2


@pytest.mark.parametrize(
    ("turn", "anticlockwise"),
    [
        (Image.Transpose.ROTATE_90, 270),
        (Image.Transpose.ROTATE_180, 180),
        (Image.Transpose.ROTATE_270, 90),
    ],
)
def test_a_turned_scan_is_read_upright_and_told(engine: Engine, turn: Image.Transpose, anticlockwise: int) -> None:
    scan = letter().transpose(turn)
    answer = read(engine, image_bytes(scan, "PNG"))
    assert lines_of(answer) == list(LINES)
    assert answer["metadata"]["warnings"] == [
        f"page 1: the text is turned; it was read after {anticlockwise} degrees anticlockwise"
    ]
    # Boxes are on the page as it came.
    assert answer["data"]["pages"] == [{"page": 1, "width": float(scan.width), "height": float(scan.height)}]
    x, y = drawn_at(4)
    expected = {90: (HEIGHT - y, x), 180: (WIDTH - x, HEIGHT - y), 270: (y, WIDTH - x)}[anticlockwise]
    assert centre_of(answer, LINES[4]) == pytest.approx(expected, abs=12)


@pytest.mark.parametrize("degrees", [4.0, -3.0])
def test_a_skewed_scan_is_read_line_by_line(engine: Engine, degrees: float) -> None:
    scan = letter().rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")
    answer = read(engine, image_bytes(scan, "PNG"))
    assert lines_of(answer) == list(LINES)
    assert answer["metadata"]["warnings"] == []
    assert len(answer["data"]["lines"]) == len(LINES)


def test_a_faint_print_on_grey_paper_is_read(engine: Engine) -> None:
    """Every character; a space may go."""
    faint = ImageEnhance.Contrast(letter()).enhance(0.25)
    read_lines = lines_of(read(engine, image_bytes(faint, "JPEG", quality=60)))
    assert [line.replace(" ", "") for line in read_lines] == [line.replace(" ", "") for line in LINES]


@pytest.mark.parametrize("table", ["wood", "stone"])
def test_a_receipt_on_a_table_is_read_and_the_table_is_not(engine: Engine, table: Table) -> None:
    """In perspective, in uneven light: every row of the receipt, no more, and inside the paper."""
    answer = read(engine, image_bytes(receipt_photo(table), "JPEG", quality=85))
    assert lines_of(answer) == [" ".join(filter(None, row)) for row in RECEIPT]
    assert answer["metadata"]["warnings"] == []
    assert all(200 < line["bbox"][0] < line["bbox"][2] < 1300 for line in answer["data"]["lines"])


def test_a_bare_table_has_no_text(engine: Engine) -> None:
    answer = read(engine, image_bytes(table_photo("stone"), "JPEG", quality=85))
    assert (answer["data"]["text"].strip(), answer["data"]["lines"]) == ("", [])


def test_a_lone_digit_is_not_taken_for_text_on_its_side(engine: Engine) -> None:
    """A `1` is twice as high as wide."""
    image = letter()
    draw = ImageDraw.Draw(image)
    for number, digit in enumerate("1718"):
        draw.text((760, 90 + 90 * number), digit, fill="black", font=ImageFont.load_default(SIZE))
    answer = read(engine, image_bytes(image, "PNG"))
    found = [line["text"] for line in answer["data"]["lines"] if line["bbox"][0] > 700]
    assert found == list("1718")


def sheet_of_hours() -> tuple[Image.Image, list[str]]:
    """A scan of names and figures far apart, its rows near one another; and its lines."""
    image = Image.new("RGB", (1754, 1240), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    draw.text((80, 60), "Monthly hours", fill="black", font=font)
    lines = ["Monthly hours"]
    for row, name in enumerate(("Abel, Karin", "Brandt, Ole", "Cvetko, Maja", "Dorr, Finn", "Eze, Ngozi", "Falk, Ida")):
        figures = [str(101 + (37 * row + 53 * column) % 70) for column in range(8)]
        lines.append("\t".join([name, *figures]))
        draw.text((80, 180 + 44 * row), name, fill="black", font=font)
        for column, figure in enumerate(figures):
            right = 480 + 160 * column
            draw.text((right - font.getlength(figure), 180 + 44 * row), figure, fill="black", font=font)
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)), np.float32) - 8
    grain = np.random.default_rng(3).normal(0, 5, soft.shape[:2])[..., None]
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8)), lines


@pytest.mark.parametrize("turn", [None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])
def test_figures_far_apart_are_read_row_by_row_whichever_way_the_sheet_lies(
    engine: Engine, turn: Image.Transpose | None
) -> None:
    """On its side, the figures below one another are nearer than those of a row, and look like lines."""
    image, lines = sheet_of_hours()
    scan = image if turn is None else image.transpose(turn)
    assert lines_of(read(engine, image_bytes(scan, "PNG"))) == lines


def test_a_digital_page_with_sideways_text_is_read_upright(engine: Engine) -> None:
    """A wide table on a tall page is often set on its side, without the page being marked as turned."""
    buffer, canvas = new_canvas((400, 600))
    canvas.translate(100, 60)
    canvas.rotate(90)
    canvas.setFont("Helvetica", 14)
    for number, text in enumerate(LINES):
        canvas.drawString(40, -30 * number, text)
    canvas.save()
    answer = read(engine, buffer.getvalue())
    assert lines_of(answer) == list(LINES)
    assert {element["source"] for element in answer["data"]["elements"]} == {"text_layer"}
    assert answer["metadata"]["warnings"] == ["page 1: the text is turned; it was read after 270 degrees anticlockwise"]
    assert answer["data"]["pages"] == [{"page": 1, "width": 400.0, "height": 600.0}]
    # The first line runs up the page's left.
    x, y = centre_of(answer, LINES[0])
    assert x == pytest.approx(95, abs=6)
    assert 350 < y < 500


def test_lines_are_the_less_sure_the_worse_they_are_printed(engine: Engine) -> None:
    image = letter()
    smudged = image.crop((100, 360, 700, 430)).resize((100, 12)).resize((600, 70))
    image.paste(smudged, (100, 360))
    lines = read(engine, image_bytes(image, "PNG"))["data"]["lines"]
    smudge = min(lines, key=lambda line: abs(line["bbox"][1] - 365))
    others = [line["confidence"] for line in lines if line is not smudge]
    assert smudge["confidence"] < min(others)
    assert all(0 <= line["confidence"] <= 1 for line in lines)


def test_a_layout_that_began_on_the_page_as_it_is_shown_is_used_only_where_the_page_stands_so(engine: Engine) -> None:
    """It began on an empty picture here, so that who uses it sees nothing."""
    whole = ((0.0, 0.0, float(WIDTH), float(HEIGHT)),)
    upright, upside_down = (np.asarray(letter().rotate(degrees)) for degrees in (0, 180))
    with models_for(engine.models) as look:
        assert look(ShownPage(upright, recognise=whole, has_begun=True)).regions
        assert look(ShownPage(upside_down, quarters=2, has_begun=True)).regions
        assert look(ShownPage(upright)).regions
        assert look(ShownPage(upright, has_begun=True)).regions == ()
