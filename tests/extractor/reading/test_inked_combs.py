"""Rows of boxes with a letter each in the picture of a scan: one value, points and commas kept; other boxes stay."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from extractor.decoding.ctc import RecognisedWord
from extractor.engine import Engine
from extractor.reading.inked_combs import combs_of, with_values
from extractor.values.arrays import Pixels
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word
from tests.documents import image_bytes
from tests.extractor.reading.test_page_reader import lines_of, read

LEFT, TOP, SIDE, SIZE, INK = 100, 120, 44, 30, (25, 25, 25)


class Form:
    """A page of 1200 by 600 pixels with letters in boxes, as a scanner sees it; and its words as they are found."""

    def __init__(self, askew: float = 0.0) -> None:
        """`askew`: so many degrees anticlockwise."""
        self.askew = askew
        self.image = Image.new("RGB", (1200, 600), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[Word] = []

    def text(self, text: str, left: float, top: float) -> None:
        font = ImageFont.load_default(SIZE)
        self.draw.text((left, top), text, fill=INK, font=font)
        box = (left - 2, top - 2, left + font.getlength(text) + 2, top + 38)
        self.words.append(Word(text, box, len(self.words), "ocr", 40.0))

    def boxes(self, texts: list[str], top: int = TOP, apart: int = 0, side: int = SIDE) -> None:
        """A row of boxes, each with a text or with none."""
        for number, text in enumerate(texts):
            left = LEFT + number * (side + apart)
            self.draw.rectangle((left, top, left + side, top + 54), outline=INK, width=2)
            if text:
                width = ImageFont.load_default(SIZE).getlength(text)
                self.text(text, left + (side - width) / 2, top + 8)

    def open_boxes(self, letters: str, read: str, strokes: bool = True, frame: bool = False) -> None:
        """Letters on a line, with short strokes between them and a frame around them if wanted, found as one word."""
        foot, end = TOP + 50, LEFT + SIDE * len(letters)
        if frame:
            self.draw.rectangle((LEFT, TOP - 4, end, foot), outline=INK, width=2)
        self.draw.line((LEFT, foot, end, foot), fill=INK, width=2)
        for number in range(len(letters) + 1 if strokes else 0):
            self.draw.line((LEFT + SIDE * number, foot - 18, LEFT + SIDE * number, foot), fill=INK, width=2)
        for number, letter in enumerate(letters):
            width = ImageFont.load_default(SIZE).getlength(letter)
            place = (LEFT + SIDE * number + (SIDE - width) / 2, TOP + 6)
            self.draw.text(place, letter, fill=INK, font=ImageFont.load_default(SIZE))
        self.words.append(Word(read, (LEFT + 8.0, TOP + 4.0, end - 8.0, TOP + 44.0), len(self.words), "ocr", 40.0))

    def pixels(self) -> Pixels:
        level = self.image.rotate(self.askew, Image.Resampling.BICUBIC, center=(LEFT, TOP), fillcolor="white")
        soft = np.asarray(level.filter(ImageFilter.GaussianBlur(0.6)), np.float32) - 10
        grain = np.random.default_rng(5).normal(0, 5, soft.shape[:2])[..., None]
        return np.clip(soft + grain, 0, 255).astype(np.uint8)

    def page(self) -> Page:
        return Page(1, 1200.0, 600.0, PagePicture(self.pixels(), 0), 1.0)

    def values(self, reading: str) -> list[str]:
        """The page's words where each comb's line is read as this."""
        combs = combs_of(self.page(), self.words)
        words = [RecognisedWord(reading, 0.0, 1.0, 0.9, 0.9)]
        return [word.text for word in with_values(self.words, combs, [words] * len(combs), 1.0)]


@pytest.mark.parametrize("apart", [0, 9])
def test_letters_in_boxes_are_one_value(apart: int) -> None:
    """The boxes touch, or stand apart; an empty one parts two words."""
    form = Form()
    form.text("Name", LEFT, 50)
    form.boxes([*"ANNA", "", *"LIND"], apart=apart)
    assert form.values("ANNALIND") == ["Name", "ANNA", "LIND"]


@pytest.mark.parametrize("frame", [False, True])
@pytest.mark.parametrize("read", ["DE12500105", "D1E1112151010111015"])
def test_letters_in_boxes_that_are_open_above_are_one_value(read: str, frame: bool) -> None:
    """The strokes between them may have been read as letters; a frame may be around all boxes."""
    form = Form()
    form.text("IBAN", LEFT, 50)
    form.open_boxes("DE12500105", read, frame=frame)
    assert form.values("DE12500105") == ["IBAN", "DE12500105"]


@pytest.mark.parametrize("frame", [False, True])
def test_an_empty_box_that_is_open_above_parts_words(frame: bool) -> None:
    form = Form()
    form.open_boxes("ANNA LIND", "ANNALIND", frame=frame)
    assert form.values("ANNALIND") == ["ANNA", "LIND"]


@pytest.mark.parametrize("read", ["DE12500105", "D1E1112151010111015"])
@pytest.mark.parametrize("frame", [False, True])
def test_letters_on_a_line_without_strokes_stay_as_they_were_read(read: str, frame: bool) -> None:
    form = Form()
    form.open_boxes("DE12500105", read, strokes=False, frame=frame)
    assert form.values("DE99") == [read]


@pytest.mark.parametrize("askew", [-0.3, 0.3])
def test_many_boxes_that_are_open_above_and_a_little_askew_are_one_value(askew: float) -> None:
    form = Form(askew)
    form.open_boxes("DE02120300000000202051", "1".join("DE02120300000000202051"), frame=True)
    assert form.values("DE02120300000000202051") == ["DE02120300000000202051"]


def test_what_was_found_in_the_boxes_stands_where_the_line_is_read_with_a_letter_less() -> None:
    form = Form()
    form.boxes(list("40713"))
    assert form.values("4013") == ["40713"]


def test_letters_stay_apart_without_boxes_in_a_grid_and_with_more_than_one_in_a_box() -> None:
    free, grid, filled = Form(), Form(), Form()
    for number, digit in enumerate("1284"):
        free.text(digit, LEFT + 60 * number, TOP)
    for row in range(4):
        grid.boxes(list("1284"), TOP + 54 * row)
    filled.boxes(["10", "2", "30", "4", "50"])
    for form in (free, grid, filled):
        before = [word.text for word in form.words]
        assert form.values("1284") == before


def test_an_amount_in_boxes_is_read_with_its_comma(engine: Engine) -> None:
    form = Form()
    form.text("Amount", LEFT, 50)
    form.boxes(list("1284,50"))
    form.text("To be paid within ten days.", LEFT, 260)
    answer = read(engine, image_bytes(Image.fromarray(form.pixels()), "PNG"))
    assert lines_of(answer) == ["Amount", "1284,50", "To be paid within ten days."]
