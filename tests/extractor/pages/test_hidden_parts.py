"""Words that are hidden in part: digits in white inside of an amount, a box over half an account number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents import raw_pdf
from tests.extractor.pages.pdf_page import read_page, said, told
from tests.page_readers import PageReaders

SEEN = "Total due within thirty days"
TEXT = f"BT /F1 11 Tf 72 700 Td ({SEEN}) Tj ET\n"
ACCOUNT = "DE89370400440532013000"
OPACITY = "/ExtGState << /C << /ca 0 >> /H << /ca 0.4 >> >>"


def amount(before: str, after: str, hidden: str = "(999) Tj") -> bytes:
    """An amount with digits between others that are shown after `before`, up to `after`."""
    return raw_pdf(f"{TEXT}BT /F1 11 Tf 72 600 Td (3) Tj {before} {hidden} {after} (.64) Tj ET", OPACITY)


def account(over: str, page: str = "") -> bytes:
    """An account number, and what is drawn over it."""
    return raw_pdf(f"{TEXT}BT /F1 11 Tf 72 600 Td ({ACCOUNT}) Tj ET {over}", OPACITY, page=page)


AMOUNTS = {
    "white": amount("1 g", "0 g"),
    "drawn invisibly": amount("3 Tr", "0 Tr"),
    "transparent": raw_pdf(f"{TEXT}BT /F1 11 Tf 72 600 Td (3) Tj /C gs (999) Tj ET", OPACITY),
    "tiny": amount("/F1 0.4 Tf", "/F1 11 Tf"),
    "clipped away": raw_pdf(
        f"{TEXT}BT /F1 11 Tf 72 600 Td (3) Tj ET q 1 1 1 1 re W n BT /F1 11 Tf 78.1 600 Td (999) Tj ET Q "
        "BT /F1 11 Tf 96.5 600 Td (.64) Tj ET"
    ),
    "under a box": raw_pdf(f"{TEXT}BT /F1 11 Tf 72 600 Td (3999.64) Tj ET 1 g 78.5 590 17.5 30 re f"),
}


@pytest.mark.parametrize("way", AMOUNTS)
def test_hidden_digits_are_no_part_of_a_seen_amount(readers: PageReaders, tmp_path: Path, way: str) -> None:
    rest = " .64" if b".64" in AMOUNTS[way] else ""
    kept, dropped = (read_page(readers, tmp_path, AMOUNTS[way], fate) for fate in ("keep", "drop"))
    (notice,) = told(kept)
    assert notice.startswith("page 1: 1 word(s) that no reader sees (")
    assert said(kept) == f"{SEEN} 3 999{rest}"
    assert said(dropped) == f"{SEEN} 3{rest}"


OVER = {
    "a black box": account("0 g 118 590 48 30 re f"),
    "a white box": account("1 g 118 590 48 30 re f"),
    "a box over several lines": account("0.5 g 118 300 48 390 re f"),
    "a round shape": account("118 590 m 128 580 156 580 166 590 c 166 615 l 118 615 l h f"),
    "a box on a turned page": account("0 g 118 590 48 30 re f", "/Rotate 90"),
}


@pytest.mark.parametrize("way", OVER)
def test_word_that_is_covered_in_part_is_known_as_far_as_it_is_seen(
    readers: PageReaders, tmp_path: Path, way: str
) -> None:
    kept, dropped = (read_page(readers, tmp_path, OVER[way], fate) for fate in ("keep", "drop"))
    (notice,) = told(kept)
    assert notice.startswith("page 1: 1 word(s) that no reader sees (")
    first, middle, last = ACCOUNT[:7], ACCOUNT[7:15], ACCOUNT[15:]
    assert sorted(said(kept).split()) == sorted([*SEEN.split(), first, middle, last])
    assert sorted(said(dropped).split()) == sorted([*SEEN.split(), first, last])


def test_one_digit_of_many_that_is_covered_is_told(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, account("0 g 118 590 5.8 30 re f"), "drop")
    assert len(told(page)) == 1
    assert sorted(said(page).split()) == sorted([*SEEN.split(), ACCOUNT[:7], ACCOUNT[8:]])


WHOLE = {
    "digits of another colour": (amount("0 0 1 rg", "0 g"), "3999.64"),
    "digits with an outline": (amount("2 Tr 0.2 w", "0 Tr"), "3999.64"),
    "a marker over some digits": (account("/H gs 1 1 0 rg 118 590 48 30 re f"), ACCOUNT),
    "a line through some digits": (account("1 0 0 rg 118 602 48 3.2 re f"), ACCOUNT),
    "a box beside it": (account("0 g 118 570 48 25 re f"), ACCOUNT),
}


@pytest.mark.parametrize("way", WHOLE)
def test_word_that_is_seen_whole_stays_whole(readers: PageReaders, tmp_path: Path, way: str) -> None:
    content, word = WHOLE[way]
    page = read_page(readers, tmp_path, content, "drop")
    assert told(page) == ()
    assert said(page) == f"{SEEN} {word}"
