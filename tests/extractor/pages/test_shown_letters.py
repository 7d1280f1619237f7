"""A word is seen where a page picture has its letters: in their ink, on another ground."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from extractor.pages.shown_letters import is_shown
from extractor.values.options import UnseenText
from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

RED, BLACK, WHITE = (200, 20, 20), (0, 0, 0), (255, 255, 255)


def letters() -> np.ndarray:
    """How much an amount alone changes each pixel, as it is drawn with soft edges."""
    mask = np.zeros((40, 150), np.uint8)
    cv2.putText(mask, "1,280.00", (4, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    return mask


def drawn(mask: np.ndarray, ink: tuple[int, int, int], ground: np.ndarray | tuple[int, int, int]) -> np.ndarray:
    share = mask[..., None] / 255
    return np.round(np.array(ink) * share + np.broadcast_to(ground, (*mask.shape, 3)) * (1 - share)).astype(np.uint8)


@pytest.mark.parametrize(
    ("ink", "ground"), [(BLACK, WHITE), (WHITE, RED), (RED, (180, 230, 180)), (BLACK, (90, 90, 90))]
)
def test_letters_on_another_ground(ink: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    assert is_shown(letters(), drawn(letters(), ink, ground), ink)


def test_letters_on_a_ground_that_is_not_even() -> None:
    ramp = np.linspace(200, 255, 150)[None, :, None]
    assert is_shown(letters(), drawn(letters(), BLACK, ramp), BLACK)


@pytest.mark.parametrize("ground", [WHITE, BLACK, RED])
def test_nothing_but_a_ground(ground: tuple[int, int, int]) -> None:
    picture = np.full((40, 150, 3), ground, np.uint8)
    assert not is_shown(letters(), picture, BLACK)
    assert not is_shown(letters(), picture, ground)


def test_letters_in_another_ink() -> None:
    assert not is_shown(letters(), drawn(letters(), BLACK, WHITE), WHITE)
    assert not is_shown(letters(), drawn(letters(), RED, WHITE), BLACK)


def test_letters_that_are_covered_in_part() -> None:
    picture = drawn(letters(), BLACK, WHITE)
    picture[:, 90:] = 255
    assert not is_shown(letters(), picture, BLACK)


def test_other_letters_in_their_place() -> None:
    other = np.zeros((40, 150), np.uint8)
    cv2.putText(other, "9,964.73", (4, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    assert not is_shown(letters(), drawn(other, BLACK, WHITE), BLACK)


def test_a_ghost_of_letters() -> None:
    """Painted over in the ground's colour, soft edges leave a trace."""
    twice = drawn(letters(), WHITE, drawn(letters(), BLACK, WHITE))
    assert not is_shown(letters(), twice, BLACK)


def test_no_letters() -> None:
    nothing = np.zeros((40, 150), np.uint8)
    assert not is_shown(nothing, drawn(nothing, BLACK, WHITE), BLACK)


SHOWN, HIDDEN = "Total due 3,222.64", "Pay to another account"
SHADED = "0.8 0.9 1 rg"


@pytest.mark.parametrize("unseen", get_args(UnseenText))
def test_on_a_drawing_words_are_told_by_their_letters(readers: PageReaders, tmp_path: Path, unseen: UnseenText) -> None:
    """One is plainly drawn on a shaded field, the other has its field's colour there."""
    field = f"{SHADED} 60 590 m 500 590 l 520 720 l 60 720 l h f"
    shown, hidden = (f"BT /F1 12 Tf 72 {y} Td ({text}) Tj ET" for y, text in ((700, SHOWN), (600, HIDDEN)))
    page = read_page(readers, tmp_path, raw_pdf(f"{field} 0 g {shown} {SHADED} {hidden}"), unseen)
    assert said(page) == (f"{SHOWN} {HIDDEN}" if unseen == "keep" else SHOWN)
    (notice,) = told(page)
    assert notice.startswith(f"page 1: {len(HIDDEN.split())} word(s) that no reader sees (")
