"""Images -> ruling lines, and which of them are part of the text."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractor.reading.rulings import LINE_WIDTH, find_rulings
from extractor.structure.ruled_tables import beside_text
from extractor.values.boxes import Box
from extractor.values.reading import Ruling, Rulings
from extractor.values.words import Word

XS = (40, 180, 320, 460, 600)
TEXT_HEIGHT = 14
TEXT = "The MINIMUM fee of 1,111.10 is due; LITTLE HILL Ltd. will bill it until _ 31/12"


def blank(width: int = 640, height: int = 420, colour: str = "white") -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), colour)
    return image, ImageDraw.Draw(image)


def found(image: Image.Image, text_height: float = TEXT_HEIGHT) -> Rulings:
    return find_rulings(np.array(image), text_height)


def draw_grid(draw: ImageDraw.ImageDraw, ys: list[int], width: int = 1, colour: str = "black") -> None:
    for y in ys:
        draw.line((XS[0], y, XS[-1], y), fill=colour, width=width)
    for x in XS:
        draw.line((x, ys[0], x, ys[-1]), fill=colour, width=width)


def assert_grid(rulings: Rulings, ys: list[int]) -> None:
    """Each line of the grid once, at its place and from end to end, give or take a line's width."""
    assert [line.at for line in rulings.horizontal] == pytest.approx(ys, abs=2)
    assert [line.at for line in sorted(rulings.vertical, key=lambda line: line.at)] == pytest.approx(XS, abs=2)
    for lines, (start, end) in ((rulings.horizontal, (XS[0], XS[-1])), (rulings.vertical, (ys[0], ys[-1]))):
        for line in lines:
            assert (line.start, line.end) == pytest.approx((start, end), abs=LINE_WIDTH + 1)


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("pitch", [14, 17, 22, 40])
def test_lines_cut_up_by_crossing_lines_are_found_whole(width: int, pitch: int) -> None:
    """Rows so low that what is left of a column's line between two rows is no longer than a letter."""
    ys = list(range(30, 30 + 9 * pitch, pitch))
    image, draw = blank()
    draw_grid(draw, ys, width)
    assert_grid(found(image), ys)


@pytest.mark.parametrize("colour", ["black", "#808080", "#d8d8d8"])
@pytest.mark.parametrize(
    ("pitch", "beyond"), [(18, -1), (18, 0), (18, 2), (22, -1), (22, 1), (22, 2), (30, 0), (30, 1), (30, 2)]
)
def test_figures_that_touch_the_columns_lines_do_not_hide_them(pitch: int, beyond: int, colour: str) -> None:
    """Figures set flush right, up to the line or some pixels over it."""
    ys = list(range(30, 400, pitch))
    image, draw = blank()
    font = ImageFont.load_default(TEXT_HEIGHT)
    draw_grid(draw, ys, colour=colour)
    for row, y in enumerate(ys[:-1]):
        for x in XS[1:]:
            draw.text((x + beyond, y + 3), f"{1111 * row},{71 * row}", fill="black", font=font, anchor="ra")
    assert_grid(found(image), ys)


def test_a_line_of_two_pixels_is_one_line() -> None:
    image, draw = blank()
    draw.rectangle((50, 100, 550, 101), fill="black")
    draw.rectangle((300, 20, 301, 380), fill="black")
    rulings = found(image)
    ((across,), (down,)) = rulings.horizontal, rulings.vertical
    assert (across.at, across.start, across.end) == pytest.approx((101, 50, 551), abs=2)
    assert (down.at, down.start, down.end) == pytest.approx((301, 20, 381), abs=2)


def test_a_shaded_header_has_its_edges_and_the_columns_lines_go_on_through_it() -> None:
    ys = [30, 60, 90, 120, 150]
    image, draw = blank()
    draw.rectangle((XS[0], ys[0], XS[-1], ys[1]), fill="#c8d8e8")
    for x in XS:
        draw.line((x, ys[0], x, ys[-1]), fill="black")
    for y in ys[2:]:
        draw.line((XS[0], y, XS[-1], y), fill="black")
    assert_grid(found(image), ys)


def test_white_lines_on_a_shaded_table_are_lines() -> None:
    ys = [30, 60, 90, 120]
    image, draw = blank()
    draw.rectangle((XS[0] - 20, ys[0] - 20, XS[-1] + 20, ys[-1] + 20), fill="#d0d0d0")
    draw_grid(draw, ys, width=2, colour="white")
    rulings = found(image)
    inner = [line for line in rulings.horizontal if ys[0] - 10 < line.at < ys[-1] + 10]
    assert [line.at for line in inner] == pytest.approx(ys, abs=2)
    assert all((line.start, line.end) == pytest.approx((XS[0], XS[-1]), abs=4) for line in inner)


def test_shaded_rows_beside_each_other_are_parted_where_their_shades_meet() -> None:
    image, draw = blank()
    for number, shade in enumerate(("#ffffff", "#e0e0e0", "#ffffff", "#e0e0e0")):
        draw.rectangle((40, 100 + 30 * number, 600, 129 + 30 * number), fill=shade)
    assert [line.at for line in found(image).horizontal] == pytest.approx([130, 160, 190, 220], abs=1)


def test_a_line_that_stops_short_is_not_made_longer() -> None:
    """A cell over two rows: the line between them begins at the second column."""
    ys = [30, 70, 110]
    image, draw = blank()
    draw_grid(draw, [ys[0], ys[2]])
    draw.line((XS[1], ys[1], XS[-1], ys[1]), fill="black")
    (short,) = [line for line in found(image).horizontal if abs(line.at - ys[1]) < 5]
    assert (short.start, short.end) == pytest.approx((XS[1], XS[-1]), abs=6)


def test_two_lines_at_one_height_that_stand_apart_are_two() -> None:
    image, draw = blank()
    draw.line((40, 100, 280, 100), fill="black")
    draw.line((320, 100, 600, 100), fill="black")
    starts = sorted((line.start, line.end) for line in found(image).horizontal)
    assert starts == [pytest.approx((40, 281), abs=2), pytest.approx((320, 601), abs=2)]


def text_page() -> tuple[Image.Image, list[Word]]:
    """A page of text as it is printed, and its words."""
    image, draw = blank(900, 700)
    font = ImageFont.load_default(20)
    words = []
    for number in range(20):
        x, y = 40.0, 30.0 + 32 * number
        for text in TEXT.split():
            box = draw.textbbox((x, y), text, font=font)
            draw.text((x, y), text, fill="black", font=font)
            words.append(Word(text, (float(box[0]), y, float(box[2]), y + 24), number, "text_layer", 20.0))
            x = box[2] + 6
    return image, words


def test_a_page_of_text_has_no_lines() -> None:
    image, words = text_page()
    assert beside_text(found(image, 24), words) == Rulings()
    assert found(image, 24).vertical == ()


def test_an_empty_or_tiny_image_has_no_lines() -> None:
    assert found(blank()[0]) == Rulings()
    assert found(blank(colour="black")[0]) == Rulings()
    assert found(blank(1, 1)[0]) == Rulings()
    assert found(blank(200, 2)[0]) == Rulings()


def test_a_grainy_page_has_no_lines() -> None:
    grain = np.random.default_rng(3).normal(235, 6, (300, 500, 1)).clip(0, 255).astype(np.uint8)
    assert find_rulings(np.repeat(grain, 3, axis=2), TEXT_HEIGHT) == Rulings()


def written(text: str, box: Box) -> Word:
    return Word(text, box, 0, "text_layer", 10.0)


class TestBesideText:
    words = (written("Total", (50.0, 100.0, 90.0, 110.0)), written("assets", (95.0, 100.0, 140.0, 110.0)))

    def test_a_line_through_words_is_theirs(self) -> None:
        """Struck out or underlined: it is no side of a cell."""
        through = (Ruling(105, 50, 140), Ruling(108, 48, 145), Ruling(106, 95, 140))
        assert beside_text(Rulings(horizontal=through), self.words) == Rulings()

    def test_a_line_above_or_beneath_words_is_a_line(self) -> None:
        beside = Rulings(
            horizontal=(Ruling(98, 50, 140), Ruling(100, 50, 140), Ruling(110, 50, 140), Ruling(113, 0, 300))
        )
        assert beside_text(beside, self.words) == beside

    def test_a_long_line_that_some_words_touch_stays(self) -> None:
        long = Rulings(horizontal=(Ruling(105, 0, 400),))
        assert beside_text(long, self.words) == long

    def test_a_stem_of_letters_is_no_line_down_but_a_line_that_a_word_reaches_over_is(self) -> None:
        stem, side = Ruling(70, 99, 111), Ruling(70, 0, 300)
        assert beside_text(Rulings(vertical=(stem, side)), self.words) == Rulings(vertical=(side,))

    def test_words_elsewhere_do_not_matter(self) -> None:
        apart = Rulings(horizontal=(Ruling(105, 200, 290),), vertical=(Ruling(70, 120, 135),))
        assert beside_text(apart, self.words) == apart
        assert beside_text(apart, []) == apart


def test_lines_are_told_where_they_are_on_the_page() -> None:
    """A crop at twice the page's unit, whose corner is at (100, 50)."""
    image, draw = blank()
    draw_grid(draw, [40, 80, 120])
    in_pixels = found(image)
    on_page = find_rulings(np.array(image), TEXT_HEIGHT / 2, (100.0, 50.0), 2.0)
    assert [(50 + line.at / 2, 100 + line.start / 2, 100 + line.end / 2) for line in in_pixels.horizontal] == [
        (line.at, line.start, line.end) for line in on_page.horizontal
    ]
    assert [(100 + line.at / 2, 50 + line.start / 2, 50 + line.end / 2) for line in in_pixels.vertical] == [
        (line.at, line.start, line.end) for line in on_page.vertical
    ]
