"""Check boxes and radio buttons in a scan's picture, told by their ink; what only looks like one is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from extractor.engine import Engine
from extractor.reading.inked_boxes import with_inked_boxes
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word
from tests.documents import image_bytes
from tests.extractor.reading.test_page_reader import read

SIZE, SIDE, LEFT, INK = 26, 28, 100, (25, 25, 25)
Pen = Callable[[ImageDraw.ImageDraw, int, int], None]


class Scan:
    """A page with a text every 70 pixels, on which a test draws; it is made as a scanner sees it."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (900, 700), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[Word] = []

    def text(self, text: str, x: float, y: float) -> None:
        """A text, with its words as a recogniser finds them."""
        font, line = ImageFont.load_default(SIZE), len(self.words)
        self.draw.text((x, y), text, fill=INK, font=font)
        for part in text.split():
            end = x + font.getlength(part)
            self.words.append(Word(part, (x, y - 2, end, y + 32), line, "ocr", 34.0))
            x = end + font.getlength(" ")

    def square(self, x: int, y: int, side: int = SIDE, width: int = 2) -> None:
        self.draw.rectangle((x, y, x + side, y + side), outline=INK, width=width)

    def pixels(self) -> Any:
        """The page, soft, grey and with grain."""
        soft = np.asarray(self.image.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
        grain = np.random.default_rng(3).normal(0, 5, soft.shape[:2])[..., None]
        return np.clip(soft - 12 + grain, 0, 255).astype(np.uint8)

    def read(self) -> list[str]:
        """The texts of the page's words, from top to bottom and left to right, with its check boxes."""
        pixels = self.pixels()
        page = Page(1, 900.0, 700.0, PagePicture(pixels, 0), 1.0)
        words = with_inked_boxes(page, self.words)
        return [word.text for word in sorted(words, key=lambda word: (round(word.box[3] / 70), word.box[0]))]


def cross(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.line((x + 5, y + 5, x + SIDE - 5, y + SIDE - 5), fill=INK, width=3)
    draw.line((x + 5, y + SIDE - 5, x + SIDE - 5, y + 5), fill=INK, width=3)


def pens_tick(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A tick that goes beyond the box."""
    draw.line((x + 6, y + 14, x + 12, y + SIDE - 4, x + SIDE + 8, y - 9), fill=(20, 30, 140), width=4)


def wide_cross(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A cross whose four ends go beyond the box."""
    draw.line((x - 5, y - 4, x + SIDE + 6, y + SIDE + 5), fill=(20, 30, 140), width=4)
    draw.line((x - 4, y + SIDE + 5, x + SIDE + 5, y - 6), fill=(20, 30, 140), width=4)


def fill(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.rectangle((x, y, x + SIDE, y + SIDE), fill=INK)


def fill_inside(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A square in the box, with white between."""
    draw.rectangle((x + 5, y + 5, x + SIDE - 5, y + SIDE - 5), fill=INK)


def form(pen: Pen) -> Scan:
    """Three choices, the second one chosen."""
    scan = Scan()
    for number, label in enumerate(("Medical expenses", "Lost luggage", "Third party damage")):
        y = 100 + 70 * number
        scan.square(LEFT, y)
        scan.text(label, LEFT + 46, y)
        if number == 1:
            pen(scan.draw, LEFT, y)
    return scan


@pytest.mark.parametrize("pen", [cross, pens_tick, wide_cross, fill, fill_inside])
def test_boxes_in_ink_are_told_ticked_or_not(pen: Pen) -> None:
    expected = "[ ] Medical expenses [x] Lost luggage [ ] Third party damage"
    assert " ".join(form(pen).read()) == expected


def test_a_box_is_told_whose_tick_makes_its_line_high() -> None:
    scan = form(pens_tick)
    scan.words = [
        replace(word, box=(word.box[0], word.box[1] - 22, word.box[2], word.box[3] + 12))
        if word.text in ("Lost", "luggage")
        else word
        for word in scan.words
    ]
    assert " ".join(scan.read()) == "[ ] Medical expenses [x] Lost luggage [ ] Third party damage"


@pytest.mark.parametrize("width", [1, 2])
def test_small_boxes_are_told_with_thin_lines_and_ticks_that_fill_them(width: int) -> None:
    scan = Scan()
    for number, label in enumerate(("Medical expenses", "Lost luggage")):
        y = 104 + 70 * number
        scan.square(LEFT, y, 20, width)
        scan.text(label, LEFT + 46, y - 4)
    for ends in ((LEFT + 4, 178, LEFT + 16, 190), (LEFT + 4, 190, LEFT + 16, 178)):
        scan.draw.line(ends, fill=INK, width=3)
    assert " ".join(scan.read()) == "[ ] Medical expenses [x] Lost luggage"


def rings(pen: Pen) -> Scan:
    """Three choices with a ring each, read as an O but for the second one, in which something is drawn."""
    scan = Scan()
    for number, label in enumerate(("Medical expenses", "Lost luggage", "Third party damage")):
        y = 100 + 70 * number
        scan.draw.ellipse((LEFT, y + 4, LEFT + 22, y + 26), outline=INK, width=2)
        scan.text(label, LEFT + 46, y)
        if number == 1:
            pen(scan.draw, LEFT + 11, y + 15)
        else:
            scan.words.append(Word("O", (LEFT - 1.0, y - 2, LEFT + 24.0, y + 32), len(scan.words), "ocr", 34.0))
    return scan


def dot(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=INK)


def small_cross(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.line((x - 5, y - 5, x + 5, y + 5), fill=INK, width=3)
    draw.line((x - 5, y + 5, x + 5, y - 5), fill=INK, width=3)


def crossed_beyond(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.line((x - 14, y - 14, x + 14, y + 14), fill=INK, width=3)
    draw.line((x - 14, y + 14, x + 14, y - 14), fill=INK, width=3)


@pytest.mark.parametrize("pen", [dot, small_cross, crossed_beyond])
def test_radio_buttons_in_ink_are_told_by_the_one_that_is_marked(pen: Pen) -> None:
    assert " ".join(rings(pen).read()) == "[ ] Medical expenses [x] Lost luggage [ ] Third party damage"


def two_columns(radius: int) -> Scan:
    """Two rows of two choices with a ring each; the first one is marked, and has this radius."""
    scan = Scan()
    for number, label in enumerate(("Row", "Corner", "Day", "Week")):
        x, y = LEFT + 11 + 200 * (number % 2), 115 + 70 * (number // 2)
        size = 11 if number else radius
        scan.draw.ellipse((x - size, y - size, x + size, y + size), outline=INK, width=2)
        scan.text(label, x + 35, y - 15)
        if number == 0:
            dot(scan.draw, x, y)
    return scan


def test_a_ring_in_line_with_radio_buttons_is_one_and_none_is_with_a_much_wider_one() -> None:
    assert " ".join(two_columns(11).read()) == "[x] Row [ ] Corner [ ] Day [ ] Week"
    assert " ".join(two_columns(18).read()) == "Row Corner Day Week"


def nothing(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """All rings are empty: bullets."""


def letter_c(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """As in a copyright sign."""
    draw.arc((x - 5, y - 5, x + 5, y + 5), 45, 315, fill=INK, width=2)


def all_of_it(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.ellipse((x - 11, y - 11, x + 11, y + 11), fill=INK)


@pytest.mark.parametrize("pen", [nothing, letter_c, all_of_it])
def test_rings_without_a_marked_one_stay_as_they_were_read(pen: Pen) -> None:
    assert " ".join(rings(pen).read()) == "O Medical expenses Lost luggage O Third party damage"


def test_framed_squares_alone_are_bullets() -> None:
    """No box beside them is open: nothing was to be chosen."""
    scan = form(fill_inside)
    for y in (100, 240):
        fill_inside(scan.draw, LEFT, y)
    assert " ".join(scan.read()) == "Medical expenses Lost luggage Third party damage"


def test_an_e_among_os_marks_no_radio_button() -> None:
    """Both are words of their own in some languages. An e is open, however surely it was read."""
    scan = Scan()
    for number, label in enumerate(("Medical expenses", "Lost luggage")):
        y, box = 100 + 70 * number, (LEFT, 104 + 70 * number, LEFT + 22, 126 + 70 * number)
        scan.draw.arc(box, 45 if number else 0, 360, fill=INK, width=3)
        if number:
            scan.draw.rectangle((LEFT, y + 12, LEFT + 22, y + 17), fill=INK)
        scan.text(label, LEFT + 46, y)
        letter = Word(
            "oe"[number], (LEFT - 1.0, y - 2, LEFT + 24.0, y + 32), len(scan.words), "ocr", 34.0, confidence=0.4
        )
        scan.words.append(letter)
    assert " ".join(scan.read()) == "o Medical expenses e Lost luggage"


def test_a_box_behind_its_label_and_one_alone_are_told() -> None:
    scan = Scan()
    scan.text("Agreed", LEFT, 100)
    scan.square(LEFT + 120, 100)
    assert scan.read() == ["Agreed", "[ ]"]


def test_a_sign_that_a_tick_was_read_as_goes() -> None:
    scan = form(cross)
    scan.words.append(Word("\u51b5", (98.0, 168.0, 130.0, 200.0), 99, "ocr", 32.0, confidence=0.4))
    assert " ".join(scan.read()) == "[ ] Medical expenses [x] Lost luggage [ ] Third party damage"


def column_of_boxes(signs: str) -> Scan:
    """Boxes far behind their labels, each of which was read as a sign of its own; the second one is ticked."""
    scan = Scan()
    for number, (label, sign) in enumerate(zip(("Ladder", "Scaffold", "Winch"), signs, strict=True)):
        y = 100 + 70 * number
        scan.text(label, LEFT, y)
        scan.square(LEFT + 400, y)
        if number == 1:
            cross(scan.draw, LEFT + 400, y)
        box = (LEFT + 406.0, y - 9.0, LEFT + 422.0, y + SIDE + 11.0)
        scan.words.append(Word(sign, box, 90 + number, "ocr", 48.0, confidence=0.7))
    return scan


@pytest.mark.parametrize("signs", ["\u25a1\u2611\u25a1", "\u53e3\u533a\u53e3"])
def test_boxes_read_as_lone_signs_are_told_however_far_from_words(signs: str) -> None:
    assert " ".join(column_of_boxes(signs).read()) == "Ladder [ ] Scaffold [x] Winch [ ]"


def test_ideographs_stay_beside_others_and_signs_without_a_square() -> None:
    scan = column_of_boxes("\u53e3\u533a\u53e3")
    scan.text("\u5165\u53e3", LEFT, 380)
    assert "[ ]" not in scan.read()
    rings = Scan()
    rings.text("Ladder", LEFT, 100)
    rings.draw.ellipse((LEFT + 400, 100, LEFT + 400 + SIDE, 100 + SIDE), outline=INK, width=2)
    rings.words.append(Word("\u25a1", (LEFT + 406.0, 91.0, LEFT + 422.0, 139.0), 90, "ocr", 48.0, confidence=0.7))
    assert rings.read() == ["Ladder", "\u25a1"]


def comb(scan: Scan) -> None:
    """A row of boxes that share their sides."""
    for number in range(5):
        scan.square(LEFT + 130 + SIDE * number, 100)


def parted_comb(scan: Scan) -> None:
    """A row of boxes with a gap between them."""
    for number in range(5):
        scan.square(LEFT + 130 + (SIDE + 10) * number, 100)


def grid(scan: Scan) -> None:
    """A table with square cells."""
    for row in range(3):
        for column in range(3):
            scan.square(LEFT + 130 + SIDE * column, 72 + SIDE * row)


def one_letter(scan: Scan) -> None:
    """A field with a letter in it."""
    scan.square(LEFT + 130, 100)
    scan.draw.text((LEFT + 136, 98), "K", fill=INK, font=ImageFont.load_default(SIZE))
    scan.words.append(Word("K", (LEFT + 134.0, 98.0, LEFT + 156.0, 130.0), 99, "ocr", 32.0))


def one_zero(scan: Scan) -> None:
    """A field with a digit in it that looks like a radio button."""
    scan.square(LEFT + 130, 100)
    scan.draw.text((LEFT + 136, 98), "0", fill=INK, font=ImageFont.load_default(SIZE))
    scan.words.append(Word("0", (LEFT + 134.0, 98.0, LEFT + 156.0, 130.0), 99, "ocr", 32.0))


def bullet(scan: Scan) -> None:
    """A full square, with no box like it."""
    fill(scan.draw, LEFT - 50, 100)


def large_letters(scan: Scan) -> None:
    """Letters taller than the text, as in a logo, that were not read."""
    scan.draw.text((LEFT - 90, 84), "OD", fill=INK, font=ImageFont.load_default(44))


def code(scan: Scan) -> None:
    """A QR code whose corner stands before the text."""
    modules = np.random.default_rng(0).random((29, 29)) < 0.5
    for row, column in ((0, 0), (0, 22), (22, 0)):
        modules[max(0, row - 1) : row + 8, max(0, column - 1) : column + 8] = False
        modules[row : row + 7, column : column + 7] = True
        modules[row + 1 : row + 6, column + 1 : column + 6] = False
        modules[row + 2 : row + 5, column + 2 : column + 5] = True
    modules[:14, 17:21] = modules[8:11, 17:] = False
    picture = Image.fromarray(np.where(modules, 20, 255).astype(np.uint8)).resize((203, 203), Image.Resampling.NEAREST)
    scan.image.paste(picture, (LEFT + 120 - 25 - 203, 92))


def crossing_lines(scan: Scan) -> None:
    """A square between lines that go on."""
    for at in (0, SIDE):
        scan.draw.line((LEFT + 100, 100 + at, LEFT + 188, 100 + at), fill=INK, width=2)
        scan.draw.line((LEFT + 130 + at, 60, LEFT + 130 + at, 168), fill=INK, width=2)


def between_lines(scan: Scan) -> None:
    """A square between two lines close to it."""
    scan.square(LEFT + 130, 100)
    for y in (92, 105 + SIDE):
        scan.draw.line((LEFT + 60, y, LEFT + 300, y), fill=INK, width=2)


NO_BOXES = (comb, parted_comb, grid, one_letter, one_zero, bullet, large_letters, code, crossing_lines, between_lines)


@pytest.mark.parametrize("drawn", NO_BOXES)
def test_what_only_looks_like_a_box_is_none(drawn: Callable[[Scan], None]) -> None:
    scan = Scan()
    scan.text("Account", LEFT + (120 if drawn is code else 0), 100)
    drawn(scan)
    known = [word.text for word in scan.words]
    assert sorted(scan.read()) == sorted(known)


def test_a_scanned_form_tells_its_boxes(engine: Engine) -> None:
    data = read(engine, image_bytes(Image.fromarray(form(pens_tick).pixels()), "PNG"))["data"]
    lines = [line for line in data["text"].splitlines() if line]
    assert lines == ["[ ] Medical expenses", "[x] Lost luggage", "[ ] Third party damage"]
    marks = [(element["label"], element["selected"]) for element in data["elements"] if "selected" in element]
    assert marks == [("Medical expenses", False), ("Lost luggage", True), ("Third party damage", False)]
