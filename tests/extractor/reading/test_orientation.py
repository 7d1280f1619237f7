"""Turned and skewed pages are set upright, and what is found on them goes back to the page as it is shown."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.reading.orientation import as_shown, deskewed, on_their_side, skew_of, turned
from extractor.values.boxes import mapped
from extractor.values.page import Page
from extractor.values.page_picture import PagePicture
from extractor.values.words import Word

SCALE = 2.0


def page() -> Page:
    """A page of 100 by 60 with a black mark where its one word is; the word stands on its side."""
    image = np.full((120, 200, 3), 255, dtype=np.uint8)
    image[20:60, 40:60] = 0
    word = Word("mark", (20.0, 10.0, 30.0, 30.0), 0, "text_layer", 10.0, upright=False)
    return Page(1, 100.0, 60.0, PagePicture(image, 0), SCALE, words=(word,), recognise=((0.0, 0.0, 100.0, 60.0),))


def marked(shown: Page) -> tuple[float, float, float, float]:
    """Where the black mark is, in the page's unit."""
    picture = shown.picture
    seen = picture.part((0, 0, picture.columns, picture.rows))
    rows, columns = np.nonzero(seen[:, :, 0] < 128)
    left, right, top, bottom = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    return (left / SCALE, top / SCALE, right / SCALE, bottom / SCALE)


def line(left: float, top: float, length: float, height: float, angle: float) -> np.ndarray:
    """A line of text that falls to the right by `angle` degrees, as the detector gives it."""
    along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    across = np.array([-along[1], along[0]])
    start = np.array([left, top])
    corners = [start, start + along * length, start + along * length + across * height, start + across * height]
    return np.array(corners, dtype=np.float32)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_words_and_picture_turn_together_and_back(quarters: int) -> None:
    before = page()
    upright = turned(as_shown(before), quarters)
    after = upright.page
    assert (after.width, after.height) == ((60.0, 100.0) if quarters % 2 else (100.0, 60.0))
    assert (after.picture.rows, after.picture.columns) == (round(after.height * SCALE), round(after.width * SCALE))
    assert after.words[0].box == pytest.approx(marked(after))
    assert after.words[0].upright is (quarters % 2 == 1)
    assert after.recognise == ((0.0, 0.0, after.width, after.height),)
    assert mapped(upright.matrix, after.words[0].box) == pytest.approx(before.words[0].box)


def test_quarters_add_up() -> None:
    upright = turned(turned(as_shown(page()), 3), 2)
    assert upright.quarters == 1
    assert upright.page.words[0].box == pytest.approx(turned(as_shown(page()), 1).page.words[0].box)


@pytest.mark.parametrize("skew", [3.0, -5.0])
def test_a_skewed_page_keeps_all_of_itself_and_its_boxes_go_back(skew: float) -> None:
    before = page()
    upright = deskewed(as_shown(before), skew)
    left, top, right, bottom = marked(upright.page)
    assert 0 < left < right < upright.page.width
    assert 0 < top < bottom < upright.page.height
    assert upright.page.words[0].box == pytest.approx((left, top, right, bottom), abs=1.0)
    back = mapped(upright.matrix, upright.page.words[0].box)
    centre = ((back[0] + back[2]) / 2, (back[1] + back[3]) / 2)
    assert centre == pytest.approx((25.0, 20.0), abs=0.1)


def test_hardly_any_skew_is_left_alone() -> None:
    shown = as_shown(page())
    assert deskewed(shown, 0.2) is shown


@pytest.mark.parametrize("angle", [-4.0, 0.0, 2.5])
def test_skew_is_what_most_of_the_text_says(angle: float) -> None:
    lines = [line(20, 20 + 30 * n, 300 + 20 * n, 16, angle) for n in range(6)]
    assert skew_of([*lines, line(50, 400, 80, 16, 35.0)]) == pytest.approx(angle, abs=0.01)


def test_short_words_and_steep_lines_tell_no_skew() -> None:
    assert skew_of([line(20, 20, 30, 16, 9.0), line(20, 60, 40, 16, 12.0)]) == 0.0
    assert skew_of([line(20, 20, 300, 16, 40.0)]) == 0.0
    assert skew_of([]) == 0.0


def test_a_page_is_on_its_side_by_the_length_of_its_lines() -> None:
    across, up = line(20, 20, 300, 16, 0.0), line(60, 20, 16, 200, 0.0)
    assert on_their_side([up, up, across])
    assert not on_their_side([up, across])
    assert not on_their_side([])
