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


# Where the digits from the twelfth on begin, and how wide a digit is.
HALF, DIGIT = 148.5, 6.116
NUMBER = f"BT /F1 11 Tf 72 600 Td ({ACCOUNT}) Tj ET"
RULE = "1 w 0 G 60 603 m 400 603 l S "
FORM = "<< /Type /XObject /Subtype /Form /BBox [{box}] {entries} /Resources << /Font << /F1 5 0 R >> >> >>"
GROUP = "/Group << /S /Transparency /CS /DeviceGray >>"
WHOLE_PAGE = "0 0 595 842"


def masked(mask: str, before: str = "") -> bytes:
    """The number under a mask whose white shows it."""
    state = "/ExtGState << /G << /SMask << /S /Luminosity /G 6 0 R >> >> >>"
    return raw_pdf(f"{TEXT}{before}/G gs {NUMBER}", state, [(FORM.format(box=WHOLE_PAGE, entries=GROUP), mask)])


def shaded(first: float, last: float) -> bytes:
    """The number in a grey up to its middle, and in another one behind it."""
    function = f"<< /FunctionType 2 /Domain [0 1] /C0 [{first}] /C1 [{last}] /N 1 >>"
    shading = f"/ShadingType 2 /ColorSpace /DeviceGray /Coords [{HALF - 0.1} 0 {HALF} 0] /Extend [true true]"
    pattern = f"/Pattern << /P << /PatternType 2 /Shading << {shading} /Function {function} >> >> >>"
    return raw_pdf(f"{TEXT}/Pattern cs /P scn {NUMBER}", pattern)


def boxed(before: str = "") -> bytes:
    """The number in a form whose box ends in its middle."""
    form = FORM.format(box=f"60 590 {HALF} 620", entries="")
    return raw_pdf(f"{TEXT}{before}/X Do", "/XObject << /X 6 0 R >>", [(form, NUMBER)])


def clipped(shape: str, before: str = "") -> bytes:
    return raw_pdf(f"{TEXT}{before}q {shape} n {NUMBER} Q")


BOX, SLANTED = f"60 590 {HALF - 60} 30 re W", f"60 560 m {HALF} 560 l {HALF} 640 l 60 650 l h W"
HALVES = {
    "outside a clip": clipped(BOX),
    "outside a clip over a rule": clipped(BOX, RULE),
    "outside a clip of another shape": clipped(SLANTED),
    "outside a clip of another shape over a rule": clipped(SLANTED, RULE),
    "outside the box of a form": boxed(),
    "outside the box of a form over a rule": boxed(RULE),
    "masked away": masked(f"1 g 0 0 {HALF} 842 re f"),
    "masked away over a rule": masked(f"1 g 0 0 {HALF} 842 re f", RULE),
    "in a pattern that turns white": shaded(0, 1),
    "white beside a dark ground": raw_pdf(f"{TEXT}0 g 60 590 {HALF - 60} 30 re f 1 g {NUMBER}"),
    "under thin white boxes": account("1 g " + " ".join(f"{HALF + 1.5 * n} 595 1.55 20 re f" for n in range(45))),
    "under a thick white stroke": account(f"1 G 20 w {HALF} 603 m 230 603 l S"),
    "under white letters": account(f"1 g 1 G 6 w BT 2 Tr /F1 11 Tf {HALF + 3} 600 Td (0000000000) Tj ET"),
}


@pytest.mark.parametrize("way", HALVES)
def test_letters_without_a_mark_are_no_part_of_a_seen_word(readers: PageReaders, tmp_path: Path, way: str) -> None:
    kept, dropped = (read_page(readers, tmp_path, HALVES[way], fate) for fate in ("keep", "drop"))
    (notice,) = told(kept)
    assert notice.startswith("page 1: ")
    assert "word(s) that no reader sees (" in notice
    assert {*SEEN.split(), ACCOUNT[:12], ACCOUNT[12:]} <= {*said(kept).split()}
    assert said(dropped) == f"{SEEN} {ACCOUNT[:12]}"


def test_letters_beyond_the_edge_of_the_page_are_left_out(readers: PageReaders, tmp_path: Path) -> None:
    page = read_page(readers, tmp_path, raw_pdf(TEXT + NUMBER, page=f"/CropBox [0 0 {HALF} 842]"))
    assert ACCOUNT[:12] in said(page).split()
    (notice,) = page.notices
    assert notice.code == "TEXT_BEYOND_EDGE"


def test_letters_crushed_inside_of_a_word_are_told(readers: PageReaders, tmp_path: Path) -> None:
    content = f"{TEXT}BT /F1 11 Tf 72 600 Td (1234) Tj 1 Tz (567) Tj 100 Tz (89) Tj ET"
    page = read_page(readers, tmp_path, raw_pdf(content), "drop")
    (notice,) = told(page)
    assert "1 too small" in notice
    assert said(page) == f"{SEEN} 1234 89"


STRIPES = "0.3 g " + " ".join(f"{60 + 4 * n} 590 2 30 re" for n in range(80)) + " f "
UNHURT = {
    "white on two dark grounds": raw_pdf(f"{TEXT}0 g 60 590 90 30 re f 0.3 g 150 590 90 30 re f 1 g {NUMBER}"),
    "black on white and grey": raw_pdf(f"{TEXT}0.7 g 60 590 {HALF - 60} 30 re f 0 g {NUMBER}"),
    "white on stripes": raw_pdf(f"{TEXT}{STRIPES} 1 g {NUMBER}"),
    "in a clip that touches it": clipped("71 590 145 30 re W"),
    "under a mask of white": masked("1 g 0 0 595 842 re f"),
    "in a pattern that turns grey": shaded(0, 0.5),
    "in faint grey": raw_pdf(f"{TEXT}0.88 g {NUMBER}"),
    "between the lines of a comb": account("0 g " + " ".join(f"{72 + DIGIT * n} 595 0.4 20 re f" for n in range(26))),
    "with its edge at the page's": raw_pdf(TEXT + NUMBER, page="/CropBox [0 0 209 842]"),
}


@pytest.mark.parametrize("way", UNHURT)
def test_word_whose_letters_all_leave_a_mark_stays_whole(readers: PageReaders, tmp_path: Path, way: str) -> None:
    page = read_page(readers, tmp_path, UNHURT[way], "drop")
    assert told(page) == ()
    assert said(page) == f"{SEEN} {ACCOUNT}"
