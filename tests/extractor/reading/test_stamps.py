"""What is printed over the text, level or not, is no part of its rows, and a frame around it is no ruling."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader

from extractor.engine import Engine
from extractor.pages.text_layer import read_text_layer
from extractor.reading.stamps import Stamp, stamps_of, without_stamps
from extractor.request import parse_request
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word
from tests import documents

ROWS = [
    ("Pos", "Article", "Qty", "Price", "Amount"),
    ("1", "Desk lamp, brass", "4", "32.50", "130.00"),
    ("2", "Office chair, black", "2", "189.00", "378.00"),
    ("3", "Filing cabinet", "1", "240.00", "240.00"),
    ("4", "Paper, A4, 5 reams", "10", "4.95", "49.50"),
    ("5", "Whiteboard 120x90", "3", "71.20", "213.60"),
]
RIGHTS = (60, 0, 330, 420, 540)
SCALE = 2.0
Draw = Callable[[Any], None]


def page(draw: Draw) -> bytes:
    """An invoice of six rows, 700 to 610 points above the foot, and what is drawn over it."""
    buffer, canvas = documents.new_canvas()
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(50, 780, "Invoice 4711")
    for row, texts in enumerate(ROWS):
        canvas.setFont("Helvetica-Bold" if row == 0 else "Helvetica", 10)
        for right, text in zip(RIGHTS, texts, strict=True):
            if right:
                canvas.drawRightString(right, 700 - 18 * row, text)
            else:
                canvas.drawString(90, 700 - 18 * row, text)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def lettered(text: str, x: float, y: float, size: float, colour: tuple[float, float, float]) -> Draw:
    def draw(canvas: Any) -> None:
        canvas.setFillColorRGB(*colour)
        canvas.setFont("Helvetica-Bold", size)
        canvas.drawString(x, y, text)

    return draw


def seen(pdf: bytes, *recognised: Word) -> tuple[list[Word], PagePicture, list[Stamp]]:
    """The words of the page with those that were read from its pictures, the page drawn, and its stamps."""
    document = pdfium.PdfDocument(pdf)
    shown = document[0]
    words = [*read_text_layer(shown.raw).words, *recognised]
    pixels = np.ascontiguousarray(np.asarray(shown.render(scale=SCALE).to_pil().convert("RGB")))
    picture = PagePicture(pixels, 0)
    return words, picture, stamps_of(words, picture, SCALE)


def texts(words: list[Word], stamps: list[Stamp]) -> list[str]:
    return [words[place].text for stamp in stamps for place in stamp.words]


def room(rows: int, columns: int) -> tuple[int, np.ndarray]:
    return 0, np.empty((rows, columns, 3), np.uint8)


@pytest.mark.parametrize(
    ("text", "x", "y", "size", "colour"),
    [
        ("BOOKED", 250, 640, 34, (0.8, 0.1, 0.1)),
        ("COPY", 150, 630, 60, (0.8, 0.8, 0.8)),
        ("PAID", 332, 632, 24, (0.1, 0.2, 0.7)),
        ("VOID", 300, 630, 40, (0.0, 0.0, 0.0)),
    ],
)
def test_large_print_over_the_rows_is_apart(
    text: str, x: float, y: float, size: float, colour: tuple[float, float, float]
) -> None:
    words, picture, stamps = seen(page(lettered(text, x, y, size, colour)))
    assert texts(words, stamps) == [text]
    clear = without_stamps(picture, SCALE, stamps, room)
    if colour != (0.0, 0.0, 0.0):
        plain = seen(page(lambda canvas: None))[1]
        left, top, right, bottom = (int(side * SCALE) for side in stamps[0].box)
        difference = np.abs(clear.drawn.astype(int) - plain.drawn)[top:bottom, left:right].max(axis=2) > 128
        assert difference.mean() < 0.02
    else:
        assert clear is picture


@pytest.mark.parametrize(("text", "expected"), [("PAID", ["PAID"]), ("Chair, brass", [])])
def test_words_of_one_stream_line_are_told_by_their_type(text: str, expected: list[str]) -> None:
    """On a page of few words all may be of one line of the stream."""
    words, picture, _ = seen(page(lettered(text, 332, 632, 24 if expected else 10, (0.1, 0.2, 0.7))))
    one_line = [replace(word, line=0) for word in words]
    assert texts(words, stamps_of(one_line, picture, SCALE)) == expected


@pytest.mark.parametrize("place", [(392, 636), (398, 643), (403, 640)])
def test_a_stamps_small_words_are_of_it_though_they_lie_over_others(place: tuple[float, float]) -> None:
    """The second line begins over an amount, in part or wholly."""

    def draw(canvas: Any) -> None:
        canvas.translate(*place)
        canvas.rotate(12)
        canvas.setFillColorRGB(0, 0, 0.7)
        canvas.setFont("Helvetica-Bold", 15)
        canvas.drawString(0, 12, "RECEIVED")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(2, 0, "14 MAR 2024")

    words, _, stamps = seen(page(draw))
    assert sorted(texts(words, stamps)) == ["14", "2024", "MAR", "RECEIVED"]


def test_thin_lines_stay_where_a_pale_stamp_is_taken_away() -> None:
    def ruled(canvas: Any) -> None:
        canvas.setLineWidth(0.5)
        for row in range(7):
            canvas.line(50, 712.3 - 18 * row, 545, 712.3 - 18 * row)

    def stamped_and_ruled(canvas: Any) -> None:
        ruled(canvas)
        canvas.setFillAlpha(0.25)
        lettered("PAID", 170, 620, 70, (0.9, 0.1, 0.1))(canvas)

    words, picture, stamps = seen(page(stamped_and_ruled))
    assert texts(words, stamps) == ["PAID"]
    clear, plain = without_stamps(picture, SCALE, stamps, room), seen(page(ruled))[1]
    left, top, right, bottom = (int(side * SCALE) for side in stamps[0].box)
    dark = plain.drawn[top:bottom, left:right].max(axis=2) < 200
    kept = clear.drawn[top:bottom, left:right].max(axis=2) < 225
    assert kept[dark].mean() > 0.95


@pytest.mark.parametrize(
    "draw",
    [
        lettered("PAID", 250, 500, 34, (0.8, 0.1, 0.1)),  # under the table
        lettered("130.00", 508, 560, 10, (0.8, 0.1, 0.1)),  # a red amount
        lettered("19", 20, 668, 26, (0.8, 0.1, 0.1)),  # a large one beside the rows, over none
        lettered("Northwind", 250, 770, 30, (0.1, 0.2, 0.7)),  # a letterhead
    ],
)
def test_what_stands_beside_the_rows_stays(draw: Draw) -> None:
    words, picture, stamps = seen(page(draw))
    assert stamps == []
    assert stamps_of([replace(word, source="ocr") for word in words], picture, SCALE) == []


def framed(text: str, size: int = 40) -> Image.Image:
    image = Image.new("RGBA", (9 * size, 3 * size))
    draw = ImageDraw.Draw(image)
    draw.rectangle((3, 3, image.width - 4, image.height - 4), outline=(30, 60, 190, 255), width=7)
    draw.text((size, size), text, fill=(30, 60, 190, 255), font=ImageFont.load_default(size))
    return image


def stamped(x: float, y: float, width: float) -> Draw:
    image = framed("RECEIVED")
    return lambda canvas: canvas.drawImage(
        ImageReader(image), x, y, width, width * image.height / image.width, mask="auto"
    )


@pytest.mark.parametrize(("x", "y", "over"), [(200, 630, True), (200, 400, False), (430, 640, True), (185, 645, True)])
def test_a_framed_stamp_read_from_a_picture(x: float, y: float, over: bool) -> None:
    """In type no larger than the text's, over no word, its frame around some."""
    width = 130.0
    bottom, left = A4[1] - y, x + width / 9
    height = width / 3
    read = Word("RECEIVED", (left, bottom - height * 0.66, left + 0.6 * width, bottom - height * 0.36), 99, "ocr", 11.0)
    words, _, stamps = seen(page(stamped(x, y, width)), read)
    assert texts(words, stamps) == (["RECEIVED"] if over else [])
    if over:
        frame = stamps[0].box
        assert frame == pytest.approx((x, bottom - height, x + width, bottom), abs=2)


def test_a_table_under_a_stamp_is_whole(engine: Engine) -> None:
    content = page(stamped(240, 630, 200))
    request = {"document_content_base64": base64.b64encode(content).decode("ascii"), "outputs": ["tables", "text"]}
    data = engine.extract(parse_request(request), document_id="stamped")["data"]
    (table,) = data["tables"]
    rows = [["" for _ in range(table["columns"])] for _ in range(table["rows"])]
    for cell in table["cells"]:
        rows[cell["row"]][cell["column"]] = cell["text"]
    assert [tuple(row) for row in rows] == ROWS
    assert "IVED" in data["text"]


def scanned(stamp: bool) -> bytes:
    """The invoice as a scan, and a stamp, tilted, in a ring that goes through several rows and over a column."""
    image = pdfium.PdfDocument(page(lambda canvas: None))[0].render(scale=200 / 72).to_pil().convert("RGB")
    if stamp:
        ink = Image.new("RGB", (530, 530), "white")
        draw = ImageDraw.Draw(ink)
        draw.ellipse((6, 6, 523, 523), outline=(215, 90, 100), width=9)
        draw.text((265, 265), "PAID 9 MAY", fill=(215, 90, 100), font=ImageFont.load_default(72), anchor="mm")
        ink = ink.rotate(12, resample=Image.Resampling.BICUBIC, fillcolor="white")
        under = image.crop((628, 297, 1158, 827))
        image.paste(ImageChops.multiply(under, ink), (628, 297))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_figures_under_a_stamp_on_a_scan_are_read(engine: Engine) -> None:
    answers = []
    for content in (scanned(stamp=True), scanned(stamp=False)):
        request = {"document_content_base64": base64.b64encode(content).decode("ascii"), "outputs": ["text"]}
        answers.append(engine.extract(parse_request(request), document_id="scanned")["data"]["text"])
    under, plain = answers
    rows = "\n".join("\t".join(row) for row in ROWS)
    assert rows in plain
    assert rows in under
    amounts = re.compile(r"\d+\.\d\d")
    assert amounts.findall(under) == amounts.findall(plain)
    assert "PAID" in under


def framed_over(column: float, over: bool) -> bytes:
    """The invoice as a scan, and a word in a tilted frame in pale violet, over the last rows or in a place of its own,
    from so many points from the left."""
    image = pdfium.PdfDocument(page(lambda canvas: None))[0].render(scale=200 / 72).to_pil().convert("RGB")
    ink, colour = Image.new("RGB", (470, 180), "white"), (152, 128, 198)
    draw = ImageDraw.Draw(ink)
    draw.rectangle((20, 40, 449, 139), outline=colour, width=7)
    draw.text((235, 90), "RECEIVED", fill=colour, font=ImageFont.load_default(72), anchor="mm")
    ink = ink.rotate(5, resample=Image.Resampling.BICUBIC, fillcolor="white")
    at = (round(column * 200 / 72), 480 if over else 1100)
    image.paste(ImageChops.multiply(image.crop((*at, at[0] + 470, at[1] + 180)), ink), at)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("over", [True, False], ids=["over rows", "in its own place"])
def test_amounts_that_a_framed_stamp_runs_into_at_the_edge_are_read(engine: Engine, over: bool) -> None:
    encoded = base64.b64encode(framed_over(400, over)).decode("ascii")
    answer = engine.extract(parse_request({"document_content_base64": encoded, "outputs": ["text"]}), document_id="f")
    lines = answer["data"]["text"].splitlines()
    assert ["\t".join(row) in lines for row in ROWS] == [True] * len(ROWS)
    assert any("RECEI" in line for line in lines)


@pytest.mark.parametrize("black", [True, False], ids=["over a figure", "over nothing"])
def test_a_coloured_word_in_a_frame_on_a_scan_is_a_stamp_where_it_is_printed_over_text(black: bool) -> None:
    image, blue = Image.new("RGB", (600, 300), "white"), (40, 60, 190)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 40, 500, 240), outline=blue, width=5)
    draw.text((60, 60), "OFFER", fill=blue, font=ImageFont.load_default(60))
    draw.text((70, 180), "four desk lamps of brass", fill="black", font=ImageFont.load_default(22))
    if black:
        draw.text((190, 84), "130.00", fill="black", font=ImageFont.load_default(22))
    small = [Word(text, (70.0 + 60 * n, 182.0, 120.0 + 60 * n, 204.0), 1, "ocr", 22.0) for n, text in enumerate("abcd")]
    words = [Word("OFFER", (58.0, 62.0, 262.0, 122.0), 0, "ocr", 60.0), *small]
    stamps = stamps_of(words, PagePicture(np.ascontiguousarray(np.asarray(image)), 0), 1.0)
    assert texts(words, stamps) == (["OFFER"] if black else [])


def test_amounts_under_a_see_through_picture_come_once_and_its_words_too(engine: Engine) -> None:
    image = Image.new("RGBA", (600, 170))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((6, 6, 593, 163), 25, outline=(30, 60, 190, 170), width=7)
    draw.text((300, 85), "TRUE COPY", fill=(30, 60, 190, 170), font=ImageFont.load_default(70), anchor="mm")
    picture = ImageReader(image.rotate(8, expand=True, resample=Image.Resampling.BICUBIC))
    content = page(lambda canvas: canvas.drawImage(picture, 370, 610, 190, 75, mask="auto"))
    request = {"document_content_base64": base64.b64encode(content).decode("ascii"), "outputs": ["tables", "text"]}
    data = engine.extract(parse_request(request), document_id="copied")["data"]
    assert "\n".join("\t".join(row) for row in ROWS) in data["text"]
    assert sorted(data["text"].split()) == sorted(" ".join(["Invoice 4711 TRUE COPY", *map(" ".join, ROWS)]).split())
