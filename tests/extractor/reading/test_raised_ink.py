"""Where a printed number ends: at small raised digits, and not at digits that are only faint or broken."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from extractor.decoding.ctc import RecognisedWord
from extractor.reading.raised_ink import with_cents_joined, with_numbers_ended
from extractor.values.boxes import Box
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word

SIZE, LEFT, TOP = 30, 20, 8


def strip(text: str, raised: str = "", share: float = 0.6) -> tuple[Image.Image, list[tuple[float, float]]]:
    """A line in grey, letters apart, and the left and right of each letter in pixels."""
    image, at = Image.new("L", (420, 52), 235), float(LEFT)
    draw, ends = ImageDraw.Draw(image), []
    for letter, size in [*((letter, SIZE) for letter in text), *((letter, int(SIZE * share)) for letter in raised)]:
        font = ImageFont.load_default(size)
        draw.text((at, TOP + (SIZE - size) * 0.2), letter, fill=30, font=font)
        ends.append((at, at + font.getlength(letter)))
        at = ends[-1][1] + 3
    return image, ends


def read(image: Image.Image, ends: list[tuple[float, float]], text: str, noise: int = 0) -> list[str]:
    """The words of the line that was read as `text`."""
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    soft = soft + np.random.default_rng(noise).normal(0, 3, soft.shape)
    pixels = np.repeat(np.clip(soft, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    quad = np.array([(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)], np.float32)
    word = RecognisedWord(text, ends[0][0] / image.width, ends[-1][1] / image.width, 0.9, 0.9)
    parts = with_numbers_ended([word], PagePicture(pixels, 0), quad, 0)
    assert all(before.end == after.start for before, after in pairwise(parts))
    return [part.text for part in parts]


def faded(image: Image.Image, ends: tuple[float, float], rows: slice, ink: float) -> Image.Image:
    """The line with some rows of a letter hardly printed: `ink` is the share that is left."""
    pixels = np.asarray(image, np.float32).copy()
    part = pixels[rows, int(ends[0]) - 1 : int(ends[1]) + 2]
    part[:] = 235 - (235 - part) * ink
    return Image.fromarray(pixels.astype(np.uint8))


@pytest.mark.parametrize("share", [0.5, 0.6])
@pytest.mark.parametrize(("text", "raised"), [("19", "99"), ("1,250.00", "1"), ("$7", "49")])
def test_a_number_ends_at_small_raised_digits(text: str, raised: str, share: float) -> None:
    image, ends = strip(text, raised, share)
    assert read(image, ends, text + raised) == [text, raised]


@pytest.mark.parametrize("ink", [0.0, 0.15, 0.25, 0.35, 0.5])
@pytest.mark.parametrize("index", [1, 3, 5])
def test_a_digit_inside_a_number_whose_foot_is_faint_is_no_end(index: int, ink: float) -> None:
    text = "40170228"
    image, ends = strip(text)
    assert read(faded(image, ends[index], slice(22, 52), ink), ends, text) == [text]


@pytest.mark.parametrize("ink", [0.35, 0.4, 0.45])
def test_a_last_digit_whose_foot_is_faint_is_no_end(ink: float) -> None:
    text = "118.80"
    image, ends = strip(text)
    assert read(faded(image, ends[-1], slice(24, 52), ink), ends, text) == [text]


def test_broken_print_is_no_end() -> None:
    text = "27.10"
    image, ends = strip(text)
    for number in range(12):
        random = np.random.default_rng(number)
        broken = image
        for span in ends:
            first = int(random.integers(10, 34))
            broken = faded(broken, span, slice(first, first + 5), float(random.uniform(0, 0.5)))
        assert read(broken, ends, text, number) == [text], number


def test_a_number_ends_at_raised_digits_above_a_rule() -> None:
    image, ends = strip("12", "99")
    ImageDraw.Draw(image).line((ends[2][0], 34, ends[3][1], 34), fill=30, width=2)
    assert read(image, ends, "1299") == ["12", "99"]


def read_parted(image: Image.Image, ends: list[tuple[float, float]], texts: tuple[str, str]) -> list[str]:
    """The words of the line that was read as two words."""
    pixels = np.repeat(np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)))[..., None], 3, axis=2)
    quad = np.array([(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)], np.float32)
    between = ends[len(texts[0])][0] / image.width
    words = [
        RecognisedWord(texts[0], ends[0][0] / image.width, between, 0.9, 0.9),
        RecognisedWord(texts[1], between, ends[-1][1] / image.width, 0.8, 0.7),
    ]
    return [word.text for word in with_numbers_ended(words, PagePicture(pixels, 0), quad, 0)]


@pytest.mark.parametrize("number", ["5,", "118."])
def test_raised_cents_behind_a_comma_are_of_the_number_before_it(number: str) -> None:
    assert read_parted(*strip(number, "95"), (number, "95")) == [number + "95"]


def test_digits_as_high_as_the_number_before_a_comma_are_a_word_of_their_own() -> None:
    assert read_parted(*strip("5,95"), ("5,", "95")) == ["5,", "95"]


def texts_of(*placed: tuple[str, Box]) -> list[str]:
    return [
        word.text
        for word in with_cents_joined([Word(text, box, n, "ocr", 20.0) for n, (text, box) in enumerate(placed)])
    ]


def test_raised_cents_that_were_found_for_themselves_are_of_the_number_beside_them() -> None:
    assert texts_of(("31,", (100, 200, 140, 240)), ("55", (137, 196, 165, 226))) == ["31,55"]


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("55", (137, 202, 170, 240)),
        ("55", (170, 196, 198, 226)),
        ("55", (137, 150, 165, 180)),
        ("5", (137, 196, 150, 226)),
        ("555", (137, 196, 175, 226)),
    ],
)
def test_what_is_no_cents_beside_a_number_stays_apart(text: str, box: Box) -> None:
    """As low as the number, apart from it, above it, or of another number of digits."""
    assert texts_of(("31,", (100, 200, 140, 240)), (text, box)) == ["31,", text]
