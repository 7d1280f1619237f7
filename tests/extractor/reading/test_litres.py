"""The l of litres behind a number, which is read as a 1, told by its ink: a bar among ones that are none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from extractor.decoding.ctc import RecognisedWord
from extractor.reading.litres import UNSURE, InkedLine, with_litres
from extractor.values.page_picture import PagePicture

SIZE, LEFT, TOP, SPACE = 30, 20, 8, 9
PRICE = ("Total", "312.10")


def line(printed: tuple[str, ...], read: tuple[str, ...], bars: bool = False) -> InkedLine:
    """A line that shows the words printed, in a typeface whose 1 is a bar where wanted, and was read as these."""
    image, at = Image.new("L", (460, 52), 235), float(LEFT)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(SIZE)
    ends = []
    for word in printed:
        first = at
        for letter in word:
            shown = "l" if bars and letter == "1" else letter
            draw.text((at, TOP), shown, fill=30, font=font)
            at += font.getlength(shown) + 2
        ends.append((first / image.width, at / image.width))
        at += SPACE
    if len(ends) > len(read):
        ends[-2:] = [(ends[-2][0], ends[-1][1])]
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), np.float32)
    pixels = np.repeat(np.clip(soft, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    quad = np.array([(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)], np.float32)
    words = [RecognisedWord(text, *end, 0.99, 0.99) for text, end in zip(read, ends, strict=True)]
    return InkedLine(words, PagePicture(pixels, 0), quad, 0)


def told(*lines: InkedLine) -> list[str]:
    """The texts of the words of the first line."""
    return [word.text for word in with_litres(lines)[0]]


@pytest.mark.parametrize("sign", ["1", "I", "|"])
@pytest.mark.parametrize("number", ["0,5", "48.72"])
def test_a_bar_behind_a_number_is_a_litre(number: str, sign: str) -> None:
    assert told(line((number, "l"), (number, sign)), line(PRICE, PRICE)) == [number, "l"]


@pytest.mark.parametrize("number", ["0.5", "2,5", "1"])
def test_a_bar_at_the_end_of_a_number_is_a_litre(number: str) -> None:
    assert told(line(("Oil", number + "l"), ("Oil", number + "1")), line(PRICE, PRICE)) == ["Oil", number + "l"]


def test_a_bar_before_an_amount_is_the_litre_of_the_number_before() -> None:
    assert told(line(("2", "l", "4.29"), ("2", "14.29")), line(PRICE, PRICE)) == ["2", "l", "4.29"]


@pytest.mark.parametrize("words", [("2,5", "1"), ("0.51",), ("Box", "11"), ("2", "14.29")])
def test_a_one_stays(words: tuple[str, ...]) -> None:
    assert told(line(words, words), line(PRICE, PRICE)) == list(words)


@pytest.mark.parametrize("words", [("2,5", "1"), ("0.51",), ("Box", "11"), ("2", "14.29")])
def test_a_one_stays_where_all_ones_are_bars_or_none_is_known(words: tuple[str, ...]) -> None:
    assert told(line(words, words, bars=True), line(PRICE, PRICE, bars=True)) == list(words)
    assert told(line(words, words, bars=True)) == list(words)


def test_a_roman_number_stays() -> None:
    assert told(line(("Part", "2", "I"), ("Part", "2", "I")), line(PRICE, PRICE)) == ["Part", "2", "I"]


def test_a_one_behind_a_measure_whose_ink_tells_nothing_is_unsure() -> None:
    words = with_litres([line(("0.5", "1"), ("0.5", "1"))])[0]
    assert words[0].confidence > words[1].confidence == UNSURE
    assert with_litres([line(("10", "1"), ("10", "1"))])[0][1].confidence > UNSURE
